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

func (tr *trial) notMe(r receipt.Receipt) {
	tr.Helper()
	if err := tr.mine(r).NotMe(tr.Context(), cases.NewOnce(), "I did not do that."); err != nil {
		tr.Fatal(err)
	}
}

// TestAttackSettledThiefComesBack: a thief lost the dispute. When the owner's
// next receipt is disputed too, no desk may take the thief's for the one before.
func TestAttackSettledThiefComesBack(t *testing.T) {
	tr := newTrial(t, bottest.Settings{Names: []string{"anna"}})
	owner, c := tr.file()
	tr.replaced(owner, cases.Replace)
	tr.notMe(owner)
	tr.settle(c.ID, "anna", papers.KeepFormer)
	tr.replaced(owner, cases.Replace)
	tr.notMe(owner)
	tr.settle(c.ID, "anna", papers.KeepFormer)
	if err := tr.signed(c.ID, "anna", tr.says("answer", "To the owner.")); err != nil {
		t.Fatal(err)
	}
	if m := tr.mine(owner); len(m.Replies) != 1 || m.Replies[0].Broken {
		t.Errorf("%+v", m.Replies)
	}
	if th := tr.read(c.ID, "anna"); len(th.Warnings) > 0 {
		t.Errorf("%q", th.Warnings)
	}
}

// TestAttackThiefEnds: whoever finds a receipt ends it at once, so that its owner
// never comes back. The owner can object, as after a replacement.
func TestAttackThiefEnds(t *testing.T) {
	for _, keep := range []string{papers.KeepFormer, papers.KeepNewer} {
		tr := newTrial(t, bottest.Settings{Names: []string{"anna"}})
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
		tr.settle(c.ID, "anna", keep)
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
		if th := tr.read(c.ID, "anna"); len(th.Warnings) > 0 {
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
	if th := tr.read(c.ID, "anna"); len(th.Warnings) > 0 {
		t.Errorf("%q", th.Warnings)
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
