package cases

import (
	"context"
	"slices"
	"strings"

	"ombra/cases/papers"
)

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

// Release and MakeUp are the releases of dormant grants, each in a transaction
// of its own.
func (s *Service) Release(ctx context.Context, id ID, why string, n int) (released []string, err error) {
	return released, s.Store.Update(ctx, func(tx Tx) error {
		c, err := tx.Case(id, "")
		if err != nil {
			return err
		}
		if released, err = s.release(tx, c, cause(why), n); err != nil {
			return err
		}
		return tx.Put(c)
	})
}

// MakeUp is Release for whoever is missing.
func (s *Service) MakeUp(ctx context.Context, id ID) (released []string, err error) {
	return released, s.Store.Update(ctx, func(tx Tx) error {
		c, err := tx.Case(id, "")
		if err != nil {
			return err
		}
		if released, err = s.makeUp(tx, c); err != nil {
			return err
		}
		return tx.Put(c)
	})
}

// RemedyDiagram prints the table of remedies in the same way.
func RemedyDiagram() string {
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n")
	for _, m := range papers.RemedyMoves {
		from := m.From
		if from == nil {
			from = []string{"[*]"}
		}
		who := m.By
		if m.Second {
			who = "another ombudsman"
		}
		if m.Silent {
			who += ", after silence"
		}
		for _, f := range from {
			b.WriteString("    " + f + " --> " + m.To + ": " + m.Do + " (" + who + ")\n")
		}
	}
	for _, s := range papers.RemedyStates {
		if (papers.Remedy{State: s}).Ended() {
			b.WriteString("    " + s + " --> [*]\n")
		}
	}
	return b.String()
}

// FromClosed says whether the table lets a signed act be done to a closed case.
func FromClosed(do Verb) bool {
	return slices.ContainsFunc(moves, func(m move) bool {
		return m.do == do && slices.Contains(m.by, BySigned) && slices.Contains(m.from, Closed)
	})
}

// SignedVerbs are all acts that are signed, remedies included.
func SignedVerbs() (list []Verb) {
	for _, m := range moves {
		if slices.Contains(m.by, BySigned) {
			list = append(list, m.do)
		}
	}
	for _, m := range papers.RemedyMoves {
		if actsAs(m.By) == BySigned {
			list = append(list, Verb(m.Do))
		}
	}
	return list
}
