package storetest

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"ombra/cases"
	"ombra/crypto/custody"
)

// Day is when everything made here happens.
const Day cases.Day = "2026-11-23"

// Bytes draws n bytes.
func Bytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}

// Entry makes a log entry about a case, or none.
func Entry(act string, id cases.ID) cases.Entry {
	return cases.Entry{
		Once: [16]byte(Bytes(16)), Nonce: [32]byte(Bytes(32)),
		Details: custody.Details{Act: act, Day: string(Day), Case: string(id), Actor: "bot"},
	}
}

// Opened makes the entry that opens a case.
func Opened(c *cases.Case) cases.Entry {
	e := Entry("opened", "")
	e.Details = custody.Opened(string(Day), hex.EncodeToString(c.Receipts[0].Lookup[:]))
	return e
}

// Case makes a case with every part: one key, one receipt, live grants for two
// holders (Anna, Ben by default), a dormant one each for carl and the backstop.
func Case(holders ...string) *cases.Case {
	if len(holders) == 0 {
		holders = []string{"anna", "ben"}
	}
	c := &cases.Case{
		ID: cases.NewID(), Kind: cases.Report, Source: cases.Typed, Stage: cases.Received, Opened: Day,
		AckDue: Day.Add(7), FeedbackDue: Day.AddMonths(3), Drawn: len(holders), Gate: "1",
		Keys:     []cases.Key{{Recipient: "age1pq1case", By: "bot"}},
		Receipts: []cases.Receipt{Receipt()},
	}
	for _, h := range holders {
		c.Grants = append(c.Grants, Grant(h, cases.Live, cases.Designated))
	}
	c.Grants = append(c.Grants, Grant("carl", cases.Dormant, cases.Reserve), Grant("outside", cases.Dormant, cases.Backstop))
	return c
}

// Grant makes a grant of epoch 0.
func Grant(holder string, state cases.GrantState, rank cases.Rank) cases.Grant {
	return cases.Grant{Holder: holder, State: state, Rank: rank, Wrap: Bytes(2048)}
}

// Receipt makes a receipt in hand.
func Receipt() cases.Receipt {
	return cases.Receipt{
		Lookup: [32]byte(Bytes(32)), Recipient: "age1pq1receipt", Tag: [32]byte(Bytes(32)),
		Verifier: "ombud.example.org/filer+" + hex.EncodeToString(Bytes(8)), State: cases.InHand,
	}
}

// Paper makes a paper of n bytes for a case.
func Paper(c *cases.Case, kind cases.PaperKind, n int) *cases.Paper {
	blob := Bytes(n)
	return &cases.Paper{
		Case: c.ID, Kind: kind, Once: [16]byte(Bytes(16)), Day: Day, Entry: c.Entry, Sum: sha256.Sum256(blob),
		Size: int64(n), Blob: blob,
	}
}

// File stores a case as a filing does: entries, case, one paper, notices.
func File(t cases.Tx, c *cases.Case) (err error) {
	if c.Entry, err = t.Append(Opened(c)); err != nil {
		return err
	}
	if _, err := t.Append(Entry("designated", c.ID)); err != nil {
		return err
	}
	if err := t.Create(c); err != nil {
		return err
	}
	p := Paper(c, cases.PaperReport, 6000)
	if p.Entry, err = t.Append(Entry("message", c.ID)); err != nil {
		return err
	}
	if err := t.AddPaper(p); err != nil {
		return err
	}
	for _, who := range c.Holders() {
		if err := t.Notify(cases.Notice{To: who, About: cases.News, Due: Day.Add(1)}); err != nil {
			return err
		}
	}
	return nil
}

// MustFile files a new case.
func MustFile(t testing.TB, s cases.Store, holders ...string) *cases.Case {
	t.Helper()
	c := Case(holders...)
	Must(t, s, func(tx cases.Tx) error { return File(tx, c) })
	return c
}

// Must runs an update that may not fail.
func Must(t testing.TB, s cases.Store, f func(cases.Tx) error) {
	t.Helper()
	if err := s.Update(context.Background(), f); err != nil {
		t.Fatal(err)
	}
}

// Look runs a view that may not fail.
func Look(t testing.TB, s cases.Store, f func(cases.Tx) error) {
	t.Helper()
	if err := s.View(context.Background(), f); err != nil {
		t.Fatal(err)
	}
}

// CheckLog recomputes the log's tree from its leaves and compares: every leaf
// that opens must open, and the root must be that of the stored hashes.
func CheckLog(t testing.TB, s cases.Store) (size int64) {
	t.Helper()
	Look(t, s, func(tx cases.Tx) error {
		var err error
		if size, err = tx.Size(); err != nil {
			return err
		}
		leaves, err := tx.Leaves(0, size)
		if err != nil {
			return err
		}
		var m custody.Memory
		for i, l := range leaves {
			if l.N != int64(i) || l.Details != nil && !custody.Opens(l.Leaf, l.Details, l.Nonce) {
				t.Errorf("leaf %d is numbered %d, or does not open", i, l.N)
			}
			m.Append(l.Leaf)
		}
		want, err := custody.Root(m.Size(), &m)
		if err != nil {
			return err
		}
		got, err := custody.Root(size, tx.Hashes())
		if err != nil || !bytes.Equal(got[:], want[:]) || m.Size() != size {
			t.Errorf("the root of %d leaves is %v, %v; recomputed from %d: %v", size, got, err, m.Size(), want)
		}
		return nil
	})
	return size
}
