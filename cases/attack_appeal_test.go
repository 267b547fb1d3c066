package cases_test

import (
	"testing"

	"ombra/bot/bottest"
	"ombra/cases"
)

// TestAttackFormAfterReplacement: the filing form is sent once more, after its
// receipt was replaced or ended. A receipt that opens nothing is not shown as one
// that was just stored.
func TestAttackFormAfterReplacement(t *testing.T) {
	for do, want := range map[cases.Verb]string{cases.Replace: "receipt-replaced", cases.EndReceipt: "receipt-ended"} {
		tr := newTrial(t, bottest.Settings{Names: []string{"anna"}})
		f, r := filing("What happened.")
		if _, err := tr.Cases.File(t.Context(), f); err != nil {
			t.Fatal(err)
		}
		if err := tr.receiptMove(string(do), r); err != nil {
			t.Fatal(err)
		}
		_, err := tr.Cases.File(t.Context(), f)
		says(t, err, want)
		tr.Pass(days(15))
		if _, err = tr.Cases.File(t.Context(), f); err == nil {
			t.Errorf("%s: filed again after a fortnight", do)
		}
		if n := tr.logged("opened"); len(n) != 1 {
			t.Errorf("%d cases", len(n))
		}
	}
}
