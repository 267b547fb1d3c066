package cases

import (
	"context"
	"encoding/hex"

	"ombra/crypto/custody"
)

// A hold keeps a closed case beyond its time: a court, an audit, or an appeal to
// somebody outside may need it. It has an end, or it would be a way to keep
// cases for ever. Its reason is sealed to the case; filers are not told of it.
const (
	Hold Verb = "hold"
	Lift Verb = "lift"

	// maxHold is how far ahead a hold may end. It can be set again.
	maxHold = 3 * 366

	// holdNotice is how long before its end the holders hear of a hold.
	holdNotice = 14

	jobHolds = "holds"
)

func (s *Service) needsHold(c *Case, a *act) error {
	if err := s.needsWords(c, a); err != nil {
		return err
	}
	if until := Day(a.set["until"]); until <= a.day || until > a.day.Add(maxHold) {
		return E(Invalid, "hold-until", nil)
	}
	return nil
}

func (s *Service) thenHeld(c *Case, a *act) {
	c.Flags |= Held
	c.HeldUntil = Day(a.set["until"])
}

func (s *Service) needsLift(c *Case, a *act) error {
	if !c.Is(Held) {
		return E(Conflict, "not-held", nil)
	}
	return s.needsWords(c, a)
}

func (s *Service) thenLifted(c *Case, _ *act) {
	c.Flags &^= Held
	c.HeldUntil = ""
}

// endHolds lets holds lapse whose last day is over, and warns a fortnight before.
// It comes after shredding in the day's order: a case is not deleted on the very
// day on which its hold lapsed.
func (s *Service) endHolds(ctx context.Context) error {
	today := s.Today()
	var over, soon []ID
	err := s.view(ctx, func(tx Tx) error {
		over, soon = nil, nil
		if err := s.jumped(tx); err != nil {
			return err
		}
		done, err := tx.Done(jobHolds)
		if err != nil || done == today {
			return err
		}
		return tx.Held(today.Add(holdNotice), func(c *Case) error {
			switch {
			case c.HeldUntil < today:
				over = append(over, c.ID)
			case done == "" || c.HeldUntil > done.Add(holdNotice):
				soon = append(soon, c.ID)
			}
			return nil
		})
	})
	if err != nil {
		return err
	}
	for _, id := range over {
		if err := s.lapse(ctx, id); err != nil {
			return err
		}
	}
	return s.update(ctx, func(tx Tx) error {
		for _, id := range soon {
			c, err := tx.Case(id, "")
			if err != nil {
				return err
			}
			if err := s.remind(tx, c, HoldEnds); err != nil {
				return err
			}
		}
		return tx.SetDone(jobHolds, today)
	})
}

// lapse ends one hold, with a leaf and a notice.
func (s *Service) lapse(ctx context.Context, id ID) error {
	today, once := s.Today(), NewOnce()
	end := func(tx Tx, c *Case) error {
		if !c.Is(Held) || c.HeldUntil >= today {
			return nil
		}
		_, err := tx.Append(entry(once, custody.Details{
			Act: "hold-lapsed", Day: string(today), Case: string(id), Once: hex.EncodeToString(once[:]),
		}))
		if err != nil {
			return err
		}
		s.thenLifted(c, nil)
		return s.remind(tx, c, HoldEnds)
	}
	return s.update(ctx, func(tx Tx) error { return s.change(tx, id, end) })
}
