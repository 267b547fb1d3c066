package cases

import (
	"context"
	"encoding/hex"

	"ombra/crypto/custody"
)

// act is one act on its way down the one road: everything that needs a key or a
// network was done before; what is left happens in one transaction.
type act struct {
	do    Verb
	by    Role
	actor string // roster name; empty for a filer
	see   func(Tx) (*Case, error)
	sheaf *sheaf
	set   map[string]string
	note  string                // hash of the signed note, for the log
	now   func(Tx, *Case) error // what a signed act rests on: is it still so?
	also  func(Tx, *Case) error // what else must happen in the transaction
	day   Day
}

// bySystem sees any case; byHolder one with a live grant for the actor only. To
// everybody else it does not exist (laws 4, 5).
func bySystem(id ID) func(Tx) (*Case, error) { return byHolder(id, "") }

func byHolder(id ID, who string) func(Tx) (*Case, error) {
	return func(tx Tx) (*Case, error) { return tx.Case(id, who) }
}

// perform is the one road of every act on a case that exists: log, table,
// effect, papers, case, notices. The log comes first: a double click must find
// the first one's result, not "not allowed any more".
func (s *Service) perform(ctx context.Context, a *act) error {
	a.day = a.sheaf.day
	return s.update(ctx, func(tx Tx) error {
		c, err := a.see(tx)
		if err != nil {
			return err
		}
		m, ok := s.allowed(c, a.do, a.by)
		e := a.entry(c, m)
		n, err := tx.Append(e)
		switch {
		case err != nil:
			return err
		case !ok:
			return E(Conflict, "moved-on", nil)
		}
		if err := a.rests(tx, c); err != nil {
			return err
		}
		if err := s.effect(c, a, m); err != nil {
			return err
		}
		if err := a.sheaf.store(tx, c.ID, n); err != nil {
			return err
		}
		if a.also != nil {
			if err := a.also(tx, c); err != nil {
				return err
			}
		}
		if err := tx.Put(c); err != nil {
			return err
		}
		if !m.tells {
			return nil
		}
		return s.notify(tx, c.Holders(), a.actor, News, false)
	})
}

// rests checks what was sealed or signed against the case as it is now.
func (a *act) rests(tx Tx, c *Case) error {
	if a.now != nil {
		return a.now(tx, c)
	}
	if len(a.sheaf.papers) > 0 && a.sheaf.epoch != c.Key().Epoch {
		return errStale
	}
	return nil
}

func (s *Service) effect(c *Case, a *act, m move) error {
	if m.needs != nil {
		if err := m.needs(s, c, a); err != nil {
			return err
		}
	}
	if m.to != "" {
		c.Stage = m.to
	}
	if m.then != nil {
		m.then(s, c, a)
	}
	return nil
}

// logNames are the words of the log for our verbs.
var logNames = map[Verb]string{
	Add: "message", Acknowledge: "acknowledged", GetPapers: "papers", Assess: "assessed", Wait: "waiting",
	Resume: "resumed", TakeLead: "lead", Answer: "replied", Ask: "asked", Note: "noted", Close: "closed",
}

func (a *act) entry(c *Case, m move) Entry {
	d := custody.Details{
		Act: logNames[a.do], Day: string(a.day), Case: string(c.ID), Once: hex.EncodeToString(a.sheaf.once[:]),
		Actor: a.actor, Hash: a.note, Hashes: a.sheaf.sums(),
	}
	if a.by == ByFiler {
		d.Actor = string(ByFiler)
	}
	if m.to != "" {
		d.From, d.To = string(c.Stage), string(m.to)
	}
	if a.do == Assess {
		d.To = a.set["stage"]
	}
	return entry(a.sheaf.once, d)
}

// notify tells the holders, but not the one who acted, at the first fixed hour
// of the next day: a notice must not date what happened. An urgent one goes at
// once; the filer agreed to that, and was told that it can be noticed.
func (s *Service) notify(tx Tx, to []string, actor string, about Subject, urgent bool) error {
	for _, name := range to {
		if name == actor {
			continue
		}
		if err := tx.Notify(Notice{Key: newKey(), To: name, About: about, Due: s.Today().Add(1)}); err != nil {
			return err
		}
		if !urgent {
			continue
		}
		if err := tx.Notify(Notice{Key: newKey(), To: name, About: Danger, Due: s.Today(), Hour: -1}); err != nil {
			return err
		}
	}
	return nil
}

func newKey() string {
	once := NewOnce()
	return hex.EncodeToString(once[:])
}
