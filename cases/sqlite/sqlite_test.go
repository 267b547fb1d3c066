package sqlite

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ombra/cases"
	"ombra/cases/storetest"
)

// TestSettingsOnEveryConnection: a pragma holds for one connection only, so
// every one is asked.
func TestSettingsOnEveryConnection(t *testing.T) {
	db := fresh(t)
	want := map[string]string{
		"journal_mode": "wal", "synchronous": "2", "secure_delete": "1", "foreign_keys": "1", "busy_timeout": "5000",
		"temp_store": "2", "trusted_schema": "0", "cell_size_check": "1",
	}
	check := func(who string, c *conn, more map[string]string) error {
		for _, list := range []map[string]string{want, more} {
			for pragma, value := range list {
				_, err := c.one("SELECT CAST((SELECT * FROM pragma_"+pragma+") AS TEXT)", nil, func(r *row) error {
					if got := r.text(); got != value {
						t.Errorf("%s: %s is %s, want %s", who, pragma, got, value)
					}
					return nil
				})
				if err != nil {
					return err
				}
			}
		}
		return nil
	}
	raw(t, db, func(c *conn) error {
		return check("writer", c, map[string]string{"query_only": "0", "cache_size": "-4096", "page_size": "8192"})
	})
	var all []*conn
	for range readers {
		c := <-db.readers
		all = append(all, c)
		if err := check("reader", c, map[string]string{"query_only": "1", "cache_size": "-1024"}); err != nil {
			t.Error(err)
		}
	}
	for _, c := range all {
		db.readers <- c
	}
}

// TestAViewDoesNotWaitForAnUpdate: with one DSN for both, every View would take
// the write lock.
func TestAViewDoesNotWaitForAnUpdate(t *testing.T) {
	db := fresh(t)
	c := storetest.MustFile(t, db)
	storetest.Must(t, db, func(x cases.Tx) error {
		if err := x.SetDone("job", storetest.Day); err != nil {
			return err
		}
		if done(t, db, "job") {
			t.Error("a view sees what is not committed")
		}
		return db.View(context.Background(), func(v cases.Tx) error { _, err := v.Case(c.ID, "anna"); return err })
	})
}

func TestLock(t *testing.T) {
	db := fresh(t)
	if _, err := Open(db.path, Options{}); !errors.Is(err, ErrInUse) {
		t.Errorf("opened twice: %v, want ErrInUse", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, db.path, Options{})
}

func TestRefusedWhenOpenToOthers(t *testing.T) {
	for name, loosen := range map[string]func(path string) error{
		"folder":        func(path string) error { return os.Chmod(filepath.Dir(path), 0o750) },
		"file":          func(path string) error { return os.Chmod(path, 0o640) },
		"world":         func(path string) error { return os.Chmod(path, 0o604) },
		"journal":       func(path string) error { return os.WriteFile(path+"-wal", nil, 0o644) },
		"symbolic link": func(path string) error { return errors.Join(os.Rename(path, path+"2"), os.Symlink(path+"2", path)) },
	} {
		t.Run(name, func(t *testing.T) {
			db := fresh(t)
			if err := errors.Join(db.Close(), loosen(db.path)); err != nil {
				t.Fatal(err)
			}
			if db, err := Open(db.path, Options{}); err == nil {
				_ = db.Close()
				t.Error("opened")
			}
		})
	}
}

func TestFilesAreClosedToOthers(t *testing.T) {
	db := fresh(t)
	storetest.MustFile(t, db)
	files, err := filepath.Glob(db.path + "*")
	if err != nil || len(files) != 4 {
		t.Fatalf("files %q, %v", files, err)
	}
	for _, f := range files {
		if info, err := os.Stat(f); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", filepath.Base(f), info.Mode(), err)
		}
	}
}

func TestMissingIsNotMade(t *testing.T) {
	path := filepath.Join(folder(t), "ombra.db")
	if _, err := Open(path, Options{}); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "ombra init") {
		t.Errorf("missing: %v", err)
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path, Options{}); err == nil || !strings.Contains(err.Error(), "empty") {
		t.Errorf("empty: %v", err)
	}
	if _, err := OpenShelf(filepath.Join(folder(t), "shelf"), Options{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing shelf: %v", err)
	}
}

func TestForeignFilesAreRefused(t *testing.T) {
	path := filepath.Join(folder(t), "ombra.db")
	if err := os.WriteFile(path, []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path, Options{Create: true}); err == nil {
		t.Error("opened a text")
	}
	other := filepath.Join(folder(t), "other.db")
	c, err := connect(dsn(other, ""))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(c.script("CREATE TABLE t (x)"), c.close(), os.Chmod(other, 0o600)); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(other, Options{Create: true}); err == nil || !strings.Contains(err.Error(), "not a database of ombra") {
		t.Errorf("opened another program's database: %v", err)
	}
}

func TestNewerSchemaIsRefused(t *testing.T) {
	db := fresh(t)
	raw(t, db, func(c *conn) error { return c.script("PRAGMA user_version = 99") })
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(db.path, Options{Create: true}); !errors.Is(err, ErrNewer) {
		t.Errorf("got %v, want ErrNewer", err)
	}
}

// TestMigrationIsAllOrNothing runs a step that fails half way.
func TestMigrationIsAllOrNothing(t *testing.T) {
	c, err := connect(dsn(filepath.Join(folder(t), "x.db"), ""))
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	if err := c.script("CREATE TABLE jobs (x)"); err != nil { // in the way of 001.sql
		t.Fatal(err)
	}
	if err := c.migrate("schema/001.sql", 1); err == nil {
		t.Fatal("migrated")
	}
	_, err = c.one(`SELECT (SELECT user_version FROM pragma_user_version), count(*) FROM sqlite_schema`, nil,
		func(r *row) error {
			if version, tables := r.int(), r.int(); version != 0 || tables != 1 {
				t.Errorf("a failed step left version %d and %d tables", version, tables)
			}
			return nil
		})
	if err != nil || !c.raw.AutoCommit() {
		t.Errorf("%v; transaction left open: %v", err, !c.raw.AutoCommit())
	}
}

// TestDates: once closed, nothing in the folder is dated closer than a day.
func TestDates(t *testing.T) {
	zone := time.FixedZone("office", 3*3600)
	now := time.Date(2026, 11, 23, 13, 37, 42, 0, zone)
	db := open(t, filepath.Join(folder(t), "ombra.db"), Options{Now: func() time.Time { return now }})
	storetest.MustFile(t, db)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	midnight := time.Date(2026, 11, 23, 0, 0, 0, 0, zone)
	files, _ := filepath.Glob(db.path + "*")
	if len(files) != 2 { // with the lock; the journal is gone
		t.Errorf("files after close: %d", len(files))
	}
	for _, path := range append(files, filepath.Dir(db.path)) {
		if info, err := os.Stat(path); err != nil || !info.ModTime().Equal(midnight) {
			t.Errorf("%s is dated %v, %v", filepath.Base(path), info.ModTime(), err)
		}
	}
}

// TestPlans: what runs often reads no table whole and sorts nothing.
func TestPlans(t *testing.T) {
	db := fresh(t)
	for name, q := range map[string]struct {
		sql  string
		args []any
	}{
		"case":    {selectCase, []any{1, "anna"}},
		"granted": {selectGranted, []any{"anna", 10, 0}},
		"once":    {selectOnce, []any{[]byte("x")}},
	} {
		raw(t, db, func(c *conn) error {
			return c.each("EXPLAIN QUERY PLAN "+q.sql, q.args, func(r *row) error {
				r.next = 3
				step := r.text()
				bad := strings.HasPrefix(step, "SCAN") && !strings.Contains(step, "SCAN CONSTANT") &&
					!strings.HasSuffix(step, "found") && !strings.HasSuffix(step, "held") && !strings.HasSuffix(step, "page")
				if bad || strings.Contains(step, "TEMP B-TREE") {
					t.Errorf("%s: %s", name, step)
				}
				t.Log(name, step)
				return nil
			})
		})
	}
}
