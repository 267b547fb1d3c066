package storetest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"testing"

	"ombra/cases"
)

// A Fault is a way for a write to fail.
type Fault int

// The faults.
const (
	NotStored    Fault = iota // undone, and said so: the disk is full
	Lost                      // undone, and reported as unclear
	ButStored                 // stored, and reported as unclear
	faultsNumber int   = iota
)

func (f Fault) String() string {
	return [...]string{"not stored", "unclear and lost", "unclear but stored"}[f]
}

// Faulty is a store whose At-th write, counted from 0, fails.
type Faulty struct {
	cases.Store
	At    int
	Fault Fault

	mu     sync.Mutex
	writes int
	struck bool
}

var _ cases.Store = (*Faulty)(nil)

// errUndo makes the store below undo a change that f was content with.
var errUndo = errors.New("storetest: undone")

// strikes counts one write and reports whether it is the one to fail.
func (s *Faulty) strikes() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	hit := s.writes == s.At
	s.writes++
	s.struck = s.struck || hit
	return hit
}

// Struck reports whether a write has failed.
func (s *Faulty) Struck() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.struck
}

// Update implements [cases.Store]. A change that fails by itself is no write.
func (s *Faulty) Update(ctx context.Context, f func(cases.Tx) error) error {
	content := false // f was, so there is something to store
	hit := false
	err := s.Store.Update(ctx, func(t cases.Tx) error {
		if err := f(t); err != nil {
			content = false
			return err
		}
		if !content { // f may run more than once
			content, hit = true, hit || s.strikes()
		}
		if hit && s.Fault != ButStored {
			return errUndo
		}
		return nil
	})
	switch {
	case hit && s.Fault == NotStored && errors.Is(err, errUndo):
		return fmt.Errorf("storetest: %w", cases.ErrFull)
	case hit && (err == nil || errors.Is(err, errUndo)):
		return fmt.Errorf("storetest: %w", cases.ErrUnclear)
	}
	return err
}

// EveryWrite tells a story again and again, each time with another write that
// fails in another way, until a run has no write left to fail. The story sees
// the fault as its caller would, and checks that nothing was lost and nothing
// is there twice; s.Store is the store without the fault.
func EveryWrite(t *testing.T, open func(*testing.T) cases.Store, story func(t *testing.T, s *Faulty)) {
	t.Helper()
	for fault := range Fault(faultsNumber) {
		for at, more := 0, true; more; at++ {
			t.Run(fmt.Sprintf("%v/%d", fault, at), func(t *testing.T) {
				s := &Faulty{Store: open(t), At: at, Fault: fault}
				story(t, s)
				more = s.Struck() && !t.Failed()
			})
		}
	}
}

// FaultyShelf is a shelf whose At-th Put or Remove, counted from 0, fails. A
// shelf knows no unclear end: what it stored for an error is an orphan.
type FaultyShelf struct {
	cases.Shelf
	At    int
	Fault Fault

	count Faulty
}

var _ cases.Shelf = (*FaultyShelf)(nil)

func (s *FaultyShelf) strikes() bool {
	s.count.At = s.At
	return s.count.strikes()
}

// Struck reports whether a write has failed.
func (s *FaultyShelf) Struck() bool { return s.count.Struck() }

// Put implements [cases.Shelf].
func (s *FaultyShelf) Put(ctx context.Context, write func(io.Writer) error) (string, error) {
	if !s.strikes() {
		return s.Shelf.Put(ctx, write)
	}
	if s.Fault == ButStored {
		if _, err := s.Shelf.Put(ctx, write); err != nil {
			return "", err
		}
	}
	return "", fmt.Errorf("storetest: %w", cases.ErrFull)
}

// Remove implements [cases.Shelf].
func (s *FaultyShelf) Remove(names ...string) error {
	if !s.strikes() {
		return s.Shelf.Remove(names...)
	}
	if s.Fault == ButStored {
		if err := s.Shelf.Remove(names...); err != nil {
			return err
		}
	}
	return errors.New("storetest: not removed")
}
