package cases_test

import (
	"testing"
	"time"

	"ombra/bot/bottest"
	"ombra/cases"
	"ombra/cases/papers"
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

// exactly what opens no more.
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
// the files. The next start takes them away, at any hour, and erases what the
// rows left.
// start opens the office anew, as a process does after a crash.
// know makes everything known that is stored of a case: ciphertext, wraps,
// hashes, keys.
// scan looks through every file of the data folder.
// folder afterwards, among others that stay; with an open reader the job says
// that it failed, and works once the reader is gone.
// once, with one leaf, and the job is finished by later nights.
// always: between the two it is not handed over.
// found out by its own check too.
// tomorrow, and the others go tonight.
