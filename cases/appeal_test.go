package cases_test

import (
	"slices"
	"testing"

	"ombra/bot/bottest"
	"ombra/cases"
	"ombra/crypto/receipt"
)

func (tr *trial) appeal(r receipt.Receipt) error {
	tr.Helper()
	return tr.mine(r).Appeal(tr.Context(), cases.NewOnce(), "The answer overlooks the second buyer.")
}

// says fails unless an error is a Conflict with this phrase.
func says(t *testing.T, err error, say string) {
	t.Helper()
	if cases.KindOf(err) != cases.Conflict || cases.SayOf(err) != say || err == nil {
		t.Errorf("got %v, want the conflict %q", err, say)
	}
}

// TestAppeal: it opens the case again, for somebody who did not decide, with a
// promise of its own, and retention starts anew.
func TestAppeal(t *testing.T) {
	tr := outsiders(t)
	r, c := tr.file()
	first := ranked(c, cases.Designated)
	if err := tr.signed(c.ID, first[0], draftOf("close")); err != nil {
		t.Fatal(err)
	}
	if c := tr.load(r); !slices.Equal(c.Decided, first[:1]) || c.Closed == "" {
		t.Fatalf("closed: %+v", c)
	}
	tr.Pass(days(10))
	if err := tr.appeal(r); err != nil {
		t.Fatal(err)
	}
	now, today := tr.load(r), tr.Cases.Today()
	if now.Stage != cases.Investigating || now.Closed != "" || now.Disposition != "" || now.Appealed != today || now.FeedbackDue != today.Add(21) || now.Answered != "" {
		t.Errorf("after the appeal: %+v", now)
	}
	if m := tr.mine(r); m.FeedbackDue != today.Add(21) || m.AckDue != "" || m.Appealed != today || slices.Contains(m.May, cases.Appeal) {
		t.Errorf("the filer sees %+v", m)
	}
	// Her colleague did not decide: nobody else has to see the case.
	if got := tr.logged("released"); len(got) > 0 {
		t.Errorf("released %q", got)
	}
	says(t, tr.signed(c.ID, first[0], draftOf("close")), "decided-before")
	if err := tr.signed(c.ID, first[0], draftOf("answer")); err != nil {
		t.Errorf("whoever decided may still answer: %v", err)
	}
	if err := tr.signed(c.ID, first[1], draftOf("close")); err != nil {
		t.Errorf("the other one closes: %v", err)
	}
}

// TestAppealReleases: when all holders decided, the reserve sees the case, then
// the backstop; with nobody left nothing is stored, and the filer is told so.
func TestAppealReleases(t *testing.T) {
	for name, x := range map[string]struct {
		set  bottest.Settings
		gone string
		want string
	}{
		"reserve":             {set: bottest.Settings{Names: []string{"anna", "bela"}, Backstop: "outside"}, want: "bela"},
		"backstop":            {set: bottest.Settings{Names: []string{"anna"}, Backstop: "outside"}, want: "outside"},
		"backstop, bela gone": {set: bottest.Settings{Names: []string{"anna", "bela"}, Backstop: "outside"}, gone: "bela", want: "outside"},
		"nobody":              {set: bottest.Settings{Names: []string{"anna"}}},
	} {
		t.Run(name, func(t *testing.T) {
			x.set.Change = func(o *cases.Office) { o.Designate = 1 }
			tr := newTrial(t, x.set)
			r, c := tr.file()
			for ranked(c, cases.Designated)[0] != "anna" {
				r, c = tr.file()
			}
			if err := tr.signed(c.ID, "anna", draftOf("close")); err != nil {
				t.Fatal(err)
			}
			if x.gone != "" {
				tr.put(x.gone, func(o *cases.Ombudsman) { o.Until = "2026-11-22" })
			}
			before := tr.load(r)
			err := tr.appeal(r)
			if x.want == "" {
				says(t, err, "appeal-nobody")
				if after := tr.load(r); after.Stage != cases.Closed || after.Closed != before.Closed || after.Appealed != "" {
					t.Errorf("nothing should be stored: %+v", after)
				}
				return
			}
			if err != nil || !tr.load(r).Holds(x.want, cases.Live) {
				t.Fatalf("%v, held by %v", err, tr.load(r).Holders())
			}
			says(t, tr.signed(c.ID, "anna", draftOf("close")), "decided-before")
			if err := tr.signed(c.ID, x.want, draftOf("close")); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestAttackAppealTwice: a filer who does not like the second answer either
// appeals again, and again; with a double click the first time.
func TestAttackAppealTwice(t *testing.T) {
	tr := outsiders(t)
	r, c := tr.file()
	who := ranked(c, cases.Designated)
	if err := tr.signed(c.ID, who[0], draftOf("close")); err != nil {
		t.Fatal(err)
	}
	form := cases.NewOnce()
	for range 2 {
		if err := tr.mine(r).Appeal(t.Context(), form, ""); err != nil {
			t.Fatal(err)
		}
	}
	if got := tr.logged("appealed"); len(got) != 1 {
		t.Errorf("logged %q", got)
	}
	says(t, tr.appeal(r), "moved-on")
	if err := tr.signed(c.ID, who[1], draftOf("close")); err != nil {
		t.Fatal(err)
	}
	says(t, tr.appeal(r), "appealed")
	if c := tr.load(r); c.Stage != cases.Closed {
		t.Errorf("the case is %s", c.Stage)
	}
}

// TestAppealHoldsInTheThread: what the filer signed is in the papers, signed.
func TestAppealHoldsInTheThread(t *testing.T) {
	tr := outsiders(t)
	r, c := tr.file()
	who := ranked(c, cases.Designated)
	if err := tr.signed(c.ID, who[0], draftOf("close")); err != nil {
		t.Fatal(err)
	}
	if err := tr.appeal(r); err != nil {
		t.Fatal(err)
	}
	th := tr.thread(c.ID, who[1])
	last := th.Items[len(th.Items)-1]
	if len(th.Warnings) > 0 || !last.Signed || last.Text != "[appeal]\nThe answer overlooks the second buyer." {
		t.Errorf("%+v, warnings %q", last, th.Warnings)
	}
}

// TestExtension: one, with a reason that the filer reads, to the profile's day.
func TestExtension(t *testing.T) {
	tr := outsiders(t, func(o *cases.Office) { o.Profile = cases.Profiles["eu-2019-1937"] })
	r, c := tr.file() // on 2026-11-23
	who := ranked(c, cases.Designated)[0]
	if err := tr.desk(who).Do(t.Context(), c.ID, cases.Act{Do: cases.Acknowledge, Once: cases.NewOnce()}); err != nil {
		t.Fatal(err)
	}
	if m := tr.mine(r); m.FeedbackDue != "2027-02-23" {
		t.Fatalf("an answer by %s", m.FeedbackDue)
	}
	d := draftOf("extend")
	d.Text = "A witness abroad has to be heard."
	if err := tr.signed(c.ID, who, d); err != nil {
		t.Fatal(err)
	}
	m := tr.mine(r)
	if m.FeedbackDue != "2027-05-23" || m.Extended != "2026-11-23" || len(m.Replies) != 1 || m.Replies[0].Text != d.Text || m.Replies[0].By != who {
		t.Errorf("the filer sees %+v", m)
	}
	if c := tr.load(r); c.Answered != "" {
		t.Error("the reason counts as the answer")
	}
	says(t, tr.signed(c.ID, who, d), "extended")
	if got := tr.logged("extended"); len(got) != 1 {
		t.Errorf("logged %q", got)
	}
}

// TestNoExtension: where the profile has none, and where nothing is owed.
func TestNoExtension(t *testing.T) {
	tr := outsiders(t, func(o *cases.Office) { o.Profile.Extended = cases.Span{} })
	_, c := tr.file()
	says(t, tr.signed(c.ID, ranked(c, cases.Designated)[0], draftOf("extend")), "no-extension")
	tr = outsiders(t)
	_, c = tr.file()
	who := ranked(c, cases.Designated)[0]
	if err := tr.signed(c.ID, who, draftOf("answer")); err != nil {
		t.Fatal(err)
	}
	says(t, tr.signed(c.ID, who, draftOf("extend")), "extend-answered")
}

// TestWithdrawal: asked for, taken back, asked for again; closed as withdrawn
// only when the filer has had the time to think again.
func TestWithdrawal(t *testing.T) {
	tr := outsiders(t, func(o *cases.Office) { o.CoolingOff, o.Warn, o.Release = 7, 3, 14 })
	r, c := tr.file()
	who := ranked(c, cases.Designated)[0]
	closing := draftOf("close")
	closing.Set = map[string]string{"disposition": "withdrawn"}
	says(t, tr.signed(c.ID, who, closing), "no-withdrawal")
	says(t, tr.mine(r).Keep(t.Context(), cases.NewOnce(), ""), "no-withdrawal")
	ask := func() {
		t.Helper()
		if err := tr.mine(r).Withdraw(t.Context(), cases.NewOnce(), ""); err != nil {
			t.Fatal(err)
		}
	}
	ask()
	says(t, tr.mine(r).Withdraw(t.Context(), cases.NewOnce(), ""), "withdraw-asked")
	if m := tr.mine(r); m.Withdrawing != "2026-11-23" || m.Cooled != "2026-11-30" || !slices.Contains(m.May, cases.Keep) {
		t.Errorf("the filer sees %+v", m)
	}
	if err := tr.mine(r).Keep(t.Context(), cases.NewOnce(), "I was pressed."); err != nil {
		t.Fatal(err)
	}
	tr.daily(8)
	says(t, tr.signed(c.ID, who, closing), "no-withdrawal")
	ask()
	tr.settleAll()
	tr.daily(6)
	if n := tr.told(cases.News); n != 0 {
		t.Errorf("told %d times before the cooling-off has ended", n)
	}
	says(t, tr.signed(c.ID, who, closing), "cooling-off")
	tr.daily(1)
	if n := tr.told(cases.News); n != 2 {
		t.Errorf("told %d times when the cooling-off had ended, want each holder once", n)
	}
	if err := tr.signed(c.ID, who, closing); err != nil {
		t.Fatal(err)
	}
	if c := tr.load(r); c.Stage != cases.Closed || c.Disposition != "withdrawn" {
		t.Errorf("%+v", c)
	}
}

// TestAttackWithdrawalByThief: somebody with the stolen receipt withdraws. It
// deletes nothing, the rightful filer sees it and takes it back, and no
// ombudsman can close the case as withdrawn.
func TestAttackWithdrawalByThief(t *testing.T) {
	tr := outsiders(t, func(o *cases.Office) { o.CoolingOff = 7 })
	r, c := tr.file()
	who := ranked(c, cases.Designated)[0]
	before := len(tr.thread(c.ID, who).Items)
	if err := tr.mine(r).Withdraw(t.Context(), cases.NewOnce(), "Forget it."); err != nil {
		t.Fatal(err)
	}
	tr.daily(30)
	if now := tr.load(r); now.Stage != cases.Received || len(tr.thread(c.ID, who).Items) != before+1 {
		t.Errorf("the thief changed more than a request: %+v", now)
	}
	if m := tr.mine(r); m.Withdrawing == "" {
		t.Error("the rightful filer cannot see the request")
	}
	if err := tr.mine(r).Keep(t.Context(), cases.NewOnce(), ""); err != nil {
		t.Fatalf("after the cooling-off too, while the case is open: %v", err)
	}
	closing := draftOf("close")
	closing.Set = map[string]string{"disposition": "withdrawn"}
	says(t, tr.signed(c.ID, who, closing), "no-withdrawal")
}

// TestAttackStrangerWithdraws: somebody tries receipts of his own, and a handle
// that was made with the right receipt of another case.
func TestAttackStrangerWithdraws(t *testing.T) {
	tr := outsiders(t)
	r, _ := tr.file()
	other, _ := tr.file()
	if _, err := tr.Cases.Mine(t.Context(), receipt.New(bottest.Origin)); cases.KindOf(err) != cases.NotFound {
		t.Errorf("an unknown receipt: %v", err)
	}
	if err := tr.mine(other).Withdraw(t.Context(), cases.NewOnce(), ""); err != nil {
		t.Fatal(err)
	}
	if c := tr.load(r); c.Withdraw != "" {
		t.Error("another case's receipt withdrew this one")
	}
}
