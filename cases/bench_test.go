package cases_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"ombra/bot/bottest"
	"ombra/cases"
	"ombra/cases/papers"
	"ombra/cases/sqlite"
	"ombra/crypto"
	"ombra/crypto/custody"
	"ombra/crypto/receipt"
)

// benchOffice is an office as the settings make one by default: two designated
// ombudsmen and one in reserve for each case, all with hybrid keys, on a
// database and a shelf in a folder of their own.
func benchOffice(b *testing.B) *bottest.Office {
	b.Helper()
	db, shelf := benchStore(b, benchDir(b))
	o, err := bottest.NewOffice(b.Context(), db, shelf, bottest.Settings{Names: []string{"anna", "bela", "chris", "dora"}})
	if err != nil {
		b.Fatal(err)
	}
	return o
}

// benchDir is a folder that is closed to others, as a store demands.
func benchDir(b *testing.B) string {
	b.Helper()
	dir := b.TempDir()
	if err := os.Chmod(dir, 0o700); err != nil {
		b.Fatal(err)
	}
	return dir
}

func benchStore(b *testing.B, dir string) (*sqlite.DB, *sqlite.Shelf) {
	b.Helper()
	db, err := sqlite.Open(filepath.Join(dir, "ombra.db"), sqlite.Options{Create: true})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := db.Close(); err != nil {
			b.Error(err)
		}
	})
	shelf, err := sqlite.OpenShelf(filepath.Join(dir, "files"), sqlite.Options{Create: true})
	if err != nil {
		b.Fatal(err)
	}
	return db, shelf
}

const benchText = "What happened?\n" +
	"The list of targets was never checked against the register of protected sites, although the procedure says so.\n\n" +
	"Who is concerned?\nThe head of the unit.\n"

// fileOne is one filing, from the new receipt to the synced commit.
func fileOne(ctx context.Context, s *cases.Service) (receipt.Receipt, error) {
	r := receipt.New(s.Office.Origin)
	_, err := s.File(ctx, cases.Filing{
		Kind: cases.Report, Source: cases.Typed, Public: r.Public([32]byte{}), Gate: "1", Text: benchText,
		Form: cases.Answers{Form: "test/1", Lang: "en", Kind: "report", Answers: map[string][]string{"what": {"a"}}},
		Tag:  r.Tag, Signer: r.Signer(),
	})
	return r, err
}

// alone is the cryptography of one filing and nothing else: the same receipt,
// case key, wraps, envelope, hashes and log commitments, for nobody to keep.
type alone struct {
	origin, day string
	to          []crypto.Recipient // two live, one dormant
}

func newAlone(b *testing.B, o *bottest.Office) *alone {
	b.Helper()
	a := &alone{origin: o.Cases.Office.Origin, day: string(o.Cases.Today())}
	for _, m := range o.Cases.Roster()[:o.Cases.Office.Designate+o.Cases.Office.Reserve] {
		r, err := crypto.ParseRecipient(m.Recipient)
		if err != nil {
			b.Fatal(err)
		}
		a.to = append(a.to, r)
	}
	return a
}

func (a *alone) run(tree *custody.Memory) error {
	r := receipt.New(a.origin)
	public, id := r.Public([32]byte{}), string(cases.NewID())
	key, err := crypto.NewCaseKey(id)
	if err != nil {
		return err
	}
	once := public.Once()
	head := crypto.Header{
		Case: id, Once: hex.EncodeToString(once[:]), From: "filer", What: "report",
		Type: "text/plain; charset=utf-8", Day: a.day, Filer: public.FilerHash(),
	}
	var wraps []string
	for i, to := range a.to {
		wrap, err := key.Wrap(to)
		if err != nil {
			return err
		}
		wraps = append(wraps, hexSum(wrap))
		head.Holders = append(head.Holders, crypto.Holder{Name: string('a' + rune(i)), Recipient: to.Hash(), Dormant: i == 2})
	}
	text := papers.AppendForm(benchText, cases.Answers{Form: "test/1", Lang: "en", Kind: "report"})
	blob, err := crypto.SealBytes(key.Recipient(), head, []byte(text))
	if err != nil {
		return err
	}
	r.Tag(sha256.Sum256([]byte(hex.EncodeToString([]byte(text)))))
	for _, d := range []custody.Details{
		custody.Opened(a.day, hex.EncodeToString(public.Lookup[:])),
		{Act: "designated", Day: a.day, Case: id, Hashes: wraps},
		{Act: "message", Day: a.day, Case: id, Actor: "filer", Hashes: []string{hexSum(blob)}},
	} {
		tree.Append(custody.Leaf(a.day, public.Nonce, d.JSON()))
	}
	return nil
}

func hexSum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// spent is what some work took: time, and time of all processors together.
type spent struct{ wall, cpu time.Duration }

func (s *spent) add(more spent) { s.wall, s.cpu = s.wall+more.wall, s.cpu+more.cpu }

func processor(b *testing.B) time.Duration {
	b.Helper()
	var r unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &r); err != nil {
		b.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// crowd does n things, so many at once.
func crowd(b *testing.B, n, atOnce int, newCaller func() func() error) spent {
	b.Helper()
	var left, failed atomic.Int64
	left.Store(int64(n))
	var wg sync.WaitGroup
	start, cpu := time.Now(), processor(b)
	for range atOnce {
		wg.Go(func() {
			do := newCaller()
			for left.Add(-1) >= 0 {
				if err := do(); err != nil {
					failed.Add(1)
					b.Error(err)
				}
			}
		})
	}
	wg.Wait()
	took := spent{time.Since(start), processor(b) - cpu}
	if failed.Load() > 0 {
		b.Fatalf("%d of %d failed", failed.Load(), n)
	}
	return took
}

var atOnce = []int{1, 4, 16, 64}

// turn is how many filings are timed before the same number of times their
// cryptography is, alone: a machine that changes its speed changes both.
const turn = 512

// BenchmarkFile files reports from so many callers at once, and does their
// cryptography alone in turn. Every filing must succeed.
func BenchmarkFile(b *testing.B) {
	for _, n := range atOnce {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			o := benchOffice(b)
			a := newAlone(b, o)
			filing := func() func() error {
				return func() error { _, err := fileOne(b.Context(), o.Cases); return err }
			}
			var filed, crypted spent
			b.ReportAllocs()
			b.ResetTimer()
			for left := b.N; left > 0; left -= turn {
				filed.add(crowd(b, min(left, turn), n, filing))
				b.StopTimer()
				crypted.add(crowd(b, min(left, turn), n, a.caller))
				b.StartTimer()
			}
			b.ReportMetric(float64(b.N)/filed.wall.Seconds(), "filings/s")
			b.ReportMetric(float64(b.N)/crypted.wall.Seconds(), "crypto/s")
			b.ReportMetric(100*crypted.wall.Seconds()/filed.wall.Seconds(), "%-of-crypto")
			b.ReportMetric(filed.cpu.Seconds()*1e6/float64(b.N), "cpu-µs/filing")
			b.ReportMetric(crypted.cpu.Seconds()*1e6/float64(b.N), "cpu-µs/crypto")
		})
	}
}

func (a *alone) caller() func() error {
	var tree custody.Memory
	return func() error { return a.run(&tree) }
}

// BenchmarkFileCryptoAlone is the other half of BenchmarkFile by itself, to be
// profiled.
func BenchmarkFileCryptoAlone(b *testing.B) {
	for _, n := range atOnce {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			a := newAlone(b, benchOffice(b))
			b.ReportAllocs()
			b.ResetTimer()
			took := crowd(b, b.N, n, a.caller)
			b.ReportMetric(float64(b.N)/took.wall.Seconds(), "crypto/s")
		})
	}
}

// BenchmarkLimit is what the machine gives at best: a synced write of a page,
// and a synced commit of one small row.
func BenchmarkLimit(b *testing.B) {
	b.Run("fsync", func(b *testing.B) {
		f, err := os.Create(filepath.Join(b.TempDir(), "f"))
		if err != nil {
			b.Fatal(err)
		}
		defer func() { _ = f.Close() }()
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
		db, _ := benchStore(b, benchDir(b))
		day := cases.Day("2026-11-23")
		for b.Loop() {
			err := db.Update(b.Context(), func(tx cases.Tx) error { return tx.SetDone("bench", day) })
			if err != nil {
				b.Fatal(err)
			}
			day = day.Add(1)
		}
	})
}
