// Package sqlite keeps the office's one database and its shelf of large files.
// It is the only place with SQL.
//
// One process has the database open, and one connection in it writes; a few
// others read, each from the snapshot it began with. An Update that has
// returned nil is on disk. What several callers update at the same time is
// committed together, under the rules at writer.
//
// What lies on disk tells no more than it must: only ciphertext, hashes, public
// keys, enums and days (schema/001.sql says it by column), rows in no order of
// time but the log's, files dated to the day. The system keeps one more date for
// each file, of its last change, that no program can set; while the database is
// open its own files show when it was last written.
//
// Durability is that of SQLite in WAL mode with synchronous=FULL: the disk must
// honour a sync, and the folder must be on a local file system.
package sqlite

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"ombra/cases"
)

// Options of a database and a shelf; the zero value opens what exists.
type Options struct {
	// Create makes the database or the shelf if there is none. Without it a
	// missing one is an error: an office that lost its disk must not begin anew
	// by itself.
	Create bool
	// Group is how many updates may share a commit; 0 means 8.
	Group int
	// Reserve is how many bytes of disk the shelf leaves free, so that filings
	// in words still fit when attachments have filled the disk.
	Reserve int64
	// Now gives the time in the office's zone; nil means time.Now. It is asked
	// for the day only.
	Now func() time.Time
}

func (o Options) now() time.Time {
	if o.Now == nil {
		return time.Now()
	}
	return o.Now()
}

const (
	readers     = 4
	writerCache = 4096 // KiB
	readerCache = 1024
)

// A DB is the open database.
type DB struct {
	path    string
	o       Options
	lock    *os.File
	writer  *writer
	readers chan *conn    // those not in use; nil stands for one to connect anew
	whole   chan struct{} // full while all of the database is copied or written anew
	closing chan struct{}
	once    sync.Once
	err     error // of Close

	step func(string) // nil but in tests; see at
}

var _ cases.Store = (*DB)(nil)

// Open opens the database, brings its schema up to date and locks it against
// other processes. Its folder and files must be closed to group and others.
func Open(path string, o Options) (*DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	db := &DB{path: path, o: o, readers: make(chan *conn, readers), closing: make(chan struct{}), whole: make(chan struct{}, 1)}
	if err := db.open(); err != nil {
		return nil, errors.Join(err, db.release(len(db.readers)))
	}
	return db, nil
}

func (db *DB) open() (err error) {
	if err := private(db.path, db.o.Create); err != nil {
		return err
	}
	if db.lock, err = lock(db.path); err != nil {
		return err
	}
	if err := db.dropFresh(); err != nil { // a crash left it
		return err
	}
	if err := draftBeside(db.path); err != nil {
		return err
	}
	if err := prepare(db.path, db.o.Create); err != nil {
		return err
	}
	group := db.o.Group
	if group == 0 {
		group = 8
	}
	if db.writer, err = newWriter(db.connectWriter, group); err != nil {
		return err
	}
	for range readers {
		c, err := connect(readerDSN(db.path))
		if err != nil {
			return err
		}
		db.readers <- c
	}
	return nil
}

// connectWriter makes sure that the name is the file's for good before anything is
// written there: after a crash the file that it was before would lack that.
func (db *DB) connectWriter() (*conn, error) {
	if err := syncFolder(db.path); err != nil {
		return nil, err
	}
	return connect(writerDSN(db.path))
}

// dsn has every setting that SQLite keeps per connection, so that no connection
// can lack one.
func dsn(path, more string) string {
	return (&url.URL{Scheme: "file", Path: path}).String() +
		"?_busy_timeout=5000&_synchronous=FULL&_secure_delete=on&_foreign_keys=on" + more
}

func writerDSN(path string) string {
	return dsn(path, fmt.Sprintf("&_journal_mode=WAL&_txlock=immediate&_cache_size=-%d", writerCache))
}

// Readers begin deferred: an immediate one would take the write lock, whatever
// it then does.
func readerDSN(path string) string {
	return dsn(path, fmt.Sprintf("&_journal_mode=WAL&_txlock=deferred&_query_only=1&_cache_size=-%d", readerCache))
}

// View implements [cases.Store]. ctx counts until f begins.
func (db *DB) View(ctx context.Context, f func(cases.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var c *conn
	select {
	case c = <-db.readers:
	case <-ctx.Done():
		return ctx.Err()
	case <-db.closing:
		return errClosed
	}
	defer func() { db.readers <- c }()
	if c == nil {
		fresh, err := connect(readerDSN(db.path))
		if err != nil {
			return err
		}
		c = fresh
	}
	if err := c.exec("BEGIN"); err != nil {
		return err
	}
	t := &tx{c: c}
	defer func() {
		t.c = nil
		if err := c.exec("ROLLBACK"); err != nil && !c.raw.AutoCommit() {
			_ = c.close()
			c = nil
		}
	}()
	return f(t)
}

// Update implements [cases.Store].
func (db *DB) Update(ctx context.Context, f func(cases.Tx) error) error {
	return db.writer.update(ctx, f)
}

// Close waits for what is under way, empties the journal into the database and
// dates the files to the day.
func (db *DB) Close() error {
	db.once.Do(func() {
		close(db.closing)
		db.err = db.release(readers)
	})
	return db.err
}

// release closes what open has opened, waiting for so many readers.
func (db *DB) release(n int) (err error) {
	if db.writer != nil {
		db.writer.stop()
		for range n {
			if c := <-db.readers; c != nil {
				err = errors.Join(err, c.close())
			}
		}
		// The last connection to close moves the journal into the database.
		err = errors.Join(err, db.writer.close())
	}
	if db.lock != nil {
		err = errors.Join(err, date(db.o.now(), db.path, db.lock.Name(), filepath.Dir(db.path)), db.lock.Close())
	}
	return err
}
