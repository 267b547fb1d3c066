package bottest_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"ombra/bot"
	"ombra/bot/bottest"
)

// TestMissingColleague is what the chat shows of people who are not there: on the
// roster, in their own inbox, on the cards of those who hold a case with them. The
// filer's card is the same before and after.
func TestMissingColleague(t *testing.T) {
	ctx := context.Background()
	s := newScene(t, staffed())
	rec := s.file("staff", told("chris"))
	before := s.look("staff", rec)
	today := s.o.Cases.Today()
	until := string(today.Add(9))
	_, err := s.o.Cases.SetAway(ctx, "anna", today, today.Add(9))
	s.must(err)
	if after := s.look("staff", rec); after.Text != before.Text {
		t.Errorf("the filer sees\n%s\nand saw\n%s", after.Text, before.Text)
	}
	if screen := s.seat("staff").pick("roster"); !screen.Has("away until " + until) {
		t.Errorf("roster: %s", screen.Text)
	}
	if screen := s.seat("anna").pick("inbox"); !screen.Has("You are away until "+until) || len(s.held("anna")) != 1 {
		t.Errorf("inbox: %s", screen.Text)
	}
	if screen := s.card("bela").Sees(); !screen.Has("anna (away until " + until + ")") {
		t.Errorf("card: %s", screen.Text)
	}
	s.must(s.o.Cases.Back(ctx, "anna"))
	if screen := s.card("bela").Sees(); screen.Has("away until") {
		t.Errorf("card: %s", screen.Text)
	}
	_, err = s.o.Cases.SetAway(ctx, "anna", today.Add(2), today.Add(9))
	s.must(err)
	s.must(s.o.Cases.MoveEnd(ctx, "anna", today.Add(12)))
	if screen := s.seat("anna").pick("inbox"); !screen.Has("You will be away from "+string(today.Add(2))) || !screen.Has("Your mandate ends on "+string(today.Add(12))) {
		t.Errorf("inbox: %s", screen.Text)
	}
	// Who led and left leads no more.
	s.card("anna").press(phrase.Get("act.lead"))
	lead := func() bool { return s.card("bela").Sees().Has(phrase.Get("card.lead") + ": anna") }
	led := lead()
	s.must(s.o.Cases.Remove(ctx, "anna"))
	if lead() || !led {
		t.Errorf("she leads before: %v, after: %v", led, lead())
	}
	// With nobody to draw, nothing is taken in, and nobody is called what they are not.
	for _, name := range []string{"bela", "chris", "outside"} {
		if name == "outside" {
			s.must(s.o.Cases.Remove(ctx, name))
			continue
		}
		_, err := s.o.Cases.SetAway(ctx, name, today, today.Add(3))
		s.must(err)
	}
	if screen := s.seat("staff").pick("report"); !screen.Has(phrase.Get("closed.text")) || !screen.Has("away") {
		t.Errorf("%s", screen.Text)
	}
}

// TestRemovedWhileAFormIsOpen: a form that offers to exclude somebody who is gone
// comes back once with all that was typed, whether they were chosen or not.
func TestRemovedWhileAFormIsOpen(t *testing.T) {
	for _, excluded := range []string{"chris", "bela"} {
		s := newScene(t, staffed())
		p := s.seat("staff")
		p.pick("report")
		p.press(phrase.Get("gate.go-on"))
		s.must(s.o.Cases.Remove(context.Background(), "chris"))
		screen := p.fill(told(excluded))
		if screen.Values.Get("q.what") != "The tool hit a clinic." || s.count("cases") != 0 || strings.Contains(screen.Text, "joined") {
			t.Fatalf("%s: %s", excluded, screen.Text)
		}
		s.receiptOn(p.fill(told("bela")))
	}
}

// TestRosterNotices: each is told in words of their own, and led where it can be
// seen; what waits for an account that is gone with its owner is given up.
func TestRosterNotices(t *testing.T) {
	set := staffed()
	p := &postbox{}
	set.Options = func(o *bot.Options) {
		o.Platforms = map[string]bot.Platform{"test": p}
		o.Oversight = map[string]string{"test:vera": "vera"}
		delete(o.Ombudsmen, "test:chris") // taken out in the same moment
	}
	s := newScene(t, set)
	p.s = s
	ctx := context.Background()
	s.must(s.o.Cases.Remove(ctx, "anna"))
	s.must(s.o.Cases.Remove(ctx, "chris"))
	got := map[string]string{}
	for _, n := range p.deliver() {
		got[n.to] = n.step
	}
	for who, want := range map[string]string{
		"test:anna": "notice.removed", "test:bela": "notice.roster", "test:outside": "notice.roster", "test:vera": "notice.roster",
	} {
		if !strings.Contains(got[who], phrase.Get(want)) || !strings.Contains(got[who], phrase.Get("verb.roster")) {
			t.Errorf("%s is told %q, want %s", who, got[who], want)
		}
	}
	if list, err := s.o.Cases.Notices(ctx); err != nil || len(list) > 0 || len(got) != 4 {
		t.Errorf("%d waiting, %d told, %v", len(list), len(got), err)
	}
	s.must(s.o.Cases.MoveEnd(ctx, "outside", s.o.Cases.Today().Add(3)))
	p.deliver()
	s.jobs()
	list := p.deliver()
	i := slices.IndexFunc(list, func(n notice) bool { return n.to == "test:vera" })
	if i < 0 || !strings.Contains(list[i].step, phrase.Get("notice.oversight-mandate")) {
		t.Errorf("oversight is told %v", list)
	}
}

// TestNobodyLeft: when the last one who holds a case is removed, oversight reads
// that nobody holds it, and the filer is told no stories.
func TestNobodyLeft(t *testing.T) {
	s := newScene(t, bottest.Settings{Names: []string{"anna"}, Options: func(o *bot.Options) {
		o.Oversight = map[string]string{"test:vera": "vera"}
	}})
	rec := s.file("staff", told())
	s.must(s.o.Cases.Remove(context.Background(), "anna"))
	for range 40 {
		s.o.Pass(24 * time.Hour)
		s.jobs()
	}
	if screen := s.seat("vera").pick("overdue"); !screen.Has(phrase.Get("overdue.nobody")) {
		t.Errorf("%s", screen.Text)
	}
	if screen := s.look("staff", rec); !screen.Has(phrase.Get("mine.late-text")) {
		t.Errorf("%s", screen.Text)
	}
}
