package bottest_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"ombra/bot/bottest"
	"ombra/cases/papers"
	"ombra/crypto/receipt"
)

// does is an act about a receipt: from the card of the case, by its button.
func (s *scene) does(account, receipt, act, why string) bottest.Screen {
	s.t.Helper()
	s.look(account, receipt)
	p := s.seat(account)
	p.press(phrase.Get("own." + act))
	return p.fill(url.Values{"receipt": {receipt}, "why": {why}})
}

// TestExposedReceiptIsReplaced: somebody typed a receipt where the platform keeps
// it, and replaces it. The new one is shown and proved like the first, and shown
// again for a quarter of an hour; sent twice, the form shows the same.
func TestExposedReceiptIsReplaced(t *testing.T) {
	s := newScene(t, bottest.Settings{})
	first := s.file("staff", told())
	name := s.holder()
	s.seat(name).say("", s.actFile(name, s.thread(name), papers.Draft{Do: "answer", Text: "We have it."}))
	p := s.seat("staff")
	p.say(first)
	second := s.receiptOn(s.does("staff", first, "replace", "I typed it into the conversation."))
	sent := p.last()
	if first == second {
		t.Fatal("it is the same")
	}
	cover := p.Step().Cover
	size := s.size()
	for range 2 {
		if got := s.receiptOn(bottest.ScreenOf(s.again(sent))); got != second {
			t.Errorf("sent again it shows %s, not %s", got, second)
		}
	}
	s.grew(size, 0, "the same form again")
	if cover == nil {
		t.Error("no cover")
	}
	group, err := bottest.GroupOn(p.Sees(), second)
	if err != nil {
		t.Fatal(err)
	}
	p.fill(url.Values{"group": {group}})
	if !p.Sees().Has(phrase.Get("receipt.proved-title")) {
		t.Errorf("not proved: %s", p.Sees().Text)
	}
	if screen := s.look("staff", second); !screen.Has("We have it.") || !screen.Has("signed by "+name) || slices.Contains(screen.Buttons, phrase.Get("own.replace")) {
		t.Errorf("the new receipt shows: %s", screen.Text)
	}
	if screen := s.look("staff", first); screen.Has("We have it.") || !slices.Contains(screen.Buttons, phrase.Get("own.not-me")) || slices.Contains(screen.Buttons, phrase.Get("mine.add")) {
		t.Errorf("the former one shows: %s", screen.Text)
	}
	if th := s.thread(name); len(th.Warnings) > 0 || !strings.Contains(asText(th), "I typed it into the conversation.") {
		t.Errorf("%q", th.Warnings)
	}
}

func asText(th *papers.Thread) string {
	var b strings.Builder
	_ = th.Text(&b)
	return b.String()
}

// TestReceiptInDispute: the former receipt objects, nobody is answered, and the
// ombudsmen's signed decisions give the case back.
func TestReceiptInDispute(t *testing.T) {
	s := newScene(t, bottest.Settings{})
	owner := s.file("staff", told())
	name := s.holder()
	thief := s.receiptOn(s.does("thief", owner, "replace", ""))
	s.does("staff", owner, "not-me", "I never gave it away.")
	for account, rec := range map[string]string{"staff": owner, "thief": thief} {
		screen := s.look(account, rec)
		for _, act := range []string{"replace", "handover", "end"} {
			if slices.Contains(screen.Buttons, phrase.Get("own."+act)) {
				t.Errorf("%s is offered %s", account, act)
			}
		}
		if !screen.Has(phrase.Get("own.in-dispute")) {
			t.Errorf("%s sees no dispute: %s", account, screen.Text)
		}
	}
	if !s.card(name).Sees().Has(phrase.Get("card.settling-none")) {
		t.Error("the card does not say what it takes")
	}
	for _, who := range []string{"anna", "bela", "chris"} {
		if len(s.held(who)) == 0 {
			continue
		}
		s.seat(who).say("", s.actFile(who, s.thread(who), papers.Draft{
			Do: "settle", Text: "The first one knew what was reported.", Set: map[string]string{"keep": papers.KeepFormer},
		}))
		if one := phrase.Get("card.settling-former", "name", name); s.seat(who).Sees().Has(one) != (who == name) {
			t.Errorf("%s signed, and sees: %s", who, s.seat(who).Sees().Text)
		}
	}
	if screen := s.look("thief", thief); !screen.Has(phrase.Get("error.not-found")) {
		t.Errorf("the thief sees: %s", screen.Text)
	}
	if screen := s.look("staff", owner); !slices.Contains(screen.Buttons, phrase.Get("own.replace")) {
		t.Errorf("the owner sees: %s", screen.Text)
	}
}

// TestReceiptEnds: it opens no answers, can object for a fortnight, and is then
// like any stranger's.
func TestReceiptEnds(t *testing.T) {
	s := newScene(t, bottest.Settings{})
	rec := s.file("staff", told())
	if screen := s.does("staff", rec, "end", "I do not want to come back."); !screen.Has(phrase.Get("stored.title")) {
		t.Errorf("%s", screen.Text)
	}
	until := string(s.o.Cases.Today().Add(14))
	screen := s.look("staff", rec)
	if !screen.Has(phrase.Get("own.was-ended", "day", until)) || !slices.Contains(screen.Buttons, phrase.Get("own.not-me")) || slices.Contains(screen.Buttons, phrase.Get("mine.add")) {
		t.Errorf("it shows: %s", screen.Text)
	}
	s.o.Pass(15 * 24 * time.Hour)
	if screen := s.look("staff", rec); !screen.Has(phrase.Get("error.not-found")) {
		t.Errorf("it still opens: %s", screen.Text)
	}
	name := s.holder()
	if th := s.thread(name); len(th.Warnings) > 0 {
		t.Errorf("%q", th.Warnings)
	}
}

// TestAttackFormLeftOpen: somebody comes upon the form with which a receipt was
// replaced, still open, and sends it with a receipt of their own. The new receipt
// is shown to whoever knows the old one alone.
func TestAttackFormLeftOpen(t *testing.T) {
	s := newScene(t, bottest.Settings{})
	first := s.file("staff", told())
	p := s.seat("staff")
	second := s.receiptOn(s.does("staff", first, "replace", ""))
	sent := p.last()
	others := []string{receipt.New(bottest.Origin).Symbols(), s.file("finder", told())}
	for _, other := range others {
		ev := sent
		ev.Values = url.Values{"receipt": {other}}
		if step := s.again(ev); strings.Contains(bare(step), second) {
			t.Errorf("shown: %s", bare(step))
		}
	}
}
