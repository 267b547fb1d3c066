package cases

import (
	"context"
	"errors"
	"fmt"

	"ombra/crypto/custody"
)

// A Restoration is what an operator brought back besides the database.
type Restoration struct {
	Backup Day // on which the backup was made
	// Leaves and Checkpoints are those that the log had since, from their second
	// place; the caller has verified that they continue this log.
	Leaves      [][]byte
	Checkpoints []Checkpoint
	Kept        bool // there was a second place
}

// Restored says when the office was restored, and from a backup of which day.
// The zero value is an office that never was.
type Restored struct {
	Backup, Day Day
}

// The names under which a restoration is noted.
const (
	jobRestored     = "restored"
	jobRestoredFrom = "restored-from"
)

// RestoredDays is how long a case waits that fell due for deletion between the
// backup and the restoration: a hold or an appeal of those days is gone with the
// disk, and whoever made it has to make it again.
const RestoredDays = 14

// Restore completes a restored log: what it lost, from its second place, and
// then a leaf that says so. What those leaves committed to is gone. Then it
// deletes what was due by the day of the backup. Nothing is served yet.
func (s *Service) Restore(ctx context.Context, r Restoration) error {
	today := s.Today()
	if today < r.Backup {
		return errClock
	}
	var signed Day // last before the backup
	err := s.update(ctx, func(tx Tx) error {
		size, err := tx.Size()
		if err != nil {
			return err
		}
		if signed, err = tx.Done(jobCheckpoint); err != nil {
			return err
		}
		d := custody.Details{Act: custody.ActRestored, Day: string(today), Note: custody.RestoredNote(string(r.Backup), r.Kept)}
		for i, leaf := range r.Leaves {
			if err := tx.Graft(leaf); err != nil {
				return fmt.Errorf("leaf %d: %w", size+int64(i), err)
			}
			d.Leaves = append(d.Leaves, size+int64(i))
		}
		if err := putCheckpoints(tx, r.Checkpoints); err != nil {
			return err
		}
		if _, err := tx.Append(entry(NewOnce(), d)); err != nil {
			return err
		}
		return noteRestored(tx, Restored{Backup: r.Backup, Day: today})
	})
	if err != nil {
		return err
	}
	if err := s.loadRestored(ctx); err != nil {
		return err
	}
	if signed == "" || r.Backup > signed.Add(2) {
		return nil // the clock may have jumped when the backup was made
	}
	return s.shredRestored(ctx, r.Backup)
}

// putCheckpoints stores those that the backup does not have. The last one's day
// counts for the guard against a clock that jumped.
func putCheckpoints(tx Tx, list []Checkpoint) error {
	last, err := tx.Done(jobCheckpoint)
	if err != nil {
		return err
	}
	for _, c := range list {
		if c.Day <= last {
			continue
		}
		if err := errors.Join(tx.PutCheckpoint(c), tx.SetDone(jobCheckpoint, c.Day)); err != nil {
			return err
		}
	}
	return nil
}

// noteRestored keeps the wait of an earlier restoration that was not over yet.
func noteRestored(tx Tx, r Restored) error {
	before, err := restored(tx)
	if err != nil {
		return err
	}
	if before.Day != "" && r.Backup < before.Day.Add(RestoredDays) {
		r.Backup = min(r.Backup, before.Backup)
	}
	return errors.Join(tx.SetDone(jobRestored, r.Day), tx.SetDone(jobRestoredFrom, r.Backup))
}

func restored(tx Tx) (r Restored, err error) {
	if r.Day, err = tx.Done(jobRestored); err == nil {
		r.Backup, err = tx.Done(jobRestoredFrom)
	}
	return r, err
}

// Restored says when the office was restored last.
func (s *Service) Restored() Restored { return *s.back.Load() }

// Over is the first day on which nothing waits any more.
func (r Restored) Over() Day { return r.Day.Add(RestoredDays) }

// Waits reports whether a case that falls due for deletion on a day is neither
// deleted nor served today. One that was due by the day of the backup is deleted
// at once; it had been, before the disk was lost.
func (r Restored) Waits(due, today Day) bool {
	return r.Day != "" && due > r.Backup && due <= r.Day && today < r.Over()
}

// withholds reports whether a case that fell due on a day was to be gone by now.
func (r Restored) withholds(due Day) bool { return r.Day != "" && due <= r.Day }
