package cases

import (
	"context"
	"errors"

	"ombra/crypto/custody"
)

// Keeping is how long closed cases are kept, in calendar months from closing. 0
// keeps them for good.
type Keeping struct {
	Months int
	// OutOfMandate is for those that were none of the office's business: what
	// plainly does not matter is not kept for years.
	OutOfMandate int
}

const outOfMandate Disposition = "out-of-mandate"

// period is the rule for a case, by its word in the log, and its months.
func (k Keeping) period(c *Case) (rule string, months int) {
	if c.Disposition == outOfMandate {
		return string(outOfMandate), k.OutOfMandate
	}
	return "closed", k.Months
}

// until is the day on which a closed case's period ends; "" for an open one and
// for one that is kept for good.
func (k Keeping) until(c *Case) Day {
	_, months := k.period(c)
	if c.Stage != Closed || c.Closed == "" || months <= 0 {
		return ""
	}
	return c.Closed.AddMonths(months)
}

// until is the day on which a closed case goes. One that would have stayed longer,
// before the period was shortened, stays until the notice is over.
func (s *Service) until(c *Case) Day {
	due, w := s.Office.Keeping.until(c), keepMonths
	if c.Disposition == outOfMandate {
		w = keepOut
	}
	months, binds := s.before(w)
	if due == "" || binds <= due { // it binds already, or will by then
		return due
	}
	if old := (Keeping{months, months}).until(c); old != "" {
		return min(old, binds)
	}
	return binds
}

// over says by which rule a case goes, and when its period ends. Due is "" for one
// that may not go: an open one, a held one, one whose remedy is outstanding, or one
// in dispute, where nobody could appeal or speak before that is settled.
func (k Keeping) over(c *Case) custody.Shredding {
	rule, months := k.period(c)
	due := k.until(c)
	if due == "" || c.Is(Held|RemedyOutstanding|Disputed) {
		return custody.Shredding{}
	}
	return custody.Shredding{Rule: rule, Months: months, Closed: string(c.Closed), Due: string(due)}
}

// The jobs of retention. jobErase has the day of what was shredded and is not
// yet out of the files; "" when all is.
const (
	jobShred = "retention"
	jobErase = "traces"
)

// quiet reports whether the day's quiet hour has come. What happens once a day
// by itself waits for it: it holds up filings for a moment.
func (s *Service) quiet() bool { return s.Now().In(s.Office.Zone).Hour() >= s.Office.Quiet }

// shredDue deletes the cases whose time is over. It runs before the day's
// checkpoint and never after it: the leaves that say so must be under the same
// checkpoint that an auditor is given, or a deletion would look like a quiet
// drop until the next day.
func (s *Service) shredDue(ctx context.Context) error {
	if !s.quiet() {
		return nil
	}
	var due []ID
	err := s.view(ctx, func(tx Tx) error {
		due = nil
		if ok, err := s.mayShred(tx); err != nil || !ok {
			return err
		}
		return tx.Closed(s.Today(), func(c *Case) error {
			if s.mayGo(c) {
				due = append(due, c.ID)
			}
			return nil
		})
	})
	if err != nil {
		return err
	}
	var failed []error // one damaged case must not keep the others
	for _, id := range due {
		failed = append(failed, s.shred(ctx, id))
	}
	if err := errors.Join(failed...); err != nil {
		return err
	}
	return s.update(ctx, func(tx Tx) error { return errors.Join(s.owe(tx), tx.SetDone(jobShred, s.Today())) })
}

// mayShred: once a day, before the checkpoint, and never on the word of a clock
// that may have jumped. An office without a checkpoint has nothing to compare the
// clock with.
func (s *Service) mayShred(tx Tx) (bool, error) {
	if err := s.jumped(tx); err != nil {
		return false, err
	}
	signed, err := tx.Done(jobCheckpoint)
	if err != nil || signed == "" || signed == s.Today() {
		return false, err
	}
	done, err := tx.Done(jobShred)
	return done != s.Today(), err
}

// shred deletes one case: all rows and the leaf that says so in one transaction,
// then its files. Whatever stops it between the two, the sweep finds the files.
// What was found due is looked at again: an appeal or a hold may have come.
func (s *Service) shred(ctx context.Context, id ID) error {
	var files []string
	once := NewOnce()
	do := func(tx Tx) error {
		files = nil
		c, err := tx.Case(id, "")
		if KindOf(err) == NotFound {
			return nil // done, in a commit that was unclear
		}
		if err != nil {
			return err
		}
		why := s.Office.Keeping.over(c)
		if !s.mayGo(c) {
			return nil
		}
		leaves, shelved, err := tx.Shred(id)
		if err != nil {
			return err
		}
		files = shelved
		return s.shredded(tx, c, entry(once, custody.Details{
			Act: custody.ActShredded, Day: string(s.Today()), Note: why.Note(), Leaves: leaves,
		}))
	}
	err := s.update(ctx, do)
	if errors.Is(err, ErrUnclear) {
		err = s.update(ctx, do)
	}
	if err != nil {
		return err
	}
	_ = s.Shelf.Remove(files...) // what stays is swept before the traces are
	return nil
}

// shredded notes what the transaction of a shredding leaves behind: the leaf,
// the figure, and that the files have to be cleaned.
func (s *Service) shredded(tx Tx, c *Case, e Entry) error {
	if _, err := tx.Append(e); err != nil {
		return err
	}
	if err := s.count(tx, c, FigureShredded); err != nil {
		return err
	}
	return tx.SetDone(jobErase, s.Today())
}

// erase takes what was shredded out of the files, at any hour, until it worked:
// a crash, a full disk or a reader that does not end must not leave it lying
// there. The sweep comes first, for files whose rows went and which did not.
func (s *Service) erase(ctx context.Context) error {
	var owed Day
	var keep map[string]bool
	err := s.view(ctx, func(tx Tx) (err error) {
		if owed, err = tx.Done(jobErase); err != nil || owed == "" {
			return err
		}
		keep, err = tx.Shelved()
		return err
	})
	if err != nil || owed == "" {
		return err
	}
	if err := s.Shelf.Sweep(keep); err != nil {
		return told(err)
	}
	if err := s.Store.Erase(ctx); err != nil {
		return told(err)
	}
	return s.update(context.WithoutCancel(ctx), func(tx Tx) error { return tx.SetDone(jobErase, "") })
}

// Owed is the day of what was shredded and could not yet be taken out of the
// files; "" when there is nothing.
func Owed(tx Tx) (Day, error) { return tx.Done(jobErase) }
