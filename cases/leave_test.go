package cases_test

import (
	"slices"
	"strings"
	"testing"

	"ombra/bot/bottest"
	"ombra/cases"
)

// watched is an office with a reserve, a backstop and oversight.
func watched(t *testing.T) *trial {
	t.Helper()
	return outsiders(t, func(o *cases.Office) { o.Oversight = []string{"vera"} })
}

// waits lists whom something waits for.
func (tr *trial) waits(about cases.Subject) (to []string) {
	tr.Helper()
	for _, n := range tr.outbox() {
		if n.About == about {
			to = append(to, n.To)
		}
	}
	slices.Sort(to)
	return to
}

// TestRemove: sight is lost in the same moment, before any job ran, and what waited
// for her is not told. The reserve takes over; her wraps go when another holder has
// signed, and not before.
func TestRemove(t *testing.T) {
	tr := watched(t)
	r, c := tr.file()
	first := ranked(c, cases.Designated)
	desk := tr.desk(first[0])
	if n := tr.outbox(); len(n) != 2 {
		t.Fatalf("waiting: %+v", n)
	}
	if err := tr.Cases.Remove(t.Context(), first[0]); err != nil {
		t.Fatal(err)
	}
	if _, err := tr.Cases.Desk(first[0]); cases.KindOf(err) != cases.NotFound {
		t.Errorf("she has a desk: %v", err)
	}
	if _, err := desk.Case(t.Context(), c.ID); cases.KindOf(err) != cases.NotFound {
		t.Errorf("by the desk that she had: %v", err)
	}
	if err := desk.Do(t.Context(), c.ID, cases.Act{Do: cases.Acknowledge, Once: cases.NewOnce()}); cases.KindOf(err) != cases.NotFound {
		t.Errorf("she acts: %v", err)
	}
	if now := tr.load(r); now.Holds(first[0], cases.Live, cases.Dormant) || !now.Holds(first[0], cases.Hidden) {
		t.Errorf("grants: %+v", now.Grants)
	}
	reserve := ranked(c, cases.Reserve)[0]
	if got, want := tr.waits(cases.Changed), []string{first[1], reserve, "outside", "vera"}; !slices.Equal(got, sorted(want)) {
		t.Errorf("told of the roster: %v, want %v", got, want)
	}
	if got, news := tr.waits(cases.Removed), tr.waits(cases.News); !slices.Equal(got, first[:1]) || !slices.Equal(news, sorted([]string{first[1], reserve})) {
		t.Errorf("she is told %v; news: %v", got, news)
	}
	if now := tr.load(r); !now.Holds(reserve, cases.Live) || now.Holds("outside", cases.Live) {
		t.Errorf("released: %+v", now.Grants)
	}
	if got, want := tr.logged("roster"), []string{first[0] + " removed"}; !slices.Equal(got[len(got)-1:], want) {
		t.Errorf("leaves: %v", got)
	}
	if err := tr.signed(c.ID, first[1], draftOf("note")); err != nil {
		t.Fatal(err)
	}
	if now := tr.load(r); !now.Holds(first[0], cases.Revoked) || now.Holds(first[0], cases.Hidden) || len(tr.wraps(c.ID, first[0])) != 0 {
		t.Errorf("her wraps: %+v", now.Grants)
	}
	if err := tr.Cases.Remove(t.Context(), first[0]); cases.SayOf(err) != "no-ombudsman" {
		t.Errorf("once more: %v", err)
	}
}

func sorted(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	return list
}

func (tr *trial) wraps(id cases.ID, who string) (list [][]byte) {
	tr.Helper()
	err := tr.db.View(tr.Context(), func(tx cases.Tx) (err error) {
		list, err = tx.Wraps(id, who)
		return err
	})
	if err != nil {
		tr.Fatal(err)
	}
	return list
}

// TestRemoveWhileTheClockJumps: a removal is somebody's word and not the clock's.
// Nothing is released before the day is sure; sight is lost all the same.
func TestRemoveWhileTheClockJumps(t *testing.T) {
	tr := watched(t)
	r, c := tr.file()
	who := ranked(c, cases.Designated)[0]
	tr.jobs() // a checkpoint
	tr.Pass(days(9))
	if err := tr.Cases.Remove(t.Context(), who); err != nil {
		t.Fatal(err)
	}
	for _, j := range tr.Cases.Jobs() {
		_ = j.Do(t.Context()) // refused
	}
	if now := tr.load(r); now.Holds(who, cases.Live) || len(tr.logged("released")) > 0 {
		t.Errorf("grants: %+v", now.Grants)
	}
	if _, err := tr.Cases.Checkpoint(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	tr.jobs()
	if len(tr.logged("released")) == 0 {
		t.Error("nobody takes over")
	}
}

// TestAway: not designated for new cases, in sight of her own, and told of them;
// the promised days run on. Back again she is drawn, opens all papers that came
// meanwhile, and signs.
func TestAway(t *testing.T) {
	tr := watched(t)
	r, c := tr.file()
	who, other := ranked(c, cases.Designated)[0], ranked(c, cases.Designated)[1]
	before := tr.mine(r)
	today := tr.Cases.Today()
	a, err := tr.Cases.SetAway(t.Context(), who, today, today.Add(20))
	if err != nil || a != (cases.Absence{From: today, Until: today.Add(20)}) {
		t.Fatalf("%+v, %v", a, err)
	}
	tr.jobs()
	if now := tr.load(r); len(now.Holders()) != 2 || !now.Holds(who, cases.Live) {
		t.Errorf("a holiday releases: %+v", now.Grants)
	}
	if after := tr.mine(r); before.AckDue != after.AckDue || before.FeedbackDue != after.FeedbackDue || before.Stage != after.Stage {
		t.Errorf("the filer sees %+v, and saw %+v", after, before)
	}
	if _, d := tr.file(); d.Holds(who, cases.Live, cases.Dormant) {
		t.Error("drawn while away")
	}
	if err := tr.signed(c.ID, other, draftOf("answer")); err != nil {
		t.Fatal(err)
	}
	if got := tr.waits(cases.News); !slices.Contains(got, who) {
		t.Errorf("she hears nothing of her cases: %v", got)
	}
	tr.daily(21)
	if err := tr.signed(c.ID, who, draftOf("note")); err != nil {
		t.Fatal(err)
	}
	tr.clean(c.ID, who, other)
	drawn := false
	for range 9 {
		_, d := tr.file()
		drawn = drawn || d.Holds(who, cases.Live, cases.Dormant)
	}
	if !drawn {
		t.Error("never drawn again")
	}
}

// TestLongAbsence releases from its first day, not when it is entered; taken back
// before, it releases nothing. Who is away sees on.
func TestLongAbsence(t *testing.T) {
	tr := watched(t)
	r, c := tr.file()
	who, reserve := ranked(c, cases.Designated)[0], ranked(c, cases.Reserve)[0]
	first := tr.Cases.Today().Add(5)
	set := func() {
		t.Helper()
		a, err := tr.Cases.SetAway(t.Context(), who, first, first.Add(22))
		if err != nil || !a.Long || a.Closed {
			t.Fatalf("%+v, %v", a, err)
		}
	}
	set()
	tr.daily(4)
	if err := tr.Cases.Back(t.Context(), who); err != nil {
		t.Fatal(err)
	}
	tr.daily(1)
	if tr.load(r).Holds(reserve, cases.Live) {
		t.Fatal("released for an absence that was taken back")
	}
	first = first.Add(2)
	set()
	tr.daily(1)
	if tr.load(r).Holds(reserve, cases.Live) {
		t.Fatal("released before the first day")
	}
	tr.settleAll()
	tr.daily(1)
	if now := tr.load(r); !now.Holds(reserve, cases.Live) || !now.Holds(who, cases.Live) || now.Holds("outside", cases.Live) {
		t.Errorf("on the first day: %+v", now.Grants)
	}
	if got := tr.waits(cases.News); !slices.Equal(got, []string{reserve}) {
		t.Errorf("told of the release: %v", got)
	}
	tr.clean(c.ID, who, reserve)
	got := tr.logged("roster")
	if got = got[len(got)-3:]; !strings.HasPrefix(got[0], who+" away from=2026-11-28 until=2026-12-20") || got[1] != who+" returned" {
		t.Errorf("leaves: %q", got)
	}
}

// TestMoveEnd: a longer mandate keeps keys and sight, also when it had lapsed; a
// shorter one ends on its day.
func TestMoveEnd(t *testing.T) {
	tr := watched(t)
	r, c := tr.file()
	who, reserve := ranked(c, cases.Designated)[0], ranked(c, cases.Reserve)[0]
	end := tr.Cases.Today().Add(2)
	if err := tr.Cases.MoveEnd(t.Context(), who, end); err != nil {
		t.Fatal(err)
	}
	tr.daily(2)
	if !tr.load(r).Holds(who, cases.Live) {
		t.Error("lapsed on its last day")
	}
	tr.daily(1)
	if now := tr.load(r); !now.Holds(who, cases.Lapsed) || !now.Holds(reserve, cases.Live) {
		t.Errorf("after the last day: %+v", now.Grants)
	}
	if err := tr.Cases.MoveEnd(t.Context(), who, end.Add(300)); err != nil {
		t.Fatal(err)
	}
	tr.jobs()
	tr.clean(c.ID, who)
	if o, ok := tr.Cases.Ombudsman(who); !ok || o.Proved == "" || o.Until != end.Add(300) {
		t.Errorf("%+v", o)
	}
}

// TestRosterChangesAreRefused: each with its own reason, and nothing stored.
func TestRosterChangesAreRefused(t *testing.T) {
	tr := watched(t)
	if err := tr.Cases.Remove(t.Context(), "chris"); err != nil {
		t.Fatal(err)
	}
	size, ctx, s, today := tr.size(), t.Context(), tr.Cases, tr.Cases.Today()
	away := func(name string, from, until cases.Day) error {
		_, err := s.SetAway(ctx, name, from, until)
		return err
	}
	for what, x := range map[string]struct {
		err error
		say string
	}{
		"backwards":           {away("anna", today.Add(5), today), "away"},
		"over already":        {away("anna", today.Add(-9), today.Add(-1)), "away"},
		"no day":              {away("anna", "tomorrow", today.Add(9)), "away"},
		"no such day":         {away("anna", today, "2027-02-30"), "away"},
		"nobody":              {away("mallory", today, today), "no-ombudsman"},
		"removed":             {away("chris", today, today), "no-ombudsman"},
		"not away":            {s.Back(ctx, "anna"), "not-away"},
		"back, nobody":        {s.Back(ctx, "mallory"), "no-ombudsman"},
		"until yesterday":     {s.MoveEnd(ctx, "anna", today.Add(-1)), "until"},
		"until never":         {s.MoveEnd(ctx, "anna", ""), "until"},
		"until, removed":      {s.MoveEnd(ctx, "chris", today.Add(9)), "no-ombudsman"},
		"remove nobody":       {s.Remove(ctx, "mallory"), "no-ombudsman"},
		"remove with a space": {s.Remove(ctx, "anna "), "no-ombudsman"},
	} {
		if cases.SayOf(x.err) != x.say {
			t.Errorf("%s: %v, want %s", what, x.err, x.say)
		}
	}
	if tr.size() != size {
		t.Error("something was stored")
	}
}

// TestRoleStays: a renewal that forgets who is the outside body would have it drawn
// for every case.
func TestRoleStays(t *testing.T) {
	tr := watched(t)
	for _, name := range []string{"outside", "anna"} {
		note, err := tr.Machines[name].Enrolment(bottest.Origin, string(tr.Cases.Today()))
		if err != nil {
			t.Fatal(err)
		}
		a := cases.Appointment{Enrolment: note, Backstop: name == "anna", From: tr.Cases.Today(), Until: tr.Cases.Today().Add(9)}
		size := tr.size()
		if _, _, err := tr.Cases.Appoint(t.Context(), a); cases.SayOf(err) != "role" || tr.size() != size {
			t.Errorf("%s: %v", name, err)
		}
		if err := tr.Cases.Remove(t.Context(), name); err != nil {
			t.Fatal(err)
		}
		if _, _, err := tr.Cases.Appoint(t.Context(), a); err != nil {
			t.Errorf("%s, after a removal: %v", name, err)
		}
	}
}

// TestLeaving counts open cases, and those that nobody else could open.
func TestLeaving(t *testing.T) {
	tr := newTrial(t, bottest.Settings{Names: []string{"anna", "bela"}})
	leaving := func(want cases.Leaving) {
		t.Helper()
		if got, err := tr.Cases.Leaving(t.Context(), "anna"); err != nil || got != want {
			t.Errorf("%+v, %v; want %+v", got, err, want)
		}
	}
	_, c := tr.file()
	tr.file("bela")
	leaving(cases.Leaving{Held: 2, Alone: 1})
	if err := tr.signed(c.ID, "anna", draftOf("close")); err != nil {
		t.Fatal(err)
	}
	leaving(cases.Leaving{Held: 1, Alone: 1})
	if _, err := tr.Cases.Leaving(t.Context(), "mallory"); cases.SayOf(err) != "no-ombudsman" {
		t.Error(err)
	}
}

// TestOversightHearsOfMandates: also of the outside body's, which is told nothing
// itself.
func TestOversightHearsOfMandates(t *testing.T) {
	tr := watched(t)
	until := tr.Cases.Today().Add(20)
	tr.put("outside", func(o *cases.Ombudsman) { o.Until = until })
	tr.daily(5)
	if got := tr.waits(cases.Mandate); len(got) > 0 {
		t.Errorf("too early: %v", got)
	}
	tr.daily(3)
	if got := tr.waits(cases.Mandate); !slices.Equal(got, []string{"vera"}) {
		t.Errorf("told: %v", got)
	}
}
