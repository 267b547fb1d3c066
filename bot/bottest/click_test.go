package bottest_test

import (
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"ombra/bot"
	"ombra/bot/bottest"
	"ombra/cases"
	"ombra/cases/papers"
)

// twice presses one button twice at once, as an impatient hand does, and once
// more later, as a platform that heard no answer does. Only the first may leave an
// entry in the log, and all three see the same.
func (s *scene) twice(who string, b bot.Button, entries int64) bot.Step {
	s.t.Helper()
	ev := bot.Event{From: bot.NewAccount("test:" + who), Via: bot.Via{Name: "terminal", Exposed: true, Files: true}, Verb: b.Verb, Token: b.Token, Recall: s.recall}
	size := s.size()
	var steps [3]bot.Step
	var wg sync.WaitGroup
	for i := range 2 {
		wg.Go(func() { steps[i] = s.again(ev) })
	}
	wg.Wait()
	steps[2] = s.again(ev)
	for _, step := range steps {
		if step.Title != steps[0].Title || step.IsForm() != steps[0].IsForm() || len(step.Files) != len(steps[0].Files) ||
			strings.HasPrefix(step.Title, phrase.Get("sorry.title")) || step.Check() != nil {
			s.t.Errorf("%s pressed twice: %s\nand %s", b.Label, bare(steps[0]), bare(step))
		}
	}
	s.grew(size, entries, b.Label+" pressed twice")
	return steps[2]
}

// button finds what is to be pressed on a step.
func (s *scene) button(step bot.Step, label string) bot.Button {
	s.t.Helper()
	for _, b := range step.Buttons {
		if b.Label == label {
			return b
		}
	}
	s.t.Fatalf("no button %q: %s", label, bare(step))
	return bot.Button{}
}

// TestAttackDoubleClick: "acknowledge" pressed twice was two acts elsewhere. Every
// button of every card is pressed twice at once and once more.
func TestAttackDoubleClick(t *testing.T) {
	s := newScene(t, bottest.Settings{Names: []string{"anna", "bela"}, Change: typed})
	rec := s.file("staff", told())
	for _, x := range []struct {
		act     string
		entries int64
	}{
		{"acknowledge", 1}, {"papers", 1}, {"wait", 1}, {"resume", 1}, {"lead", 1}, {"assess", 0}, {"answer", 0}, {"ask", 0},
	} {
		s.twice("anna", s.button(s.card("anna").Step(), phrase.Get("act."+x.act)), x.entries)
	}
	inbox := s.seat("anna")
	inbox.pick("inbox")
	s.twice("anna", inbox.Step().Buttons[0], 0)
	for _, b := range s.card("anna").Step().Buttons {
		if b.Verb != "" {
			s.twice("anna", b, 0)
		}
	}
	staff := s.seat("staff")
	staff.pick("")
	for _, b := range staff.Step().Buttons {
		s.twice("staff", b, 0)
	}
	staff.pick("report")
	for _, b := range staff.Step().Buttons {
		s.twice("staff", b, 0)
	}
	s.seat("anna").say("", s.actFile("anna", s.thread("anna"), papers.Draft{
		Do: "answer", Text: "Yes.", Files: []papers.Attachment{{Name: "a.txt", Data: []byte("a")}},
	}))
	s.twice("anna", s.button(s.seat("anna").Step(), phrase.Get("card.back")), 0)
	s.look("staff", rec)
	for _, b := range staff.Step().Buttons {
		s.twice("staff", b, 0)
	}
	if n := len(s.rows("SELECT n FROM log_open WHERE act = 'acknowledged'")); n != 1 {
		t.Errorf("acknowledged %d times", n)
	}
}

// TestAttackDoubleClickOnTwoCards: two windows of the same case, a button in each:
// the second is another press, and says that the case has moved on.
func TestAttackDoubleClickOnTwoCards(t *testing.T) {
	s := newScene(t, bottest.Settings{Names: []string{"anna", "bela"}})
	s.file("staff", told())
	one, two := s.card("anna").Step(), s.card("bela").Step()
	s.twice("anna", s.button(one, phrase.Get("act.acknowledge")), 1)
	b := s.button(two, phrase.Get("act.acknowledge"))
	size := s.size()
	if step := s.again(bot.Event{From: bot.NewAccount("test:bela"), Token: b.Token}); !strings.Contains(step.Text, phrase.Get("error.moved-on")) {
		t.Errorf("%s", bare(step))
	}
	s.grew(size, 0, "a late press")
}

// TestAttackDoubleClickSealed: the button under a sealed file and the form under a
// bare age file, whose receipt is made here: twice, they show the same.
func TestAttackDoubleClickSealed(t *testing.T) {
	s := newScene(t, bottest.Settings{})
	_, sealed := s.sealedFile("The supplier sold it twice.")
	p := s.seat("staff")
	p.say("", bottest.FileOf("sealed.age", sealed.File))
	s.said = p.last().Said
	s.twice("staff", p.Step().Buttons[0], 3)
	_, inner := s.opened(sealed.File)
	p.say("", bottest.FileOf("stock.age", inner["body.age"]))
	s.said = p.last().Said
	ev := bot.Event{
		From: bot.NewAccount("test:staff"), Via: bot.Via{Name: "terminal", Exposed: true, Files: true}, Token: p.Step().Token, Form: true,
		Values: url.Values{"kind": {"report"}, "exclude": {"chris"}}, Recall: s.recall,
	}
	size, recs := s.size(), map[string]bool{}
	for range 3 {
		recs[s.receiptOn(bottest.ScreenOf(s.again(ev)))] = true
	}
	s.grew(size, 3, "a bare age file sent three times")
	if len(recs) != 1 || s.count("cases") != 2 {
		t.Errorf("%d receipts, %d cases", len(recs), s.count("cases"))
	}
	for rec := range recs {
		if screen := s.look("staff", rec); !screen.Has(phrase.Get("stage.received")) {
			t.Errorf("%s", screen.Text)
		}
	}
	// age's recipients are anonymous: whom it leaves out only the filer can say.
	desk, err := s.o.Cases.Desk("chris")
	if err != nil {
		t.Fatal(err)
	}
	list, _, err := desk.Inbox(t.Context(), 0, 10)
	if err != nil || slices.ContainsFunc(list, func(c *cases.Case) bool { return c.Source == cases.Stock }) {
		t.Errorf("chris was given what was not sealed to him: %v", err)
	}
}

// TestResubmitted: every form sent twice with the same words is one act; with
// other words it is another, or says why not, and no word is lost.
func TestResubmitted(t *testing.T) {
	s := newScene(t, bottest.Settings{Names: []string{"anna", "bela"}, Change: typed})
	both := func(who string, form bot.Step, same, other url.Values, entries [2]int64) (bot.Step, bot.Step) {
		t.Helper()
		ev := bot.Event{From: bot.NewAccount("test:" + who), Via: bot.Via{Name: "terminal", Files: true}, Token: form.Token, Form: true, Values: same}
		size := s.size()
		var steps [3]bot.Step
		var wg sync.WaitGroup
		for i := range 2 {
			wg.Go(func() { steps[i] = s.again(ev) })
		}
		wg.Wait()
		steps[2] = s.again(ev)
		for _, step := range steps {
			if step.Title != steps[0].Title || step.Title == phrase.Get("sorry.title") || step.Check() != nil {
				t.Errorf("%s twice: %s\nand %s", form.Title, bare(steps[0]), bare(step))
			}
		}
		s.grew(size, entries[0], form.Title+" sent twice")
		size = s.size()
		ev.Values = other
		changed := s.again(ev)
		s.grew(size, entries[1], form.Title+" sent with other words")
		s.again(ev)
		s.grew(size, entries[1], form.Title+" sent with other words twice")
		return steps[2], changed
	}
	other := sent("staff", "").Values
	other["q.what"] = []string{"It was two clinics."}
	one, two := both("staff", s.formOf("staff"), sent("staff", "").Values, other, [2]int64{3, 1})
	rec := s.receiptOn(bottest.ScreenOf(one))
	if s.receiptOn(bottest.ScreenOf(two)) != rec || s.count("cases") != 1 {
		t.Error("a changed report got another receipt, or another case")
	}
	both("staff", one, url.Values{"group": {"x"}}, url.Values{"group": {rec[:4]}}, [2]int64{})
	s.seat("staff").pick("case")
	both("staff", s.seat("staff").Step(), url.Values{"receipt": {rec}}, url.Values{"receipt": {wrong(rec)}}, [2]int64{})
	s.look("staff", rec)
	s.seat("staff").press(phrase.Get("mine.add"))
	both("staff", s.seat("staff").Step(), url.Values{"receipt": {rec}, "more": {"one"}}, url.Values{"receipt": {rec}, "more": {"two"}}, [2]int64{1, 1})
	s.card("anna").press(phrase.Get("act.acknowledge"))
	s.seat("anna").press(phrase.Get("act.assess"))
	assess := url.Values{"category": {"other"}, "priority": {"high"}, "urgent": {"no"}, "stage": {"assessing"}}
	more := url.Values{"category": {"other"}, "priority": {"low"}, "urgent": {"no"}, "stage": {"investigating"}}
	both("anna", s.seat("anna").Step(), assess, more, [2]int64{1, 1})
	for _, act := range []string{"answer", "ask"} {
		s.card("anna").press(phrase.Get("act." + act))
		both("anna", s.seat("anna").Step(), url.Values{"reply": {act + " one"}}, url.Values{"reply": {act + " two"}}, [2]int64{1, 1})
	}
	s.seat("anna").say("", s.actFile("anna", s.thread("anna"), papers.Draft{
		Do: "answer", Text: "signed", Files: []papers.Attachment{{Name: "a.txt", Data: []byte("a")}},
	}))
	s.look("staff", rec)
	s.seat("staff").press(phrase.Get("mine.files"))
	both("staff", s.seat("staff").Step(), url.Values{"receipt": {rec}}, url.Values{"receipt": {wrong(rec)}}, [2]int64{})
	screen := s.look("staff", rec)
	th := s.thread("anna")
	var text strings.Builder
	if err := th.Text(&text); err != nil {
		t.Fatal(err)
	}
	for _, words := range []string{"answer one", "answer two", "ask one", "ask two"} {
		if strings.Count(screen.Text, words) != 1 || strings.Count(text.String(), words) != 1 {
			t.Errorf("%q is not there once", words)
		}
	}
	for _, words := range []string{"The tool hit a clinic.", "It was two clinics."} {
		if !strings.Contains(text.String(), words) {
			t.Errorf("%q is lost", words)
		}
	}
	if strings.Count(text.String(), "| one\n") != 1 || strings.Count(text.String(), "| two\n") != 1 || len(th.Warnings) > 0 {
		t.Errorf("%q\n%s", th.Warnings, text.String())
	}
}
