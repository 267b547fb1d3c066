package cases

import "slices"

// An appeal goes to somebody who did not decide the case. It was stored only when
// there was one, but they can leave: their mandate ends, they withdraw, they are
// removed. When nothing is left to release, no act of those who hold it can end the
// case, and no draw of the server's may: it does not know any more who was
// excluded. A holder who does know grants it to a colleague who did not decide
// (act grant); until then the case is marked, so that holders, oversight, operator
// and filer see what is missing.

// judged marks a case on appeal that nobody there may decide, and takes the mark
// away. When it is new, holders and oversight hear of it; on the next day, as of
// whatever may have come with an act of the filer.
func (s *Service) judged(tx Tx, c *Case) error {
	stuck, err := s.stuck(tx, c)
	if err != nil || stuck == c.Is(Stuck) {
		return err
	}
	c.Flags ^= Stuck
	if !stuck {
		return nil
	}
	if err := s.notify(tx, c.Holders(), "", false); err != nil {
		return err
	}
	return s.tellOversight(tx, Overdue, s.Today().Add(1))
}

// stuck reports whether nobody who is there may decide the appeal, nor would if a
// grant were released. By a clock that jumped nobody knows who is there: then it
// stays what it was.
func (s *Service) stuck(tx Tx, c *Case) (bool, error) {
	if c.Appealed == "" || c.Stage == Closed {
		return false, nil
	}
	if err := s.jumped(tx); err != nil {
		return c.Is(Stuck), nil //nolint:nilerr // see above
	}
	there, err := s.thereFor(tx, c)
	return !slices.ContainsFunc(c.Grants, func(g Grant) bool {
		return (g.State == Live || g.State == Dormant) && there[g.Holder] && !c.decidedBy(g.Holder)
	}), err
}

// AnyStuck reports whether there is an appeal that nobody may decide.
func AnyStuck(tx Tx) (bool, error) {
	ids, err := tx.Appeals()
	for _, id := range ids {
		c, err := tx.Case(id, "")
		if err != nil || c.Is(Stuck) {
			return err == nil, err
		}
	}
	return false, err
}
