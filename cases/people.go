package cases

import (
	"slices"

	"ombra/cases/papers"
)

// needsGrantee: a grant goes to another of the roster who serves, or again to a
// holder whose key was lost. Of the exclusions the host knows nothing any more:
// the granting desk knows them, and refuses. Whoever withdrew is out for good.
func (s *Service) needsGrantee(c *Case, a *act) error {
	name := a.set[papers.GrantSetting]
	o, ok := s.Ombudsman(name)
	switch {
	case !ok || !o.Serves(a.day) || name == a.actor || c.withdrawn(name):
		return E(Conflict, "grant", nil)
	case a.key == nil:
		return E(Invalid, "refused.carried", nil)
	}
	return nil
}

// thenGranted: one who held it in reserve holds it now.
func (s *Service) thenGranted(c *Case, a *act) {
	c.setGrants(a.set[papers.GrantSetting], Dormant, Live)
}

// thenRecused takes the case out of somebody's sight, at once and for good: from
// here on no query finds it for them, and no draw, release or grant can reach
// them again. The wraps lie hidden until somebody else has shown that they can
// still work on the case (see dispose).
func (s *Service) thenRecused(c *Case, a *act) {
	for i := range c.Grants {
		if g := &c.Grants[i]; g.Holder == a.actor {
			g.State, g.Rank = Hidden, Recused
		}
	}
	if c.Lead == a.actor {
		c.Lead = ""
	}
}

func (s *Service) thenUnreadable(c *Case, _ *act) { c.Flags |= Unreadable }

// withdrawn reports whether somebody recused themselves from the case.
func (c *Case) withdrawn(name string) bool {
	return slices.ContainsFunc(c.Grants, func(g Grant) bool { return g.Holder == name && g.Rank == Recused })
}

// replaced makes up for somebody who withdrew, or who cannot read the case: the
// reserve is released, then the backstop. A case is never left to nobody: then
// the withdrawal is refused.
func (s *Service) replaced(tx Tx, c *Case, a *act) error {
	switch a.do {
	case TellUnreadable:
		if _, err := s.makeUp(tx, c, a.actor); err != nil {
			return err
		}
		return s.tellOversight(tx, Overdue, s.Today())
	case Recuse:
	default:
		return nil
	}
	if _, err := s.makeUp(tx, c); err != nil {
		return err
	}
	for _, name := range c.Holders() {
		if o, ok := s.Ombudsman(name); ok && o.Serves(a.day) {
			return s.unnotify(tx, c.ID, a)
		}
	}
	return E(Conflict, "recuse-last", nil)
}

// unnotify takes back what waits in the outbox for somebody who withdrew, unless
// another case of theirs can be the reason: a notice that is still told would say
// that a case which they do not have any more is there. A notice names no case.
func (s *Service) unnotify(tx Tx, id ID, a *act) error {
	waiting, err := tx.Waiting("9999-12-31", len(s.Office.Hours))
	if err != nil {
		return err
	}
	for _, n := range waiting {
		if n.To != a.actor || n.About == Mandate || n.About == OfficeNews {
			continue
		}
		other, err := otherwise(tx, id, n)
		if err != nil {
			return err
		}
		if !other {
			if err := tx.Settle(n.Key, n.Gen, Outcome{Dead: true}); err != nil {
				return err
			}
		}
	}
	return nil
}

// otherwise reports whether a notice can be about another case: news, if one got
// a paper on that day or later, as all leaves that is told of; a promised day, if
// one is open.
func otherwise(tx Tx, but ID, n Notice) (bool, error) {
	day := n.Due
	if n.Hour != AtOnce {
		day = n.Due.Add(-1)
	}
	for skip := 0; ; {
		list, more, err := tx.GrantedTo(n.To, skip, 500)
		if err != nil {
			return false, err
		}
		for _, c := range list {
			if c.ID == but {
				continue
			}
			if n.About != News && n.About != Danger {
				if c.Stage != Closed {
					return true, nil
				}
				continue
			}
			all, err := tx.Papers(c.ID, "")
			if err != nil || len(all) > 0 && all[len(all)-1].Day >= day {
				return true, err
			}
		}
		if skip += len(list); !more {
			return false, nil
		}
	}
}
