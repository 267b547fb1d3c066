package cases_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"ombra/cases"
	"ombra/cases/papers"
)

// desk gives the desk of somebody whose mandate runs.
func (m *model) desk() (string, *cases.Desk) {
	name := m.some("who", everybody)
	if !m.serves(name) {
		m.Skip()
	}
	d, err := m.o.Cases.Desk(name)
	m.must(err)
	return name, d
}

// press is an act by one press, by anybody on any case.
func (m *model) press() {
	c := m.someCase("case")
	who, desk := m.desk()
	a := cases.Act{Once: cases.NewOnce(), Do: rapid.SampledFrom([]cases.Verb{
		cases.Acknowledge, cases.Assess, cases.Wait, cases.Resume, cases.TakeLead, cases.GetPapers, cases.Close, cases.Answer, cases.Note, cases.Add,
	}).Draw(m.T, "verb")}
	to := rapid.SampledFrom([]cases.Stage{cases.Assessing, cases.Investigating}).Draw(m.T, "stage")
	if a.Do == cases.Assess {
		a.Set = map[string]string{"category": "other", "priority": "high", "urgent": "no", "stage": string(to)}
	}
	err := m.same(func() error { return desk.Do(ctx, c.id, a) })
	if !slices.Contains(c.live, who) {
		m.refused(err, cases.NotFound)
		return
	}
	may := c.open()
	switch a.Do {
	case cases.Acknowledge:
		may = c.stage == cases.Received
	case cases.GetPapers:
		may = true
	case cases.Assess:
		may = may && c.stage != cases.Received
		if c.stage == cases.Investigating && to == cases.Assessing {
			m.refused(err, cases.Invalid)
			return
		}
	case cases.Answer: // nothing is in it
		if may {
			m.refused(err, cases.Invalid)
			return
		}
	case cases.Close, cases.Note, cases.Add: // not by pressing
		may = false
	default:
	}
	if !may {
		m.refused(err, cases.Conflict)
		return
	}
	m.must(err)
	m.size++
	m.acted(c)
	switch a.Do {
	case cases.Acknowledge:
		c.stage = cases.Acknowledged
		c.clock.began = min(c.clock.began, m.today())
		c.clock.feedback = c.clock.began.Add(map[bool]int{false: 21, true: 42}[c.clock.extended])
	case cases.Assess:
		c.stage, c.flags = to, c.flags&^cases.Urgent
	case cases.Wait:
		c.flags |= cases.Waiting
	case cases.Resume:
		c.flags &^= cases.Waiting
	default:
	}
}

func (m *model) typeReply() {
	c := m.someCase("case")
	who, desk := m.desk()
	do := rapid.SampledFrom([]cases.Verb{cases.Answer, cases.Ask}).Draw(m.T, "verb")
	once, text := cases.NewOnce(), m.say()
	err := m.same(func() error { return desk.Type(ctx, c.id, do, once, text) })
	m.replied(c, who, papers.Draft{Do: string(do)}, err, 1)
}

// replied puts into the model what came of words by an ombudsman.
func (m *model) replied(c *matter, who string, d papers.Draft, err error, n int) {
	m.Helper()
	do := d.Do
	switch {
	case !slices.Contains(c.live, who):
		m.refused(err, cases.NotFound)
		return
	case !c.open() && do != "note" && do != "grant" && do != "recuse",
		do == "grant" && !m.serves(d.Set["to"]), do == "recuse" && !m.replaceable(c, who):
		m.refused(err, cases.Conflict)
		return
	}
	m.must(err)
	m.size, c.papers, c.moved = m.size+1, c.papers+n, m.today()
	m.acted(c)
	if (do == "answer" || do == "close") && !c.closedBefore(who) {
		c.clock.answered = true
	}
	m.bound(c, who, d)
	switch do {
	case "grant":
		m.granted(c, d.Set["to"])
	case "recuse":
		m.recused(c, who)
		return
	case "ask":
		c.flags |= cases.Waiting
	case "close":
		c.stage, c.flags = cases.Closed, c.flags&^cases.Waiting
	}
	if do != "note" && do != "grant" {
		c.replies++
	}
	if do != "note" {
		m.tell(c, who, false)
	}
}

// thread gets the papers: an act.
func (m *model) thread(c *matter, who string, desk *cases.Desk) *papers.Thread {
	m.Helper()
	f, err := desk.Papers(ctx, c.id, cases.NewOnce())
	m.must(err)
	m.size++
	m.acted(c)
	var b bytes.Buffer
	m.must(f.Write(&b))
	if int64(b.Len()) != f.Size {
		m.Fatalf("papers of %d bytes were said to have %d", b.Len(), f.Size)
	}
	t, err := m.o.Machines[who].Open(b.Bytes(), f.Passcode)
	m.must(err)
	b.Reset()
	m.must(t.Text(&b))
	for _, said := range c.said {
		if strings.Count(b.String(), said) != 1 {
			m.Fatalf("%q is not once in: %s\nof %s", said, b.String(), join(c.said))
		}
	}
	for _, w := range t.Warnings { // of a mandate that ended they should
		if !slices.ContainsFunc(c.lapsed, func(name string) bool { return strings.HasPrefix(w, "The host says that "+name+" does not hold") }) {
			m.Fatalf("papers warn: %s", join(t.Warnings))
		}
	}
	return t
}

func (m *model) draft() (papers.Draft, int) {
	do := m.some("do", []string{"answer", "ask", "note", "close", "close", "extend", "recuse"})
	d, n := papers.Draft{Do: do, Text: m.say()}, 2
	if do == "close" {
		d.Lessons, d.Set, n = "none, because", map[string]string{"disposition": m.some("disposition", []string{"partly", "withdrawn"})}, 3
	}
	if do != "extend" && do != "recuse" && m.chance("with a file") {
		d.Files, n = []papers.Attachment{{Name: "x", Data: make([]byte, 70_000)}}, n+1
	}
	return d, n
}

func (m *model) signing(c *matter, who string, desk *cases.Desk, t *papers.Thread, d papers.Draft) error {
	m.Helper()
	file, err := t.Act(m.o.Machines[who].Key, d, string(m.today()))
	m.must(err)
	hand := func() error {
		in, err := m.o.Cases.Inspect(file)
		m.must(err)
		_, _, err = desk.Signed(ctx, in)
		return err
	}
	if d.Do == "recuse" { // a second time the case is not there for them
		err := hand()
		m.refused(hand(), map[bool]cases.ErrorKind{true: cases.NotFound, false: cases.KindOf(err)}[err == nil])
		return err
	}
	return m.same(hand)
}

// signAct signs on fresh papers.
func (m *model) signAct() {
	who, desk := m.desk()
	c := m.someCase("case")
	if !slices.Contains(c.live, who) {
		_, err := desk.Papers(ctx, c.id, cases.NewOnce())
		m.refused(err, cases.NotFound)
		return
	}
	d, n := m.draft()
	if m.chance("grant") {
		d, n = papers.Draft{Do: "grant", Set: map[string]string{"to": m.some("to", everybody)}}, 1
	}
	m.sign1(c, who, desk, m.thread(c, who, desk), d, n)
}

// sign1 signs an act, which brings the next key where it should, and puts it
// into the model.
func (m *model) sign1(c *matter, who string, desk *cases.Desk, t *papers.Thread, d papers.Draft, n int) {
	m.Helper()
	if to := d.Set["to"]; d.Do == "grant" && (slices.Contains(c.excluded, to) || slices.Contains(c.out, to) || to == who) {
		if _, err := t.Act(m.o.Machines[who].Key, d, string(m.today())); to != who && !errors.Is(err, papers.ErrGrant) {
			m.Fatalf("granted to %s: %v", to, err)
		}
		return
	}
	if !m.binds(c, who, d) && (d.Do == "close" || d.Do == "extend") {
		m.refused(m.signing(c, who, desk, t, d), cases.Conflict)
		return
	}
	rekeys := d.Do == "grant" || d.Do != "recuse" && (c.epoch == 0 || len(c.hidden)+len(c.lapsed) > 0)
	err := m.signing(c, who, desk, t, d)
	lapsed := c.lapsed
	m.replied(c, who, d, err, n)
	if err != nil || d.Do == "recuse" {
		return
	}
	if rekeys {
		c.epoch, m.size = c.epoch+1, m.size+1
	}
	m.size, c.hidden, c.lapsed = m.size+int64(len(c.hidden)+len(lapsed)), nil, nil
}

// signOld signs on papers in which the filer's newest words are missing: words
// may go out, but nothing ends on it.
func (m *model) signOld() {
	who, desk := m.desk()
	c := m.someCase("case")
	if !slices.Contains(c.live, who) {
		m.Skip()
	}
	d, n := m.draft()
	t := m.thread(c, who, desk)
	mine, err := m.o.Cases.Mine(ctx, c.rec)
	m.must(err)
	text := m.say()
	m.must(mine.Add(ctx, cases.NewOnce(), text, nil))
	c.said, c.papers, m.size, c.flags, c.moved = append(c.said, text), c.papers+1, m.size+1, c.flags&^cases.Waiting, m.today()
	m.heard(c)
	m.tell(c, "", false)
	if d.Do == "close" || !m.binds(c, who, d) || d.Do != "recuse" && (c.epoch == 0 || len(c.hidden)+len(c.lapsed) > 0) {
		m.refused(m.signing(c, who, desk, t, d), cases.Conflict)
		return
	}
	m.sign1(c, who, desk, t, d, n)
}
