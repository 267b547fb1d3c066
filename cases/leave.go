package cases

import (
	"context"

	"ombra/crypto/custody"
)

// An Absence is what the office should know of away dates that it has stored.
type Absence struct {
	From, Until Day
	// Long: from its first day the holder counts as not there, and dormant grants
	// are released in the open cases that lack a holder.
	Long bool
	// Now: that day has come, so it happens at once and cannot be taken back.
	Now bool
	// Closed: on its first day nobody is left who could be given a case.
	Closed bool
}

// SetAway stores somebody's away dates; there is one absence at a time.
func (s *Service) SetAway(ctx context.Context, name string, from, until Day) (a Absence, err error) {
	err = s.changeMandate(ctx, name, "away", func(_ Tx, o *Ombudsman) (note string, err error) {
		a, err = s.goAway(o, from, until)
		return "from=" + string(a.From) + " until=" + string(a.Until), err
	})
	a.Closed = err == nil && s.closedOn(max(a.From, s.Today()))
	return a, err
}

// PlanAway is what SetAway would do, but for Closed. It changes nothing.
func (s *Service) PlanAway(ctx context.Context, name string, from, until Day) (a Absence, err error) {
	err = s.view(ctx, func(tx Tx) error {
		o, err := onRoster(tx, name)
		if err == nil {
			a, err = s.goAway(&o, from, until)
		}
		return err
	})
	return a, err
}

// goAway gives somebody away dates. An absence that follows upon another that has
// begun is the same, and counts from its first day: many short ones would otherwise
// release nothing.
func (s *Service) goAway(o *Ombudsman, from, until Day) (Absence, error) {
	today := s.Today()
	if !isDay(from) || !isDay(until) || until < from || until < today {
		return Absence{}, E(Invalid, "away", nil)
	}
	if o.AwayFrom != "" && o.AwayFrom <= min(from, today) && from <= o.AwayUntil.Add(1) {
		from = o.AwayFrom
	}
	o.AwayFrom, o.AwayUntil = from, until
	long := o.absent(until, s.Office.Absence)
	return Absence{From: from, Until: until, Long: long, Now: long && from <= today}, nil
}

// Back takes away dates back, or ends an absence today.
func (s *Service) Back(ctx context.Context, name string) error {
	return s.changeMandate(ctx, name, "returned", func(_ Tx, o *Ombudsman) (string, error) {
		if o.AwayUntil < s.Today() {
			return "", E(Conflict, "not-away", nil)
		}
		o.AwayFrom, o.AwayUntil = "", ""
		return "", nil
	})
}

// MoveEnd moves a mandate's last day: a longer one keeps the proved keys, and a
// shorter one is how somebody resigns, with time to grant their cases.
func (s *Service) MoveEnd(ctx context.Context, name string, until Day) error {
	if !isDay(until) || until < s.Today() {
		return E(Invalid, "until", nil)
	}
	return s.changeMandate(ctx, name, "until", func(_ Tx, o *Ombudsman) (string, error) {
		if until < o.From {
			return "", E(Invalid, "until", nil)
		}
		o.Until = until
		return "until=" + string(until), nil
	})
}

// Remove takes somebody off the roster. All grants are hidden in the same
// transaction, for good: neither a restart nor a later appointment under the same
// name brings them back. The wraps are deleted when another holder signs (revoke).
func (s *Service) Remove(ctx context.Context, name string) error {
	return s.changeMandate(ctx, name, "removed", func(tx Tx, o *Ombudsman) (string, error) {
		o.Removed, o.Expect = s.Today(), [32]byte{}
		s.part(*o)
		for _, state := range []GrantState{Live, Dormant, Lapsed} {
			if _, err := tx.Turn(name, state, Hidden); err != nil {
				return "", err
			}
		}
		if err := s.forget(tx, name); err != nil {
			return "", err
		}
		return "", tx.Notify(Notice{To: name, About: Removed, Due: s.Today()})
	})
}

// part takes somebody out of what is remembered of the roster before the removal is
// committed: a filing that was drawn to them meanwhile comes to the writer after this,
// and is drawn anew (storeCase). If the removal fails the roster is read again.
func (s *Service) part(o Ombudsman) {
	all := s.Roster()
	for i := range all {
		if all[i].Name == o.Name {
			all[i].Removed = o.Removed
		}
	}
	s.roster.Store(&all)
}

// forget takes back what waits in the outbox for somebody: told later, it would say
// that a case which they cannot see any more has moved.
func (s *Service) forget(tx Tx, name string) error {
	waiting, err := tx.Waiting("9999-12-31", len(s.Office.Hours))
	if err != nil {
		return err
	}
	for _, n := range waiting {
		if n.To != name {
			continue
		}
		if err := tx.Settle(n.Key, n.Gen, Outcome{Dead: true}); err != nil {
			return err
		}
	}
	return nil
}

// changeMandate changes one of the roster, with a leaf; what change returns is the
// leaf's note. Everybody who serves is told, whatever cases they hold: so nobody learns
// from it whether there is one. Then it looks who is there, as a job does; what fails
// of that, or has to wait since the clock may have jumped, is the job's to try again.
func (s *Service) changeMandate(ctx context.Context, name, what string, change func(Tx, *Ombudsman) (note string, err error)) error {
	err := s.reloaded(ctx, s.update(ctx, func(tx Tx) error {
		o, err := onRoster(tx, name)
		if err != nil {
			return err
		}
		note, err := change(tx, &o)
		if err != nil {
			return err
		}
		_, err = tx.Append(entry(NewOnce(), custody.Details{
			Act: "roster", Day: string(s.Today()), Actor: name, To: what, Hash: hexSum(o.Enrolment), Note: note,
		}))
		if err != nil {
			return err
		}
		if err := tx.PutOmbudsman(o); err != nil {
			return err
		}
		if err := tx.SetDone(jobHolders, ""); err != nil {
			return err
		}
		return s.tellRoster(tx)
	}))
	if err == nil {
		_ = s.seeToHolders(ctx)
	}
	return err
}

// reloaded reads the roster after a change. After one that failed it does too: it may
// have been stored all the same, and whoever was removed must not see on by what is
// remembered here.
func (s *Service) reloaded(ctx context.Context, err error) error {
	if again := s.loadRoster(context.WithoutCancel(ctx)); err == nil {
		err = again
	}
	return err
}

func onRoster(tx Tx, name string) (Ombudsman, error) {
	all, err := tx.Ombudsmen()
	for _, o := range all {
		if o.Name == name && o.Removed == "" {
			return o, nil
		}
	}
	if err != nil {
		return Ombudsman{}, err
	}
	return Ombudsman{}, E(NotFound, "no-ombudsman", nil)
}

// tellRoster tells of a change of the roster: those who serve after it, since they
// may have to take over, and oversight, since whoever runs the host could take an
// inconvenient ombudsman away.
func (s *Service) tellRoster(tx Tx) error {
	all, err := tx.Ombudsmen()
	if err != nil {
		return err
	}
	today := s.Today()
	to := append([]string(nil), s.Office.Oversight...)
	for _, o := range all {
		if o.Serves(today) {
			to = append(to, o.Name)
		}
	}
	for _, name := range to {
		if err := tx.Notify(Notice{To: name, About: Changed, Due: today}); err != nil {
			return err
		}
	}
	return nil
}

// closedOn reports whether nobody could be given a case on a day.
func (s *Service) closedOn(day Day) bool {
	w := s.want(nil, anyKey)
	w.day = day
	return len(draw(*s.roster.Load(), w)) == 0
}

func isDay(d Day) bool { return DayOf(d.Time()) == d }

// Leaving is what a removal would do to open cases.
type Leaving struct {
	Held  int // that they hold
	Alone int // of these: nobody else who is there holds them, or could be given them
}

// Leaving counts, before somebody is removed. It changes nothing.
func (s *Service) Leaving(ctx context.Context, name string) (l Leaving, err error) {
	err = s.view(ctx, func(tx Tx) error {
		l = Leaving{}
		if _, err := onRoster(tx, name); err != nil {
			return err
		}
		ids, err := heldBy(tx, name)
		if err != nil {
			return err
		}
		for _, id := range ids {
			c, err := tx.Case(id, "")
			if err != nil {
				return err
			}
			if c.Stage == Closed {
				continue
			}
			l.Held++
			there, err := s.thereFor(tx, c)
			if err != nil {
				return err
			}
			if !c.leftTo(there, name) {
				l.Alone++
			}
		}
		return nil
	})
	return l, err
}

// leftTo reports whether somebody else who is there holds a case, or can be given
// it.
func (c *Case) leftTo(there map[string]bool, without string) bool {
	for _, g := range c.Grants {
		if g.Holder != without && there[g.Holder] && (g.State == Live || g.State == Dormant) {
			return true
		}
	}
	return false
}
