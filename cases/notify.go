package cases

import (
	"context"
	"slices"
	"time"
)

// Notices lists what is to be told now: notices of days and fixed hours that
// have come, and urgent ones.
func (s *Service) Notices(ctx context.Context) (due []Notice, err error) {
	now := s.Now().In(s.Office.Zone)
	err = s.view(ctx, func(tx Tx) error {
		due, err = tx.Waiting(DayOf(now), s.hourIndex(now))
		return err
	})
	return due, err
}

// hourIndex is the index of the last fixed hour that has come today; -1 before
// the first, when only urgent notices and those of earlier days are due.
func (s *Service) hourIndex(now time.Time) int {
	i, _ := slices.BinarySearch(s.Office.Hours, now.Hour()+1)
	return i - 1
}

// Settle records what came of telling a notice.
func (s *Service) Settle(ctx context.Context, n Notice, o Outcome) error {
	if n.Hour == AtOnce && o.Again {
		// How often an urgent one was tried, at a known pace, would date the filing.
		return nil
	}
	return s.update(ctx, func(tx Tx) error { return tx.Settle(n.Key, n.Gen, o) })
}
