package bottest_test

import (
	"slices"
	"strings"
	"testing"

	"ombra/bot"
	"ombra/bot/bottest"
	"ombra/cases"
	"ombra/cases/papers"
)

// TestAppealWaitsInChat: the one who could decide an appeal withdraws. Filer, holder
// and oversight see it, and read what helps: bodies outside, or a grant.
func TestAppealWaitsInChat(t *testing.T) {
	s := newScene(t, bottest.Settings{
		Names:   []string{"anna", "bela"},
		Options: func(o *bot.Options) { o.Oversight = map[string]string{"test:vera": "vera"} },
		Change:  func(o *cases.Office) { o.Oversight = []string{"vera"} },
	})
	rec := s.file("staff", told())
	s.close("anna", "unsubstantiated")
	s.does("staff", rec, "appeal", "The second buyer was not asked.")
	if screen := s.look("staff", rec); screen.Has(phrase.Get("mine.stuck-text")) {
		t.Fatalf("bela can decide: %s", screen.Text)
	}
	s.seat("bela").say("", s.actFile("bela", s.thread("bela"), papers.Draft{Do: "recuse", Text: "He is my brother."}))
	if screen := s.look("staff", rec); !screen.Has(phrase.Get("mine.stuck-text")) || !screen.Has("Parliamentary Ombudsman") {
		t.Errorf("the filer sees: %s", screen.Text)
	}
	if screen := s.card("anna").Sees(); !screen.Has(phrase.Get("card.stuck-text")) || !screen.Has(phrase.Get("flag.appeal-stuck")) {
		t.Errorf("the card: %s", screen.Text)
	}
	if screen := s.seat("anna").pick("inbox"); !anyHas(screen.Buttons, phrase.Get("inbox.stuck")) {
		t.Errorf("the inbox: %q", screen.Buttons)
	}
	if screen := s.seat("vera").pick("overdue"); !screen.Has(phrase.Get("flag.appeal-stuck")) {
		t.Errorf("oversight sees: %s", screen.Text)
	}
}

func anyHas(list []string, words string) bool {
	return slices.ContainsFunc(list, func(s string) bool { return strings.Contains(s, words) })
}
