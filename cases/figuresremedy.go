package cases

import (
	"slices"

	"ombra/cases/papers"
)

// remedyRows are the states of a remedy that are counted, each time one comes to
// it. Recommended is none of them: its number would be the total of the forms, so
// that one table gave away what the other hides.
var remedyRows = []string{
	papers.Offered, papers.Accepted, papers.Contested, papers.Delivered, papers.Confirmed, papers.Unconfirmed, papers.Refused,
}

// remedyChanges counts what became of remedies. One that was not delivered after
// all is accepted as it was: no second acceptance.
func remedyChanges(was, is []Remedy) (names []string) {
	for i, r := range is {
		before := ""
		if i < len(was) {
			before = was[i].State
		}
		switch {
		case before == r.State, before == papers.Delivered && r.State == papers.Accepted:
		case before == "":
			names = append(names, TableRemedyForm+"/"+r.Form)
		case slices.Contains(remedyRows, r.State):
			names = append(names, TableRemedy+"/"+r.State)
		}
	}
	return names
}
