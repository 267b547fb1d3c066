package bottest_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"ombra/bot/bottest"
	"ombra/cases"
)

// lives tells the story and what comes after it, on a store that may be made
// worse first.
func lives(t *testing.T, set bottest.Settings, spoil func(cases.Store) cases.Store) error {
	t.Helper()
	dir := privateDir(t)
	db, shelf := open(t, dir)
	store := cases.Store(db)
	if spoil != nil {
		store = spoil(store)
	}
	bell := &bottest.Bell{}
	o, err := bottest.NewOffice(t.Context(), store, shelf, bell.Hang(bottest.Living(set)))
	if err != nil {
		t.Fatal(err)
	}
	seats := map[string]bottest.Person{}
	w := &bottest.World{
		Office: o,
		Seat: func(account string) bottest.Person {
			if seats[account] == nil {
				seats[account] = o.Person(account)
			}
			return seats[account]
		},
		Tell:  func(who, what string) { t.Logf("%-26s %s", who, what) },
		Means: bottest.Means{Notices: bell.Heard},
	}
	if err := bottest.Story(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	return bottest.Life(t.Context(), w, dir)
}

// TestLife: after the story time passes, and everything that waits for it holds.
func TestLife(t *testing.T) {
	if err := lives(t, bottest.Settings{Start: firstDay}, nil); err != nil {
		t.Fatal(err)
	}
}

// TestLifeOnAnyDay: the demonstration begins today, whatever day that is.
func TestLifeOnAnyDay(t *testing.T) {
	if os.Getenv("OMBRA_LONG") == "" {
		t.Skip("set OMBRA_LONG=1")
	}
	for _, day := range []string{"2026-11-26", "2026-11-27", "2026-11-28", "2026-11-29", "2027-01-30", "2027-01-31", "2027-02-01", "2028-02-29"} {
		t.Run(day, func(t *testing.T) {
			if err := lives(t, bottest.Settings{Start: cases.Day(day).Time().Add(23*time.Hour + 59*time.Minute)}, nil); err != nil {
				t.Error(err)
			}
		})
	}
}

// careless leaves the traces of what was deleted in the files.
type careless struct{ cases.Store }

func (careless) Erase(context.Context) error { return nil }

// TestLifeFailsLoudly: an office that does not do what is promised is found out,
// and where.
func TestLifeFailsLoudly(t *testing.T) {
	for name, x := range map[string]struct {
		change func(*cases.Office)
		spoil  func(cases.Store) cases.Store
		where  string
	}{
		"nobody in reserve":  {change: func(o *cases.Office) { o.Reserve = 0 }, where: "a late case: "},
		"nothing released":   {change: func(o *cases.Office) { o.Release = 0 }, where: "a late case: after 6 days"},
		"no time to think":   {change: func(o *cases.Office) { o.CoolingOff = 0 }, where: "a withdrawal: "},
		"nothing is deleted": {change: func(o *cases.Office) { o.Keeping.Months = 12 }, where: "deletion: after 40 days"},
		"traces stay":        {spoil: func(s cases.Store) cases.Store { return careless{s} }, where: "deletion: deleted, and still there"},
	} {
		t.Run(name, func(t *testing.T) {
			err := lives(t, bottest.Settings{Start: firstDay, Change: x.change}, x.spoil)
			if err == nil || !strings.HasPrefix(err.Error(), x.where) {
				t.Errorf("want %q, got %v", x.where, err)
			}
		})
	}
}
