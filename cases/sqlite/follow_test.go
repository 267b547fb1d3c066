package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"testing"

	"ombra/cases"
	"ombra/cases/storetest"
)

// TestRenewalIsFollowed: whatever is done to whichever table while the copy is
// made, the copy has it in the end.
func TestRenewalIsFollowed(t *testing.T) {
	db := fresh(t)
	kept, _ := mustShred(t, db)
	storetest.Must(t, db, func(x cases.Tx) error {
		return errors.Join(x.SetDone("one", storetest.Day), x.Count("2026-Q4", "a"), x.Count("2026-Q4", "b"))
	})
	turn := func(f func() error) {
		t.Helper()
		if err := db.writer.turn(t.Context(), f); err != nil {
			t.Fatal(err)
		}
	}
	var f *following
	turn(func() (err error) { f, err = db.writer.follow(); return err })
	storetest.MustFile(t, db) // between list and copy: known to both
	if err := db.copyTo(t.Context(), db.fresh()); err != nil {
		t.Fatal(err)
	}
	for i, c := range kept {
		switch i % 3 {
		case 0:
			storetest.Must(t, db, func(x cases.Tx) error { _, _, err := x.Shred(c.ID); return err })
		case 1:
			c.Stage, c.Flags = cases.Assessing, cases.Urgent
			storetest.Must(t, db, func(x cases.Tx) error { return x.Put(c) })
		}
		storetest.MustFile(t, db)
	}
	storetest.Must(t, db, func(x cases.Tx) error {
		return errors.Join(x.SetDone("one", storetest.Day.Add(1)), x.SetDone("two", storetest.Day), x.Count("2026-Q4", "a"))
	})
	raw(t, db, func(c *conn) error { return c.exec("DELETE FROM figures WHERE name = 'b'") })
	raw(t, db, func(c *conn) error { return c.exec("UPDATE figures SET id = id + 1") })
	err := db.Update(t.Context(), func(x cases.Tx) error { return errors.Join(storetest.File(x, storetest.Case()), errOwn) })
	if !errors.Is(err, errOwn) {
		t.Fatal(err)
	}
	turn(func() error {
		c := db.writer.c
		err := errors.Join(db.writer.catchUp(f, db.fresh()), c.exec("ATTACH ? AS fresh", db.fresh()))
		for _, table := range f.tables {
			for _, order := range []string{"main.%[1]s EXCEPT SELECT * FROM fresh.%[1]s", "fresh.%[1]s EXCEPT SELECT * FROM main.%[1]s"} {
				err = errors.Join(err, c.each("SELECT count(*) FROM (SELECT * FROM "+fmt.Sprintf(order, table.name)+")", nil, func(r *row) error {
					if n := r.int(); n > 0 {
						t.Errorf("%s: %d rows differ", table.name, n)
					}
					return nil
				}))
			}
		}
		return errors.Join(err, c.noRow("SELECT name || sql FROM main.sqlite_schema EXCEPT SELECT name || sql FROM fresh.sqlite_schema"),
			c.exec("DETACH fresh"), db.writer.unfollow(f), db.writer.reconnect())
	})
	if _, err := Inspect(db.fresh()); err != nil {
		t.Error(err)
	}
}

func (c *conn) noRow(sql string) error {
	found, err := c.one(sql, nil, func(*row) error { return nil })
	if found {
		err = errors.Join(err, errors.New("the schema differs"))
	}
	return err
}

// TestFollowingKnowsEveryTable: the row ids of a table without a column for them
// may be others in the copy, so such a table is copied whole. A large one must not
// be.
func TestFollowingKnowsEveryTable(t *testing.T) {
	raw(t, fresh(t), func(c *conn) error {
		list, err := c.tables()
		if len(list) < 10 {
			t.Errorf("%d tables", len(list))
		}
		for _, table := range list {
			if table.keyed == slices.Contains([]string{"jobs", "settings"}, table.name) {
				t.Errorf("%s: keyed %v", table.name, table.keyed)
			}
		}
		return err
	})
}

// TestRenewalThatMissedSomething: the list went with its connection, or somebody
// outside wrote. The copy is thrown away, and the next one is taken.
func TestRenewalThatMissedSomething(t *testing.T) {
	for name, meanwhile := range map[string]func(*DB) error{
		"a new connection": func(db *DB) error { return db.writer.turn(context.Background(), db.writer.reopen) },
		"somebody outside": func(db *DB) (err error) {
			c, err := connect(dsn(db.path, ""))
			if err != nil {
				return err
			}
			return errors.Join(c.exec("INSERT INTO figures (id, quarter, name, value) VALUES (1, '2026-Q4', 'x', 1)"), c.close())
		},
	} {
		t.Run(name, func(t *testing.T) {
			db := fresh(t)
			kept, canaries := mustShred(t, db)
			db.step = func(step string) {
				if step == "copied" {
					if err := meanwhile(db); err != nil {
						t.Error(err)
					}
					kept = append(kept, storetest.MustFile(t, db))
				}
			}
			if err := db.Erase(t.Context()); !errors.Is(err, errUnfollowed) {
				t.Fatalf("got %v", err)
			}
			mustBeThere(t, db, kept)
			if _, err := os.Stat(db.fresh()); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("the copy is left, %v", err)
			}
			db.step = nil
			if err := db.Erase(t.Context()); err != nil || traces(t, db.path, canaries) != 0 {
				t.Errorf("not erased the next time: %v", err)
			}
			mustBeThere(t, db, kept)
		})
	}
}
