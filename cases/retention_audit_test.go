package cases_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"ombra/bot/bottest"
	"ombra/cases"
	"ombra/cases/storetest"
	"ombra/crypto/custody"
	"ombra/crypto/receipt"
)

// TestShreddedLeaf: it names no case and says rule, closing day, due day, and
func TestShreddedLeaf(t *testing.T) {
	tr := keeping(t)
	tr.nights(1)
	r, c := tr.close("substantiated")
	tr.off(29)
	tr.nights(1)
	l, err := tr.Cases.Log(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var closed, missing []int64
	var said *custody.Details
	for _, leaf := range l.Leaves {
		if leaf.Details == nil {
			missing = append(missing, leaf.N)
			continue
		}
		d, err := custody.ParseDetails(leaf.Details)
		if err != nil {
			t.Fatal(err)
		}
		if d.Act == custody.ActShredded {
			said = &d
		}
		if bytes.Contains(leaf.Details, []byte(c.ID)) {
			closed = append(closed, leaf.N)
		}
	}
	if said == nil || len(closed) > 0 || !slices.Equal(said.Leaves, missing) || said.Case+said.Actor+said.Once+said.Lookup != "" {
		t.Fatalf("shredded: %+v; do not open: %v; still name the case: %v", said, missing, closed)
	}
	if want := "rule=closed months=1 closed=2026-11-24 due=2026-12-24"; said.Note != want || said.Day != "2026-12-24" {
		t.Errorf("on %s: %q, want %q", said.Day, said.Note, want)
	}
	if tr.here(r) {
		t.Error("it is still here")
	}
}

// TestShreddingEveryWrite: whichever write fails in whichever way, the case goes
func TestShreddingEveryWrite(t *testing.T) {
	storetest.EveryWrite(t, func(t *testing.T) cases.Store {
		t.Helper()
		tr := keeping(t)
		tr.nights(1)
		r, _ := tr.close("substantiated")
		tr.off(29)
		return &shredding{Store: tr.db, tr: tr, r: r}
	}, func(t *testing.T, s *storetest.Faulty) {
		t.Helper()
		tr, r := s.Store.(*shredding).tr, s.Store.(*shredding).r
		tr.T = t
		tr.Cases.Store = s
		tr.Pass(24 * time.Hour)
		for range 2 { // as Run does, every minute
			for _, j := range tr.Cases.Jobs() {
				_ = j.Do(t.Context())
			}
		}
		tr.Cases.Store = tr.db
		tr.nights(2)
		if n := tr.audit().Acts["shredded"]; tr.here(r) || n != 1 {
			t.Errorf("here: %v, shredded %d times", tr.here(r), n)
		}
	})
}

type shredding struct {
	cases.Store
	tr *trial
	r  receipt.Receipt
}

// TestAuditBetweenShreddingAndCheckpoint: what is handed to an auditor opens,
func TestAuditBetweenShreddingAndCheckpoint(t *testing.T) {
	tr := keeping(t)
	tr.nights(1)
	tr.close("substantiated")
	tr.off(29)
	tr.Pass(24 * time.Hour)
	refused := 0
	for _, j := range tr.Cases.Jobs() {
		if err := j.Do(t.Context()); err != nil {
			t.Fatal(err)
		}
		l, err := tr.Cases.Log(t.Context())
		switch {
		case cases.KindOf(err) == cases.Unavailable && strings.Contains(cases.SayOf(err), "shredding"):
			refused++
		case err != nil:
			t.Error(err)
		default:
			if _, err := custody.Verify(bottest.AuditBundle(l)); err != nil {
				t.Errorf("after %s: %v", j.Name, err)
			}
		}
		tr.size() // on the host it holds all the time
	}
	if refused != 2 { // after the shredding and after the erasing
		t.Errorf("refused %d times", refused)
	}
}

// TestAttackQuietDrop: a host that takes openings away without a shredded leaf is
func TestAttackQuietDrop(t *testing.T) {
	tr := keeping(t)
	tr.nights(1)
	_, c := tr.file()
	if err := tr.db.Update(t.Context(), func(tx cases.Tx) error { _, _, err := tx.Shred(c.ID); return err }); err != nil {
		t.Fatal(err)
	}
	if _, err := tr.Cases.VerifyLog(t.Context()); !errors.Is(err, cases.ErrLog) {
		t.Errorf("the log holds: %v", err)
	}
}

// TestOneFailureKeepsNoOtherCase: a case that cannot be deleted tonight goes
func TestOneFailureKeepsNoOtherCase(t *testing.T) {
	tr := keeping(t)
	tr.nights(1)
	one, _ := tr.close("partly")
	two, _ := tr.close("partly")
	tr.off(29)
	tr.Pass(24 * time.Hour)
	tr.Cases.Store = &flakyStore{Store: tr.db, fail: 1}
	failed := ""
	for _, j := range tr.Cases.Jobs() {
		if err := j.Do(t.Context()); err != nil {
			failed += j.Name
		}
	}
	if failed != "retention" || tr.here(one) == tr.here(two) {
		t.Errorf("failed %q; here: %v and %v", failed, tr.here(one), tr.here(two))
	}
	tr.nights(1)
	if tr.here(one) || tr.here(two) || tr.audit().Acts["shredded"] != 2 {
		t.Errorf("a night later here: %v and %v", tr.here(one), tr.here(two))
	}
}
