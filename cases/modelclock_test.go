package cases_test

import (
	"slices"

	"ombra/cases"
)

// A clock is what the model knows of a case's promises.
type clock struct {
	ack, assess, feedback cases.Day
	answered              bool
	began                 cases.Day // from when the answer's clock runs
	extended, appealed    bool
	parted                bool // closed because its filer asked for it
	withdraw              cases.Day
	decided               []string
	seen                  cases.Day // through which they were seen to
}

// startClock is the grm profile on paper: 2 and 10 business days, 21 days.
func (m *model) startClock() clock {
	work := func(days int) cases.Day {
		d := m.today()
		for days > 0 {
			d = d.Add(1)
			if w := d.Time().Weekday(); w != 0 && w != 6 {
				days--
			}
		}
		return d
	}
	return clock{ack: work(2), assess: work(10), feedback: work(2).Add(21), began: work(2), seen: m.today().Add(-1)}
}

// owed are the days by which something is still owed.
func (c *matter) owed() (days []cases.Day) {
	if c.stage == cases.Received {
		days = append(days, c.clock.ack)
	}
	if c.stage == cases.Received || c.stage == cases.Acknowledged {
		days = append(days, c.clock.assess)
	}
	if c.open() && !c.clock.answered {
		days = append(days, c.clock.feedback)
	}
	return days
}

func (m *model) jumped() bool { return m.sign != "" && m.today() > m.sign.Add(2) }

// acted: whatever an ombudsman does when something is overdue shows that it was.
func (m *model) acted(c *matter) {
	c.touched = true
	if days := c.owed(); !m.jumped() && len(days) > 0 && slices.Min(days) < m.today() {
		c.flags |= cases.Late
	}
}

// there are those who can be counted on.
func (m *model) there(name string) bool {
	return m.serves(name) && (m.away[name] < m.today() || m.away[name] <= m.gone[name].Add(3))
}

// free releases up to n of those who were dormant at filing.
func (m *model) free(c *matter, n int) {
	for _, name := range slices.Clone(c.dormant) {
		if n <= 0 || !m.there(name) {
			continue
		}
		n--
		c.dormant = slices.DeleteFunc(c.dormant, func(s string) bool { return s == name })
		c.live = sortedNames(append(c.live, name)...)
		m.size++
		m.note(name, "news", m.today().Add(1), 0)
	}
}

// holders is the daily look at who is there.
func (m *model) holders() {
	for _, name := range everybody {
		turned := false
		for _, c := range m.all {
			from, to := &c.live, &c.lapsed
			if m.serves(name) {
				from, to = to, from
			}
			if i := slices.Index(*from, name); i >= 0 {
				*from = slices.Delete(*from, i, i+1)
				*to = sortedNames(append(*to, name)...)
				turned = true
			}
		}
		if turned {
			m.size++
		}
	}
	for _, c := range m.all {
		if c.open() {
			m.makeUp(c)
		}
	}
}

// makeUp releases as many as are missing from those first drawn.
func (m *model) makeUp(c *matter) {
	n, decides := c.drawn, false
	for _, name := range c.live {
		if m.there(name) {
			n--
			decides = decides || !c.closedBefore(name)
		}
	}
	if c.open() && c.clock.appealed && !decides {
		n = max(n, 1)
	}
	m.free(c, n)
}

// heard: what a filer says finds somebody to read it, unless the clock jumped.
func (m *model) heard(c *matter) {
	c.touched = true
	if !m.jumped() {
		m.makeUp(c)
	}
}

// clocks is the daily look at what is due.
func (m *model) clocks() {
	for _, c := range m.all {
		now := func(d cases.Day) bool { return c.clock.seen < d && d <= m.today() }
		near, late, release := false, false, false
		for _, d := range c.owed() {
			near = near || now(d.Add(-2)) || now(d)
			late = late || now(d.Add(1))
		}
		if days := c.owed(); len(days) > 0 {
			for d := slices.Min(days).Add(14); d <= m.today(); d = d.Add(14) {
				release = release || now(d)
			}
		}
		if late {
			c.flags |= cases.Late
		}
		cooled := c.open() && c.clock.withdraw != "" && now(c.clock.withdraw.Add(7))
		for _, name := range c.live {
			if near && m.serves(name) {
				m.note(name, "deadline", m.today(), 0)
			}
			if late && m.serves(name) {
				m.note(name, "overdue", m.today(), 0)
			}
			if cooled && m.serves(name) {
				m.note(name, "news", m.today(), 0)
			}
		}
		if release {
			m.free(c, 1)
		}
		c.clock.seen = m.today()
	}
}

// checkGrants: nobody has sight but those who were drawn at filing.
func (m *model) checkGrants(c *matter, now *cases.Case) {
	seen := map[string]bool{}
	for _, g := range slices.Backward(now.Grants) { // the newest counts
		if seen[g.Holder] {
			continue
		}
		seen[g.Holder] = true
		want := cases.Revoked
		switch {
		case slices.Contains(c.live, g.Holder):
			want = cases.Live
		case slices.Contains(c.dormant, g.Holder):
			want = cases.Dormant
		case slices.Contains(c.lapsed, g.Holder):
			want = cases.Lapsed
		case slices.Contains(c.hidden, g.Holder):
			want = cases.Hidden
		}
		if g.State != want {
			m.Fatalf("%s has a %s grant, want %s", g.Holder, g.State, want)
		}
	}
}

// checkClock: filer and ombudsmen see the same days.
func (m *model) checkClock(c *matter, mine *cases.Mine, now *cases.Case) {
	due := c.clock.feedback
	if !c.open() || c.clock.answered {
		due = ""
	}
	if mine.FeedbackDue != due || now.FeedbackDue != c.clock.feedback || mine.Late != (c.flags&cases.Late != 0) {
		m.Fatalf("an answer is due on %s and %s, late %v; want %+v", mine.FeedbackDue, now.FeedbackDue, mine.Late, c.clock)
	}
	if now.Withdraw != c.clock.withdraw || mine.Withdrawing != c.clock.withdraw || !slices.Equal(now.Decided, c.clock.decided) {
		m.Fatalf("%+v, want %+v", now, c.clock)
	}
}
