package mattermost_test

import (
	"os"
	"strings"
	"testing"

	"ombra/adapters/mattermost/mattermostfake"
	"ombra/bot/bottest"
)

// TestLife: what an office goes through in weeks, with everybody in Mattermost: the
// story and what comes after it, notices included.
func TestLife(t *testing.T) {
	if os.Getenv("OMBRA_LONG") == "" {
		t.Skip("set OMBRA_LONG=1")
	}
	r := newRoom(t, mattermostfake.Options{}, bottest.Living(bottest.Settings{}))
	follows(r.World)
	seat := r.Seat
	r.Seat = func(who string) bottest.Person { return seat(strings.ReplaceAll(strings.ToLower(who), " ", "-")) } // as the server takes it
	r.Tell = func(who, what string) { t.Logf("%-22s %s", who, what) }
	if err := bottest.Story(t.Context(), r.World); err != nil {
		t.Fatal(err)
	}
	if err := bottest.Life(t.Context(), r.World, r.Office.Dir); err != nil {
		t.Fatal(err)
	}
}
