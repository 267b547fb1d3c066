package cases

import "slices"

// needsExtension: a reason, and a promise that is still owed and was not
// extended before.
func (s *Service) needsExtension(c *Case, a *act) error {
	switch {
	case s.Office.Profile.Extended == Span{}:
		return E(Conflict, "no-extension", nil)
	case c.Extended != "":
		return E(Conflict, "extended", nil)
	case c.Answered != "":
		return E(Conflict, "extend-answered", nil)
	case c.decidedBy(a.actor):
		return E(Conflict, "decided-before", nil)
	}
	return s.needsReader(c, a)
}

func (s *Service) thenExtended(c *Case, a *act) {
	c.Extended = a.day
	s.Office.Profile.feedback(c)
}

func (s *Service) needsAppeal(c *Case, _ *act) error {
	if c.appealUsed() {
		return E(Conflict, "appealed", nil)
	}
	return nil
}

// appealUsed: there is one appeal. One more is there as long as the case was closed
// only because its filer asked for that: whoever found the receipt could appeal
// first and withdraw then, and its owner would have nothing left to say.
func (c *Case) appealUsed() bool { return c.Appealed != "" && c.Disposition != withdrawnCase }

const withdrawnCase Disposition = "withdrawn"

// thenAppealed opens the case again, with a promise of its own. Retention counts
// from the day of closing, so from now on it does not count.
func (s *Service) thenAppealed(c *Case, a *act) {
	c.Appealed, c.Closed, c.Disposition, c.Answered, c.Withdraw = a.day, "", "", "", ""
	c.FeedbackDue = a.day.Plus(s.Office.Profile.Feedback)
}

// impartial makes sure that an appeal finds somebody who signed no decision in
// the case: a holder, or one whose dormant grant is released for it. With nobody
// it is not stored: it would only come back to those whom it is about, and the
// filer is shown the bodies outside instead.
func (s *Service) impartial(tx Tx, c *Case) error {
	there, err := s.there(tx)
	if err != nil {
		return err
	}
	for _, name := range c.Holders() {
		if there[name] && !slices.Contains(c.Decided, name) {
			return nil
		}
	}
	if err := s.jumped(tx); err != nil { // who is there is not known by such a clock
		return E(Unavailable, "day-unsure", err)
	}
	released, err := s.release(tx, c, causeAppeal, 1)
	if err == nil && len(released) == 0 {
		return E(Conflict, "appeal-nobody", nil)
	}
	return err
}

func (s *Service) needsNoRequest(c *Case, _ *act) error {
	if c.Withdraw != "" {
		return E(Conflict, "withdraw-asked", nil)
	}
	return nil
}

func (s *Service) needsRequest(c *Case, _ *act) error {
	if c.Withdraw == "" {
		return E(Conflict, "no-withdrawal", nil)
	}
	return nil
}

// Cooled is the day from which a case whose filer asked to withdraw may be
// closed so; empty without a request. A receipt that was replaced since could
// object until the day before: a thief may have asked with it.
func (s *Service) Cooled(c *Case) Day {
	if c.Withdraw == "" {
		return ""
	}
	day := c.Withdraw.Add(s.inForce(coolingOff))
	for _, r := range c.Receipts {
		if r.State == Replaced {
			day = max(day, r.Until.Add(1))
		}
	}
	return day
}

// decidedBy reports whether the appeal is about what somebody decided: they may
// speak to the filer, but what is promised is somebody else's answer.
func (c *Case) decidedBy(who string) bool {
	return c.Appealed != "" && slices.Contains(c.Decided, who)
}

// mayDecide: nobody closes on appeal what they closed before, and nobody calls a
// case withdrawn whose filer did not ask, or can still think again.
func (s *Service) mayDecide(c *Case, a *act) error {
	switch {
	case c.decidedBy(a.actor):
		return E(Conflict, "decided-before", nil)
	case a.set["disposition"] != string(withdrawnCase):
		return nil
	case c.Withdraw == "":
		return E(Conflict, "no-withdrawal", nil)
	case a.day < s.Cooled(c):
		return E(Conflict, "cooling-off", nil)
	}
	return nil
}
