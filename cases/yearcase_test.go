package cases_test

import (
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
	remedy                         string // its state
	remedyDue, remedyTold          cases.Day
	blind                          map[string]bool // holders who could not open it
	replies                        int
	was                            []string // who held it before the act under way
}

// hand is the receipt in hand.
func (c *affair) hand() receipt.Receipt {
	for _, p := range slices.Backward(c.receipts) {
		if !p.ended && p.until == "" {
			return p.r
		}
	}
	panic("no receipt is in hand")
}

// former is the receipt that was replaced last.
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

// owed are the days by which something is promised.
func (c *affair) owed() (days []cases.Day) {
	if c.stage == cases.Received {
		days = append(days, c.ackDue)
	}
	if c.stage == cases.Received || c.stage == cases.Acknowledged {
		days = append(days, c.assessDue)
	}
	if c.stage != cases.Closed && c.answered == "" {
		days = append(days, c.feedbackDue)
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
func (c *affair) keptUntil() cases.Day {
	if c.disposition == "out-of-mandate" {
		return c.closed.AddMonths(1)
	}
	return c.closed.AddMonths(2)
}
