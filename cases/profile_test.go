package cases_test

import (
	"context"
	"testing"
	"time"

	"ombra/bot/bottest"
	"ombra/cases"
)

// TestProfiles: what each profile promises, from filing to extension. Of what
// could start the answer's clock the earliest counts: an acknowledgement that
// comes too late gains nothing.
func TestProfiles(t *testing.T) {
	const never = -1
	custom := cases.Profile{Name: "custom", Acknowledge: cases.Span{Days: 3}, Assess: cases.Span{Days: 5}, Feedback: cases.Span{Days: 30}, Extended: cases.Span{Days: 45}}
	for name, x := range map[string]struct {
		profile                         cases.Profile
		filed                           string
		acknowledged                    int // days after
		ack, assess, feedback, extended cases.Day
	}{
		"eu, at once":             {cases.Profiles["eu-2019-1937"], "2026-11-23", 0, "2026-11-30", "", "2027-02-23", "2027-05-23"},
		"eu, on the last day":     {cases.Profiles["eu-2019-1937"], "2026-11-23", 7, "2026-11-30", "", "2027-02-28", "2027-05-30"},
		"eu, too late":            {cases.Profiles["eu-2019-1937"], "2026-11-23", 20, "2026-11-30", "", "2027-02-28", "2027-05-30"},
		"eu, never":               {cases.Profiles["eu-2019-1937"], "2026-11-23", never, "2026-11-30", "", "2027-02-28", "2027-05-30"},
		"eu, before a leap month": {cases.Profiles["eu-2019-1937"], "2027-11-30", 0, "2027-12-07", "", "2028-02-29", "2028-05-30"},
		"eu, end of August":       {cases.Profiles["eu-2019-1937"], "2026-08-31", 0, "2026-09-07", "", "2026-11-30", "2027-02-28"},
		"grm, at once":            {cases.Profiles["grm"], "2026-11-23", 0, "2026-11-25", "2026-12-07", "2026-12-14", "2027-01-04"},
		"grm, on a Friday, never": {cases.Profiles["grm"], "2026-11-27", never, "2026-12-01", "2026-12-11", "2026-12-22", "2027-01-12"},
		"grm, on a Saturday":      {cases.Profiles["grm"], "2026-11-28", 0, "2026-12-01", "2026-12-11", "2026-12-19", "2027-01-09"},
		"custom":                  {custom, "2026-11-23", 1, "2026-11-26", "2026-11-28", "2026-12-24", "2027-01-08"},
	} {
		t.Run(name, func(t *testing.T) {
			at, _ := time.Parse(time.DateOnly, x.filed)
			tr := newTrial(t, bottest.Settings{Names: []string{"anna"}, Start: at.Add(12 * time.Hour), Change: func(o *cases.Office) { o.Profile = x.profile }})
			r, c := tr.file()
			if x.acknowledged != never {
				tr.Pass(days(x.acknowledged))
				if err := tr.desk("anna").Do(t.Context(), c.ID, cases.Act{Do: cases.Acknowledge, Once: cases.NewOnce()}); err != nil {
					t.Fatal(err)
				}
			}
			if c := tr.load(r); c.AckDue != x.ack || c.AssessDue != x.assess || c.FeedbackDue != x.feedback {
				t.Errorf("promised %s, %q, %s; want %s, %q, %s", c.AckDue, c.AssessDue, c.FeedbackDue, x.ack, x.assess, x.feedback)
			}
			if err := tr.signed(c.ID, "anna", draftOf("extend")); err != nil {
				t.Fatal(err)
			}
			if c := tr.load(r); c.FeedbackDue != x.extended {
				t.Errorf("extended to %s, want %s", c.FeedbackDue, x.extended)
			}
		})
	}
}

// TestSevenDaysToTheSecond: the last second of the promised day is in time where
// the office is, and the next second is late, whatever the host's zone says, and
// though the clocks there were turned back in between.
func TestSevenDaysToTheSecond(t *testing.T) {
	vienna, err := time.LoadLocation("Europe/Vienna")
	if err != nil {
		t.Skip("no zones here")
	}
	tr := newTrial(t, bottest.Settings{
		Names: []string{"anna"}, Start: time.Date(2026, 10, 22, 0, 10, 0, 0, vienna),
		Change: func(o *cases.Office) { o.Profile, o.Zone = cases.Profiles["eu-2019-1937"], vienna },
	})
	r, _ := tr.file()
	tr.daily(6)
	last := time.Date(2026, 10, 29, 23, 59, 59, 0, vienna)
	tr.Pass(last.Sub(tr.Now()))
	for _, late := range []bool{false, true} {
		for _, j := range tr.Cases.Jobs() {
			if err := j.Do(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if got := tr.load(r).Is(cases.Late); got != late {
			t.Errorf("at %s it is late: %v", tr.Now().In(vienna), got)
		}
		tr.Pass(time.Second)
	}
}

// faultyDay fails one write of a day's work: it is not stored, or it is and the
// answer is lost.
type faultyDay struct {
	cases.Store
	fail   int // which
	stored bool
	writes int
}

func (s *faultyDay) Update(ctx context.Context, f func(cases.Tx) error) error {
	if s.writes++; s.writes != s.fail {
		return s.Store.Update(ctx, f)
	}
	if s.stored {
		if err := s.Store.Update(ctx, f); err != nil {
			return err
		}
		return cases.ErrUnclear
	}
	return cases.ErrFull
}

// TestClocksSurviveFaults: whichever write of a day's work fails, in whichever
// way, when the jobs have run again everything was done once.
func TestClocksSurviveFaults(t *testing.T) {
	for _, stored := range []bool{false, true} {
		for fail := 1; ; fail++ {
			tr := clocked(t)
			r, c := tr.file()
			tr.put(ranked(c, cases.Designated)[0], func(o *cases.Ombudsman) { o.Until = "2026-11-24" })
			tr.daily(1)
			tr.settleAll()
			tr.Pass(days(1)) // a mandate ended; a promise is due; the reserve is released
			faulty := &faultyDay{Store: tr.db, fail: fail, stored: stored}
			tr.Cases.Store = faulty
			for range 2 {
				for _, j := range tr.Cases.Jobs() {
					_ = j.Do(t.Context())
				}
			}
			c = tr.load(r)
			if got := tr.logged("released"); len(got) != 1 || len(c.Holders()) != 2 || c.Clocked != tr.Cases.Today() || tr.told(cases.Deadline) < 1 || tr.told(cases.News) != 1 {
				t.Errorf("write %d, stored %v: released %q, %+v, waiting %+v", fail, stored, got, c, tr.outbox())
			}
			for _, n := range tr.outbox() {
				if n.Gen != 1 {
					t.Errorf("write %d, stored %v: %+v is told twice", fail, stored, n)
				}
			}
			if faulty.writes < fail {
				break
			}
		}
	}
}
