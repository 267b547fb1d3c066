package bottest_test

import (
	"net/url"
	"testing"
	"time"

	"ombra/bot/bottest"
)

// TestRemedyOnCards: both sides see form, state and due day, and what is late;
// words the filer alone, and only those that are for the filer.
func TestRemedyOnCards(t *testing.T) {
	s, rec := drawn(t, "recommend", "agreed", "offer")
	line := phrase.Get("form.compensation") + ": " + phrase.Get("remedy.offered")
	for _, screen := range []bottest.Screen{s.look("staff", rec), s.card("bela").Sees()} {
		if !screen.Has(line) || !screen.Has(string(s.o.Cases.Today().Add(20))) || screen.Has(phrase.Get("flag.late")) {
			t.Errorf("%s", screen.Text)
		}
	}
	mine, card := s.look("staff", rec), s.card("bela").Sees()
	for words, filer := range map[string]bool{"Words of offer": true, "Words of agreed": false, "Words of recommend": false} {
		if mine.Has(words) != filer || card.Has(words) {
			t.Errorf("%q on the filer's card: %v, on the ombudsman's: %v", words, mine.Has(words), card.Has(words))
		}
	}
	due := string(s.o.Cases.Today().Add(20))
	s.o.Pass(21 * 24 * time.Hour)
	for _, screen := range []bottest.Screen{s.look("staff", rec), s.card("anna").Sees()} {
		if !screen.Has(line) || !screen.Has(due+", "+phrase.Get("flag.late")) {
			t.Errorf("late: %s", screen.Text)
		}
	}
}

// TestRemedyFormComesBack: what was typed is kept, the receipt is not, and what
// needs words asks for them.
func TestRemedyFormComesBack(t *testing.T) {
	s, rec := drawn(t, "recommend", "agreed", "offer")
	s.look("staff", rec)
	p := s.seat("staff")
	p.press(accepting)
	for _, x := range []struct {
		values url.Values
		shows  string
	}{
		{url.Values{"receipt": {rec}, "words": {"Too little."}}, phrase.Get("field.missing")},
		{url.Values{"receipt": {wrong(rec)}, "answer": {"contest"}, "words": {"Too little."}}, phrase.Get("case.mistyped")},
		{url.Values{"receipt": {rec}, "answer": {"contest"}, "words": {""}}, phrase.Get("error.empty")},
		{url.Values{"receipt": {rec}, "answer": {"confirm"}, "words": {"Too little."}}, phrase.Get("field.choice")},
	} {
		screen := p.fill(x.values)
		if !screen.Has(x.shows) || screen.Values.Get("receipt") != "" || screen.Values.Get("words") != x.values.Get("words") {
			t.Errorf("%v: %s", x.values, screen.Text)
		}
	}
	if screen := p.fill(url.Values{"receipt": {rec}, "answer": {"contest"}, "words": {"Too little."}}); !screen.Has("Your answer is stored") {
		t.Errorf("%s", screen.Text)
	}
}
