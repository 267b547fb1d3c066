package cases_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/cryptotest"
	"time"

	"pgregory.net/rapid"

	"ombra/bot/bottest"
	"ombra/cases"
	"ombra/cases/papers"
	"ombra/cases/sqlite"
	"ombra/crypto/receipt"
)

// deskSteps are what ombudsmen do; the last can follow nearly anything, and is
// drawn among the unlikely ones only, or nothing would ever be delivered.
var deskSteps = []string{"agreed", "offer", "delivered", "unconfirmed", "refused"}

// An owed is what the model knows of a remedy.
type owed struct {
	state, form, due string
	signer, on       string
	day              cases.Day
}

// A claim is a case with remedies, as the model knows it.
type claim struct {
	id       cases.ID
	rec      receipt.Receipt
	remedies []owed
	spoke    cases.Day // the filer's last word
	closed   bool
	threads  map[string]*papers.Thread // by reader, while nothing has changed since
}

func ended(state string) bool {
	return slices.Contains([]string{"refused", "confirmed", "unconfirmed"}, state)
}

func (c *claim) outstanding() bool {
	return slices.ContainsFunc(c.remedies, func(r owed) bool { return !ended(r.state) })
}

// A redress is an office with two ombudsmen who hold every case, and what must
// be true of its remedies by a few plain rules: remedyTable, and who.
type redress struct {
	*rapid.T
	o    *bottest.Office
	db   *sqlite.DB
	all  []*claim
	kept []keptAct
	made map[string]int // steps that were taken
}

// A keptAct is an act file that somebody kept, to drop it again.
type keptAct struct {
	file  []byte
	who   string
	c     *claim
	n     int
	do    string
	then  string // the step it follows
	day   cases.Day
	by    owed
	taken bool
}

func newRedress(t *rapid.T, dir string) *redress {
	dir, err := os.MkdirTemp(dir, "office")
	m := &redress{T: t, made: map[string]int{}}
	m.must(err)
	m.db, err = sqlite.Open(filepath.Join(dir, "ombra.db"), sqlite.Options{Create: true})
	m.must(err)
	shelf, err := sqlite.OpenShelf(filepath.Join(dir, "files"), sqlite.Options{Create: true})
	m.must(err)
	m.o, err = bottest.NewOffice(ctx, m.db, shelf, bottest.Settings{
		Names: []string{"anna", "bela"}, Start: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC),
		Change: func(o *cases.Office) { o.SilentDays = 10 },
	})
	m.must(err)
	for range 2 {
		f, r := filing("What happened.")
		_, err := m.o.Cases.File(ctx, f)
		m.must(err)
		m.all = append(m.all, &claim{id: m.stored(r).ID, rec: r, spoke: m.o.Cases.Today()})
	}
	return m
}

func (m *redress) must(err error) {
	m.Helper()
	if err != nil {
		m.Fatalf("%v", err)
	}
}

func (m *redress) stored(r receipt.Receipt) (c *cases.Case) {
	m.Helper()
	m.must(m.db.View(ctx, func(tx cases.Tx) error {
		list, err := tx.CasesOf(r.Lookup().Hash(), r.Signer().Verifier())
		if err == nil {
			c = list[0]
		}
		return err
	}))
	return c
}

func (m *redress) claim() *claim {
	return m.all[rapid.SampledFrom([]int{0, 0, 0, 1}).Draw(m.T, "case")]
}

func (m *redress) who() string { return rapid.SampledFrom([]string{"anna", "bela"}).Draw(m.T, "who") }

// thread is a case as somebody reads it. Papers that were fetched are read again as
// long as nothing was stored since: they would say the same.
func (m *redress) thread(c *claim, who string) *papers.Thread {
	m.Helper()
	if t := c.threads[who]; t != nil {
		return t
	}
	desk, err := m.o.Cases.Desk(who)
	m.must(err)
	f, err := desk.Papers(ctx, c.id, cases.NewOnce())
	m.must(err)
	var b bytes.Buffer
	m.must(f.Write(&b))
	t, err := m.o.Machines[who].Open(b.Bytes(), f.Passcode)
	m.must(err)
	if c.threads == nil {
		c.threads = map[string]*papers.Thread{}
	}
	c.threads[who] = t
	return t
}

// may is the rule of the model: who may do what, from which state.
func (m *redress) may(c *claim, n int, do, by, who string) (string, bool) {
	r := owed{}
	if n <= len(c.remedies) {
		r = c.remedies[n-1]
	}
	to := remedyTable[do][r.state]
	filer := slices.Contains(filerSteps, do)
	alone := do == "unconfirmed" || do == "refused" && r.state == papers.Accepted
	switch {
	case to == "" || c.closed || filer != (by == "filer"):
		return "", false
	case alone && who == r.signer:
		return "", false
	case do == "unconfirmed" && m.o.Cases.Today() < max(r.day, c.spoke).Add(10):
		return "", false
	}
	return to, true
}

// act is any act on any remedy by an ombudsman, on a desk that refuses nothing:
// the office has to.
func (m *redress) act() {
	c, who := m.claim(), m.who()
	n := min(len(c.remedies)+1, rapid.SampledFrom([]int{1, 1, 1, 2, 2, 3}).Draw(m.T, "remedy"))
	do := "recommend"
	if n <= len(c.remedies) {
		if do = m.likely(c.remedies[n-1].state, deskSteps); do == "" {
			return
		}
	}
	due := string(m.o.Cases.Today().Add(rapid.IntRange(0, 40).Draw(m.T, "due")))
	d := papers.Draft{Do: do, Text: "Words.", Set: map[string]string{"remedy": strconv.Itoa(n)}}
	form := rapid.SampledFrom(papers.Forms).Draw(m.T, "form")
	switch do {
	case "recommend":
		d.Set = map[string]string{"form": form, "due": due}
	case "offer":
		d.Set["due"] = due
	case "delivered":
		d.Files = []papers.Attachment{{Name: "e.txt", Data: []byte("paid")}}
	}
	th := *m.thread(c, who)
	th.Remedies = slices.Clone(th.Remedies)
	if do != "recommend" {
		i := slices.IndexFunc(papers.RemedyMoves, func(x papers.RemedyMove) bool { return x.Do == do })
		th.Remedies[n-1].State, th.Remedies[n-1].Signer = papers.RemedyMoves[i].From[0], ""
	}
	d.Once = papers.NewOnce()
	file, err := th.Act(m.o.Machines[who].Key, d, string(m.o.Cases.Today()))
	m.must(err)
	k := keptAct{day: m.o.Cases.Today(), file: file, who: who, c: c, n: n, do: do, by: owed{form: form, due: d.Set["due"], signer: who, on: d.Once}}
	if do != "recommend" {
		k.then = c.remedies[n-1].on
	}
	m.kept = append(m.kept, k)
	m.dropKept(&m.kept[len(m.kept)-1])
}

// likely draws one of some acts, mostly one that can follow; "" is none.
func (m *redress) likely(state string, of []string) string {
	if rapid.IntRange(0, 7).Draw(m.T, "unlikely") < 7 {
		fits := slices.DeleteFunc(slices.Clone(of), func(do string) bool { return remedyTable[do][state] == "" || do == "refused" })
		if len(fits) == 0 {
			return ""
		}
		return rapid.SampledFrom(fits).Draw(m.T, "do")
	}
	return rapid.SampledFrom(of).Draw(m.T, "do")
}

// dropKept drops an act file, for the first time or again. Again changes nothing;
// one that was refused is taken only if nothing else has happened since.
func (m *redress) dropKept(k *keptAct) {
	m.Helper()
	err := m.drop(k.who, k.file)
	old := m.o.Cases.Today() > k.day.Add(90) // opened by no transport key that is left
	switch {
	case old:
		if cases.SayOf(err) != "act-old" {
			m.Fatalf("an act of %s on %s: %v", k.day, m.o.Cases.Today(), err)
		}
		return
	case k.taken:
		m.must(err)
		return
	}
	to, fine := m.may(k.c, k.n, k.do, "ombudsman", k.who)
	if k.do != "recommend" {
		fine = fine && k.c.remedies[k.n-1].on == k.then
	}
	k.taken = fine
	m.judge(k.c, k.n, err, to, fine, k.by)
	if fine {
		m.made[k.do]++
	}
}

func (m *redress) drop(who string, file []byte) error {
	m.Helper()
	in, err := m.o.Cases.Inspect(file)
	m.must(err)
	desk, err := m.o.Cases.Desk(who)
	m.must(err)
	_, _, err = desk.Signed(ctx, in)
	return err
}

// judge holds what came of an act to the model, and takes it in.
func (m *redress) judge(c *claim, n int, err error, to string, fine bool, by owed) {
	m.Helper()
	if (err == nil) != fine || err != nil && cases.KindOf(err) != cases.Conflict {
		m.Fatalf("remedy %d of %+v: %v; the model allows it: %v", n, c, err, fine)
	}
	if !fine {
		return
	}
	c.threads = nil
	if n > len(c.remedies) {
		c.remedies = append(c.remedies, owed{form: by.form})
	}
	r := &c.remedies[n-1]
	r.state, r.day, r.on = to, m.o.Cases.Today(), by.on
	if by.due != "" {
		r.due = by.due
	}
	if by.signer != "" {
		r.signer = by.signer
	}
}

// say is anything a filer can say to a remedy, also as seen some steps ago, and
// with the receipt of another case.
func (m *redress) say() {
	c := m.claim()
	if len(c.remedies) == 0 {
		return
	}
	n := rapid.IntRange(1, len(c.remedies)).Draw(m.T, "remedy")
	do := m.likely(c.remedies[n-1].state, filerSteps)
	if do == "" {
		return
	}
	w := cases.RemedyAnswer{Do: cases.Verb(do), Number: n, On: c.remedies[n-1].on, Text: "My words."}
	holder, stale := c, rapid.SampledFrom([]string{"", "", "", "old", "other"}).Draw(m.T, "stale")
	switch stale {
	case "old":
		w.On = strings.Repeat("0", 32)
	case "other":
		holder = m.all[0]
		if c == holder {
			holder = m.all[1]
		}
	}
	mine, err := m.o.Cases.Mine(ctx, holder.rec)
	m.must(err)
	form := cases.NewOnce()
	err = mine.Answer(ctx, form, w)
	to, fine := m.may(c, n, do, "filer", "")
	fine = fine && stale == ""
	if fine && err == nil && rapid.Bool().Draw(m.T, "again") {
		m.must(mine.Answer(ctx, form, w)) // a double click
	}
	on := ""
	if now := m.stored(c.rec).Remedies; fine && err == nil {
		on, c.spoke = now[n-1].On, m.o.Cases.Today()
		m.made[do]++
	}
	m.judge(c, n, err, to, fine, owed{on: on})
}

// replay drops a file that was kept.
func (m *redress) replay() {
	if len(m.kept) == 0 {
		return
	}
	m.dropKept(&m.kept[rapid.IntRange(0, len(m.kept)-1).Draw(m.T, "kept")])
}

func (m *redress) add() {
	c := m.claim()
	mine, err := m.o.Cases.Mine(ctx, c.rec)
	m.must(err)
	m.must(mine.Add(ctx, cases.NewOnce(), "More.", nil))
	c.spoke, c.threads = m.o.Cases.Today(), nil
}

func (m *redress) shut() {
	c, who := m.claim(), m.who()
	if rapid.IntRange(0, 9).Draw(m.T, "rarely") > 0 && !c.outstanding() {
		return
	}
	file, err := m.thread(c, who).Act(m.o.Machines[who].Key, draftOf("close"), string(m.o.Cases.Today()))
	m.must(err)
	err = m.drop(who, file)
	if fine := !c.closed && !c.outstanding(); (err == nil) != fine {
		m.Fatalf("closing %+v: %v", c, err)
	}
	if err == nil {
		c.closed, c.threads = true, nil
	}
}

func (m *redress) pass() {
	m.o.Pass(time.Duration(rapid.SampledFrom([]int{0, 1, 9, 10, 11}).Draw(m.T, "days")) * 24 * time.Hour)
}

// check: rows, flag, what the filer sees, and what a desk reads off signatures
// alone are all the model's.
func (m *redress) check(*rapid.T) {
	for _, c := range m.all {
		now := m.stored(c.rec)
		mine, err := m.o.Cases.Mine(ctx, c.rec)
		m.must(err)
		if now.Is(cases.RemedyOutstanding) != c.outstanding() || (now.Stage == cases.Closed) != c.closed || c.closed && c.outstanding() {
			m.Fatalf("%s with flags %v, want %+v", now.Stage, now.Flags.Names(), c)
		}
		m.same(c, mine.Remedies)
	}
}

func (m *redress) same(c *claim, got []cases.Remedy) {
	m.Helper()
	if len(got) != len(c.remedies) {
		m.Fatalf("%d remedies, want %+v", len(got), c.remedies)
	}
	for i, r := range got {
		w := c.remedies[i]
		if r.Number != i+1 || r.State != w.state || r.Form != w.form || r.Due != w.due || r.Signer != w.signer || r.On != w.on || r.Day != string(w.day) {
			m.Fatalf("remedy %+v, want %+v", r, w)
		}
	}
}

// read has both desks read each case: the ledger from the signatures is the
// host's, and nothing warns.
func (m *redress) read() {
	for _, c := range m.all {
		for _, who := range []string{"anna", "bela"} {
			t := m.thread(c, who)
			if len(t.Warnings) > 0 {
				m.Fatalf("the papers warn: %q", t.Warnings)
			}
			var list []cases.Remedy
			for _, r := range t.Remedies {
				list = append(list, cases.Remedy{Remedy: r})
			}
			m.same(c, list)
		}
	}
}

// end brings every remedy to an end without the filer, and closes: no silent
// filer keeps a case open.
func (m *redress) end() {
	step := map[string]string{"recommended": "refused", "agreed": "refused", "offered": "refused", "contested": "refused", "accepted": "refused", "delivered": "unconfirmed"}
	m.o.Pass(11 * 24 * time.Hour)
	for _, c := range m.all {
		for i, r := range c.remedies {
			if ended(r.state) {
				continue
			}
			who := map[string]string{"anna": "bela", "bela": "anna"}[r.signer]
			d := papers.Draft{Do: step[r.state], Text: "It ends.", Set: map[string]string{"remedy": strconv.Itoa(i + 1)}}
			file, err := m.thread(c, who).Act(m.o.Machines[who].Key, d, string(m.o.Cases.Today()))
			m.must(err)
			m.must(m.drop(who, file))
			c.threads = nil
		}
		if !c.closed {
			file, err := m.thread(c, "anna").Act(m.o.Machines["anna"].Key, draftOf("close"), string(m.o.Cases.Today()))
			m.must(err)
			m.must(m.drop("anna", file))
		}
	}
	_, err := m.o.Cases.VerifyLog(ctx)
	m.must(err)
}

// TestRemedyModel has two ombudsmen and two filers do anything to remedies in any
// order: no state is skipped, each step is by the right role, and nothing is
// owed in a closed case.
func TestRemedyModel(t *testing.T) {
	bounded(t, "2", "60", "30", "80")
	dir, made := t.TempDir(), map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		cryptotest.SetGlobalRandom(t, rapid.Uint64().Draw(rt, "luck"))
		m := newRedress(rt, dir)
		defer func() { _ = m.db.Close() }()
		as := func(f func()) func(*rapid.T) {
			return func(t *rapid.T) {
				was := m.T
				m.T = t
				defer func() { m.T = was }()
				f()
			}
		}
		rt.Repeat(map[string]func(*rapid.T){
			"": m.check, "act": as(m.act), "act more": as(m.act), "act yet more": as(m.act), "act on": as(m.act),
			"say": as(m.say), "say more": as(m.say), "say yet more": as(m.say),
			"replay": as(m.replay), "add": as(m.add), "close": as(m.shut), "pass": as(m.pass), "read": as(m.read),
		})
		m.end()
		for do, n := range m.made {
			made[do] += n
		}
	})
	t.Logf("steps taken: %v", made)
}
