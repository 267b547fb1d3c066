package cases_test

import (
	"encoding/hex"
	"strings"
	"testing"

	"ombra/bot/bottest"
	"ombra/cases"
	"ombra/cases/papers"
	"ombra/crypto"
	"ombra/crypto/receipt"
)

// TestAnswersOfBeforeOffline: a receipt was replaced, and again. The newest opens
// what was answered to each, and a transcript that was sealed to the first, with
// no word of warning: each answer is signed for the receipt of then.
func TestAnswersOfBeforeOffline(t *testing.T) {
	tr := newTrial(t, bottest.Settings{Names: []string{"anna"}})
	first := tr.transcript()
	id := tr.load(first).ID
	if err := tr.mine(first).Approve(t.Context(), cases.Approve, cases.NewOnce(), "So it was."); err != nil {
		t.Fatal(err)
	}
	r := first
	for _, text := range []string{"To the first.", "To the second.", "To the third."} {
		if err := tr.signed(id, "anna", tr.says("answer", text)); err != nil {
			t.Fatal(err)
		}
		if text == "To the third." {
			break
		}
		r = tr.replaced(r, cases.HandOver)
		tr.Pass(days(15))
	}
	off := tr.offline(r)
	if len(off.Warnings) > 0 || len(off.Items) != 5 {
		t.Fatalf("%q\n%+v", off.Warnings, off.Items)
	}
	for _, it := range off.Items {
		if !it.Signed && it.What != "report" || it.Unreadable != "" {
			t.Errorf("%+v", it)
		}
	}
	if m := tr.mine(r); len(m.Replies) != 3 || m.Replies[0].Broken || len(m.Written) != 1 {
		t.Errorf("%+v %+v", m.Replies, m.Written)
	}
}

// TestAttackForgedPredecessor: a host that turned bad has an answer of another
// filer, which an ombudsman signed for a case that the host gave the same id. It
// seals the answer to its victim, with a note by which another receipt hands its
// case over to the victim's, or says that it was followed. Only the victim's own
// receipt could say so.
func TestAttackForgedPredecessor(t *testing.T) {
	tr := newTrial(t, bottest.Settings{Names: []string{"anna"}})
	victim, c := tr.file()
	spyReceipt := receipt.New(bottest.Origin)
	spy := spyReceipt.Public([32]byte{})
	once, day, to := strings.Repeat("5", 32), string(tr.Cases.Today()), victim.Identity().Recipient()
	reply, err := crypto.ReplyNote{
		Origin: bottest.Origin, Case: string(c.ID), Once: once, Day: day, By: "anna", What: "answer", Filer: spy.FilerHash(), Words: "For the spy.",
	}.Sign(tr.Machines["anna"].Key)
	if err != nil {
		t.Fatal(err)
	}
	seal := func(from, what string, body []byte) crypto.Entry {
		head := crypto.Header{Case: string(c.ID), Once: once, From: from, What: what, Type: "text/plain; charset=utf-8", Day: day}
		if from == "filer" {
			head.Filer = victim.Public([32]byte{}).FilerHash()
		}
		blob, err := crypto.SealBytes(to, head, body)
		if err != nil {
			t.Fatal(err)
		}
		return crypto.Bytes("x", blob)
	}
	words := papers.Follows([]papers.Predecessor{{Filer: spy.FilerHash(), Lookup: hexOf(spy.Lookup), Verifier: spy.Verifier}})
	for name, n := range map[string]crypto.FilerNote{
		"followed":     {Do: papers.DoFollows, Lookup: hexOf(victim.Public([32]byte{}).Lookup), Words: words},
		"by its own":   {Do: papers.DoFollows, Lookup: hexOf(spy.Lookup), Words: words},
		"handed over":  {Do: "handover", Lookup: hexOf(spy.Lookup), Words: papers.Successor(victim.Public([32]byte{}).FilerHash(), "")},
		"said in add":  {Do: "add", Lookup: hexOf(victim.Public([32]byte{}).Lookup), Words: words},
		"other office": {Do: papers.DoFollows, Lookup: hexOf(victim.Public([32]byte{}).Lookup), Words: "former x"},
	} {
		n.Origin, n.Once, n.Day = bottest.Origin, once, day
		note, err := n.Sign(spyReceipt.Signer())
		if err != nil {
			t.Fatal(err)
		}
		off := tr.opens(victim, seal("filer", "more", note), seal("ombudsman", "answer", reply))
		last := off.Items[len(off.Items)-1]
		if len(off.Warnings) < 2 || last.Signed {
			t.Errorf("%s: %q %+v", name, off.Warnings, last)
		}
	}
	// What the victim's own receipt signed as words is not this either.
	n := crypto.FilerNote{Origin: bottest.Origin, Once: once, Day: day, Do: "add", Lookup: hexOf(victim.Public([32]byte{}).Lookup), Words: words}
	note, err := n.Sign(victim.Signer())
	if err != nil {
		t.Fatal(err)
	}
	if off := tr.opens(victim, seal("filer", "more", note), seal("ombudsman", "answer", reply)); len(off.Warnings) == 0 || off.Items[1].Signed {
		t.Errorf("words: %q", off.Warnings)
	}
}

func hexOf(b [32]byte) string { return hex.EncodeToString(b[:]) }
