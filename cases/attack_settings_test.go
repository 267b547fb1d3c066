package cases_test

import (
	"slices"
	"strings"
	"testing"

	"ombra/bot/bottest"
	"ombra/cases"
)

// reconfigured starts the office anew with another configuration.
func (tr *trial) reconfigured(change func(*cases.Office)) {
	tr.Helper()
	change(&tr.Cases.Office)
	tr.restart()
}

// threeMonths is an office that keeps cases for three months, and has a real log.
func threeMonths(t *testing.T) *trial {
	t.Helper()
	tr := newTrial(t, bottest.Settings{Names: []string{"anna", "bela"}, Change: func(o *cases.Office) {
		o.Keeping, o.Quiet, o.Oversight, o.Test = cases.Keeping{Months: 3, OutOfMandate: 3}, 3, []string{"vera"}, false
	}})
	tr.nights(1)
	return tr
}

func months(n int) func(*cases.Office) { return func(o *cases.Office) { o.Keeping.Months = n } }

// TestAttackPeriodShortened: the operator wants cases gone, writes a shorter period
// into the configuration and starts the office again. The log says so, oversight
// and all ombudsmen are told, and for a fortnight nothing goes that would have
// stayed: whoever holds such a case can hold it.
func TestAttackPeriodShortened(t *testing.T) {
	tr := threeMonths(t)
	r, _ := tr.close("partly")
	held, other := tr.close("partly")
	out, _ := tr.close("out-of-mandate")
	tr.nights(40)
	tr.settleAll()
	tr.reconfigured(months(1))
	if m := tr.mine(r); m.KeptUntil != tr.Cases.Today().Add(14) {
		t.Errorf("before it is noted: kept until %s", m.KeptUntil)
	}
	tr.nights(1)
	if got, want := tr.logged("config"), []string{"retention.months=1 was=3 from=" + string(tr.Cases.Today().Add(14))}; !slices.Equal(got, want) {
		t.Errorf("the log has %q, want %q", got, want)
	}
	if got := tr.settled(cases.OfficeNews); !slices.Equal(slices.Sorted(slices.Values(got)), []string{"anna", "bela", "vera"}) {
		t.Errorf("told: %q", got)
	}
	list, err := tr.Cases.Changes(ctx)
	if err != nil || len(list) != 1 || list[0] != (cases.Change{
		Name: "retention.months", Value: "1", Was: "3", On: tr.Cases.Today(), From: tr.Cases.Today().Add(14), Cases: "fewer than 5",
	}) {
		t.Errorf("%+v, %v", list, err)
	}
	tr.nights(6)
	if err := tr.signed(other.ID, "anna", draftOf("hold")); err != nil {
		t.Fatal(err)
	}
	tr.restart() // what was noted outlives a restart
	tr.nights(7)
	if !tr.here(r) || !tr.here(held) || !tr.here(out) {
		t.Fatal("deleted within the notice")
	}
	tr.nights(1)
	if tr.here(r) || !tr.here(held) || !tr.here(out) {
		t.Error("after the notice one should go")
	}
	if len(tr.logged("config")) != 1 || len(tr.settled(cases.OfficeNews)) != 0 {
		t.Error("one change is noted more than once")
	}
	tr.audit()
}

// TestAttackPeriodInSteps: he shortens it step by step, or takes it back in between;
// each time the longest of the last fortnight counts.
func TestAttackPeriodInSteps(t *testing.T) {
	for name, steps := range map[string][]int{"down": {2, 1}, "back and forth": {1, 3, 1}, "from for ever": {0, 1}} {
		tr := threeMonths(t)
		r, _ := tr.close("partly")
		tr.nights(65)
		for _, n := range steps {
			tr.reconfigured(months(n))
			tr.nights(3)
		}
		tr.nights(10) // with the last one's two that is twelve days
		if !tr.here(r) {
			t.Errorf("%s: deleted within the notice of the last step", name)
		}
		tr.nights(3)
		if tr.here(r) {
			t.Errorf("%s: still here", name)
		}
	}
}

// TestAttackNoticeShortened: the notice itself is shortened with the period.
func TestAttackNoticeShortened(t *testing.T) {
	tr := threeMonths(t)
	tr.reconfigured(func(o *cases.Office) { o.Notice = 40 })
	r, _ := tr.close("partly")
	tr.nights(40)
	tr.reconfigured(func(o *cases.Office) { o.Notice, o.Keeping.Months = 0, 1 })
	tr.nights(40)
	if !tr.here(r) {
		t.Error("deleted within forty days")
	}
	tr.nights(1)
	if tr.here(r) {
		t.Error("still here")
	}
}

// TestAttackChangedOnAnotherDay: the clock is set ahead, or back, before the changed
// office is started, so that the notice would be over when it is right again.
func TestAttackChangedOnAnotherDay(t *testing.T) {
	for _, jump := range []int{-30, 30} {
		tr := threeMonths(t)
		r, _ := tr.close("partly")
		tr.nights(40)
		tr.Pass(days(jump))
		tr.reconfigured(months(1))
		for _, j := range tr.Cases.Jobs() {
			_ = j.Do(ctx) // refused, but for the traces
		}
		if got := tr.logged("config"); len(got) != 0 {
			t.Errorf("%d days: noted on a day that is not sure: %q", jump, got)
		}
		tr.Pass(-days(jump))
		tr.nights(14)
		if !tr.here(r) {
			t.Errorf("%d days: deleted within the notice", jump)
		}
	}
}

// TestLongerBindsAtOnce: nobody has to be warned of that.
func TestLongerBindsAtOnce(t *testing.T) {
	tr := threeMonths(t)
	r, _ := tr.close("partly")
	tr.nights(85)
	tr.reconfigured(months(4))
	tr.nights(20)
	if !tr.here(r) {
		t.Error("deleted by the shorter period")
	}
	if got := tr.logged("config"); len(got) != 1 || !strings.HasPrefix(got[0], "retention.months=4 was=3 from=") {
		t.Errorf("%q", got)
	}
	if got := tr.settled(cases.OfficeNews); slices.Contains(got, "anna") || !slices.Contains(got, "vera") {
		t.Errorf("told: %q", got)
	}
}

// TestAttackCoolingOffShortened: the operator shortens the days in which a filer can
// think again, or those after which the backstop is given a late case. What was
// promised holds for a fortnight.
func TestAttackCoolingOffShortened(t *testing.T) {
	tr := outsiders(t, func(o *cases.Office) { o.CoolingOff, o.Release, o.Oversight = 20, 60, []string{"vera"} })
	tr.daily(1)
	r, c := tr.file()
	if err := tr.mine(r).Withdraw(ctx, cases.NewOnce(), ""); err != nil {
		t.Fatal(err)
	}
	tr.reconfigured(func(o *cases.Office) { o.CoolingOff, o.Release = 1, 1 })
	tr.daily(10)
	if m := tr.mine(r); m.Cooled != "2026-12-14" {
		t.Errorf("cooled off on %s", m.Cooled)
	}
	closing := draftOf("close")
	closing.Set = map[string]string{"disposition": "withdrawn"}
	says(t, tr.signed(c.ID, ranked(c, cases.Designated)[0], closing), "cooling-off")
	if got := tr.logged("released"); len(got) != 0 {
		t.Errorf("released %q", got)
	}
	tr.daily(6)
	if m := tr.mine(r); m.Cooled != "2026-11-25" {
		t.Errorf("after the notice: cooled off on %s", m.Cooled)
	}
	if got := tr.logged("released"); len(got) == 0 {
		t.Error("after the notice nothing is released")
	}
}

// TestEachSettingIsWatched: whatever destroys or releases is noted when it is
// changed, and nothing is on the first day.
func TestEachSettingIsWatched(t *testing.T) {
	for name, change := range map[string]func(*cases.Office){
		"retention.months":                func(o *cases.Office) { o.Keeping.Months++ },
		"retention.out_of_mandate_months": func(o *cases.Office) { o.Keeping.OutOfMandate++ },
		"retention.notice_days":           func(o *cases.Office) { o.Notice = 20 },
		"clocks.profile":                  func(o *cases.Office) { o.Profile = cases.Profiles["eu-2019-1937"] },
		"clocks.release_days":             func(o *cases.Office) { o.Release++ },
		"clocks.absence_days":             func(o *cases.Office) { o.Absence++ },
		"clocks.cooling_off_days":         func(o *cases.Office) { o.CoolingOff++ },
		"clocks.alone_days":               func(o *cases.Office) { o.AloneDays = 20 },
		"redress.silent_days":             func(o *cases.Office) { o.SilentDays = 31 },
		"figures.fewer_than":              func(o *cases.Office) { o.Few = 4 },
	} {
		tr := threeMonths(t)
		if got := tr.logged("config"); len(got) != 0 {
			t.Fatalf("at first: %q", got)
		}
		tr.reconfigured(change)
		tr.nights(1)
		if got := tr.logged("config"); len(got) != 1 || !strings.HasPrefix(got[0], name+"=") {
			t.Errorf("%s: %q", name, got)
		}
		if got := tr.settled(cases.OfficeNews); !slices.Contains(got, "vera") {
			t.Errorf("%s: told %q", name, got)
		}
	}
}
