package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	sqlite3 "github.com/mattn/go-sqlite3"
	"golang.org/x/sys/unix"

	"ombra/cases"
)

// errShared: somebody outside has the database open, who would go on with the
// old file if another took its name.
var errShared = errors.New("sqlite: something else has the database open")

// fresh names the copy that takes the database's place.
func (db *DB) fresh() string { return db.path + ".fresh" }

// renew puts a copy in the database's place in which nothing is left of what was
// deleted. VACUUM INTO makes it while everybody else goes on; what is changed
// meanwhile is followed, and then put into the copy too. Filings wait for that
// and for the change of names alone.
//
// Whatever stops it, a whole database has the name: the old one until the copy is
// complete and synced, the copy from then on. It returns the old one, which has
// no name any more.
func (db *DB) renew(ctx context.Context) (old *os.File, err error) {
	if err := db.room(); err != nil {
		return nil, err
	}
	var f *following
	if err := db.writer.turn(ctx, func() (err error) { f, err = db.writer.follow(); return err }); err != nil {
		return nil, err
	}
	defer func() {
		if err == nil {
			return
		}
		if old != nil { // replaced, and no new connection yet
			err = errors.Join(err, old.Close())
		}
		err = errors.Join(err, db.writer.turn(context.WithoutCancel(ctx), func() error { return db.writer.unfollow(f) }), db.dropFresh())
	}()
	if err := db.copyTo(ctx, db.fresh()); err != nil {
		return nil, err
	}
	db.at("copied")
	// What the copying kept in the journal is moved while others still write.
	if err := db.move(); err != nil {
		return nil, err
	}
	return db.replace(ctx, f)
}

// replace waits for a moment in which nobody reads, and changes the names in it.
func (db *DB) replace(ctx context.Context, f *following) (old *os.File, err error) {
	err = patiently(ctx, func() (busy bool, err error) {
		err = db.writer.turn(ctx, func() error {
			return db.alone(func() (err error) { old, err = db.writer.swap(db, f); return err })
		})
		return errors.Is(err, cases.ErrStillRead), err
	})
	return old, err
}

// alone runs do with no reading connection open; they are opened anew when they
// are needed.
func (db *DB) alone(do func() error) error {
	patience := time.After(eraseBusy)
	var idle []*conn
	defer func() {
		for _, c := range idle {
			db.readers <- c
		}
	}()
	for len(idle) < readers {
		select {
		case c := <-db.readers:
			idle = append(idle, c)
		case <-patience:
			return fmt.Errorf("sqlite: %w", cases.ErrStillRead)
		}
	}
	for i, c := range idle {
		idle[i] = nil
		if c == nil {
			continue
		}
		if err := c.close(); err != nil {
			return err
		}
	}
	return do()
}

// swap brings the copy up to date and gives it the database's name. From its
// first step on there is no way back to this connection.
func (w *writer) swap(db *DB, f *following) (old *os.File, err error) {
	if w.c == nil || w.c != f.c {
		return nil, errUnfollowed
	}
	defer func() { err = errors.Join(err, w.reconnect()) }()
	if err := w.catchUp(f, db.fresh()); err != nil {
		return nil, err
	}
	db.at("caught up")
	if err := w.exclude(f); err != nil {
		return nil, err
	}
	// A journal beside a database is taken for its own. That the old one's is gone
	// must be on disk before the names change.
	if _, err := os.Lstat(db.path + "-wal"); !errors.Is(err, fs.ErrNotExist) { //nolint:gosec // the operator names the database
		return nil, errShared
	}
	if err := syncFolder(db.path); err != nil {
		return nil, err
	}
	db.at("alone")
	old, err = os.OpenFile(db.path, os.O_WRONLY, 0) //nolint:gosec // the operator names the database
	if err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	if err := os.Rename(db.fresh(), db.path); err != nil { //nolint:gosec // the operator names the database
		// In this order: the end of any use of a file takes away all locks on it.
		return nil, errors.Join(full(err), w.leave(), old.Close())
	}
	db.at("renamed")
	return old, nil // the folder is synced before there is a new connection
}

// exclude shuts everybody else out: it ends the journal, which SQLite does only
// for one who has the database open alone, and locks the file.
func (w *writer) exclude(f *following) error {
	if now, err := w.c.dataVersion(); err != nil {
		return err
	} else if now != f.version {
		return errUnfollowed // somebody outside wrote
	}
	if err := w.c.script(fmt.Sprintf("PRAGMA busy_timeout = %d", eraseBusy.Milliseconds())); err != nil {
		return err
	}
	mode := ""
	_, err := w.c.one("PRAGMA main.journal_mode = DELETE", nil, func(r *row) error { mode = r.text(); return nil })
	if err == nil && mode != "delete" {
		return errShared
	}
	if err == nil {
		err = w.c.script("BEGIN EXCLUSIVE")
	}
	if isBusy(err) {
		return errShared
	}
	return err
}

func isBusy(err error) bool {
	var e sqlite3.Error
	return errors.As(err, &e) && (e.Code == sqlite3.ErrBusy || e.Code == sqlite3.ErrLocked)
}

// overwrite takes the content of the old file, which has no name any more, from
// the blocks that it had. A file system that copies on write, or a disk that
// moves its blocks, keeps them all the same.
func overwrite(ctx context.Context, old *os.File) error {
	var st unix.Stat_t
	if err := unix.Fstat(int(old.Fd()), &st); err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	if st.Nlink > 0 {
		return nil // somebody gave it another name, and it is theirs
	}
	nothing := make([]byte, 1<<20)
	for left := st.Size; left > 0; {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := old.Write(nothing[:min(left, int64(len(nothing)))])
		if err != nil {
			return full(err)
		}
		left -= int64(n)
	}
	return full(old.Sync())
}

// at tells a test where a renewal is.
func (db *DB) at(step string) {
	if db.step != nil {
		db.step(step)
	}
}

// room refuses when the copy would take what is left for filings.
func (db *DB) room() error {
	need := db.o.Reserve
	for _, end := range []string{"", "-wal"} {
		info, err := os.Stat(db.path + end) //nolint:gosec // the operator names the database
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("sqlite: %w", err)
		}
		if err == nil {
			need += info.Size()
		}
	}
	return roomFor(filepath.Dir(db.path), need)
}

// dropFresh removes a copy that did not take the database's place.
func (db *DB) dropFresh() error {
	for _, end := range []string{"", "-journal", "-wal", "-shm"} {
		if err := os.Remove(db.fresh() + end); err != nil && !errors.Is(err, fs.ErrNotExist) { //nolint:gosec // the operator names the database
			return fmt.Errorf("sqlite: %w", bare(err))
		}
	}
	return nil
}

// syncFolder makes the names beside the database last.
func syncFolder(path string) error {
	dir, err := os.Open(filepath.Dir(path)) //nolint:gosec // the operator names the database
	if err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	return full(errors.Join(dir.Sync(), dir.Close()))
}
