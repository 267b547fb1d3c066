package cases_test

import (
	"testing"

	"ombra/bot/bottest"
	"ombra/cases"
)

func (tr *trial) office() cases.OfficeState {
	tr.Helper()
	n, err := tr.Cases.Oversight().Office(ctx)
	if err != nil {
		tr.Fatal(err)
	}
	return n
}

// TestOversightHearsOfTheRoster: once when too few are left for a new case, and
// again when it happens again.
func TestOversightHearsOfTheRoster(t *testing.T) {
	tr := newTrial(t, bottest.Settings{Names: []string{"anna", "bela"}, Change: func(o *cases.Office) { o.Oversight = []string{"vera"} }})
	for range 2 {
		tr.daily(2)
		if n := tr.office(); n.Short != "" || n.Closed || tr.told(cases.OfficeNews) != 0 {
			t.Fatalf("%+v", n)
		}
		tr.put("bela", func(o *cases.Ombudsman) { o.Until = tr.Cases.Today() })
		tr.daily(1)
		if n := tr.office(); n.Short != tr.Cases.Today() || n.Closed {
			t.Errorf("%+v", n)
		}
		if tr.told(cases.OfficeNews) != 1 {
			t.Error("vera is not told")
		}
		tr.settleAll()
		tr.daily(3)
		if tr.told(cases.OfficeNews) != 0 {
			t.Error("vera is told again")
		}
		tr.put("bela", func(o *cases.Ombudsman) { o.Until = tr.Cases.Today().Add(100) })
	}
	tr.put("anna", func(o *cases.Ombudsman) { o.Until = "2026-11-24" })
	tr.put("bela", func(o *cases.Ombudsman) { o.Until = "2026-11-24" })
	if n := tr.office(); !n.Closed {
		t.Errorf("%+v", n)
	}
}

// TestAttackReleaseDatesAnAppeal: somebody of oversight looks every minute, to learn
// when a filer appealed, who then can be found in the platform's records. Neither
// notice nor page shows it before the next day.
func TestAttackReleaseDatesAnAppeal(t *testing.T) {
	tr := newTrial(t, bottest.Settings{Names: []string{"anna", "bela"}, Change: func(o *cases.Office) {
		o.Designate, o.Oversight = 1, []string{"vera"}
	}})
	tr.daily(1)
	r, c := tr.file()
	if err := tr.signed(c.ID, c.Holders()[0], draftOf("close")); err != nil {
		t.Fatal(err)
	}
	if err := tr.appeal(r); err != nil {
		t.Fatal(err)
	}
	if len(tr.logged("released")) != 1 {
		t.Fatal("nothing was released")
	}
	today := tr.Cases.Today()
	for _, n := range tr.outbox() {
		if n.To == "vera" && (n.Due != today.Add(1) || n.About != cases.OfficeNews) {
			t.Errorf("%+v", n)
		}
	}
	if n := tr.office(); n.Released != "" || tr.told(cases.OfficeNews) != 1 {
		t.Errorf("%+v, told %d", n, tr.told(cases.OfficeNews))
	}
	tr.daily(1)
	if n := tr.office(); n.Released != today {
		t.Errorf("%+v", n)
	}
}
