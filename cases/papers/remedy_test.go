package papers_test

import (
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"ombra/cases/papers"
	"ombra/crypto"
	"ombra/crypto/receipt"
)

// bound adds an act that somebody signed.
func (h *host) bound(by person, act, do string, set map[string]string) {
	h.t.Helper()
	n := crypto.ActNote{
		Origin: origin, Case: h.m.Case, Once: once(act), Day: day, By: by.enrol.Name, Do: do,
		Head: strings.Repeat("0", 64), Receipts: papers.ReceiptsHash(h.m.Receipts), Set: set,
	}
	h.seal(h.from("act", act), string(must[[]byte](h.t)(n.Sign(by.key))))
}

// said adds what a receipt signed on a remedy.
func (h *host) said(rc receipt.Receipt, act, do, on string) {
	h.t.Helper()
	lookup := rc.Lookup().Hash()
	n := crypto.FilerNote{
		Origin: origin, Lookup: hex.EncodeToString(lookup[:]), Once: once(act), Day: day, Do: do,
		Set: map[string]string{"remedy": "1", "on": once(on)}, Words: "My words.",
	}
	h.seal(h.head("more", act), string(must[[]byte](h.t)(n.Sign(rc.Signer()))))
}

// owed is a case with a remedy that anna recommended and offered.
func owed(t *testing.T) *host {
	t.Helper()
	h := newHost(t).report()
	h.bound(h.anna, "1", "recommend", map[string]string{"remedy": "1", "form": "satisfaction", "due": "2027-01-31"})
	h.bound(h.anna, "2", "agreed", map[string]string{"remedy": "1", "on": once("1")})
	h.bound(h.anna, "3", "offer", map[string]string{"remedy": "1", "on": once("2"), "due": "2027-02-28"})
	return h
}

// TestLedger: where a remedy stands is read off signatures, and shown.
func TestLedger(t *testing.T) {
	h := owed(t)
	h.said(h.receipt, "4", "contest", "3")
	h.bound(h.bela, "5", "offer", map[string]string{"remedy": "1", "on": once("4"), "due": "2027-03-31"})
	h.said(h.receipt, "6", "accept", "5")
	th := h.read(h.pins())
	if len(th.Warnings) != 0 {
		t.Errorf("%q", th.Warnings)
	}
	want := papers.Remedy{Number: 1, Form: "satisfaction", State: papers.Accepted, Due: "2027-03-31", Day: day, Signer: "bela", On: once("6")}
	if len(th.Remedies) != 1 || th.Remedies[0] != want {
		t.Errorf("%+v, want %+v", th.Remedies, want)
	}
	for _, line := range []string{"Remedy 1, satisfaction: accepted, due 2027-03-31. Last step on 2026-11-23.\n", "   | [contest]\n   | remedy: 1\n   | My words.\n"} {
		if !strings.Contains(text(t, th), line) {
			t.Errorf("%q is not in\n%s", line, text(t, th))
		}
	}
}

// TestAttackLedger: a host that turned bad shows remedies further than they are.
// Each attempt is left out, and said.
func TestAttackLedger(t *testing.T) {
	delivered := func(h *host) {
		h.said(h.receipt, "4", "accept", "3")
		h.bound(h.anna, "5", "delivered", map[string]string{"remedy": "1", "on": once("4")})
	}
	for name, c := range map[string]struct {
		forge func(h *host)
		state string
	}{
		"an ombudsman accepts for the filer": {func(h *host) { h.bound(h.anna, "4", "accept", map[string]string{"remedy": "1", "on": once("3")}) }, papers.Offered},
		"an ombudsman confirms for the filer": {func(h *host) {
			delivered(h)
			h.bound(h.bela, "6", "confirm", map[string]string{"remedy": "1", "on": once("5")})
		}, papers.Delivered},
		"another receipt accepts": {func(h *host) { h.said(receipt.New(origin), "4", "accept", "3") }, papers.Offered},
		"an acceptance of the offer before": {func(h *host) {
			h.said(h.receipt, "4", "contest", "3")
			h.bound(h.anna, "5", "offer", map[string]string{"remedy": "1", "on": once("4"), "due": "2027-03-31"})
			h.said(h.receipt, "6", "accept", "3")
		}, papers.Offered},
		"the same one signs delivery and its end": {func(h *host) {
			delivered(h)
			h.bound(h.anna, "6", "unconfirmed", map[string]string{"remedy": "1", "on": once("5")})
		}, papers.Delivered},
		"another one signs its end": {func(h *host) {
			delivered(h)
			h.bound(h.bela, "6", "unconfirmed", map[string]string{"remedy": "1", "on": once("5")})
		}, papers.Unconfirmed},
		"the one who offered breaks the promise": {func(h *host) {
			h.said(h.receipt, "4", "accept", "3")
			h.bound(h.anna, "5", "refused", map[string]string{"remedy": "1", "on": once("4")})
		}, papers.Accepted},
		"a stranger's key delivers": {func(h *host) {
			h.said(h.receipt, "4", "accept", "3")
			p := mustPerson(t, "anna")
			h.bound(p, "5", "delivered", map[string]string{"remedy": "1", "on": once("4")})
		}, papers.Accepted},
		"a state is skipped":     {func(h *host) { h.bound(h.anna, "4", "delivered", map[string]string{"remedy": "1", "on": once("3")}) }, papers.Offered},
		"a filer makes an offer": {func(h *host) { h.said(h.receipt, "4", "offer", "3") }, papers.Offered},
		"a number that is not one": {func(h *host) {
			h.bound(h.anna, "4", "offer", map[string]string{"remedy": "7", "on": once("3"), "due": day})
		}, papers.Offered},
		"a form of our own": {func(h *host) {
			h.bound(h.anna, "4", "recommend", map[string]string{"remedy": "2", "form": "flowers", "due": day})
		}, papers.Offered},
	} {
		t.Run(name, func(t *testing.T) {
			h := owed(t)
			if c.forge(h); c.state == papers.Unconfirmed {
				if th := h.read(h.pins()); len(th.Warnings) != 0 || th.Remedies[0].State != c.state {
					t.Errorf("%+v, %q", th.Remedies, th.Warnings)
				}
				return
			}
			th := h.read(h.pins())
			if len(th.Remedies) != 1 || th.Remedies[0].State != c.state {
				t.Errorf("%+v, want %s", th.Remedies, c.state)
			}
			warned(t, th, "the list of remedies leaves it out")
		})
	}
}

// TestRemedyActs: a desk numbers, links and titles what is signed, and refuses
// what cannot be.
func TestRemedyActs(t *testing.T) {
	file := []papers.Attachment{{Name: "a.txt", Data: []byte("paid")}}
	one := map[string]string{"remedy": "1"}
	due := map[string]string{"remedy": "1", "due": "2027-01-31"}
	form := map[string]string{"form": "restitution", "due": "2027-01-31"}
	for _, c := range []struct {
		name string
		d    papers.Draft
		err  error
	}{
		{"fine", papers.Draft{Do: "refused", Text: "x", Set: one}, nil},
		{"another", papers.Draft{Do: "recommend", Text: "x", Set: form}, nil},
		{"no evidence", papers.Draft{Do: "delivered", Text: "x", Set: one}, papers.ErrEvidence},
		{"not accepted yet", papers.Draft{Do: "delivered", Text: "x", Set: one, Files: file}, papers.ErrRemedyState},
		{"for the filer", papers.Draft{Do: "accept", Text: "x", Set: one}, papers.ErrDo},
		{"no words", papers.Draft{Do: "refused", Set: one}, papers.ErrDraft},
		{"no number", papers.Draft{Do: "refused", Text: "x"}, papers.ErrRemedy},
		{"no such number", papers.Draft{Do: "refused", Text: "x", Set: map[string]string{"remedy": "2"}}, papers.ErrRemedy},
		{"no due day", papers.Draft{Do: "offer", Text: "x", Set: one}, papers.ErrDue},
		{"offered again unasked", papers.Draft{Do: "offer", Text: "x", Set: due}, papers.ErrRemedyState},
		{"no form", papers.Draft{Do: "recommend", Text: "x", Set: map[string]string{"due": day}}, papers.ErrForm},
		{"too much", papers.Draft{Do: "agreed", Text: "x", Set: due}, papers.ErrDraft},
	} {
		h := owed(t)
		file, err := h.read(h.pins()).Act(h.anna.key, c.d, day)
		if !errors.Is(err, c.err) {
			t.Errorf("%s: %v, want %v", c.name, err, c.err)
		}
		if c.err != nil || err != nil {
			continue
		}
		b := must[*crypto.Bundle](t)(crypto.OpenBundle(file, h.transport.Age()))
		note := must[crypto.ActNote](t)(crypto.OpenAct(b, h.anna.key.Verifier()))
		name, title, number, on := "remedy.r1.age", "Remedy 1, satisfaction: refused, due 2027-02-28.\n\nx", "1", once("3")
		ids := h.receipt.Identity().Age()
		if c.d.Do == "recommend" {
			name, title, number, on = "note.case.age", "Remedy 2, restitution: recommended, due 2027-01-31.\n\nx", "2", ""
			wrap, _ := b.Get(papers.WrapFor("anna")) // it is the first act: it brings a new key
			key := must[crypto.CaseKey](t)(crypto.Unwrap(wrap, note.Case, note.Epoch, note.Set["key"], h.anna.id.Age()))
			ids = key.Identities()[0]
		}
		blob, _ := b.Get(name)
		_, body, err := crypto.DecryptEnvelope(blob, ids)
		reply, err2 := crypto.OpenReply(body, h.anna.key.Verifier())
		if err != nil || err2 != nil || reply.Words != title || note.Set["remedy"] != number || note.Set["on"] != on {
			t.Errorf("%s: %q, %v; %v %v", c.name, reply.Words, note.Set, err, err2)
		}
	}
}

// TestRemedyTableEnds: from every state some road leads to an end, and one that
// needs no word of the filer: a silent filer cannot keep a case open for ever.
func TestRemedyTableEnds(t *testing.T) {
	for _, by := range []string{"", "ombudsman"} {
		ends := map[string]bool{}
		for _, s := range papers.RemedyStates {
			ends[s] = papers.Remedy{State: s}.Ended()
		}
		for range papers.RemedyStates {
			for _, m := range papers.RemedyMoves {
				for _, from := range m.From {
					ends[from] = ends[from] || ends[m.To] && (by == "" || m.By == by)
				}
			}
		}
		for s, ok := range ends {
			if !ok {
				t.Errorf("a remedy that is %s never ends by %q", s, by)
			}
		}
	}
}
