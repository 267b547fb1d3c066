package cases_test

import (
	"slices"
	"testing"

	"ombra/bot/bottest"
	"ombra/cases"
	"ombra/cases/papers"
	"ombra/crypto/receipt"
)

func settling(keep string) papers.Draft {
	return papers.Draft{Do: "settle", Text: "We asked.", Set: map[string]string{"keep": keep}}
}

var bothWays = []string{papers.KeepFormer, papers.KeepNewer}

// inDispute is a case whose receipt was replaced, and the former one objects.
func inDispute(tr *trial) (former, newer receipt.Receipt, id cases.ID) {
	tr.Helper()
	former, c := tr.file()
	newer = tr.replaced(former, cases.Replace)
	tr.notMe(former)
	return former, newer, c.ID
}

// undecided fails unless both receipts are still there and nobody is answered.
func (tr *trial) undecided(former, newer receipt.Receipt, id cases.ID, who string) {
	tr.Helper()
	if m := tr.mine(newer); !m.Disputed || !slices.Equal(m.May, []cases.Verb{cases.Add}) {
		tr.Errorf("the newer one: %+v", m)
	}
	if m := tr.mine(former); !m.Disputed || !slices.Equal(m.May, []cases.Verb{cases.NotMe}) {
		tr.Errorf("the former one: %+v", m)
	}
	if _, err := tr.thread(id, who).Act(tr.Machines[who].Key, draftOf("answer"), string(tr.Cases.Today())); err != papers.ErrWhom { //nolint:errorlint // the very error
		tr.Errorf("the desk answers: %v", err)
	}
}

// TestAttackHolderIsTheThief: an ombudsman who holds the case found its receipt,
// replaced it, and signs for the newer one. Or the owner replaced an exposed one,
// the ombudsman has that, objects with it and signs for the former. One signature
// moves nothing, nor does the same one twice, nor a contrary one; two do.
func TestAttackHolderIsTheThief(t *testing.T) {
	for _, keep := range bothWays {
		tr := newTrial(t, bottest.Settings{Names: []string{"anna", "bela"}})
		former, newer, id := inDispute(tr)
		tr.settle(id, "anna", keep)
		tr.undecided(former, newer, id, "bela")
		says(t, tr.signed(id, "anna", settling(keep)), "settle-second")
		tr.Pass(days(40))
		says(t, tr.signed(id, "anna", settling(keep)), "settle-second")
		other := bothWays[1-slices.Index(bothWays, keep)]
		tr.settle(id, "bela", other)
		tr.undecided(former, newer, id, "anna")
		tr.settle(id, "anna", other) // convinced
		kept := map[string]receipt.Receipt{papers.KeepFormer: former, papers.KeepNewer: newer}
		if m := tr.mine(kept[other]); m.Disputed || m.Replaced != "" {
			t.Errorf("%s is kept: %+v", other, m)
		}
		if _, err := tr.Cases.Mine(t.Context(), kept[keep]); cases.KindOf(err) != cases.NotFound {
			t.Errorf("%s is kept, and the other one opens: %v", other, err)
		}
		if err := tr.signed(id, "anna", draftOf("answer")); err != nil {
			t.Error(err)
		}
		if th := tr.thread(id, "bela"); len(th.Warnings) > 0 {
			t.Errorf("%q", th.Warnings)
		}
	}
}

// TestAttackHostSettles: a host that turned bad writes a dispute down as settled
// after one signature. No desk answers whom it kept.
func TestAttackHostSettles(t *testing.T) {
	for _, keep := range bothWays {
		tr := newTrial(t, bottest.Settings{Names: []string{"anna", "bela"}})
		former, _, id := inDispute(tr)
		tr.settle(id, "anna", keep)
		tr.change(former, func(c *cases.Case) {
			c.Flags &^= cases.Disputed
			i := slices.Index(bothWays, keep)
			c.Receipts[i].State, c.Receipts[i].Until = cases.InHand, ""
			c.Receipts[1-i].State, c.Receipts[1-i].Until = cases.Ended, ""
		})
		th := tr.thread(id, "bela")
		_, err := th.Act(tr.Machines["bela"].Key, draftOf("answer"), string(tr.Cases.Today()))
		if err != papers.ErrReceipts || len(th.Warnings) == 0 { //nolint:errorlint // the very error
			t.Errorf("%s: the desk answers: %v, %q", keep, err, th.Warnings)
		}
	}
}

// TestSettleTakesTheReserve: where one alone holds the case, the reserve is given
// it as soon as there is a dispute, and is the second.
func TestSettleTakesTheReserve(t *testing.T) {
	tr := newTrial(t, bottest.Settings{Names: []string{"anna", "bela"}, Change: func(o *cases.Office) { o.Designate = 1 }})
	former, newer, id := inDispute(tr)
	if got := tr.logged("released"); len(got) != 1 {
		t.Fatalf("released %q", got)
	}
	tr.settle(id, "anna", papers.KeepFormer)
	tr.undecided(former, newer, id, "bela")
	tr.settle(id, "bela", papers.KeepFormer)
	if tr.mine(former).Disputed {
		t.Error("two signed")
	}
}

// TestSettleTakesAThird: two who do not agree are joined by the backstop.
func TestSettleTakesAThird(t *testing.T) {
	tr := newTrial(t, bottest.Settings{Names: []string{"anna", "bela"}, Backstop: "outside"})
	former, newer, id := inDispute(tr)
	tr.settle(id, "anna", papers.KeepFormer)
	if got := tr.logged("released"); len(got) != 0 {
		t.Fatalf("released %q", got)
	}
	tr.settle(id, "bela", papers.KeepNewer)
	if got := tr.logged("released"); !slices.Equal(got, []string{"outside backstop dispute"}) {
		t.Fatalf("released %q", got)
	}
	tr.settle(id, "outside", papers.KeepNewer)
	if tr.mine(newer).Disputed {
		t.Error("two signed")
	}
	if _, err := tr.Cases.Mine(t.Context(), former); cases.KindOf(err) != cases.NotFound {
		t.Error(err)
	}
}

// TestSettleLosesItsSecond: the second one leaves; the next night another has it.
func TestSettleLosesItsSecond(t *testing.T) {
	tr := newTrial(t, bottest.Settings{Names: []string{"anna", "bela"}, Backstop: "outside", Change: func(o *cases.Office) { o.Designate = 1 }})
	former, _, id := inDispute(tr)
	second := tr.load(former).Holders()[1]
	tr.settle(id, second, papers.KeepFormer)
	tr.daily(1)
	tr.put(second, func(o *cases.Ombudsman) { o.Until = tr.Cases.Today().Add(-1) })
	tr.daily(1)
	if !tr.load(former).Holds("outside", cases.Live) {
		t.Error("nobody is there to be the second")
	}
}

// TestAttackAloneAgainstTheOwner: the one ombudsman of a small office is the thief.
// He signs, waits, and signs again. As long as the receipt that he would end
// speaks now and then, it is not ended, whichever of the two it is.
func TestAttackAloneAgainstTheOwner(t *testing.T) {
	for _, keep := range bothWays {
		tr := newTrial(t, bottest.Settings{Names: []string{"anna"}})
		former, newer, id := inDispute(tr)
		tr.settle(id, "anna", keep)
		for range 3 {
			tr.Pass(days(13))
			says(t, tr.signed(id, "anna", settling(keep)), "settle-waits")
			speaks := func() error { return tr.mine(newer).Add(t.Context(), cases.NewOnce(), "I am here.", nil) }
			if keep == papers.KeepNewer {
				speaks = func() error { return tr.mine(former).NotMe(t.Context(), cases.NewOnce(), "I am here.") }
			}
			if err := speaks(); err != nil {
				t.Fatal(err)
			}
		}
		due := tr.load(former).Receipts[0].Until
		if due != "2026-12-07" {
			t.Errorf("a decision is owed by %s", due)
		}
		tr.undecided(former, newer, id, "anna")
		tr.Pass(days(14))
		tr.settle(id, "anna", keep) // nobody spoke for a fortnight
		kept := map[string]receipt.Receipt{papers.KeepFormer: former, papers.KeepNewer: newer}[keep]
		if tr.mine(kept).Disputed {
			t.Error("nobody else is there, and the other one was silent")
		}
		if err := tr.signed(id, "anna", draftOf("answer")); err != nil {
			t.Error(err)
		}
		if th := tr.thread(id, "anna"); len(th.Warnings) > 0 {
			t.Errorf("%q", th.Warnings)
		}
	}
}

// TestAttackAloneForgesDays: he signs on a machine whose clock is behind, so that
// his second signature seems to come a fortnight later.
func TestAttackAloneForgesDays(t *testing.T) {
	tr := newTrial(t, bottest.Settings{Names: []string{"anna"}})
	_, _, id := inDispute(tr)
	tr.Pass(days(20))
	for _, day := range []int{-20, -2, 2} {
		file, err := tr.thread(id, "anna").Act(tr.Machines["anna"].Key, settling(papers.KeepNewer), string(tr.Cases.Today().Add(day)))
		if err != nil {
			t.Fatal(err)
		}
		in, err := tr.Cases.Inspect(file)
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = tr.desk("anna").Signed(t.Context(), in)
		says(t, err, "act-old")
	}
}

// TestSettleLonger: an office can ask for more days, and not for fewer.
func TestSettleLonger(t *testing.T) {
	for set, want := range map[int]int{0: 14, 3: 14, 30: 30} {
		tr := newTrial(t, bottest.Settings{Names: []string{"anna"}, Change: func(o *cases.Office) { o.AloneDays = set }})
		former, _, id := inDispute(tr)
		tr.settle(id, "anna", papers.KeepFormer)
		tr.Pass(days(want - 1))
		says(t, tr.signed(id, "anna", settling(papers.KeepFormer)), "settle-waits")
		tr.Pass(days(1))
		tr.settle(id, "anna", papers.KeepFormer)
		if tr.mine(former).Disputed {
			t.Errorf("not settled after %d days", want)
		}
	}
}

// TestAttackWithdrawnSigner: somebody signs and then withdraws from the case, for a
// conflict of interest. That signature is no first one any more.
func TestAttackWithdrawnSigner(t *testing.T) {
	tr := newTrial(t, bottest.Settings{Names: []string{"anna", "bela", "cora"}, Change: func(o *cases.Office) { o.Designate = 3 }})
	former, newer, id := inDispute(tr)
	tr.settle(id, "anna", papers.KeepNewer)
	if err := tr.signed(id, "anna", draftOf("recuse")); err != nil {
		t.Fatal(err)
	}
	tr.settle(id, "bela", papers.KeepNewer)
	tr.undecided(former, newer, id, "cora")
	tr.settle(id, "cora", papers.KeepNewer)
	if tr.mine(newer).Disputed {
		t.Error("two signed")
	}
}

// TestNextDisputeBeginsAnew: what was signed in one dispute counts in no later one.
func TestNextDisputeBeginsAnew(t *testing.T) {
	tr := newTrial(t, bottest.Settings{Names: []string{"anna", "bela"}})
	former, _, id := inDispute(tr)
	tr.settle(id, "anna", papers.KeepFormer)
	tr.settle(id, "bela", papers.KeepFormer)
	newer := tr.replaced(former, cases.Replace)
	tr.notMe(former)
	tr.settle(id, "bela", papers.KeepFormer)
	tr.undecided(former, newer, id, "bela")
}
