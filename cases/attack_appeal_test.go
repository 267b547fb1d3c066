package cases_test

import (
	"testing"

	"ombra/bot/bottest"
	"ombra/cases"
	"ombra/crypto/receipt"
)

// TestAttackFormAfterReplacement: the filing form is sent once more, after its
// receipt was replaced or ended. A receipt that opens nothing is not shown as one
// that was just stored.
func TestAttackFormAfterReplacement(t *testing.T) {
	for do, want := range map[cases.Verb]string{cases.Replace: "receipt-replaced", cases.EndReceipt: "receipt-ended"} {
		tr := newTrial(t, bottest.Settings{Names: []string{"anna"}})
		f, r := filing("What happened.")
		if _, err := tr.Cases.File(t.Context(), f); err != nil {
			t.Fatal(err)
		}
		if err := tr.receiptMove(string(do), r); err != nil {
			t.Fatal(err)
		}
		_, err := tr.Cases.File(t.Context(), f)
		says(t, err, want)
		tr.Pass(days(15))
		if _, err = tr.Cases.File(t.Context(), f); err == nil {
			t.Errorf("%s: filed again after a fortnight", do)
		}
		if n := tr.logged("opened"); len(n) != 1 {
			t.Errorf("%d cases", len(n))
		}
	}
}

// appealed is a case that its first holder closed, and its filer appealed.
func appealed(tr *trial) (r receipt.Receipt, id cases.ID, first, second string) {
	tr.Helper()
	r, c := tr.file()
	who := ranked(c, cases.Designated)
	if err := tr.signed(c.ID, who[0], draftOf("close")); err != nil {
		tr.Fatal(err)
	}
	if err := tr.appeal(r); err != nil {
		tr.Fatal(err)
	}
	return r, c.ID, who[0], who[1]
}

// TestAttackDeciderAnswersTheAppeal: whoever closed the case writes that it stays
// so, or extends the day, and the promise to the filer would be kept by nobody.
func TestAttackDeciderAnswersTheAppeal(t *testing.T) {
	tr := outsiders(t)
	r, id, first, second := appealed(tr)
	if err := tr.signed(id, first, draftOf("answer")); err != nil {
		t.Fatal(err)
	}
	if m := tr.mine(r); m.FeedbackDue != tr.Cases.Today().Add(21) {
		t.Error("the answer of whoever decided keeps the promise of the appeal")
	}
	says(t, tr.signed(id, first, draftOf("extend")), "decided-before")
	if err := tr.signed(id, second, draftOf("answer")); err != nil {
		t.Fatal(err)
	}
	if m := tr.mine(r); m.FeedbackDue != "" {
		t.Error("the answer of the other one does not")
	}
}

// TestAppealOutlivesItsJudge: the one holder who did not decide leaves, and there
// are as many as were first drawn: somebody else must see the case all the same.
func TestAppealOutlivesItsJudge(t *testing.T) {
	tr := newTrial(t, bottest.Settings{Names: []string{"anna", "bela"}, Backstop: "outside", Change: func(o *cases.Office) { o.Designate = 1 }})
	r, c := tr.file()
	first, second := ranked(c, cases.Designated)[0], ranked(c, cases.Reserve)[0]
	if err := tr.signed(c.ID, first, draftOf("close")); err != nil {
		t.Fatal(err)
	}
	if err := tr.appeal(r); err != nil {
		t.Fatal(err)
	}
	tr.daily(1)
	if tr.load(r).Holds("outside", cases.Live) {
		t.Fatal("released without need")
	}
	tr.put(second, func(o *cases.Ombudsman) { o.Until = tr.Cases.Today() })
	tr.daily(2)
	if !tr.load(r).Holds("outside", cases.Live) {
		t.Error("nobody is left who may close it")
	}
}

// TestAttackJumpMakesLate: the clock jumps ahead, and somebody acts. What was not
// late is not flagged so for ever.
func TestAttackJumpMakesLate(t *testing.T) {
	tr := outsiders(t)
	r, c := tr.file()
	tr.daily(1)
	tr.Pass(days(40))
	who := ranked(c, cases.Designated)[0]
	if err := tr.desk(who).Do(t.Context(), c.ID, cases.Act{Do: cases.TakeLead, Once: cases.NewOnce()}); err != nil {
		t.Fatal(err)
	}
	if tr.load(r).Is(cases.Late) {
		t.Error("late by a clock that jumped")
	}
}

// TestAttackJumpLetsThief: the clock jumps ahead. The days in which the owner
// could object are not over for that, nor is a grant released by an appeal.
func TestAttackJumpLetsThief(t *testing.T) {
	tr := outsiders(t)
	owner, _ := tr.file()
	tr.daily(1)
	thief := tr.replaced(owner, cases.Replace)
	tr.Pass(days(40))
	err := tr.mine(thief).Replace(t.Context(), cases.Replace, cases.NewOnce(), receipt.New(bottest.Origin), "")
	if cases.KindOf(err) != cases.Unavailable {
		t.Errorf("the thief binds: %v", err)
	}
	tr.Pass(-days(40))
	tr.notMe(owner)
}

// TestAttackDisputeLeftAlone: an ombudsman leaves a dispute undecided, in a case
// that is answered and closed: its filer can neither read nor appeal. Somebody
// else comes to see it.
func TestAttackDisputeLeftAlone(t *testing.T) {
	tr := clocked(t)
	owner, c := tr.file()
	if err := tr.signed(c.ID, ranked(c, cases.Designated)[0], draftOf("close")); err != nil {
		t.Fatal(err)
	}
	tr.replaced(owner, cases.Replace)
	tr.notMe(owner)
	tr.daily(14)
	if now := tr.load(owner); now.Is(cases.Late) || !now.Holds(ranked(c, cases.Reserve)[0], cases.Dormant) {
		t.Errorf("before the day: %v", now.Flags.Names())
	}
	tr.daily(14)
	if now := tr.load(owner); !now.Is(cases.Late) || !now.Holds(ranked(c, cases.Reserve)[0], cases.Live) {
		t.Errorf("a fortnight later: %v", now.Flags.Names())
	}
}
