package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	sqlite3 "github.com/mattn/go-sqlite3"

	"ombra/cases"
)

// A turn is work that needs the writing connection outside any transaction.
// Updates wait meanwhile, like behind a slow commit.
type turn struct {
	do   func() error
	done chan error // holds one
}

func (w *writer) turn(ctx context.Context, do func() error) error {
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

// Erase implements [cases.Store]. Each of its steps is needed (measured: rows
// that were deleted with secure_delete stay in the database until the journal is
// moved there, and in odd corners of its trees until VACUUM; VACUUM itself
// writes to the journal, and an emptied journal is the only one without a
// trace). Emptying fails quietly while anybody reads from before, so it is asked
// whether it did, and tried again until ctx ends.
func (db *DB) Erase(ctx context.Context) error {
	if err := db.writer.turn(ctx, db.writer.vacuum); err != nil {
		return err
	}
	// The bulk of the journal is moved while others go on writing.
	if err := db.move(); err != nil {
		return err
	}
	for {
		busy := false
		err := db.writer.turn(ctx, func() (err error) {
			busy, err = db.writer.truncate()
			return err
		})
		if err != nil || !busy {
			return stillRead(ctx, err)
		}
		select {
		case <-ctx.Done():
			return stillRead(ctx, ctx.Err())
		case <-time.After(eraseAgain):
		}
	}
}

const (
	eraseAgain = 200 * time.Millisecond // between two tries to empty the journal
	eraseBusy  = 100                    // milliseconds that one try waits for readers
)

// stillRead: after VACUUM, whoever ran out of time was waiting for readers.
func stillRead(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("sqlite: %w", cases.ErrStillRead)
	}
	return err
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

// vacuum writes the whole database anew. Its draft is a file, so that memory
// stays small; see draftBeside.
func (w *writer) vacuum() error {
	if !w.dirty {
		return nil // done before; only the journal was still in use
	}
	if w.c == nil {
		if err := w.reopen(); err != nil {
			return err
		}
	}
	err := errors.Join(
		w.c.script("PRAGMA wal_autocheckpoint = 0; PRAGMA temp_store = FILE; VACUUM"),
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
	if err := w.c.script(fmt.Sprintf("PRAGMA busy_timeout = %d", eraseBusy)); err != nil {
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
	var e sqlite3.Error
	if errors.As(err, &e) && (e.Code == sqlite3.ErrBusy || e.Code == sqlite3.ErrLocked) {
		return true, nil
	}
	return busy, err
}
