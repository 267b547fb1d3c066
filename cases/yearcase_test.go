package cases_test

import (
	"maps"
	"slices"

	"ombra/cases"
	"ombra/crypto/receipt"
)

// An affair is a case as its people remember it.
type affair struct {
	id                             cases.ID
	word                           string // that nobody else said
	kind                           cases.Kind
	excluded, out                  []string
	receipts                       []proof // the last is in hand, unless a dispute was settled otherwise
	stage                          cases.Stage
	opened, acked, answered        cases.Day
	closed, extended, appealed     cases.Day
	withdraw, heldUntil            cases.Day
	ackDue, assessDue, feedbackDue cases.Day
	seen                           cases.Day // when its clocks rang last
	disposition, category          string
	decided                        []string
	disputed, late, gone           bool
	unheard                        bool   // closed and never acknowledged
	stuck                          bool   // on appeal, and nobody may decide it
	remedy                         string // its state
	remedyDue, remedyTold          cases.Day
	blind                          map[string]bool   // holders who could not open it
	votes                          map[string]string // what was signed in the dispute under way
	replies                        int
	was                            []string // who held it before the act under way

	files    map[string][32]byte // what was attached, by name
	shelved  int                 // files of it beside the database
	inner    map[string]int      // to whose keys it was sealed on a device; nil: it was typed
	innerBig int                 // files beside the database that a copy for the case key would add
	resealed bool
	told     bool         // it was written down for its filer
	approved map[int]bool // by which of its receipts
}

// A proof is a receipt as its owner knows it.
type proof struct {
	r     receipt.Receipt
	until cases.Day // replaced or ended; may object until then
	ended bool
}

// A book is what the test wrote down of an office, as far as the office is to know
// the same.
type book struct {
	all     []*affair
	byWord  map[string]*affair // by id and by the words that only its filer said
	counted map[string]int64   // by quarter and name
	until   map[string]cases.Day
	warned  map[string]cases.Day
	away    map[string]cases.Day
	removed map[string]bool
	keys    map[string]int               // how often somebody's keys were lost
	stirred map[cases.Day]map[string]int // how often somebody's cases changed on a day
	freed   map[cases.Day]int            // grants released on a day
	waited  map[cases.Day]int            // appeals of which it was found that nobody may decide them
	leaves  int64                        // leaves of the log that were looked at
}

func newBook() book {
	return book{
		byWord: map[string]*affair{}, counted: map[string]int64{}, until: map[string]cases.Day{}, warned: map[string]cases.Day{},
		away: map[string]cases.Day{}, removed: map[string]bool{}, keys: map[string]int{}, stirred: map[cases.Day]map[string]int{},
		freed: map[cases.Day]int{}, waited: map[cases.Day]int{},
	}
}

// copied is the book as it is now, whatever is written into it later.
func (b book) copied() book {
	c := b
	c.counted, c.until, c.warned, c.away = maps.Clone(b.counted), maps.Clone(b.until), maps.Clone(b.warned), maps.Clone(b.away)
	c.removed, c.keys, c.stirred = maps.Clone(b.removed), maps.Clone(b.keys), map[cases.Day]map[string]int{}
	c.freed, c.waited = maps.Clone(b.freed), maps.Clone(b.waited)
	for day, stirred := range b.stirred {
		c.stirred[day] = maps.Clone(stirred)
	}
	c.all, c.byWord = nil, map[string]*affair{}
	for _, was := range b.all {
		now := *was
		now.excluded, now.out, now.receipts, now.decided = slices.Clone(was.excluded), slices.Clone(was.out), slices.Clone(was.receipts), slices.Clone(was.decided)
		now.blind, now.files, now.approved, now.votes = maps.Clone(was.blind), maps.Clone(was.files), maps.Clone(was.approved), maps.Clone(was.votes)
		c.all = append(c.all, &now)
		c.byWord[now.word], c.byWord[string(now.id)] = &now, &now
	}
	return c
}

// hand is the receipt in hand, by its place; -1 if the last was ended.
func (c *affair) hand() int {
	return slices.IndexFunc(c.receipts, func(p proof) bool { return !p.ended && p.until == "" })
}

// former is the receipt that was replaced or ended last.
func (c *affair) former() *proof {
	for i := len(c.receipts) - 1; i >= 0; i-- {
		if p := &c.receipts[i]; !p.ended && p.until != "" {
			return p
		}
	}
	return nil
}

func (c *affair) owing() bool {
	return c.remedy != "" && c.remedy != "refused" && c.remedy != "confirmed" && c.remedy != "unconfirmed"
}

// promised are the days by which a filer is promised an acknowledgement, an
// assessment and an answer; "" for what is kept.
func (c *affair) promised() (days [3]cases.Day) {
	if c.stage == cases.Received {
		days[0] = c.ackDue
	}
	if c.stage == cases.Received || c.stage == cases.Acknowledged {
		days[1] = c.assessDue
	}
	if c.stage != cases.Closed && c.answered == "" {
		days[2] = c.feedbackDue
	}
	return days
}

// owed are the days by which something is owed.
func (c *affair) owed() (days []cases.Day) {
	for _, d := range c.promised() {
		if d != "" {
			days = append(days, d)
		}
	}
	if c.disputed {
		days = append(days, c.former().until)
	}
	return days
}

// rings is what a case's clocks have to say today.
func (c *affair) rings(today cases.Day, dormant bool) (near, late, cooled, release bool) {
	now := func(d cases.Day) bool { return c.seen < d && d <= today }
	for _, d := range c.owed() {
		near = near || now(d.Add(-2)) || now(d)
		late = late || now(d.Add(1))
	}
	if days := c.owed(); len(days) > 0 && dormant {
		d := slices.Min(days).Add(14)
		for d <= c.seen {
			d = d.Add(14)
		}
		release = d <= today
	}
	cooled = c.withdraw != "" && c.stage != cases.Closed && now(c.cools())
	return near, late, cooled, release
}

// cools is when the filer can no longer take the withdrawal back unheard.
func (c *affair) cools() cases.Day {
	d := c.withdraw.Add(7)
	for _, p := range c.receipts {
		if !p.ended && p.until != "" {
			d = max(d, p.until.Add(1))
		}
	}
	return d
}

// keptUntil is the day on which a closed case goes.
func (c *affair) keptUntil(k cases.Keeping) cases.Day {
	if c.disposition == "out-of-mandate" {
		return c.closed.AddMonths(k.OutOfMandate)
	}
	return c.closed.AddMonths(k.Months)
}
