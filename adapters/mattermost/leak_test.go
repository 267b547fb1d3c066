package mattermost_test

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ombra/adapters/mattermost/mattermostfake"
	"ombra/bot"
	"ombra/bot/bottest"
	"ombra/cases"
	"ombra/cases/papers"
)

// A leak is a room where everything that anybody types into a dialog is a canary.
type leak struct {
	*room
	*bottest.Scanner
	*testing.T
}

// text is a canary, said so often that no page of a store can cut all of it in two.
func (l *leak) text(what string) string {
	c := l.Plant(what)
	return fmt.Sprintf("It was %s; I say %s. Ask %s.", c, c, c)
}

func (l *leak) none(where string, found []bottest.Finding) {
	l.Helper()
	if len(found) > 0 {
		l.Errorf("%s:\n%s", where, bottest.Lines(found))
	}
}

func (l *leak) must(errs ...error) {
	l.Helper()
	for _, err := range errs {
		if err != nil {
			l.Fatal(err)
		}
	}
}

// TestNothingIsKept: the recommended way, from the slash command through dialogs, in
// every field and back again. No word of it is in anything that the server keeps: its
// database, its files, its log at DEBUG, its audit file. Nor on the bot's side.
func TestNothingIsKept(t *testing.T) {
	temp := filepath.Dir(t.TempDir()) // of all that this test makes
	t.Setenv("TMPDIR", t.TempDir())
	l := &leak{room: newRoom(t, mattermostfake.Options{Audit: true}, bottest.Settings{
		Change: func(o *cases.Office) { o.TypedReplies = true },
	}), Scanner: bottest.NewScanner(), T: t}
	staff := l.Seat("staff")
	who := l.fake.Seat("staff")

	l.must(staff.Pick(""), staff.Pick("report"), staff.Press(words.Get("gate.go-on")))
	form := url.Values{
		"q.what": {l.text("what happened")}, "q.concerned": {l.text("who is concerned")}, "q.category": {"other"}, "q.when": {l.text("a day that is none")},
	}
	l.must(staff.Send(form)) // comes back, with what is wrong
	if staff.Sees().Problems["q.when"] == "" {
		t.Fatalf("it was taken: %s", staff.Sees().Text)
	}
	l.must(staff.Send(url.Values{"q.when": {"2026-11-02"}}))
	rec := l.receipt(staff.Sees())
	l.must(staff.Send(url.Values{"group": {l.Plant("what is no group")}}))
	group, err := bottest.GroupOn(staff.Sees(), rec)
	l.must(err, staff.Send(url.Values{"group": {group}}))

	holder := l.holder()
	anna := l.Seat(holder)
	l.must(anna.Press(words.Get("act.answer")), anna.Send(url.Values{"reply": {l.text("a typed reply")}}))
	l.answer(holder)

	l.must(staff.Pick("case"), staff.Send(url.Values{"receipt": {rec}}), staff.Press(words.Get("mine.add")))
	l.must(staff.Send(url.Values{"receipt": {rec[:len(rec)-1]}, "more": {l.text("more words")}}), staff.Send(url.Values{"receipt": {rec}}))
	if !staff.Sees().Has(strings.ReplaceAll(words.Get("add.done"), "*", "")) {
		t.Fatalf("nothing was added: %s", staff.Sees().Text)
	}
	// A form of the day before yesterday, and one that nobody was shown.
	l.must(staff.Pick("redress"), staff.Press(words.Get("gate.go-on")))
	l.Office.Pass(49 * time.Hour)
	l.must(staff.Send(url.Values{"q.what": {l.text("words in a lost form")}, "q.category": {"other"}, "q.remedies": {"restitution"}}))
	_, _, submit := l.a.Paths()
	_, err = who.Submit(l.a.Base()+submit, "never-opened", l.Plant("a state"), map[string]any{"what": l.text("a forged form")})
	l.must(err, staff.Pick("help"))

	l.none("the server", l.kept())
	l.host(temp, who)
}

// kept is all that the server keeps.
func (l *leak) kept() []bottest.Finding {
	l.Helper()
	found, err := l.FS("server", l.fake.Export())
	l.must(err)
	return found
}

// host looks at the bot's side: there nobody has an account either.
func (l *leak) host(temp string, who *mattermostfake.Person) {
	l.Helper()
	l.Know("an account", who.ID)
	l.Know("a token of a session", who.Token)
	l.Know("the bot's token", l.bot.Token)
	l.Know("the slash command's token", l.slash)
	l.Know("the secret of the callbacks", pathSecret)
	for _, path := range func() []string { a, b, c := l.a.Paths(); return []string{a, b, c} }() {
		l.Know("a path", path)
	}
	found, err := l.Folder(temp)
	l.must(err)
	l.none("the host", found)
	l.none("the log", l.String("log", l.logs.String()))
	// The database proves nothing if nothing was stored in it.
	size := int64(0)
	_ = fsWalk(temp, &size)
	if size < 10_000 {
		l.Errorf("only %d bytes were looked at", size)
	}
}

func fsWalk(dir string, size *int64) error {
	list, err := os.ReadDir(dir)
	for _, e := range list {
		if info, err := e.Info(); err == nil && !e.IsDir() {
			*size += info.Size()
		}
		if e.IsDir() {
			_ = fsWalk(dir+"/"+e.Name(), size)
		}
	}
	return err
}

func (l *leak) receipt(s bottest.Screen) string {
	l.Helper()
	rec, err := bottest.ReceiptOn(s)
	if err != nil {
		l.Fatalf("%v: %s", err, s.Text)
	}
	l.Know("a receipt", rec)
	l.Know("a receipt", strings.ReplaceAll(rec, "-", ""))
	return rec
}

// holder finds who holds the case, and opens its card.
func (l *leak) holder() string {
	l.Helper()
	for _, name := range names {
		p := l.Seat(name)
		l.must(p.Pick("inbox"))
		if i := slices.IndexFunc(p.Sees().Buttons, caseShape.MatchString); i >= 0 {
			l.must(p.Press(p.Sees().Buttons[i]))
			return name
		}
	}
	l.Fatal("nobody holds it")
	return ""
}

// answer signs an answer on fresh papers. File and act stand in the conversation,
// encrypted; the passcode does not.
func (l *leak) answer(name string) {
	l.Helper()
	l.must(l.Seat(l.holder()).Press(words.Get("act.papers")))
	p := l.Seat(name)
	pass, err := bottest.PasscodeOn(p.Sees())
	l.must(err)
	l.Know("a passcode", pass)
	l.Know("a passcode", strings.ReplaceAll(pass, "-", ""))
	file, err := p.Sees().File()
	l.must(err)
	m := l.Office.Machines[name]
	th, err := m.Open(file, pass)
	l.must(err)
	act, err := m.Sign(th, papers.Draft{Do: "answer", Text: l.text("a signed answer")}, string(l.Office.Cases.Today()))
	l.must(err, p.Say("", act))
	if !p.Sees().Has(words.Get("signed.title")) {
		l.Fatalf("the answer was not taken: %s", p.Sees().Text)
	}
}

// TestWhatIsSaidIsKept is the control: what is said in the conversation is found in
// the server's database, as its writer was told. On the bot's side it is not.
func TestWhatIsSaidIsKept(t *testing.T) {
	temp := filepath.Dir(t.TempDir()) // of all that this test makes
	t.Setenv("TMPDIR", t.TempDir())
	l := &leak{room: newRoom(t, mattermostfake.Options{}, bottest.Settings{}), Scanner: bottest.NewScanner(), T: t}
	staff := l.Seat("staff")
	said := l.text("a direct message")
	l.must(staff.Say(said, bottest.FileOf("notes.txt", []byte(l.text("an open file")))))
	if len(l.kept()) == 0 {
		t.Error("the scan does not find what the server keeps")
	}
	l.must(staff.Press(words.Get("mattermost.show")), staff.Press(words.Get("said.report")), staff.Press(words.Get("mattermost.show")), staff.Send(url.Values{"q.concerned": {l.text("somebody")}, "q.category": {"other"}}))
	l.must(staff.Press(words.Get("receipt.again")))
	l.receipt(staff.Sees())
	l.host(temp, l.fake.Seat("staff"))
	// The bot's own posts say nothing of it either.
	for _, s := range l.fake.Seat("staff").Direct() {
		l.none("a message of the bot's", l.String("message", s.Text+strings.Join(s.Buttons, "\n")))
	}
}

// TestErrorsSayNothing: the server's words and addresses are in no error.
func TestErrorsSayNothing(t *testing.T) {
	t.Parallel()
	r := newRoom(t, mattermostfake.Options{}, bottest.Settings{})
	s := bottest.NewScanner()
	who := r.fake.Seat("staff")
	s.Know("an account", who.ID)
	s.Know("an address", strings.TrimPrefix(r.fake.URL(), "http://"))
	s.Know("the token", r.bot.Token)
	step := bot.Step{Title: "x", Text: "y", Kept: true}
	for _, f := range []mattermostfake.Fault{{Status: 500, Times: -1}, {Status: 429, After: 60, Times: -1}, {Status: 403, Times: -1}, {Times: -1}} {
		r.fake.Fail(f)
		err := r.a.Tell(context.Background(), bot.NewAccount("mattermost:"+who.ID), "k", step)
		if err == nil {
			t.Errorf("%+v is no error", f)
		}
		if found := s.String("an error", fmt.Sprintf("%v %+v %#v", err, err, err)); len(found) > 0 {
			t.Error(bottest.Lines(found))
		}
		for _, finding := range r.a.Check(context.Background()) {
			if found := s.String("a finding", finding.What+finding.Mend); len(found) > 0 {
				t.Error(bottest.Lines(found))
			}
		}
		r.fake.Heal()
	}
	if found := s.String("the log", r.logs.String()); len(found) > 0 {
		t.Error(bottest.Lines(found))
	}
}
