package storetest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"ombra/cases"
)

var keepRules = map[string]func(*testing.T, cases.Store){
	"ShredTakesAllButTheLeaves":    shredTakesAll,
	"ShredNeedsACase":              shredUnknown,
	"ShredUndone":                  shredUndone,
	"EraseWaitsForReaders":         eraseWaits,
	"EraseLetsOthersWrite":         eraseUnderLoad,
	"ClosedByDay":                  closedByDay,
	"HeldUntilDay":                 heldUntil,
	"LateOldestFirst":              lateFirst,
	"FiguresCount":                 figuresCount,
	"AReceiptMayComeBackAfterward": receiptComesBack,
}

func shredTakesAll(t *testing.T, s cases.Store) {
	before, c, after := MustFile(t, s), MustFile(t, s), MustFile(t, s)
	big := Paper(c, cases.PaperFile, 10)
	big.Blob, big.Shelf = nil, "00112233445566778899aabbccddeeff"
	Must(t, s, func(tx cases.Tx) error {
		n, err := tx.Append(Entry("message", c.ID))
		big.Entry = n
		return errors.Join(err, tx.AddPaper(big))
	})
	var leaves []int64
	var files []string
	Must(t, s, func(tx cases.Tx) (err error) { leaves, files, err = tx.Shred(c.ID); return err })
	if want := []int64{c.Entry, c.Entry + 1, c.Entry + 2, big.Entry}; !slices.Equal(leaves, want) {
		t.Errorf("leaves %v open no more, want %v", leaves, want)
	}
	if !slices.Equal(files, []string{big.Shelf}) {
		t.Errorf("left on the shelf: %v", files)
	}
	gone(t, s, c)
	there(t, s, before)
	there(t, s, after)
	Look(t, s, func(tx cases.Tx) error {
		if list, err := tx.Papers(c.ID, ""); err != nil || len(list) != 0 {
			t.Errorf("it has %d papers, %v", len(list), err)
		}
		if names, err := tx.Shelved(); err != nil || len(names) != 0 {
			t.Errorf("rows name %v, %v", names, err)
		}
		all, err := tx.Leaves(0, 100)
		for _, l := range all {
			if open := l.Details != nil; open == slices.Contains(leaves, l.N) || !open && (l.Once != [16]byte{} || l.Nonce != [32]byte{}) {
				t.Errorf("leaf %d opens: %v", l.N, open)
			}
		}
		return err
	})
	if size := CheckLog(t, s); size != 10 {
		t.Errorf("%d leaves, want 10: the log only grows", size)
	}
}

func shredUnknown(t *testing.T, s cases.Store) {
	MustFile(t, s)
	for _, id := range []cases.ID{cases.NewID(), "", "none"} {
		err := s.Update(context.Background(), func(tx cases.Tx) error { _, _, err := tx.Shred(id); return err })
		if cases.KindOf(err) != cases.NotFound {
			t.Errorf("shredding %q: %v", id, err)
		}
	}
}

func shredUndone(t *testing.T, s cases.Store) {
	c := MustFile(t, s)
	err := s.Update(context.Background(), func(tx cases.Tx) error {
		if _, _, err := tx.Shred(c.ID); err != nil {
			return err
		}
		return errOwn
	})
	if !errors.Is(err, errOwn) {
		t.Error(err)
	}
	there(t, s, c)
}

// eraseWaits: as long as somebody reads from before the deletion its traces stay
// in the journal, and Erase must not say that they are gone.
func eraseWaits(t *testing.T, s cases.Store) {
	c := MustFile(t, s)
	Look(t, s, func(tx cases.Tx) error {
		if _, err := tx.Size(); err != nil { // the view begins with its first look
			return err
		}
		Must(t, s, func(tx cases.Tx) error { _, _, err := tx.Shred(c.ID); return err })
		ctx, cancel := context.WithTimeout(context.Background(), 500*time.Millisecond)
		defer cancel()
		if err := s.Erase(ctx); !errors.Is(err, cases.ErrStillRead) {
			t.Errorf("erased under a reader: %v", err)
		}
		MustFile(t, s) // nobody else is held up
		return nil
	})
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := s.Erase(ctx); err != nil {
		t.Errorf("without a reader: %v", err)
	}
	gone(t, s, c)
	CheckLog(t, s)
}

// eraseUnderLoad: filings that come meanwhile wait and are stored.
func eraseUnderLoad(t *testing.T, s cases.Store) {
	for range 20 {
		c := MustFile(t, s)
		Must(t, s, func(tx cases.Tx) error { _, _, err := tx.Shred(c.ID); return err })
	}
	done := make(chan error, 1)
	go func() { done <- s.Erase(context.Background()) }()
	var kept []*cases.Case
	for range 20 {
		kept = append(kept, MustFile(t, s))
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	for _, c := range kept {
		there(t, s, c)
	}
	if size := CheckLog(t, s); size != 120 {
		t.Errorf("%d leaves, want 120", size)
	}
}

// change stores a case that was changed.
func change(t *testing.T, s cases.Store, f func(*cases.Case)) *cases.Case {
	t.Helper()
	c := MustFile(t, s)
	f(c)
	Must(t, s, func(tx cases.Tx) error { return tx.Put(c) })
	there(t, s, c)
	return c
}

// walked collects what a walk over cases finds.
func walked(t *testing.T, s cases.Store, walk func(cases.Tx, func(*cases.Case) error) error) (list []cases.ID) {
	t.Helper()
	Look(t, s, func(tx cases.Tx) error {
		return walk(tx, func(c *cases.Case) error { list = append(list, c.ID); return nil })
	})
	return list
}

func closedByDay(t *testing.T, s cases.Store) {
	shut := func(day cases.Day) func(*cases.Case) {
		return func(c *cases.Case) { c.Stage, c.Closed = cases.Closed, day }
	}
	later := change(t, s, shut(Day.Add(2)))
	first := change(t, s, shut(Day))
	change(t, s, shut(Day.Add(3)))
	change(t, s, func(c *cases.Case) { c.Stage, c.Closed = cases.Investigating, Day }) // reopened
	got := walked(t, s, func(tx cases.Tx, f func(*cases.Case) error) error { return tx.Closed(Day.Add(2), f) })
	if !slices.Equal(got, []cases.ID{first.ID, later.ID}) {
		t.Errorf("closed: %v", got)
	}
}

func heldUntil(t *testing.T, s cases.Store) {
	hold := func(day cases.Day) func(*cases.Case) {
		return func(c *cases.Case) { c.Flags, c.HeldUntil = cases.Held, day }
	}
	due := change(t, s, hold(Day.Add(1)))
	change(t, s, hold(Day.Add(2)))
	MustFile(t, s)
	got := walked(t, s, func(tx cases.Tx, f func(*cases.Case) error) error { return tx.Held(Day.Add(1), f) })
	if !slices.Equal(got, []cases.ID{due.ID}) {
		t.Errorf("held: %v", got)
	}
}

func lateFirst(t *testing.T, s cases.Store) {
	unanswered := change(t, s, func(c *cases.Case) { c.Stage, c.FeedbackDue = cases.Assessing, Day.Add(10) })
	unheard := change(t, s, func(c *cases.Case) { c.AckDue = Day.Add(9) })
	change(t, s, func(c *cases.Case) { c.Stage, c.AckDue, c.AssessDue, c.Answered = cases.Assessing, Day, Day, Day })
	unassessed := change(t, s, func(c *cases.Case) { c.Stage, c.AckDue, c.AssessDue = cases.Acknowledged, Day, Day.Add(11) })
	change(t, s, func(c *cases.Case) { c.AckDue, c.Stage = Day, cases.Closed })
	change(t, s, func(c *cases.Case) { c.AckDue = Day.Add(12) }) // due today is not late
	late := func(limit int) []cases.ID {
		return walked(t, s, func(tx cases.Tx, f func(*cases.Case) error) error { return tx.Late(Day.Add(12), limit, f) })
	}
	if got := late(10); !slices.Equal(got, []cases.ID{unheard.ID, unanswered.ID, unassessed.ID}) {
		t.Errorf("late: %v", got)
	}
	if got := late(1); !slices.Equal(got, []cases.ID{unheard.ID}) {
		t.Errorf("the latest: %v", got)
	}
}

func figuresCount(t *testing.T, s cases.Store) {
	Must(t, s, func(tx cases.Tx) error {
		return errors.Join(tx.Count("2026-Q4", "filed/report"), tx.Count("2026-Q4", "filed/report"),
			tx.Count("2026-Q4", "filed/redress"), tx.Count("2026-Q3", "filed/report"), tx.Count("2027-Q1", "filed/report"))
	})
	Look(t, s, func(tx cases.Tx) error {
		list, err := tx.Figures("2026-Q4")
		want := []cases.Figure{
			{Quarter: "2026-Q3", Name: "filed/report", Value: 1},
			{Quarter: "2026-Q4", Name: "filed/redress", Value: 1},
			{Quarter: "2026-Q4", Name: "filed/report", Value: 2},
		}
		if !slices.Equal(list, want) {
			t.Errorf("figures %v", list)
		}
		return err
	})
}

// receiptComesBack: a receipt whose case was shredded is like one that was never
// used.
func receiptComesBack(t *testing.T, s cases.Store) {
	c := MustFile(t, s)
	Must(t, s, func(tx cases.Tx) error { _, _, err := tx.Shred(c.ID); return err })
	c.ID = cases.NewID()
	Must(t, s, func(tx cases.Tx) error { return File(tx, c) })
	there(t, s, c)
}
