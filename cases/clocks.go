package cases

import (
	"context"
	"maps"
	"slices"

	"ombra/crypto/custody"
)

// The names under which the clocks' jobs are listed.
const (
	jobClocks  = "clocks"
	jobHolders = "holders"
)

// someCases is how many cases share a transaction: the writer is free between.
const someCases = 100

// seeToClocks does what the due days call for: tells of days that are near,
// flags what is late, releases dormant grants. What was seen to is noted in the
// case, in the same transaction. It reads the cases that are due, and no others.
func (s *Service) seeToClocks(ctx context.Context) error {
	return s.some(ctx, func(tx Tx) ([]ID, error) { return tx.Due(s.Today()) }, s.ring)
}

// some changes the cases of a list, a few to a transaction: the writer is free
// between. change looks again whether there is anything to do. Most of the time
// the list is empty, and nothing is written. A clock that jumped stops all.
func (s *Service) some(ctx context.Context, list func(Tx) ([]ID, error), change func(Tx, *Case) error) error {
	var ids []ID
	err := s.view(ctx, func(tx Tx) (err error) {
		if err := s.jumped(tx); err != nil {
			return err
		}
		ids, err = list(tx)
		return err
	})
	if err != nil {
		return err
	}
	for part := range slices.Chunk(ids, someCases) {
		err := s.update(ctx, func(tx Tx) error {
			if err := s.jumped(tx); err != nil {
				return err
			}
			for _, id := range part {
				if err := s.change(tx, id, change); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) change(tx Tx, id ID, change func(Tx, *Case) error) error {
	c, err := tx.Case(id, "")
	if KindOf(err) == NotFound && err != nil {
		return nil //nolint:nilerr // shredded since it was listed
	}
	if err != nil {
		return err
	}
	if err := change(tx, c); err != nil {
		return err
	}
	if err := s.judged(tx, c); err != nil {
		return err
	}
	s.wind(c)
	return tx.Put(c)
}

// ring does what a case's clocks call for today, each kind once: after an outage
// several days may have passed, and nobody is told twice or released in a bunch.
func (s *Service) ring(tx Tx, c *Case) error {
	today, rings := s.Today(), map[alarmKind]bool{}
	for _, a := range s.alarms(c) {
		if a.day <= today {
			rings[a.what] = true
		}
	}
	c.Clocked = today
	if rings[alarmLate] {
		c.Flags |= Late
	}
	for _, x := range []struct {
		what  alarmKind
		about Subject
	}{{alarmNear, Deadline}, {alarmLate, Overdue}, {alarmCooled, News}} {
		if !rings[x.what] {
			continue
		}
		if err := s.remind(tx, c, x.about); err != nil {
			return err
		}
	}
	if rings[alarmLate] {
		if err := s.tellOversight(tx, Overdue, s.Today()); err != nil {
			return err
		}
	}
	if rings[alarmFormer] {
		if err := s.unsealFormer(tx, c); err != nil {
			return err
		}
	}
	if !rings[alarmRelease] {
		return nil
	}
	_, err := s.release(tx, c, causeLate, 1)
	return err
}

// remind tells the holders of what a day calls for, at this day's first fixed
// hour: the day follows from the case's, and tells nothing more of a filing than
// a day.
func (s *Service) remind(tx Tx, c *Case, about Subject) error {
	today := s.Today()
	for _, name := range c.Holders() {
		if o, ok := s.Ombudsman(name); !ok || !o.Serves(today) {
			continue
		}
		if err := tx.Notify(Notice{To: name, About: about, Due: today}); err != nil {
			return err
		}
	}
	return nil
}

// seeToHolders looks once a day, and after each change of the roster, at who is
// there: mandates that ended or were prolonged, removals, absences. Cases that
// lack a holder get one of their dormant ones.
func (s *Service) seeToHolders(ctx context.Context) error {
	var done Day
	err := s.view(ctx, func(tx Tx) (err error) {
		done, err = tx.Done(jobHolders)
		return err
	})
	if err != nil || done == s.Today() {
		return err
	}
	if err := s.update(ctx, s.turnGrants); err != nil {
		return err
	}
	err = s.some(ctx, s.short, func(tx Tx, c *Case) error {
		_, err := s.makeUp(tx, c)
		return err
	})
	if err != nil {
		return err
	}
	// Each is looked at by the change itself.
	if err := s.some(ctx, Tx.Appeals, func(Tx, *Case) error { return nil }); err != nil {
		return err
	}
	return s.update(ctx, func(tx Tx) error { return tx.SetDone(jobHolders, s.Today()) })
}

// short lists the cases that lack a holder and have a grant to release.
func (s *Service) short(tx Tx) ([]ID, error) {
	there, err := s.there(tx)
	if err != nil {
		return nil, err
	}
	return tx.Short(slices.Sorted(maps.Keys(there)))
}

// turnGrants hides what those who left can see, and gives back what those whose
// mandate was prolonged could: that is safe, since no other holder has signed
// anything on such a case since (revoke), so the key is the same, and whoever the
// filer newly excluded got nothing new (refile). A leaf for the whole act: which
// grants it turns follows from it.
func (s *Service) turnGrants(tx Tx) error {
	if err := s.jumped(tx); err != nil {
		return err
	}
	all, err := tx.Ombudsmen()
	if err != nil {
		return err
	}
	today := s.Today()
	for _, o := range all {
		switch {
		case o.Removed != "":
			err = s.turn(tx, o, "removed", Hidden, Live, Dormant, Lapsed)
		case o.Until < today:
			err = s.turn(tx, o, "lapsed", Lapsed, Live)
		case o.Serves(today):
			err = s.turn(tx, o, "back", Live, Lapsed)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) turn(tx Tx, o Ombudsman, what string, to GrantState, from ...GrantState) error {
	turned := 0
	for _, state := range from {
		n, err := tx.Turn(o.Name, state, to)
		if err != nil {
			return err
		}
		turned += n
	}
	if turned == 0 {
		return nil
	}
	_, err := tx.Append(entry(NewOnce(), custody.Details{Act: "roster", Day: string(s.Today()), Actor: o.Name, To: what}))
	return err
}

// revoke deletes the wraps of those who lost sight of a case, now that another
// live holder has signed an act on it: before, deleting could have locked
// everybody out.
func (s *Service) revoke(tx Tx, c *Case, signer string) error {
	gone := map[string]bool{}
	for _, g := range c.Grants {
		if g.Holder != signer && (g.State == Hidden || g.State == Lapsed) {
			gone[g.Holder] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(gone)) {
		c.setGrants(name, Hidden, Revoked)
		c.setGrants(name, Lapsed, Revoked)
		_, err := tx.Append(entry(NewOnce(), custody.Details{Act: "revoked", Day: string(s.Today()), Case: string(c.ID), Actor: name}))
		if err != nil {
			return err
		}
	}
	return nil
}
