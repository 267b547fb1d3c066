package sqlite

import (
	"os"
	"strconv"
	"testing"
	"time"

	"ombra/cases"
	"ombra/cases/storetest"
)

// TestEraseUnderLoad prints how long a filing waits while what was shredded is
// taken out of a database of so many cases of real size. Nothing timed is
// asserted: it is set by the disk.
func TestEraseUnderLoad(t *testing.T) {
	many := os.Getenv("OMBRA_LONG")
	if many == "" {
		t.Skip("set OMBRA_LONG (to 1, or to a number of cases)")
	}
	n, _ := strconv.Atoi(many)
	if n < 2 {
		n = 10_000
	}
	db := fresh(t)
	var ids []cases.ID
	for len(ids) < n {
		storetest.Must(t, db, func(x cases.Tx) error {
			for range min(1000, n-len(ids)) {
				c := storetest.Case()
				for i := range c.Grants {
					c.Grants[i].Wrap = storetest.Bytes(1915)
				}
				if err := storetest.File(x, c); err != nil {
					return err
				}
				ids = append(ids, c.ID)
			}
			return nil
		})
	}
	info, _ := os.Stat(db.path)
	t.Logf("%d cases, %d MB", n, info.Size()>>20)
	timed(t, "shredding a hundredth, one commit each", func() {
		for i := 0; i < n; i += 100 {
			storetest.Must(t, db, func(x cases.Tx) error { _, _, err := x.Shred(ids[i]); return err })
		}
	})
	done := make(chan error, 1)
	start := time.Now()
	go func() { done <- db.Erase(t.Context()) }()
	var worst time.Duration
	filed := 0
	for {
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("erased in %v; %d filings meanwhile, the slowest waited %v", time.Since(start), filed, worst)
			return
		default:
		}
		began := time.Now()
		storetest.MustFile(t, db)
		worst = max(worst, time.Since(began))
		filed++
	}
}
