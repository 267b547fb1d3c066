package cases_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"ombra/bot/bottest"
	"ombra/cases"
	"ombra/crypto/custody"
)

// outsiders is an office whose cases have two holders, a reserve and a backstop.
func outsiders(t *testing.T, change ...func(*cases.Office)) *trial {
	t.Helper()
	return newTrial(t, bottest.Settings{
		Names: []string{"anna", "bela", "chris"}, Backstop: "outside",
		Change: func(o *cases.Office) {
			o.Absence = 21
			for _, f := range change {
				f(o)
			}
		},
	})
}

// ranked names a case's holder of a rank; of several, all.
func ranked(c *cases.Case, rank cases.Rank) (names []string) {
	for _, g := range c.Grants {
		if g.Rank == rank {
			names = append(names, g.Holder)
		}
	}
	return names
}

// logged lists the acts of a kind that were logged for a case, oldest first, as
// "actor to note".
func (tr *trial) logged(act string) (list []string) {
	tr.Helper()
	err := tr.db.View(tr.Context(), func(tx cases.Tx) error {
		size, err := tx.Size()
		if err != nil {
			return err
		}
		leaves, err := tx.Leaves(0, size)
		for _, l := range leaves {
			if d, err := custody.ParseDetails(l.Details); err == nil && d.Act == act {
				list = append(list, strings.TrimSpace(fmt.Sprintln(d.Actor, d.To, d.Note)))
			}
		}
		return err
	})
	if err != nil {
		tr.Fatal(err)
	}
	return list
}

// TestRelease: the reserve first, then the backstop, then nobody; each once, with
// a leaf and a notice that dates nothing.
func TestRelease(t *testing.T) {
	tr := outsiders(t)
	r, c := tr.file()
	reserve := ranked(c, cases.Reserve)[0]
	if _, err := tr.desk(reserve).Case(t.Context(), c.ID); cases.KindOf(err) != cases.NotFound {
		t.Fatalf("before the release: %v", err)
	}
	for i, want := range [][]string{{reserve}, {"outside"}, nil, nil} {
		got, err := tr.Cases.Release(t.Context(), c.ID, "late", 1)
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("release %d: %v %v, want %v", i, got, err, want)
		}
	}
	if now := tr.load(r).Holders(); len(now) != 4 {
		t.Errorf("holders: %v", now)
	}
	if got, want := tr.logged("released"), []string{reserve + " reserve late", "outside backstop late"}; !slices.Equal(got, want) {
		t.Errorf("leaves %q, want %q", got, want)
	}
	for _, who := range []string{reserve, "outside"} {
		if _, err := tr.desk(who).Case(t.Context(), c.ID); err != nil {
			t.Errorf("%s: %v", who, err)
		}
		if got := tr.actFile(c.ID, who, draftOf("note")); len(got) == 0 {
			t.Errorf("%s cannot sign on the papers", who)
		}
		told := 0
		for _, n := range tr.outbox() {
			if n.To == who && n.About == cases.News && n.Due == tr.Cases.Today().Add(1) && n.Hour == 0 {
				told++
			}
		}
		if told != 1 {
			t.Errorf("%s was told %d times", who, told)
		}
	}
}

// TestReleaseSkips: whoever is not there is passed over, and stays dormant.
func TestReleaseSkips(t *testing.T) {
	for name, gone := range map[string]func(*cases.Ombudsman){
		"mandate ended": func(o *cases.Ombudsman) { o.Until = "2026-11-22" },
		"not proved":    func(o *cases.Ombudsman) { o.Proved = "" },
		"removed":       func(o *cases.Ombudsman) { o.Removed = "2026-11-23" },
		"long absence":  func(o *cases.Ombudsman) { o.AwayFrom, o.AwayUntil = "2026-11-23", "2026-12-15" },
	} {
		t.Run(name, func(t *testing.T) {
			tr := outsiders(t)
			r, c := tr.file()
			reserve := ranked(c, cases.Reserve)[0]
			tr.put(reserve, gone)
			got, err := tr.Cases.Release(t.Context(), c.ID, "late", 1)
			if err != nil || !slices.Equal(got, []string{"outside"}) {
				t.Fatalf("released %v %v", got, err)
			}
			if !tr.load(r).Holds(reserve, cases.Dormant) {
				t.Error("the one who is not there was released")
			}
		})
	}
}

// TestMakeUp: as many as are missing, and nobody while nobody is.
func TestMakeUp(t *testing.T) {
	tr := outsiders(t)
	_, c := tr.file()
	first := ranked(c, cases.Designated)
	step := func(want ...string) {
		t.Helper()
		got, err := tr.Cases.MakeUp(t.Context(), c.ID)
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("released %v %v, want %v", got, err, want)
		}
	}
	step()
	// A holiday of exactly the set time is waited out.
	tr.put(first[0], func(o *cases.Ombudsman) { o.AwayFrom, o.AwayUntil = "2026-11-23", "2026-12-14" })
	step()
	tr.put(first[0], func(o *cases.Ombudsman) { o.AwayUntil = "2026-12-15" })
	step(ranked(c, cases.Reserve)...)
	step()
	tr.put(first[1], func(o *cases.Ombudsman) { o.Removed = "2026-11-23" })
	step("outside")
	step()
	if got := tr.logged("released"); len(got) != 2 || !strings.HasSuffix(got[0], " loss") {
		t.Errorf("leaves: %q", got)
	}
}

// TestAttackExcludedByRelease: an ombudsman whom the filer excluded waits for the
// others to be gone. No release reaches him: there is no wrap to release.
func TestAttackExcludedByRelease(t *testing.T) {
	tr := outsiders(t)
	r, c := tr.file("anna")
	for _, name := range []string{"bela", "chris"} {
		tr.put(name, func(o *cases.Ombudsman) { o.Until = "2026-11-22" })
	}
	for range 3 {
		if _, err := tr.Cases.MakeUp(t.Context(), c.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := tr.Cases.Release(t.Context(), c.ID, "appeal", 9); err != nil {
			t.Fatal(err)
		}
	}
	if c := tr.load(r); c.Holds("anna", cases.Live, cases.Dormant, cases.Hidden) || !c.Holds("outside", cases.Live) {
		t.Errorf("grants: %+v", c.Grants)
	}
	if _, err := tr.desk("anna").Case(t.Context(), c.ID); cases.KindOf(err) != cases.NotFound {
		t.Errorf("anna: %v", err)
	}
}

// TestAttackExcludedByTheClock: the excluded one watches the notices of a case
// that is late for months, is extended, closed, appealed and withdrawn. None is
// ever for her.
func TestAttackExcludedByTheClock(t *testing.T) {
	tr := outsiders(t, func(o *cases.Office) { o.Warn, o.Release, o.CoolingOff = 3, 14, 7 })
	r, c := tr.file("anna")
	who := ranked(c, cases.Designated)
	quiet := func() {
		t.Helper()
		for _, n := range tr.outbox() {
			if n.To == "anna" {
				t.Errorf("on %s anna is told: %+v", tr.Cases.Today(), n)
			}
		}
		if list, _, err := tr.desk("anna").Inbox(t.Context(), 0, 10); err != nil || len(list) > 0 {
			t.Errorf("anna's inbox: %v, %v", list, err)
		}
	}
	tr.daily(60)
	quiet()
	for i, do := range []func() error{
		func() error { return tr.signed(c.ID, who[0], draftOf("extend")) },
		func() error { return tr.signed(c.ID, who[0], draftOf("close")) },
		func() error { return tr.appeal(r) },
		func() error { return tr.mine(r).Withdraw(t.Context(), cases.NewOnce(), "") },
	} {
		if err := do(); err != nil {
			t.Fatalf("%d: %v", i, err)
		}
		tr.daily(20)
		quiet()
	}
}
