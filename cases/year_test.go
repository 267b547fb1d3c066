package cases_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"testing/cryptotest"
	"time"

	"ombra/bot/bottest"
	"ombra/cases"
)

// The ombudsmen of the year. The last is excluded by many filers.
var staff = []string{"anna", "bela", "chris", "dora", "emil", "fay", "gus", "hana", "ivo", "jana", "karl", "lena"}

const shunned = "lena"

// slow ones answer late.
var slow = []string{"emil", "gus", "ivo"}

// A year is an office that works, and what the test itself wrote down of it: every
// figure, promise and notice is computed here anew, from what was done.
type year struct {
	*trial
	book

	luck    *rand.Rand
	late    []cases.ID     // cases of which a grant was released for lateness, today
	made    map[string]int // what was done how often
	refused map[string]int
	warning map[string]int
	learned *bottest.Scanner // of the shredded
	words   *bottest.Scanner // of all
	nextNew int
	rest    int // one day in so many something happens to an open case
	saved   *backup
}

func newYear(t *testing.T, seed uint64, keep cases.Keeping) *year {
	t.Helper()
	cryptotest.SetGlobalRandom(t, seed)
	tr := newTrial(t, bottest.Settings{Names: staff, Backstop: "outside", Change: func(o *cases.Office) {
		o.Test, o.TypedReplies, o.Quiet, o.Oversight = false, true, 3, []string{"vera"}
		o.Warn, o.Release, o.Absence, o.CoolingOff = 2, 14, 5, 7
		o.Keeping = keep
	}})
	y := &year{
		trial: tr, book: newBook(), luck: rand.New(rand.NewPCG(seed, 9)),
		made: map[string]int{}, refused: map[string]int{}, warning: map[string]int{},
		learned: bottest.NewScanner(), words: bottest.NewScanner(),
	}
	for _, o := range tr.Cases.Roster() {
		y.until[o.Name] = o.Until
	}
	return y
}

func (y *year) today() cases.Day { return y.Cases.Today() }

// one says yes once in n times.
func (y *year) one(n int) bool { return y.luck.IntN(n) == 0 }

func pick[T any](y *year, list []T) T { return list[y.luck.IntN(len(list))] }

func (y *year) must(err error) {
	y.Helper()
	if err != nil {
		y.Fatalf("%s: %v", y.today(), err)
	}
}

// count is the test's own counter.
func (y *year) count(name string) {
	d := y.today()
	month, _ := strconv.Atoi(string(d[5:7]))
	y.counted[fmt.Sprintf("%s-Q%d %s", d[:4], (month-1)/3+1, name)]++
}

// at reads a case as the host has it.
func (y *year) at(id cases.ID) (c *cases.Case) {
	y.Helper()
	y.must(y.db.View(ctx, func(tx cases.Tx) (err error) {
		c, err = tx.Case(id, "")
		return err
	}))
	return c
}

func (y *year) serves(name string) bool { return y.until[name] >= y.today() && !y.removed[name] }

// stir notes that something happened to a case, for those who hold it.
func (y *year) stir(on cases.Day, holders ...string) {
	day := y.stirred[on]
	if day == nil {
		day = map[string]int{}
		y.stirred[on] = day
	}
	for _, name := range slices.Compact(slices.Sorted(slices.Values(holders))) {
		day[name]++
	}
}

// TestYear lets an office work for a year: cases are filed, and people do what
// people do, well and badly, at random. What the office says is compared with what
// the test wrote down: each due day rang once and each figure is right. Nobody whom
// a filer excluded was ever given anything of the case; what was shredded is in no
// file; what was not is there.
func TestYear(t *testing.T) {
	n, filing, length, rest, keep := 25, 35, 90, 7, cases.Keeping{Months: 1, OutOfMandate: 2}
	if os.Getenv("OMBRA_LONG") != "" {
		n, filing, length, rest, keep = 500, 290, 365, 20, cases.Keeping{Months: 2, OutOfMandate: 1}
	}
	seed := rand.Uint64()
	if given, err := strconv.ParseUint(os.Getenv("OMBRA_SEED"), 10, 64); err == nil {
		seed = given
	}
	t.Logf("OMBRA_SEED=%d", seed)
	hurried(t)
	y := newYear(t, seed, keep)
	y.rest = rest
	for day := range length {
		if day == length/4 || day == length-1 {
			t.Logf("day %d: %d cases, heap %d KiB", day, len(y.all), heap())
		}
		y.night()
		y.tell()
		for day < filing && len(y.all) < n*(day+1)/filing {
			y.open()
		}
		if y.saved == nil { // what is lost with a disk is done again by nobody
			y.people()
		}
		for _, c := range y.all {
			y.live(c)
			y.waits(c)
		}
		y.look(day)
		y.harvest()
		y.disaster(day, length)
	}
	y.end()
	y.book, y.learned, y.words = book{}, nil, nil
	t.Logf("without what the test remembers: heap %d KiB", heap())
	t.Logf("done %v", y.made)
	t.Logf("refused %v", y.refused)
	t.Logf("warnings %v", y.warning)
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc >> 10
}

// open files a case.
func (y *year) open() {
	y.Helper()
	c := &affair{
		kind: cases.Report, word: y.words.Plant("a filer's words"), opened: y.today(), stage: cases.Received,
		blind: map[string]bool{}, files: map[string][32]byte{}, approved: map[int]bool{},
	}
	if y.one(2) {
		c.kind = cases.Redress
	}
	if y.one(2) {
		c.excluded = append(c.excluded, shunned)
	}
	if name := pick(y, staff); y.one(3) && name != shunned {
		c.excluded = append(c.excluded, name)
	}
	r := y.filed(c)
	had := y.load(r)
	c.id, c.receipts = had.ID, []proof{{r: r}}
	c.ackDue, c.assessDue = workdays(c.opened, 2), workdays(c.opened, 10)
	c.feedbackDue, c.seen = c.ackDue.Add(21), c.opened.Add(-1)
	y.all = append(y.all, c)
	y.byWord[c.word], y.byWord[string(c.id)] = c, c
	y.count("filed/" + string(c.kind))
	y.stir(c.opened, had.Holders()...)
}

var shapes = regexp.MustCompile(`[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}|[b-z]{20}`)

// given looks at whatever a desk was given: nothing in it may be of a case that
// its owner is excluded from, or withdrew from.
func (y *year) given(who, what, text string) {
	y.Helper()
	for _, word := range shapes.FindAllString(text, -1) {
		c := y.byWord[word]
		switch {
		case c == nil:
		case slices.Contains(c.excluded, who):
			y.Errorf("%s: %s is excluded from %s and was given its %s", y.today(), who, c.id, what)
		case slices.Contains(c.out, who):
			y.Errorf("%s: %s withdrew from %s and was given its %s", y.today(), who, c.id, what)
		}
	}
}

func workdays(d cases.Day, n int) cases.Day {
	for n > 0 {
		d = d.Add(1)
		if w := d.Time().Weekday(); w != time.Saturday && w != time.Sunday {
			n--
		}
	}
	return d
}
