package cases

import (
	"slices"
	"time"
)

// A Span is a length of time in the office's calendar.
type Span struct {
	Days     int
	Months   int
	Business bool // Days are business days, Monday to Friday
}

// A Profile says by when an office promises what. It is the office's choice,
// never assumed: statutes differ in whom they cover.
type Profile struct {
	Name        string
	Acknowledge Span
	Assess      Span // from the filing, until the filer knows whether it is looked into; zero: not promised
	Feedback    Span // from the acknowledgement, or from the day it was due
	Extended    Span // in place of Feedback, once, with a reason; zero: there is no extension
}

// Profiles are the known ones; a custom one comes from the configuration.
var Profiles = map[string]Profile{
	// Directive (EU) 2019/1937 Art 9(1)(b), (f); Art 11(2)(d) for the extension,
	// which binds authorities and is offered to whoever follows them.
	"eu-2019-1937": {Name: "eu-2019-1937", Acknowledge: Span{Days: 7}, Feedback: Span{Months: 3}, Extended: Span{Months: 6}},
	// Grievance redress practice: the World Bank's service acknowledges in 2
	// business days and says in 10 whether it takes the matter on; India's portal
	// answers in 21 days. No statute extends them: 21 days more.
	"grm": {
		Name: "grm", Acknowledge: Span{Days: 2, Business: true}, Assess: Span{Days: 10, Business: true},
		Feedback: Span{Days: 21}, Extended: Span{Days: 42},
	},
}

// Plus adds a span to a day.
func (d Day) Plus(s Span) Day {
	d = d.AddMonths(s.Months)
	if !s.Business {
		return d.Add(s.Days)
	}
	for n := s.Days; n > 0; {
		d = d.Add(1)
		if w := d.Time().Weekday(); w != time.Saturday && w != time.Sunday {
			n--
		}
	}
	return d
}

// start sets the clocks of a new case.
func (p Profile) start(c *Case) {
	c.AckDue = c.Opened.Plus(p.Acknowledge)
	if p.Assess != (Span{}) {
		c.AssessDue = c.Opened.Plus(p.Assess)
	}
	c.FeedbackDue = c.AckDue.Plus(p.Feedback)
}

// began is the day from which the feedback clock runs: of all acts that could
// start it the earliest counts.
func began(c *Case) Day {
	switch {
	case c.Appealed != "":
		return c.Appealed
	case c.Acknowledged != "":
		return min(c.Acknowledged, c.AckDue)
	}
	return c.AckDue
}

// feedback sets the day of the answer anew, after what could move it.
func (p Profile) feedback(c *Case) {
	span := p.Feedback
	if c.Extended != "" {
		span = p.Extended
	}
	c.FeedbackDue = began(c).Plus(span)
}

// acknowledged restarts the feedback clock from the explicit acknowledgement;
// the earliest counts.
func (p Profile) acknowledged(c *Case, day Day) {
	if c.Acknowledged != "" {
		return
	}
	c.Acknowledged = day
	p.feedback(c)
}

// promises are the days by which something is still owed to the filer. Waiting
// for the filer stops none of them.
func (c *Case) promises() (days []Day) {
	if c.Stage == Received {
		days = append(days, c.AckDue)
	}
	if c.AssessDue != "" && (c.Stage == Received || c.Stage == Acknowledged) {
		days = append(days, c.AssessDue)
	}
	if c.Stage != Closed && c.Answered == "" {
		days = append(days, c.FeedbackDue)
	}
	// Nobody is answered before two receipts are told apart, a closed case included.
	if r := c.former(""); r != nil && c.Is(Disputed) {
		days = append(days, r.Until)
	}
	return days
}

// missed marks a case of which a promise is kept too late. The clocks find it
// too, but may have stood still: lateness must not hang on when a job ran.
func (c *Case) missed(day Day) {
	for _, due := range c.promises() {
		if due < day {
			c.Flags |= Late
		}
	}
}

// An alarm is a day on which a case's clocks call for something.
type alarm struct {
	day  Day
	what alarmKind
}

type alarmKind int

const (
	alarmNear    alarmKind = iota // a promised day is near, or has come
	alarmLate                     // it has passed
	alarmRelease                  // it has passed long ago: others must see the case
	alarmCooled                   // the filer did not take back the withdrawal
	alarmFormer                   // a replaced receipt can object no more
)

// alarms lists what a case's clocks will call for after the day through which
// they were seen to. It follows from the case alone, so that a restart neither
// forgets nor repeats one, and what an act has settled rings no more.
func (s *Service) alarms(c *Case) (list []alarm) {
	at := func(day Day, what alarmKind) {
		if day > c.Clocked {
			list = append(list, alarm{day, what})
		}
	}
	for _, due := range c.promises() {
		at(due.Add(-s.Office.Warn), alarmNear)
		at(due, alarmNear)
		at(due.Add(1), alarmLate)
	}
	if release := s.inForce(releaseDays); len(c.promises()) > 0 && release > 0 && c.dormant() {
		day := slices.Min(c.promises()).Add(release)
		for day <= c.Clocked {
			day = day.Add(release)
		}
		at(day, alarmRelease)
	}
	if c.Withdraw != "" && c.Stage != Closed {
		at(s.Cooled(c), alarmCooled)
	}
	for _, r := range c.Receipts {
		if r.State == Replaced && !c.Is(Disputed) {
			at(r.Until.Add(1), alarmFormer)
		}
	}
	return list
}

// wind sets the day on which a case's clocks have to be seen to next. Whatever
// changes a case does it before the case is put.
func (s *Service) wind(c *Case) {
	c.Next = ""
	for _, a := range s.alarms(c) {
		if c.Next == "" || a.day < c.Next {
			c.Next = a.day
		}
	}
}

func (c *Case) dormant() bool {
	return slices.ContainsFunc(c.Grants, func(g Grant) bool { return g.State == Dormant })
}
