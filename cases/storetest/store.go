package storetest

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"sync"
	"testing"

	"ombra/cases"
)

// Run checks all that a store promises. open gives a new, empty store and
// closes it when the test ends.
func Run(t *testing.T, open func(*testing.T) cases.Store) {
	groups := map[string]map[string]func(*testing.T, cases.Store){
		"Update": updates, "Case": caseRules, "Paper": paperRules, "Log": logRules,
		"Notice": noticeRules, "Office": officeRules, "Clock": clockRules, "Keep": keepRules, "Remedy": remedyRules,
	}
	for name, rules := range groups {
		t.Run(name, func(t *testing.T) {
			for name, rule := range rules {
				t.Run(name, func(t *testing.T) { rule(t, open(t)) })
			}
		})
	}
	t.Run("EveryWrite", func(t *testing.T) { EveryWrite(t, open, twoFilings) })
}

var errOwn = errors.New("the test's own error")

var updates = map[string]func(*testing.T, cases.Store){
	"AnErrorUndoesAll":      errorUndoes,
	"APanicUndoesAll":       panicUndoes,
	"NeighboursDoNotSuffer": neighbours,
	"CtxCountsBeforeOnly":   ctxBefore,
	"AViewCannotWrite":      viewCannotWrite,
	"TxEndsWithItsFunction": txEnds,
	"AViewSeesOneMoment":    snapshot,
}

func errorUndoes(t *testing.T, s cases.Store) {
	c := Case()
	err := s.Update(context.Background(), func(tx cases.Tx) error {
		if err := File(tx, c); err != nil {
			return err
		}
		return errOwn
	})
	if !errors.Is(err, errOwn) {
		t.Errorf("got %v, want f's own error", err)
	}
	gone(t, s, c)
	MustFile(t, s)
	CheckLog(t, s)
}

func panicUndoes(t *testing.T, s cases.Store) {
	c := Case()
	err := s.Update(context.Background(), func(tx cases.Tx) error {
		if err := File(tx, c); err != nil {
			return err
		}
		panic("what the filer typed")
	})
	if err == nil || strings.Contains(err.Error(), "typed") {
		t.Errorf("got %v, want an error without the panic's value", err)
	}
	gone(t, s, c)
	MustFile(t, s)
	CheckLog(t, s)
}

// neighbours runs many updates at once, a third of which fail, a third panic.
func neighbours(t *testing.T, s cases.Store) {
	var wg sync.WaitGroup
	all := make([]*cases.Case, 60)
	for i := range all {
		all[i] = Case()
		wg.Go(func() {
			err := s.Update(context.Background(), func(tx cases.Tx) error {
				if err := File(tx, all[i]); err != nil {
					return err
				}
				switch i % 3 {
				case 1:
					return errOwn
				case 2:
					panic(i)
				}
				return nil
			})
			if (err == nil) != (i%3 == 0) || i%3 == 1 && !errors.Is(err, errOwn) {
				t.Errorf("update %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	for i, c := range all {
		if i%3 == 0 {
			there(t, s, c)
		} else {
			gone(t, s, c)
		}
	}
	if size := CheckLog(t, s); size != 60 {
		t.Errorf("20 filings left %d leaves", size)
	}
}

func ctxBefore(t *testing.T, s cases.Store) {
	ctx, cancel := context.WithCancel(context.Background())
	c := Case()
	err := s.Update(ctx, func(tx cases.Tx) error {
		cancel()
		return File(tx, c)
	})
	if err != nil {
		t.Errorf("cancelled after f began: %v", err)
	}
	there(t, s, c)
	ran := false
	f := func(cases.Tx) error { ran = true; return nil }
	if err := errors.Join(s.Update(ctx, f)); !errors.Is(err, context.Canceled) {
		t.Errorf("update with a dead ctx: %v", err)
	}
	if err := s.View(ctx, f); !errors.Is(err, context.Canceled) || ran {
		t.Errorf("view with a dead ctx: %v; ran: %v", err, ran)
	}
}

func viewCannotWrite(t *testing.T, s cases.Store) {
	c := MustFile(t, s)
	for name, write := range map[string]func(cases.Tx) error{
		"Append":  func(tx cases.Tx) error { _, err := tx.Append(Entry("note", c.ID)); return err },
		"Put":     func(tx cases.Tx) error { return tx.Put(c) },
		"SetDone": func(tx cases.Tx) error { return tx.SetDone("job", Day) },
	} {
		if err := s.View(context.Background(), write); err == nil {
			t.Errorf("%s in a view was taken", name)
		}
	}
	if size := CheckLog(t, s); size != 3 {
		t.Errorf("%d leaves after one filing", size)
	}
}

func txEnds(t *testing.T, s cases.Store) {
	var kept cases.Tx
	Must(t, s, func(tx cases.Tx) error { kept = tx; return tx.SetDone("job", Day) })
	if err := kept.SetDone("job", Day.Add(1)); err == nil {
		t.Error("an update's Tx works after its end")
	}
	Look(t, s, func(tx cases.Tx) error { kept = tx; return nil })
	if _, err := kept.Done("job"); err == nil {
		t.Error("a view's Tx works after its end")
	}
}

// snapshot checks that what is stored during a view is not in it.
func snapshot(t *testing.T, s cases.Store) {
	MustFile(t, s)
	Look(t, s, func(tx cases.Tx) error {
		before, err := tx.Size()
		if err != nil {
			return err
		}
		MustFile(t, s)
		after, err := tx.Size()
		if before != 3 || after != 3 {
			t.Errorf("a view saw the log grow from %d to %d", before, after)
		}
		return err
	})
}

// twoFilings files the same case twice, as a person does who was told that the
// first time failed or was unclear: afterwards it is there once.
func twoFilings(t *testing.T, s *Faulty) {
	c, first := Case(), Entry("opened", "")
	file := func(tx cases.Tx) error {
		n, err := tx.Append(first)
		if errors.Is(err, cases.ErrDone) {
			return nil
		} else if err != nil {
			return err
		}
		c.Entry = n
		return tx.Create(c)
	}
	for range 3 {
		err := s.Update(context.Background(), file)
		if err == nil {
			break
		}
		if !errors.Is(err, cases.ErrFull) && !errors.Is(err, cases.ErrUnclear) {
			t.Fatal(err)
		}
		look := s.View(context.Background(), func(tx cases.Tx) error { _, err := tx.Case(c.ID, ""); return err })
		if stored := look == nil; stored != (s.Fault == ButStored) {
			t.Errorf("%v: the case is there: %v", s.Fault, stored)
		}
	}
	there(t, s.Store, c)
	if size := CheckLog(t, s.Store); size != 1 {
		t.Errorf("one filing left %d leaves", size)
	}
}

// there checks that a case is stored whole.
func there(t testing.TB, s cases.Store, c *cases.Case) {
	t.Helper()
	Look(t, s, func(tx cases.Tx) error {
		got, err := tx.Case(c.ID, "")
		if err == nil {
			same(t, got, c)
		}
		return err
	})
}

// gone checks that a stranger's answer is all there is of a case.
func gone(t testing.TB, s cases.Store, c *cases.Case) {
	t.Helper()
	Look(t, s, func(tx cases.Tx) error {
		if _, err := tx.Case(c.ID, ""); cases.KindOf(err) != cases.NotFound {
			t.Errorf("the case is there, or %v", err)
		}
		if list, err := tx.CasesOf(c.Receipts[0].Lookup, ""); err != nil || len(list) != 0 {
			t.Errorf("its receipt finds %d cases, %v", len(list), err)
		}
		if wraps, err := tx.Wraps(c.ID, c.Grants[0].Holder); err != nil || len(wraps) != 0 {
			t.Errorf("it has %d wraps, %v", len(wraps), err)
		}
		return nil
	})
}

// same compares a loaded case with the one that was stored; wraps are not loaded.
func same(t testing.TB, got, want *cases.Case) {
	t.Helper()
	w := *want
	w.Grants = append([]cases.Grant(nil), want.Grants...)
	for i := range w.Grants {
		w.Grants[i].Wrap = nil
	}
	if !reflect.DeepEqual(got, &w) {
		t.Errorf("loaded %+v\nstored %+v", *got, w)
	}
}
