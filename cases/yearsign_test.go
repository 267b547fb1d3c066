package cases_test

import (
	"slices"

	"ombra/cases"
	"ombra/cases/papers"
)

// draft is what an ombudsman finds to sign.
func (y *year) draft(c *affair, who string, th *papers.Thread) papers.Draft {
	say := func(do string, set map[string]string) papers.Draft {
		return papers.Draft{Do: do, Text: "Words.", Set: set}
	}
	for _, name := range y.names() {
		if c.blind[name] && name != who && y.serves(name) && slices.Contains(c.was, name) && !slices.Contains(c.out, name) && y.one(2) {
			return papers.Draft{Do: "grant", Set: map[string]string{"to": name}}
		}
	}
	if n := th.Sealed(); len(n) > 0 && !c.resealed && y.one(3) {
		d, err := th.Reseal(n[0])
		y.must(err)
		return d
	}
	for _, name := range y.names() {
		barred := slices.Concat(c.excluded, c.out, c.decided, []string{who, "outside"})
		if c.stuck && y.serves(name) && !slices.Contains(barred, name) {
			y.made["stuck: grant"]++
			return papers.Draft{Do: "grant", Set: map[string]string{"to": name}}
		}
	}
	switch {
	case c.disputed:
		return say("settle", map[string]string{"keep": pick(y, []string{papers.KeepFormer, papers.KeepNewer})})
	case c.stage == cases.Closed && y.one(3):
		return say("hold", map[string]string{"until": string(y.today().Add(20 + y.luck.IntN(40)))})
	case c.stage == cases.Closed:
		return y.note()
	case c.kind == cases.Redress && y.one(2), c.owing() && !y.one(4):
		for _, do := range y.shuffled("recommend", "agreed", "refused", "offer", "delivered", "unconfirmed") {
			if remedyTable[do][c.remedy] != "" && (do != "refused" || y.one(3)) {
				return y.remedyDraft(do)
			}
		}
	case y.one(14):
		return say("recuse", nil)
	case y.one(10):
		return say("extend", nil)
	case !c.owing() && !y.one(4):
		end := pick(y, cases.Dispositions)
		if c.withdraw != "" && c.cools() <= y.today() {
			end = "withdrawn"
		}
		d := say("close", map[string]string{"disposition": string(end)})
		d.Lessons = "none, because"
		return d
	}
	if y.one(4) {
		return y.note()
	}
	return say(pick(y, []string{"answer", "answer", "ask"}), nil)
}

// note is for the other holders, and may have a large file with it.
func (y *year) note() papers.Draft {
	d := papers.Draft{Do: "note", Text: "Words."}
	if y.one(3) {
		d.Files = append(d.Files, papers.Attachment{Name: "seen.bin", Data: y.noise(large + y.luck.IntN(large))})
	}
	return d
}

func (y *year) shuffled(list ...string) []string {
	y.luck.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list
}

// signed writes down what a signed act did.
func (y *year) signed(c *affair, who string, d papers.Draft) {
	y.Helper()
	again := c.appealed != "" && slices.Contains(c.decided, who)
	if c.answered == "" && !again && (d.Do == "answer" || d.Do == "close") {
		c.answered = y.today()
		y.count("answered/" + inTime(c.answered, c.feedbackDue))
	}
	if to := remedyTable[d.Do][c.remedy]; to != "" {
		c.remedy = to
		switch d.Do {
		case "recommend":
			y.count("remedy-form/" + d.Set["form"])
		case "agreed":
		default:
			y.count("remedy/" + to)
		}
		if due := d.Set["due"]; due != "" {
			c.remedyDue = cases.Day(due)
		}
	}
	switch d.Do {
	case "note":
		c.shelved += len(d.Files)
	case "reseal":
		c.resealed = true
		c.shelved += c.innerBig
	case "close":
		y.closes(c, who, d.Set["disposition"])
	case "extend":
		c.extended = y.today()
		c.feedbackDue = c.answerDue()
		y.count("extended")
	case "hold":
		if c.heldUntil == "" {
			y.count("held")
		}
		c.heldUntil = cases.Day(d.Set["until"])
	case "recuse":
		c.out = append(c.out, who)
	case "grant":
		delete(c.blind, d.Set["to"])
	case "settle":
		y.settled(c, who, d.Set["keep"])
	}
}

// settled: it takes two who sign for the same receipt. Only who is alone is let do
// that twice.
func (y *year) settled(c *affair, who, keep string) {
	y.Helper()
	enough := c.votes[who] == keep
	for _, name := range y.names() {
		other := name != who && !slices.Contains(c.out, name)
		if enough = enough || other && c.votes[name] == keep; !other || c.votes[who] != keep {
			continue
		}
		if y.serves(name) && y.away[name] < y.today() && y.keys[name] == 0 && slices.Contains(c.was, name) {
			y.Errorf("%s: %s decides %s alone, and %s holds it too", y.today(), who, c.id, name)
		}
	}
	if c.votes == nil {
		c.votes = map[string]string{}
	}
	if c.votes[who] = keep; enough {
		c.settles(keep)
		c.votes = nil
	}
}

func (c *affair) settles(keep string) {
	var kept *proof // nobody has one, if the former was ended
	if i := c.hand(); i >= 0 {
		kept = &c.receipts[i]
	}
	ended := c.former()
	if keep == papers.KeepFormer {
		kept, ended, c.replies = ended, kept, 0 // what was said to the newer one comes in one answer
	}
	if kept != nil {
		kept.until = ""
	}
	if ended != nil {
		ended.until, ended.ended = "", true
	}
	c.disputed = false
}

func (y *year) closes(c *affair, who, disposition string) {
	c.stage, c.closed, c.disposition = cases.Closed, y.today(), disposition
	c.decided = append(c.decided, who)
	y.count("closed/" + disposition)
	category := c.category
	if category == "" {
		category = "none"
	}
	y.count("category/" + category)
	if c.acked == "" && !c.unheard {
		c.unheard = true
		y.count("acknowledged/never")
	}
}

// people come and go: mandates end, somebody new comes, some are away, some are
// removed, and keys are lost.
func (y *year) people() {
	y.Helper()
	var serving []string
	for _, name := range y.names() {
		if y.serves(name) && name != "outside" {
			serving = append(serving, name)
		}
	}
	who := pick(y, serving)
	switch n := y.luck.IntN(60); {
	case len(serving) < 9:
		y.newcomer()
	case n < 2 && who != shunned: // resigns
		y.until[who] = y.today().Add(y.luck.IntN(20))
		y.must(y.Cases.MoveEnd(ctx, who, y.until[who]))
		y.made["resigns"]++
	case n < 4:
		if gone := pick(y, y.names()); !y.serves(gone) && !y.removed[gone] { // comes back
			who = gone
			y.until[who] = y.today().Add(300)
			y.appoint(who, y.until[who])
			y.made["comes back"]++
		}
	case n < 7:
		last := y.today().Add(y.luck.IntN(25))
		y.away[who] = last
		_, err := y.Cases.SetAway(ctx, who, y.today(), last)
		y.must(err)
		y.made["away"]++
	case n < 9:
		y.loses(who)
	case n < 10 && who != shunned && len(y.removed) < 2:
		y.removes(who)
	}
}

// removes somebody for good: nothing that waits for him is told, and no case knows him
// as a holder.
func (y *year) removes(who string) {
	y.Helper()
	y.must(y.Cases.Remove(ctx, who))
	y.removed[who] = true
	delete(y.away, who)
	for _, n := range y.outbox() {
		if n.To == who && n.About != cases.Removed {
			y.Errorf("%s: %s was removed, and %+v waits", y.today(), who, n)
		}
	}
	for _, c := range y.all {
		if !c.gone && y.at(c.id).Holds(who, cases.Live, cases.Dormant, cases.Lapsed) {
			y.Errorf("%s: %s was removed, and holds %s", y.today(), who, c.id)
		}
	}
	y.made["removed"]++
}

func (y *year) newcomer() {
	y.Helper()
	y.nextNew++
	name := "new-" + string(rune('a'+y.nextNew))
	y.must(y.Appoint(ctx, name, false))
	y.must(y.Pin())
	y.until[name] = y.today().Add(1000)
	y.made["newcomer"]++
}

// loses: the machine is there, its keys are not; everybody compares the new ones.
func (y *year) loses(who string) {
	y.Helper()
	machine := y.Machines[who]
	y.must(y.Appoint(ctx, who, false))
	machine.Renew(y.Machines[who])
	y.Machines[who] = machine
	y.must(y.Pin())
	y.until[who] = y.today().Add(1000)
	y.keys[who]++
	delete(y.away, who)
	y.made["loses keys"]++
}

// learn has the scanner know what the files hold of a case.
func (y *year) learn(c *affair) {
	y.Helper()
	s, has := y.learned, y.at(c.id)
	s.Know("a case's id", string(c.id))
	for _, r := range has.Receipts {
		s.KnowBytes("a lookup hash", r.Lookup[:])
		s.Know("a filer's recipient", r.Recipient[20:])
		s.Know("a filer's verifier", r.Verifier[len(r.Verifier)-40:])
	}
	for _, k := range has.Keys {
		s.Know("a case's recipient", k.Recipient[20:84])
	}
	y.must(y.db.View(ctx, func(tx cases.Tx) error {
		for _, who := range has.Holders() {
			wraps, err := tx.Wraps(c.id, who)
			if err != nil {
				return err
			}
			for _, w := range wraps {
				s.KnowBytes("a wrap", w[100:132])
				s.KnowBytes("a wrap's end", w[len(w)-32:])
			}
		}
		list, err := tx.Papers(c.id, "")
		if err != nil {
			return err
		}
		for _, r := range c.receipts {
			own, err := tx.Papers(c.id, r.r.Public([32]byte{}).FilerHash())
			if err != nil {
				return err
			}
			list = append(list, own...)
		}
		for _, p := range list {
			s.KnowBytes("a paper's hash", p.Sum[:])
			if p.Shelf != "" {
				y.onShelf(s, p.Shelf)
				continue
			}
			blob, err := tx.Blob(c.id, p.N)
			if err != nil {
				return err
			}
			s.KnowBytes("a paper", blob[100:132])
			s.KnowBytes("a paper's end", blob[len(blob)-32:])
		}
		leaves, err := tx.Leaves(has.Entry, has.Entry+1)
		for _, l := range leaves {
			s.KnowBytes("a nonce", l.Nonce[:])
			s.KnowBytes("a once", l.Once[:])
		}
		return err
	}))
}
