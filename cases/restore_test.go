package cases_test

import (
	"slices"
	"testing"
	"time"

	"ombra/bot/bottest"
	"ombra/cases"
	"ombra/cases/papers"
	"ombra/crypto/receipt"
)

// row reports whether a case is in the database, seen or not.
func (tr *trial) row(r receipt.Receipt) (there bool) {
	tr.Helper()
	err := tr.db.View(tr.Context(), func(tx cases.Tx) error {
		list, err := tx.CasesOf(r.Lookup().Hash(), r.Signer().Verifier())
		there = len(list) > 0
		return err
	})
	if err != nil {
		tr.Fatal(err)
	}
	return there
}

// TestAttackOldBackupShowsTheDeleted: somebody restores an old backup to read, or
// to have served again, what was deleted since. What was due by its day goes
// before anything is served; what fell due since is shown to nobody and goes
// after 14 days, unless a hold of those days is made again. All else is as it was.
func TestAttackOldBackupShowsTheDeleted(t *testing.T) {
	tr := newTrial(t, bottest.Settings{Names: []string{"anna", "bela"}, Change: func(o *cases.Office) {
		o.Keeping, o.Quiet = cases.Keeping{Months: 1}, 3
	}})
	tr.nights(1)
	due, _ := tr.close("partly") // 2026-11-24: due on 2026-12-24
	tr.nights(16)
	between, b := tr.close("partly") // 2026-12-10: due on 2027-01-10
	held, h := tr.close("partly")
	appealed, a := tr.close("partly")
	hold := tr.actFile(h.ID, "anna", papers.Draft{Do: "hold", Text: "The court asked for it.", Set: map[string]string{"until": "2027-06-01"}})
	tr.nights(10)
	later, l := tr.close("partly") // 2026-12-20: due on 2027-01-20
	open, _ := tr.file()
	tr.nights(3)
	tr.Pass(21 * time.Hour)
	if day := tr.Cases.Today(); day != "2026-12-24" || !tr.here(due) {
		t.Fatalf("the backup is of %s, and has what is due: %v", day, tr.here(due))
	}
	tr.Pass(days(22))
	if err := tr.Cases.Restore(t.Context(), cases.Restoration{Backup: "2026-12-24"}); err != nil {
		t.Fatal(err)
	}
	want := cases.Restored{Backup: "2026-12-24", Day: "2027-01-15"}
	tr.restart() // it is noted, not remembered
	if tr.Cases.Restored() != want {
		t.Errorf("%+v", tr.Cases.Restored())
	}
	if tr.row(due) {
		t.Error("what was due by the day of the backup is still there")
	}
	if !tr.here(open) || !tr.here(later) || !tr.row(between) || !tr.row(held) {
		t.Error("something else is gone")
	}
	tr.unseen(between, b.ID)
	tr.unseen(held, h.ID)
	tr.unseen(appealed, a.ID)

	if err := tr.appeal(appealed); err != nil {
		t.Fatalf("the appeal is not made again: %v", err)
	}
	if _, err := tr.desk("bela").Case(t.Context(), a.ID); err != nil {
		t.Errorf("it is appealed, and shown to nobody: %v", err)
	}
	in, err := tr.Cases.Inspect(hold)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := tr.desk("anna").Signed(t.Context(), in); err != nil {
		t.Fatalf("the hold is not made again: %v", err)
	}
	if _, err := tr.desk("anna").Case(t.Context(), h.ID); err != nil {
		t.Errorf("it is held, and shown to nobody: %v", err)
	}
	if _, err := tr.desk("anna").Case(t.Context(), l.ID); err != nil {
		t.Errorf("one that is not due: %v", err)
	}

	if _, err := tr.Cases.Checkpoint(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	gone := map[string]cases.Day{}
	for range 20 {
		tr.nights(1)
		for name, r := range map[string]receipt.Receipt{"between": between, "held": held, "appealed": appealed, "later": later, "open": open} {
			if gone[name] == "" && !tr.row(r) {
				gone[name] = tr.Cases.Today()
			}
		}
		if tr.row(between) {
			tr.unseen(between, b.ID)
		}
		tr.audit()
	}
	if len(gone) != 2 || gone["between"] != want.Over() || gone["later"] != "2027-01-20" {
		t.Errorf("gone: %v", gone)
	}
}

// unseen wants a stranger's answer everywhere; but for who has the receipt, and
// may appeal, and sees nothing else.
func (tr *trial) unseen(r receipt.Receipt, id cases.ID) {
	tr.Helper()
	desk := tr.desk("anna")
	list, _, err := desk.Inbox(tr.Context(), 0, 100)
	if err != nil {
		tr.Fatal(err)
	}
	for _, c := range list {
		if c.ID == id {
			tr.Error("it is in the inbox")
		}
	}
	if m := tr.mine(r); len(m.Replies) > 0 || m.Disposition != "" || !slices.Equal(m.May, []cases.Verb{cases.Appeal}) {
		tr.Errorf("the filer sees %+v", m)
	}
	if f, err := tr.mine(r).Folder(tr.Context()); err != nil || f != nil {
		tr.Errorf("the filer gets replies: %v", err)
	}
	add := tr.mine(r).Add(tr.Context(), cases.NewOnce(), "More.", nil)
	_, see := desk.Case(tr.Context(), id)
	_, get := desk.Papers(tr.Context(), id, cases.NewOnce())
	for what, err := range map[string]error{
		"add": add, "case": see, "papers": get,
		"lead": desk.Do(tr.Context(), id, cases.Act{Do: cases.TakeLead, Once: cases.NewOnce()}),
		"type": desk.Type(tr.Context(), id, cases.Note, cases.NewOnce(), "words"),
	} {
		if cases.KindOf(err) != cases.NotFound {
			tr.Errorf("%s: %v, want not found", what, err)
		}
	}
}

// TestRestoredTwice keeps the wait of a restoration that was not over when the
// next backup was made.
func TestRestoredTwice(t *testing.T) {
	for name, c := range map[string]struct{ backup, from cases.Day }{
		"within the wait": {"2026-12-01", "2026-11-23"},
		"after it":        {"2026-12-10", "2026-12-10"},
	} {
		t.Run(name, func(t *testing.T) {
			tr := keeping(t)
			tr.nights(1)
			if err := tr.Cases.Restore(t.Context(), cases.Restoration{Backup: "2026-11-23"}); err != nil {
				t.Fatal(err)
			}
			tr.off(20)
			if err := tr.Cases.Restore(t.Context(), cases.Restoration{Backup: c.backup}); err != nil {
				t.Fatal(err)
			}
			if got := tr.Cases.Restored(); got != (cases.Restored{Backup: c.from, Day: "2026-12-14"}) {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestWaits(t *testing.T) {
	r := cases.Restored{Backup: "2026-11-10", Day: "2026-11-20"}
	for _, c := range []struct {
		due, today cases.Day
		want       bool
	}{
		{"2026-11-10", "2026-11-20", false},
		{"2026-11-11", "2026-11-20", true},
		{"2026-11-20", "2026-12-03", true},
		{"2026-11-20", "2026-12-04", false},
		{"2026-11-21", "2026-11-21", false},
	} {
		if got := r.Waits(c.due, c.today); got != c.want {
			t.Errorf("due on %s, on %s: %v", c.due, c.today, got)
		}
	}
	if (cases.Restored{}).Waits("2026-11-20", "2026-11-20") {
		t.Error("an office that was never restored waits")
	}
}
