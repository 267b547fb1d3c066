package storetest

import (
	"reflect"
	"testing"

	"ombra/cases"
)

var officeRules = map[string]func(*testing.T, cases.Store){
	"Ombudsmen": ombudsmen,
	"Jobs":      jobs,
}

func ombudsmen(t *testing.T, s cases.Store) {
	anna := cases.Ombudsman{
		Name: "anna", Recipient: "age1pq1anna", Verifier: "o/anna+1", Enrolment: []byte("note"), From: Day,
		Until: Day.AddMonths(24), AwayFrom: Day.Add(1), AwayUntil: Day.Add(9), Expect: [32]byte(Bytes(32)), Seen: 7,
	}
	outside := cases.Ombudsman{Name: "outside", Backstop: true, Proved: Day}
	list := func() (list []cases.Ombudsman) {
		Look(t, s, func(tx cases.Tx) (err error) { list, err = tx.Ombudsmen(); return err })
		return list
	}
	put := func(o cases.Ombudsman) { Must(t, s, func(tx cases.Tx) error { return tx.PutOmbudsman(o) }) }
	if len(list()) != 0 {
		t.Error("a new office has ombudsmen")
	}
	put(outside)
	put(anna)
	if got := list(); !reflect.DeepEqual(got, []cases.Ombudsman{anna, outside}) {
		t.Errorf("got %+v", got)
	}
	anna.Expect, anna.Proved, anna.Removed, anna.Seen, anna.Past = [32]byte{}, Day, Day.Add(3), 9, [][]byte{[]byte("older"), []byte("old")}
	put(anna)
	if got := list(); !reflect.DeepEqual(got, []cases.Ombudsman{anna, outside}) {
		t.Errorf("after a change: %+v", got)
	}
}

func jobs(t *testing.T, s cases.Store) {
	done := func(job string) (day cases.Day) {
		Look(t, s, func(tx cases.Tx) (err error) { day, err = tx.Done(job); return err })
		return day
	}
	if d := done("checkpoint"); d != "" {
		t.Errorf("a job that never ran was done on %s", d)
	}
	for _, d := range []cases.Day{Day, Day.Add(1)} {
		Must(t, s, func(tx cases.Tx) error { return tx.SetDone("checkpoint", d) })
		if got := done("checkpoint"); got != d || done("clocks") != "" {
			t.Errorf("done on %s, want %s", got, d)
		}
	}
}
