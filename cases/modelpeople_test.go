package cases_test

import (
	"fmt"
	"slices"

	"ombra/cases"
)

// without is a list without a name.
func without(list []string, name string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(n string) bool { return n == name })
}

// granted: the grantee holds the case, whether or not they did before.
func (m *model) granted(c *matter, to string) {
	c.dormant, c.lapsed = without(c.dormant, to), without(c.lapsed, to)
	if !slices.Contains(c.live, to) {
		c.live = sortedNames(append(slices.Clone(c.live), to)...)
	}
}

// replaceable: a case is never left to nobody.
func (m *model) replaceable(c *matter, who string) bool {
	return slices.ContainsFunc(c.dormant, m.there) || slices.ContainsFunc(without(c.live, who), m.serves)
}

// recused: out of sight at once, somebody else in the place, and no notice left
// that only this case can be the reason of.
func (m *model) recused(c *matter, who string) {
	c.live = without(c.live, who)
	m.makeUp(c)
	c.out, c.hidden = append(c.out, who), append(c.hidden, who)
	for key := range m.waiting {
		var name, about string
		var due cases.Day
		var hour int
		if _, err := fmt.Sscan(key, &name, &about, &due, &hour); err != nil {
			m.Fatalf("%v", err)
		}
		if hour >= 0 {
			due = due.Add(-1)
		}
		other := slices.ContainsFunc(m.all, func(o *matter) bool {
			reason := o.moved >= due
			if about != "news" && about != "danger" {
				reason = o.open()
			}
			return o != c && slices.Contains(o.live, who) && reason
		})
		if name == who && about != "mandate" && !other {
			delete(m.waiting, key)
		}
	}
	m.tell(c, who, false)
}
