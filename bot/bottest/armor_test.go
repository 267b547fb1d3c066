package bottest_test

import (
	"strings"
	"testing"

	"ombra/bot/bottest"
	"ombra/cases/papers"
	"ombra/crypto"
	"ombra/crypto/receipt"
)

// TestPastedFileIsNoReceipt: the base64 of a pasted file may read like a receipt.
// It is the file that is looked at; a receipt beside it is still called exposed.
func TestPastedFileIsNoReceipt(t *testing.T) {
	s := newScene(t, bottest.Settings{})
	d, err := s.o.Device()
	if err != nil {
		t.Fatal(err)
	}
	var rec, pasted string
	for !receipt.LooksLike(pasted) {
		r, sealed, err := d.Seal(papers.Filing{Kind: "report", Words: strings.Repeat("The tool hit a clinic. ", 400)}, string(s.o.Cases.Today()))
		if err != nil {
			t.Fatal(err)
		}
		rec, pasted = r.Symbols(), crypto.Armor(sealed.File)
	}
	if screen := s.seat("staff").say(pasted); !screen.Has(phrase.Get("sealed.title")) {
		t.Errorf("%s", screen.Text)
	}
	if screen := s.seat("staff").say(rec + "\n" + pasted); !screen.Has(phrase.Get("exposed.title")) {
		t.Errorf("%s", screen.Text)
	}
}
