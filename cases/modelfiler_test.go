package cases_test

import (
	"errors"
	"slices"

	"pgregory.net/rapid"

	"ombra/bot/bottest"
	"ombra/cases"
	"ombra/crypto/receipt"
)

func (m *model) file() {
	f := cases.Filing{
		Kind: rapid.SampledFrom([]cases.Kind{cases.Report, cases.Redress}).Draw(m.T, "kind"), Source: cases.Typed,
		Excluded: m.names(), Urgent: m.chance("urgent"), Text: m.say(), Gate: "1", Files: m.files(),
	}
	rec := receipt.New(bottest.Origin)
	f.Public, f.Tag, f.Signer = rec.Public([32]byte{}), rec.Tag, rec.Signer()
	m.opened(f, rec, m.same(func() error { _, err := m.o.Cases.File(ctx, f); return err }))
}

// opened puts a filing into the model, unless nobody may have it.
func (m *model) opened(f cases.Filing, rec receipt.Receipt, err error) {
	m.Helper()
	n := min(2, m.eligible(f.Excluded))
	if n == 0 && m.serves("outside") && !slices.Contains(f.Excluded, "outside") {
		n = 1
	}
	if n == 0 {
		if m.refused(err, cases.Unavailable); cases.SayOf(err) != "nobody" {
			m.Fatalf("%v", err)
		}
		return
	}
	m.must(err)
	c := &matter{rec: rec, filing: f, excluded: f.Excluded, stage: cases.Received, papers: 1 + len(f.Files), said: []string{f.Text}, moved: m.today()}
	if f.Urgent {
		c.flags = cases.Urgent
	}
	m.service(func(tx cases.Tx) error {
		found, err := tx.CasesOf(rec.Lookup().Hash(), rec.Signer().Verifier())
		if err != nil || len(found) != 1 || len(found[0].Holders()) != n {
			m.Fatalf("filed %v for %d, %v", found, n, err)
		}
		c.id, c.live = found[0].ID, sortedNames(found[0].Holders()...)
		for _, rank := range []cases.Rank{cases.Reserve, cases.Backstop} {
			for _, g := range found[0].Grants {
				if g.State == cases.Dormant && g.Rank == rank {
					c.dormant = append(c.dormant, g.Holder)
				}
			}
		}
		return nil
	})
	c.drawn, c.clock = n, m.startClock()
	for _, name := range c.live {
		if !m.serves(name) || m.away[name] >= m.today() {
			m.Fatalf("%s was drawn", name)
		}
	}
	m.all, m.size = append(m.all, c), m.size+3
	m.tell(c, "", f.Urgent)
}

// resubmit sends the newest submission of a case once more.
func (m *model) resubmit() {
	c := m.someCase("case")
	if m.eligible(c.filing.Excluded) == 0 {
		m.Skip()
	}
	_, err := m.o.Cases.File(ctx, c.filing)
	m.must(err)
}

// amend sends a changed submission, sometimes with more exclusions. One that
// newly excludes a holder becomes a case of its own, under a receipt that is
// derived from the first.
func (m *model) amend() {
	c := m.someCase("case")
	f := c.filing
	f.Text, f.Files = m.say(), m.files()
	if m.chance("more exclusions") {
		f.Excluded = sortedNames(append(slices.Clone(f.Excluded), m.names()...)...)
		f.Excluded = slices.Compact(f.Excluded)
	}
	if m.eligible(f.Excluded) == 0 {
		m.Skip()
	}
	rec := c.rec
	for range 3 {
		_, err := m.o.Cases.File(ctx, f)
		var needs *cases.NeedsReceipt
		if !errors.As(err, &needs) {
			m.amended(rec, f, err)
			return
		}
		if !m.holdsAny(rec, f.Excluded) {
			m.Fatalf("another receipt is asked for, and no holder is excluded")
		}
		rec = rec.Again(needs.Tag)
		f.Public, f.Tag, f.Signer = rec.Public([32]byte{}), rec.Tag, rec.Signer()
	}
	m.Fatalf("a third receipt is asked for")
}

func (m *model) holdsAny(rec receipt.Receipt, names []string) (any bool) {
	m.service(func(tx cases.Tx) error {
		found, err := tx.CasesOf(rec.Lookup().Hash(), rec.Signer().Verifier())
		for _, c := range found {
			for _, name := range names {
				any = any || c.Holds(name, cases.Live, cases.Dormant, cases.Lapsed, cases.Hidden)
			}
		}
		return err
	})
	return any
}

func (m *model) amended(rec receipt.Receipt, f cases.Filing, err error) {
	m.Helper()
	i := slices.IndexFunc(m.all, func(c *matter) bool { return c.rec.Symbols() == rec.Symbols() })
	if i < 0 {
		m.opened(f, rec, err)
		return
	}
	m.must(err)
	if m.holdsAny(rec, f.Excluded) {
		m.Fatalf("words that exclude a holder went to him")
	}
	c := m.all[i]
	_, again := m.o.Cases.File(ctx, f) // the changed one once more
	m.must(again)
	c.said, c.papers, m.size = append(c.said, f.Text), c.papers+1+len(f.Files), m.size+1
	c.flags, c.moved = c.flags&^cases.Waiting, m.today()
	if f.Urgent {
		c.flags |= cases.Urgent
	}
	m.heard(c)
	m.tell(c, "", f.Urgent)
}

func (m *model) add() {
	c := m.someCase("case")
	mine, err := m.o.Cases.Mine(ctx, c.rec)
	m.must(err)
	form, text, files := cases.NewOnce(), m.say(), m.files()
	m.must(m.same(func() error { return mine.Add(ctx, form, text, files) }))
	c.said, c.papers, m.size = append(c.said, text), c.papers+1+len(files), m.size+1
	c.flags, c.moved = c.flags&^cases.Waiting, m.today()
	m.heard(c)
	m.tell(c, "", false)
}
