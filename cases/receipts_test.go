package cases_test

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"ombra/bot/bottest"
	"ombra/cases"
	"ombra/cases/papers"
	"ombra/crypto"
	"ombra/crypto/receipt"
)

// receiptMove is a move of the filer that is about receipts.
func (tr *trial) receiptMove(do string, r receipt.Receipt) error {
	tr.Helper()
	m := tr.mine(r)
	switch cases.Verb(do) {
	case cases.Approve, cases.Correct:
		return m.Approve(tr.Context(), cases.Verb(do), cases.NewOnce(), "So it was.")
	case cases.EndReceipt:
		return m.End(tr.Context(), cases.NewOnce(), "No more.")
	case cases.NotMe:
		tr.replaced(r, cases.Replace)
		return tr.mine(r).NotMe(tr.Context(), cases.NewOnce(), "I did not do that.")
	default:
		return m.Replace(tr.Context(), cases.Verb(do), cases.NewOnce(), receipt.New(bottest.Origin), "It was seen.")
	}
}

func (tr *trial) mine(r receipt.Receipt) *cases.Mine {
	tr.Helper()
	m, err := tr.Cases.Mine(tr.Context(), r)
	if err != nil {
		tr.Fatal(err)
	}
	return m
}

// replaced puts another receipt in the place of one.
func (tr *trial) replaced(r receipt.Receipt, do cases.Verb) receipt.Receipt {
	tr.Helper()
	next := receipt.New(bottest.Origin)
	if err := tr.mine(r).Replace(tr.Context(), do, cases.NewOnce(), next, "Her case, not mine."); err != nil {
		tr.Fatal(err)
	}
	return next
}

func (tr *trial) says(do, text string) papers.Draft {
	return papers.Draft{Do: do, Text: text, Files: []papers.Attachment{{Name: "a.txt", Data: []byte("A")}}}
}

// TestReceiptIsReplaced: the new receipt reads what was answered before, signed
// as it was, and what is answered later; the former one reads nothing, shows what
// was done for fourteen days, and then opens nothing.
func TestReceiptIsReplaced(t *testing.T) {
	tr := newTrial(t, bottest.Settings{Names: []string{"anna"}})
	old, c := tr.file()
	if err := tr.signed(c.ID, "anna", tr.says("answer", "The first answer.")); err != nil {
		t.Fatal(err)
	}
	next := tr.replaced(old, cases.HandOver)
	if err := tr.signed(c.ID, "anna", tr.says("answer", "The second answer.")); err != nil {
		t.Fatal(err)
	}
	m := tr.mine(next)
	var got []string
	for _, r := range m.Replies {
		got = append(got, fmt.Sprint(r.Text, " ", r.By, " ", r.Broken, r.Files))
	}
	if want := []string{"The first answer. anna false [a.txt]", "The second answer. anna false [a.txt]"}; !slices.Equal(got, want) {
		t.Errorf("the new receipt reads %q", got)
	}
	f, err := m.Folder(t.Context())
	if err != nil || f == nil || f.Write(io.Discard) != nil {
		t.Errorf("no files: %v", err)
	}
	if m.Waits != tr.Cases.Today().Add(14) || m.Replaced != "" || slices.Contains(m.May, cases.Replace) || !slices.Contains(m.May, cases.Add) {
		t.Errorf("%+v", m)
	}
	was := tr.mine(old)
	if len(was.Replies) > 0 || was.Replaced != tr.Cases.Today().Add(14) || !slices.Equal(was.May, []cases.Verb{cases.NotMe}) {
		t.Errorf("the former receipt: %+v", was)
	}
	if err := was.Add(t.Context(), cases.NewOnce(), "More.", nil); cases.KindOf(err) != cases.Conflict {
		t.Errorf("the former receipt adds: %v", err)
	}
	th := tr.thread(c.ID, "anna")
	if len(th.Warnings) > 0 || !strings.Contains(threadText(th), "Her case, not mine.") {
		t.Errorf("%q\n%s", th.Warnings, threadText(th))
	}
	tr.Pass(days(15))
	if _, err := tr.Cases.Mine(t.Context(), old); cases.KindOf(err) != cases.NotFound {
		t.Errorf("after fifteen days: %v", err)
	}
	if m := tr.mine(next); m.Waits != "" || !slices.Contains(m.May, cases.Replace) {
		t.Errorf("%+v", m)
	}
	tr.size()
}

// TestSameReplacementAgain: sent twice, the same form is one act.
func TestSameReplacementAgain(t *testing.T) {
	tr := newTrial(t, bottest.Settings{Names: []string{"anna"}})
	old, _ := tr.file()
	next, once, m := receipt.New(bottest.Origin), cases.NewOnce(), tr.mine(old)
	for range 2 {
		if err := m.Replace(t.Context(), cases.Replace, once, next, "Seen."); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(tr.load(next).Receipts); n != 2 {
		t.Errorf("%d receipts", n)
	}
}

// TestAttackStolenReceipt: somebody finds a receipt, replaces it by one of his
// own, and hopes to read every answer from then on. The owner comes back with
// the old one, says "this was not me", and from that moment nobody is answered
// until an ombudsman has decided; what was said meanwhile stays unread by either.
func TestAttackStolenReceipt(t *testing.T) {
	for _, keep := range []string{papers.KeepFormer, papers.KeepNewer} {
		t.Run(keep, func(t *testing.T) {
			tr := newTrial(t, bottest.Settings{Names: []string{"anna", "bela"}})
			owner, c := tr.file()
			thief := tr.replaced(owner, cases.Replace)
			if err := tr.mine(thief).End(t.Context(), cases.NewOnce(), ""); cases.KindOf(err) != cases.Conflict {
				t.Errorf("the thief ends it at once: %v", err)
			}
			answer := tr.actFile(c.ID, "anna", tr.says("answer", "To whoever holds it."))
			if err := tr.mine(owner).NotMe(t.Context(), cases.NewOnce(), "I lost it on Tuesday."); err != nil {
				t.Fatal(err)
			}
			in, err := tr.Cases.Inspect(answer)
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := tr.desk("anna").Signed(t.Context(), in); cases.KindOf(err) != cases.Conflict {
				t.Errorf("answered in a dispute: %v", err)
			}
			again := receipt.New(bottest.Origin)
			if err := tr.mine(thief).Replace(t.Context(), cases.Replace, cases.NewOnce(), again, ""); cases.KindOf(err) != cases.Conflict {
				t.Errorf("the thief goes on: %v", err)
			}
			th := tr.thread(c.ID, "bela")
			if _, err := th.Act(tr.Machines["bela"].Key, tr.says("answer", "x"), string(tr.Cases.Today())); err != papers.ErrWhom { //nolint:errorlint // the very error
				t.Errorf("the desk answers in a dispute: %v", err)
			}
			tr.Pass(days(40)) // a dispute does not run out
			tr.mine(owner)
			tr.settles(c.ID, keep)
			kept, ended := owner, thief
			if keep == papers.KeepNewer {
				kept, ended = thief, owner
			}
			if _, err := tr.Cases.Mine(t.Context(), ended); cases.KindOf(err) != cases.NotFound {
				t.Errorf("the other one still opens: %v", err)
			}
			if err := tr.signed(c.ID, "anna", tr.says("answer", "To the right one.")); err != nil {
				t.Fatal(err)
			}
			if m := tr.mine(kept); len(m.Replies) != 1 || m.Replies[0].Broken || m.Replies[0].By != "anna" {
				t.Errorf("%+v", m.Replies)
			}
			if th := tr.thread(c.ID, "anna"); len(th.Warnings) > 0 {
				t.Errorf("%q", th.Warnings)
			}
		})
	}
}

// TestAttackHostAddsReceipt: a host that turned bad writes a receipt of its own
// into the row, and a note about it which it cannot sign. No desk answers to it.
func TestAttackHostAddsReceipt(t *testing.T) {
	tr := newTrial(t, bottest.Settings{Names: []string{"anna"}})
	_, c := tr.file()
	spy := receipt.New(bottest.Origin).Public([32]byte{})
	err := tr.db.Update(t.Context(), func(tx cases.Tx) error {
		c, err := tx.Case(c.ID, "")
		if err != nil {
			return err
		}
		c.Receipts[0].State, c.Receipts[0].Until = cases.Replaced, tr.Cases.Today().Add(14)
		c.Receipts = append(c.Receipts, cases.Receipt{Lookup: spy.Lookup, Recipient: spy.Recipient, Verifier: spy.Verifier, State: cases.InHand})
		return tx.Put(c)
	})
	if err != nil {
		t.Fatal(err)
	}
	th := tr.thread(c.ID, "anna")
	if len(th.Warnings) == 0 {
		t.Error("nobody is warned")
	}
	if _, err := th.Act(tr.Machines["anna"].Key, tr.says("answer", "x"), string(tr.Cases.Today())); err != papers.ErrReceipts { //nolint:errorlint // the very error
		t.Errorf("the desk answers: %v", err)
	}
}

func threadText(th *papers.Thread) string {
	var b strings.Builder
	_ = th.Text(&b)
	return crypto.Clean(b.String())
}
