package cases_test

import (
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"ombra/bot/bottest"
	"ombra/cases"
	"ombra/cases/papers"
)

func (m *model) pass() {
	m.o.Pass(time.Duration(rapid.SampledFrom([]int{1, 5, 24, 24, 48, 24 * 9, 24 * 40}).Draw(m.T, "hours")) * time.Hour)
}

// checkpoint runs what is due each day, twice.
func (m *model) checkpoint() {
	for range 2 {
		done, err := m.o.Cases.Checkpoint(ctx, true)
		m.must(err)
		if done != (m.sign != m.today()) {
			m.Fatalf("a checkpoint was made: %v, the last on %s", done, m.sign)
		}
		if !done {
			continue
		}
		day := int64(8)
		for day < m.size-m.signed {
			day *= 2
		}
		m.size, m.signed, m.sign = m.signed+day, m.signed+day, m.today()
	}
	for _, j := range m.o.Cases.Jobs() {
		m.must(j.Do(ctx))
	}
	m.holders()
	m.clocks()
	for _, c := range m.all {
		c.touched = true
	}
	for _, name := range everybody[:4] {
		if last := m.until[name]; m.serves(name) && m.today() >= last.Add(-14) && m.warned[name] != last {
			m.note(name, "mandate", m.today(), 0)
			m.warned[name] = last
		}
	}
}

// deliver tells what is due.
func (m *model) deliver() {
	hour := -1
	for _, h := range []int{9, 15} {
		if m.o.Now().Hour() >= h {
			hour++
		}
	}
	due, err := m.o.Cases.Notices(ctx)
	m.must(err)
	told := map[string]bool{}
	for _, n := range due {
		key := n.To + " " + string(n.About) + " " + string(n.Due) + " " + string(rune('0'+n.Hour))
		if n.Hour < 0 {
			key = n.To + " " + string(n.About) + " " + string(n.Due) + " -1"
		}
		if n.Due > m.today() || n.Due == m.today() && n.Hour > hour || !m.waiting[key] {
			m.Fatalf("notice %+v is due on %s at hour %d of %v", n, m.today(), hour, m.waiting)
		}
		delete(m.waiting, key)
		told[key] = true
		m.must(m.o.Cases.Settle(ctx, n, cases.Outcome{}))
	}
	for key := range m.waiting {
		parts := strings.Fields(key)
		if parts[2] < string(m.today()) {
			m.Fatalf("notice %q was not told", key)
		}
	}
}

// mandate appoints somebody anew, with the same keys, for some days.
func (m *model) mandate() {
	name := m.some("who", everybody)
	mach := m.o.Machines[name]
	note, err := mach.Enrolment(bottest.Origin, string(m.today()))
	m.must(err)
	until := m.today().Add(rapid.SampledFrom([]int{0, 1, 10, 15, 60, 1000}).Draw(m.T, "days"))
	_, challenge, err := m.o.Cases.Appoint(ctx, cases.Appointment{Enrolment: note, Backstop: name == "outside", From: m.today(), Until: until})
	m.must(err)
	answer, err := mach.Prove(bottest.Origin, challenge)
	m.must(err)
	m.must(m.o.Cases.Prove(ctx, name, answer))
	m.until[name], m.size, m.people = until, m.size+2, m.people+1
	delete(m.away, name)
}

// goAway writes away dates and restarts.
func (m *model) goAway() {
	name := m.some("who", everybody[:4])
	m.gone[name] = m.today()
	m.away[name] = m.today().Add(rapid.IntRange(0, 5).Draw(m.T, "days"))
	m.must(m.db.Update(ctx, func(tx cases.Tx) error {
		all, err := tx.Ombudsmen()
		for _, o := range all {
			if o.Name == name {
				o.AwayFrom, o.AwayUntil = m.today(), m.away[name]
				if err := tx.SetDone("holders", ""); err != nil {
					return err
				}
				return tx.PutOmbudsman(o)
			}
		}
		return err
	}))
	s, err := cases.New(ctx, m.o.Cases.Options)
	m.must(err)
	m.o.Cases = s
	m.people++
}

// endAll closes what is open: every stage can end, if somebody who holds the
// case still serves.
func (m *model) endAll() {
	for _, c := range m.all {
		for _, who := range c.live {
			if !c.open() || !m.serves(who) || c.clock.appealed && slices.Contains(c.clock.decided, who) {
				continue
			}
			desk, err := m.o.Cases.Desk(who)
			m.must(err)
			d := papers.Draft{Do: "close", Text: m.say(), Lessons: "none, because", Set: map[string]string{"disposition": "no-answer"}}
			m.sign1(c, who, desk, m.thread(c, who, desk), d, 3)
		}
	}
	m.check(m.T)
	m.checkWhole()
}
