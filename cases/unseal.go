package cases

import "ombra/crypto"

// whom lists the receipts that a signed act may be sealed to: those that get
// replies, and for a decision between two the one that it keeps, which has missed
// what was written while the other was in hand.
func whom(c *Case, note crypto.ActNote) []Receipt {
	if Verb(note.Do) != Settle {
		return live(c)
	}
	if kept, _ := c.settled(note.Set["keep"], Day(note.Day)); kept != nil {
		return []Receipt{*kept}
	}
	return nil
}

// unseal deletes what was sealed to a receipt that a decision ended. That the host
// hands it out no more is a promise; whoever lost the dispute still has the receipt,
// and could get at the disk. What they fetched before they keep.
func (s *Service) unseal(tx Tx, c *Case, a *act) error {
	if a.do != Settle {
		return nil
	}
	for _, r := range c.Receipts {
		if r.State != Ended {
			continue
		}
		if err := tx.Unseal(c.ID, crypto.FilerHash(r.Recipient, r.Verifier)); err != nil {
			return err
		}
	}
	return tx.SetDone(jobErase, a.day)
}
