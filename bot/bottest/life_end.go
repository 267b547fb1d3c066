package bottest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"ombra/cases"
	"ombra/crypto"
)

// deletion: a month after it was closed, a case is gone, and nothing is found of
// it wherever the office keeps anything. The one on hold stays.
func (l *life) deletion(ctx context.Context) error {
	who := "third reporter"
	c, err := l.caseOf(ctx, who)
	if err != nil {
		return err
	}
	known, err := l.traces(ctx, c)
	if err != nil {
		return err
	}
	before, err := known.Folder(l.dir)
	if err != nil {
		return err
	}
	// A scan that does not find what is there would prove nothing afterwards.
	kept := []string{"the case's id", "a wrap", "a paper", "the filer's receipt"}
	if l.hasFormFiles() {
		kept = append(kept, "the name of a file", "a file")
	}
	for _, what := range kept {
		if !slices.ContainsFunc(before, func(f Finding) bool { return f.What == what }) {
			return fmt.Errorf("the scan does not find %s of a case that is there", what)
		}
	}
	l.Deleted = known
	if err := l.gone(ctx, c, who); err != nil {
		return err
	}
	after, err := known.Folder(l.dir)
	if err != nil {
		return err
	}
	if len(after) > 0 {
		return fmt.Errorf("deleted, and still there: %s", Lines(after))
	}
	l.Tell("a thief of the disk", fmt.Sprintf(
		"who knows what to look for found %d traces of the case while it was kept, and finds none in any file of the office now", len(before),
	))
	return l.kept()
}

// gone waits for the day on which the receipt is to open nothing any more.
func (l *life) gone(ctx context.Context, c *cases.Case, who string) error {
	due := c.Closed.AddMonths(l.Office.Cases.Office.Keeping.Months)
	isGone := func() (bool, error) {
		screen, err := l.look(l.Seat(who), l.Receipts[who])
		return screen.Has(words.Get("error.not-found")), err
	}
	if err := l.until(ctx, 40, func() (bool, error) {
		gone, err := isGone()
		today := l.Office.Cases.Today()
		if err == nil && gone {
			err = fmt.Errorf("on %s a case is gone that is due on %s", today, due)
		}
		return today == due.Add(-1), err
	}); err != nil {
		return err
	}
	l.Office.Pass(24 * time.Hour)
	if l.Eve != nil {
		if err := l.Eve(ctx); err != nil {
			return err
		}
	}
	if err := l.work(ctx); err != nil {
		return err
	}
	if gone, err := isGone(); err != nil || !gone {
		return fmt.Errorf("it is %s, and a case is there that was due: %w", due, err)
	}
	l.Tell("the third reporter", "comes back a month after the closing: \"not found, or its keeping period has ended\"")
	return nil
}

// kept looks at the case on hold: its time would be over too.
func (l *life) kept() error {
	screen, err := l.look(l.Seat("staff"), l.Receipts["staff"])
	if err != nil {
		return err
	}
	if !screen.Has(Final) {
		return fmt.Errorf("a case on hold was deleted: %s", screen.Text)
	}
	if screen, err = l.look(l.Seat("claimant"), l.Receipts["claimant"]); err == nil && !screen.Has(words.Get("error.not-found")) {
		err = fmt.Errorf("a case closed on the same day as the one on hold is still there: %s", screen.Text)
	}
	if err != nil {
		return err
	}
	l.Tell("the member of staff", "still reads the final answer: the case is on hold; the claimant's, closed on the same day, is gone")
	return nil
}

// traces are what is stored of a case, as a scanner finds it: ids, keys and the
// beginnings and ends of what is sealed. Of the words none is there to be found.
func (l *life) traces(ctx context.Context, c *cases.Case) (*Scanner, error) {
	s := NewScanner()
	s.Know("the case's id", string(c.ID))
	for _, k := range c.Keys {
		s.Know("the case's key", k.Recipient)
	}
	readers := []string{""}
	for _, r := range c.Receipts {
		s.KnowBytes("the filer's receipt", r.Lookup[:])
		s.Know("the filer's key", r.Recipient)
		readers = append(readers, crypto.FilerHash(r.Recipient, r.Verifier))
	}
	return s, l.Office.Cases.Store.View(ctx, func(tx cases.Tx) error {
		for _, g := range c.Grants {
			wraps, err := tx.Wraps(c.ID, g.Holder)
			if err != nil {
				return err
			}
			for _, w := range wraps {
				s.ends("a wrap", w)
			}
		}
		for _, reader := range readers {
			if err := s.papers(tx, l.Office.Cases.Shelf, c.ID, reader); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Scanner) papers(tx cases.Tx, shelf cases.Shelf, id cases.ID, reader string) error {
	list, err := tx.Papers(id, reader)
	if err != nil {
		return err
	}
	for _, p := range list {
		s.KnowBytes("the hash of a paper", p.Sum[:])
		if p.Shelf != "" {
			s.Know("the name of a file", p.Shelf)
			file, err := onShelf(shelf, p.Shelf)
			if err != nil {
				return err
			}
			s.ends("a file", file)
			continue
		}
		blob, err := tx.Blob(id, p.N)
		if err != nil {
			return err
		}
		s.ends("a paper", blob)
	}
	return nil
}

func onShelf(shelf cases.Shelf, name string) (b []byte, err error) {
	f, err := shelf.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return io.ReadAll(f)
}

// ends knows the two ends of something: a store may cut it in the middle.
func (s *Scanner) ends(what string, b []byte) {
	const enough = 64
	s.KnowBytes(what, b[:min(enough, len(b))])
	s.KnowBytes(what, b[max(0, len(b)-enough):])
}
