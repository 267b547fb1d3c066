package cases_test

import (
	"slices"
	"strings"
	"testing"

	"ombra/cases"
	"ombra/cases/papers"
	"ombra/crypto/receipt"
)

// news are what a receipt is told to be new since a day.
func (tr *trial) news(r receipt.Receipt, since cases.Day) (list []string) {
	tr.Helper()
	for _, c := range tr.mine(r).Since(since) {
		list = append(list, strings.TrimSpace(c.What+" "+c.Remedy.State))
	}
	return list
}

// TestSince: what the office did is new from its day on, and the last step on a
// remedy if it was the office's.
func TestSince(t *testing.T) {
	tr := newPair(t)
	r, c := tr.file()
	begin := tr.Cases.Today()
	tr.Pass(days(2))
	if err := tr.desk("anna").Do(t.Context(), c.ID, cases.Act{Do: cases.Acknowledge, Once: cases.NewOnce()}); err != nil {
		t.Fatal(err)
	}
	tr.Pass(days(2))
	offered := tr.Cases.Today()
	for _, do := range []string{"recommend", "agreed", "offer"} {
		if err := tr.step(r, c.ID, "anna", do); err != nil {
			t.Fatal(err)
		}
	}
	for _, x := range []struct {
		since cases.Day
		want  []string
	}{
		{begin, []string{"remedy", "acknowledged", "remedy-step offered"}},
		{begin.Add(3), []string{"remedy", "remedy-step offered"}},
		{offered, []string{"remedy", "remedy-step offered"}},
		{offered.Add(1), nil},
	} {
		if got := tr.news(r, x.since); !slices.Equal(got, x.want) {
			t.Errorf("since %s: %q, want %q", x.since, got, x.want)
		}
	}
	tr.Pass(days(2))
	if err := tr.responds(r, "accept"); err != nil {
		t.Fatal(err)
	}
	// The day on which somebody accepted is that of the filer's being here.
	if got := tr.news(r, begin.Add(3)); !slices.Equal(got, []string{"remedy"}) {
		t.Errorf("after the filer's own step: %q", got)
	}
	next := tr.replaced(r, cases.HandOver)
	if got := tr.news(next, begin); !slices.Equal(got, []string{"remedy", "acknowledged"}) {
		t.Errorf("to the next receipt: %q", got)
	}
	if got := tr.news(r, begin); !slices.Equal(got, []string{"acknowledged"}) {
		t.Errorf("to the former one, which gets no answers: %q", got)
	}
}

// TestSinceRepeated: what is repeated after a dispute is new to its owner on the
// day of the decision, whenever it was first said.
func TestSinceRepeated(t *testing.T) {
	tr := newPair(t)
	owner, c := tr.file()
	tr.replaced(owner, cases.Replace)
	if err := tr.signed(c.ID, "anna", tr.says("answer", "To whoever has it.")); err != nil {
		t.Fatal(err)
	}
	tr.Pass(days(3))
	tr.notMe(owner)
	tr.settles(c.ID, papers.KeepFormer)
	if got := tr.news(owner, tr.Cases.Today()); !slices.Equal(got, []string{"answer"}) {
		t.Errorf("%q", got)
	}
}
