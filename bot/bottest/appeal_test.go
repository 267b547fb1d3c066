package bottest_test

import (
	"slices"
	"testing"
	"time"

	"ombra/bot/bottest"
	"ombra/cases"
	"ombra/cases/papers"
)

// deciders is an office of three, two of whom get a case.
func deciders(t *testing.T) *scene {
	t.Helper()
	return newScene(t, bottest.Settings{Change: func(o *cases.Office) { o.Warn, o.Release, o.CoolingOff, o.Absence = 3, 14, 7, 21 }})
}

// close closes a case for somebody, with a disposition.
func (s *scene) close(name, disposition string) {
	s.t.Helper()
	s.seat(name).say("", s.actFile(name, s.thread(name), papers.Draft{
		Do: "close", Text: "Nothing was found.", Lessons: "none, because", Set: map[string]string{"disposition": disposition},
	}))
}

// TestAppealInChat: the filer of a closed case appeals with the receipt, once;
// whoever closed it is told why she cannot close it again.
func TestAppealInChat(t *testing.T) {
	s := deciders(t)
	rec := s.file("staff", told())
	name := s.holder()
	if screen := s.look("staff", rec); slices.Contains(screen.Buttons, phrase.Get("own.appeal")) {
		t.Error("an appeal is offered before anything was decided")
	}
	s.close(name, "unsubstantiated")
	screen := s.does("staff", rec, "appeal", "The second buyer was not asked.")
	if !screen.Has(phrase.Get("own.appeal-done")) || !screen.Has(phrase.Get("stage.investigating")) {
		t.Fatalf("after the appeal: %s", screen.Text)
	}
	if slices.Contains(screen.Buttons, phrase.Get("own.appeal")) {
		t.Error("it is offered twice")
	}
	s.close(name, "unsubstantiated")
	if got := s.seat(name).Sees(); !got.Has(phrase.Get("error.decided-before")) {
		t.Errorf("whoever decided is told: %s", got.Text)
	}
	if th := s.thread(name); len(th.Warnings) > 0 {
		t.Errorf("%q", th.Warnings)
	}
}

// TestAppealNobodyCanHear: with one ombudsman and no backstop the appeal is not
// stored, and the bodies outside are shown.
func TestAppealNobodyCanHear(t *testing.T) {
	s := newScene(t, bottest.Settings{Names: []string{"anna"}})
	rec := s.file("staff", told())
	s.close("anna", "partly")
	screen := s.does("staff", rec, "appeal", "Look again.")
	if !screen.Has(phrase.Get("error.appeal-nobody")) || !screen.Has("Parliamentary Ombudsman") {
		t.Errorf("%s", screen.Text)
	}
	if screen := s.look("staff", rec); !screen.Has(phrase.Get("stage.closed")) {
		t.Errorf("%s", screen.Text)
	}
}

// TestWithdrawalInChat: asked for, taken back, asked for again; the ombudsman sees
// from which day on it may be closed.
func TestWithdrawalInChat(t *testing.T) {
	s := deciders(t)
	rec := s.file("staff", told())
	name := s.holder()
	if screen := s.does("staff", rec, "withdraw", ""); !screen.Has(phrase.Get("own.withdraw-done")) {
		t.Fatalf("%s", screen.Text)
	}
	if screen := s.does("staff", rec, "keep", "I was pressed."); !screen.Has(phrase.Get("own.keep-done")) || !slices.Contains(screen.Buttons, phrase.Get("own.withdraw")) {
		t.Fatalf("%s", screen.Text)
	}
	s.does("staff", rec, "withdraw", "")
	day := string(s.o.Cases.Today().Add(7))
	if screen := s.card(name).Sees(); !screen.Has(phrase.Get("card.withdrawing", "day", day)) {
		t.Errorf("the card: %s", screen.Text)
	}
	s.close(name, "withdrawn")
	if got := s.seat(name).Sees(); !got.Has(phrase.Get("error.cooling-off")) {
		t.Errorf("%s", got.Text)
	}
	s.o.Pass(7 * 24 * time.Hour)
	s.close(name, "withdrawn")
	if screen := s.look("staff", rec); !screen.Has(phrase.Get("disposition.withdrawn")) {
		t.Errorf("%s", screen.Text)
	}
}

// TestLateInChat: both sides see it, and the reason of an extension is read by
// whom it concerns.
func TestLateInChat(t *testing.T) {
	s := deciders(t)
	rec := s.file("staff", told())
	name := s.holder()
	s.seat(name).say("", s.actFile(name, s.thread(name), papers.Draft{Do: "extend", Text: "A witness is abroad."}))
	screen := s.look("staff", rec)
	today := string(s.o.Cases.Today())
	if !screen.Has("A witness is abroad.") || !screen.Has(phrase.Get("mine.extended-text", "day", today)) || screen.Has(phrase.Get("mine.late-text")) {
		t.Errorf("%s", screen.Text)
	}
	for range 8 {
		s.o.Pass(24 * time.Hour)
		for _, j := range s.o.Cases.Jobs() {
			if err := j.Do(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	if screen := s.look("staff", rec); !screen.Has(phrase.Get("mine.late-text")) {
		t.Errorf("the filer: %s", screen.Text)
	}
	if screen := s.card(name).Sees(); !screen.Has(phrase.Get("flag.late")) {
		t.Errorf("the ombudsman: %s", screen.Text)
	}
}
