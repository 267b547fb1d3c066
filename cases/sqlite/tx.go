package sqlite

import (
	"errors"

	"ombra/cases"
)

// tx is a transaction, for the writer (with the log's right edge) or a reader.
type tx struct {
	c    *conn // nil once f has returned
	edge *edge // nil in a View

	dirty *bool // the writer's; nil in a View

	id cases.ID // the case looked up last, and its number
	n  int64

	// failed is the first error of a writing statement. An Update ends with it
	// even if f would not: half of a change is never stored.
	failed error
}

var _ cases.Tx = (*tx)(nil)

var errOver = errors.New("sqlite: the transaction is over")

// notFound is the one answer to a stranger.
func notFound() error { return cases.E(cases.NotFound, "not-found", nil) }

// write runs a statement that changes something.
func (t *tx) write(sql string, args ...any) error {
	if t.c == nil {
		return errOver
	}
	return t.keep(t.c.exec(sql, args...))
}

// writes runs a statement with RETURNING and reports whether it touched a row.
func (t *tx) writes(sql string, args ...any) (int64, bool, error) {
	if t.c == nil {
		return 0, false, errOver
	}
	var v int64
	ok, err := t.c.one(sql, args, func(r *row) error { v = r.int64(); return nil })
	return v, ok, t.keep(err)
}

func (t *tx) each(sql string, args []any, f func(*row) error) error {
	if t.c == nil {
		return errOver
	}
	return t.c.each(sql, args, f)
}

func (t *tx) one(sql string, args []any, f func(*row) error) (bool, error) {
	if t.c == nil {
		return false, errOver
	}
	return t.c.one(sql, args, f)
}

func (t *tx) keep(err error) error {
	if err != nil && t.failed == nil {
		t.failed = err
	}
	return err
}
