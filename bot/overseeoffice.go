package bot

import (
	"strconv"

	"ombra/cases"
)

// maxChanges is how many changed settings stand above what is overdue; the log has
// them all.
const maxChanges = 6

// officeFacts say what oversight should know of the office itself.
func (v *visit) officeFacts(n cases.OfficeState) (facts []Fact) {
	add := func(key string, args ...string) {
		facts = append(facts, Fact{v.say.Get("overdue.office"), v.say.Get("overdue.office-"+key, args...)})
	}
	if n.Closed {
		add("closed")
	}
	if n.Short != "" {
		add("short", "n", strconv.Itoa(v.o.Cases.Office.Designate), "day", string(n.Short))
	}
	if n.Released != "" {
		add("released", "day", string(n.Released))
	}
	for _, c := range n.Changes[:min(len(n.Changes), maxChanges)] {
		key := "changed"
		if c.On == "" {
			key = "changing"
		}
		add(key, "name", c.Name, "was", c.Was, "value", c.Value, "day", string(c.On), "from", string(c.From))
	}
	return facts
}
