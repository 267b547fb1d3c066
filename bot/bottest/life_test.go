package bottest_test

import (
	"testing"

	"ombra/bot/bottest"
)

// TestLife: after the story time passes, and everything that waits for it holds.
func TestLife(t *testing.T) {
	dir := privateDir(t)
	db, shelf := open(t, dir)
	o, err := bottest.NewOffice(t.Context(), db, shelf, bottest.Living(bottest.Settings{Start: firstDay}))
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
		Tell: func(who, what string) { t.Logf("%-26s %s", who, what) },
	}
	if err := bottest.Story(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	if err := bottest.Life(t.Context(), w, dir); err != nil {
		t.Fatal(err)
	}
}
