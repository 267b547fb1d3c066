package sqlite

import (
	"context"
	"errors"
	"fmt"

	"ombra/cases"
)

// try runs changes in one transaction. An error means that none of them is
// stored (or, with ErrUnclear, that this is not known); otherwise each has its
// own result.
func (w *writer) try(batch []*change, results []error) error {
	if err := w.begin(); err != nil {
		return err
	}
	stored := false
	for i, ch := range batch {
		err := w.apply(ch, len(batch) > 1)
		results[i] = err
		stored = stored || err == nil
		if w.over() { // the transaction is gone, with all that was in it
			w.edge.known = false
			if err == nil {
				err = errRollback
			}
			return err
		}
	}
	if !stored {
		w.rollback()
		return nil
	}
	return w.end()
}

// apply runs one change under its savepoint. Alone in its transaction it needs
// none: undoing it is undoing all.
func (w *writer) apply(ch *change, savepoint bool) error {
	if ch.state.Load() != begun {
		if err := ch.ctx.Err(); err != nil {
			return err
		}
		if !ch.state.CompareAndSwap(waiting, begun) {
			return context.Canceled // its caller has left
		}
	}
	if savepoint {
		if err := w.c.exec("SAVEPOINT change"); err != nil {
			return err
		}
	}
	err := w.contain(ch.f)
	if w.over() || !savepoint {
		return err
	}
	if err == nil {
		return w.c.exec("RELEASE change")
	}
	w.edge.known = false
	if e := w.c.exec("ROLLBACK TO change"); e != nil {
		return w.abandon(e)
	}
	if e := w.c.exec("RELEASE change"); e != nil {
		return w.abandon(e)
	}
	return err
}

// abandon gives up a transaction whose savepoint cannot be undone.
func (w *writer) abandon(cause error) error {
	w.rollback()
	return fmt.Errorf("%w: %w", errRollback, cause)
}

// contain runs f; a panic becomes an error. Its value is not in it: it may hold
// what somebody typed.
func (w *writer) contain(f func(cases.Tx) error) (err error) {
	t := &tx{c: w.c, edge: &w.edge, dirty: &w.dirty}
	defer func() {
		t.c = nil
		if v := recover(); v != nil {
			err = fmt.Errorf("sqlite: an update panicked with a %T", v)
		}
	}()
	if err := f(t); err != nil {
		return err
	}
	return t.failed
}

// over reports whether there is no transaction any more.
func (w *writer) over() bool { return w.c == nil || w.c.raw.AutoCommit() }

func (w *writer) begin() error {
	if w.c == nil {
		if err := w.reopen(); err != nil {
			return err
		}
	}
	return w.c.exec("BEGIN IMMEDIATE")
}

// rollback undoes the transaction, if SQLite has not done so already.
func (w *writer) rollback() {
	w.edge.known = false
	if w.over() {
		return
	}
	if err := w.c.exec("ROLLBACK"); err != nil {
		_ = w.reopen()
	}
}

// end commits. Busy and full are certain failures: the first left the
// transaction open, the second wrote no commit mark. After any other the mark
// may be on disk or not; a new connection, and an emptied journal if there is
// any way to have one, are what the look that follows is taken with.
func (w *writer) end() error {
	err := w.c.exec("COMMIT")
	if err == nil {
		return nil
	}
	if !w.c.raw.AutoCommit() || errors.Is(err, cases.ErrFull) {
		w.rollback()
		return err
	}
	_ = w.reopen()
	return fmt.Errorf("%w: %w", cases.ErrUnclear, err)
}

// reopen replaces the connection after a commit that failed. While it fails there
// is none, and the next change tries again.
func (w *writer) reopen() error {
	if err := w.reconnect(); err != nil {
		return err
	}
	// Best effort: frames of the failed commit that lie beyond the end of the
	// journal would come to life again after a crash.
	_ = w.c.exec("PRAGMA wal_checkpoint(TRUNCATE)")
	return nil
}

func (w *writer) reconnect() (err error) {
	_ = w.leave()
	w.c, err = w.open()
	return err
}

// leave closes the connection.
func (w *writer) leave() (err error) {
	w.edge.known = false
	if w.c != nil {
		err = w.c.close()
		w.c = nil
	}
	return err
}
