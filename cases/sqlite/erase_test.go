package sqlite

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"ombra/cases"
	"ombra/cases/storetest"
)

// TestShredKnowsEveryTable: a new table says whether it holds parts of cases.
// One that does not keep to partTables would outlive its case.
func TestShredKnowsEveryTable(t *testing.T) {
	known := append([]string{
		"cases", "log_open", // by number and code, in Shred itself
		"log", "log_checkpoint", "notices", "jobs", "ombudsmen", "figures", "settings", // about no case
	}, partTables...)
	raw(t, fresh(t), func(c *conn) error {
		return c.each(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`, nil, func(r *row) error {
			if name := r.text(); !slices.Contains(known, name) {
				t.Errorf("does shredding empty the table %s? Say so in partTables or here", name)
			}
			return nil
		})
	})
}

// TestAttackDeletedRowsInTheFiles: a thief of the data directory looks for what
// was shredded. Wraps and papers of a third of the cases are canaries, among
// churn that moves cells about. Once a copy takes the database's place, and once
// it is written anew where it is, since something outside has it open.
func TestAttackDeletedRowsInTheFiles(t *testing.T) {
	t.Run("copy", func(t *testing.T) {
		db, renewed := fresh(t), false
		db.step = func(step string) { renewed = renewed || step == "renewed" }
		if deletedRows(t, db); !renewed {
			t.Error("no copy took its place")
		}
	})
	t.Run("in place", func(t *testing.T) {
		db := fresh(t)
		outside, err := connect(readerDSN(db.path))
		if err != nil {
			t.Fatal(err)
		}
		defer outside.close()
		if err := outside.exec("SELECT count(*) FROM cases"); err != nil {
			t.Fatal(err)
		}
		db.step = func(step string) {
			if step == "renamed" {
				t.Error("the file was replaced under somebody who has it open")
			}
		}
		deletedRows(t, db)
	})
}

func deletedRows(t *testing.T, db *DB) {
	t.Helper()
	var ids []cases.ID
	var canaries [][]byte
	for i := range 90 {
		c := storetest.Case()
		for g := range c.Grants {
			c.Grants[g].Wrap = storetest.Bytes(1900 + 13*i)
		}
		p := storetest.Paper(c, cases.PaperMore, 120+200*i)
		storetest.Must(t, db, func(x cases.Tx) error {
			if err := storetest.File(x, c); err != nil {
				return err
			}
			p.Entry = c.Entry
			return x.AddPaper(p)
		})
		if i%3 != 0 {
			continue
		}
		ids = append(ids, c.ID)
		canaries = append(canaries, p.Blob[:64], c.Receipts[0].Lookup[:], []byte(c.Receipts[0].Verifier))
		for _, g := range c.Grants {
			canaries = append(canaries, g.Wrap[:64], g.Wrap[len(g.Wrap)-64:])
		}
	}
	if n := traces(t, db.path, canaries); n == 0 {
		t.Fatal("the search finds nothing before the shredding either")
	}
	for _, id := range ids {
		storetest.Must(t, db, func(x cases.Tx) error { _, _, err := x.Shred(id); return err })
	}
	t.Logf("after deleting, before erasing: %d traces of %d", traces(t, db.path, canaries), len(canaries))
	if err := db.Erase(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := traces(t, db.path, canaries); n != 0 {
		t.Errorf("after erasing: %d traces", n)
	}
}

// TestEraseBusyCheckpoint: another process, as an operator's sqlite3 is, reads
// from before. The journal cannot be emptied, SQLite says so in a row only, and
// the traces are still there.
func TestEraseBusyCheckpoint(t *testing.T) {
	db := fresh(t)
	c := storetest.MustFile(t, db)
	foreign, err := connect(readerDSN(db.path))
	if err != nil {
		t.Fatal(err)
	}
	defer foreign.close()
	if err := errors.Join(foreign.exec("BEGIN"), foreign.exec("SELECT count(*) FROM cases")); err != nil {
		t.Fatal(err)
	}
	storetest.Must(t, db, func(x cases.Tx) error { _, _, err := x.Shred(c.ID); return err })
	brief, cancel := context.WithTimeout(t.Context(), 400*time.Millisecond)
	defer cancel()
	if err := db.Erase(brief); !errors.Is(err, cases.ErrStillRead) {
		t.Fatalf("under a reader: %v", err)
	}
	wraps := [][]byte{c.Grants[0].Wrap[:64], c.Grants[1].Wrap[:64]}
	if traces(t, db.path, wraps) == 0 {
		t.Error("nothing was left: the reader was none")
	}
	if err := foreign.exec("ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	if err := db.Erase(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := traces(t, db.path, wraps); n != 0 {
		t.Errorf("%d traces", n)
	}
	if info, err := os.Stat(db.path + "-wal"); err != nil || info.Size() != 0 {
		t.Errorf("the journal has %d bytes, %v", info.Size(), err)
	}
}

// traces counts the needles that the files beside the database hold.
func traces(t *testing.T, path string, needles [][]byte) (n int) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*"))
	if err != nil {
		t.Fatal(err)
	}
	var all []byte
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b...)
	}
	for _, needle := range needles {
		if bytes.Contains(all, needle) {
			n++
		}
	}
	return n
}

// TestSecureDeleteOnEveryConnection: pragmas hold for one connection only, so
// each must have them from its DSN.
func TestSecureDeleteOnEveryConnection(t *testing.T) {
	db := fresh(t)
	check := func(c *conn) {
		t.Helper()
		var on int64
		if _, err := c.one("PRAGMA secure_delete", nil, func(r *row) error { on = r.int64(); return nil }); err != nil || on != 1 {
			t.Errorf("secure_delete is %d, %v", on, err)
		}
	}
	for range readers {
		c := <-db.readers
		check(c)
		db.readers <- c
	}
	if err := db.writer.turn(t.Context(), func() error { check(db.writer.c); return nil }); err != nil {
		t.Error(err)
	}
}
