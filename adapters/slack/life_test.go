package slack_test

import (
	"os"
	"testing"

	"ombra/adapters/slack"
	"ombra/bot/bottest"
)

// TestLife: what an office goes through in weeks, with everybody in Slack: the
// story and what comes after it, notices included.
func TestLife(t *testing.T) {
	if os.Getenv("OMBRA_LONG") == "" {
		t.Skip("set OMBRA_LONG=1")
	}
	p := open(t, setup{mode: slack.Socket, office: func(s *bottest.Settings) { *s = bottest.Living(*s) }})
	p.Tell = func(who, what string) { t.Logf("%-22s %s", who, what) }
	if err := bottest.Story(t.Context(), p.World); err != nil {
		t.Fatal(err)
	}
	if err := bottest.Life(t.Context(), p.World, p.Office.Dir); err != nil {
		t.Fatal(err)
	}
}
