package main

import (
	"slices"
	"strings"
	"testing"

	"ombra/cases"
	"ombra/config"
)

// fine is an office with nothing to mend and nothing to note.
func fine(t *testing.T) (*config.Config, facts) {
	t.Helper()
	cfg := mustConfig(t)
	cfg.Ombudsmen = map[string]config.Accounts{}
	f := facts{
		Today: "2026-11-23", Open: true, LogHolds: true, LastCheckpoint: "2026-11-22",
		Free: 100 * diskReserve, Reserve: diskReserve,
	}
	for _, name := range []string{"anna", "ben", "cleo", "dan"} {
		cfg.Ombudsmen[name] = config.Accounts{Terminal: name}
		f.Roster = append(f.Roster, serves(name))
	}
	cfg.Ombudsmen["ngo"] = config.Accounts{Terminal: "ngo"}
	f.Roster = append(f.Roster, mandate{Name: "ngo", Backstop: true, From: "2026-01-01", Until: "2029-12-31", Proved: "2026-01-02", PostQuantum: true, Serves: true})
	return cfg, f
}

func serves(name string) mandate {
	return mandate{Name: name, From: "2026-01-01", Until: "2029-12-31", Proved: "2026-01-02", PostQuantum: true, Serves: true}
}

// broken is one thing at a time, with what has to be found.
var broken = map[string]struct {
	change func(*config.Config, *facts)
	must   string
	note   string
}{
	"nothing":       {},
	"log":           {change: func(_ *config.Config, f *facts) { f.LogHolds = false }, must: "custody log does not hold"},
	"clock back":    {change: func(_ *config.Config, f *facts) { f.LastCheckpoint = "2026-11-24" }, must: "clock is before"},
	"no checkpoint": {change: func(_ *config.Config, f *facts) { f.LastCheckpoint = "2026-11-20" }, must: "last checkpoint is of 2026-11-20"},
	"notices":       {change: func(_ *config.Config, f *facts) { f.Failing = map[string]int{"anna": 3} }, must: "anna has not been reached: 3"},
	"not erased":    {change: func(_ *config.Config, f *facts) { f.Unerased = "2026-11-23" }, must: "what was deleted on 2026-11-23 still lies"},
	"oversight too": {change: func(c *config.Config, _ *facts) {
		c.Oversight = map[string]config.Accounts{"dan": {Terminal: "dan2"}}
	}, must: "dan is on the roster and under [oversight]"},
	"a change": {change: func(_ *config.Config, f *facts) {
		f.Changes = []cases.Change{{Name: "retention.months", Value: "1", Was: "3", On: "2026-11-23", From: "2026-12-07", Cases: "fewer than 5"}}
	}, note: "closed cases that go then and would have stayed: fewer than 5"},
	"a change to come": {change: func(_ *config.Config, f *facts) {
		f.Changes = []cases.Change{{Name: "clocks.release_days", Value: "1", Was: "14", From: "2026-12-07"}}
	}, note: "at the earliest, once the office is served"},
	"an old change": {change: func(_ *config.Config, f *facts) {
		f.Changes = []cases.Change{{Name: "clocks.release_days", Value: "1", Was: "14", On: "2026-11-01", From: "2026-11-15"}}
	}},
	"stuck":     {change: func(_ *config.Config, f *facts) { f.Stuck = true }, must: "nobody who holds it may decide"},
	"disk full": {change: func(_ *config.Config, f *facts) { f.Free = diskReserve - 1 }, must: "attachments are refused"},
	"disk low":  {change: func(_ *config.Config, f *facts) { f.Free = 2 * diskReserve }, note: "soon"},
	"closed": {change: func(_ *config.Config, f *facts) {
		f.Open, f.Roster = false, nil
	}, must: "intake is closed: there is nobody on the roster", note: "no backstop"},
	"closed, not begun": {change: func(_ *config.Config, f *facts) {
		f.Roster[0].From, f.Roster[0].Serves = "2026-12-01", false
		f.Open, f.Roster = false, f.Roster[:1]
	}, must: "intake is closed: the mandate of anna begins on 2026-12-01", note: "no backstop"},
	"closed, lapsed": {change: func(_ *config.Config, f *facts) {
		f.Roster[0].Until, f.Roster[0].Serves = "2026-11-22", false
		f.Open, f.Roster = false, f.Roster[:1]
	}, must: "intake is closed: the mandate of anna ended on 2026-11-22", note: "no backstop"},
	"closed, unproved": {change: func(_ *config.Config, f *facts) {
		f.Roster[0].Proved, f.Roster[0].Serves = "", false
		f.Open, f.Roster = false, f.Roster[:1]
	}, must: "intake is closed: anna has not proved the key", note: "no backstop"},
	"closed, away": {change: func(_ *config.Config, f *facts) {
		f.Roster[0].Away, f.Roster[0].AwayUntil = true, "2026-12-01"
		f.Open, f.Roster = false, f.Roster[:1]
	}, must: "intake is closed: anna is away until 2026-12-01", note: "no backstop"},
	"closed, classic": {change: func(_ *config.Config, f *facts) {
		f.Roster[0].PostQuantum = false
		f.Open, f.Roster = false, f.Roster[:1]
	}, must: "intake is closed: the key of anna would not withstand a quantum computer", note: "no backstop"},
	"not begun": {change: func(_ *config.Config, f *facts) {
		f.Roster[4].From, f.Roster[4].Serves = "2026-12-01", false
	}, note: "mandate of ngo begins on 2026-12-01"},
	"no account":           {change: func(c *config.Config, _ *facts) { delete(c.Ombudsmen, "ben") }, must: "ben has no account"},
	"backstop, no account": {change: func(c *config.Config, _ *facts) { delete(c.Ombudsmen, "ngo") }, must: "ngo has no account"},
	"nobody of the name": {change: func(c *config.Config, _ *facts) {
		c.Ombudsmen["eve"] = config.Accounts{Terminal: "eve"}
	}, must: "accounts of eve, who is not on the roster"},
	"unproved": {change: func(_ *config.Config, f *facts) {
		f.Roster = append(f.Roster, mandate{Name: "anna2", From: "2026-01-01", Until: "2029-12-31", PostQuantum: true, Backstop: true})
	}, must: "anna2 has not proved the key"},
	"lapsed": {change: func(_ *config.Config, f *facts) {
		m := serves("old")
		m.Until, m.Serves, m.Backstop = "2026-11-22", false, true
		f.Roster = append(f.Roster, m)
	}, note: "mandate of old ended on 2026-11-22"},
	"ends soon": {change: func(_ *config.Config, f *facts) { f.Roster[0].Until = "2026-12-20" }, note: "mandate of anna ends on 2026-12-20"},
	"classic": {change: func(c *config.Config, f *facts) {
		c.Office.RequirePQ = false
		f.Roster[4].PostQuantum = false
	}, note: "key of ngo would not withstand"},
	"classic, not allowed": {change: func(_ *config.Config, f *facts) {
		f.Roster = append(f.Roster, serves("eve"))
		f.Roster[5].PostQuantum, f.Roster[5].Backstop = false, true
	}, must: "key of eve would not withstand"},
	"no backstop": {change: func(c *config.Config, f *facts) {
		delete(c.Ombudsmen, "ngo")
		f.Roster = f.Roster[:4]
	}, note: "no backstop"},
	"small": {change: func(c *config.Config, _ *facts) { c.Office.Designate, c.Office.Reserve = 3, 1 }, note: "so small that not being given a case"},
	"few":   {change: func(c *config.Config, _ *facts) { c.Office.Reserve = 3 }, note: "fewer than designate and reserve"},
	"away": {change: func(c *config.Config, f *facts) {
		c.Office.Designate = 1
		f.Roster[0].Away, f.Roster[0].AwayUntil = true, "2026-12-01"
	}, note: "anna is away until 2026-12-01"},
	"no recipient":       {change: func(c *config.Config, _ *facts) { c.Test = false }, must: "there is no backup recipient"},
	"no backup yet":      {change: func(c *config.Config, f *facts) { backed(c, f, "") }, must: "there is no backup yet"},
	"backup today":       {change: func(c *config.Config, f *facts) { backed(c, f, "2026-11-23") }},
	"backup of two days": {change: func(c *config.Config, f *facts) { backed(c, f, "2026-11-21") }},
	"old backup":         {change: func(c *config.Config, f *facts) { backed(c, f, "2026-11-20") }, note: "the last backup is of 2026-11-20"},
	"very old backup":    {change: func(c *config.Config, f *facts) { backed(c, f, "2026-11-15") }, must: "the last backup is of 2026-11-15"},
	"backup of tomorrow": {change: func(c *config.Config, f *facts) { backed(c, f, "2026-11-24") }, note: "has not come yet"},
	"no second place": {change: func(c *config.Config, f *facts) {
		backed(c, f, "2026-11-23")
		c.Backup.Leaves = ""
	}, note: "no second place"},
	"leaves behind": {change: func(c *config.Config, f *facts) {
		backed(c, f, "2026-11-23")
		f.LastLeaves = "2026-11-20"
	}, must: "are not in their second place"},
	"restored": {change: func(_ *config.Config, f *facts) {
		f.Restored = cases.Restored{Backup: "2026-11-08", Day: "2026-11-10"}
	}, note: "wait until 2026-11-24"},
	"restored long ago": {change: func(_ *config.Config, f *facts) {
		f.Restored = cases.Restored{Backup: "2026-11-08", Day: "2026-11-09"}
	}},
	"removed": {change: func(_ *config.Config, f *facts) {
		m := mandate{Name: "gone", Removed: "2026-05-05", Until: "2029-12-31"}
		f.Roster = append(f.Roster, m)
	}},
}

func backed(c *config.Config, f *facts, day cases.Day) {
	c.Backup.Recipient, c.Backup.Leaves = "age1", "/leaves"
	f.LastBackup, f.LastLeaves = day, f.LastCheckpoint
}

// TestJudge finds what is broken, and nothing where nothing is.
func TestJudge(t *testing.T) {
	for name, c := range broken {
		t.Run(name, func(t *testing.T) {
			cfg, f := fine(t)
			if c.change != nil {
				c.change(cfg, &f)
			}
			found := judge(cfg, f)
			for _, want := range []struct {
				words string
				must  bool
			}{{c.must, true}, {c.note, false}} {
				some := slices.ContainsFunc(found, func(g finding) bool {
					return g.Must == want.must && strings.Contains(g.What, want.words)
				})
				if some != (want.words != "") {
					t.Errorf("want %q (must %v): %+v", want.words, want.must, found)
				}
			}
			for _, g := range found {
				if g.Mend == "" {
					t.Errorf("%q comes without its mend", g.What)
				}
			}
		})
	}
}

// TestGateIsTooLong: each language's own words count, and platforms differ.
func TestGateIsTooLong(t *testing.T) {
	cfg, _ := fine(t)
	if found := checkWords(cfg); len(found) > 0 {
		t.Errorf("the control: %+v", found)
	}
	cfg.Gate["en"] = config.Gate{Text: strings.Repeat("ü", 1500), Danger: strings.Repeat("ü", 1400)}
	if found := checkWords(cfg); len(found) != 1 || !found[0].Must {
		t.Errorf("found %+v", found)
	}
	cfg, _ = fine(t)
	cfg.Office.Languages = append(cfg.Office.Languages, "tlh")
	if found := checkWords(cfg); len(found) != 1 || found[0].Must || !strings.Contains(found[0].What, "tlh") {
		t.Errorf("found %+v", found)
	}
}

// TestStatusCountsNotices: a notice is old news only after many tries.
func TestStatusCountsNotices(t *testing.T) {
	o := mustOffice(t)
	err := o.db.Update(t.Context(), func(tx cases.Tx) error {
		return tx.Notify(cases.Notice{To: "anna", About: cases.News, Due: o.service.Today()})
	})
	if err != nil {
		t.Fatal(err)
	}
	for tries := range failingTries + 1 {
		f, err := o.status(t.Context(), nothing{})
		if err != nil {
			t.Fatal(err)
		}
		if got := f.Failing["anna"] == 1; got != (tries >= failingTries) {
			t.Errorf("after %d tries: %v", tries, f.Failing)
		}
		err = o.db.Update(t.Context(), func(tx cases.Tx) error {
			all, err := tx.Waiting(o.service.Today(), 24)
			if err != nil || len(all) != 1 {
				t.Fatalf("%d wait: %v", len(all), err)
			}
			return tx.Settle(all[0].Key, all[0].Gen, cases.Outcome{Again: true})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
