package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"ombra/cases"
)

// A turn is work that needs the writing connection outside any transaction.
// Updates wait meanwhile, like behind a slow commit.
type turn struct {
	do   func() error
	done chan error // holds one
}

func (w *writer) turn(ctx context.Context, do func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	t := &turn{do: do, done: make(chan error, 1)}
	select {
	case w.turns <- t:
		return <-t.done
	case <-ctx.Done():
		return ctx.Err()
	case <-w.closing:
		return errClosed
	}
}

// Erase implements [cases.Store]. Rows that were deleted with secure_delete stay
// in the database until the journal is moved there, and in odd corners of its
// trees until it is written anew (measured). So a copy takes its place; see renew.
// While something outside has the database open that is not safe, and it is
// written anew where it is; that holds up filings for as long as it takes.
func (db *DB) Erase(ctx context.Context) error {
	select {
	case db.whole <- struct{}{}:
		defer func() { <-db.whole }()
	case <-ctx.Done():
		return ctx.Err()
	}
	dirty := false
	if err := db.writer.turn(ctx, func() error { dirty = db.writer.dirty; return nil }); err != nil {
		return err
	}
	if dirty {
		old, err := db.renew(ctx)
		if err == nil {
			db.at("renewed")
			return errors.Join(overwrite(ctx, old), old.Close())
		}
		if !errors.Is(err, errShared) {
			return err
		}
		if err := db.writer.turn(ctx, func() error { return db.writer.vacuum(ctx) }); err != nil {
			return err
		}
		// The bulk of the journal is moved while others go on writing.
		if err := db.move(); err != nil {
			return err
		}
	}
	return db.empty(ctx)
}

// empty leaves nothing in the journal, to which VACUUM has written too. That fails
// quietly while anybody reads from before, so it is asked whether it did.
func (db *DB) empty(ctx context.Context) error {
	return patiently(ctx, func() (busy bool, err error) {
		err = db.writer.turn(ctx, func() (err error) {
			busy, err = db.writer.truncate()
			return err
		})
		if err == nil && busy {
			err = fmt.Errorf("sqlite: %w", cases.ErrStillRead)
		}
		return busy, err
	})
}

const (
	eraseTime  = 10 * time.Second       // how long those who read from before are waited for
	eraseAgain = 200 * time.Millisecond // between two tries
	eraseBusy  = 100 * time.Millisecond // of a try: filings wait meanwhile
)

// patiently tries until nobody reads from before.
func patiently(ctx context.Context, try func() (busy bool, err error)) error {
	until := time.Now().Add(eraseTime)
	for {
		busy, err := try()
		if err != nil && ctx.Err() != nil {
			return fmt.Errorf("sqlite: %w", cases.ErrStillRead)
		}
		if !busy || time.Now().After(until) {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("sqlite: %w", cases.ErrStillRead)
		case <-time.After(eraseAgain):
		}
	}
}

// draftBeside has SQLite put its draft beside the database, where the same disk
// and the same encryption are. SQLite reads the variable once, at its first use
// in the process, and there is no other way to tell it.
func draftBeside(path string) error {
	const name = "SQLITE_TMPDIR"
	if os.Getenv(name) != "" {
		return nil // the operator chose
	}
	return os.Setenv(name, filepath.Dir(path))
}

// vacuum writes the whole database anew, where it is. Its draft is a file, so that
// memory stays small; see draftBeside.
func (w *writer) vacuum(ctx context.Context) error {
	if w.c == nil {
		if err := w.reopen(); err != nil {
			return err
		}
	}
	err := errors.Join(
		w.c.script("PRAGMA wal_autocheckpoint = 0; PRAGMA temp_store = FILE"),
		w.c.long(ctx, "VACUUM"),
		w.c.script(hook),
	)
	w.dirty = err != nil
	return err
}

// truncate empties the journal and reports whether that has to wait for readers.
func (w *writer) truncate() (busy bool, err error) {
	if w.c == nil {
		if err := w.reopen(); err != nil {
			return false, err
		}
	}
	if err := w.c.script(fmt.Sprintf("PRAGMA busy_timeout = %d", eraseBusy.Milliseconds())); err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, w.c.script("PRAGMA busy_timeout = 5000")) }()
	return w.c.checkpoint("TRUNCATE")
}

// move copies the journal into the database as far as readers allow, on a
// connection of its own: it holds up nobody.
func (db *DB) move() (err error) {
	c, err := connect(dsn(db.path, ""))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	_, err = c.checkpoint("PASSIVE")
	return err
}

// checkpoint runs a checkpoint and reads the row that says what became of it: a
// busy one is no error to SQLite.
func (c *conn) checkpoint(mode string) (busy bool, err error) {
	_, err = c.one("PRAGMA wal_checkpoint("+mode+")", nil, func(r *row) error {
		busy = r.int64() != 0
		return nil
	})
	if isBusy(err) {
		return true, nil
	}
	return busy, err
}
