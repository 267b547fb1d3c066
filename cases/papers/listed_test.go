package papers_test

import (
	"strings"
	"testing"

	"ombra/cases/papers"
)

// TestUnlistedOnce: that the host counts somebody as a holder no more is a warning
// when it is new on this machine, and a line of the thread from then on.
func TestUnlistedOnce(t *testing.T) {
	h := newHost(t).report()
	h.rekeyed(h.bela, "note", nil, "anna", "bela")
	both, one := []papers.ManifestGrant{{Holder: "anna"}, {Holder: "bela"}}, []papers.ManifestGrant{{Holder: "anna"}}
	pins := h.pins()
	const words = "bela does not hold this case any more"
	for i, x := range []struct {
		grants []papers.ManifestGrant
		warns  bool
	}{
		{both, false},
		{one, true},
		{one, false},
		{one, false},
		{both, false},
		{one, true}, // listed again, and not again
		{nil, false},
		{one, true}, // a host that lists nobody leaves nobody out
	} {
		h.m.Grants = x.grants
		th := h.read(pins)
		var b strings.Builder
		if err := th.Text(&b); err != nil {
			t.Fatal(err)
		}
		text := b.String()
		if strings.Contains(text, words) != x.warns || strings.Contains(text, "Not listed:") != (len(x.grants) == 1) || (len(th.Unlisted) == 1) != (len(x.grants) == 1) {
			t.Errorf("reading %d: %v\n%s", i, th.Unlisted, text)
		}
		pins.Seen, pins.SeenGrants, pins.SeenKeys = h.m.Papers, h.m.Grants, len(h.m.Keys)
	}
}

// TestAttackUnlistedWithTheGrant: a host lists somebody no more from the moment on
// that a colleague grants the case to them. They were not listed before either, and
// all the same nobody was told yet.
func TestAttackUnlistedWithTheGrant(t *testing.T) {
	h, dora := newHost(t).report(), mustPerson(t, "dora")
	h.put(papers.RosterName("dora"), dora.note)
	h.rekeyed(h.bela, "note", nil, "anna", "bela")
	h.m.Grants = []papers.ManifestGrant{{Holder: "anna"}, {Holder: "bela"}}
	pins := h.pins()
	pins.Enrolments["dora"] = dora.enrol
	h.read(pins)
	pins.Seen, pins.SeenGrants, pins.SeenKeys = h.m.Papers, h.m.Grants, len(h.m.Keys)
	h.rekeyed(h.bela, "grant", map[string]string{"to": "dora"}, "anna", "bela", "dora")
	warned(t, h.read(pins), "dora does not hold this case any more")
}
