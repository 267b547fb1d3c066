package sqlite

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	sqlite3 "github.com/mattn/go-sqlite3"

	"ombra/crypto/custody"
)

// ErrDamaged is answered for a file that is no whole database of ombra's.
var ErrDamaged = errors.New("sqlite: the file is damaged, or not a database of ombra")

// A Copy says what is in a database that nobody has open.
type Copy struct {
	Schema  int
	Leaves  int64    // of the log
	Shelved []string // the files on the shelf that its rows name, ascending
}

// Copy writes the database as it is now to a new file, while others go on
// reading and writing. What was deleted is not in it: the pages are written
// anew. It is not synced; the caller reads it and takes it away.
func (db *DB) Copy(ctx context.Context, to string) (Copy, error) {
	select {
	case db.whole <- struct{}{}:
	case <-ctx.Done():
		return Copy{}, ctx.Err()
	}
	err := db.copyTo(ctx, to)
	<-db.whole
	if err != nil {
		return Copy{}, err
	}
	return Inspect(to)
}

// copyTo makes the file, which must not be there, and fills it.
func (db *DB) copyTo(ctx context.Context, to string) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	// SQLite fills an empty file as gladly as none, and would make one that the
	// umask alone keeps closed.
	f, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // the caller names a file in the office's folder
	if err != nil {
		return full(err)
	}
	if err := f.Close(); err != nil {
		return full(err)
	}
	c, err := connect(dsn(db.path, "&_journal_mode=WAL"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	return c.long(ctx, "VACUUM INTO ?", to)
}

// Inspect looks through a database that nobody has open, whole, and changes
// nothing. What it finds was perhaps made by somebody who wants us harm: it runs
// no code that the file holds.
func Inspect(path string) (found Copy, err error) {
	path, err = filepath.Abs(path)
	if err != nil {
		return found, fmt.Errorf("sqlite: %w", err)
	}
	u := &url.URL{Scheme: "file", Path: path}
	c, err := connect(u.String() + "?mode=ro&immutable=1&_query_only=1")
	if err != nil {
		return found, damaged(err)
	}
	defer func() { err = errors.Join(err, c.close()) }()
	if found.Schema, err = c.version(); err != nil {
		return found, damaged(err)
	}
	switch {
	case found.Schema > Schema():
		return found, ErrNewer
	case found.Schema == 0:
		return found, ErrDamaged
	}
	return found, c.inspect(&found)
}

func (c *conn) inspect(found *Copy) error {
	sound := false
	if _, err := c.one("PRAGMA integrity_check(1)", nil, func(r *row) error { sound = r.text() == "ok"; return nil }); err != nil {
		return damaged(err)
	}
	code := 0 // what would run when a row is written
	if _, err := c.one(`SELECT count(*) FROM sqlite_schema WHERE type IN ('trigger', 'view')`, nil,
		func(r *row) error { code = r.int(); return nil }); err != nil {
		return damaged(err)
	}
	if !sound || code > 0 {
		return ErrDamaged
	}
	if _, err := c.one(`SELECT coalesce(max(n) + 1, 0) FROM log`, nil,
		func(r *row) error { found.Leaves = r.int64(); return nil }); err != nil {
		return damaged(err)
	}
	err := c.each(`SELECT shelf FROM papers WHERE shelf IS NOT NULL ORDER BY shelf`, nil, func(r *row) error {
		name := r.text()
		if !isName(name) {
			return ErrDamaged // it would be a path
		}
		found.Shelved = append(found.Shelved, name)
		return nil
	})
	return damaged(err)
}

// damaged tells a file that cannot be what it should be from other faults.
func damaged(err error) error {
	var e sqlite3.Error
	switch {
	case err == nil, errors.Is(err, ErrDamaged), errors.Is(err, ErrNewer):
		return err
	case errors.As(err, &e) && e.Code != sqlite3.ErrNotADB && e.Code != sqlite3.ErrCorrupt && e.Code != sqlite3.ErrError && e.Code != sqlite3.ErrCantOpen:
		return err
	}
	return fmt.Errorf("%w: %w", ErrDamaged, err)
}

// Graft implements [cases.LogTx].
func (t *tx) Graft(leaf []byte) error {
	if _, _, err := custody.ParseLeaf(leaf); err != nil {
		return t.keep(fmt.Errorf("sqlite: %w", err))
	}
	if err := t.load(); err != nil {
		return err
	}
	n := t.edge.size
	hashes, err := custody.Hashes(n, leaf, t.edge)
	if err != nil {
		return t.keep(err)
	}
	if err := t.write(insertLeaf, n, leaf, custody.Blob(hashes)); err != nil {
		return err
	}
	t.edge.grow(hashes)
	return nil
}
