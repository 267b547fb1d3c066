package bottest_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"ombra/bot"
	"ombra/bot/bottest"
	"ombra/cases"
)

// watched is an office that vera watches.
func watched(t *testing.T) *scene {
	t.Helper()
	return newScene(t, bottest.Settings{
		Options: func(o *bot.Options) { o.Oversight = map[string]string{"test:vera": "vera"} },
		Change:  func(o *cases.Office) { o.Oversight = []string{"vera"} },
	})
}

// TestOversight: vera sees what is late and who holds it, and figures; help
// offers her both, and nothing that an ombudsman has.
func TestOversight(t *testing.T) {
	s := watched(t)
	vera := s.seat("vera")
	help := vera.pick("help")
	if !slices.Contains(help.Buttons, phrase.Get("verb.overdue")) || !slices.Contains(help.Buttons, phrase.Get("verb.numbers")) ||
		slices.Contains(help.Buttons, phrase.Get("verb.inbox")) {
		t.Errorf("help offers %v", help.Buttons)
	}
	s.file("staff", told("chris"))
	if got := vera.pick("overdue"); !strings.Contains(got.Text, phrase.Get("overdue.empty")) {
		t.Errorf("before anything is late: %s", got.Text)
	}
	s.o.Pass(5 * 24 * time.Hour)
	vera.pick("overdue")
	late := vera.Step()
	if len(late.Facts) != 1 || len(late.Facts[0].Label) != 9 || late.Kept || late.Cover == nil ||
		!strings.Contains(late.Facts[0].Value, "3 days ago") || !strings.Contains(late.Facts[0].Value, "anna") ||
		!strings.Contains(late.Facts[0].Value, "bela") || strings.Contains(late.Facts[0].Value, "chris") {
		t.Errorf("overdue: %+v", late.Facts)
	}
	if got := vera.pick("numbers"); !strings.Contains(got.Text, phrase.Get("numbers.none")) {
		t.Errorf("figures of a new office: %s", got.Text)
	}
	s.figures("2026-Q2", map[string]int64{"filed/report": 40, "filed/redress": 12, "closed/partly": 3})
	s.figures("2026-Q1", map[string]int64{"filed/report": 4, "shredded": 9})
	text := vera.pick("numbers").Text
	for _, want := range []string{"2026-Q2", "40", "12", "52", phrase.Get("numbers.hidden"), "fewer than 5"} {
		if !strings.Contains(text, want) {
			t.Errorf("the figures lack %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "3\n") || strings.Contains(text, ": 3") {
		t.Errorf("a small number is told:\n%s", text)
	}
	if text = vera.press(phrase.Get("numbers.older")).Text; !strings.Contains(text, "2026-Q1") || strings.Contains(text, ": 4") || !strings.Contains(text, ": 9") {
		t.Errorf("the quarter before:\n%s", text)
	}
	vera.press(phrase.Get("numbers.newer"))
	for _, step := range vera.steps {
		if err := step.Check(); err != nil {
			t.Error(err)
		}
	}
}

// figures writes a quarter's counters.
func (s *scene) figures(quarter string, values map[string]int64) {
	s.t.Helper()
	err := s.o.Cases.Store.Update(context.Background(), func(tx cases.Tx) error {
		for name, n := range values {
			for range n {
				if err := tx.Count(quarter, name); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// TestAttackOversightVerbs: an ombudsman and a stranger type oversight's verbs,
// and oversight those of an ombudsman: for each they do not exist, and oversight's
// buttons in another hand are nobody's.
func TestAttackOversightVerbs(t *testing.T) {
	s := watched(t)
	s.figures("2026-Q2", map[string]int64{"filed/report": 40})
	s.figures("2026-Q1", map[string]int64{"filed/report": 40})
	for who, verbs := range map[string][]string{
		"stranger": {"overdue", "numbers", "inbox"}, "anna": {"overdue", "numbers"}, "vera": {"inbox"},
	} {
		p := s.seat(who)
		p.pick("xyzzy")
		want := bare(p.Step())
		for _, verb := range verbs {
			if p.pick(verb); bare(p.Step()) != want {
				t.Errorf("%s: %s is answered otherwise", who, verb)
			}
		}
	}
	vera := s.seat("vera")
	vera.pick("numbers")
	for _, b := range vera.Step().Buttons {
		if b.Token == "" {
			continue
		}
		step := s.again(bot.Event{From: bot.NewAccount("test:anna"), Via: bot.Via{Name: "terminal"}, Token: b.Token})
		if !strings.Contains(step.Text, phrase.Get("lost.text")) {
			t.Errorf("vera's button tells anna %q", step.Text)
		}
	}
}

// TestAttackOversightReadsContent: nothing that a filer or an ombudsman wrote is
// in anything that oversight can be shown.
func TestAttackOversightReadsContent(t *testing.T) {
	s := watched(t)
	scanner := bottest.NewScanner()
	v := told()
	v["q.what"] = []string{scanner.Plant("what happened")}
	v["q.concerned"] = []string{scanner.Plant("who is concerned")}
	receipt := s.file("staff", v)
	s.add("staff", receipt, scanner.Plant("what was added"))
	scanner.Know("the receipt", receipt)
	s.o.Pass(40 * 24 * time.Hour)
	vera := s.seat("vera")
	for _, verb := range []string{"help", "home", "roster", "privacy", "overdue", "numbers", "inbox", "case"} {
		vera.pick(verb)
	}
	for _, step := range vera.steps {
		if found := scanner.String("what vera sees", bare(step)); len(found) > 0 {
			t.Error(bottest.Lines(found))
		}
	}
}

// TestOversightIsToldOfLateness: a notice to one of oversight reaches her account
// and leads to her own verb.
func TestOversightIsToldOfLateness(t *testing.T) {
	post := &postbox{}
	s := newScene(t, bottest.Settings{Options: func(o *bot.Options) {
		o.Oversight, o.Platforms = map[string]string{"test:vera": "vera"}, map[string]bot.Platform{"test": post}
	}})
	post.s = s
	err := s.o.Cases.Store.Update(context.Background(), func(tx cases.Tx) error {
		return tx.Notify(cases.Notice{To: "vera", About: cases.News, Due: s.o.Cases.Today()})
	})
	if err != nil {
		t.Fatal(err)
	}
	s.o.Pass(24 * time.Hour)
	sent := post.deliver()
	if len(sent) != 1 || sent[0].to != "test:vera" || !strings.Contains(sent[0].step, "overdue") {
		t.Errorf("sent: %+v", sent)
	}
}
