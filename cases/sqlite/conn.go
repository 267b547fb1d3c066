package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"

	sqlite3 "github.com/mattn/go-sqlite3"

	"ombra/cases"
)

// conn is one connection with its prepared statements. One goroutine at a time
// uses it. It speaks to the driver and not to database/sql: the pool, the
// statement cache and the question AutoCommit are ours anyway, and the driver's
// query binds all values and takes the first step in one crossing into C, which
// its exec does not.
type conn struct {
	raw   *sqlite3.SQLiteConn
	stmts map[string]*sqlite3.SQLiteStmt
	args  []driver.NamedValue // scratch
}

// hook is what the DSN has no word for. Statement journals stay in memory: they
// would be files in the temporary folder. The journal is moved into the database
// after 32 MB, so that a page that many filings touch is written there once.
const hook = `PRAGMA temp_store = MEMORY;
PRAGMA cell_size_check = ON;
PRAGMA trusted_schema = OFF;
PRAGMA mmap_size = 0;
PRAGMA wal_autocheckpoint = 4000;`

func connect(dsn string) (*conn, error) {
	d := sqlite3.SQLiteDriver{ConnectHook: func(c *sqlite3.SQLiteConn) error {
		_, err := c.Exec(hook, nil)
		return err
	}}
	c, err := d.Open(dsn)
	if err != nil {
		return nil, fault(err)
	}
	return &conn{raw: c.(*sqlite3.SQLiteConn), stmts: map[string]*sqlite3.SQLiteStmt{}}, nil
}

// close ends the connection and all its statements.
func (c *conn) close() error {
	for _, s := range c.stmts {
		_ = s.Close()
	}
	c.stmts = nil
	return fault(c.raw.Close())
}

// script runs statements that are not worth keeping.
func (c *conn) script(sql string) error {
	_, err := c.raw.Exec(sql, nil)
	return fault(err)
}

// long runs a statement that may take a while. When ctx ends it is undone.
func (c *conn) long(ctx context.Context, sql string, args ...any) error {
	list := make([]driver.NamedValue, 0, len(args))
	for i, a := range args {
		list = append(list, driver.NamedValue{Ordinal: i + 1, Value: plain(a)})
	}
	_, err := c.raw.ExecContext(ctx, sql, list)
	return fault(err)
}

// start binds and takes the first step, which is all of a statement that
// returns no rows.
func (c *conn) start(sql string, args []any) (driver.Rows, error) {
	s, ok := c.stmts[sql]
	if !ok {
		p, err := c.raw.Prepare(sql)
		if err != nil {
			return nil, fault(err)
		}
		s = p.(*sqlite3.SQLiteStmt)
		c.stmts[sql] = s
	}
	c.args = c.args[:0]
	for i, a := range args {
		c.args = append(c.args, driver.NamedValue{Ordinal: i + 1, Value: plain(a)})
	}
	// No ctx: one that can be cancelled costs a goroutine for each statement,
	// and an interrupted one would undo its neighbours in the group.
	rows, err := s.QueryContext(context.Background(), c.args)
	clear(c.args)
	return rows, fault(err)
}

// plain turns what we bind into what the driver knows.
func plain(v any) any {
	switch v := v.(type) {
	case int:
		return int64(v)
	case bool:
		if v {
			return int64(1)
		}
		return int64(0)
	case cases.Day:
		return string(v)
	}
	return v
}

// exec runs a statement and takes no rows from it.
func (c *conn) exec(sql string, args ...any) error {
	rows, err := c.start(sql, args)
	if err != nil {
		return err
	}
	return fault(rows.Close())
}

// each calls f for every row. f must not use the same statement.
func (c *conn) each(sql string, args []any, f func(*row) error) error {
	rows, err := c.start(sql, args)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // it could only repeat the error of the last step
	r := row{vals: make([]driver.Value, len(rows.Columns()))}
	for {
		r.next, r.err = 0, nil
		if err := rows.Next(r.vals); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fault(err)
		}
		if err := f(&r); err != nil {
			return err
		}
		if r.err != nil {
			return r.err
		}
	}
}

// one calls f for the first row and reports whether there was one.
func (c *conn) one(sql string, args []any, f func(*row) error) (bool, error) {
	found := false
	err := c.each(sql, args, func(r *row) error {
		found = true
		if err := f(r); err != nil {
			return err
		}
		if r.err != nil {
			return r.err
		}
		return io.EOF
	})
	if found && errors.Is(err, io.EOF) {
		err = nil
	}
	return found, err
}

// fault turns the driver's errors into ours. SQLite's texts name tables and
// columns, never values.
func fault(err error) error {
	var e sqlite3.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &e) && e.Code == sqlite3.ErrFull:
		return fmt.Errorf("sqlite: %w", cases.ErrFull)
	case errors.As(err, &e) && e.SystemErrno != 0:
		// That a sync found no room does not say what was stored: it is no ErrFull.
		return fmt.Errorf("sqlite: %w (%w)", err, e.SystemErrno)
	}
	return fmt.Errorf("sqlite: %w", err)
}

func isUnique(err error) bool {
	var e sqlite3.Error
	return errors.As(err, &e) && (e.ExtendedCode == sqlite3.ErrConstraintUnique ||
		e.ExtendedCode == sqlite3.ErrConstraintPrimaryKey || e.ExtendedCode == sqlite3.ErrConstraintRowID)
}
