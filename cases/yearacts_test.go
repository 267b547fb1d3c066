package cases_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"ombra/bot/bottest"
	"ombra/cases"
	"ombra/cases/papers"
	"ombra/crypto/receipt"
)

func (y *year) names() []string { return slices.Sorted(maps.Keys(y.until)) }

// live is a day of a case: mostly nothing happens.
func (y *year) live(c *affair) {
	y.Helper()
	rest := y.rest
	if c.stage == cases.Closed {
		rest *= 3
	}
	if c.gone || y.withheld(c) || !y.one(rest) {
		return
	}
	had := y.at(c.id)
	c.was = had.Holders()
	if y.one(3) {
		y.filer(c)
	} else {
		y.ombudsman(c)
	}
	if now := y.at(c.id); now.Stage != c.stage || now.Is(cases.Late) != c.late || now.Is(cases.Disputed) != c.disputed {
		y.Fatalf("%s: %s is %s %v, want %+v", y.today(), c.id, now.Stage, now.Flags.Names(), c)
	}
}

// done settles whether an act was taken: what was not is counted by its reason, and
// must have been refused in words.
func (y *year) done(c *affair, what string, err error) bool {
	y.Helper()
	if err != nil && cases.KindOf(err) != cases.Conflict {
		y.Fatalf("%s: %s: %v", y.today(), what, err)
	}
	if err != nil {
		y.refused[what+" "+cases.SayOf(err)]++
		return false
	}
	y.made[what]++
	y.stir(y.today(), append(c.was, y.at(c.id).Holders()...)...)
	return true
}

// filer is what a filer does: look, and then perhaps something.
func (y *year) filer(c *affair) {
	y.Helper()
	var m *cases.Mine
	if i := c.hand(); i >= 0 {
		m = y.mine(c.receipts[i].r)
		y.shows(c, m)
	}
	if p := c.former(); p != nil && !c.disputed && y.today() <= p.until && y.one(4) {
		if y.done(c, "not-me", y.mine(p.r).NotMe(ctx, cases.NewOnce(), "I did not.")) {
			c.disputed, p.until, c.withdraw = true, y.today().Add(14), ""
		}
		return
	}
	if m == nil { // it goes on without its filer
		return
	}
	if len(m.Remedies) > 0 && len(m.AnswersTo(m.Remedies[0])) > 0 && !y.one(3) {
		do := pick(y, m.AnswersTo(m.Remedies[0]))
		if y.done(c, string(do), m.Answer(ctx, cases.NewOnce(), cases.RemedyAnswer{Do: do, Number: 1, On: m.Remedies[0].On, Text: "My words."})) {
			if c.remedy = remedyTable[string(do)][c.remedy]; do != cases.Missing {
				y.count("remedy/" + c.remedy)
			}
		}
		return
	}
	do := pick(y, m.May)
	if (do == cases.Replace || do == cases.HandOver) && !y.one(3) || do == cases.EndReceipt && !y.one(6) {
		return // most only look
	}
	switch do {
	case cases.Add:
		y.adds(c, m)
	case cases.Approve, cases.Correct:
		if y.done(c, string(do), m.Approve(ctx, do, cases.NewOnce(), "So it was said.")) {
			c.approved[c.hand()] = true
		}
	default:
		y.binds(c, m, do)
	}
}

// binds are the filer's acts that are more than words.
func (y *year) binds(c *affair, m *cases.Mine, do cases.Verb) {
	y.Helper()
	next := receipt.New(bottest.Origin)
	act := map[cases.Verb]func() error{
		cases.Withdraw: func() error { return m.Withdraw(ctx, cases.NewOnce(), "") },
		cases.Keep:     func() error { return m.Keep(ctx, cases.NewOnce(), "") },
		cases.Appeal:   func() error { return m.Appeal(ctx, cases.NewOnce(), "Not so.") },
		cases.Replace:  func() error { return m.Replace(ctx, do, cases.NewOnce(), next, "It was seen.") },
		cases.HandOver: func() error { return m.Replace(ctx, do, cases.NewOnce(), next, "Her case.") },

		cases.EndReceipt: func() error { return m.End(ctx, cases.NewOnce(), "It was seen.") },
	}[do]
	if act == nil {
		y.Fatalf("a filer may %s", do)
	}
	if !y.done(c, string(do), act()) {
		return
	}
	switch do {
	case cases.Withdraw:
		c.withdraw = y.today()
		y.count("withdraw")
	case cases.Keep:
		c.withdraw = ""
	case cases.Appeal:
		c.stage, c.appealed, c.feedbackDue = cases.Investigating, y.today(), y.today().Add(21)
		c.closed, c.disposition, c.answered, c.withdraw = "", "", "", ""
		y.count("reopened")
	case cases.EndReceipt:
		c.receipts[c.hand()].until = y.today().Add(14)
	default:
		c.receipts[c.hand()].until = y.today().Add(14)
		c.receipts = append(c.receipts, proof{r: next})
	}
}

// shows compares what a filer sees with what the filer knows.
func (y *year) shows(c *affair, m *cases.Mine) {
	y.Helper()
	if m.Stage != c.stage || m.Late != c.late || m.Withdrawing != c.withdraw || m.Appealed != c.appealed || m.Disputed != c.disputed ||
		string(m.Disposition) != c.disposition || m.Kind != c.kind || len(m.Replies) < c.replies {
		y.Errorf("%s: a filer sees %+v, want %+v", y.today(), m, c)
	}
	if owed := c.promised(); m.AckDue != owed[0] || m.AssessDue != owed[1] || m.FeedbackDue != owed[2] {
		y.Errorf("%s: the filer of %s is promised %s, %s, %s, want %s", y.today(), c.id, m.AckDue, m.AssessDue, m.FeedbackDue, owed)
	}
	asked := slices.Contains(m.May, cases.Approve)
	if asked != (c.told && !c.disputed && !c.approved[c.hand()]) || c.told && (len(m.Written) == 0 || !strings.Contains(m.Written[0].Text, c.word)) {
		y.Errorf("%s: whoever told %s may say that it is right: %v; %+v", y.today(), c.id, asked, m.Written)
	}
	c.replies = len(m.Replies)
	for _, r := range m.Replies {
		if r.Broken {
			y.Errorf("%s: a reply in %s is broken", y.today(), c.id)
		}
	}
}

// ombudsman is what one of the holders does.
func (y *year) ombudsman(c *affair) {
	y.Helper()
	serving := slices.DeleteFunc(slices.Clone(c.was), func(name string) bool { return !y.serves(name) })
	if len(serving) == 0 {
		return
	}
	who := pick(y, serving)
	if slices.Contains(slow, who) && !y.one(6) {
		return
	}
	card, err := y.desk(who).Case(ctx, c.id)
	y.must(err)
	y.given(who, "card", fmt.Sprintf("%+v", *card)+string(card.ID))
	y.strangers(c)
	switch {
	case c.stage == cases.Received && !y.one(10):
		y.press(c, who, cases.Act{Do: cases.Acknowledge})
	case c.stage == cases.Acknowledged && !y.one(5), c.stage == cases.Assessing && y.one(3):
		to := pick(y, []cases.Stage{cases.Assessing, cases.Investigating})
		y.press(c, who, cases.Act{Do: cases.Assess, Set: map[string]string{
			"category": pick(y, []string{"unintended-harm", "other"}), "priority": "low", "urgent": "no", "stage": string(to),
		}})
	case c.stage != cases.Closed && y.one(8):
		y.press(c, who, cases.Act{Do: pick(y, []cases.Verb{cases.Wait, cases.Resume, cases.TakeLead})})
	default:
		y.paper(c, who)
	}
}

func (y *year) press(c *affair, who string, a cases.Act) {
	y.Helper()
	a.Once = cases.NewOnce()
	if !y.done(c, string(a.Do), y.desk(who).Do(ctx, c.id, a)) {
		return
	}
	y.must(y.desk(who).Do(ctx, c.id, a)) // a double click
	switch a.Do {
	case cases.Acknowledge:
		c.stage, c.acked = cases.Acknowledged, y.today()
		y.count("acknowledged/" + inTime(c.acked, c.ackDue))
		c.feedbackDue = c.answerDue()
	case cases.Assess:
		c.stage, c.category = cases.Stage(a.Set["stage"]), a.Set["category"]
	default:
	}
}

func inTime(on, due cases.Day) string {
	if on <= due {
		return "in-time"
	}
	return "late"
}

// answerDue is by when an answer is promised.
func (c *affair) answerDue() cases.Day {
	began := c.ackDue
	if c.acked != "" {
		began = min(began, c.acked)
	}
	if c.appealed != "" {
		began = c.appealed
	}
	if c.extended != "" {
		return began.Add(42)
	}
	return began.Add(21)
}

// paper fetches the papers and signs something on them.
func (y *year) paper(c *affair, who string) {
	y.Helper()
	f, err := y.desk(who).Papers(ctx, c.id, cases.NewOnce())
	y.must(err)
	var b bytes.Buffer
	y.must(f.Write(&b))
	th, err := y.Machines[who].Open(b.Bytes(), f.Passcode)
	if errors.Is(err, papers.ErrKey) {
		y.blind(c, who)
		return
	}
	y.must(err)
	b.Reset()
	y.must(th.Text(&b))
	y.given(who, "papers", th.Case+" "+b.String())
	y.reads(c, who, th, b.String())
	for _, w := range th.Warnings {
		for _, name := range append(y.names(), "0", "1", "2", "3", "4", "5", "6", "7", "8", "9") {
			w = strings.ReplaceAll(w, name, "")
		}
		y.warning[w]++
	}
	d := y.draft(c, who, th)
	file, err := th.Act(y.Machines[who].Key, d, string(y.today()))
	if err != nil {
		y.refused[d.Do+" at the desk: "+err.Error()]++
		return
	}
	if y.done(c, d.Do, y.hand(who, file)) {
		y.signed(c, who, d)
	}
}

// blind: the key that opened the case is lost.
func (y *year) blind(c *affair, who string) {
	y.Helper()
	if y.keys[who] == 0 {
		y.Errorf("%s: %s cannot open %s, and has lost no key", y.today(), who, c.id)
	}
	if c.blind[who] {
		return
	}
	c.blind[who] = true
	act, err := y.Machines[who].Unreadable(string(y.today()))
	y.must(err)
	from, err := act.Open(ctx)
	y.must(err)
	raw, err := io.ReadAll(from)
	y.must(err)
	y.done(c, "unreadable", y.hand(who, raw))
}
