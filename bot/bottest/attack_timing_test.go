package bottest_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"ombra/bot/bottest"
	"ombra/cases"
	"ombra/crypto/receipt"
)

// calls counts what an office asks of its store.
type calls struct {
	cases.Store
	views, updates int
	asked          []string
}

func (c *calls) View(ctx context.Context, f func(cases.Tx) error) error {
	c.views++
	return c.Store.View(ctx, func(tx cases.Tx) error { return f(callsTx{tx, c}) })
}

func (c *calls) Update(ctx context.Context, f func(cases.Tx) error) error {
	c.updates++
	return c.Store.Update(ctx, f)
}

type callsTx struct {
	cases.Tx
	c *calls
}

func (t callsTx) CasesOf(lookup [32]byte, verifier string) ([]*cases.Case, error) {
	t.c.asked = append(t.c.asked, "CasesOf")
	return t.Tx.CasesOf(lookup, verifier)
}

func (t callsTx) Case(id cases.ID, holder string) (*cases.Case, error) {
	t.c.asked = append(t.c.asked, "Case")
	return t.Tx.Case(id, holder)
}

// TestAttackTimingOracle: a stranger measures how long an answer takes. An
// unknown receipt and a known one, a forbidden case and one that is not there,
// are asked of the store by the same query; a mistyped receipt asks nothing at
// all; and looking writes nothing (a filer's reading is no act).
func TestAttackTimingOracle(t *testing.T) {
	s := newScene(t, bottest.Settings{})
	symbols := s.file("staff", told("chris"))
	id := s.heldID("anna")
	c := &calls{Store: s.o.Cases.Store}
	s.o.Cases.Store = c
	size := s.size()
	asks := func(do func()) []string {
		c.asked = nil
		do()
		return c.asked
	}
	known := asks(func() { s.look("stranger", symbols) })
	unknown := asks(func() { s.look("stranger", receipt.New(bottest.Origin).Symbols()) })
	if len(known) == 0 || len(unknown) != 1 || known[0] != unknown[0] {
		t.Errorf("known asks %v, unknown %v", known, unknown)
	}
	if got := asks(func() { s.look("stranger", wrong(symbols)) }); len(got) != 0 {
		t.Errorf("a mistyped one asks %v", got)
	}
	desk, err := s.o.Cases.Desk("chris")
	if err != nil {
		t.Fatal(err)
	}
	var answers []error
	for _, x := range []cases.ID{id, cases.NewID(), "", "nonsense"} {
		got := asks(func() { _, err = desk.Case(t.Context(), x) })
		answers = append(answers, err)
		if len(got) != 1 || got[0] != "Case" || cases.KindOf(err) != cases.NotFound || fmt.Sprint(err) != fmt.Sprint(answers[0]) {
			t.Errorf("a case that is not there: %v %v", got, err)
		}
	}
	s.grew(size, 0, "looking")
	if c.updates != 0 {
		t.Errorf("looking wrote %d times", c.updates)
	}
}

// heldID is the id of the newest case that somebody holds.
func (s *scene) heldID(name string) cases.ID {
	s.t.Helper()
	list := s.held(name)
	if len(list) == 0 {
		s.t.Fatalf("%s holds no case", name)
	}
	id, _, _ := strings.Cut(list[0], " ")
	return cases.ID(id)
}

// TestAttackSequence: ids that count up tell volume and order. Twenty of them are
// all different, in no order, and change in every symbol.
func TestAttackSequence(t *testing.T) {
	s := newScene(t, bottest.Settings{Names: []string{"anna", "bela"}})
	var ids []string
	for range 20 {
		s.file("staff", told())
	}
	desk, err := s.o.Cases.Desk("anna")
	if err != nil {
		t.Fatal(err)
	}
	list, _, err := desk.Inbox(t.Context(), 0, 100)
	if err != nil || len(list) != 20 {
		t.Fatalf("%d cases, %v", len(list), err)
	}
	for _, c := range list {
		ids = append(ids, string(c.ID))
	}
	up, down := slices.IsSorted(ids), slices.IsSorted(reversed(ids))
	for i := range ids[0] {
		symbols := map[byte]bool{}
		for _, id := range ids {
			symbols[id[i]] = true
		}
		if i != 4 && len(symbols) < 5 {
			t.Errorf("symbol %d takes %d values in 20 ids", i, len(symbols))
		}
	}
	if up || down || len(slices.Compact(slices.Sorted(slices.Values(ids)))) != 20 {
		t.Errorf("the ids are in order, or one is there twice: %v", ids)
	}
}

func reversed(list []string) []string {
	list = slices.Clone(list)
	slices.Reverse(list)
	return list
}

// BenchmarkAttackTimingOracle times what a stranger can time: a case that is
// hidden from him and one that is not there. It reports the medians and the worst of a hundred, and
// how far apart the two of a pair are.
func BenchmarkAttackTimingOracle(b *testing.B) {
	s := newScene(b, bottest.Settings{})
	for range 50 {
		s.file("staff", told("chris"))
	}
	hidden := s.heldID("anna")
	desk, err := s.o.Cases.Desk("chris")
	if err != nil {
		b.Fatal(err)
	}
	var took [2][]time.Duration
	for b.Loop() {
		for i, id := range []cases.ID{hidden, cases.NewID()} {
			began := time.Now()
			if _, err := desk.Case(b.Context(), id); cases.KindOf(err) != cases.NotFound {
				b.Fatal(err)
			}
			took[i] = append(took[i], time.Since(began))
		}
	}
	at := func(list []time.Duration, percent int) float64 {
		slices.Sort(list)
		return float64(list[len(list)*percent/100].Nanoseconds())
	}
	for _, percent := range []int{50, 99} {
		hidden, absent := at(took[0], percent), at(took[1], percent)
		b.ReportMetric(hidden, fmt.Sprintf("ns/hidden-p%d", percent))
		b.ReportMetric(hidden-absent, fmt.Sprintf("ns/apart-p%d", percent))
	}
}
