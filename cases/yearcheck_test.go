package cases_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"ombra/bot/bottest"
	"ombra/cases"
)

// look has everybody look into their inbox now and then, the one who is excluded
// often each day, and oversight at what is overdue.
func (y *year) look(day int) {
	y.Helper()
	for i, name := range y.names() {
		if !y.serves(name) || name != shunned && (day+i)%5 != 0 {
			continue
		}
		list, more, err := y.desk(name).Inbox(ctx, 0, 2000)
		y.must(err)
		if more {
			y.Fatal("an inbox goes on")
		}
		for _, c := range list {
			y.given(name, "inbox", string(c.ID))
			if a := y.byWord[string(c.ID)]; a == nil || a.gone || y.withheld(a) {
				y.Errorf("%s: %s sees %s, which is gone", y.today(), name, c.ID)
			}
		}
	}
	if day%7 != 0 {
		return
	}
	list, _, err := y.Cases.Oversight().Overdue(ctx, 2000)
	y.must(err)
	have := map[cases.ID]bool{}
	for _, c := range list {
		have[c.ID] = true
	}
	for _, c := range y.all {
		late := func(d cases.Day) bool { return d < y.today() }
		want := !c.gone && (c.stuck || slices.ContainsFunc(c.owed(), late))
		if have[c.id] != want && len(c.blind) == 0 { // what is unreadable is seen too
			y.Errorf("%s: oversight sees %v of %+v", y.today(), have[c.id], c)
		}
	}
}

// end is what must be true when the year is over.
func (y *year) end() {
	y.Helper()
	y.night()
	if have := y.figures(); !maps.Equal(have, y.counted) {
		for _, name := range slices.Sorted(maps.Keys(y.counted)) {
			if have[name] != y.counted[name] {
				y.Errorf("%s is %d, want %d", name, have[name], y.counted[name])
			}
		}
		y.Errorf("figures %v", have)
	}
	report := y.audit()
	open, gone := 0, 0
	for _, c := range y.all {
		if c.gone {
			gone++
			continue
		}
		open++
		if i := c.hand(); i >= 0 && !y.withheld(c) {
			y.shows(c, y.mine(c.receipts[i].r))
		}
		y.holders(c)
	}
	if n := report.Acts["shredded"]; n != int64(gone) {
		y.Errorf("%d cases were deleted, want %d", n, gone)
	}
	y.shelf()
	y.Logf("%d cases are there, %d deleted, %d leaves", open, gone, y.size())
	if found := y.scan(y.learned); found != "" {
		y.Errorf("of deleted cases: %s", found)
	}
	if found := y.scan(y.words); found != "" {
		y.Errorf("what was said: %s", found)
	}
	control := bottest.NewScanner()
	for _, c := range y.all {
		if !c.gone {
			control.Know("a case's id", string(c.id))
		}
	}
	if open > 0 && y.scan(control) == "" {
		y.Error("the scan finds nothing of the others either")
	}
}

// holders: nobody who is excluded has a grant in any state, and nobody who withdrew
// one that counts.
func (y *year) holders(c *affair) {
	y.Helper()
	has := y.at(c.id)
	for _, name := range c.excluded {
		if has.Holds(name, cases.Live, cases.Dormant, cases.Lapsed, cases.Hidden, cases.Revoked) {
			y.Errorf("%s has a grant of %s", name, c.id)
		}
	}
	for _, name := range c.out {
		if has.Holds(name, cases.Live, cases.Dormant, cases.Lapsed) {
			y.Errorf("%s has a grant of %s again", name, c.id)
		}
	}
	for name := range y.removed {
		if has.Holds(name, cases.Live, cases.Dormant, cases.Lapsed) {
			y.Errorf("%s was removed and has a grant of %s", name, c.id)
		}
	}
}

// strangers: to those who are excluded or withdrew a case is like one that never was.
func (y *year) strangers(c *affair) {
	y.Helper()
	for _, name := range slices.Concat(c.excluded, c.out) {
		if !y.serves(name) {
			continue
		}
		d := y.desk(name)
		ask := func(id cases.ID) (all string) {
			_, one := d.Case(ctx, id)
			_, two := d.Papers(ctx, id, cases.NewOnce())
			three := d.Do(ctx, id, cases.Act{Do: cases.Wait, Once: cases.NewOnce()})
			for _, err := range []error{one, two, three} {
				all += fmt.Sprint(err, cases.KindOf(err), cases.SayOf(err), "\n")
			}
			return all
		}
		if has, never := ask(c.id), ask(cases.NewID()); has != never || !strings.Contains(has, "not-found") {
			y.Errorf("%s: %s asks for %s: %s; for one that never was: %s", y.today(), name, c.id, has, never)
		}
		y.made["stranger"]++
	}
}
