package bot

import (
	"strconv"
	"strings"

	"ombra/cases"
)

// sinceField asks for the day of the last look, which nothing here remembers.
func (v *visit) sinceField() Field {
	return Field{ID: "since", Kind: Date, Label: v.say.Get("case.since"), Help: v.say.Get("case.since-help"), Optional: true}
}

// lastLook reads it; otherwise the field says what is wrong.
func (v *visit) lastLook(f *Field) (cases.Day, bool) {
	fields := []Field{*f}
	fine := v.fill(fields)
	*f = fields[0]
	if !fine || len(f.Value) == 0 {
		return "", fine
	}
	day := cases.Day(f.Value[0])
	if day > v.o.Cases.Today() {
		f.Problem = v.say.Get("case.since-to-come")
		return "", false
	}
	return day, true
}

// sinceFacts say what is new, each kind once.
func (v *visit) sinceFacts(day cases.Day, list ...*cases.Mine) []Fact {
	if day == "" {
		return nil
	}
	var words []string
	counts := map[string]int{}
	var order []string
	for _, m := range list {
		for _, c := range m.Since(day) {
			if c.What == "remedy-step" {
				words = append(words, v.remedyName(c.Remedy)+": "+v.say.Get("remedy."+c.Remedy.State))
				continue
			}
			if counts[c.What]++; counts[c.What] == 1 {
				order = append(order, c.What)
			}
		}
	}
	for i := len(order) - 1; i >= 0; i-- {
		words = append([]string{v.say.Get("since."+order[i], "number", strconv.Itoa(counts[order[i]]))}, words...)
	}
	if len(words) == 0 {
		words = []string{v.say.Get("since.nothing")}
	}
	return []Fact{{v.say.Get("since.label", "day", string(day)), strings.Join(words, "; ")}}
}

// isNew marks an answer among the others.
func (v *visit) isNew(r cases.Reply, since cases.Day) string {
	if since == "" || r.Day < since {
		return ""
	}
	return v.say.Get("since.mark") + " "
}
