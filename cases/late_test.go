package cases_test

import (
	"slices"
	"strings"
	"testing"

	"ombra/bot/bottest"
	"ombra/cases"
)

// told counts what waits about a subject.
func (tr *trial) told(about cases.Subject) (n int) {
	for _, x := range tr.outbox() {
		if x.About == about {
			n++
		}
	}
	return n
}

// settleAll tells everything that waits, of any day.
func (tr *trial) settleAll() {
	tr.Helper()
	for _, n := range tr.outbox() {
		if err := tr.Cases.Settle(tr.Context(), n, cases.Outcome{}); err != nil {
			tr.Fatal(err)
		}
	}
}

// clocked is an office with the clocks that the configuration starts with.
func clocked(t *testing.T) *trial {
	t.Helper()
	return outsiders(t, func(o *cases.Office) { o.Warn, o.Release, o.CoolingOff = 3, 14, 7 })
}

// TestAttackDelay: an ombudsman who wants a case forgotten does nothing. Both
// holders hear before each promised day and on it, then that it is late; the
// case is flagged for everybody; after a fortnight the reserve sees it, after
// another the backstop. Each of it once, though the server restarts every day.
func TestAttackDelay(t *testing.T) {
	tr := clocked(t)
	r, c := tr.file() // acknowledged by 11-25, assessed by 12-07, answered by 12-16
	tr.settleAll()
	got := map[string][]cases.Day{}
	for range 60 {
		tr.daily(1)
		tr.restart()
		for _, j := range tr.Cases.Jobs() { // a restart does not repeat
			if err := j.Do(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		for _, n := range tr.outbox() {
			if n.Hour != 0 || n.About == cases.News && n.Due != tr.Cases.Today().Add(1) || n.About != cases.News && n.Due != tr.Cases.Today() {
				t.Errorf("on %s: %+v", tr.Cases.Today(), n)
			}
			key := string(n.About) + " " + map[bool]string{true: "holder", false: "released"}[slices.Contains(ranked(c, cases.Designated), n.To)]
			got[key] = append(got[key], tr.Cases.Today())
		}
		tr.settleAll()
	}
	twice := func(list ...cases.Day) (all []cases.Day) {
		for _, d := range list {
			all = append(all, d, d)
		}
		return all
	}
	for key, want := range map[string][]cases.Day{
		"deadline holder": twice("2026-11-25", "2026-12-04", "2026-12-07", "2026-12-13", "2026-12-16"),
		"overdue holder":  twice("2026-11-26", "2026-12-08", "2026-12-17"),
		"news released":   {"2026-12-09", "2026-12-23"},
		"news holder":     nil,
	} {
		if !slices.Equal(got[key], want) {
			t.Errorf("%s: %v, want %v", key, got[key], want)
		}
	}
	if list := tr.logged("released"); len(list) != 2 || !strings.HasSuffix(list[0], "reserve late") || list[1] != "outside backstop late" {
		t.Errorf("released %q", list)
	}
	if m := tr.mine(r); !m.Late {
		t.Error("the filer does not see that it is late")
	}
	who := ranked(c, cases.Reserve)[0]
	if seen, err := tr.desk(who).Case(t.Context(), c.ID); err != nil || !slices.Contains(seen.Flags.Names(), "late") {
		t.Errorf("the reserve sees %+v, %v", seen, err)
	}
	// What is owed can still be kept; that it was late stays.
	if err := tr.signed(c.ID, who, draftOf("close")); err != nil {
		t.Fatal(err)
	}
	if c := tr.load(r); !c.Is(cases.Late) || c.Next != "" {
		t.Errorf("closed: %+v", c)
	}
}

// TestKeptInTime: whoever keeps the promises is told of no lateness, and nobody
// else sees the case.
func TestKeptInTime(t *testing.T) {
	tr := clocked(t)
	r, c := tr.file()
	who := ranked(c, cases.Designated)[0]
	tr.daily(2) // the very day
	if err := tr.desk(who).Do(t.Context(), c.ID, cases.Act{Do: cases.Acknowledge, Once: cases.NewOnce()}); err != nil {
		t.Fatal(err)
	}
	assess := cases.Act{Do: cases.Assess, Once: cases.NewOnce(), Set: map[string]string{"category": "other", "priority": "low", "stage": "assessing"}}
	if err := tr.desk(who).Do(t.Context(), c.ID, assess); err != nil {
		t.Fatal(err)
	}
	tr.daily(21)
	if err := tr.signed(c.ID, who, draftOf("answer")); err != nil {
		t.Fatal(err)
	}
	tr.daily(60)
	if c := tr.load(r); c.Is(cases.Late) || len(c.Holders()) != 2 || tr.told(cases.Overdue) > 0 {
		t.Errorf("%+v", c)
	}
}

// TestLateWithoutTheJob: lateness does not hang on when a job ran.
func TestLateWithoutTheJob(t *testing.T) {
	tr := clocked(t)
	r, c := tr.file()
	tr.Pass(days(3))
	if err := tr.desk(ranked(c, cases.Designated)[0]).Do(t.Context(), c.ID, cases.Act{Do: cases.Acknowledge, Once: cases.NewOnce()}); err != nil {
		t.Fatal(err)
	}
	if !tr.load(r).Is(cases.Late) {
		t.Error("acknowledged a day late, and not flagged")
	}
}

// TestAttackClockAhead: whoever can set the host's clock sets it two years on,
// so that everything is late and reserve and backstop are let in. Nothing
// happens until the operator says that the day is right; then each thing once.
func TestAttackClockAhead(t *testing.T) {
	tr := clocked(t)
	tr.daily(1)
	r, _ := tr.file()
	tr.settleAll()
	tr.Pass(days(700))
	for _, j := range tr.Cases.Jobs() {
		// traces deletes nothing: it cleans up after what was deleted.
		if err := j.Do(t.Context()); err == nil && j.Name != "traces" {
			t.Errorf("%s ran on a clock that jumped", j.Name)
		}
	}
	if c := tr.load(r); c.Is(cases.Late) || len(c.Holders()) != 2 || len(tr.outbox()) > 0 {
		t.Fatalf("on a clock that jumped: %+v", c)
	}
	if _, err := tr.Cases.Checkpoint(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		for _, j := range tr.Cases.Jobs() {
			if err := j.Do(t.Context()); err != nil {
				t.Fatalf("%s: %v", j.Name, err)
			}
		}
	}
	if c := tr.load(r); !c.Is(cases.Late) || len(c.Holders()) != 3 {
		t.Errorf("after the operator's word: %+v", c)
	}
}

// TestLapse: whoever's mandate ends loses sight at once, the reserve steps in,
// and a longer mandate gives the case back unless somebody signed meanwhile.
func TestLapse(t *testing.T) {
	for name, signed := range map[string]bool{"nobody signed": false, "somebody signed": true} {
		t.Run(name, func(t *testing.T) {
			tr := clocked(t)
			r, c := tr.file()
			who := ranked(c, cases.Designated)
			tr.put(who[0], func(o *cases.Ombudsman) { o.Until = "2026-11-24" })
			tr.daily(2)
			if c := tr.load(r); !c.Holds(who[0], cases.Lapsed) || c.Holds(who[0], cases.Live) || !c.Holds(ranked(c, cases.Reserve)[0], cases.Live) {
				t.Fatalf("after the lapse: %+v", c.Grants)
			}
			want := cases.Live
			if signed {
				want = cases.Revoked
				if err := tr.signed(c.ID, who[1], draftOf("note")); err != nil {
					t.Fatal(err)
				}
			}
			tr.appoint(who[0], tr.Cases.Today().Add(400))
			tr.daily(1)
			if c := tr.load(r); !c.Holds(who[0], want) {
				t.Errorf("after the mandate was prolonged: %+v, want %s", c.Grants, want)
			}
			if got := len(tr.logged("revoked")); (got == 1) != signed {
				t.Errorf("%d leaves of revoking", got)
			}
			if !signed {
				_ = tr.actFile(c.ID, who[0], draftOf("note")) // the wrap still opens
			}
		})
	}
}

// TestRemovalIsForGood: a wrap hidden by removal does not come back with a new
// mandate for the same name.
func TestRemovalIsForGood(t *testing.T) {
	tr := clocked(t)
	r, c := tr.file()
	who := ranked(c, cases.Designated)[0]
	tr.put(who, func(o *cases.Ombudsman) { o.Removed = tr.Cases.Today() })
	tr.daily(1)
	if c := tr.load(r); !c.Holds(who, cases.Hidden) || len(c.Holders()) != 2 {
		t.Fatalf("after the removal: %+v", c.Grants)
	}
	tr.appoint(who, tr.Cases.Today().Add(400))
	tr.daily(1)
	if c := tr.load(r); !c.Holds(who, cases.Hidden) {
		t.Errorf("after a new mandate: %+v", c.Grants)
	}
}

// TestAbsence: a long one counts from its first day, and a return does not take
// the case from whoever stepped in.
func TestAbsence(t *testing.T) {
	tr := clocked(t)
	r, c := tr.file()
	who := ranked(c, cases.Designated)[0]
	tr.daily(1)
	away := tr.Cases.Today().Add(1)
	tr.put(who, func(o *cases.Ombudsman) { o.AwayFrom, o.AwayUntil = away, away.Add(40) })
	if tr.daily(1); len(tr.load(r).Holders()) != 3 {
		t.Errorf("on the first day of a long absence: %v", tr.load(r).Holders())
	}
	if tr.daily(50); len(tr.load(r).Holders()) < 3 {
		t.Errorf("after the return: %v", tr.load(r).Holders())
	}
}

// TestRenewalReleasesNobody: between a longer mandate and the proof that the same
// keys are still there, nobody else is given the cases; with other keys they are.
func TestRenewalReleasesNobody(t *testing.T) {
	for name, fresh := range map[string]bool{"same keys": false, "other keys": true} {
		t.Run(name, func(t *testing.T) {
			tr := clocked(t)
			r, c := tr.file()
			who := ranked(c, cases.Designated)[0]
			machine := tr.Machines[who]
			if fresh {
				var err error
				if machine, err = bottest.NewMachine(bottest.Origin, who); err != nil {
					t.Fatal(err)
				}
			}
			today := tr.Cases.Today()
			note, err := machine.Enrolment(bottest.Origin, string(today))
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := tr.Cases.Appoint(t.Context(), cases.Appointment{Enrolment: note, From: today, Until: today.Add(400)}); err != nil {
				t.Fatal(err)
			}
			tr.daily(1)
			if got := len(tr.load(r).Holders()) > 2; got != fresh {
				t.Errorf("the reserve was released: %v", got)
			}
		})
	}
}
