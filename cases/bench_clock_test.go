package cases_test

import (
	"fmt"
	"testing"
	"time"

	"ombra/cases"
	"ombra/cases/sqlite"
	"ombra/cases/storetest"
)

// BenchmarkDay is a day's work over many cases: on a quiet day, on a day when a
// hundredth of them is due, and on one when somebody left who holds half.
func BenchmarkDay(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			dir := benchDir(b)
			fill(b, dir, n)
			db, shelf := benchStore(b, dir)
			due(b, db, n)
			s := service(b, db, shelf)
			now := storetest.Day.Add(1).Time().Add(time.Hour)
			s.Now, s.Office.Warn, s.Office.Release, s.Office.Absence, s.Office.Hours = func() time.Time { return now }, 3, 14, 21, []int{9}
			day := func(name string, before func(o *cases.Ombudsman)) {
				b.Run(name, func(b *testing.B) {
					for b.Loop() {
						b.StopTimer()
						now = now.AddDate(0, 0, 1)
						if before != nil {
							change(b, db, before)
						}
						if _, err := s.Checkpoint(b.Context(), true); err != nil {
							b.Fatal(err)
						}
						b.StartTimer()
						for _, j := range s.Jobs() {
							if err := j.Do(b.Context()); err != nil {
								b.Fatalf("%s: %v", j.Name, err)
							}
						}
					}
				})
			}
			day("one-in-a-hundred-due", nil)
			day("quiet", nil)
			day("holder-of-half-left", func(o *cases.Ombudsman) { o.Until = storetest.Day })
		})
	}
}

// due spreads what has to be seen to: a hundredth tomorrow, the rest never; and
// closes nine of ten, as in an office that is some years old.
func due(b *testing.B, db *sqlite.DB, n int) {
	b.Helper()
	var ids []cases.ID
	err := db.View(b.Context(), func(tx cases.Tx) error {
		for skip := 0; ; skip += 1000 {
			page, more, err := tx.GrantedTo("anna", skip, 1000)
			for _, c := range page {
				ids = append(ids, c.ID)
			}
			if err != nil || !more {
				return err
			}
		}
	})
	if err != nil {
		b.Fatal(err)
	}
	for from := 0; from < len(ids); from += 1000 {
		err := db.Update(b.Context(), func(tx cases.Tx) error {
			for i, id := range ids[from:min(len(ids), from+1000)] {
				c, err := tx.Case(id, "")
				if err != nil {
					return err
				}
				switch {
				case i%50 == 0: // anna holds half of all
					c.Next, c.Clocked = storetest.Day.Add(2), storetest.Day
				case i%10 != 1:
					c.Stage, c.Closed = cases.Closed, storetest.Day
				}
				if err := tx.Put(c); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

func change(b *testing.B, db *sqlite.DB, f func(*cases.Ombudsman)) {
	b.Helper()
	err := db.Update(b.Context(), func(tx cases.Tx) error {
		all, err := tx.Ombudsmen()
		for _, o := range all {
			if o.Name == "anna" {
				f(&o)
				return tx.PutOmbudsman(o)
			}
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
}
