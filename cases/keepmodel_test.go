package cases_test

import (
	"testing"

	"pgregory.net/rapid"

	"ombra/cases"
	"ombra/crypto/receipt"
)

// kept is a case as people think of it.
type kept struct {
	r         receipt.Receipt
	id        cases.ID
	closed    cases.Day
	months    int
	heldUntil cases.Day
	remedy    bool
	gone      bool
}

// TestKeepingModel: whatever is closed, held, lifted, reopened and owed in
// whatever order, no case goes that is open, held, owed or not yet due, and each
// that is due goes that night. The log holds throughout.
func TestKeepingModel(t *testing.T) {
	t.Parallel() // it draws nothing that has to come again: its luck is rapid's alone
	bounded(t, "4", "20", "45", "40")
	rapid.Check(t, func(rt *rapid.T) {
		tr := keeping(t)
		tr.nights(1)
		var all []*kept
		here := func() *kept {
			var list []*kept
			for _, k := range all {
				if !k.gone {
					list = append(list, k)
				}
			}
			if len(list) == 0 {
				rt.Skip("no case")
			}
			return rapid.SampledFrom(list).Draw(rt, "case")
		}
		rt.Repeat(map[string]func(*rapid.T){
			"file": func(rt *rapid.T) {
				if len(all) > 6 {
					rt.Skip("enough")
				}
				r, c := tr.file()
				all = append(all, &kept{r: r, id: c.ID})
			},
			"close": func(rt *rapid.T) {
				k := here()
				d := draftOf("close")
				d.Set["disposition"] = rapid.SampledFrom([]string{"partly", "out-of-mandate"}).Draw(rt, "disposition")
				err := tr.signed(k.id, "anna", d)
				if ok := k.closed == "" && k.heldUntil == "" && !k.remedy; (err == nil) != ok {
					rt.Fatalf("closed: %v, want %v", err, ok)
				} else if ok {
					k.closed, k.months = tr.Cases.Today(), map[string]int{"partly": 1, "out-of-mandate": 2}[d.Set["disposition"]]
				}
			},
			"hold": func(rt *rapid.T) {
				k := here()
				until := tr.Cases.Today().Add(rapid.IntRange(1, 40).Draw(rt, "days"))
				if err := tr.hold(k.id, until); err != nil {
					rt.Fatal(err)
				}
				k.heldUntil = until
			},
			"lift": func(rt *rapid.T) {
				k := here()
				if err := tr.signed(k.id, "anna", draftOf("lift")); (err == nil) != (k.heldUntil != "") {
					rt.Fatal(err)
				}
				k.heldUntil = ""
			},
			"remedy": func(*rapid.T) {
				k := here()
				k.remedy = !k.remedy
				tr.change(k.r, func(c *cases.Case) { c.Flags ^= cases.RemedyOutstanding })
			},
			"reopen": func(rt *rapid.T) {
				k := here()
				if k.closed == "" {
					rt.Skip("open")
				}
				k.closed = ""
				tr.change(k.r, func(c *cases.Case) { c.Stage, c.Closed = cases.Investigating, "" })
			},
			"nights": func(rt *rapid.T) {
				for range rapid.IntRange(1, 20).Draw(rt, "nights") {
					tr.nights(1)
					today := tr.Cases.Today()
					for _, k := range all {
						if k.closed != "" && k.heldUntil == "" && !k.remedy && k.closed.AddMonths(k.months) <= today {
							k.gone = true
						}
						if k.heldUntil != "" && k.heldUntil < today {
							k.heldUntil = "" // it lapses after the night's shredding
						}
					}
				}
				tr.audit() // a night is what changes what an auditor is given
			},
			"": func(rt *rapid.T) {
				for _, k := range all {
					if tr.here(k.r) == k.gone {
						rt.Fatalf("gone: %v, want %v (%+v)", !k.gone, k.gone, *k)
					}
				}
			},
		})
		tr.nights(1)
		tr.audit()
	})
}
