package cases

import (
	"context"
	"errors"
)

// revives are the acts that may still reach a withheld case: each of them keeps
// it. All else meets the answer that a stranger gets.
var revives = map[Verb]bool{Hold: true, Appeal: true}

// dueDay is the day on which a case's time is over; "" while it never is.
func (s *Service) dueDay(c *Case) Day {
	if s.Office.Keeping.over(c).Due == "" {
		return ""
	}
	return s.until(c)
}

// withheld reports whether a case that came back with a backup is shown to
// nobody: its time was over before the office was restored, and it is there only
// because a disk was lost.
func (s *Service) withheld(c *Case) bool {
	due := s.dueDay(c)
	return due != "" && s.back.Load().withholds(due)
}

// mayGo says whether a case's time is over and nothing is waited for.
func (s *Service) mayGo(c *Case) bool {
	due := s.dueDay(c)
	return due != "" && due <= s.Today() && !s.back.Load().Waits(due, s.Today())
}

func (s *Service) loadRestored(ctx context.Context) error {
	return s.Store.View(ctx, func(tx Tx) error {
		r, err := restored(tx)
		s.back.Store(&r)
		return err
	})
}

// shredRestored deletes what was due by the day of the backup, before anything
// is served: it had been deleted when the disk was lost. known is that day, if
// the clock of then can be believed. After the day's checkpoint it is left to the
// next day's job, or its leaves would seem to be dropped until then; it is
// withheld all the same.
func (s *Service) shredRestored(ctx context.Context, known Day) error {
	var due []ID
	err := s.view(ctx, func(tx Tx) error {
		due = nil
		signed, err := tx.Done(jobCheckpoint)
		if err != nil || signed == "" || signed == s.Today() || known == "" || known > signed.Add(2) {
			return err
		}
		return tx.Closed(known, func(c *Case) error {
			if day := s.dueDay(c); day != "" && day <= known {
				due = append(due, c.ID)
			}
			return nil
		})
	})
	for _, id := range due {
		err = errors.Join(err, s.shred(ctx, id))
	}
	if err != nil {
		return err
	}
	return s.erase(ctx)
}
