package sqlite

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"ombra/cases"
	"ombra/cases/storetest"
)

// recipient is as long as a hybrid one.
var recipient = "age1pq1" + strings.Repeat("q", 1952)

var wraps = [4][]byte{storetest.Bytes(2048), storetest.Bytes(2048), storetest.Bytes(2048), storetest.Bytes(2048)}

// filing is a case of real size, made cheaply: the store is what is measured.
func filing() (*cases.Case, *cases.Paper) {
	c := storetest.Case()
	for i := range c.Grants {
		c.Grants[i].Wrap = wraps[i]
	}
	c.Keys[0].Recipient, c.Receipts[0].Recipient = recipient, recipient
	p := &cases.Paper{Case: c.ID, Kind: cases.PaperReport, Day: storetest.Day, Size: 6144, Blob: paper}
	copy(p.Once[:], c.Receipts[0].Tag[:])
	return c, p
}

var paper = storetest.Bytes(6144)

// file is what the service stores for one filing.
func file(tx cases.Tx, c *cases.Case, p *cases.Paper) (err error) {
	if c.Entry, err = tx.Append(storetest.Opened(c)); err != nil {
		return err
	}
	if _, err = tx.Append(storetest.Entry("designated", c.ID)); err != nil {
		return err
	}
	if p.Entry, err = tx.Append(storetest.Entry("message", c.ID)); err != nil {
		return err
	}
	if err := tx.Create(c); err != nil {
		return err
	}
	if err := tx.AddPaper(p); err != nil {
		return err
	}
	for _, who := range []string{"anna", "ben"} {
		if err := tx.Notify(cases.Notice{To: who, About: cases.News, Due: storetest.Day}); err != nil {
			return err
		}
	}
	return nil
}

// BenchmarkFile files cases from so many callers at once.
func BenchmarkFile(b *testing.B) {
	for _, callers := range []int{1, 4, 16, 64} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			db := fresh(b)
			cpu, wrote := used(b)
			var left atomic.Int64
			left.Store(int64(b.N))
			b.ResetTimer()
			var wg sync.WaitGroup
			for range callers {
				wg.Go(func() {
					for left.Add(-1) >= 0 {
						c, p := filing()
						if err := db.Update(context.Background(), func(tx cases.Tx) error { return file(tx, c, p) }); err != nil {
							b.Error(err)
						}
					}
				})
			}
			wg.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "filings/s")
			cpu2, wrote2 := used(b)
			b.ReportMetric(float64(cpu2-cpu)/float64(b.N)/1e3, "cpu-µs/op")
			b.ReportMetric(float64(wrote2-wrote)/float64(b.N)/1e3, "written-kB/op")
		})
	}
}

// used is what the process has had of the machine: processor time, and bytes
// given to write.
func used(b *testing.B) (cpu time.Duration, wrote int64) {
	b.Helper()
	var r unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &r); err != nil {
		b.Fatal(err)
	}
	io, _ := os.ReadFile("/proc/self/io")
	if _, after, ok := strings.Cut(string(io), "wchar: "); ok {
		_, _ = fmt.Sscan(after, &wrote)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano()), wrote
}

// BenchmarkLimit is what the machine itself can do: a synced write of a page,
// and a synced commit of one small row.
func BenchmarkLimit(b *testing.B) {
	b.Run("fsync", func(b *testing.B) {
		f, err := os.Create(filepath.Join(folder(b), "f"))
		if err != nil {
			b.Fatal(err)
		}
		defer f.Close()
		page := make([]byte, 4096)
		for i := range b.N {
			if _, err := f.WriteAt(page, int64(i%256)*4096); err != nil {
				b.Fatal(err)
			}
			if err := f.Sync(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("commit", func(b *testing.B) {
		c, err := connect(writerDSN(filepath.Join(folder(b), "limit.db")))
		if err != nil {
			b.Fatal(err)
		}
		defer c.close()
		if err := c.script("CREATE TABLE one (id INTEGER PRIMARY KEY, x INTEGER) STRICT"); err != nil {
			b.Fatal(err)
		}
		for i := range b.N {
			if err := c.exec("INSERT INTO one (x) VALUES (?)", i); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkCase reads one case as its holder.
func BenchmarkCase(b *testing.B) {
	db := fresh(b)
	c, p := filing()
	storetest.Must(b, db, func(tx cases.Tx) error { return file(tx, c, p) })
	for b.Loop() {
		storetest.Look(b, db, func(tx cases.Tx) error { _, err := tx.Case(c.ID, "anna"); return err })
	}
}
