package bottest_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"ombra/bot/bottest"
	"ombra/cases/papers"
)

// TestReceiptOpensTheReportOnlyOnWish: no is the answer that is there already;
// with yes the words come back, with a new receipt too, and the card says so
// before anybody writes it down.
func TestReceiptOpensTheReportOnlyOnWish(t *testing.T) {
	const secretly = "What only she could have seen."
	for _, own := range []string{"", "no", "yes"} {
		t.Run(own, func(t *testing.T) {
			s := newScene(t, bottest.Settings{})
			v := told()
			v["q.what"] = []string{secretly}
			if own != "" {
				v["own"] = []string{own}
			}
			rec := s.file("staff", v)
			opens := s.seat("staff").Sees().Has(phrase.Get("receipt.opens-own"))
			if read := s.look("staff", rec).Has(secretly); read != (own == "yes") || opens != read {
				t.Errorf("the receipt opens the report: %v, and its card says %v", read, opens)
			}
			next := s.receiptOn(s.does("staff", rec, "replace", ""))
			if read := s.look("staff", next).Has(secretly); read != (own == "yes") {
				t.Errorf("the next one opens the report: %v", read)
			}
		})
	}
}

// TestTranscript: what a member of staff took down is shown to whom it is about on
// the first return, is asked for once, and the correction stands beside it for
// filer and ombudsmen.
func TestTranscript(t *testing.T) {
	for _, act := range []string{"approve", "correct"} {
		t.Run(act, func(t *testing.T) {
			s := newScene(t, bottest.Settings{})
			d, err := s.o.Device()
			if err != nil {
				t.Fatal(err)
			}
			rec, sealed, err := d.Seal(papers.Transcript{Source: "oral", Received: "2026-11-20", Kind: "report", Words: "She fell on the stairs."}.Filing(), string(s.o.Cases.Today()))
			if err != nil {
				t.Fatal(err)
			}
			clerk := s.seat("clerk")
			clerk.say("", bottest.FileOf("sealed.age", sealed.File))
			clerk.press(phrase.Get("sealed.report"))
			screen := s.look("she", rec.Symbols())
			for _, b := range []string{"approve", "correct"} {
				if !slices.Contains(screen.Buttons, phrase.Get("own."+b)) {
					t.Fatalf("she is not asked: %s", screen.Text)
				}
			}
			if !screen.Has("She fell on the stairs.") || !screen.Has("2026-11-20") {
				t.Errorf("%s", screen.Text)
			}
			p := s.seat("she")
			p.press(phrase.Get("own." + act))
			if act == "correct" {
				if back := p.fill(url.Values{"receipt": {rec.Symbols()}, "why": {""}}); len(back.Problems) == 0 {
					t.Errorf("a correction without words: %s", back.Text)
				}
			}
			p.fill(url.Values{"receipt": {rec.Symbols()}, "why": {"It was the ramp."}})
			if !p.Sees().Has(phrase.Get("stored.title")) {
				t.Errorf("%s", p.Sees().Text)
			}
			screen = s.look("she", rec.Symbols())
			if slices.Contains(screen.Buttons, phrase.Get("own.approve")) || !screen.Has("It was the ramp.") || !screen.Has("She fell on the stairs.") {
				t.Errorf("afterwards: %s", screen.Text)
			}
			name := s.holder()
			th := s.thread(name)
			if text := asText(th); len(th.Warnings) > 0 || !strings.Contains(text, "She fell on the stairs.") || !strings.Contains(text, "["+act+"]") {
				t.Errorf("%q\n%s", th.Warnings, text)
			}
		})
	}
}

// TestAttackApproveByAnotherButton: the button of a transcript is pressed, and the
// receipt of a case that nobody wrote down is typed.
func TestAttackApproveByAnotherButton(t *testing.T) {
	for _, act := range []string{"approve", "correct"} {
		s := newScene(t, bottest.Settings{})
		d, err := s.o.Device()
		if err != nil {
			t.Fatal(err)
		}
		rec, sealed, err := d.Seal(papers.Transcript{Source: "oral", Received: "2026-11-20", Kind: "report", Words: "She fell on the stairs."}.Filing(), string(s.o.Cases.Today()))
		if err != nil {
			t.Fatal(err)
		}
		clerk := s.seat("clerk")
		clerk.say("", bottest.FileOf("sealed.age", sealed.File))
		clerk.press(phrase.Get("sealed.report"))
		plain := s.file("staff", told())
		s.look("staff", rec.Symbols())
		size := s.size()
		p := s.seat("staff")
		p.press(phrase.Get("own." + act))
		screen := p.fill(url.Values{"receipt": {plain}, "why": {"So it was."}})
		if screen.Has(phrase.Get("stored.title")) || !screen.Has(phrase.Get("error.no-transcript")) {
			t.Errorf("%s: %s", act, screen.Text)
		}
		s.grew(size, 0, "an approval of nothing")
	}
}
