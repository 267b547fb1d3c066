package cases

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"ombra/crypto/custody"
)

// jobCheckpoint is the name under which the daily checkpoint notes its day.
const jobCheckpoint = "checkpoint"

// errClock says that the day is more than two past the last checkpoint, or
// before it: the clock may have jumped, and what happens by itself waits for the
// operator's word.
var errClock = E(Unavailable, "clock", nil)

// jumped guards all that happens by itself against a clock that jumped, or a
// long outage: nothing is announced, released or deleted on its word alone.
func (s *Service) jumped(tx Tx) error {
	last, err := tx.Done(jobCheckpoint)
	if today := s.Today(); err == nil && last != "" && (today > last.Add(2) || today < last) {
		return errClock
	}
	return err
}

// Checkpoint pads the day's leaves to a bucket and signs size and root. It runs
// once a day, on quiet days too: otherwise the checkpoint itself would tell that
// something happened, and roughly when. A second call on the same day does
// nothing. word is the operator's: the day is right although it is more than two
// past the last checkpoint.
func (s *Service) Checkpoint(ctx context.Context, word bool) (done bool, err error) {
	err = s.update(ctx, func(tx Tx) error {
		done = false
		today := s.Today()
		last, err := tx.Done(jobCheckpoint)
		if err != nil || last == today {
			return err
		}
		if err := s.jumped(tx); err != nil && (!word || last > today) {
			return err
		}
		if err := s.pad(tx, today); err != nil {
			return err
		}
		size, err := tx.Size()
		if err != nil {
			return err
		}
		root, err := custody.Root(size, tx.Hashes())
		if err != nil {
			return err
		}
		note, err := custody.SignCheckpoint(s.LogKey, custody.Checkpoint{Origin: s.Office.Origin, Size: size, Root: root})
		if err != nil {
			return err
		}
		if err := tx.PutCheckpoint(Checkpoint{Day: today, Size: size, Note: note}); err != nil {
			return err
		}
		done = true
		return tx.SetDone(jobCheckpoint, today)
	})
	return done && err == nil, err
}

// pad adds no-ops: committed to like any act, so that nobody can tell them apart
// or count other people's filings by filing some.
func (s *Service) pad(tx Tx, today Day) error {
	size, err := tx.Size()
	if err != nil {
		return err
	}
	before := int64(0)
	all, err := tx.Checkpoints(0)
	if err != nil {
		return err
	}
	if len(all) > 0 {
		before = all[len(all)-1].Size
	}
	for range custody.Pad(size, before) {
		if _, err := tx.Append(entry(NewOnce(), custody.Details{Act: custody.ActNoOp, Day: string(today)})); err != nil {
			return err
		}
	}
	return nil
}

// A Log is the custody log as it is handed to an auditor: all that the last
// checkpoint covers, and no more, since the live end tells today's volume.
type Log struct {
	Leaves      []Leaf
	Checkpoints []Checkpoint
	Verifier    string
}

// Log reads the log for an auditor.
func (s *Service) Log(ctx context.Context) (l Log, err error) {
	err = s.view(ctx, func(tx Tx) error {
		l = Log{Verifier: s.LogKey.Verifier()}
		if l.Checkpoints, err = tx.Checkpoints(0); err != nil || len(l.Checkpoints) == 0 {
			return err
		}
		size := l.Checkpoints[len(l.Checkpoints)-1].Size
		if l.Leaves, err = tx.Leaves(0, size); err != nil {
			return err
		}
		return unsigned(tx, size)
	})
	return l, err
}

// unsigned refuses to hand over a log while a case was shredded that the last
// checkpoint does not know of: its leaves open no more, and what says why comes
// with the checkpoint that follows in a moment.
func unsigned(tx Tx, from int64) error {
	size, err := tx.Size()
	if err != nil {
		return err
	}
	live, err := tx.Leaves(from, size)
	if err != nil {
		return err
	}
	for _, l := range live {
		if d, err := custody.ParseDetails(l.Details); err == nil && d.Act == custody.ActShredded {
			return E(Unavailable, "shredding", nil)
		}
	}
	return nil
}

// ErrLog says that the log on disk does not hold.
var ErrLog = errors.New("the custody log does not hold")

// VerifyLog recomputes the whole log as it lies on disk, the live end included:
// every leaf's hash, every opening, or the shredded leaf that stands for it, and
// every checkpoint.
func (s *Service) VerifyLog(ctx context.Context) (size int64, err error) {
	err = s.view(ctx, func(tx Tx) error {
		if size, err = tx.Size(); err != nil {
			return err
		}
		v := recount{missing: map[int64]bool{}, shredded: map[int64]bool{}}
		for from := int64(0); from < size; from += 1000 {
			leaves, err := tx.Leaves(from, min(size, from+1000))
			if err != nil {
				return err
			}
			for _, l := range leaves {
				if err := v.take(l); err != nil {
					return err
				}
			}
		}
		if v.tree.Size() != size {
			return fmt.Errorf("%w: entries are missing", ErrLog)
		}
		if !maps.Equal(v.missing, v.shredded) {
			return fmt.Errorf("%w: entries do not open, and no shredding says why", ErrLog)
		}
		checkpoints, err := tx.Checkpoints(0)
		if err != nil {
			return err
		}
		return s.verifyCheckpoints(checkpoints, &v.tree, tx)
	})
	return size, err
}

// A recount is the log on its way through VerifyLog.
type recount struct {
	tree     custody.Memory
	missing  map[int64]bool // openings
	shredded map[int64]bool // what shredded leaves name
}

func (v *recount) take(l Leaf) error {
	v.tree.Append(l.Leaf)
	if l.Details == nil {
		v.missing[l.N] = true
		return nil
	}
	d, err := custody.ParseDetails(l.Details)
	if err != nil || !custody.Opens(l.Leaf, l.Details, l.Nonce) {
		return fmt.Errorf("%w: entry %d does not open", ErrLog, l.N)
	}
	for _, n := range d.Leaves {
		v.shredded[n] = true
	}
	return nil
}

func (s *Service) verifyCheckpoints(list []Checkpoint, tree *custody.Memory, tx Tx) error {
	for _, c := range list {
		signed, err := custody.OpenCheckpoint(c.Note, s.LogKey.Verifier())
		if err != nil || signed.Size != c.Size || signed.Size > tree.Size() {
			return fmt.Errorf("%w: the checkpoint of %d entries", ErrLog, c.Size)
		}
		computed, err := custody.Root(c.Size, tree)
		if err != nil || computed != signed.Root {
			return fmt.Errorf("%w: the entries before %d", ErrLog, c.Size)
		}
	}
	stored, err := custody.Root(tree.Size(), tx.Hashes())
	computed, err2 := custody.Root(tree.Size(), tree)
	if err != nil || err2 != nil || stored != computed {
		return fmt.Errorf("%w: the stored hashes", ErrLog)
	}
	return nil
}
