package cases

import (
	"errors"

	"ombra/crypto"
)

// What was sealed to a receipt that opens nothing any more is deleted. That the
// host hands it out no more is a promise; somebody may have that receipt, who lost
// a dispute or found it where it was exposed, and get at the disk. What they
// fetched before they keep.

// jobUnsealed has the day of what was deleted so, until the next quiet hour owes
// it to be taken out of the files: that holds up filings, as after a shredding.
const jobUnsealed = "unsealed"

// whom lists the receipts that a signed act may be sealed to: those that get
// replies, and for a decision between two the one that it keeps, which has missed
// what was written while the other was in hand. Whether it decides is known later.
func whom(c *Case, note crypto.ActNote) []Receipt {
	if Verb(note.Do) != Settle {
		return live(c)
	}
	if kept, _ := c.settled(note.Set["keep"], Day(note.Day)); kept != nil {
		return []Receipt{*kept}
	}
	return nil
}

// unsealEnded is for the receipt that a decision ended. Its files go when the act
// is stored; those that do not are left to the sweep.
func (s *Service) unsealEnded(tx Tx, c *Case, a *act) (err error) {
	if !a.decides {
		return nil
	}
	a.gone, err = s.unseal(tx, c, func(r Receipt) bool { return r.State == Ended })
	return err
}

// unsealFormer is for those that were replaced or ended, when they can object no
// more: until then one of them may be its owner's, who comes back.
func (s *Service) unsealFormer(tx Tx, c *Case) error {
	if c.Is(Disputed) {
		return nil
	}
	today := s.Today()
	_, err := s.unseal(tx, c, func(r Receipt) bool { return r.State == Replaced && r.Until < today })
	return err
}

func (s *Service) unseal(tx Tx, c *Case, which func(Receipt) bool) (files []string, err error) {
	for _, r := range c.Receipts {
		if !which(r) {
			continue
		}
		list, err := papersTo(tx, c.ID, r)
		if err != nil {
			return nil, err
		}
		if len(list) == 0 {
			continue
		}
		for _, p := range list {
			if p.Shelf != "" {
				files = append(files, p.Shelf)
			}
		}
		err = errors.Join(tx.Unseal(c.ID, list[0].For), tx.SetDone(jobUnsealed, s.Today()))
		if err != nil {
			return nil, err
		}
	}
	return files, nil
}

// owe makes what was unsealed due for erasing.
func (s *Service) owe(tx Tx) error {
	day, err := tx.Done(jobUnsealed)
	if err != nil || day == "" {
		return err
	}
	return errors.Join(tx.SetDone(jobErase, day), tx.SetDone(jobUnsealed, ""))
}
