package slack_test

import (
	"path"
	"slices"
	"testing"

	"ombra/adapters/slack"
	"ombra/bot/bottest"
)

// key are the parts in which the two ways in differ most. A quick run plays these
// over HTTP, and all of them over Socket Mode.
var key = []string{"the_story", "a_form_comes_back", "long_text_arrives_whole", "files_both_ways", "the_same_again", "notices"}

// TestConformance: what every adapter passes, over both ways in.
func TestConformance(t *testing.T) {
	t.Parallel()
	for _, mode := range both {
		t.Run(mode, func(t *testing.T) {
			bottest.Run(t, func(t *testing.T) *bottest.World {
				t.Helper()
				if mode == slack.HTTP && !long && !slices.Contains(key, path.Base(t.Name())) {
					t.Skip("OMBRA_LONG=1 plays it over HTTP too")
				}
				t.Parallel()
				return open(t, setup{mode: mode}).World
			})
		})
	}
}
