package cases_test

import (
	"fmt"
	"testing"
	"time"

	"ombra/cases"
)

// BenchmarkJobs is a day's jobs over so many cases, of which a thousandth is due
// to be deleted, a hundredth is closed and a thousandth is held. Each job is
// reported by itself; erasing has the disk's speed.
func BenchmarkJobs(b *testing.B) {
	for _, n := range []int{1_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			dir := benchDir(b)
			fill(b, dir, n)
			db, shelf := benchStore(b, dir)
			s := service(b, db, shelf)
			day := time.Now()
			s.Now = func() time.Time { return day }
			s.Office.Keeping = cases.Keeping{Months: 1, OutOfMandate: 1}
			age(b, s)
			if _, err := s.Checkpoint(b.Context(), true); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				day = day.Add(24 * time.Hour)
				for _, j := range s.Jobs() {
					began := time.Now()
					if err := j.Do(b.Context()); err != nil {
						b.Fatalf("%s: %v", j.Name, err)
					}
					b.ReportMetric(time.Since(began).Seconds()*1000, j.Name+"-ms")
				}
			}
		})
	}
}

// age closes some of the cases, long enough ago for a tenth of them.
func age(b *testing.B, s *cases.Service) {
	b.Helper()
	i, today := 0, s.Today()
	desk, err := s.Desk("anna")
	if err != nil {
		b.Fatal(err)
	}
	for page := 0; ; page++ {
		list, more, err := desk.Inbox(b.Context(), page, 1000)
		if err != nil {
			b.Fatal(err)
		}
		err = s.Store.Update(b.Context(), func(tx cases.Tx) error {
			for _, c := range list {
				if i++; i%50 != 0 {
					continue
				}
				c, err := tx.Case(c.ID, "")
				if err != nil {
					return err
				}
				c.Stage, c.Closed, c.Disposition = cases.Closed, today.Add(-1), "partly"
				switch i % 500 {
				case 0:
					c.Closed = today.AddMonths(-2)
				case 50:
					c.Flags, c.HeldUntil = c.Flags|cases.Held, today.Add(100)
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
		if !more {
			return
		}
	}
}
