package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"sync/atomic"
	"testing"

	sqlite3 "github.com/mattn/go-sqlite3"

	"ombra/cases"
	"ombra/cases/storetest"
)

// TestUnclearCommit makes COMMIT fail with and without effect. Either way the
// callers hear ErrUnclear, a look shows what is true, and the store goes on.
func TestUnclearCommit(t *testing.T) {
	for _, stored := range []bool{false, true} {
		db := fresh(t)
		storetest.MustFile(t, db)
		raw(t, db, func(c *conn) error { return spoil(c, stored) })
		c := storetest.Case()
		var runs atomic.Int64
		err := db.Update(context.Background(), func(x cases.Tx) error {
			runs.Add(1)
			return storetest.File(x, c)
		})
		if !errors.Is(err, cases.ErrUnclear) || runs.Load() != 1 {
			t.Errorf("stored %v: got %v after %d runs, want ErrUnclear after one", stored, err, runs.Load())
		}
		look := db.View(context.Background(), func(x cases.Tx) error { _, err := x.Case(c.ID, ""); return err })
		if (look == nil) != stored {
			t.Errorf("stored %v: the look says %v", stored, look)
		}
		storetest.MustFile(t, db)
		if size, want := storetest.CheckLog(t, db), map[bool]int64{false: 6, true: 9}[stored]; size != want {
			t.Errorf("stored %v: %d leaves, want %d", stored, size, want)
		}
	}
}

// spoil makes the next COMMIT but one fail.
func spoil(c *conn, stored bool) error {
	if !stored {
		calls := 0
		c.raw.RegisterCommitHook(func() int { calls++; return max(0, calls-1) })
		return nil
	}
	// A statement in the place of COMMIT that commits, and then fails.
	calls := 0
	err := c.raw.RegisterFunc("spoil", func() (int, error) {
		if _, err := c.raw.Exec("COMMIT", nil); err != nil {
			return 0, err
		}
		if calls++; calls == 1 {
			return 0, nil // the update that spoils
		}
		return 0, errOwn
	}, false)
	if err != nil {
		return err
	}
	s, err := c.raw.Prepare("SELECT spoil()")
	if err != nil {
		return err
	}
	return replace(c, "COMMIT", s)
}

// replace puts another statement in the place of one.
func replace(c *conn, sql string, s driver.Stmt) (err error) {
	if old := c.stmts[sql]; old != nil {
		err = old.Close()
	}
	c.stmts[sql] = s.(*sqlite3.SQLiteStmt)
	return err
}

// TestFailedCommitThatLeavesTheTransaction has stored nothing, and is run again
// one by one.
func TestFailedCommitThatLeavesTheTransaction(t *testing.T) {
	db := fresh(t)
	storetest.MustFile(t, db)
	raw(t, db, func(c *conn) error {
		calls := 0
		err := c.raw.RegisterFunc("refuse", func() (int, error) {
			if calls++; calls == 2 {
				return 0, errOwn // the group's: the transaction stays open
			}
			_, err := c.raw.Exec("COMMIT", nil)
			return 0, err
		}, false)
		if err != nil {
			return err
		}
		s, err := c.raw.Prepare("SELECT refuse()")
		if err != nil {
			return err
		}
		return replace(c, "COMMIT", s)
	})
	if err := errors.Join(together(db, job("a"), job("b"), job("c"))...); err != nil {
		t.Error(err)
	}
	for _, name := range []string{"a", "b", "c"} {
		if !done(t, db, name) {
			t.Errorf("%s is not stored", name)
		}
	}
	storetest.MustFile(t, db)
	storetest.CheckLog(t, db)
}
