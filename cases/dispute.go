package cases

import (
	"context"
	"maps"
	"slices"

	"ombra/cases/papers"
	"ombra/crypto/custody"
)

// Which of two receipts stays the filer's is decided by two holders who sign for
// the same one; [papers.Votes] is the rule, and why. It needs somebody who can be
// the second: with fewer than two holders there a dormant grant is released, and
// with two who do not agree another one.

// votes reads from the log what was signed in the dispute under way. It is kept
// nowhere else: nothing can say otherwise.
func (s *Service) votes(tx Tx, c *Case) (papers.Votes, error) {
	list, err := tx.Papers(c.ID, "")
	if err != nil {
		return nil, err
	}
	seen, gone := int64(-1), map[string]bool{}
	votes := papers.Votes{}
	for _, p := range list {
		if p.Entry == seen || p.Kind == PaperFile {
			continue
		}
		seen = p.Entry
		d, err := details(tx, p.Entry)
		if err != nil {
			return nil, err
		}
		switch d.Act {
		case logNames[Replace], logNames[HandOver], logNames[EndReceipt]:
			votes = papers.Votes{}
		case logNames[NotMe]:
			votes.Object(papers.KeepNewer, d.Day)
		case logNames[Add]:
			votes.Object(papers.KeepFormer, d.Day)
		case logNames[Recuse]:
			gone[d.Actor] = true
		case logNames[Settle]:
			// Whoever was let sign the same twice decided alone.
			if votes.Sign(d.Actor, d.Note, d.Day, 0, func(name string) bool { return gone[name] }) {
				votes = papers.Votes{}
			}
		}
	}
	for name := range gone {
		delete(votes, name)
	}
	return votes, nil
}

// A Settlement is what one holder signed in a dispute that is not decided yet.
type Settlement struct{ Who, Keep string }

// Settling lists what was signed in a dispute so far.
func (d *Desk) Settling(ctx context.Context, id ID) (list []Settlement, err error) {
	err = d.s.view(ctx, func(tx Tx) error {
		list = nil
		c, err := tx.Case(id, d.who)
		if err != nil || !c.Is(Disputed) {
			return err
		}
		votes, err := d.s.votes(tx, c)
		for _, name := range slices.Sorted(maps.Keys(votes)) {
			list = append(list, Settlement{name, votes[name].Keep})
		}
		return err
	})
	return list, err
}

// details are those of a leaf; none if it opens no more.
func details(tx Tx, n int64) (d custody.Details, err error) {
	list, err := tx.Leaves(n, n+1)
	if err != nil || len(list) == 0 || list[0].Details == nil {
		return d, err
	}
	return custody.ParseDetails(list[0].Details)
}

// decides says whether a signature decides a dispute. Signed for the same receipt
// once more, it must: else it would say on desks what it does not do here.
func (s *Service) decides(tx Tx, c *Case, a *act, signed Day) error {
	if a.do != Settle || !c.Is(Disputed) {
		return nil
	}
	if today := s.Today(); signed < today.Add(-1) || signed > today.Add(1) {
		return E(Conflict, "act-old", nil) // desks count the days by this one
	}
	votes, err := s.votes(tx, c)
	if err != nil {
		return err
	}
	keep := a.set["keep"]
	own, again := votes[a.actor]
	again = again && own.Keep == keep
	a.decides = votes.Sign(a.actor, keep, string(s.Today()), s.inForce(aloneSettling), c.withdrawn)
	speaks := slices.ContainsFunc(a.sheaf.papers, func(p *Paper) bool { return p.For != "" })
	switch {
	case speaks && !a.decides: // the answer that goes with a decision alone
		return E(Conflict, "papers-old", nil)
	case !again:
		return nil
	}
	other, err := s.another(tx, c, a.actor)
	switch {
	case err != nil:
		return err
	case other:
		return E(Conflict, "settle-second", nil)
	case !a.decides:
		return E(Conflict, "settle-waits", nil)
	}
	return nil
}

// another reports whether there is somebody else to sign, or could be.
func (s *Service) another(tx Tx, c *Case, who string) (bool, error) {
	there, err := s.thereFor(tx, c)
	return slices.ContainsFunc(c.Grants, func(g Grant) bool {
		return g.Holder != who && there[g.Holder] && (g.State == Live || g.State == Dormant)
	}), err
}

// third releases a grant when everybody there has signed and they do not agree.
func (s *Service) third(tx Tx, c *Case, a *act) error {
	if a.do != Settle || a.decides {
		return nil
	}
	votes, err := s.votes(tx, c)
	if err != nil {
		return err
	}
	there, err := s.thereFor(tx, c)
	if err != nil {
		return err
	}
	for _, name := range c.Holders() {
		if _, signed := votes[name]; there[name] && !signed {
			return nil
		}
	}
	_, err = s.release(tx, c, causeDispute, 1)
	return err
}
