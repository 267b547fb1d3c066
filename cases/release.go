package cases

import (
	"slices"

	"ombra/crypto/custody"
)

// A cause is why dormant grants are released, as the log names it.
type cause string

// The causes.
const (
	causeLate   cause = "late"
	causeAppeal cause = "appeal"
	causeLoss   cause = "loss" // recusal, mandate end, removal, absence, lost keys

	causeDispute cause = "dispute" // those who are there do not agree
)

// release makes the dormant grants of at most n holders live: the reserve's
// first, then the backstop's, in the order of the draw. It skips whoever is not
// there, leaves one leaf for each, and tells them at the next day's first fixed
// hour. It never draws: a wrap that was not made at filing, when the exclusions
// were known, is never made here. The caller puts the case, in the same
// transaction.
func (s *Service) release(tx Tx, c *Case, why cause, n int) (released []string, err error) {
	there, err := s.thereFor(tx, c)
	if err != nil {
		return nil, err
	}
	for _, first := range []bool{true, false} {
		for _, g := range slices.Clone(c.Grants) {
			if len(released) >= n || (g.Rank == Reserve) != first || g.State != Dormant || !there[g.Holder] || slices.Contains(released, g.Holder) {
				continue
			}
			_, err := tx.Append(entry(NewOnce(), custody.Details{
				Act: "released", Day: string(s.Today()), Case: string(c.ID), Actor: g.Holder, To: string(g.Rank), Note: string(why),
			}))
			if err != nil {
				return nil, err
			}
			if err := s.count(tx, c, FigureReleased); err != nil {
				return nil, err
			}
			c.setGrants(g.Holder, Dormant, Live) // of every epoch
			released = append(released, g.Holder)
		}
	}
	if len(released) == 0 {
		return nil, nil
	}
	if err := s.tellReleased(tx); err != nil {
		return nil, err
	}
	return released, s.notify(tx, released, "", false)
}

// makeUp releases as many grants as holders are missing from those first drawn,
// one when an appeal has lost everybody who may decide it, and one when only one is
// left to settle a dispute, which takes two. Some may be missing who seem to be
// there. With nobody left to release it does nothing.
func (s *Service) makeUp(tx Tx, c *Case, missing ...string) (released []string, err error) {
	there, err := s.thereFor(tx, c)
	if err != nil {
		return nil, err
	}
	n, decides, two := c.Drawn, c.Stage == Closed, 2
	for _, name := range c.Holders() {
		if there[name] && !slices.Contains(missing, name) {
			n, two = n-1, two-1
			decides = decides || !c.decidedBy(name)
		}
	}
	if c.Appealed != "" && !decides {
		n = max(n, 1)
	}
	if c.Is(Disputed) {
		n = max(n, two)
	}
	return s.release(tx, c, causeLoss, n)
}

// there names everybody who can be counted on today: a running mandate, a proved
// key, no long absence. The roster is read within the transaction, which may
// just have changed it.
func (s *Service) there(tx Tx) (map[string]bool, error) {
	all, err := tx.Ombudsmen()
	if err != nil {
		return nil, err
	}
	today, there := s.Today(), map[string]bool{}
	for _, o := range all {
		if o.Serves(today) && !o.absent(today, s.inForce(absenceDays)) {
			there[o.Name] = true
		}
	}
	return there, nil
}

// absent reports whether the day lies in away dates so long that the holder
// counts as not there, from their first day on: whoever filed should not wait
// out an absence that everybody knew of. Zero: none is too long.
func (o Ombudsman) absent(day Day, days int) bool {
	return days > 0 && o.Away(day) && o.AwayUntil > o.AwayFrom.Add(days)
}

// setGrants moves a holder's grants of every epoch from one state to another.
func (c *Case) setGrants(holder string, from, to GrantState) {
	for i := range c.Grants {
		if g := &c.Grants[i]; g.Holder == holder && g.State == from {
			g.State = to
		}
	}
}
