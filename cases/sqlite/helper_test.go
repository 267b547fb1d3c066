package sqlite

import (
	"os"
	"path/filepath"
	"testing"

	"ombra/cases"
	"ombra/cases/storetest"
)

// folder makes a private folder: the system's own temporary ones may be open.
func folder(tb testing.TB) string {
	tb.Helper()
	dir := filepath.Join(tb.TempDir(), "office")
	if err := os.Mkdir(dir, 0o700); err != nil {
		tb.Fatal(err)
	}
	return dir
}

func open(tb testing.TB, path string, o Options) *DB {
	tb.Helper()
	o.Create = true
	db, err := Open(path, o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	return db
}

func fresh(tb testing.TB) *DB {
	tb.Helper()
	return open(tb, filepath.Join(folder(tb), "ombra.db"), Options{})
}

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) cases.Store {
		t.Helper()
		return fresh(t)
	})
}

func TestShelf(t *testing.T) {
	storetest.RunShelf(t, func(t *testing.T) cases.Shelf {
		t.Helper()
		return shelf(t, Options{})
	})
}

func shelf(tb testing.TB, o Options) *Shelf {
	tb.Helper()
	o.Create = true
	s, err := OpenShelf(filepath.Join(folder(tb), "shelf"), o)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}
