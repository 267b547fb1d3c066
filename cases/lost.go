package cases

import (
	"bytes"
	"context"

	"ombra/crypto"
)

// KeySince is the day from which wraps are made to somebody's present age key;
// "" if they never had another. After a mere renewal of the mandate it is the
// day that the first enrolment with this key names, else the day on which the
// key was proved.
func (o Ombudsman) KeySince() Day {
	first, changed := o.Enrolment, false
	for i := len(o.Past) - 1; i >= 0; i-- {
		if changed = !bytes.Contains(o.Past[i], []byte("\nrecipient "+o.Recipient+"\n")); changed {
			break
		}
		first = o.Past[i]
	}
	switch {
	case !changed:
		return ""
	case bytes.Equal(first, o.Enrolment):
		return o.Proved
	}
	e, err := crypto.OpenEnrol(first)
	if err != nil {
		return o.Proved
	}
	return Day(e.Day)
}

// opens reports whether the newest wrap of a holder can be of the key that they
// have today. One made before is of a key that was replaced: lost, as far as
// anybody but its owner knows, so its holder does not count as there until a
// colleague grants the case again.
func (c *Case) opens(o Ombudsman) bool {
	since := o.KeySince()
	if since == "" {
		return true
	}
	newest := 0
	for _, g := range c.Grants {
		if g.Holder == o.Name {
			newest = max(newest, g.Epoch)
		}
	}
	return c.madeOn(newest) >= since
}

// madeOn is the day on which the key of an epoch was made.
func (c *Case) madeOn(epoch int) Day {
	if epoch == 0 {
		return c.Opened
	}
	for _, k := range c.Keys {
		if k.Epoch != epoch {
			continue
		}
		if text, err := crypto.NoteText(k.Statement); err == nil {
			if n, err := crypto.ParseAct(text); err == nil {
				return Day(n.Day)
			}
		}
	}
	return ""
}

// thereFor is there without those who hold a case under a key that they do not
// have any more.
func (s *Service) thereFor(tx Tx, c *Case) (map[string]bool, error) {
	there, err := s.there(tx)
	if err != nil {
		return nil, err
	}
	all, err := tx.Ombudsmen()
	for _, o := range all {
		there[o.Name] = there[o.Name] && c.opens(o)
	}
	return there, err
}

const jobKeys = "lost-keys"

// seeToKeys makes up, once for each key that replaced another, for its owner in
// every open case that was given to the earlier one.
func (s *Service) seeToKeys(ctx context.Context) error {
	if err := s.view(ctx, s.jumped); err != nil {
		return err
	}
	for _, o := range s.Roster() {
		if since := o.KeySince(); since != "" && o.Serves(s.Today()) {
			if err := s.seeToKey(ctx, o.Name, since); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Service) seeToKey(ctx context.Context, name string, since Day) error {
	job := jobKeys + "-" + name
	var ids []ID
	var done Day
	err := s.view(ctx, func(tx Tx) (err error) {
		if done, err = tx.Done(job); err == nil && done != since {
			ids, err = heldBy(tx, name)
		}
		return err
	})
	if err != nil || done == since {
		return err
	}
	for _, id := range ids {
		if err := s.update(ctx, func(tx Tx) error { return s.makeUpOne(tx, id) }); err != nil {
			return err
		}
	}
	return s.update(ctx, func(tx Tx) error { return tx.SetDone(job, since) })
}

func (s *Service) makeUpOne(tx Tx, id ID) error {
	c, err := tx.Case(id, "")
	if err != nil || c.Stage == Closed {
		return err
	}
	released, err := s.makeUp(tx, c)
	if err != nil || len(released) == 0 {
		return err
	}
	return tx.Put(c)
}

// heldBy lists all cases that somebody holds.
func heldBy(tx Tx, who string) (ids []ID, err error) {
	const page = 500
	for {
		list, more, err := tx.GrantedTo(who, len(ids), page)
		if err != nil {
			return nil, err
		}
		for _, c := range list {
			ids = append(ids, c.ID)
		}
		if !more {
			return ids, nil
		}
	}
}
