package bot

import (
	"strings"

	"ombra/cases"
)

// closeToEnd is how many days before its end a mandate is named in the inbox.
const closeToEnd = 14

// ownMandate is what somebody should know of their own mandate while they look at
// their cases. It follows from the roster, which is public, and from no case.
func (v *visit) ownMandate() string {
	o, today := v.mandate()
	var lines []string
	switch {
	case o.Proved == "":
		lines = append(lines, v.say.Get("inbox.unproved"))
	case o.Until <= today.Add(closeToEnd):
		lines = append(lines, v.say.Get("inbox.ends", "day", string(o.Until)))
	}
	switch {
	case o.Away(today):
		lines = append(lines, v.say.Get("inbox.away", "day", string(o.AwayUntil)))
	case o.AwayFrom > today:
		lines = append(lines, v.say.Get("inbox.will-be-away", "from", string(o.AwayFrom), "until", string(o.AwayUntil)))
	}
	return strings.Join(lines, "\n\n")
}

// noDesk says why somebody of the roster sees no case. It looks at none.
func (v *visit) noDesk() Step {
	s := Step{Title: v.say.Get("inbox.title"), Buttons: []Button{v.verb("roster"), v.verb("help")}, Cover: v.cover(v.verb("inbox"))}
	o, today := v.mandate()
	if o.From > today {
		s.Text = v.say.Get("inbox.not-begun", "day", string(o.From))
		return s
	}
	s.Text = v.say.Get("inbox.ended", "day", string(o.Until))
	return s
}

func (v *visit) mandate() (o cases.Ombudsman, today cases.Day) {
	o, _ = v.o.Cases.Ombudsman(v.who)
	return o, v.o.Cases.Today()
}

// withAbsence names people, with who of them is away: whoever waits for a
// colleague or asks one should know.
func (v *visit) withAbsence(names []string) string {
	list := make([]string, len(names))
	today := v.o.Cases.Today()
	for i, name := range names {
		list[i] = name
		if o, ok := v.o.Cases.Ombudsman(name); ok && o.Away(today) {
			list[i] = v.say.Get("card.away", "name", name, "day", string(o.AwayUntil))
		}
	}
	return strings.Join(list, ", ")
}
