package cases_test

import (
	"maps"
	"testing"
	"time"

	"ombra/bot/bottest"
	"ombra/cases"
)

// TestNeverIsCountedOnce: a case that nobody acknowledged is closed, appealed, and
// closed again. It went unacknowledged once.
func TestNeverIsCountedOnce(t *testing.T) {
	tr := newTrial(t, bottest.Settings{Names: []string{"anna", "bela"}, Change: func(o *cases.Office) { o.Test = false }})
	r, c := tr.file()
	for _, who := range []string{"anna", "bela"} {
		if err := tr.signed(c.ID, who, draftOf("close")); err != nil {
			t.Fatal(err)
		}
		if who == "anna" {
			if err := tr.appeal(r); err != nil {
				t.Fatal(err)
			}
		}
	}
	got := tr.figures()
	if got["2026-Q4 acknowledged/never"] != 1 || got["2026-Q4 closed/partly"] != 2 || got["2026-Q4 reopened"] != 1 {
		t.Errorf("%v", got)
	}
}

// TestRemedyFigures: each recommended remedy counts by its form, and each step of
// one by what it led to; what was not delivered after all is no second acceptance.
func TestRemedyFigures(t *testing.T) {
	for _, flag := range []cases.Flags{0, cases.Drill, cases.Test} {
		tr := newTrial(t, bottest.Settings{Names: []string{"anna", "bela"}, Change: func(o *cases.Office) { o.Test = false }})
		r, c := tr.file()
		tr.change(r, func(c *cases.Case) { c.Flags |= flag })
		before := tr.figures()
		do := func(steps ...string) {
			t.Helper()
			for _, step := range steps {
				var err error
				if m := tr.mine(r); step == "accept" || step == "contest" || step == "missing" {
					err = m.Answer(ctx, cases.NewOnce(), cases.RemedyAnswer{Do: cases.Verb(step), Number: 1, On: m.Remedies[0].On, Text: "Words."})
				} else {
					who := map[bool]string{true: "bela", false: "anna"}[step == "unconfirmed"]
					err = tr.signed(c.ID, who, tr.remedyDraft(step))
				}
				if err != nil {
					t.Fatal(step, err)
				}
			}
		}
		do("recommend", "agreed", "offer", "contest", "offer", "accept", "delivered", "missing", "delivered", "recommend")
		refused := tr.remedyDraft("refused")
		refused.Set["remedy"] = "2"
		if err := tr.signed(c.ID, "anna", refused); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			tr.Pass(20 * 24 * time.Hour)
			if _, err := tr.Cases.Checkpoint(ctx, true); err != nil {
				t.Fatal(err)
			}
		}
		do("unconfirmed")
		want := map[string]int64{
			"2026-Q4 filed/report": 1, "2026-Q4 remedy-form/compensation": 2, "2026-Q4 remedy/offered": 2, "2026-Q4 remedy/contested": 1,
			"2026-Q4 remedy/accepted": 1, "2026-Q4 remedy/delivered": 2, "2026-Q4 remedy/refused": 1, "2027-Q1 remedy/unconfirmed": 1,
		}
		if flag != 0 {
			want = before
		}
		if got := tr.figures(); !maps.Equal(got, want) {
			t.Errorf("%v\nwant\n%v", got, want)
		}
	}
}
