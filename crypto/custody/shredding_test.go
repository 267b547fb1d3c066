package custody_test

import (
	"errors"
	"testing"

	"ombra/crypto/custody"
)

// TestVerifyFalseShredding: what an office may not do with a shredded leaf.
func TestVerifyFalseShredding(t *testing.T) {
	const note = "rule=closed months=0 closed=2026-11-23 due=2026-11-23"
	for name, c := range map[string]struct {
		want custody.BreakKind
		d    custody.Details
	}{
		"as it should be": {"", custody.Details{Note: note, Leaves: []int64{2, 3}}},
		"the future":      {custody.BreakShredding, custody.Details{Note: note, Leaves: []int64{2, 3, 22}}},
		"itself":          {custody.BreakShredding, custody.Details{Note: note, Leaves: []int64{2, 3, 20}}},
		"no reason":       {custody.BreakShredding, custody.Details{Leaves: []int64{2, 3}}},
		"another reason":  {custody.BreakShredding, custody.Details{Note: "rule=why-not", Leaves: []int64{2, 3}}},
		"a case named":    {custody.BreakShredding, custody.Details{Note: note, Case: "7F3K-9QWD", Leaves: []int64{2, 3}}},
		"before it was due": {custody.BreakShredding, custody.Details{
			Note: "rule=closed months=36 closed=2026-11-23 due=2029-11-23", Leaves: []int64{2, 3},
		}},
		"due misreckoned": {custody.BreakShredding, custody.Details{
			Note: "rule=closed months=36 closed=2026-11-23 due=2026-11-23", Leaves: []int64{2, 3},
		}},
		// The way to delete early: say that the case was closed long ago.
		"closed on a day without a leaf": {custody.BreakShredding, custody.Details{
			Note: "rule=closed months=36 closed=2023-11-23 due=2026-11-23", Leaves: []int64{2, 3},
		}},
		"nothing at all": {custody.BreakShredding, custody.Details{Note: note}},
		"too little":     {custody.BreakMissing, custody.Details{Note: note, Leaves: []int64{2}}},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHistory("a")
			h.leaves, h.opened = h.leaves[:20], h.opened[:20]
			c.d.Act, c.d.Day = custody.ActShredded, "2026-11-25"
			h.add(20, "x", c.d)
			for n := int64(21); n < 24; n++ {
				h.add(n, "x", custody.Details{Act: custody.ActNoOp, Day: "2026-11-25"})
			}
			_, err := custody.Verify(h.bundle(t))
			var got *custody.Break
			if c.want == "" && err == nil {
				return
			}
			if !errors.As(err, &got) || got.Kind != c.want {
				t.Errorf("err = %v, want %s", err, c.want)
			}
		})
	}
}

// TestVerifyShreddedTwice: two leaves cannot answer for the same gap.
func TestVerifyShreddedTwice(t *testing.T) {
	h := newHistory("a")
	h.leaves, h.opened = h.leaves[:21], h.opened[:21]
	d := custody.Details{Act: custody.ActShredded, Day: "2026-11-25", Note: custody.Shredding{
		Rule: "closed", Closed: "2026-11-23", Due: "2026-11-23",
	}.Note(), Leaves: []int64{3}}
	h.add(21, "x", d)
	for n := int64(22); n < 24; n++ {
		h.add(n, "x", custody.Details{Act: custody.ActNoOp, Day: "2026-11-25"})
	}
	_, err := custody.Verify(h.bundle(t))
	var got *custody.Break
	if !errors.As(err, &got) || got.Kind != custody.BreakShredding || got.From != 21 {
		t.Errorf("err = %v", err)
	}
}

func TestMonthsAfter(t *testing.T) {
	for _, x := range []struct {
		day    string
		months int
		want   string
	}{
		{"2026-11-30", 3, "2027-02-28"},
		{"2027-11-30", 3, "2028-02-29"},
		{"2026-11-23", 36, "2029-11-23"},
		{"2026-01-31", 0, "2026-01-31"},
		{"2026-13-01", 1, ""},
	} {
		if got := custody.MonthsAfter(x.day, x.months); got != x.want {
			t.Errorf("%s and %d months: %s, want %s", x.day, x.months, got, x.want)
		}
	}
}
