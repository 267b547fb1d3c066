package storetest

import (
	"context"
	"encoding/hex"
	"reflect"
	"slices"
	"testing"

	"ombra/cases"
)

var remedyRules = map[string]func(*testing.T, cases.Store){
	"RoundTrip":         remedyRoundTrip,
	"PutKeepsUnnamed":   remedyUnnamed,
	"UnknownWords":      remedyUnknown,
	"DueUntilToldOrEnd": remedyDue,
}

// Remedy makes a remedy in a state.
func Remedy(n int, state string) (r cases.Remedy) {
	r.Number, r.Form, r.State = n, cases.RemedyForms[n%len(cases.RemedyForms)], state
	r.Due, r.Day, r.Signer, r.On = string(Day.Add(30)), string(Day), "anna", hex.EncodeToString(Bytes(16))
	return r
}

func remedyRoundTrip(t *testing.T, s cases.Store) {
	c, other := MustFile(t, s), MustFile(t, s)
	for i, state := range cases.RemedyStates {
		c.Remedies = append(c.Remedies, Remedy(i+1, state))
	}
	Must(t, s, func(tx cases.Tx) error { return tx.Put(c) })
	there(t, s, c)
	there(t, s, other) // and none of them is another case's
	c.Remedies[0].State, c.Remedies[0].On, c.Remedies[0].Told = "agreed", hex.EncodeToString(Bytes(16)), Day
	c.Remedies[0].Due, c.Remedies[0].Day, c.Remedies[0].Signer = string(Day.Add(9)), string(Day.Add(1)), "ben"
	Must(t, s, func(tx cases.Tx) error { return tx.Put(c) })
	there(t, s, c)
}

func remedyUnnamed(t *testing.T, s cases.Store) {
	c := MustFile(t, s)
	c.Remedies = []cases.Remedy{Remedy(1, "offered"), Remedy(2, "agreed")}
	Must(t, s, func(tx cases.Tx) error { return tx.Put(c) })
	part := *c
	part.Remedies = nil
	Must(t, s, func(tx cases.Tx) error { return tx.Put(&part) })
	there(t, s, c)
}

func remedyUnknown(t *testing.T, s cases.Store) {
	for name, spoil := range map[string]func(*cases.Remedy){
		"form":   func(r *cases.Remedy) { r.Form = "flowers" },
		"state":  func(r *cases.Remedy) { r.State = "forgotten" },
		"number": func(r *cases.Remedy) { r.Number = 0 },
		"once":   func(r *cases.Remedy) { r.On = "what somebody typed" },
		"due":    func(r *cases.Remedy) { r.Due = "soon" },
	} {
		c := MustFile(t, s)
		bad := *c
		r := Remedy(1, "offered")
		spoil(&r)
		bad.Remedies = []cases.Remedy{r}
		if s.Update(context.Background(), func(tx cases.Tx) error { return tx.Put(&bad) }) == nil {
			t.Errorf("a remedy of a strange %s was stored", name)
		}
		there(t, s, c)
	}
}

func remedyDue(t *testing.T, s cases.Store) {
	var want []cases.ID
	for i, state := range cases.RemedyStates {
		c := MustFile(t, s)
		r := Remedy(1, state)
		r.Due = string(Day.Add(i))
		c.Remedies = []cases.Remedy{r, r}
		c.Remedies[1].Number = 2
		Must(t, s, func(tx cases.Tx) error { return tx.Put(c) })
		if !r.Ended() {
			want = append(want, c.ID)
		}
	}
	due := func(day cases.Day, limit int) (list []cases.ID) {
		Look(t, s, func(tx cases.Tx) (err error) { list, err = tx.RemediesDue(day, limit); return err })
		return list
	}
	if got := due(Day.Add(99), 99); !reflect.DeepEqual(got, want) {
		t.Errorf("due are %v, want %v", got, want)
	}
	if got := due(Day.Add(2), 99); !slices.Equal(got, want[:3]) {
		t.Errorf("due on the third day are %v, want %v", got, want[:3])
	}
	if got := due(Day.Add(99), 2); len(got) != 1 { // two remedies of one case
		t.Errorf("two remedies at most, and %d cases", len(got))
	}
	Must(t, s, func(tx cases.Tx) error {
		c, err := tx.Case(want[0], "")
		if err != nil {
			return err
		}
		for i := range c.Remedies {
			c.Remedies[i].Told = cases.Day(c.Remedies[i].Due)
		}
		return tx.Put(c)
	})
	if got := due(Day.Add(99), 99); !slices.Equal(got, want[1:]) {
		t.Errorf("after one was told, due are %v", got)
	}
}
