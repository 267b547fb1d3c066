package cases_test

import (
	"slices"
	"testing"

	"ombra/bot/bottest"
	"ombra/cases"
	"ombra/cases/papers"
	"ombra/crypto/receipt"
)

func (tr *trial) settle(id cases.ID, who, keep string) {
	tr.Helper()
	d := papers.Draft{Do: "settle", Text: "We asked.", Set: map[string]string{"keep": keep}}
	if err := tr.signed(id, who, d); err != nil {
		tr.Fatal(err)
	}
}

// settles has the first two holders sign for the same receipt.
func (tr *trial) settles(id cases.ID, keep string) {
	tr.Helper()
	var who []string
	err := tr.db.View(tr.Context(), func(tx cases.Tx) error {
		c, err := tx.Case(id, "")
		if err == nil {
			who = c.Holders()
		}
		return err
	})
	if err != nil || len(who) < 2 {
		tr.Fatalf("held by %q, %v", who, err)
	}
	for _, name := range who[:2] {
		tr.settle(id, name, keep)
	}
}

func (tr *trial) notMe(r receipt.Receipt) {
	tr.Helper()
	if err := tr.mine(r).NotMe(tr.Context(), cases.NewOnce(), "I did not do that."); err != nil {
		tr.Fatal(err)
	}
}

// TestAttackSettledThiefComesBack: a thief lost the dispute. When the owner's
// next receipt is disputed too, no desk may take the thief's for the one before.
func TestAttackSettledThiefComesBack(t *testing.T) {
	tr := newTrial(t, bottest.Settings{Names: []string{"anna", "bela"}})
	owner, c := tr.file()
	tr.replaced(owner, cases.Replace)
	tr.notMe(owner)
	tr.settles(c.ID, papers.KeepFormer)
	tr.replaced(owner, cases.Replace)
	tr.notMe(owner)
	tr.settles(c.ID, papers.KeepFormer)
	if err := tr.signed(c.ID, "anna", tr.says("answer", "To the owner.")); err != nil {
		t.Fatal(err)
	}
	if m := tr.mine(owner); len(m.Replies) != 1 || m.Replies[0].Broken {
		t.Errorf("%+v", m.Replies)
	}
	if th := tr.thread(c.ID, "anna"); len(th.Warnings) > 0 {
		t.Errorf("%q", th.Warnings)
	}
}

// TestAttackThiefEnds: whoever finds a receipt ends it at once, so that its owner
// never comes back. The owner can object, as after a replacement.
func TestAttackThiefEnds(t *testing.T) {
	for _, keep := range []string{papers.KeepFormer, papers.KeepNewer} {
		tr := newTrial(t, bottest.Settings{Names: []string{"anna", "bela"}})
		first, c := tr.file()
		owner := tr.replaced(first, cases.Replace)
		tr.Pass(days(15))
		form := cases.NewOnce()
		for range 2 { // and a double click finds the first one's result
			if err := tr.mine(owner).End(t.Context(), form, ""); err != nil {
				t.Fatal(err)
			}
		}
		if m := tr.mine(owner); m.Replaced != tr.Cases.Today().Add(14) || !slices.Equal(m.May, []cases.Verb{cases.NotMe}) {
			t.Errorf("%+v", m)
		}
		tr.notMe(owner)
		tr.settles(c.ID, keep)
		if keep == papers.KeepNewer {
			if _, err := tr.Cases.Mine(t.Context(), owner); cases.KindOf(err) != cases.NotFound {
				t.Errorf("it stays ended: %v", err)
			}
			if err := tr.signed(c.ID, "anna", draftOf("close")); err != nil {
				t.Errorf("a case without a receipt is closed: %v", err)
			}
			continue
		}
		if err := tr.signed(c.ID, "anna", tr.says("answer", "To the owner.")); err != nil {
			t.Fatal(err)
		}
		if m := tr.mine(owner); len(m.Replies) != 1 || m.Replies[0].Broken {
			t.Errorf("%+v", m)
		}
		if th := tr.thread(c.ID, "anna"); len(th.Warnings) > 0 {
			t.Errorf("%q", th.Warnings)
		}
	}
}

// TestEndedForGood: after the days in which it can object, an ended receipt is as
// unknown as any.
func TestEndedForGood(t *testing.T) {
	tr := newTrial(t, bottest.Settings{Names: []string{"anna"}})
	r, c := tr.file()
	if err := tr.mine(r).End(t.Context(), cases.NewOnce(), ""); err != nil {
		t.Fatal(err)
	}
	tr.Pass(days(15))
	if _, err := tr.Cases.Mine(t.Context(), r); cases.KindOf(err) != cases.NotFound {
		t.Error(err)
	}
	if err := tr.signed(c.ID, "anna", draftOf("close")); err != nil {
		t.Error(err)
	}
	if th := tr.thread(c.ID, "anna"); len(th.Warnings) > 0 {
		t.Errorf("%q", th.Warnings)
	}
}

// TestAttackThiefWithdrawsThenReplaces: a thief asks to withdraw with the owner's
// own receipt, and then replaces it. Nobody closes the case so before the owner
// could look, nor on a request that is in dispute.
func TestAttackThiefWithdrawsThenReplaces(t *testing.T) {
	tr := outsiders(t, func(o *cases.Office) { o.CoolingOff = 7 })
	owner, c := tr.file()
	who := ranked(c, cases.Designated)[0]
	if err := tr.mine(owner).Withdraw(t.Context(), cases.NewOnce(), ""); err != nil {
		t.Fatal(err)
	}
	thief := tr.replaced(owner, cases.Replace)
	closing := draftOf("close")
	closing.Set = map[string]string{"disposition": "withdrawn"}
	tr.daily(8)
	says(t, tr.signed(c.ID, who, closing), "cooling-off")
	if m := tr.mine(thief); m.Cooled != tr.mine(owner).Replaced.Add(1) {
		t.Errorf("cooled off on %s", m.Cooled)
	}
	tr.notMe(owner)
	says(t, tr.signed(c.ID, who, closing), "disputed")
	tr.settles(c.ID, papers.KeepFormer)
	tr.daily(20)
	says(t, tr.signed(c.ID, who, closing), "no-withdrawal")
}

// TestAttackCloseInADispute: an ombudsman ends a case, or answers, while nobody
// can be answered: the filer would never read it.
func TestAttackCloseInADispute(t *testing.T) {
	tr := newTrial(t, bottest.Settings{Names: []string{"anna"}, Change: func(o *cases.Office) { o.TypedReplies = true }})
	owner, c := tr.file()
	tr.replaced(owner, cases.Replace)
	tr.notMe(owner)
	says(t, tr.signed(c.ID, "anna", draftOf("close")), "disputed")
	says(t, tr.desk("anna").Type(t.Context(), c.ID, cases.Answer, cases.NewOnce(), "It is done."), "disputed")
	if now := tr.load(owner); now.Answered != "" {
		t.Error("nobody was answered, and the promise is kept")
	}
}

// TestAttackFullCase: a thief fills the case to its brim, so that the owner's
// objection finds no room.
func TestAttackFullCase(t *testing.T) {
	tr := newTrial(t, bottest.Settings{Names: []string{"anna"}})
	owner, c := tr.file()
	thief := tr.replaced(owner, cases.Replace)
	err := tr.db.Update(t.Context(), func(tx cases.Tx) error {
		for range 2001 {
			p := &cases.Paper{Case: c.ID, Kind: cases.PaperMore, Day: c.Opened, Entry: c.Entry, Size: 1, Blob: []byte("x")}
			if err := tx.AddPaper(p); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	says(t, tr.mine(thief).Add(t.Context(), cases.NewOnce(), "More.", nil), "case-full")
	tr.notMe(owner)
}

// TestAttackSettlementKept: somebody keeps a signed settlement that came too late,
// and hands it in when two other receipts are in dispute.
func TestAttackSettlementKept(t *testing.T) {
	tr := newTrial(t, bottest.Settings{Names: []string{"anna", "bela"}})
	owner, c := tr.file()
	tr.replaced(owner, cases.Replace)
	tr.notMe(owner)
	d := papers.Draft{Do: "settle", Text: "The newer.", Set: map[string]string{"keep": papers.KeepNewer}}
	late, err := tr.Cases.Inspect(tr.actFile(c.ID, "bela", d))
	if err != nil {
		t.Fatal(err)
	}
	tr.settles(c.ID, papers.KeepFormer)
	tr.replaced(owner, cases.Replace)
	tr.notMe(owner)
	_, _, err = tr.desk("bela").Signed(t.Context(), late)
	says(t, err, "papers-old")
	tr.mine(owner)
}
