package cases_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"ombra/bot/bottest"
	"ombra/cases"
)

// real makes an office that is no test office, so that its cases count.
func realOffice(t *testing.T, start time.Time) *trial {
	t.Helper()
	return newTrial(t, bottest.Settings{Names: []string{"anna"}, Start: start, Change: func(o *cases.Office) {
		o.Test, o.Keeping = false, cases.Keeping{Months: 1, OutOfMandate: 1}
	}})
}

func (tr *trial) figures() map[string]int64 {
	tr.Helper()
	have := map[string]int64{}
	err := tr.db.View(tr.Context(), func(tx cases.Tx) error {
		list, err := tx.Figures("9999-Q4")
		for _, f := range list {
			have[f.Quarter+" "+f.Name] = f.Value
		}
		return err
	})
	if err != nil {
		tr.Fatal(err)
	}
	return have
}

func (tr *trial) press(id cases.ID, do cases.Verb) {
	tr.Helper()
	if err := tr.desk("anna").Do(tr.Context(), id, cases.Act{Do: do, Once: cases.NewOnce()}); err != nil {
		tr.Fatal(err)
	}
}

// TestFigures: every act is counted once, in the quarter in which it happened,
// and what a case was is counted when it ends.
func TestFigures(t *testing.T) {
	tr := realOffice(t, monday)
	tr.jobs()
	r, c := tr.file()
	tr.press(c.ID, cases.Acknowledge)
	tr.file()
	act := cases.Act{Do: cases.Assess, Once: cases.NewOnce(), Set: map[string]string{"category": "other", "priority": "low", "stage": "investigating"}}
	for range 2 { // a double click counts once
		if err := tr.desk("anna").Do(t.Context(), c.ID, act); err != nil {
			t.Fatal(err)
		}
	}
	if err := tr.hold(c.ID, tr.Cases.Today().Add(2)); err != nil {
		t.Fatal(err)
	}
	if err := tr.hold(c.ID, tr.Cases.Today().Add(3)); err != nil { // longer, not another
		t.Fatal(err)
	}
	_, late := tr.file()
	tr.off(40) // 2 January: the next quarter
	tr.nights(2)
	tr.press(late.ID, cases.Acknowledge)
	for _, do := range []string{"answer", "answer", "close"} {
		if err := tr.signed(c.ID, "anna", draftOf(do)); err != nil {
			t.Fatal(err)
		}
	}
	unheard, _ := tr.close("out-of-mandate")
	tr.off(32)
	tr.nights(1)
	if tr.here(r) || tr.here(unheard) {
		t.Error("not shredded")
	}
	want := map[string]int64{
		"2026-Q4 filed/report": 3, "2026-Q4 acknowledged/in-time": 1, "2026-Q4 held": 1,
		"2027-Q1 filed/report": 1, "2027-Q1 acknowledged/late": 1, "2027-Q1 acknowledged/never": 1,
		"2027-Q1 answered/late": 1, "2027-Q1 answered/in-time": 1,
		"2027-Q1 closed/partly": 1, "2027-Q1 category/other": 1,
		"2027-Q1 closed/out-of-mandate": 1, "2027-Q1 category/none": 1, "2027-Q1 shredded": 2,
	}
	if got := tr.figures(); !maps.Equal(got, want) {
		t.Errorf("figures\n%v\nwant\n%v", got, want)
	}
}

// TestReleasesAreCounted: each dormant grant that became live.
func TestReleasesAreCounted(t *testing.T) {
	tr := newTrial(t, bottest.Settings{Backstop: "outside", Change: func(o *cases.Office) { o.Test = false }})
	_, c := tr.file()
	if released, err := tr.Cases.Release(t.Context(), c.ID, "late", 2); err != nil || len(released) != 2 {
		t.Fatal(released, err)
	}
	if n := tr.figures()["2026-Q4 released"]; n != 2 {
		t.Errorf("%d counted", n)
	}
}

// TestTestCasesAreInNoFigure: nor are drills.
func TestTestCasesAreInNoFigure(t *testing.T) {
	tr := keeping(t) // a test office
	tr.nights(1)
	tr.close("partly")
	tr.off(29)
	tr.nights(1)
	if got := tr.figures(); len(got) != 0 {
		t.Errorf("a test office counts %v", got)
	}
	tr = realOffice(t, monday)
	tr.jobs()
	r, c := tr.file()
	before := tr.figures()
	tr.change(r, func(c *cases.Case) { c.Flags |= cases.Drill })
	tr.press(c.ID, cases.Acknowledge)
	if err := tr.signed(c.ID, "anna", draftOf("close")); err != nil {
		t.Fatal(err)
	}
	if got := tr.figures(); !maps.Equal(got, before) {
		t.Errorf("a drill counts: %v", got)
	}
}

// TestNumbers: figures are shown when the quarter after theirs is over, small
// ones not at all, and the rows are the same whatever there was.
func TestNumbers(t *testing.T) {
	tr := realOffice(t, time.Date(2026, 5, 4, 8, 0, 0, 0, time.UTC))
	tr.jobs()
	for range 7 {
		tr.file()
	}
	for day := 0; day < 400; day += 10 {
		tr.Pass(days(10))
		n, err := tr.Cases.Oversight().Numbers(t.Context(), 0)
		shown := err == nil
		if want := tr.Cases.Today() >= "2026-10-01"; shown != want || err != nil && cases.KindOf(err) != cases.NotFound {
			t.Fatalf("%s: figures of the second quarter are shown: %v, %v", tr.Cases.Today(), shown, err)
		}
		if shown && (n.Quarter != "2026-Q2" || n.Older) {
			t.Fatalf("%s: %s", tr.Cases.Today(), n.Quarter)
		}
	}
	n, err := tr.Cases.Oversight().Numbers(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprint(n)
	// Seven reports: but then the redress requests would be known to be none.
	if got := n.Tables[0]; got.Total != (cases.Row{Name: "total", Value: 7}) || !got.Rows[0].Few || !got.Rows[1].Few {
		t.Errorf("filed: %+v", got)
	}
	for _, table := range n.Tables[1:] {
		for _, r := range append(table.Rows, table.Total) {
			if !r.Few || r.Value != 0 {
				t.Errorf("%s: %+v", table.Name, r)
			}
		}
	}
	if !strings.Contains(text, "earlier") || len(n.Rows) != 6 {
		t.Errorf("rows: %s", text)
	}
	if _, err := tr.Cases.Oversight().Numbers(t.Context(), 1); cases.KindOf(err) != cases.NotFound {
		t.Errorf("figures before the first: %v", err)
	}
}

// TestOverdue: what is late, oldest promise first, with those to ask; what is
// closed, kept, or due today is not.
func TestOverdue(t *testing.T) {
	tr := newTrial(t, bottest.Settings{Names: []string{"anna", "bela"}})
	_, first := tr.file() // to be acknowledged by Wednesday, answered 21 days after
	_, heard := tr.file()
	tr.press(heard.ID, cases.Acknowledge)
	tr.close("partly")
	tr.Pass(days(2))
	_, second := tr.file()
	overdue := func(limit int) []cases.LateCase {
		t.Helper()
		list, more, err := tr.Cases.Oversight().Overdue(t.Context(), limit)
		if err != nil || more != (limit == 1) {
			t.Fatal(more, err)
		}
		return list
	}
	if list := overdue(10); len(list) != 0 {
		t.Errorf("on the day itself: %+v", list)
	}
	tr.Pass(days(10))
	list := overdue(10)
	if len(list) != 2 || list[0].ID != first.ID || list[1].ID != second.ID || list[0].Since() != first.AckDue ||
		list[0].Answer != "" || fmt.Sprint(list[0].Holders) != "[anna bela]" && fmt.Sprint(list[0].Holders) != "[bela anna]" {
		t.Errorf("overdue: %+v", list)
	}
	if list := overdue(1); len(list) != 1 || list[0].ID != first.ID {
		t.Errorf("the first: %+v", list)
	}
	tr.Pass(days(30))
	if list := overdue(10); len(list) != 3 || list[0].Answer == "" || list[2].Ack != "" || list[2].ID != heard.ID {
		t.Errorf("later: %+v", list)
	}
}

// TestOversightHearsOfLateness: once on the day after a promise was broken,
// however many were, with the day and no hour of a filing.
func TestOversightHearsOfLateness(t *testing.T) {
	tr := newTrial(t, bottest.Settings{Names: []string{"anna"}, Change: func(o *cases.Office) { o.Designate, o.Oversight = 1, []string{"vera"} }})
	tr.file()
	tr.file()
	heard := map[cases.Day]int{}
	for range 12 {
		tr.daily(1)
		for _, n := range tr.outbox() {
			if n.To == "vera" {
				if n.About != cases.Overdue || n.Due != tr.Cases.Today() {
					t.Errorf("vera is told %+v", n)
				}
				heard[n.Due]++
			}
			if err := tr.Cases.Settle(t.Context(), n, cases.Outcome{}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(heard) != 1 || heard["2026-11-26"] != 1 {
		t.Errorf("vera heard %v", heard)
	}
}
