package cases_test

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ombra/bot/bottest"
	"ombra/cases"
	"ombra/cases/sqlite"
	"ombra/cases/storetest"
	"ombra/crypto"
	"ombra/crypto/custody"
	"ombra/crypto/receipt"
)

// benchGuest names the folder that the process under measure opens.
const benchGuest = "OMBRA_BENCH_GUEST"

// BenchmarkStored looks things up among many cases. Their rows are made through
// the store, with recipients of real length and short wraps and papers. A
// million of them, 6 GB and a few minutes, only with OMBRA_LONG.
func BenchmarkStored(b *testing.B) {
	for _, n := range []int{1_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			if n > 100_000 && os.Getenv("OMBRA_LONG") == "" {
				b.Skip("set OMBRA_LONG")
			}
			dir := benchDir(b)
			fill(b, dir, n)
			startGuests(b, dir)
			db, shelf := benchStore(b, dir)
			lookUp(b, service(b, db, shelf))
		})
	}
}

func lookUp(b *testing.B, s *cases.Service) {
	b.Helper()
	desk, err := s.Desk("anna")
	if err != nil {
		b.Fatal(err)
	}
	var known, unknown [knownReceipts]receipt.Receipt
	for i := range knownReceipts {
		known[i], unknown[i] = numbered(i), numbered(-1-i)
		known[i].Signer() // derives the keys, once for each receipt
		unknown[i].Signer()
	}
	each := func(name string, f func(i int) error) {
		b.Run(name, func(b *testing.B) {
			cpu := processor(b)
			for i := 0; b.Loop(); i++ {
				if err := f(i * 7 % knownReceipts); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric((processor(b)-cpu).Seconds()*1e6/float64(b.N), "cpu-µs/op")
		})
	}
	// As it happens, with the keys that the receipt gives; then what the store does of it.
	each("receipt", func(i int) error { _, err := s.Mine(b.Context(), numbered(i)); return err })
	each("receipt-rows", func(i int) error { _, err := s.Mine(b.Context(), known[i]); return err })
	each("unknown-rows", func(i int) error {
		if _, err := s.Mine(b.Context(), unknown[i]); cases.KindOf(err) != cases.NotFound {
			return fmt.Errorf("an unknown receipt: %w", err)
		}
		return nil
	})
	each("inbox", func(int) error { _, _, err := desk.Inbox(b.Context(), 0, 10); return err })
	each("inbox-page-40", func(int) error { _, _, err := desk.Inbox(b.Context(), 39, 10); return err })
}

// knownReceipts is how many of the cases have a receipt that anybody holds,
// evenly spread over all.
const knownReceipts = 1000

func numbered(i int) receipt.Receipt {
	var secret [16]byte
	binary.BigEndian.PutUint64(secret[:], uint64(i))
	return receipt.FromSecret(bottest.Origin, secret)
}

// fill makes an office with n cases and closes it.
func fill(b *testing.B, dir string, n int) {
	b.Helper()
	db, shelf := benchStore(b, dir)
	if _, err := bottest.NewOffice(b.Context(), db, shelf, bottest.Settings{Names: []string{"anna", "bela", "chris", "dora"}}); err != nil {
		b.Fatal(err)
	}
	const together = 1000
	for from := 0; from < n; from += together {
		err := db.Update(b.Context(), func(tx cases.Tx) error {
			for i := from; i < from+together; i++ {
				if err := row(tx, i, n); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
}

// row stores the i-th case of n.
func row(tx cases.Tx, i, n int) (err error) {
	long := "age1pq1" + strings.Repeat("q", 1952)
	c := &cases.Case{
		ID: cases.NewID(), Kind: cases.Report, Source: cases.Typed, Stage: cases.Received, Flags: cases.Test,
		Opened: storetest.Day, AckDue: storetest.Day.Add(7), FeedbackDue: storetest.Day.AddMonths(3), Drawn: 2, Gate: "1",
		Keys:     []cases.Key{{Recipient: long, By: "bot"}},
		Receipts: []cases.Receipt{{Lookup: [32]byte(storetest.Bytes(32)), Recipient: long, Verifier: hex.EncodeToString(storetest.Bytes(40)), State: cases.InHand}},
	}
	if every := n / knownReceipts; i%every == 0 {
		r := numbered(i / every)
		c.Receipts[0].Lookup, c.Receipts[0].Verifier = r.Lookup().Hash(), r.Signer().Verifier()
	}
	names := []string{"anna", "bela", "chris", "dora"}
	for g, rank := range []cases.Rank{cases.Designated, cases.Designated, cases.Reserve} {
		state := cases.Live
		if rank == cases.Reserve {
			state = cases.Dormant
		}
		c.Grants = append(c.Grants, cases.Grant{Holder: names[(i+g)%4], State: state, Rank: rank, Wrap: storetest.Bytes(64)})
	}
	c.Entry, err = tx.Append(cases.Entry{
		Once: cases.NewOnce(), Nonce: [32]byte(storetest.Bytes(32)),
		Details: custody.Opened(string(storetest.Day), hex.EncodeToString(c.Receipts[0].Lookup[:])),
	})
	if err != nil {
		return err
	}
	if err := tx.Create(c); err != nil {
		return err
	}
	p := storetest.Paper(c, cases.PaperReport, 64)
	return tx.AddPaper(p)
}

// service opens an office that is there.
func service(tb testing.TB, db *sqlite.DB, shelf *sqlite.Shelf) *cases.Service {
	tb.Helper()
	key, err := crypto.NewSigningKey(bottest.Origin)
	if err != nil {
		tb.Fatal(err)
	}
	s, err := cases.New(tb.Context(), cases.Options{
		Store: db, Shelf: shelf, LogKey: key, Transport: &bottest.Office{},
		Office: cases.Office{
			Origin: bottest.Origin, Test: true, Zone: time.UTC, Designate: 2, Reserve: 1, RequirePQ: true,
			Profile: cases.Profiles["grm"], MaxFiles: 10, MaxFile: 25 << 20,
		},
	})
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// guests is how many processes are started; the medians count.
const guests = 7

// startGuests starts processes that open the office, and reports what they say.
func startGuests(b *testing.B, dir string) {
	b.Helper()
	var all [3][]float64
	for range guests {
		cmd := exec.CommandContext(b.Context(), os.Args[0], "-test.run=^TestBenchGuest$", "-test.v")
		cmd.Env = append(os.Environ(), benchGuest+"="+dir)
		out, err := cmd.CombinedOutput()
		if err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
		_, said, _ := strings.Cut(string(out), "guest: ")
		var one [3]float64
		if _, err := fmt.Sscan(said, &one[0], &one[1], &one[2]); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
		for i := range all {
			all[i] = append(all[i], one[i])
		}
	}
	b.Run("start", func(b *testing.B) {
		b.ReportMetric(0, "ns/op")
		for i, unit := range []string{"start-ms", "started-MB", "peak-MB"} {
			slices.Sort(all[i])
			b.ReportMetric(all[i][guests/2], unit)
		}
	})
}

// TestBenchGuest is the process under measure: it starts, and then reads, looks
// up and files for a while.
func TestBenchGuest(t *testing.T) {
	dir := os.Getenv(benchGuest)
	if dir == "" {
		t.Skip("started by BenchmarkStored")
	}
	start := time.Now()
	db, err := sqlite.Open(filepath.Join(dir, "ombra.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	shelf, err := sqlite.OpenShelf(filepath.Join(dir, "files"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := service(t, db, shelf)
	desk, err := s.Desk("anna")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := desk.Inbox(t.Context(), 0, 10); err != nil {
		t.Fatal(err)
	}
	took, rss := time.Since(start), memory(t, "VmRSS:")
	for i := range 200 {
		if _, err := s.Mine(t.Context(), numbered(i)); err != nil {
			t.Fatal(err)
		}
		if _, _, err := desk.Inbox(t.Context(), i, 10); err != nil {
			t.Fatal(err)
		}
		if _, err := fileOne(context.Background(), s); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("guest: %.1f %.1f %.1f", took.Seconds()*1e3, rss, memory(t, "VmHWM:"))
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// memory is this process's own, in MB.
func memory(t *testing.T, line string) float64 {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skip("no /proc")
	}
	_, after, _ := strings.Cut(string(status), line)
	kb := 0.0
	if _, err := fmt.Sscan(after, &kb); err != nil {
		t.Fatal(err)
	}
	return kb / 1e3
}
