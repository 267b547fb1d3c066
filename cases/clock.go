package cases

import "time"

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
	Feedback    Span // from the acknowledgement, or from the day it was due
}

// Profiles are the known ones; a custom one comes from the configuration.
var Profiles = map[string]Profile{
	// Directive (EU) 2019/1937 Art 9(1)(b), (f).
	"eu-2019-1937": {Name: "eu-2019-1937", Acknowledge: Span{Days: 7}, Feedback: Span{Months: 3}},
	// Grievance redress practice: 2 business days, then 21 days.
	"grm": {Name: "grm", Acknowledge: Span{Days: 2, Business: true}, Feedback: Span{Days: 21}},
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
	c.FeedbackDue = c.AckDue.Plus(p.Feedback)
}

// acknowledged restarts the feedback clock from the explicit acknowledgement;
// the earliest counts.
func (p Profile) acknowledged(c *Case, day Day) {
	if c.Acknowledged != "" {
		return
	}
	c.Acknowledged = day
	c.FeedbackDue = min(c.FeedbackDue, day.Plus(p.Feedback))
}
