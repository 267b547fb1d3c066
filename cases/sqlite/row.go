package sqlite

import (
	"database/sql/driver"
	"errors"
	"fmt"

	"ombra/cases"
)

// errRow is a row that no version of this program wrote.
var errRow = errors.New("sqlite: strange row")

// row reads one row's columns from left to right. The first that is not what it
// should be is kept as the error; what follows reads as zero.
type row struct {
	vals []driver.Value
	next int
	err  error
}

func (r *row) val() driver.Value {
	v := r.vals[r.next]
	r.next++
	return v
}

func (r *row) strange() {
	if r.err == nil {
		r.err = fmt.Errorf("%w: column %d", errRow, r.next-1)
	}
}

func (r *row) int64() int64 {
	v, ok := r.val().(int64)
	if !ok {
		r.strange()
	}
	return v
}

func (r *row) int() int { return int(r.int64()) }

func (r *row) text() string {
	v, ok := r.val().(string)
	if !ok {
		r.strange()
	}
	return v
}

// blob reads bytes; null reads as nil.
func (r *row) blob() []byte {
	v := r.val()
	b, ok := v.([]byte)
	if !ok && v != nil {
		r.strange()
	}
	return b
}

// fixed reads bytes of exactly the length of to; null leaves it zero.
func (r *row) fixed(to []byte) {
	b := r.blob()
	if b != nil && len(b) != len(to) {
		r.strange()
		return
	}
	copy(to, b)
}

func (r *row) day() cases.Day {
	d := cases.Day(r.text())
	if d != "" && d.Time().IsZero() {
		r.strange()
	}
	return d
}

// word reads an enum.
func word[T ~string](r *row, known map[T]bool) T {
	w := T(r.text())
	if !known[w] {
		r.strange()
	}
	return w
}

// words are an enum's values; some columns may be empty.
func words[T ~string](list ...T) map[T]bool {
	m := make(map[T]bool, len(list))
	for _, w := range list {
		m[w] = true
	}
	return m
}

var (
	kinds         = words(cases.Report, cases.Redress)
	sources       = words(cases.Typed, cases.Sealed, cases.Stock)
	stages        = words(cases.Stages...)
	dispositions  = words(append([]cases.Disposition{""}, cases.Dispositions...)...)
	priorities    = words(append([]string{""}, cases.Priorities...)...)
	grantStates   = words(cases.Live, cases.Dormant, cases.Hidden, cases.Lapsed, cases.Revoked)
	ranks         = words(cases.Designated, cases.Reserve, cases.Backstop, cases.Granted, cases.Recused)
	receiptStates = words(cases.InHand, cases.Replaced, cases.Ended)
	paperKinds    = words(cases.PaperReport, cases.PaperMore, cases.PaperFile, cases.PaperAnswer,
		cases.PaperAsk, cases.PaperRemedy, cases.PaperNote, cases.PaperLessons, cases.PaperAct)
	subjects = words(cases.News, cases.Danger, cases.Mandate, cases.Deadline, cases.Overdue, cases.HoldEnds, cases.Changed, cases.Removed, cases.OfficeNews)
)

// known refuses to write what could not be read back.
func known(oks ...bool) error {
	for _, ok := range oks {
		if !ok {
			return errors.New("sqlite: unknown word in a column of enums")
		}
	}
	return nil
}
