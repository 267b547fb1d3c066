package cases

import "strings"

// Diagram prints the table as a Mermaid state diagram.
func Diagram() string {
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n    [*] --> received: filed\n")
	for _, m := range moves {
		for _, from := range m.from {
			to := m.to
			if to == "" || m.do == Assess && from == Investigating {
				to = from
			}
			roles := make([]string, len(m.by))
			for i, r := range m.by {
				roles[i] = string(r)
			}
			b.WriteString("    " + string(from) + " --> " + string(to) + ": " + string(m.do) + " (" + strings.Join(roles, " or ") + ")\n")
			if m.do == Assess && from != Investigating {
				b.WriteString("    " + string(from) + " --> investigating: " + string(m.do) + " (" + strings.Join(roles, " or ") + ")\n")
			}
		}
	}
	return b.String()
}
