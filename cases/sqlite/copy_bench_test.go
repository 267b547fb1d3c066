package sqlite

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"ombra/cases"
)

// BenchmarkCopy copies an office of so many cases while somebody goes on filing,
// and reports how long the slowest filing took.
func BenchmarkCopy(b *testing.B) {
	for _, n := range []int{1_000, 10_000} {
		b.Run(fmt.Sprintf("cases=%d", n), func(b *testing.B) {
			db := fresh(b)
			one := func() {
				c, p := filing()
				if err := db.Update(context.Background(), func(tx cases.Tx) error { return file(tx, c, p) }); err != nil {
					b.Error(err)
				}
			}
			var wg sync.WaitGroup
			for range 16 {
				wg.Go(func() {
					for range n / 16 {
						one()
					}
				})
			}
			wg.Wait()
			to := filepath.Join(filepath.Dir(db.path), "copy")
			var slowest time.Duration
			for b.Loop() {
				stop, stopped := make(chan bool), make(chan bool)
				go func() {
					defer close(stopped)
					for {
						select {
						case <-stop:
							return
						case <-time.After(20 * time.Millisecond):
						}
						began := time.Now()
						one()
						slowest = max(slowest, time.Since(began))
					}
				}()
				if _, err := db.Copy(b.Context(), to); err != nil {
					b.Fatal(err)
				}
				close(stop)
				<-stopped
				info, err := os.Stat(to)
				if err != nil || os.Remove(to) != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(info.Size())/1e6, "MB")
			}
			b.ReportMetric(float64(slowest.Milliseconds()), "slowest-filing-ms")
		})
	}
}
