package cases

import (
	"context"
	"encoding/hex"
	"errors"
	"slices"
	"strconv"

	"ombra/cases/papers"
	"ombra/crypto/custody"
)

// act is one act on its way down the one road: everything that needs a key or a
// network was done before; what is left happens in one transaction.
type act struct {
	do     Verb
	by     Role
	actor  string // roster name; empty for a filer
	filer  *filer // of a filer
	see    func(Tx) (*Case, error)
	sheaf  *sheaf
	set    map[string]string
	note   string                // hash of the signed note, for the log
	remedy papers.Remedy         // as the act leaves it
	now    func(Tx, *Case) error // what a signed act rests on: is it still so?
	also   func(Tx, *Case) error // what else must happen in the transaction
	urgent bool                  // somebody is in danger, and the filer agreed to a notice at once
	day    Day
	key    *newKey  // the case key that a signed act brings
	gone   []string // files that no row names once it is stored

	decides bool // of a dispute: with this signature there are enough
}

// bySystem sees any case; byHolder one with a live grant for the actor only. To
// everybody else it does not exist (laws 4, 5).
func bySystem(id ID) func(Tx) (*Case, error) { return byHolder(id, "") }

func byHolder(id ID, who string) func(Tx) (*Case, error) {
	return func(tx Tx) (*Case, error) { return tx.Case(id, who) }
}

// commit performs an act and settles what became of it. After an unclear commit
// it performs the same act once more: its Once finds the first, or it is stored
// now. Only what is known not to be stored leaves the shelf.
func (s *Service) commit(ctx context.Context, a *act) error {
	err := s.perform(ctx, a)
	unclear := errors.Is(err, ErrUnclear)
	if unclear {
		err = s.perform(ctx, a)
	}
	done := errors.Is(err, ErrDone)
	switch {
	case err == nil:
		if len(a.gone) > 0 {
			_ = s.Shelf.Remove(a.gone...)
		}
		return nil
	case unclear && !done:
		return E(Unavailable, "unclear", err)
	case !unclear:
		a.sheaf.drop()
	}
	if done {
		return nil
	}
	return err
}

// perform is the one road of every act on a case that exists: log, table,
// effect, papers, case, notices. The log comes first: a double click must find
// the first one's result, not "not allowed any more".
func (s *Service) perform(ctx context.Context, a *act) error {
	a.day = a.sheaf.day
	return s.update(ctx, func(tx Tx) error {
		c, err := a.see(tx)
		if err == nil && s.withheld(c) && !revives[a.do] {
			err = errNotFound
		}
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
		if err := s.dated(tx, c, a); err != nil {
			return err
		}
		if err := a.rests(tx, c); err != nil {
			return err
		}
		was := *c
		was.Remedies = slices.Clone(c.Remedies) // an act changes them in place
		if err := s.effect(c, a, m); err != nil {
			return err
		}
		if err := s.countChange(tx, &was, c); err != nil {
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
		if err := s.holders(tx, c, a); err != nil {
			return err
		}
		if err := s.judged(tx, c); err != nil {
			return err
		}
		s.wind(c)
		if err := tx.Put(c); err != nil {
			return err
		}
		if !m.tells {
			return nil
		}
		return s.notify(tx, c.Holders(), a.actor, a.urgent)
	})
}

// dated is what an act makes of its day: what is owed may be late by it. While the
// clock may have jumped nothing is, and a filer's act that binds waits: the days in
// which a former receipt can object are not over by such a clock. An appeal has to
// wait for that alone.
func (s *Service) dated(tx Tx, c *Case, a *act) error {
	err := s.jumped(tx)
	switch {
	case err != nil && a.by == ByFiler && waits[a.do] && (a.do != Appeal || c.former("") != nil):
		return E(Unavailable, "day-unsure", err)
	case err == nil && a.by != ByFiler:
		c.missed(a.day)
	}
	return nil
}

// holders settles who sees the case after an act: a signed one lets go of those
// who lost sight of it; what a filer says must find somebody to read it, today,
// unless the clock jumped: then the day says nothing of mandates.
func (s *Service) holders(tx Tx, c *Case, a *act) error {
	switch a.by {
	case BySigned:
		if a.do == Recuse || a.do == TellUnreadable {
			return nil // neither shows that its signer can go on with the case
		}
		return s.revoke(tx, c, a.actor)
	case ByFiler:
		if err := s.jumped(tx); err != nil {
			return nil //nolint:nilerr // what the filer said is stored all the same
		}
		_, err := s.makeUp(tx, c)
		return err
	default:
		return nil
	}
}

// rests checks what was sealed or signed against the case as it is now.
func (a *act) rests(tx Tx, c *Case) error {
	if a.by == ByFiler {
		if err := c.mayAct(a.do, a.filer, a.day); err != nil {
			return err
		}
	}
	if bulky[a.do] || a.do == NotMe && c.Is(Disputed) {
		if err := hasRoom(tx, c.ID); err != nil {
			return err
		}
	}
	if a.now != nil {
		return a.now(tx, c)
	}
	if len(a.sheaf.papers) > 0 && a.sheaf.epoch != c.Key().Epoch {
		return errStale
	}
	return nil
}

// What one filer may add to a case. Papers hold at most 4,096 files and 2 GiB:
// without a bound, whoever holds a receipt could make the case unreadable.
const (
	maxPapers = 2000
	maxBytes  = 1 << 30
)

// bulky are the filer's acts that need room. The others are few by themselves, and
// must not be lost because somebody with the receipt filled the case.
var bulky = map[Verb]bool{Add: true, Approve: true, Correct: true, Withdraw: true}

func hasRoom(tx Tx, id ID) error {
	list, err := tx.Papers(id, "")
	if err != nil {
		return err
	}
	total := int64(0)
	for _, p := range list {
		total += p.Size
	}
	if len(list) > maxPapers || total > maxBytes {
		return E(Conflict, "case-full", nil)
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
	if a.urgent {
		c.Flags |= Urgent
	}
	return nil
}

// logNames are the words of the log for our verbs.
var logNames = map[Verb]string{
	Add: "message", Acknowledge: "acknowledged", GetPapers: "papers", Assess: "assessed", Wait: "waiting",
	Resume: "resumed", TakeLead: "lead", Answer: "replied", Ask: "asked", Note: "noted", Close: "closed",
	Replace: "replaced", HandOver: "handed-over", EndReceipt: "ended", NotMe: "disputed", Settle: "settled",
	Approve: "approved", Correct: "corrected",
	Extend: "extended", Appeal: "appealed", Withdraw: "withdrawal", Keep: "kept",
	Hold: "held", Lift: "hold-lifted",
	Recommend: "recommended", Agree: "agreed", Refuse: "refused", Offer: "offered", Deliver: "delivered",
	Unconfirmed: "unconfirmed", Accept: "accepted", Contest: "contested", Confirm: "confirmed", Missing: "missing",
	GrantCase: "granted", Recuse: "recused", TellUnreadable: "unreadable", Reseal: "resealed",
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
	switch a.do {
	case Assess:
		d.To = a.set["stage"]
	case GrantCase:
		d.To = a.set["to"]
	case Settle:
		d.Note = a.set["keep"]
	default:
	}
	if n := a.step().Number(); n > 0 && papers.OnRemedy(string(a.do)) {
		d.Note = "remedy=" + strconv.Itoa(n)
	}
	return entry(a.sheaf.once, d)
}

// notify tells the holders who still serve, but not the one who acted, at the
// first fixed hour of the next day: a notice must not date what happened. An
// urgent one goes at once; the filer agreed to that, and was told that it can be
// noticed.
func (s *Service) notify(tx Tx, to []string, actor string, urgent bool) error {
	today := s.Today()
	if err := s.tell(tx, to, actor, Notice{About: News, Due: today.Add(1)}); err != nil || !urgent {
		return err
	}
	return s.tell(tx, to, actor, Notice{About: Danger, Due: today, Hour: AtOnce})
}

// tell puts a notice into the outbox for each who still serves.
func (s *Service) tell(tx Tx, to []string, actor string, n Notice) error {
	for _, name := range to {
		if o, ok := s.Ombudsman(name); name == actor || !ok || !o.Serves(s.Today()) {
			continue
		}
		n.To = name
		if err := tx.Notify(n); err != nil {
			return err
		}
	}
	return nil
}
