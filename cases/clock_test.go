package cases_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"ombra/cases"
)

func TestDays(t *testing.T) {
	for _, x := range []struct {
		from cases.Day
		span cases.Span
		want cases.Day
	}{
		{"2026-11-23", cases.Span{Days: 7}, "2026-11-30"},
		{"2026-12-28", cases.Span{Days: 7}, "2027-01-04"},
		{"2028-02-28", cases.Span{Days: 1}, "2028-02-29"},
		{"2026-02-28", cases.Span{Days: 1}, "2026-03-01"},
		// A day that the month does not have becomes its last.
		{"2026-11-30", cases.Span{Months: 3}, "2027-02-28"},
		{"2027-11-30", cases.Span{Months: 3}, "2028-02-29"},
		{"2026-08-31", cases.Span{Months: 3}, "2026-11-30"},
		{"2026-10-31", cases.Span{Months: 4}, "2027-02-28"},
		{"2026-01-31", cases.Span{Months: 12}, "2027-01-31"},
		{"2028-02-29", cases.Span{Months: 12}, "2029-02-28"},
		{"2026-11-30", cases.Span{Months: 3, Days: 1}, "2027-03-01"},
		// 2026-11-27 is a Friday.
		{"2026-11-23", cases.Span{Days: 2, Business: true}, "2026-11-25"},
		{"2026-11-26", cases.Span{Days: 2, Business: true}, "2026-11-30"},
		{"2026-11-27", cases.Span{Days: 1, Business: true}, "2026-11-30"},
		{"2026-11-27", cases.Span{Days: 2, Business: true}, "2026-12-01"},
		{"2026-11-28", cases.Span{Days: 2, Business: true}, "2026-12-01"},
		{"2026-11-29", cases.Span{Days: 2, Business: true}, "2026-12-01"},
		{"2026-11-23", cases.Span{Days: 10, Business: true}, "2026-12-07"},
		{"2026-11-28", cases.Span{Business: true}, "2026-11-28"},
		{"2026-11-23", cases.Span{}, "2026-11-23"},
	} {
		if got := x.from.Plus(x.span); got != x.want {
			t.Errorf("%s and %+v: %s, want %s", x.from, x.span, got, x.want)
		}
	}
}

// TestDaysGoForward: whoever comes later is never promised an earlier day, and a
// day is a day.
func TestDaysGoForward(t *testing.T) {
	first := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		a := cases.DayOf(first.AddDate(0, 0, rapid.IntRange(0, 3000).Draw(t, "from")))
		b := a.Add(rapid.IntRange(0, 60).Draw(t, "later"))
		s := cases.Span{
			Days: rapid.IntRange(0, 90).Draw(t, "days"), Months: rapid.IntRange(0, 14).Draw(t, "months"),
			Business: rapid.Bool().Draw(t, "business"),
		}
		p, q := a.Plus(s), b.Plus(s)
		if p < a || q < p || cases.DayOf(p.Time()) != p || len(p) != 10 {
			t.Fatalf("%s and %+v is %s; %s is %s", a, s, p, b, q)
		}
		if w := p.Time().Weekday(); s.Business && s.Days > 0 && (w == time.Saturday || w == time.Sunday) {
			t.Fatalf("%s and %+v is a %s", a, s, w)
		}
		if m := a.AddMonths(s.Months); a.Time().Day() < 29 && m.Time().Day() != a.Time().Day() {
			t.Fatalf("%s and %d months is %s", a, s.Months, m)
		}
	})
}

// TestDayInTheOfficesZone: a day is what the office's calendar says.
func TestDayInTheOfficesZone(t *testing.T) {
	late := time.Date(2026, 11, 23, 23, 30, 0, 0, time.UTC)
	for zone, want := range map[string]cases.Day{"UTC": "2026-11-23", "Europe/Vienna": "2026-11-24", "America/Lima": "2026-11-23"} {
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Skip("no zones here")
		}
		if got := cases.DayOf(late.In(loc)); got != want {
			t.Errorf("%s: %s, want %s", zone, got, want)
		}
	}
}

func TestIDs(t *testing.T) {
	seen := map[cases.ID]bool{}
	rising := 0
	var last cases.ID
	for range 2000 {
		id := cases.NewID()
		if seen[id] || len(id) != 9 || id[4] != '-' {
			t.Fatalf("id %q", id)
		}
		if id > last {
			rising++
		}
		seen[id], last = true, id
	}
	if rising < 800 || rising > 1200 {
		t.Errorf("%d of 2000 ids follow a smaller one: they tell their order", rising)
	}
}
