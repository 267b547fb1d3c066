package cases_test

import (
	"context"
	"slices"
	"testing"

	"ombra/bot/bottest"
	"ombra/cases"
	"ombra/cases/papers"
	"ombra/crypto/receipt"
)

// bindingActs wait while a receipt is new; the others can be undone, or are words.
var (
	bindingActs = []cases.Verb{
		cases.Appeal, cases.Withdraw, cases.Replace, cases.HandOver, cases.EndReceipt,
		cases.Accept, cases.Contest, cases.Confirm, cases.Missing,
	}
	looseActs = []cases.Verb{cases.Add, cases.Keep, cases.Approve, cases.Correct, cases.NotMe}
)

// TestAttackNewReceiptBinds: a thief puts a receipt of his own in the place of the
// one that he found, by replacing it or by handing the case over, and does at once
// what binds. None of it is taken in the days in which the former receipt can
// object, nor is any offered; the last of them counts.
func TestAttackNewReceiptBinds(t *testing.T) {
	for _, how := range []cases.Verb{cases.Replace, cases.HandOver} {
		for _, do := range bindingActs {
			t.Run(string(how)+", then "+string(do), func(t *testing.T) {
				tr := newPair(t)
				found := tr.readyFor(do)
				thief := tr.replaced(found, how)
				for _, day := range []int{0, 14} {
					tr.Pass(days(day))
					says(t, tr.binds(thief, do), "receipt-new")
					m := tr.mine(thief)
					if slices.Contains(m.May, do) || len(m.Remedies) > 0 && len(m.AnswersTo(m.Remedies[0])) > 0 {
						t.Errorf("day %d: it is offered", day)
					}
				}
				tr.Pass(days(1))
				if err := tr.binds(thief, do); err != nil {
					t.Errorf("when the days are over: %v", err)
				}
			})
		}
	}
}

// TestEveryFilersActIsKnown: an act of the filer's either waits with a new receipt
// or was thought about.
func TestEveryFilersActIsKnown(t *testing.T) {
	tr := newTrial(t, bottest.Settings{Names: []string{"anna"}})
	known := slices.Concat(bindingActs, looseActs)
	for _, stage := range cases.Stages {
		r, _ := tr.reach(stage)
		for _, do := range tr.Cases.Verbs(tr.load(r), cases.ByFiler) {
			if !slices.Contains(known, do) {
				t.Errorf("%s: say whether %s waits", stage, do)
			}
		}
	}
	for _, m := range papers.RemedyMoves {
		if m.By == string(cases.ByFiler) && !slices.Contains(bindingActs, cases.Verb(m.Do)) {
			t.Errorf("%s of a remedy does not wait", m.Do)
		}
	}
}

// readyFor is a case on which a filer could do something.
func (tr *trial) readyFor(do cases.Verb) receipt.Receipt {
	tr.Helper()
	switch do {
	case cases.Accept, cases.Contest:
		r, _ := tr.walk(papers.Offered)
		return r
	case cases.Confirm, cases.Missing:
		r, _ := tr.walk(papers.Delivered)
		return r
	case cases.Appeal:
		r, _ := tr.reach(cases.Closed)
		return r
	default:
		r, _ := tr.file()
		return r
	}
}

func (tr *trial) binds(r receipt.Receipt, do cases.Verb) error {
	tr.Helper()
	m := tr.mine(r)
	switch do {
	case cases.Appeal:
		return m.Appeal(tr.Context(), cases.NewOnce(), "")
	case cases.Withdraw:
		return m.Withdraw(tr.Context(), cases.NewOnce(), "")
	case cases.EndReceipt:
		return m.End(tr.Context(), cases.NewOnce(), "")
	case cases.Replace, cases.HandOver:
		return m.Replace(tr.Context(), do, cases.NewOnce(), receipt.New(bottest.Origin), "")
	default:
		return tr.responds(r, string(do))
	}
}

// TestAttackBurnedAppeal: a thief replaces nothing. With the receipt that he found
// he burns the one appeal, and withdraws when the case is open again; it is closed
// as withdrawn. Its owner comes back later, and can have it opened once more; what
// is decided then stays.
func TestAttackBurnedAppeal(t *testing.T) {
	tr := outsiders(t, func(o *cases.Office) { o.CoolingOff = 7 })
	r, id, first, second := appealed(tr) // by the thief
	if err := tr.mine(r).Withdraw(t.Context(), cases.NewOnce(), "I made it up."); err != nil {
		t.Fatal(err)
	}
	tr.Pass(days(7))
	withdrawn := draftOf("close")
	withdrawn.Set = map[string]string{"disposition": "withdrawn"}
	if err := tr.signed(id, second, withdrawn); err != nil {
		t.Fatal(err)
	}
	m := tr.mine(r)
	if !slices.Contains(m.May, cases.Appeal) {
		t.Fatalf("the owner can do no more than %v", m.May)
	}
	if err := tr.appeal(r); err != nil {
		t.Fatal(err)
	}
	c := tr.load(r)
	for _, who := range []string{first, second} {
		says(t, tr.signed(id, who, draftOf("close")), "decided-before")
	}
	third := c.Holders()[slices.IndexFunc(c.Holders(), func(n string) bool { return n != first && n != second })]
	if err := tr.signed(id, third, draftOf("close")); err != nil {
		t.Fatal(err)
	}
	if slices.Contains(tr.mine(r).May, cases.Appeal) {
		t.Error("a third appeal is offered")
	}
	says(t, tr.appeal(r), "appealed")
}

// TestOwnerTurnsTheThiefOut: the owner of a receipt that somebody else uses is the
// first to replace it, and writes what was not theirs. The thief, who has the former
// one now, reads nothing more and takes nothing back; if he objects, the ombudsmen
// decide, with the owner's words in the papers.
func TestOwnerTurnsTheThiefOut(t *testing.T) {
	tr := newPair(t)
	found, c := tr.file()
	if err := tr.mine(found).Withdraw(t.Context(), cases.NewOnce(), ""); err != nil { // the thief
		t.Fatal(err)
	}
	says(t, tr.mine(found).NotMe(t.Context(), cases.NewOnce(), "That was not me."), "receipt-in-hand")
	if err := tr.mine(found).Keep(t.Context(), cases.NewOnce(), "That was not me."); err != nil {
		t.Fatal(err)
	}
	owner := tr.replaced(found, cases.Replace)
	if err := tr.signed(c.ID, "anna", tr.says("answer", "To you alone.")); err != nil {
		t.Fatal(err)
	}
	thief := tr.mine(found)
	for name, act := range map[string]func(context.Context, [16]byte, string) error{"withdraw": thief.Withdraw, "appeal": thief.Appeal, "end": thief.End} {
		if err := act(t.Context(), cases.NewOnce(), ""); err == nil {
			t.Errorf("the thief can %s", name)
		}
	}
	if len(thief.Replies) > 0 {
		t.Errorf("the thief reads %+v", thief.Replies)
	}
	tr.notMe(found)
	tr.settles(c.ID, papers.KeepNewer)
	if m := tr.mine(owner); len(m.Replies) != 1 || m.Waits != "" || !slices.Contains(m.May, cases.Replace) {
		t.Errorf("%+v", m)
	}
	if len(tr.sealedTo(c.ID, found)) > 0 {
		t.Error("what was sealed to the receipt that lost is still there")
	}
}
