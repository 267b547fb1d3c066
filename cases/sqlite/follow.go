package sqlite

import (
	"errors"
	"fmt"
	"strings"
)

// errUnfollowed: something was written that the copy would lack.
var errUnfollowed = errors.New("sqlite: the changes since the copy are not known")

// following is the list of rows that changed since a copy was begun. It lies in
// the writing connection's memory and is written by triggers there, so that it
// has what a transaction changed if and only if it was committed.
type following struct {
	c       *conn // on another one there is no list
	tables  []table
	version int64 // of the data, when it began; our own changes do not count
}

// A table as following sees it.
type table struct {
	name  string
	keyed bool // its row ids are its own; else a copy may have others
}

// follow begins the list. It is longer than it must be: the copy begins later.
func (w *writer) follow() (f *following, err error) {
	if w.c == nil {
		if err := w.reopen(); err != nil {
			return nil, err
		}
	}
	f = &following{c: w.c}
	if f.version, err = w.c.dataVersion(); err != nil {
		return nil, err
	}
	if f.tables, err = w.c.tables(); err != nil {
		return nil, err
	}
	var b strings.Builder
	b.WriteString("CREATE TEMP TABLE touched (part TEXT, id INTEGER);\nCREATE INDEX temp.touched_part ON touched (part, id);\n")
	for _, t := range f.tables {
		for event, ids := range map[string]string{"INSERT": "NEW", "DELETE": "OLD", "UPDATE": "OLD NEW"} {
			if !t.keyed {
				continue
			}
			fmt.Fprintf(&b, "CREATE TEMP TRIGGER %s_%s AFTER %[2]s ON main.%[1]s BEGIN ", t.name, event)
			for _, id := range strings.Fields(ids) {
				fmt.Fprintf(&b, "INSERT INTO touched VALUES ('%s', %s.rowid); ", t.name, id)
			}
			b.WriteString("END;\n")
		}
	}
	w.dirty = false // from here on: what is shredded while the copy is made
	if err := w.c.script(b.String()); err != nil {
		return nil, errors.Join(err, w.unfollow(f))
	}
	return f, nil
}

// unfollow ends the list of a copy that came to nothing: the database is still
// the old one, with its traces.
func (w *writer) unfollow(f *following) error {
	w.dirty = true
	if w.c == nil || w.c != f.c {
		return nil // it went with its connection
	}
	var b strings.Builder
	for _, t := range f.tables {
		for _, event := range []string{"INSERT", "DELETE", "UPDATE"} {
			fmt.Fprintf(&b, "DROP TRIGGER IF EXISTS temp.%s_%s;\n", t.name, event)
		}
	}
	b.WriteString("DROP TABLE IF EXISTS temp.touched;\n")
	return w.c.script(b.String())
}

// catchUp makes the copy what the database is now, and synced.
func (w *writer) catchUp(f *following, fresh string) error {
	// What refers to what was checked when it was written.
	if err := w.c.script("PRAGMA foreign_keys = OFF"); err != nil {
		return err
	}
	if err := w.c.exec("ATTACH ? AS fresh", fresh); err != nil {
		return err
	}
	var b strings.Builder
	b.WriteString("PRAGMA fresh.synchronous = FULL;\nBEGIN;\n")
	for _, t := range f.tables {
		which := ""
		if t.keyed {
			which = fmt.Sprintf(" WHERE rowid IN (SELECT id FROM temp.touched WHERE part = '%s')", t.name)
		}
		fmt.Fprintf(&b, "DELETE FROM fresh.%[1]s%[2]s;\nINSERT INTO fresh.%[1]s SELECT * FROM main.%[1]s%[2]s;\n", t.name, which)
	}
	b.WriteString("COMMIT;")
	if err := w.c.script(b.String()); err != nil {
		return err
	}
	if err := w.c.same(); err != nil {
		return err
	}
	return w.c.script("DETACH fresh")
}

// same looks whether the copy has every leaf and every case. What it lacked
// would be lost for good.
func (c *conn) same() error {
	same := false
	_, err := c.one(`SELECT (SELECT max(n) FROM main.log) IS (SELECT max(n) FROM fresh.log)
		AND (SELECT count(*) FROM main.cases) = (SELECT count(*) FROM fresh.cases)`, nil,
		func(r *row) error { same = r.int() != 0; return nil })
	if err == nil && !same {
		return errUnfollowed
	}
	return err
}

// tables lists the database's tables. A row id that is a column is kept by a
// copy; one that SQLite gave by itself need not be.
func (c *conn) tables() (list []table, err error) {
	err = c.each(`SELECT name, EXISTS (SELECT 1 FROM pragma_table_info(t.name) AS i WHERE i.pk = 1 AND i.type = 'INTEGER'
		AND NOT EXISTS (SELECT 1 FROM pragma_table_info(t.name) AS j WHERE j.pk > 1))
		FROM main.sqlite_schema AS t WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`, nil,
		func(r *row) error {
			list = append(list, table{name: r.text(), keyed: r.int() != 0})
			return nil
		})
	return list, err
}

// dataVersion changes when another connection has changed the database.
func (c *conn) dataVersion() (v int64, err error) {
	_, err = c.one("PRAGMA data_version", nil, func(r *row) error { v = r.int64(); return nil })
	return v, err
}
