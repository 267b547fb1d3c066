package papers

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strconv"

	"ombra/crypto"
)

// ActName is the name of act files, the same for every case and act.
const ActName = "act.age"

const textType = "text/plain; charset=utf-8"

// A Draft is an act before it is signed.
type Draft struct {
	Do      string // answer, ask, note, close, grant, recuse, or an act on a remedy
	Text    string // to the filer, or the note; of close: the final answer
	Files   []Attachment
	Set     map[string]string // what it settles: of close the disposition
	Lessons string            // of close: what was learned, or "none, because …"

	// Once tells this act from every other; "" lets Act choose. Whoever keeps the
	// draft knows by it when the act has become part of the case.
	Once string `json:"-"`
}

// Dispositions are the ways to end a case, as the host knows them too; a desk
// refuses others before anything is signed.
var Dispositions = []string{
	"substantiated", "partly", "unsubstantiated", "referred", "out-of-mandate",
	"question-answered", "duplicate", "no-answer", "withdrawn",
}

// NewOnce chooses a once.
func NewOnce() string {
	var once [16]byte
	_, _ = rand.Read(once[:]) // never fails: it ends the program instead
	return hex.EncodeToString(once[:])
}

// An Attachment goes with a draft.
type Attachment struct {
	Name string
	Type string // "" is application/octet-stream
	Data []byte
}

// Check says whether a draft has what its act needs.
func (d Draft) Check() error {
	k, ok := kinds[d.Do]
	if !ok {
		return ErrDo
	}
	if d.Do == doUnreadable {
		return ErrReadable // see Unreadable: it is made of papers that do not open
	}
	text, lessons := Words(d.Do)
	if d.Set[keySetting] != "" || text == blank(d.Text) || lessons == blank(d.Lessons) || len(d.Files) > MaxFiles || len(d.Files) > 0 && (k.files == "" || k.repeats) {
		return ErrDraft
	}
	if len(d.Files) < k.least {
		return ErrEvidence
	}
	return Settles(d.Do, d.Set)
}

func blank(s string) bool { return crypto.CleanLine(s) == "" }

// Act signs a draft on these papers and seals it: the act file, to the month's
// transport recipient, that is dropped into the chat. Every file in it has one
// recipient: the case, or the receipt that the report pinned. Nothing is sealed
// to a receipt which the host alone vouches for.
//
// The words are signed once, and the case and the filer get the same note: what
// a filer was told cannot differ from what the record says.
func (t *Thread) Act(key crypto.SigningKey, d Draft, today string) ([]byte, error) {
	if err := d.Check(); err != nil {
		return nil, err
	}
	a, err := t.newAct(key, d, today)
	if err != nil {
		return nil, err
	}
	if err := a.seal(); err != nil {
		return nil, err
	}
	// The rule that the other end applies, applied before anything leaves.
	if _, err := Carried(a.note); err != nil {
		return nil, err
	}
	msg, err := a.note.Sign(key)
	if err != nil {
		return nil, err
	}
	transport, err := crypto.ParseRecipient(t.Transport)
	if err != nil {
		return nil, err
	}
	var file bytes.Buffer
	if err := crypto.PackAct(&file, transport, msg, a.entries); err != nil {
		return nil, err
	}
	return file.Bytes(), nil
}

// act is one act in the making.
type act struct {
	t       *Thread
	remedy  Remedy // as the act leaves it
	key     crypto.SigningKey
	d       Draft
	note    crypto.ActNote
	to      map[string]crypto.Recipient // "case", "r1", …
	files   []crypto.FileRef
	entries []crypto.Entry
	again   *missed // what is said again to the receipt that stays
}

func (t *Thread) newAct(key crypto.SigningKey, d Draft, today string) (*act, error) {
	if key.Name() != t.Origin+"/"+t.Me {
		return nil, ErrSigner
	}
	if t.key.Epoch() != len(t.Keys)-1 {
		// A reply to an older epoch would be read by whoever left the case since.
		return nil, ErrKey
	}
	if !t.shown {
		return nil, ErrChain
	}
	once := d.Once
	if once == "" {
		once = NewOnce()
	}
	a := &act{t: t, key: key, d: d, to: map[string]crypto.Recipient{"case": t.key.Recipient()}}
	a.note = crypto.ActNote{
		Origin: t.Origin, Case: t.Case, Epoch: t.key.Epoch(), Once: once, Day: today,
		By: t.Me, Do: d.Do, Head: t.Head, Receipts: ReceiptsHash(t.Receipts), Log: t.CheckpointSize,
		Carry: map[string]string{},
	}
	if OnRemedy(d.Do) {
		var err error
		step := RemedyStep{Do: d.Do, By: ombudsman, Who: t.Me, Once: once, Day: today}
		if a.d, a.remedy, err = t.settle(d, step); err != nil {
			return nil, err
		}
	}
	a.note.Set = maps.Clone(a.d.Set)
	names, err := t.rekey(a.d)
	if err != nil {
		return nil, err
	}
	if len(names) > 0 {
		if err := a.bring(names); err != nil {
			return nil, err
		}
	}
	return a, a.address()
}

// address finds the receipts that the filer's words go to.
func (a *act) address() error {
	switch k := kinds[a.d.Do]; {
	case k.repeats:
		return a.sayAgain()
	case len(k.filer) == 0:
		return nil
	}
	if a.t.Filer == "" {
		return ErrReceipts
	}
	for i, rc := range a.t.Receipts {
		to, err := crypto.ParseRecipient(rc.Recipient)
		if err != nil || rc.FilerHash() != a.t.Filer {
			return ErrReceipts
		}
		a.to["r"+strconv.Itoa(i+1)] = to
	}
	// A case whose receipts have all ended can still be brought to an end.
	if len(a.t.Receipts) == 0 && !kinds[a.d.Do].mute {
		return ErrWhom
	}
	return nil
}

// seal makes every part.
func (a *act) seal() error {
	for _, f := range a.d.Files {
		sum := sha256.Sum256(f.Data)
		a.files = append(a.files, crypto.FileRef{Hash: hex.EncodeToString(sum[:]), Name: crypto.FileName(f.Name)})
	}
	parts, err := expected(a.d.Do, len(a.d.Files), len(a.to)-1)
	if err != nil {
		return err
	}
	words := map[string][]byte{}
	for _, p := range parts {
		head := crypto.Header{Case: a.t.Case, Once: a.note.Once, From: "ombudsman", What: p.What, Type: textType, Day: a.note.Day}
		body := words[p.What]
		switch {
		case p.File > 0:
			f := a.d.Files[p.File-1]
			head.Name, head.Type, body = a.files[p.File-1].Name, typeOf(f), f.Data
		case body == nil:
			if body, err = a.words(p.What); err != nil {
				return err
			}
			words[p.What] = body
		}
		blob, err := crypto.SealBytes(a.to[p.For], head, body)
		if err != nil {
			return err
		}
		a.note.Carry[p.Name] = sumOf(blob)
		a.entries = append(a.entries, crypto.Bytes(p.Name, blob))
	}
	return nil
}

func typeOf(f Attachment) string {
	if f.Type == "" {
		return "application/octet-stream"
	}
	return f.Type
}

// words signs what is said. Attachments are named in the note that goes with
// them, so that a host can neither add one nor keep one back.
func (a *act) words(what string) ([]byte, error) {
	n := crypto.ReplyNote{
		Origin: a.t.Origin, Case: a.t.Case, Once: a.note.Once, Day: a.note.Day, By: a.note.By,
		What: what, Filer: "-", Words: crypto.Signable(a.d.Text),
	}
	k := kinds[a.d.Do]
	if what == k.files {
		n.Files = a.files
	}
	if slices.Contains(k.filer, what) {
		n.Filer = a.t.Filer
	}
	if what == "lessons" {
		n.Words = crypto.Signable(a.d.Lessons)
	}
	if a.again != nil && what == k.files {
		n.Filer, n.Words = a.again.to.filer, crypto.Signable(a.again.text.String())
	}
	if a.remedy.Number > 0 {
		// Signed with the words: a host cannot show them beside another remedy.
		n.Words = crypto.Signable(a.remedy.Line() + "\n\n" + a.d.Text)
	}
	return n.Sign(a.key)
}
