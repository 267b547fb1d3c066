package sqlite

import (
	"context"
	"errors"
	"os"
	"testing"

	"ombra/cases"
	"ombra/cases/storetest"
)

// TestStrangeRows: what no version of the program wrote is an error, never a
// panic and never a guess.
func TestStrangeRows(t *testing.T) {
	for _, change := range []string{
		"UPDATE cases SET stage = 'lost'", "UPDATE cases SET kind = ''", "UPDATE cases SET flags = 1024",
		"UPDATE cases SET flags = -1", "UPDATE cases SET opened = '2026-99-99'", "UPDATE cases SET priority = 'x'",
		"UPDATE grants SET rank = 'x' WHERE holder = 'anna'", "UPDATE receipts SET state = 'x'",
		"UPDATE receipts SET until = '13:37:42.0'", "DELETE FROM keys",
	} {
		db := fresh(t)
		c := storetest.MustFile(t, db)
		raw(t, db, func(c *conn) error { return c.script(change) })
		err := db.View(context.Background(), func(x cases.Tx) error { _, err := x.Case(c.ID, "anna"); return err })
		if !errors.Is(err, errRow) {
			t.Errorf("%s: %v, want a strange row", change, err)
		}
	}
	db := fresh(t)
	storetest.MustFile(t, db)
	for _, change := range []string{
		"UPDATE cases SET closed = '2026-11-23T13:37:42'", "UPDATE cases SET drawn = 'x'", "UPDATE receipts SET lookup = x'00'",
		"UPDATE log SET hashes = x'00'", "UPDATE papers SET shelf = 'x'", "UPDATE cases SET n = 999999",
	} {
		raw(t, db, func(c *conn) error {
			if c.script(change) == nil {
				t.Errorf("the schema takes %s", change)
			}
			return nil
		})
	}
}

// TestCorruptPages: a damaged page is an error for who needs it, and no panic.
func TestCorruptPages(t *testing.T) {
	db := fresh(t)
	var all []*cases.Case
	for range 30 {
		all = append(all, storetest.MustFile(t, db))
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(db.path)
	if err != nil {
		t.Fatal(err)
	}
	failed := 0
	for page := 1; page < len(whole)/pageSize; page++ {
		b := append([]byte(nil), whole...)
		copy(b[page*pageSize:], storetest.Bytes(pageSize))
		if err := os.WriteFile(db.path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		failed += readAll(t, db.path, all)
	}
	if failed == 0 {
		t.Error("no damaged page was noticed")
	}
}

// readAll reads what it can and counts the errors.
func readAll(t *testing.T, path string, all []*cases.Case) (failed int) {
	t.Helper()
	db, err := Open(path, Options{})
	if err != nil {
		return 1
	}
	defer db.Close()
	try := func(f func(cases.Tx) error) {
		if err := db.View(context.Background(), f); err != nil {
			failed++
		}
	}
	for _, c := range all {
		try(func(x cases.Tx) error { _, err := x.Case(c.ID, "anna"); return err })
		try(func(x cases.Tx) error { _, err := x.Blob(c.ID, 1); return err })
	}
	try(func(x cases.Tx) error { _, err := x.Leaves(0, 1000); return err })
	try(func(x cases.Tx) error { _, err := x.Waiting("2999-01-01", 0); return err })
	if err := db.Update(context.Background(), func(x cases.Tx) error { return storetest.File(x, storetest.Case()) }); err != nil {
		failed++
	}
	return failed
}
