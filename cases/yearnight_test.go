package cases_test

import (
	"maps"
	"slices"
	"time"

	"ombra/cases"
	"ombra/crypto/custody"
)

// night passes to the next quiet hour and runs the jobs, now and then twice and
// after a restart: the second time nothing may happen.
func (y *year) night() {
	y.Helper()
	now := y.Now()
	y.Pass(now.Truncate(24 * time.Hour).Add(27*time.Hour + 30*time.Minute).Sub(now))
	y.work()
}

// work is what an office does by itself on a day.
func (y *year) work() {
	y.Helper()
	due, want := y.due(), map[string]int{}
	var releases []*affair
	y.late = nil
	for _, j := range y.Cases.Jobs() {
		releases = append(releases, y.expect(j.Name, want)...)
		y.must(j.Do(ctx))
		if j.Name == "retention" {
			y.shredded(due)
		}
	}
	y.harvest()
	for _, c := range y.all {
		y.waits(c)
	}
	y.released(releases)
	y.rang(want)
	if !y.one(5) {
		return
	}
	size := y.leaves
	y.restart()
	y.jobs()
	if y.harvest(); y.leaves != size {
		y.Errorf("%s: the jobs left %d leaves the second time", y.today(), y.leaves-size)
	}
	y.rang(want)
}

// due are the cases that go tonight; what of them is in the files is learned.
func (y *year) due() (list []*affair) {
	for _, c := range y.all {
		if y.over(c, y.today()) && !y.waiting(c) {
			list = append(list, c)
			y.learn(c)
		}
	}
	return list
}

// over says whether a case's time has come.
func (y *year) over(c *affair, today cases.Day) bool {
	return !c.gone && c.stage == cases.Closed && c.heldUntil == "" && !c.owing() && !c.disputed && c.keptUntil(y.Cases.Office.Keeping) <= today
}

// shredded: no receipt opens what should be gone.
func (y *year) shredded(due []*affair) {
	y.Helper()
	for _, c := range due {
		for _, p := range c.receipts {
			if y.here(p.r) {
				y.Errorf("%s: %s should be deleted", y.today(), c.id)
			}
		}
		c.gone = true
		y.count("shredded")
	}
	if len(due) > 0 {
		y.shelf()
	}
}

// expect says whom a job has to tell of what, and how often, and of which cases it
// should release a grant.
func (y *year) expect(job string, want map[string]int) (releases []*affair) {
	y.Helper()
	if job == "mandates" {
		for _, name := range y.names() {
			if last := y.until[name]; y.serves(name) && y.today() >= last.Add(-14) && y.warned[name] != last {
				y.warned[name] = last
				y.wants(want, cases.Mandate, "vera")
				if name != "outside" {
					y.wants(want, cases.Mandate, name)
				}
			}
		}
	}
	for _, c := range y.all {
		switch {
		case c.gone:
		case job == "clocks":
			if y.clocks(c, want) {
				releases = append(releases, c)
			}
		case job == "holds" && c.heldUntil != "" && (c.heldUntil < y.today() || c.heldUntil == y.today().Add(14)):
			y.wants(want, cases.HoldEnds, y.at(c.id).Holders()...)
			if c.heldUntil < y.today() {
				c.heldUntil = ""
			}
		case job == "remedies" && c.owing() && c.remedyDue <= y.today() && c.remedyTold != c.remedyDue:
			c.remedyTold = c.remedyDue
			y.wants(want, cases.Deadline, y.at(c.id).Holders()...)
		}
	}
	return releases
}

func (y *year) wants(want map[string]int, about cases.Subject, to ...string) {
	for _, name := range to {
		if y.serves(name) || name == "vera" {
			want[name+" "+string(about)]++
		}
	}
}

// clocks is what those of one case should do; it reports whether a grant is due to
// be released.
func (y *year) clocks(c *affair, want map[string]int) bool {
	near, late, cooled, release := c.rings(y.today(), true)
	if !near && !late && !cooled && !release {
		return false
	}
	has := y.at(c.id)
	c.seen = max(c.seen, has.Clocked)
	dormant := slices.ContainsFunc(has.Grants, func(g cases.Grant) bool { return g.State == cases.Dormant })
	if near, late, cooled, release = c.rings(y.today(), dormant); near || late || cooled || release {
		c.seen = y.today()
	}
	if near {
		y.wants(want, cases.Deadline, has.Holders()...)
	}
	if late {
		c.late = true
		y.wants(want, cases.Overdue, append(has.Holders(), "vera")...)
	}
	if cooled {
		y.stir(y.today().Add(-1), has.Holders()...)
	}
	return release
}

// rang compares what waits to be told with what should: a notice that folded in
// another has grown by one.
func (y *year) rang(want map[string]int) {
	y.Helper()
	have, want := map[string]int{}, maps.Clone(want)
	for _, n := range y.outbox() {
		switch {
		case n.About == cases.OfficeNews && n.Due < y.today(): // told before the disk was lost, and back with the backup
		case n.About == cases.OfficeNews:
			have[n.To+" office "+string(n.Due)] = 1 // however many grants
		case n.Due == y.today() && n.About != cases.News && n.About != cases.Danger:
			have[n.To+" "+string(n.About)] += n.Gen
		}
	}
	yesterday := y.today().Add(-1)
	if n := y.waited[yesterday]; n > 0 {
		want["vera overdue"] += n
	}
	for _, day := range []cases.Day{yesterday, y.today()} {
		if y.freed[day] > 0 {
			want["vera office "+string(day.Add(1))] = 1
		}
	}
	if !maps.Equal(have, want) {
		y.Errorf("%s: the day called for %v, and was told of %v", y.today(), want, have)
	}
}

// waits notes when nobody may decide an appeal any more, and whether that is so.
func (y *year) waits(c *affair) {
	y.Helper()
	if c.gone || c.appealed == "" {
		return
	}
	had := y.at(c.id)
	stuck := had.Is(cases.Stuck)
	for _, g := range had.Grants {
		sees := g.State == cases.Live || g.State == cases.Dormant
		if may := sees && y.serves(g.Holder) && y.away[g.Holder] < y.today() && y.keys[g.Holder] == 0 && !slices.Contains(c.decided, g.Holder); may && stuck {
			y.Errorf("%s: %s waits for somebody who may decide, and %s may", y.today(), c.id, g.Holder)
		}
	}
	if stuck && !c.stuck {
		y.waited[y.today()]++
		y.stir(y.today(), had.Holders()...)
		y.made["stuck"]++
	}
	c.stuck = stuck
}

// released: for lateness one grant for each case of which one is due, and no other,
// unless nobody is there whose it could be.
func (y *year) released(want []*affair) {
	y.Helper()
	for _, id := range y.late {
		i := slices.IndexFunc(want, func(c *affair) bool { return c.id == id })
		if i < 0 {
			y.Errorf("%s: a grant of %s was released too early, or twice", y.today(), id)
			continue
		}
		want = slices.Delete(want, i, i+1)
	}
	for _, c := range want {
		for _, g := range y.at(c.id).Grants {
			if g.State == cases.Dormant && y.serves(g.Holder) && y.away[g.Holder] < y.today() && y.keys[g.Holder] == 0 {
				y.Errorf("%s: no grant of %s was released, and %s has one", y.today(), c.id, g.Holder)
			}
		}
	}
}

// harvest reads what is new in the log, before anything of it can be shredded.
func (y *year) harvest() {
	y.Helper()
	y.must(y.db.View(ctx, func(tx cases.Tx) error {
		size, err := tx.Size()
		if err != nil {
			return err
		}
		list, err := tx.Leaves(y.leaves, size)
		for _, l := range list {
			d, err := custody.ParseDetails(l.Details)
			if err != nil || d.Act != "released" {
				continue
			}
			y.count("released")
			y.freed[y.today()]++
			y.stir(y.today(), d.Actor)
			y.given(d.Actor, "grant", d.Case)
			if d.Note == "late" {
				y.late = append(y.late, cases.ID(d.Case))
			}
		}
		y.leaves = size
		return err
	}))
}

// tell tells in the afternoon what is due: news only to those of whom a case
// changed the day before, and no more of it than there was.
func (y *year) tell() {
	y.Helper()
	y.Pass(12 * time.Hour)
	due, err := y.Cases.Notices(ctx)
	y.must(err)
	for _, n := range due {
		if n.About == cases.News && n.Gen > y.stirred[n.Due.Add(-1)][n.To] {
			y.Errorf("%s: %s is told %d times of %d things", n.Due, n.To, n.Gen, y.stirred[n.Due.Add(-1)][n.To])
		}
		y.made["notice"]++
		y.must(y.Cases.Settle(ctx, n, cases.Outcome{}))
	}
	for _, n := range y.outbox() {
		if n.Due <= y.today() {
			y.Errorf("%s: %+v was not told", y.today(), n)
		}
	}
}
