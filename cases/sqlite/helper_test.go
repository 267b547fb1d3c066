package sqlite

import (
	"os"
	"path/filepath"
	"testing"

	"ombra/cases"
	"ombra/cases/storetest"
)

// folder makes a private folder: the system's own temporary ones may be open.
func folder(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "office")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}

func open(t testing.TB, path string, o Options) *DB {
	t.Helper()
	o.Create = true
	db, err := Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func fresh(t testing.TB) *DB { return open(t, filepath.Join(folder(t), "ombra.db"), Options{}) }

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) cases.Store { return fresh(t) })
}

func TestShelf(t *testing.T) {
	storetest.RunShelf(t, func(t *testing.T) cases.Shelf { return shelf(t, Options{}) })
}

func shelf(t testing.TB, o Options) *Shelf {
	t.Helper()
	o.Create = true
	s, err := OpenShelf(filepath.Join(folder(t), "shelf"), o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
