package cases_test

import (
	"fmt"
	"strings"
	"testing"

	"ombra/bot/bottest"
	"ombra/cases"
	"ombra/cases/papers"
	"ombra/crypto/receipt"
)

func (tr *trial) hold(id cases.ID, until cases.Day) error {
	tr.Helper()
	return tr.signed(id, "anna", papers.Draft{Do: "hold", Text: "The court asked for it.", Set: map[string]string{"until": string(until)}})
}

// settled lists who waits for a notice about something, and tells them.
func (tr *trial) settled(about cases.Subject) (list []string) {
	tr.Helper()
	for _, n := range tr.outbox() {
		if n.About == about {
			list = append(list, n.To)
		}
		if err := tr.Cases.Settle(tr.Context(), n, cases.Outcome{}); err != nil {
			tr.Fatal(err)
		}
	}
	return list
}

// TestHold: a held case outlives its period; a hold lapses by itself after its
// last day, with a leaf and a notice a fortnight before and at the end, and the
// case goes the night after, not the same one.
func TestHold(t *testing.T) {
	tr := keeping(t)
	tr.nights(1)
	r, c := tr.close("substantiated") // due on the 24th of December
	if err := tr.hold(c.ID, "2027-01-10"); err != nil {
		t.Fatal(err)
	}
	if c = tr.load(r); !c.Is(cases.Held) || c.HeldUntil != "2027-01-10" {
		t.Fatalf("held: %v, until %s", c.Is(cases.Held), c.HeldUntil)
	}
	tr.settled(cases.HoldEnds)
	warned, lapsed, gone := cases.Day(""), cases.Day(""), cases.Day("")
	for gone == "" && tr.Cases.Today() < "2027-02-01" {
		tr.nights(1)
		tr.restart()
		if who := tr.settled(cases.HoldEnds); len(who) > 0 {
			if fmt.Sprint(who) != "[anna]" {
				t.Errorf("told: %v", who)
			}
			if warned == "" {
				warned = tr.Cases.Today()
			} else if lapsed == "" {
				lapsed = tr.Cases.Today()
			} else {
				t.Error("told a third time")
			}
		}
		if !tr.here(r) {
			gone = tr.Cases.Today()
		}
	}
	if warned != "2026-12-27" || lapsed != "2027-01-11" || gone != "2027-01-12" {
		t.Errorf("warned %s, lapsed %s, gone %s", warned, lapsed, gone)
	}
	if acts := tr.audit().Acts; acts["hold-lapsed"] != 0 { // of a shredded case: it opens no more
		t.Errorf("acts %v", acts)
	}
}

// TestHoldLifted: ended early, by a signed act, and then the period counts again.
func TestHoldLifted(t *testing.T) {
	tr := keeping(t)
	tr.nights(1)
	r, c := tr.close("substantiated")
	if err := tr.hold(c.ID, "2027-11-01"); err != nil {
		t.Fatal(err)
	}
	tr.off(60)
	tr.nights(2)
	if !tr.here(r) {
		t.Fatal("deleted while held")
	}
	if err := tr.signed(c.ID, "anna", draftOf("lift")); err != nil {
		t.Fatal(err)
	}
	if c = tr.load(r); c.Is(cases.Held) || c.HeldUntil != "" {
		t.Errorf("lifted, and held until %s", c.HeldUntil)
	}
	if acts := tr.acts(c.ID); acts["held"] != 1 || acts["hold-lifted"] != 1 {
		t.Errorf("acts %v", acts)
	}
	tr.nights(1)
	if tr.here(r) {
		t.Error("still here")
	}
}

// acts counts a case's acts in the log.
func (tr *trial) acts(id cases.ID) map[string]int {
	tr.Helper()
	count := map[string]int{}
	err := tr.db.View(tr.Context(), func(tx cases.Tx) error {
		size, err := tx.Size()
		if err != nil {
			return err
		}
		leaves, err := tx.Leaves(0, size)
		for _, l := range leaves {
			if strings.Contains(string(l.Details), string(id)) {
				act, _, _ := strings.Cut(strings.TrimPrefix(string(l.Details), `{"act":"`), `"`)
				count[act]++
			}
		}
		return err
	})
	if err != nil {
		tr.Fatal(err)
	}
	return count
}

// TestHoldNeedsItsParts: a last day that is to come and not for ever, and a
// reason; a hold is lifted only where there is one; it can be set again.
func TestHoldNeedsItsParts(t *testing.T) {
	tr := keeping(t)
	r, c := tr.file()
	today := tr.Cases.Today()
	for until, ok := range map[cases.Day]bool{
		today: false, today.Add(-1): false, today.Add(1): true, today.Add(3 * 366): true, today.Add(3*366 + 1): false,
	} {
		if err := tr.hold(c.ID, until); (err == nil) != ok {
			t.Errorf("until %s: %v", until, err)
		}
	}
	if err := tr.signed(c.ID, "anna", draftOf("lift")); err != nil {
		t.Error(err)
	}
	if err := tr.signed(c.ID, "anna", draftOf("lift")); cases.KindOf(err) != cases.Conflict {
		t.Errorf("lifted what is not held: %v", err)
	}
	if err := (papers.Draft{Do: "hold", Text: "Why.", Set: map[string]string{"until": "for ever"}}).Check(); err == nil {
		t.Error("the desk signs a hold without an end")
	}
	if err := (papers.Draft{Do: "hold", Set: map[string]string{"until": "2027-01-01"}}).Check(); err == nil {
		t.Error("the desk signs a hold without a reason")
	}
	if err := tr.hold(c.ID, today.Add(5)); err != nil {
		t.Fatal(err)
	}
	if err := tr.move("sign close", r, c.ID); cases.KindOf(err) != cases.Conflict {
		t.Errorf("closed while held: %v", err)
	}
}

// TestAttackFilerSeesHold: what a filer is shown is the same with and without a
// hold, and its reason reaches no receipt.
func TestAttackFilerSeesHold(t *testing.T) {
	tr := keeping(t)
	plain, _ := tr.close("partly")
	held, c := tr.close("partly")
	if err := tr.hold(c.ID, tr.Cases.Today().Add(100)); err != nil {
		t.Fatal(err)
	}
	see := func(r receipt.Receipt) string {
		m, err := tr.Cases.Mine(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		seen := fmt.Sprintf("%s %s %v %s %s %s %s", m.Kind, m.Stage, m.Waiting, m.AckDue, m.FeedbackDue, m.Disposition, m.KeptUntil)
		if m.KeptUntil != "2026-12-23" {
			t.Errorf("kept until %s", m.KeptUntil)
		}
		for _, reply := range m.Replies {
			seen += fmt.Sprintf("\n%+v", reply)
		}
		return seen
	}
	if a, b := see(plain), see(held); a != b {
		t.Errorf("without a hold:\n%s\nwith one:\n%s", a, b)
	}
}

// TestHoldReasonInThePapers: ombudsmen read the reason, signed, and the last day.
func TestHoldReasonInThePapers(t *testing.T) {
	tr := keeping(t)
	_, c := tr.file()
	if err := tr.hold(c.ID, "2027-03-01"); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := tr.thread(c.ID, "anna").Text(&b); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	for _, want := range []string{"The court asked for it.", "signed by anna", "until: 2027-03-01", "held"} {
		if !strings.Contains(text, want) {
			t.Errorf("the papers lack %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "!!") {
		t.Errorf("warnings:\n%s", text)
	}
}

// TestHoldsWaitForTheClock: a clock that jumped ends no hold.
func TestHoldsWaitForTheClock(t *testing.T) {
	tr := newTrial(t, bottest.Settings{Names: []string{"anna"}})
	r, c := tr.file()
	tr.jobs()
	if err := tr.hold(c.ID, tr.Cases.Today().Add(5)); err != nil {
		t.Fatal(err)
	}
	tr.Pass(days(700))
	for _, j := range tr.Cases.Jobs() {
		_ = j.Do(t.Context())
	}
	if !tr.load(r).Is(cases.Held) {
		t.Error("the hold has lapsed")
	}
}
