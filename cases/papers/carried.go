package papers

import (
	"maps"
	"regexp"
	"slices"
	"strconv"

	"ombra/crypto"
)

// A Part is one age file that an act carries.
type Part struct {
	Name string // of the entry: answer.case.age, file1.r1.age
	What string // of the envelope inside: answer, ask, remedy, note, lessons, file
	File int    // 1, 2, … of a file, else 0
	For  string // "case", or "r1", "r2", … in the manifest's order of receipts
}

// A kind says what an act carries, in the order in which it is stored, and what
// it settles.
type kind struct {
	filer []string // the parts that go to the filer too
	inner []string // those for the case alone
	files string   // where attachments go: with this part
	least int      // how many there must be
	mute  bool     // may be signed although no receipt is live
	set   map[string]setting
	// repeats: where the receipt that stays was not told something, that is said
	// to it again, in the part that files go with.
	repeats bool
	// leaves: its maker holds the case no more, or cannot read it, and so brings
	// no new key.
	leaves bool
}

// A setting is a word that an act settles, in clear. One that may be left out
// is fine when it is "".
type setting struct {
	fine   func(string) bool
	refuse RefusedError
}

// Acts that this package itself knows by name.
const (
	doGrant      = "grant"
	doRecuse     = "recuse"
	doUnreadable = "unreadable"
	doReseal     = "reseal"
)

// kinds are all the acts. Later ones are lines here.
var kinds = map[string]kind{
	"answer": {filer: []string{"answer"}, files: "answer"},
	"ask":    {filer: []string{"ask"}, files: "ask"},
	"note":   {inner: []string{"note"}, files: "note"},
	"settle": {inner: []string{"note"}, files: "answer", repeats: true, set: map[string]setting{
		"keep": {oneOf([]string{KeepFormer, KeepNewer}), ErrKeep},
	}},
	"close": {filer: []string{"answer"}, inner: []string{"lessons"}, files: "answer", mute: true, set: map[string]setting{
		"disposition": {oneOf(Dispositions), ErrDisposition},
	}},
	// The reason goes to the filer as an answer does: ombra-reply/1 has no word of
	// its own for it, and needs none.
	"extend": {filer: []string{"answer"}},
	// Their words are the reason, for the case alone. Whether the day can be is for
	// the host to say, which knows today.
	"hold":       {inner: []string{"note"}, files: "note", set: map[string]setting{"until": {isDay, ErrUntil}}},
	"lift":       {inner: []string{"note"}, files: "note"},
	doGrant:      {set: map[string]setting{GrantSetting: {func(s string) bool { return crypto.CheckName(s) == nil }, ErrTo}}},
	doRecuse:     {inner: []string{"note"}, leaves: true},
	doUnreadable: {leaves: true},
	doReseal:     {inner: []string{"note"}, files: "note", set: map[string]setting{ResealSetting: {isOnce, ErrReseal}}},
	"recommend": {inner: []string{"note"}, files: "note", set: map[string]setting{
		"remedy": newRemedy, "form": whichForm, "due": whichDue,
	}},
	"agreed":      {inner: []string{"note"}, files: "note", set: map[string]setting{"remedy": whichRemedy, "on": answers}},
	"refused":     {filer: []string{"remedy"}, files: "remedy", mute: true, set: map[string]setting{"remedy": whichRemedy, "on": answers}},
	"offer":       {filer: []string{"remedy"}, files: "remedy", set: map[string]setting{"remedy": whichRemedy, "on": answers, "due": whichDue}},
	"delivered":   {filer: []string{"remedy"}, files: "remedy", least: 1, mute: true, set: map[string]setting{"remedy": whichRemedy, "on": answers}},
	"unconfirmed": {filer: []string{"remedy"}, files: "remedy", mute: true, set: map[string]setting{"remedy": whichRemedy, "on": answers}},
}

func oneOf(words []string) func(string) bool {
	return func(s string) bool { return slices.Contains(words, s) }
}

// Settles says whether an act settles exactly what its kind does. Both ends ask.
func Settles(do string, set map[string]string) error {
	k, ok := kinds[do]
	if !ok {
		return ErrDo
	}
	for key, value := range set {
		// Any act may bring a new case key; RekeyOf says whether it fits.
		if _, ok := k.set[key]; !ok && (key != keySetting || !isCaseKey(value)) {
			return ErrDraft
		}
	}
	for key, s := range k.set {
		if !s.fine(set[key]) {
			return s.refuse
		}
	}
	return nil
}

// Words says which words an act takes: some of its own, and lessons beside them.
func Words(do string) (text, lessons bool) {
	for _, part := range slices.Concat(kinds[do].filer, kinds[do].inner) {
		lessons = lessons || part == "lessons"
		text = text || part != "lessons"
	}
	return text, lessons
}

// Speaks says whether an act has words for the filer.
func Speaks(do string) bool { return len(kinds[do].filer) > 0 }

// OnClosed says whether an act can be done to a closed case too. The host's table
// of moves says the same, and is what counts.
func OnClosed(do string) bool {
	return slices.Contains([]string{"note", "settle", "hold", "lift", doGrant, doRecuse, doUnreadable, doReseal}, do)
}

// Evidence is how many attachments an act carries at least.
func Evidence(do string) int { return kinds[do].least }

// MaxFiles is how many attachments an act may carry.
const MaxFiles = 20

var partShape = regexp.MustCompile(`^(answer|ask|remedy|note|lessons|file([1-9][0-9]?))\.(case|r([1-9][0-9]?))\.age$`)

// Carried takes the names that an act carries apart, strictly, so that both ends
// share one rule: exactly the parts of its kind; files numbered from 1 without a
// gap; what goes to the filer in a copy for the case and for each of r1 … rN
// with the same N throughout, and what does not in the copy for the case alone.
// It cannot know how many receipts are live; the caller compares (see
// [Receipts]). An act of a kind not known here carries nothing. The wraps of a
// new case key are no parts: see [RekeyOf].
func Carried(note crypto.ActNote) ([]Part, error) {
	key, err := RekeyOf(note)
	if err != nil {
		return nil, err
	}
	k := kinds[note.Do]
	if len(note.Carry) == len(key.Holders) && len(k.filer)+len(k.inner) == 0 {
		return nil, nil
	}
	parts := make([]Part, 0, len(note.Carry))
	for _, name := range slices.Sorted(maps.Keys(note.Carry)) {
		if _, ok := wrapFor(name); ok {
			continue
		}
		m := partShape.FindStringSubmatch(name)
		if m == nil {
			return nil, ErrCarried
		}
		p := Part{Name: name, What: m[1], For: m[3]}
		if m[2] != "" {
			p.What = "file"
			p.File, _ = strconv.Atoi(m[2]) // two digits, as the shape says
		}
		parts = append(parts, p)
	}
	want, err := expected(note.Do, Files(parts), Receipts(parts))
	if err != nil {
		return nil, err
	}
	slices.SortFunc(parts, func(a, b Part) int { return slices.Index(want, a) - slices.Index(want, b) })
	if !slices.Equal(parts, want) {
		return nil, ErrCarried
	}
	return parts, nil
}

// Receipts is the highest N of the parts' rN.
func Receipts(parts []Part) int {
	most := 0
	for _, p := range parts {
		if len(p.For) > 1 && p.For[0] == 'r' {
			n, _ := strconv.Atoi(p.For[1:]) // digits, as the shape says
			most = max(most, n)
		}
	}
	return most
}

// Files is the highest number of a file among the parts.
func Files(parts []Part) int {
	most := 0
	for _, p := range parts {
		most = max(most, p.File)
	}
	return most
}

// expected lists the parts of an act with so many files for so many receipts:
// words before files, and of each the case's copy first.
func expected(do string, files, receipts int) ([]Part, error) {
	k, ok := kinds[do]
	if !ok {
		return nil, ErrDo
	}
	speaks := k.filer
	if k.repeats && receipts > 0 {
		speaks = []string{k.files}
	}
	if files > MaxFiles || files < k.least || files > 0 && k.repeats && receipts == 0 {
		return nil, ErrCarried
	}
	var parts []Part
	add := func(stem, what string, file int, filer bool) {
		parts = append(parts, Part{stem + ".case.age", what, file, "case"})
		for n := 1; filer && n <= receipts; n++ {
			to := "r" + strconv.Itoa(n)
			parts = append(parts, Part{stem + "." + to + ".age", what, file, to})
		}
	}
	for _, what := range speaks {
		add(what, what, 0, true)
	}
	for _, what := range k.inner {
		add(what, what, 0, false)
	}
	for n := 1; n <= files; n++ {
		add("file"+strconv.Itoa(n), "file", n, slices.Contains(speaks, k.files))
	}
	return parts, nil
}
