package cases

import (
	"fmt"
	"slices"
	"strings"
)

// The figures without a table of their own, each a count by itself.
const (
	FigureReleased = "released" // dormant grants that became live
	FigureReopened = "reopened" // by appeal
	FigureWithdraw = "withdraw" // asked for by the filer
	FigureExtended = "extended"
	FigureHeld     = "held"
	FigureShredded = "shredded"
)

// The tables of figures. Each breaks one thing down by one other, once.
const (
	TableFiled        = "filed"
	TableAcknowledged = "acknowledged"
	TableAnswered     = "answered"
	TableClosed       = "closed"
	TableCategory     = "category"
	TableRemedyForm   = "remedy-form" // of those recommended
	TableRemedy       = "remedy"      // what became of them; see remedyRows
)

// What a table's rows are called beside the office's own words.
const (
	InTime          = "in-time"
	LateRow         = "late"
	Never           = "never"   // closed without
	NoCategory      = "none"    // closed without being assessed
	EarlierCategory = "earlier" // one that the office has no more
)

// Quarter is the quarter of a day, like 2026-Q4.
func (d Day) Quarter() string {
	t := d.Time()
	return fmt.Sprintf("%04d-Q%d", t.Year(), (int(t.Month())+2)/3)
}

// count adds one to a figure of today's quarter, in the transaction of the act
// itself. A test or drill case is in no figure.
func (s *Service) count(tx Tx, c *Case, name string) error {
	if c.Is(Test | Drill) {
		return nil
	}
	return tx.Count(s.Today().Quarter(), name)
}

// countChange counts what an act did to a case, by what the case was and is: so
// every way to the same end is counted, and a second act that changes nothing is
// not.
func (s *Service) countChange(tx Tx, was, is *Case) error {
	for _, name := range changes(was, is) {
		if err := s.count(tx, is, name); err != nil {
			return err
		}
	}
	return nil
}

func changes(was, is *Case) (names []string) {
	add := func(table, row string) { names = append(names, table+"/"+row) }
	if was.Acknowledged == "" && is.Acknowledged != "" {
		add(TableAcknowledged, kept(is.Acknowledged, was.AckDue))
	}
	if was.Answered == "" && is.Answered != "" {
		add(TableAnswered, kept(is.Answered, was.FeedbackDue))
	}
	if !was.Is(Held) && is.Is(Held) {
		names = append(names, FigureHeld)
	}
	if was.Withdraw == "" && is.Withdraw != "" {
		names = append(names, FigureWithdraw)
	}
	if was.Extended == "" && is.Extended != "" {
		names = append(names, FigureExtended)
	}
	if was.Stage == Closed && is.Stage != Closed {
		names = append(names, FigureReopened)
	}
	names = append(names, remedyChanges(was.Remedies, is.Remedies)...)
	if was.Stage == Closed || is.Stage != Closed {
		return names
	}
	add(TableClosed, string(is.Disposition))
	category := is.Category
	if category == "" {
		category = NoCategory
	}
	add(TableCategory, category)
	if is.Acknowledged == "" && is.Appealed == "" { // a case is closed once more after an appeal
		add(TableAcknowledged, Never)
	}
	return names
}

func kept(on, due Day) string {
	if on <= due {
		return InTime
	}
	return LateRow
}

// A Row is one number of a table, or that it is too small to be told.
type Row struct {
	Name  string
	Value int64
	Few   bool // fewer than the threshold, or hidden so that another one stays so
}

// A Table is one breakdown. Its Total is Few only if it is small itself.
type Table struct {
	Name  string
	Rows  []Row
	Total Row
}

// Numbers are the figures of one quarter, as they may be shown.
type Numbers struct {
	Quarter string
	Tables  []Table
	Rows    []Row // the figures without a table
	Older   bool  // there are figures of earlier quarters
}

// layout lists the rows of each table: always all of them, since a row that
// appears with its first case would tell of it.
func (o Office) layout() map[string][]string {
	var closed []string
	for _, d := range Dispositions {
		closed = append(closed, string(d))
	}
	return map[string][]string{
		TableFiled:        {string(Report), string(Redress)},
		TableAcknowledged: {InTime, LateRow, Never},
		TableAnswered:     {InTime, LateRow},
		TableClosed:       closed,
		TableCategory:     append(slices.Clone(o.Categories), NoCategory, EarlierCategory),
		TableRemedyForm:   RemedyForms,
		TableRemedy:       remedyRows,
	}
}

var (
	tableOrder  = []string{TableFiled, TableAcknowledged, TableAnswered, TableClosed, TableCategory, TableRemedyForm, TableRemedy}
	singleOrder = []string{FigureReleased, FigureReopened, FigureWithdraw, FigureExtended, FigureHeld, FigureShredded}
)

// suppress decides which numbers of a table are not told. Those below few are
// not, zero among them. If any is hidden, the last two rows are too, and further
// ones from the last up until what is hidden sums up to twice few: so that the
// total less what is told gives no hidden number away. Which rows those are does
// not depend on their numbers: to hide the smallest would tell that what is hidden
// is no larger than what is left, and to hide none, that all that is hidden is
// small (TestAttackSubtraction). A total below few is not told either; then all
// are hidden.
func suppress(values []int64, few int64) (hidden []bool, total bool) {
	hidden = make([]bool, len(values))
	var n int
	var sum, all int64
	hide := func(i int) { hidden[i], n, sum = true, n+1, sum+values[i] }
	for i, v := range values {
		if all += v; v < few {
			hide(i)
		}
	}
	for i := len(values) - 1; i >= 0 && n > 0 && (i >= len(values)-2 || sum < 2*few); i-- {
		if !hidden[i] {
			hide(i)
		}
	}
	return hidden, all < few
}

// fewest is the threshold of an office that set none.
const fewest = 5

// Fewest is the number below which figures are not told.
func (o Office) Fewest() int {
	if o.Few > 0 {
		return o.Few
	}
	return fewest
}

// numbers makes a quarter's tables of its counters.
func (o Office) numbers(quarter string, have map[string]int64) Numbers {
	n, few := Numbers{Quarter: quarter}, int64(o.Fewest())
	layout := o.layout()
	earlier := have[TableCategory+"/"+EarlierCategory]
	for name, v := range have {
		if word, ok := strings.CutPrefix(name, TableCategory+"/"); ok && !slices.Contains(layout[TableCategory], word) {
			earlier += v
		}
	}
	for _, table := range tableOrder {
		values := make([]int64, len(layout[table]))
		t := Table{Name: table, Total: Row{Name: "total"}}
		for i, row := range layout[table] {
			values[i] = have[table+"/"+row]
			if table == TableCategory && row == EarlierCategory {
				values[i] = earlier
			}
			t.Total.Value += values[i]
		}
		hidden, small := suppress(values, few)
		for i, row := range layout[table] {
			t.Rows = append(t.Rows, rowOf(row, values[i], hidden[i]))
		}
		t.Total = rowOf(t.Total.Name, t.Total.Value, small)
		n.Tables = append(n.Tables, t)
	}
	for _, name := range singleOrder {
		n.Rows = append(n.Rows, rowOf(name, have[name], have[name] < few))
	}
	return n
}

// rowOf drops a number that is hidden: what is not there cannot be shown.
func rowOf(name string, value int64, hidden bool) Row {
	if hidden {
		return Row{Name: name, Few: true}
	}
	return Row{Name: name, Value: value}
}
