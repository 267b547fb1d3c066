package cases_test

import (
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
