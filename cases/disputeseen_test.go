package cases_test

import (
	"testing"

	"ombra/bot/bottest"
	"ombra/cases"
)

// TestOversightSeesDisputes: oversight is told when a dispute is not settled in
// time, so the list that it then looks at must name the case.
func TestOversightSeesDisputes(t *testing.T) {
	for _, stage := range []cases.Stage{cases.Acknowledged, cases.Closed} {
		tr := newTrial(t, bottest.Settings{Names: []string{"anna"}, Change: func(o *cases.Office) { o.Oversight = []string{"vera"} }})
		r, id := tr.reach(stage)
		if stage != cases.Closed {
			if err := tr.desk("anna").Do(ctx, id, cases.Act{Do: cases.Assess, Once: cases.NewOnce(), Set: map[string]string{"category": "other", "priority": "low", "stage": "assessing"}}); err != nil {
				t.Fatal(err)
			}
			if err := tr.signed(id, "anna", draftOf("answer")); err != nil {
				t.Fatal(err)
			}
		}
		tr.replaced(r, cases.Replace)
		tr.notMe(r)
		tr.daily(15)
		told := false
		for _, n := range tr.outbox() {
			told = told || n.To == "vera"
		}
		list, _, err := tr.Cases.Oversight().Overdue(ctx, 10)
		if err != nil || !told || len(list) != 1 || list[0].ID != id || list[0].Since() == "" {
			t.Errorf("%s: told %v, and shown %+v, %v", stage, told, list, err)
		}
	}
}

// TestDisputedIsKept: nobody can appeal or speak before a dispute is settled, so
// a case in dispute does not go.
func TestDisputedIsKept(t *testing.T) {
	tr := keeping(t)
	tr.nights(1)
	r, _ := tr.close("partly")
	tr.nights(20)
	next := tr.replaced(r, cases.Replace)
	tr.notMe(r)
	tr.nights(12)
	if !tr.here(r) || !tr.here(next) {
		t.Error("a case in dispute is gone")
	}
}
