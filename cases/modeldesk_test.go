package cases_test

import (
	"bytes"
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
	m.replied(c, who, string(do), err, 1)
}

// replied puts into the model what came of words by an ombudsman.
func (m *model) replied(c *matter, who, do string, err error, n int) {
	m.Helper()
	switch {
	case !slices.Contains(c.live, who):
		m.refused(err, cases.NotFound)
		return
	case !c.open() && do != "note":
		m.refused(err, cases.Conflict)
		return
	}
	m.must(err)
	m.size, c.papers = m.size+1, c.papers+n
	m.acted(c)
	if (do == "answer" || do == "close") && !c.closedBefore(who) {
		c.clock.answered = true
	}
	m.bound(c, who, do)
	switch do {
	case "ask":
		c.flags |= cases.Waiting
	case "close":
		c.stage, c.flags = cases.Closed, c.flags&^cases.Waiting
	}
	if do != "note" {
		c.replies++
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
	if len(t.Warnings) > 0 {
		m.Fatalf("papers warn: %s", join(t.Warnings))
	}
	return t
}

func (m *model) draft() (papers.Draft, int) {
	do := m.some("do", []string{"answer", "ask", "note", "close", "close", "extend"})
	d, n := papers.Draft{Do: do, Text: m.say()}, 2
	if do == "close" {
		d.Lessons, d.Set, n = "none, because", map[string]string{"disposition": m.some("disposition", []string{"partly", "withdrawn"})}, 3
	}
	if do != "extend" && m.chance("with a file") {
		d.Files, n = []papers.Attachment{{Name: "x", Data: make([]byte, 70_000)}}, n+1
	}
	return d, n
}

func (m *model) signing(c *matter, who string, desk *cases.Desk, t *papers.Thread, d papers.Draft) error {
	m.Helper()
	file, err := t.Act(m.o.Machines[who].Key, d, string(m.today()))
	m.must(err)
	return m.same(func() error {
		in, err := m.o.Cases.Inspect(file)
		m.must(err)
		_, _, err = desk.Signed(ctx, in)
		return err
	})
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
	err := m.signing(c, who, desk, m.thread(c, who, desk), d)
	if !m.binds(c, who, d) {
		m.refused(err, cases.Conflict)
		return
	}
	m.replied(c, who, d.Do, err, n)
	m.signedAct(c, err)
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
	c.said, c.papers, m.size, c.flags = append(c.said, text), c.papers+1, m.size+1, c.flags&^cases.Waiting
	m.heard(c)
	m.tell(c, "", false)
	err = m.signing(c, who, desk, t, d)
	if d.Do == "close" || !m.binds(c, who, d) {
		m.refused(err, cases.Conflict)
		return
	}
	m.replied(c, who, d.Do, err, n)
	m.signedAct(c, err)
}
