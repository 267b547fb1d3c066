package bottest_test

import (
	"strings"
	"testing"

	"ombra/bot/bottest"
	"ombra/cases/papers"
	"ombra/crypto/receipt"
)

// TestLookupCodeSaysHow: what a lookup code shows names a command that opens the
// file beside it and shows who signed; and none while there is no answer.
func TestLookupCodeSaysHow(t *testing.T) {
	s := newScene(t, bottest.Settings{})
	r, err := receipt.Parse(bottest.Origin, s.file("staff", told()))
	if err != nil {
		t.Fatal(err)
	}
	code := r.Lookup().Hex()
	if screen := s.look("staff", code); !strings.Contains(screen.Text, phrase.Get("mine.nothing-yet")) || strings.Contains(screen.Text, "ombra-desk") {
		t.Errorf("without an answer: %s", screen.Text)
	}
	name := s.holder()
	s.seat(name).say("", s.actFile(name, s.thread(name), papers.Draft{Do: "answer", Text: "We look into it."}))
	screen := s.look("staff", code)
	if want := "ombra-desk receipt open " + papers.RepliesName + " --office office.note"; !strings.Contains(screen.Text, want) {
		t.Errorf("no %q: %s", want, screen.Text)
	}
	s.fileOn(screen)
}
