package cases

import "slices"

// "Changed since you last looked" takes two days, and the host may know one of
// them only while it answers. A look is no act and leaves nothing (law 6): had
// the host a note of the last one, sealed to the receipt or not, then two copies
// of the disk would tell in which of the days between a filer came back, and the
// write itself the second. So the filer says the day, each time, and nothing is
// kept of it. A day is coarse on purpose: whoever looked in the morning is shown
// the afternoon's answer as new, and also the one of before breakfast.
//
// Only what the office did is in the list, with its day. What was said or settled
// with the receipt is not, but for what the card shows by its day already: whoever
// finds a receipt could ask day by day, and compare with when an account was there.

// An Event is something that came, or happened, in a case.
type Event struct {
	What   string // answer, ask, remedy; acknowledged, extended, closed, appealed, withdrawing
	Day    Day
	Remedy Remedy // of the last step on one
}

// fromOffice are the states of a remedy that the office's last step leaves.
var fromOffice = []string{"recommended", "agreed", "refused", "offered", "delivered", "unconfirmed"}

// changesOf lists what the case itself shows by its day; answers are among the papers.
func changesOf(c *Case) (list []Event) {
	for _, x := range []Event{
		{What: "acknowledged", Day: c.Acknowledged},
		{What: "extended", Day: c.Extended},
		{What: "closed", Day: c.Closed},
		{What: "appealed", Day: c.Appealed},
		{What: "withdrawing", Day: c.Withdraw},
	} {
		if x.Day != "" {
			list = append(list, x)
		}
	}
	for _, r := range c.Remedies {
		if slices.Contains(fromOffice, r.State) {
			list = append(list, Event{What: "remedy-step", Day: Day(r.Day), Remedy: r})
		}
	}
	return list
}

// Since lists what came on a day or after it, answers first.
func (m *Mine) Since(day Day) (list []Event) {
	for _, p := range m.papers {
		if p.Day >= day && (p.Kind == PaperAnswer || p.Kind == PaperAsk || p.Kind == PaperRemedy) {
			list = append(list, Event{What: string(p.Kind), Day: p.Day})
		}
	}
	for _, x := range m.changes {
		if x.Day >= day {
			list = append(list, x)
		}
	}
	return list
}
