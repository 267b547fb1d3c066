package cases_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ombra/bot/bottest"
	"ombra/cases"
	"ombra/cases/papers"
	"ombra/cases/sqlite"
	"ombra/cases/storetest"
	"ombra/crypto"
	"ombra/crypto/custody"
	"ombra/crypto/receipt"
)

// keeping makes an office that keeps closed cases for one month, those that were
// none of its business for two. (Shorter is usual; longer tells them apart.)
func keeping(t *testing.T) *trial {
	t.Helper()
	return newTrial(t, bottest.Settings{Names: []string{"anna"}, Change: func(o *cases.Office) {
		o.Keeping, o.Quiet = cases.Keeping{Months: 1, OutOfMandate: 2}, 3
	}})
}

// nights lets days go by, each with its jobs at half past three in the night.
func (tr *trial) nights(n int) {
	tr.Helper()
	for range n {
		now := tr.Now()
		tr.Pass(now.Truncate(24 * time.Hour).Add(27*time.Hour + 30*time.Minute).Sub(now))
		tr.jobs()
	}
}

// off leaves the office switched off for days, after which the operator says that
// the day is right.
func (tr *trial) off(n int) {
	tr.Helper()
	tr.Pass(days(n))
	if _, err := tr.Cases.Checkpoint(tr.Context(), true); err != nil {
		tr.Fatal(err)
	}
}

func (tr *trial) jobs() {
	tr.Helper()
	for _, j := range tr.Cases.Jobs() {
		if err := j.Do(tr.Context()); err != nil {
			tr.Errorf("%s: %s: %v", tr.Cases.Today(), j.Name, err)
		}
	}
}

// here reports whether a receipt still opens its case.
func (tr *trial) here(r receipt.Receipt) bool {
	tr.Helper()
	_, err := tr.Cases.Mine(tr.Context(), r)
	if err != nil && cases.KindOf(err) != cases.NotFound {
		tr.Fatal(err)
	}
	return err == nil
}

// audit verifies the log as an auditor does, and on the host.
func (tr *trial) audit() custody.Report {
	tr.Helper()
	tr.size()
	l, err := tr.Cases.Log(tr.Context())
	if err != nil {
		tr.Fatal(err)
	}
	report, err := custody.Verify(bottest.AuditBundle(l))
	if err != nil {
		tr.Fatalf("%s: %v", tr.Cases.Today(), err)
	}
	return report
}

func (tr *trial) close(disposition string) (receipt.Receipt, *cases.Case) {
	tr.Helper()
	r, c := tr.file()
	err := tr.signed(c.ID, "anna", papers.Draft{
		Do: "close", Text: "The end.", Lessons: "none, because", Set: map[string]string{"disposition": disposition},
	})
	if err != nil {
		tr.Fatal(err)
	}
	return r, tr.load(r)
}

// flag changes a case behind the service's back.
func (tr *trial) change(r receipt.Receipt, f func(*cases.Case)) {
	tr.Helper()
	c := tr.load(r)
	f(c)
	if err := tr.db.Update(tr.Context(), func(tx cases.Tx) error { return tx.Put(c) }); err != nil {
		tr.Fatal(err)
	}
}

// TestRetention: a closed case goes on the day on which its period is over and on
// no other; an open one, a held one and one whose remedy is outstanding stay. The
// log holds every day, on the host and for an auditor.
func TestRetention(t *testing.T) {
	tr := keeping(t)
	tr.nights(1)
	plain, _ := tr.close("substantiated")
	outside, _ := tr.close("out-of-mandate")
	held, _ := tr.close("partly")
	owed, _ := tr.close("partly")
	reopened, _ := tr.close("partly")
	open, _ := tr.file()
	tr.change(held, func(c *cases.Case) { c.Flags, c.HeldUntil = c.Flags|cases.Held, "2029-01-01" })
	tr.change(owed, func(c *cases.Case) { c.Flags |= cases.RemedyOutstanding })
	tr.change(reopened, func(c *cases.Case) { c.Stage = cases.Investigating })
	gone := map[string]cases.Day{}
	for range 70 {
		tr.nights(1)
		for name, r := range map[string]receipt.Receipt{
			"plain": plain, "outside": outside, "held": held, "owed": owed, "open": open, "reopened": reopened,
		} {
			if gone[name] == "" && !tr.here(r) {
				gone[name] = tr.Cases.Today()
			}
		}
		tr.audit()
	}
	if len(gone) != 2 || gone["plain"] != "2026-12-24" || gone["outside"] != "2027-01-24" {
		t.Errorf("gone: %v", gone)
	}
	report := tr.audit()
	if report.Acts["shredded"] != 2 || report.Shredded != 12 {
		t.Errorf("the auditor counts %d shredded cases and %d leaves", report.Acts["shredded"], report.Shredded)
	}
	tr.restart()
	tr.nights(5)
	if again := tr.audit().Acts["shredded"]; again != 2 {
		t.Errorf("shredded %d times", again)
	}
}

// TestShreddedLeaf: it names no case and says rule, closing day, due day, and
// exactly what opens no more.
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

// TestAttackDeletedCaseOracle: whoever holds the receipt of a shredded case is
// told what a stranger is told, on every way back, and can begin anew.
func TestAttackDeletedCaseOracle(t *testing.T) {
	tr := keeping(t)
	tr.nights(1)
	r, c := tr.close("substantiated")
	stranger := receipt.New(bottest.Origin)
	tr.off(29)
	tr.nights(1)
	same := func(what string, a, b error) {
		t.Helper()
		if a == nil || b == nil || a.Error() != b.Error() || cases.SayOf(a) != cases.SayOf(b) {
			t.Errorf("%s: %v; a stranger: %v", what, a, b)
		}
	}
	_, err := tr.Cases.Mine(t.Context(), r)
	_, err2 := tr.Cases.Mine(t.Context(), stranger)
	same("receipt", err, err2)
	_, err = tr.Cases.ByCode(t.Context(), r.Lookup())
	_, err2 = tr.Cases.ByCode(t.Context(), stranger.Lookup())
	same("lookup code", err, err2)
	_, err = tr.desk("anna").Case(t.Context(), c.ID)
	_, err2 = tr.desk("anna").Case(t.Context(), cases.NewID())
	same("case id", err, err2)
	if _, err := tr.Cases.File(t.Context(), cases.Filing{
		Kind: cases.Report, Source: cases.Typed, Text: "Again.", Public: r.Public([32]byte{}), Tag: r.Tag, Signer: r.Signer(),
	}); err != nil || !tr.here(r) {
		t.Errorf("filed anew under it: %v", err)
	}
}

// TestQuietHour: nothing is shredded and nothing signed before the quiet hour,
// once after it, and at any later hour if the office was off then.
func TestQuietHour(t *testing.T) {
	tr := keeping(t)
	tr.jobs() // half past midnight: the office's first checkpoint waits for nothing
	if n := tr.audit().Checkpoints; n != 1 {
		t.Errorf("a new office has %d checkpoints", n)
	}
	tr.nights(1)
	r, _ := tr.close("substantiated")
	tr.off(29)                             // the 23rd of December, half past three
	tr.Pass(23*time.Hour + 29*time.Minute) // the 24th, a minute before three
	tr.jobs()
	if !tr.here(r) || tr.audit().Last == "2026-12-24" {
		t.Error("before the quiet hour")
	}
	tr.Pass(12 * time.Hour) // it was off at three
	tr.jobs()
	if tr.here(r) || tr.audit().Last != "2026-12-24" {
		t.Error("after the quiet hour")
	}
}

// TestAttackClockTwoYearsAhead: a clock that jumped deletes nothing, not even
// after the operator was made to say that the day is right: that night passes
// first.
func TestAttackClockTwoYearsAhead(t *testing.T) {
	tr := keeping(t)
	tr.nights(2)
	r, _ := tr.close("substantiated")
	tr.Pass(days(730))
	for range 100 {
		for _, j := range tr.Cases.Jobs() {
			if err := j.Do(t.Context()); err != nil && cases.KindOf(err) != cases.Unavailable {
				t.Fatal(err)
			}
		}
		tr.Pass(days(1))
	}
	if !tr.here(r) {
		t.Fatal("deleted on the word of a clock that jumped")
	}
	if _, err := tr.Cases.Checkpoint(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	tr.jobs()
	if !tr.here(r) {
		t.Error("deleted in the moment of the operator's word")
	}
	tr.nights(1)
	if tr.here(r) {
		t.Error("not deleted in the night after it")
	}
	tr.audit()
}

// attached closes a case with a file on the shelf.
func (tr *trial) attached() (receipt.Receipt, []string) {
	tr.Helper()
	f, r := filing("With a picture.")
	f.Files = []cases.Attachment{{Name: "picture", Type: "image/png", Size: 200_000, Open: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(make([]byte, 200_000))), nil
	}}}
	if _, err := tr.Cases.File(tr.Context(), f); err != nil {
		tr.Fatal(err)
	}
	if err := tr.signed(tr.load(r).ID, "anna", draftOf("close")); err != nil {
		tr.Fatal(err)
	}
	names, err := os.ReadDir(filepath.Join(tr.dir, "files"))
	if err != nil || len(names) == 0 {
		tr.Fatalf("nothing on the shelf, %v", err)
	}
	var list []string
	for _, n := range names {
		list = append(list, n.Name())
	}
	return r, list
}

// TestAttackCrashBetweenRowsAndFiles: the rows went and the process died before
// the files. The next start takes them away, at any hour, and erases what the
// rows left.
func TestAttackCrashBetweenRowsAndFiles(t *testing.T) {
	tr := keeping(t)
	tr.nights(1)
	r, files := tr.attached()
	scanner := tr.know(r)
	tr.off(29)
	tr.Pass(24 * time.Hour)
	shelf := tr.Cases.Shelf
	tr.Cases.Shelf = deadShelf{shelf}
	tr.Cases.Store = deadStore{tr.db}
	for _, j := range tr.Cases.Jobs() {
		_ = j.Do(t.Context()) // a crash: nothing below the rows happens
	}
	if tr.here(r) {
		t.Fatal("the rows are still there")
	}
	if found := tr.scan(scanner); found == "" {
		t.Fatal("the crash left nothing: it came too late")
	}
	tr.start(t)
	tr.Pass(-time.Hour * 3) // not the quiet hour
	tr.jobs()
	if found := tr.scan(scanner); found != "" {
		t.Error(found)
	}
	for _, name := range files {
		if _, err := os.Stat(filepath.Join(tr.dir, "files", name)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("a file is left: %v", err)
		}
	}
}

type deadShelf struct{ cases.Shelf }

func (deadShelf) Remove(...string) error      { return errors.New("dead") }
func (deadShelf) Sweep(map[string]bool) error { return errors.New("dead") }

type deadStore struct{ cases.Store }

func (deadStore) Erase(context.Context) error { return errors.New("dead") }

// start opens the office anew, as a process does after a crash.
func (tr *trial) start(t *testing.T) {
	t.Helper()
	if err := tr.db.Close(); err != nil {
		t.Fatal(err)
	}
	var err error
	if tr.db, err = sqlite.Open(filepath.Join(tr.dir, "ombra.db"), sqlite.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tr.db.Close() })
	if tr.Cases.Shelf, err = sqlite.OpenShelf(filepath.Join(tr.dir, "files"), sqlite.Options{}); err != nil {
		t.Fatal(err)
	}
	tr.Cases.Store = tr.db
	tr.restart()
}

// know makes everything known that is stored of a case: ciphertext, wraps,
// hashes, keys.
func (tr *trial) know(r receipt.Receipt) *bottest.Scanner {
	tr.Helper()
	s := bottest.NewScanner()
	c := tr.load(r)
	s.Know("the case's id", string(c.ID))
	s.KnowBytes("the lookup hash", c.Receipts[0].Lookup[:])
	s.Know("the filer's recipient", c.Receipts[0].Recipient)
	s.Know("the filer's verifier", c.Receipts[0].Verifier)
	s.Know("the case's recipient", c.Keys[0].Recipient)
	err := tr.db.View(tr.Context(), func(tx cases.Tx) error {
		for _, who := range c.Holders() {
			wraps, err := tx.Wraps(c.ID, who)
			if err != nil {
				return err
			}
			for _, w := range wraps {
				s.KnowBytes("a wrap", w[:64])
				s.KnowBytes("a wrap's end", w[len(w)-64:])
			}
		}
		for _, reader := range []string{"", crypto.FilerHash(c.Receipts[0].Recipient, c.Receipts[0].Verifier)} {
			list, err := tx.Papers(c.ID, reader)
			if err != nil {
				return err
			}
			for _, p := range list {
				s.KnowBytes("a paper's hash", p.Sum[:])
				if p.Shelf != "" {
					s.Know("a file's name", p.Shelf)
					continue
				}
				blob, err := tx.Blob(c.ID, p.N)
				if err != nil {
					return err
				}
				s.KnowBytes("a paper", blob[:64])
				s.KnowBytes("a paper's end", blob[len(blob)-64:])
			}
		}
		leaves, err := tx.Leaves(c.Entry, c.Entry+3)
		for _, l := range leaves {
			s.KnowBytes("a nonce", l.Nonce[:])
			s.KnowBytes("a once", l.Once[:])
		}
		return err
	})
	if err != nil {
		tr.Fatal(err)
	}
	return s
}

// scan looks through every file of the data folder.
func (tr *trial) scan(s *bottest.Scanner) string {
	tr.Helper()
	found, err := s.Folder(tr.dir)
	if err != nil {
		tr.Fatal(err)
	}
	return bottest.Lines(found)
}

// TestShreddingLeavesNothing: what was stored of a case is in no file of the data
// folder afterwards, among others that stay; with an open reader the job says
// that it failed, and works once the reader is gone.
func TestShreddingLeavesNothing(t *testing.T) {
	tr := keeping(t)
	tr.nights(1)
	var stays []receipt.Receipt
	for range 10 {
		r, _ := tr.file()
		stays = append(stays, r)
	}
	r, _ := tr.attached()
	scanner := tr.know(r)
	if tr.scan(scanner) == "" {
		t.Fatal("the scan finds nothing before either")
	}
	tr.off(29)
	reading, end := make(chan bool), make(chan bool)
	go func() {
		_ = tr.db.View(context.Background(), func(tx cases.Tx) error {
			_, err := tx.Size()
			close(reading)
			<-end
			return err
		})
	}()
	<-reading
	tr.Pass(24 * time.Hour)
	failed := ""
	for _, j := range tr.Cases.Jobs() {
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		if err := j.Do(ctx); err != nil {
			failed += j.Name
		}
		cancel()
	}
	if tr.here(r) || failed != "traces" || tr.scan(scanner) == "" {
		t.Errorf("under a reader failed %q", failed)
	}
	close(end)
	tr.jobs()
	if found := tr.scan(scanner); found != "" {
		t.Error(found)
	}
	for _, r := range stays {
		if !tr.here(r) {
			t.Error("another case is gone")
		}
	}
	tr.audit()
}

// TestShreddingEveryWrite: whichever write fails in whichever way, the case goes
// once, with one leaf, and the job is finished by later nights.
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
// always: between the two it is not handed over.
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
// found out by its own check too.
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
// tomorrow, and the others go tonight.
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
