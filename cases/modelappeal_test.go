package cases_test

import (
	"context"
	"slices"

	"ombra/cases"
	"ombra/cases/papers"
)

// filerAct is what a filer does about the case as a whole.
func (m *model) filerAct() {
	c := m.someCase("case")
	mine, err := m.o.Cases.Mine(ctx, c.rec)
	m.must(err)
	do := m.some("what", []string{"appeal", "appeal", "withdraw", "keep"})
	act := map[string]func(context.Context, [16]byte, string) error{"appeal": mine.Appeal, "withdraw": mine.Withdraw, "keep": mine.Keep}[do]
	form, text := cases.NewOnce(), ""
	if m.chance("with words") {
		text = m.say()
	}
	err = m.same(func() error { return act(ctx, form, text) })
	may := c.open() && (do == "withdraw") == (c.clock.withdraw == "")
	if do == "appeal" {
		may = !c.open() && (!c.clock.appealed || c.clock.parted) && m.impartial(c)
	}
	if kind := cases.KindOf(err); m.jumped() && (do == "withdraw" || do == "appeal" && err != nil) {
		if err == nil || kind != cases.Conflict && kind != cases.Unavailable {
			m.Fatalf("%s by a clock that jumped: %v", do, err)
		}
		return
	}
	if !may {
		m.refused(err, cases.Conflict)
		return
	}
	m.must(err)
	m.size, c.papers, c.moved = m.size+1, c.papers+1, m.today()
	if text != "" {
		c.said = append(c.said, text)
	}
	switch do {
	case "appeal":
		if !slices.ContainsFunc(c.live, func(s string) bool { return m.decides(c, s) }) {
			m.free(c, 1)
		}
		c.stage, c.clock.appealed, c.clock.answered, c.clock.withdraw = cases.Investigating, true, false, ""
		c.clock.began, c.clock.feedback = m.today(), m.today().Add(21)
	case "withdraw":
		c.clock.withdraw = m.today()
	case "keep":
		c.clock.withdraw = ""
	}
	m.heard(c)
	if do != "withdraw" {
		m.tell(c, "", false)
	}
}

// decides: somebody who is there and did not decide the case before.
func (m *model) decides(c *matter, name string) bool {
	return m.there(name) && !slices.Contains(c.clock.decided, name)
}

// impartial: there is somebody like that, among those drawn at filing.
func (m *model) impartial(c *matter) bool {
	return slices.ContainsFunc(slices.Concat(c.live, c.dormant), func(s string) bool { return m.decides(c, s) })
}

// judged marks an appeal that nobody who is there may decide, and tells its holders
// when it is new.
func (m *model) judged(c *matter) {
	if m.jumped() {
		return
	}
	was := c.flags&cases.Stuck != 0
	if stuck := c.open() && c.clock.appealed && !m.impartial(c); stuck != was {
		c.flags ^= cases.Stuck
		if stuck {
			m.tell(c, "", false)
			c.touched = false
		}
	}
}

// closedBefore: the appeal is about what somebody decided.
func (c *matter) closedBefore(who string) bool {
	return c.clock.appealed && slices.Contains(c.clock.decided, who)
}

// binds says whether an act that settles something is taken.
func (m *model) binds(c *matter, who string, d papers.Draft) bool {
	switch {
	case d.Do == "extend":
		return c.open() && !c.clock.extended && !c.clock.answered && !c.closedBefore(who)
	case d.Do != "close" || !c.open():
		return true // not what is asked here
	case c.closedBefore(who):
		return false
	case d.Set["disposition"] == "withdrawn":
		return c.clock.withdraw != "" && m.today() >= c.clock.withdraw.Add(7)
	}
	return true
}

// bound puts into the model what an act settled.
func (m *model) bound(c *matter, who string, d papers.Draft) {
	switch d.Do {
	case "extend":
		c.clock.extended, c.clock.feedback = true, c.clock.began.Add(42)
	case "close":
		c.clock.parted = d.Set["disposition"] == "withdrawn"
		if !slices.Contains(c.clock.decided, who) {
			c.clock.decided = append(c.clock.decided, who)
		}
	}
}
