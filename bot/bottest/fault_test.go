package bottest_test

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ombra/bot"
	"ombra/bot/bottest"
	"ombra/cases"
	"ombra/cases/papers"
	"ombra/cases/storetest"
)

// shelved is a store with the shelf that belongs to it.
type shelved struct {
	cases.Store
	shelf cases.Shelf
}

func openShelved(t *testing.T) cases.Store {
	db, shelf := open(t, privateDir(t))
	return shelved{db, shelf}
}

// A later store lets an office be set up in peace: what is behind it can be
// changed while others use it.
type later struct{ now atomic.Pointer[cases.Store] }

func behind(s cases.Store) *later {
	l := &later{}
	l.set(s)
	return l
}

func (l *later) set(s cases.Store) { l.now.Store(&s) }

func (l *later) View(ctx context.Context, f func(cases.Tx) error) error {
	return (*l.now.Load()).View(ctx, f)
}

func (l *later) Erase(ctx context.Context) error { return (*l.now.Load()).Erase(ctx) }

func (l *later) Update(ctx context.Context, f func(cases.Tx) error) error {
	return (*l.now.Load()).Update(ctx, f)
}

// A trial is a run of people's work in which something fails.
type trial struct {
	*testing.T
	o        *bottest.Office
	store    cases.Store // without the fault
	shelf    cases.Shelf
	receipts map[string]string // by the words that were filed under them
	failures int               // that people saw
}

func newTrial(t *testing.T, faulty, store cases.Store, shelf cases.Shelf) *trial {
	t.Helper()
	tr := &trial{T: t, store: store, shelf: shelf, receipts: map[string]string{}}
	st := behind(store)
	var err error
	tr.o, err = bottest.NewOffice(context.Background(), st, shelf, bottest.Settings{
		Names: []string{"anna", "bela"}, Start: odd, Change: func(o *cases.Office) { o.TypedReplies = true },
	})
	if err != nil {
		t.Fatal(err)
	}
	st.set(faulty)
	return tr
}

// seat gives a person who does the very same again while it fails, and who must
// not be told more, or keep less, than what is true.
func (tr *trial) seat(account string) *chat {
	c := newChat(tr, tr.o, account)
	c.handle = func(ctx context.Context, ev bot.Event) bot.Step {
		step := tr.o.Bot.Handle(ctx, ev)
		for try := 0; failed(step) && try < 3; try++ {
			tr.failures++
			tr.keeps(ev, step)
			step = tr.o.Bot.Handle(ctx, ev)
		}
		return step
	}
	return c
}

// failed reports whether a step says that our side did not manage.
func failed(s bot.Step) bool {
	for _, key := range []string{"unavailable", "full", "internal", "busy", "conflict"} {
		if strings.Contains(s.Text, words.Get("error."+key)) {
			return true
		}
	}
	return false
}

// keeps checks a step about a failure: no receipt, and everything that was typed.
func (tr *trial) keeps(ev bot.Event, s bot.Step) {
	tr.Helper()
	screen := bottest.ScreenOf(s)
	if _, err := bottest.ReceiptOn(screen); err == nil {
		tr.Errorf("a receipt beside a failure: %s", screen.Text)
	}
	for id, typed := range ev.Values {
		for _, text := range typed {
			if id != "receipt" && id != "group" && !screen.Has(text) && !strings.Contains(strings.Join(screen.Values[id], "\n"), text) {
				tr.Errorf("%q is lost from field %s: %s", text, id, screen.Text)
			}
		}
	}
}

// The words of the trial, each of which must be in the papers once.
const (
	firstWords  = "The first words about the turbine."
	moreWords   = "The changed words about the turbine."
	proofWords  = "The proof that was added."
	otherWords  = "The words that anna must not see."
	sealedWords = "The words that were sealed at home."
	answerWords = "The answer that was signed."
	typedWords  = "The question that was typed."
	finalWords  = "The final answer."
	lessonWords = "The lessons."
)

func big(name string) bot.File {
	return bottest.FileOf(name, bytes.Repeat([]byte(name+" "), 100_000/len(name)))
}

// work is what people do: everything that writes. It returns how many leaves it
// left in the log.
func (tr *trial) work() int64 {
	ctx := context.Background()
	staff, anna, bela := tr.seat("test:staff"), tr.seat("test:anna"), tr.seat("test:bela")
	form := staff.form("report")
	v := url.Values{"q.what": {firstWords}, "q.concerned": {"The shift leader."}, "q.category": {"other"}}
	staff.sendOn(form, v, bottest.FileOf("small.txt", []byte("small")), big("big.bin"))
	tr.receipts[firstWords] = staff.proved()

	v.Set("q.what", moreWords)
	staff.sendOn(form, v, big("amended.bin"))
	if staff.proved() != tr.receipts[firstWords] {
		tr.Error("changed words came under another receipt")
	}
	v.Set("q.what", otherWords)
	v.Set("exclude", "anna")
	staff.sendOn(form, v)
	tr.receipts[otherWords] = staff.proved()

	staff.look(tr.receipts[firstWords])
	staff.press(words.Get("mine.add"))
	staff.send(url.Values{"receipt": {tr.receipts[firstWords]}, "more": {proofWords}}, big("proof.bin"))
	staff.expect("add.done")

	anna.card("-")
	anna.press(words.Get("act.acknowledge"))
	anna.press(words.Get("act.assess"))
	anna.send(url.Values{"category": {"other"}, "priority": {"high"}, "urgent": {"no"}, "stage": {"investigating"}})
	anna.press(words.Get("act.ask"))
	anna.send(url.Values{"reply": {typedWords}})
	large := []papers.Attachment{{Name: "answer.bin", Data: bytes.Repeat([]byte("answer "), 20_000)}}
	anna.sign(tr.o, tr.o.Machines["anna"], papers.Draft{Do: "answer", Text: answerWords, Files: large})
	bela.card(words.Get("stage.investigating"))
	bela.sign(tr.o, tr.o.Machines["bela"], papers.Draft{Do: "close", Text: finalWords, Lessons: lessonWords, Set: map[string]string{"disposition": "partly"}})

	tr.sealed()
	tr.deliver()
	size := storetest.CheckLog(tr, tr.store)
	for done := false; !done; {
		if ok, err := tr.o.Cases.Checkpoint(ctx, true); err == nil {
			done = true
		} else if ok {
			tr.Error("a checkpoint that failed says that it was made")
		}
	}
	return size
}

func (tr *trial) sealed() {
	d, err := tr.o.Device()
	if err != nil {
		tr.Fatal(err)
	}
	rc, s, err := d.Seal(papers.Filing{Kind: "report", Words: sealedWords, Files: []papers.Attachment{
		{Name: "sealed.bin", Data: bytes.Repeat([]byte("sealed "), 20_000)},
	}}, string(tr.o.Cases.Today()))
	if err != nil {
		tr.Fatal(err)
	}
	c := tr.seat("test:sealer")
	c.say("", bottest.FileOf("sealed.age", s.File))
	c.press(words.Get("sealed.report"))
	c.expect("sealed.done-title")
	tr.receipts[sealedWords] = rc.Symbols()
}

// deliver tells what is due the next day, and again what could not be settled.
func (tr *trial) deliver() {
	tr.o.Pass(24 * time.Hour)
	heard := map[string]bool{}
	for range 5 {
		due, err := tr.o.Cases.Notices(context.Background())
		if err != nil {
			tr.Fatal(err)
		}
		for _, n := range due {
			heard[n.To] = true
			_ = tr.o.Cases.Settle(context.Background(), n, cases.Outcome{})
		}
	}
	if left, err := tr.o.Cases.Notices(context.Background()); err != nil || len(left) > 0 || !heard["anna"] || !heard["bela"] {
		tr.Errorf("heard %v, left %v, %v", heard, left, err)
	}
}

// holds checks that nothing was lost and nothing is there twice.
func (tr *trial) holds() {
	tr.Helper()
	ctx := context.Background()
	for said, symbols := range tr.receipts {
		if m, err := tr.o.Cases.Mine(ctx, parsed(tr, symbols)); err != nil || m.Kind != cases.Report {
			tr.Errorf("the receipt for %q does not open its case: %v", said, err)
		}
	}
	mine := tr.seat("test:staff").look(tr.receipts[firstWords])
	for _, said := range []string{answerWords, finalWords, typedWords} {
		if strings.Count(mine, said) != 1 {
			tr.Errorf("the filer sees %q %d times", said, strings.Count(mine, said))
		}
	}
	all := map[string]string{"anna": "", "bela": ""}
	for name := range all {
		c := tr.seat("test:" + name)
		c.pick("inbox")
		inbox := c.step
		inbox.Buttons = slices.DeleteFunc(inbox.Buttons, func(b bot.Button) bool { return b.Label == words.Get("hand.act") })
		want := map[string]int{"anna": 2, "bela": 3}[name]
		if len(inbox.Buttons) != want {
			tr.Errorf("%s holds %d cases, want %d", name, len(inbox.Buttons), want)
		}
		if name == "anna" && tr.failures > 0 && os.Getenv("OMBRA_LONG") == "" {
			delete(all, name) // bela has what she has; without a fault both are read
			continue
		}
		for _, b := range inbox.Buttons {
			c.pressOn(inbox, b.Label)
			th, _ := c.papers(tr.o.Machines[name])
			all[name] += textOf(tr, th)
		}
	}
	for _, said := range []string{
		firstWords, moreWords, proofWords, sealedWords, answerWords, typedWords, finalWords, lessonWords,
		"file small.txt,", "file big.bin,", "file amended.bin,", "file proof.bin,", "file answer.bin,", "file sealed.bin,",
	} {
		for name, text := range all {
			if n := strings.Count(text, said); n != 1 {
				tr.Errorf("%q is %d times in %s's papers", said, n, name)
			}
		}
	}
	if strings.Contains(all["anna"], otherWords) || strings.Count(all["bela"], otherWords) != 1 {
		tr.Error("the words that exclude anna are with her, or not with bela")
	}
	if _, err := tr.o.Cases.VerifyLog(ctx); err != nil {
		tr.Error(err)
	}
}

// TestEveryWriteFails: each write of all that people do fails once, not stored,
// and stored but reported failed; they do the very same again, and nothing is
// lost and nothing twice.
func TestEveryWriteFails(t *testing.T) {
	calm := openShelved(t).(shelved)
	tr := newTrial(t, calm, calm, calm.shelf)
	want := tr.work()
	tr.holds()
	story := func(t *testing.T, s *storetest.Faulty) {
		st := s.Store.(shelved)
		tr := newTrial(t, s, st, st.shelf)
		if size := tr.work(); size != want {
			t.Errorf("%d leaves, want %d as without a fault", size, want)
		}
		if s.Struck() {
			tr.holds()
		}
	}
	if os.Getenv("OMBRA_LONG") != "" {
		storetest.EveryWrite(t, openShelved, story) // one more fault: unclear and lost
		return
	}
	for _, fault := range []storetest.Fault{storetest.NotStored, storetest.ButStored} {
		for at, more := 0, true; more; at++ {
			t.Run(fmt.Sprintf("%v/%d", fault, at), func(t *testing.T) {
				s := &storetest.Faulty{Store: openShelved(t), At: at, Fault: fault}
				defer func() { more = s.Struck() }()
				story(t, s)
			})
		}
	}
}
