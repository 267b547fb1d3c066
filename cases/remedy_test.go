package cases_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"ombra/bot/bottest"
	"ombra/cases"
	"ombra/cases/papers"
	"ombra/crypto/receipt"
)

// remedyTable is the table as people think of it: where each thing leads from
// each state; what is not named is refused.
var remedyTable = map[string]map[string]string{
	"recommend":   {"": papers.Recommended},
	"agreed":      {papers.Recommended: papers.Agreed},
	"refused":     {papers.Recommended: papers.Refused, papers.Agreed: papers.Refused, papers.Offered: papers.Refused, papers.Contested: papers.Refused, papers.Accepted: papers.Refused},
	"offer":       {papers.Agreed: papers.Offered, papers.Contested: papers.Offered},
	"accept":      {papers.Offered: papers.Accepted},
	"contest":     {papers.Offered: papers.Contested},
	"delivered":   {papers.Accepted: papers.Delivered},
	"confirm":     {papers.Delivered: papers.Confirmed},
	"missing":     {papers.Delivered: papers.Accepted},
	"unconfirmed": {papers.Delivered: papers.Unconfirmed},
}

var filerSteps = []string{"accept", "contest", "confirm", "missing"}

// A pair is two ombudsmen who hold the same cases.
func newPair(t *testing.T) *trial {
	t.Helper()
	return newTrial(t, bottest.Settings{Names: []string{"anna", "bela"}})
}

// fresh opens fresh papers.
func (tr *trial) fresh(id cases.ID, who string) *papers.Thread {
	tr.Helper()
	th := tr.thread(id, who)
	if len(th.Warnings) > 0 {
		tr.Fatalf("the papers warn: %q", th.Warnings)
	}
	return th
}

// remedyDraft is what somebody would write for an act on the first remedy.
func (tr *trial) remedyDraft(do string) papers.Draft {
	d := papers.Draft{Do: do, Text: "Words.", Set: map[string]string{"remedy": "1"}}
	due := string(tr.Cases.Today().Add(20))
	switch do {
	case "recommend":
		d.Set = map[string]string{"form": "compensation", "due": due}
	case "offer":
		d.Set["due"] = due
	case "delivered":
		d.Files = []papers.Attachment{{Name: "transfer.txt", Data: []byte("paid")}}
	}
	return d
}

// drop hands in an act file.
func (tr *trial) drop(who string, file []byte) error {
	tr.Helper()
	in, err := tr.Cases.Inspect(file)
	if err != nil {
		tr.Fatal(err)
	}
	_, _, err = tr.desk(who).Signed(tr.Context(), in)
	return err
}

// forced signs on a desk that was patched: it refuses nothing.
func (tr *trial) forced(fresh papers.Thread, who, do string) error {
	tr.Helper()
	th := &fresh
	th.Remedies = slices.Clone(fresh.Remedies)
	for _, m := range papers.RemedyMoves {
		if m.Do == do && len(th.Remedies) > 0 && len(m.From) > 0 {
			th.Remedies[0].State, th.Remedies[0].Signer = m.From[0], ""
		}
	}
	file, err := th.Act(tr.Machines[who].Key, tr.remedyDraft(do), string(tr.Cases.Today()))
	if err != nil {
		tr.Fatal(err)
	}
	return tr.drop(who, file)
}

// responds is what the filer says to the first remedy, as it stands.
func (tr *trial) responds(r receipt.Receipt, do string) error {
	tr.Helper()
	m, err := tr.Cases.Mine(tr.Context(), r)
	if err != nil {
		tr.Fatal(err)
	}
	w := cases.RemedyAnswer{Do: cases.Verb(do), Number: 1, On: strings.Repeat("0", 32), Text: "My words."}
	if len(m.Remedies) > 0 {
		w.On = m.Remedies[0].On
	}
	return m.Answer(tr.Context(), cases.NewOnce(), w)
}

// step makes one step as it should be made.
func (tr *trial) step(r receipt.Receipt, id cases.ID, who, do string) error {
	tr.Helper()
	if slices.Contains(filerSteps, do) {
		return tr.responds(r, do)
	}
	return tr.signed(id, who, tr.remedyDraft(do))
}

// roads lead to each state; the second of a pair ends what the first began.
var roads = map[string]string{
	papers.Recommended: "recommend", papers.Agreed: "recommend agreed", papers.Refused: "recommend refused",
	papers.Offered: "recommend agreed offer", papers.Accepted: "recommend agreed offer accept",
	papers.Contested: "recommend agreed offer contest", papers.Delivered: "recommend agreed offer accept delivered",
	papers.Confirmed: "recommend agreed offer accept delivered confirm", papers.Unconfirmed: "recommend agreed offer accept delivered unconfirmed",
}

// walk files a case and brings its remedy to a state.
func (tr *trial) walk(state string) (receipt.Receipt, cases.ID) {
	tr.Helper()
	r, c := tr.file()
	for do := range strings.FieldsSeq(roads[state]) {
		who := "anna"
		if do == "unconfirmed" {
			who = "bela"
			tr.Pass(days(30))
		}
		if err := tr.step(r, c.ID, who, do); err != nil {
			tr.Fatalf("%s on the way to %s: %v", do, state, err)
		}
	}
	return r, c.ID
}

func (tr *trial) state(r receipt.Receipt) string {
	tr.Helper()
	if c := tr.load(r); len(c.Remedies) == 1 {
		return c.Remedies[0].State
	}
	return ""
}

// TestRemedies makes every step from every state, with desks that refuse nothing:
// what the table does not name changes nothing, whoever asks.
func TestRemedies(t *testing.T) {
	t.Parallel()
	tr := newPair(t)
	for _, state := range append([]string{""}, papers.RemedyStates...) {
		r, id := tr.walk(state)
		before, now := tr.load(r), tr.fresh(id, "bela")
		if outstanding := state != "" && !(papers.Remedy{State: state}).Ended(); before.Is(cases.RemedyOutstanding) != outstanding {
			t.Errorf("%s: outstanding is %v", state, !outstanding)
		}
		for do, row := range remedyTable {
			if row[state] != "" || do == "recommend" || state == "" && !slices.Contains(filerSteps, do) {
				continue
			}
			var err error
			if slices.Contains(filerSteps, do) {
				err = tr.responds(r, do)
			} else {
				err = tr.forced(*now, "bela", do)
			}
			if cases.KindOf(err) != cases.Conflict || fmt.Sprint(before.Remedies) != fmt.Sprint(tr.load(r).Remedies) {
				t.Errorf("%s from %q: %v, and %+v", do, state, err, tr.load(r).Remedies)
			}
		}
		for do, row := range remedyTable {
			if row[state] == "" {
				continue
			}
			r, id := tr.walk(state)
			if do == "unconfirmed" {
				tr.Pass(days(30))
			}
			if err := tr.step(r, id, "bela", do); err != nil || tr.state(r) != row[state] {
				t.Errorf("%s from %q leads to %q, want %q: %v", do, state, tr.state(r), row[state], err)
			}
		}
	}
}

// TestRemedyByPress: nobody moves a remedy by pressing or typing in the chat.
func TestRemedyByPress(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, bottest.Settings{Names: []string{"anna"}, Change: func(o *cases.Office) { o.TypedReplies = true }})
	r, id := tr.reach(cases.Received)
	for _, road := range []string{"recommend", "agreed", "offer"} {
		for do := range remedyTable {
			set := tr.remedyDraft(do).Set
			if c := tr.load(r); len(c.Remedies) > 0 {
				set["on"] = c.Remedies[0].On
			}
			pressed := tr.desk("anna").Do(t.Context(), id, cases.Act{Do: cases.Verb(do), Once: cases.NewOnce(), Set: set})
			typed := tr.desk("anna").Type(t.Context(), id, cases.Verb(do), cases.NewOnce(), "Offered.")
			if cases.KindOf(pressed) != cases.Conflict || typed == nil {
				t.Errorf("%s: pressed %v, typed %v", do, pressed, typed)
			}
		}
		if err := tr.step(r, id, "anna", road); err != nil {
			t.Fatal(err)
		}
	}
	if got := tr.state(r); got != papers.Offered {
		t.Errorf("the remedy is %s", got)
	}
}

// TestRemedySilence: a delivery is "unconfirmed" only when the filer was silent
// for the office's days, about anything.
func TestRemedySilence(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, bottest.Settings{Names: []string{"anna", "bela"}, Change: func(o *cases.Office) { o.SilentDays = 10 }})
	r, id := tr.walk(papers.Delivered)
	for _, x := range []struct {
		pass int
		add  bool
		fine bool
	}{{pass: 9}, {pass: 1, add: true}, {pass: 9}, {pass: 1, fine: true}} {
		tr.Pass(days(x.pass))
		if x.add {
			if err := tr.move("filer add", r, id); err != nil {
				t.Fatal(err)
			}
		}
		err := tr.step(r, id, "bela", "unconfirmed")
		if (err == nil) != x.fine || err != nil && cases.SayOf(err) != "remedy-silence" {
			t.Errorf("on %s: %v", tr.Cases.Today(), err)
		}
	}
}

// TestRemedyBlocksClosing: no case is closed on what is still owed, and every
// way to its end opens the closing again.
func TestRemedyBlocksClosing(t *testing.T) {
	t.Parallel()
	tr := newPair(t)
	for _, state := range papers.RemedyStates {
		r, id := tr.walk(state)
		err := tr.signed(id, "anna", draftOf("close"))
		if ended := (papers.Remedy{State: state}).Ended(); (err == nil) != ended || err != nil && cases.SayOf(err) != "outstanding" {
			t.Errorf("closing with a remedy that is %s: %v", state, err)
		}
		if want := err == nil; (tr.load(r).Stage == cases.Closed) != want {
			t.Errorf("%s: closed is %v", state, !want)
		}
	}
	// And in a closed case nothing moves any more.
	r, id := tr.walk("")
	if err := tr.signed(id, "anna", draftOf("close")); err != nil {
		t.Fatal(err)
	}
	if err := tr.step(r, id, "anna", "recommend"); cases.KindOf(err) != cases.Conflict {
		t.Errorf("recommended in a closed case: %v", err)
	}
}

// TestRemedyReplacedReceipt: a receipt that was replaced answers to no remedy.
func TestRemedyReplacedReceipt(t *testing.T) {
	t.Parallel()
	tr := newPair(t)
	r, _ := tr.walk(papers.Offered)
	m, err := tr.Cases.Mine(t.Context(), r)
	if err != nil || len(m.AnswersTo(m.Remedies[0])) != 2 {
		t.Fatalf("%v, %v", m.AnswersTo(m.Remedies[0]), err)
	}
	c := tr.load(r)
	c.Receipts[0].State, c.Receipts[0].Until = cases.Replaced, tr.Cases.Today().Add(14)
	if err := tr.db.Update(t.Context(), func(tx cases.Tx) error { return tx.Put(c) }); err != nil {
		t.Fatal(err)
	}
	// Also one that looked before it was replaced.
	err = m.Answer(t.Context(), cases.NewOnce(), cases.RemedyAnswer{Do: cases.Accept, Number: 1, On: m.Remedies[0].On})
	if err == nil || tr.state(r) != papers.Offered {
		t.Errorf("%v, and the remedy is %s", err, tr.state(r))
	}
	if now, err := tr.Cases.Mine(t.Context(), r); err == nil && len(now.AnswersTo(now.Remedies[0])) > 0 {
		t.Error("it is offered an answer")
	}
}

// TestRemedyDraftsRefused: what cannot be meant.
func TestRemedyDraftsRefused(t *testing.T) {
	t.Parallel()
	tr := newPair(t)
	r, id := tr.file()
	for due, want := range map[cases.Day]bool{
		tr.Cases.Today().Add(-1): false, tr.Cases.Today(): true, tr.Cases.Today().Add(9000): false,
	} {
		d := tr.remedyDraft("recommend")
		d.Set["due"] = string(due)
		if err := tr.signed(id.ID, "anna", d); (err == nil) != want || err != nil && cases.SayOf(err) != "remedy-due" {
			t.Errorf("due %s: %v", due, err)
		}
	}
	// Two desks recommend on the same papers: one number, one remedy.
	th := tr.fresh(id.ID, "anna")
	var files [][]byte
	for range 2 {
		file, err := th.Act(tr.Machines["anna"].Key, tr.remedyDraft("recommend"), string(tr.Cases.Today()))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	if err := tr.drop("anna", files[0]); err != nil {
		t.Fatal(err)
	}
	if err := tr.drop("anna", files[1]); cases.KindOf(err) != cases.Conflict {
		t.Errorf("the same number twice: %v", err)
	}
	for n := len(tr.load(r).Remedies); n < papers.MaxRemedies; n++ {
		if err := tr.step(r, id.ID, "bela", "recommend"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := tr.fresh(id.ID, "anna").Act(tr.Machines["anna"].Key, tr.remedyDraft("recommend"), string(tr.Cases.Today())); err == nil {
		t.Error("a remedy too many was signed")
	}
}

// remedyJob runs the one job that is about remedies.
func (tr *trial) remedyJob() error {
	tr.Helper()
	for _, j := range tr.Cases.Jobs() {
		if j.Name == "remedies" {
			return j.Do(tr.Context())
		}
	}
	tr.Fatal("there is no such job")
	return nil
}

// TestRemedyDue: the holders hear of a due day once, on that day; a new due day
// is another, and what has ended is not announced.
func TestRemedyDue(t *testing.T) {
	t.Parallel()
	tr := newPair(t)
	owed, _ := tr.walk(papers.Accepted)
	tr.walk(papers.Refused)
	quiet := len(tr.outbox())
	told := func() (n int) {
		if err := tr.remedyJob(); err != nil {
			t.Fatal(err)
		}
		for _, n2 := range tr.outbox()[quiet:] {
			if n2.Due != tr.Cases.Today() || n2.About != cases.Deadline || n2.Hour != 0 {
				t.Errorf("%+v", n2)
			}
			n++
		}
		return n
	}
	for i := range 20 {
		if n := told(); n != 0 {
			t.Fatalf("%d notices after %d days", n, i)
		}
		tr.Pass(days(1))
	}
	if n := told(); n != 2 {
		t.Errorf("%d notices on the day, want one for each holder", n)
	}
	if r := tr.load(owed).Remedies[0]; r.Late(tr.Cases.Today()) || !r.Late(tr.Cases.Today().Add(1)) || r.Told != cases.Day(r.Due) {
		t.Errorf("%+v", r)
	}
	if n := told(); n != 2 {
		t.Errorf("told again: %d notices", n)
	}
	tr.Pass(days(1))
	quiet += 2
	if n := told(); n != 0 {
		t.Errorf("told again a day later: %d notices", n)
	}
}

// TestRemedyDueAfterJump: a clock that jumped announces nothing.
func TestRemedyDueAfterJump(t *testing.T) {
	t.Parallel()
	tr := newPair(t)
	if _, err := tr.Cases.Checkpoint(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	tr.walk(papers.Accepted)
	before := len(tr.outbox())
	tr.Pass(days(700))
	if err := tr.remedyJob(); cases.SayOf(err) != "clock" {
		t.Errorf("%v", err)
	}
	if n := len(tr.outbox()); n != before {
		t.Errorf("%d notices on the word of a clock", n-before)
	}
}
