package sqlite

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ombra/cases"
	"ombra/cases/storetest"
)

var errOwn = errors.New("the test's own error")

// raw runs f within an update, on the writer's own connection.
func raw(tb testing.TB, db *DB, f func(*conn) error) {
	tb.Helper()
	storetest.Must(tb, db, func(x cases.Tx) error { return f(x.(*tx).c) })
}

// together makes updates wait behind one another until all are there, so that
// they form groups, and returns their errors.
func together(db *DB, fs ...func(cases.Tx) error) []error {
	errs := make([]error, len(fs))
	var wg sync.WaitGroup
	entered, hold := make(chan bool), make(chan bool)
	wg.Go(func() {
		_ = db.Update(context.Background(), func(cases.Tx) error {
			entered <- true
			<-hold
			return errOwn // no commit of its own
		})
	})
	<-entered
	for i, f := range fs {
		wg.Go(func() { errs[i] = db.Update(context.Background(), f) })
		<-time.After(5 * time.Millisecond) // until it is blocked at the writer, in its turn
	}
	close(hold)
	wg.Wait()
	return errs
}

func job(name string) func(cases.Tx) error {
	return func(t cases.Tx) error { return t.SetDone(name, storetest.Day) }
}

func done(tb testing.TB, db *DB, name string) bool {
	tb.Helper()
	var day cases.Day
	storetest.Look(tb, db, func(x cases.Tx) (err error) { day, err = x.Done(name); return err })
	return day != ""
}

func TestGroupsShareACommit(t *testing.T) {
	db := fresh(t)
	var commits atomic.Int64
	raw(t, db, func(c *conn) error {
		c.raw.RegisterCommitHook(func() int { commits.Add(1); return 0 })
		return nil
	})
	commits.Store(0)
	fs := make([]func(cases.Tx) error, 24)
	for i := range fs {
		fs[i] = job("job")
	}
	if err := errors.Join(together(db, fs...)...); err != nil {
		t.Fatal(err)
	}
	// Three groups of eight; a caller that was late to the queue makes one more.
	if n := commits.Load(); n < 3 || n > 8 {
		t.Errorf("24 updates took %d commits, want 3", n)
	}
}

func TestCtxWhileWaiting(t *testing.T) {
	db := fresh(t)
	entered, hold, ended := make(chan bool), make(chan bool), make(chan error)
	go func() {
		ended <- db.Update(context.Background(), func(cases.Tx) error { entered <- true; <-hold; return nil })
	}()
	<-entered
	ctx, cancel := context.WithCancel(context.Background())
	ran := false
	go func() { ended <- db.Update(ctx, func(cases.Tx) error { ran = true; return nil }) }()
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want to be let go", err)
	}
	close(hold)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	storetest.MustFile(t, db)
	if ran {
		t.Error("an update ran after its caller had left")
	}
}

// TestFullDiskUndoesNobodyElse: some statements that find the disk full make
// SQLite undo the whole transaction, some only themselves. Either way the
// neighbours of the one that did not fit are stored, and it is not, even if it
// overlooks the error.
func TestFullDiskUndoesNobodyElse(t *testing.T) {
	c := storetest.Case()
	large := storetest.Bytes(60_000)
	for name, big := range map[string]func(cases.Tx) error{
		"statement": func(x cases.Tx) error { return x.AddPaper(storetest.Paper(c, cases.PaperFile, 60_000)) },
		"transaction": func(x cases.Tx) error {
			// Without RETURNING: a statement that SQLite gives no journal of its own.
			return x.(*tx).write(`INSERT INTO log_checkpoint (day, size, note) VALUES ('2026-11-23', 0, ?)`, large)
		},
	} {
		for _, swallow := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/%v", name, swallow), func(t *testing.T) {
				db := fresh(t)
				storetest.Must(t, db, func(x cases.Tx) error { return storetest.File(x, c) })
				raw(t, db, func(c *conn) error { return limit(c, 6) })
				fullDisk(t, db, name == "transaction", func(x cases.Tx) error {
					if err := big(x); !swallow {
						return err
					}
					return nil
				})
			})
		}
	}
}

// limit leaves the database so many pages to grow.
func limit(c *conn, pages int64) error {
	_, err := c.one("PRAGMA page_count", nil, func(r *row) error { pages += r.int64(); return nil })
	if err != nil {
		return err
	}
	return c.each("PRAGMA max_page_count = "+strconv.FormatInt(pages, 10), nil, func(*row) error { return nil })
}

func fullDisk(t *testing.T, db *DB, again bool, big func(cases.Tx) error) {
	t.Helper()
	var runs atomic.Int64
	small := func(name string) func(cases.Tx) error {
		return func(x cases.Tx) error {
			runs.Add(1)
			if _, err := x.Append(storetest.Entry("note", "")); err != nil {
				return err
			}
			return job(name)(x)
		}
	}
	errs := together(db, small("a"), small("b"), big, small("c"), small("d"))
	if !errors.Is(errs[2], cases.ErrFull) {
		t.Errorf("too large: %v, want ErrFull", errs[2])
	}
	for i, name := range []string{"a", "b", "", "c", "d"} {
		if i != 2 && (errs[i] != nil || !done(t, db, name)) {
			t.Errorf("neighbour %s: %v", name, errs[i])
		}
	}
	if again != (runs.Load() > 4) {
		t.Errorf("%d runs of four neighbours", runs.Load())
	}
	if size := storetest.CheckLog(t, db); size != 7 {
		t.Errorf("%d leaves, want 7", size)
	}
	storetest.Look(t, db, func(x cases.Tx) error {
		list, err := x.Checkpoints(-1)
		if len(list) != 0 {
			t.Error("what did not fit is stored")
		}
		return err
	})
}

// TestGoexit: a failing test inside an update ends the writer's goroutine; its
// neighbours and those who come later must not wait for ever.
func TestGoexit(t *testing.T) {
	db := fresh(t)
	exit := func(x cases.Tx) error {
		if _, err := x.Append(storetest.Entry("note", "")); err != nil {
			return err
		}
		runtime.Goexit()
		return nil
	}
	errs := together(db, job("a"), exit, job("b"))
	if errs[1] == nil {
		t.Error("an update that never returned was stored")
	}
	for i, name := range []string{"a", "", "b"} {
		if i != 1 && (errs[i] == nil) != done(t, db, name) {
			t.Errorf("%s: %v, but stored: %v", name, errs[i], done(t, db, name))
		}
	}
	storetest.MustFile(t, db)
	if size := storetest.CheckLog(t, db); size != 3 {
		t.Errorf("%d leaves, want 3", size)
	}
}

func TestClosed(t *testing.T) {
	db := fresh(t)
	if err := errors.Join(db.Close(), db.Close()); err != nil {
		t.Fatal(err)
	}
	nothing := func(cases.Tx) error { return nil }
	if err := db.Update(context.Background(), nothing); err == nil {
		t.Error("update after close")
	}
	if err := db.View(context.Background(), nothing); err == nil {
		t.Error("view after close")
	}
}
