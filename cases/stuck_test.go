package cases_test

import (
	"slices"
	"testing"

	"ombra/bot/bottest"
	"ombra/cases"
	"ombra/cases/papers"
	"ombra/crypto/receipt"
)

// stuckAppeal is a case on appeal whose only judge left; nobody is in reserve, and
// one on the roster never had the case.
func stuckAppeal(t *testing.T) (tr *trial, r receipt.Receipt, id cases.ID, decided, outsider string) {
	t.Helper()
	tr = newTrial(t, bottest.Settings{Names: []string{"anna", "bela", "cora"}, Change: func(o *cases.Office) {
		o.Designate, o.Reserve, o.Oversight = 2, 0, []string{"vera"}
	}})
	r, id, decided, second := appealed(tr)
	tr.daily(1)
	if tr.load(r).Is(cases.Stuck) {
		t.Fatal("stuck, and its judge is there")
	}
	tr.settleAll()
	tr.put(second, func(o *cases.Ombudsman) { o.Until = tr.Cases.Today() })
	tr.daily(1)
	for _, name := range []string{"anna", "bela", "cora"} {
		if name != decided && name != second {
			outsider = name
		}
	}
	return tr, r, id, decided, outsider
}

// TestAppealThatNobodyMayDecide: everybody concerned sees it, once in a notice; a
// signed grant to a colleague who did not decide ends it.
func TestAppealThatNobodyMayDecide(t *testing.T) {
	tr, r, id, decided, outsider := stuckAppeal(t)
	if !tr.mine(r).Stuck {
		t.Error("the filer does not see it")
	}
	list, _, err := tr.Cases.Oversight().Overdue(ctx, 10)
	if err != nil || len(list) != 1 || list[0].ID != id || !list[0].Stuck {
		t.Errorf("oversight sees %+v, %v", list, err)
	}
	told := map[string]int{}
	for range 5 {
		for _, n := range tr.outbox() {
			if n.Due != "2026-11-26" { // the day after the night that found it
				t.Errorf("%+v", n)
			}
			told[n.To+" "+string(n.About)]++
		}
		tr.settleAll()
		tr.daily(1)
	}
	if len(told) != 2 || told["vera overdue"] != 1 || told[decided+" news"] != 1 {
		t.Errorf("told %v", told)
	}
	var any bool
	if err := tr.db.View(ctx, func(tx cases.Tx) (err error) { any, err = cases.AnyStuck(tx); return err }); err != nil || !any {
		t.Errorf("ombra check sees nothing: %v", err)
	}
	says(t, tr.signed(id, decided, draftOf("close")), "decided-before")
	if err := tr.signed(id, decided, papers.Draft{Do: "grant", Set: map[string]string{"to": outsider}}); err != nil {
		t.Fatal(err)
	}
	if tr.mine(r).Stuck || tr.load(r).Is(cases.Stuck) {
		t.Error("still stuck, and somebody has it who may decide")
	}
	if err := tr.signed(id, outsider, draftOf("close")); err != nil {
		t.Fatal(err)
	}
	if c := tr.load(r); c.Stage != cases.Closed || c.Is(cases.Stuck) {
		t.Errorf("%s %v", c.Stage, c.Flags.Names())
	}
}

// TestJudgeComesBack: a mandate is prolonged, and the appeal waits for nobody else.
func TestJudgeComesBack(t *testing.T) {
	tr, r, _, decided, outsider := stuckAppeal(t)
	for _, name := range []string{"anna", "bela", "cora"} {
		if name != decided && name != outsider {
			tr.put(name, func(o *cases.Ombudsman) { o.Until = tr.Cases.Today().Add(100) })
		}
	}
	tr.daily(1)
	if tr.load(r).Is(cases.Stuck) {
		t.Error("still stuck")
	}
}

// TestAttackStuckByWithdrawal: the last one who may decide an appeal withdraws from
// it. That is allowed, as somebody is there to go on, and does not stay unseen.
func TestAttackStuckByWithdrawal(t *testing.T) {
	tr := newTrial(t, bottest.Settings{Names: []string{"anna", "bela"}, Change: func(o *cases.Office) { o.Oversight = []string{"vera"} }})
	r, id, _, second := appealed(tr)
	if err := tr.signed(id, second, draftOf("recuse")); err != nil {
		t.Fatal(err)
	}
	if !tr.load(r).Is(cases.Stuck) || !slices.ContainsFunc(tr.outbox(), func(n cases.Notice) bool { return n.To == "vera" && n.About == cases.Overdue }) {
		t.Error("nobody sees it")
	}
}
