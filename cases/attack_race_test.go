package cases_test

import (
	"context"
	"testing"

	"ombra/bot/bottest"
	"ombra/cases"
	"ombra/crypto/receipt"
)

// TestAttackAnswerMeetsReplacement: an answer is stored between the moment when
// the form reads the case and the one when the receipt is replaced. The new
// receipt must open it: nobody else could seal it again later.
func TestAttackAnswerMeetsReplacement(t *testing.T) {
	tr := newTrial(t, bottest.Settings{Names: []string{"anna"}})
	old, c := tr.file()
	m, next := tr.mine(old), receipt.New(bottest.Origin)
	if err := tr.signed(c.ID, "anna", tr.says("answer", "Just in time.")); err != nil {
		t.Fatal(err)
	}
	if err := m.Replace(t.Context(), cases.Replace, cases.NewOnce(), next, ""); err != nil {
		t.Fatal(err)
	}
	if got := tr.mine(next).Replies; len(got) != 1 || got[0].Broken {
		t.Errorf("the new receipt reads %+v", got)
	}
}

// answering stores an answer just before the next change.
type answering struct {
	cases.Store
	do func()
}

func (s *answering) Update(ctx context.Context, f func(cases.Tx) error) error {
	if do := s.do; do != nil {
		s.do = nil
		do()
	}
	return s.Store.Update(ctx, f)
}

// TestAttackAnswerMeetsSealing: the same, when everything is sealed already.
func TestAttackAnswerMeetsSealing(t *testing.T) {
	tr := newTrial(t, bottest.Settings{Names: []string{"anna"}})
	old, c := tr.file()
	m, next := tr.mine(old), receipt.New(bottest.Origin)
	file := tr.actFile(c.ID, "anna", tr.says("answer", "Just in time."))
	tr.Cases.Store = &answering{Store: tr.db, do: func() {
		in, err := tr.Cases.Inspect(file)
		if err == nil {
			_, _, err = tr.desk("anna").Signed(t.Context(), in)
		}
		if err != nil {
			t.Error(err)
		}
	}}
	if err := m.Replace(t.Context(), cases.Replace, cases.NewOnce(), next, ""); err != nil {
		t.Fatal(err)
	}
	if got := tr.mine(next).Replies; len(got) != 1 || got[0].Broken {
		t.Errorf("the new receipt reads %+v", got)
	}
}

// TestChangedReplacement: the form of a replacement is sent again with other
// words. They are added, once; and no other receipt gets that answer.
func TestChangedReplacement(t *testing.T) {
	tr := newTrial(t, bottest.Settings{Names: []string{"anna"}})
	old, c := tr.file()
	other, _ := tr.file()
	form, next := cases.NewOnce(), receipt.New(bottest.Origin)
	for _, text := range []string{"First.", "First.", "Second.", "Second.", ""} {
		if err := tr.mine(old).Replace(t.Context(), cases.Replace, form, next, text); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
	}
	if err := tr.mine(other).Replace(t.Context(), cases.Replace, form, next, "First."); cases.KindOf(err) != cases.Conflict {
		t.Errorf("with another case's receipt: %v", err)
	}
	says(t, tr.mine(old).Replace(t.Context(), cases.Replace, form, receipt.New(bottest.Origin), ""), "receipt-replaced")
	var got []string
	for _, it := range tr.thread(c.ID, "anna").Items[1:] {
		got = append(got, it.Text)
	}
	if len(got) != 2 || got[1] != "Second." {
		t.Errorf("stored %q", got)
	}
}
