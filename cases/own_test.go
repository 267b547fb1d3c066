package cases_test

import (
	"testing"

	"ombra/bot/bottest"
	"ombra/cases"
	"ombra/cases/papers"
	"ombra/crypto/receipt"
)

// transcript is a case that a clerk wrote down for somebody, who has the receipt.
func (tr *trial) transcript() receipt.Receipt {
	tr.Helper()
	d, err := tr.Device()
	if err != nil {
		tr.Fatal(err)
	}
	told := papers.Transcript{Source: "oral", Received: string(tr.Cases.Today()), Kind: "report", Words: "She fell on the stairs."}
	rec, sealed, err := d.Seal(told.Filing(), string(tr.Cases.Today()))
	if err != nil {
		tr.Fatal(err)
	}
	in, err := tr.Cases.Inspect(sealed.File)
	if err != nil {
		tr.Fatal(err)
	}
	f, err := in.Filing(cases.Report, nil, receipt.Receipt{})
	if err != nil {
		tr.Fatal(err)
	}
	if _, err := tr.Cases.File(tr.Context(), f); err != nil {
		tr.Fatal(err)
	}
	return rec
}

// TestAttackApproveWithoutTranscript: somebody presses "it is written down right"
// on a case that nobody wrote down, or a second time on one that was answered:
// the record would say that a filer vouched for words that do not exist.
func TestAttackApproveWithoutTranscript(t *testing.T) {
	tr := newTrial(t, bottest.Settings{Names: []string{"anna"}})
	plain, _ := tr.file()
	f, own := filing("What happened.")
	f.Own = true // the receipt opens words, which are the filer's own
	if _, err := tr.Cases.File(t.Context(), f); err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]receipt.Receipt{"nothing": plain, "own words": own} {
		for _, do := range []cases.Verb{cases.Approve, cases.Correct} {
			size := tr.size()
			if err := tr.mine(r).Approve(t.Context(), do, cases.NewOnce(), "So it was."); cases.SayOf(err) != "no-transcript" || cases.KindOf(err) != cases.Conflict {
				t.Errorf("%s, %s: %v", name, do, err)
			}
			if tr.size() != size {
				t.Errorf("%s, %s left a leaf", name, do)
			}
		}
	}
	told, once := tr.transcript(), cases.NewOnce()
	for range 2 { // the same form twice is one act
		if err := tr.mine(told).Approve(t.Context(), cases.Approve, once, ""); err != nil {
			t.Fatal(err)
		}
	}
	size := tr.size()
	if err := tr.mine(told).Approve(t.Context(), cases.Correct, cases.NewOnce(), "No."); cases.SayOf(err) != "no-transcript" {
		t.Errorf("answered a second time: %v", err)
	}
	if tr.size() != size {
		t.Error("a second answer left a leaf")
	}
}
