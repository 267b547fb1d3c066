package papers_test

import (
	"errors"
	"testing"

	"ombra/cases/papers"
	"ombra/crypto"
)

// TestEarlierKeys: what was signed with a key that was replaced stays signed, for
// machines that knew it, and for what is dated before the next one.
func TestEarlierKeys(t *testing.T) {
	old := mustPerson(t, "bela")
	old.enrol.Day = "2026-01-01"
	old.note = must[[]byte](t)(old.enrol.Sign(old.key))
	say := func(h *host, on string) {
		n := crypto.ReplyNote{Origin: origin, Case: h.m.Case, Once: once("n"), Day: on, By: "bela", What: "note", Filer: "-", Words: "said"}
		head := h.from("note", "n")
		h.seal(head, string(must[[]byte](t)(n.Sign(old.key))))
	}
	for _, c := range []struct {
		name, on, words string
		pin             func(*papers.Pins)
		signed          bool
		older           int // keys to compare
	}{
		{"known from before", day, "", func(p *papers.Pins) { p.AddPast(old.enrol) }, true, 0},
		{"replaced on this machine", day, "", func(p *papers.Pins) {
			now := p.Enrolments["bela"]
			p.Enrolments["bela"] = old.enrol
			p.Replace(now)
		}, true, 0},
		{"never compared", day, "an earlier key of bela that nobody has compared", func(*papers.Pins) {}, false, 1},
		{"dated after it was replaced", "2026-12-24", "not signed with the key", func(p *papers.Pins) { p.AddPast(old.enrol) }, false, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHost(t).report()
			h.put(papers.PastName("bela", 1), old.note)
			say(h, c.on)
			pins := h.pins()
			c.pin(&pins)
			th := h.read(pins)
			if th.Items[1].Signed != c.signed || len(th.OldKeys) != c.older {
				t.Errorf("signed: %v; %d to compare", th.Items[1].Signed, len(th.OldKeys))
			}
			if c.words != "" {
				warned(t, th, c.words)
			} else if len(th.Warnings) > 0 {
				t.Errorf("warns: %q", th.Warnings)
			}
			if again := h.read(th.Pins(pins)); c.older > 0 && (!again.Items[1].Signed || len(again.OldKeys) > 0) {
				t.Error("compared, and still unknown")
			}
		})
	}
	t.Run("under another's name", func(t *testing.T) {
		h := newHost(t).report()
		h.put(papers.PastName("anna", 1), old.note)
		if _, err := papers.Open(h.file(), h.pass.Reveal()); !errors.Is(err, papers.ErrEntries) {
			t.Errorf("got %v", err)
		}
	})
}
