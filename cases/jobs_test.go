package cases_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ombra/bot/bottest"
	"ombra/cases"
	"ombra/crypto"
	"ombra/crypto/custody"
)

// TestClocks: what a filer is promised, and how an early acknowledgement moves
// it; the earliest counts.
func TestClocks(t *testing.T) {
	for _, x := range []struct {
		profile      string
		ackAfter     int // days; -1: never
		ack, answer  cases.Day
		after, start cases.Day
	}{
		{profile: "eu-2019-1937", ackAfter: 0, ack: "2026-11-30", answer: "2027-02-28", after: "2027-02-23"},
		{profile: "eu-2019-1937", ackAfter: 7, ack: "2026-11-30", answer: "2027-02-28", after: "2027-02-28"},
		{profile: "eu-2019-1937", ackAfter: 30, ack: "2026-11-30", answer: "2027-02-28", after: "2027-02-28"},
		{profile: "grm", ackAfter: 1, ack: "2026-11-25", answer: "2026-12-16", after: "2026-12-15"},
		{profile: "grm", ackAfter: 9, ack: "2026-11-25", answer: "2026-12-16", after: "2026-12-16"},
	} {
		tr := newTrial(t, bottest.Settings{Change: func(o *cases.Office) { o.Profile = cases.Profiles[x.profile] }})
		r, c := tr.file()
		if c.AckDue != x.ack || c.FeedbackDue != x.answer {
			t.Errorf("%s: acknowledged by %s, answered by %s; want %s and %s", x.profile, c.AckDue, c.FeedbackDue, x.ack, x.answer)
		}
		tr.Pass(days(x.ackAfter))
		who := c.Holders()[0]
		if err := tr.desk(who).Do(t.Context(), c.ID, cases.Act{Do: cases.Wait, Once: cases.NewOnce()}); err != nil {
			t.Fatal(err)
		}
		if err := tr.desk(who).Do(t.Context(), c.ID, cases.Act{Do: cases.Acknowledge, Once: cases.NewOnce()}); err != nil {
			t.Fatal(err)
		}
		if c = tr.load(r); c.FeedbackDue != x.after || c.AckDue != x.ack || c.Acknowledged != tr.Cases.Today() {
			t.Errorf("%s, acknowledged after %d days: answered by %s, want %s", x.profile, x.ackAfter, c.FeedbackDue, x.after)
		}
	}
}

// TestClockInTheOfficesZone: half past eleven in the evening in one zone is the
// next day in another, and the promise counts from there.
func TestClockInTheOfficesZone(t *testing.T) {
	east := time.FixedZone("east", 2*60*60)
	tr := newTrial(t, bottest.Settings{Start: monday.Add(22 * time.Hour), Change: func(o *cases.Office) { o.Zone = east }})
	if _, c := tr.file(); c.Opened != "2026-11-24" || c.AckDue != "2026-11-26" {
		t.Errorf("opened %s, acknowledged by %s", c.Opened, c.AckDue)
	}
}

// TestNoticeHours: news is told at the first fixed hour of the next day, whenever
// it came; at no other hour does anything become due.
func TestNoticeHours(t *testing.T) {
	for _, at := range []time.Duration{0, 8 * time.Hour, 9 * time.Hour, 14*time.Hour + 59*time.Minute, 23 * time.Hour} {
		tr := newTrial(t, bottest.Settings{Start: monday.Add(at), Change: func(o *cases.Office) { o.Hours = []int{9, 15} }})
		_, c := tr.file()
		var told time.Time
		for told.IsZero() {
			due, err := tr.Cases.Notices(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if len(due) > 0 {
				told = tr.Now()
				if len(due) != 2 || due[0].About != cases.News || !slices.Contains(c.Holders(), due[0].To) {
					t.Errorf("due: %+v", due)
				}
			}
			if tr.Pass(15 * time.Minute); tr.Now().Sub(monday) > days(4) {
				break
			}
		}
		if told.Format("2006-01-02 15") != "2026-11-24 09" {
			t.Errorf("filed at %v, told at %v", monday.Add(at), told)
		}
	}
}

// TestNoticesFold: much news of a day is one notice, and the next day's another.
func TestNoticesFold(t *testing.T) {
	tr := newTrial(t, bottest.Settings{Names: []string{"anna"}})
	for range 3 {
		tr.file()
	}
	if list := tr.outbox(); len(list) != 1 || list[0].Hour != 0 || list[0].Due != "2026-11-24" {
		t.Errorf("waiting: %+v", list)
	}
	tr.Pass(days(1))
	tr.file()
	if list := tr.outbox(); len(list) != 2 {
		t.Errorf("waiting: %+v", list)
	}
}

// TestNoNoticeAfterTheMandate: news is not for somebody who serves no more.
func TestNoNoticeAfterTheMandate(t *testing.T) {
	tr := newTrial(t, bottest.Settings{Names: []string{"anna"}})
	r, _ := tr.file()
	until := tr.Cases.Today().Add(3)
	tr.put("anna", func(o *cases.Ombudsman) { o.Until = until })
	tr.Pass(days(4))
	before := len(tr.outbox())
	m, err := tr.Cases.Mine(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Add(t.Context(), cases.NewOnce(), "More.", nil); err != nil {
		t.Fatal(err)
	}
	if after := len(tr.outbox()); after != before {
		t.Errorf("%d notices for somebody whose mandate has ended", after-before)
	}
	if _, err := tr.Cases.Desk("anna"); cases.KindOf(err) != cases.NotFound {
		t.Errorf("her desk: %v", err)
	}
}

// checkpoints makes a checkpoint a day, as a host that runs every day does.
func (tr *trial) daily(n int) {
	tr.Helper()
	for range n {
		tr.Pass(days(1))
		for _, j := range tr.Cases.Jobs() {
			if err := j.Do(tr.Context()); err != nil {
				tr.Fatalf("%s: %v", j.Name, err)
			}
		}
	}
}

// TestMandateWarnings: whoever's mandate ends is told once, a fortnight before,
// and the backstop's is nobody's news.
func TestMandateWarnings(t *testing.T) {
	tr := newTrial(t, bottest.Settings{Names: []string{"anna", "bela", "chris"}, Backstop: "outside"})
	day := tr.Cases.Today()
	tr.put("anna", func(o *cases.Ombudsman) { o.Until = day.Add(30) })
	tr.put("bela", func(o *cases.Ombudsman) { o.Until, o.Proved = day.Add(30), "" })
	tr.put("outside", func(o *cases.Ombudsman) { o.Until = day.Add(30) })
	warned := map[cases.Day]int{}
	for range 60 {
		tr.daily(1)
		tr.restart()
		for _, n := range tr.outbox() {
			if n.About != cases.Mandate || n.To != "anna" {
				t.Fatalf("waiting: %+v", n)
			}
			warned[n.Due]++
			if err := tr.Cases.Settle(t.Context(), n, cases.Outcome{}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(warned) != 1 || warned[day.Add(16)] != 1 {
		t.Errorf("warned %v, want once on %s", warned, day.Add(16))
	}
}

// TestMandateWarningOfAShortMandate: somebody who is appointed for less than a
// fortnight hears of its end too.
func TestMandateWarningOfAShortMandate(t *testing.T) {
	tr := newTrial(t, bottest.Settings{Names: []string{"anna"}})
	tr.daily(3)
	tr.appoint("anna", tr.Cases.Today().Add(10))
	tr.daily(8)
	if list := tr.outbox(); len(list) != 1 || list[0].About != cases.Mandate {
		t.Errorf("two days before the end: %+v", list)
	}
}

// appoint gives a mandate anew, with the keys of before.
func (tr *trial) appoint(name string, until cases.Day) {
	tr.Helper()
	m := tr.Machines[name]
	note, err := m.Enrolment(bottest.Origin, string(tr.Cases.Today()))
	if err != nil {
		tr.Fatal(err)
	}
	_, challenge, err := tr.Cases.Appoint(tr.Context(), cases.Appointment{Enrolment: note, From: tr.Cases.Today(), Until: until})
	if err != nil {
		tr.Fatal(err)
	}
	answer, err := crypto.Answer(challenge, bottest.Origin, m.Identity.Recipient(), m.Identity.Age())
	if err != nil {
		tr.Fatal(err)
	}
	if err := tr.Cases.Prove(tr.Context(), name, answer); err != nil {
		tr.Fatal(err)
	}
}

// TestCheckpointDaily: one a day, on quiet days too, each filled up to a bucket
// that hides how many filings there were.
func TestCheckpointDaily(t *testing.T) {
	tr := newTrial(t, bottest.Settings{Names: []string{"anna", "bela"}})
	sizes := map[int]int64{}
	last := int64(0)
	for day, filings := range []int{0, 1, 0, 3, 2, 12} { // 3 leaves each; setting up took 4
		for range filings {
			tr.file()
		}
		for again := range 2 {
			done, err := tr.Cases.Checkpoint(t.Context(), false)
			if err != nil || done != (again == 0) {
				t.Fatalf("day %d: %v, %v", day, done, err)
			}
		}
		sizes[day], last = tr.size()-last, tr.size()
		tr.file() // after the checkpoint: of the next day
		tr.Pass(days(1))
	}
	for day, want := range []int64{8, 8, 8, 16, 16, 64} {
		if sizes[day] != want {
			t.Errorf("day %d has %d leaves, want %d", day, sizes[day], want)
		}
	}
	l, err := tr.Cases.Log(t.Context())
	if err != nil || len(l.Checkpoints) != 6 || int64(len(l.Leaves)) != last-3 && int64(len(l.Leaves)) != last {
		t.Fatalf("%d checkpoints, %d leaves, %v", len(l.Checkpoints), len(l.Leaves), err)
	}
	if _, err := custody.Verify(bottest.AuditBundle(l)); err != nil {
		t.Error(err)
	}
}

// TestClockThatJumped: a clock two years ahead, or behind, announces nothing and
// signs nothing before the operator has said that the day is right.
func TestClockThatJumped(t *testing.T) {
	tr := newTrial(t, bottest.Settings{Names: []string{"anna"}})
	tr.put("anna", func(o *cases.Ombudsman) { o.Until = "2028-12-01" })
	tr.daily(2)
	tr.Pass(days(730))
	for _, j := range tr.Cases.Jobs() {
		// traces deletes nothing: it cleans up after what was deleted.
		if err := j.Do(t.Context()); j.Name != "traces" && cases.KindOf(err) != cases.Unavailable {
			t.Errorf("%s ran two years later: %v", j.Name, err)
		}
	}
	if list := tr.outbox(); len(list) != 0 {
		t.Errorf("announced: %+v", list)
	}
	if done, err := tr.Cases.Checkpoint(t.Context(), true); err != nil || !done {
		t.Errorf("with the operator's word: %v, %v", done, err)
	}
	tr.daily(1)
	tr.Pass(-days(40))
	if done, err := tr.Cases.Checkpoint(t.Context(), true); cases.KindOf(err) != cases.Unavailable || done {
		t.Errorf("back in time: %v, %v", done, err)
	}
}

// TestRun: the jobs run by themselves, once a day however long the process lives,
// and one that fails is tried again the next minute.
func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := newTrial(t, bottest.Settings{Names: []string{"anna"}, Start: time.Now()})
		tr.Cases.Now = time.Now
		tr.restart()
		flaky := &flakyStore{Store: tr.db, fail: 3}
		tr.Cases.Store = flaky
		ctx, cancel := context.WithCancel(t.Context())
		var failed []string
		done := make(chan struct{})
		go func() {
			defer close(done)
			tr.Cases.Run(ctx, func(job string, _ error) { failed = append(failed, job) })
		}()
		<-time.After(days(3) + time.Hour)
		cancel()
		<-done
		l, err := tr.Cases.Log(t.Context())
		if err != nil || len(l.Checkpoints) != 4 || len(failed) != 3 || strings.Join(failed, "") == "" {
			t.Errorf("%d checkpoints in four days, failed %v, %v", len(l.Checkpoints), failed, err)
		}
	})
}

// flakyStore fails its first writes.
type flakyStore struct {
	cases.Store
	fail int
}

func (s *flakyStore) Update(ctx context.Context, f func(cases.Tx) error) error {
	if s.fail > 0 {
		s.fail--
		return cases.ErrFull
	}
	return s.Store.Update(ctx, f)
}
