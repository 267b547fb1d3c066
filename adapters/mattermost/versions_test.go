package mattermost_test

import (
	"errors"
	"net/url"
	"testing"

	"ombra/adapters/mattermost/mattermostfake"
	"ombra/bot/bottest"
)

// TestVersions: the story on old servers and on new ones; with time, the whole suite.
func TestVersions(t *testing.T) {
	for version, quick := range map[string]bool{"5.37.0": true, "10.11.0": false, "11.0.0": false, "11.11.0": true} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			open := func(t *testing.T) *bottest.World {
				t.Helper()
				return newRoom(t, mattermostfake.Options{Version: version}, bottest.Settings{}).World
			}
			switch {
			case isLong():
				bottest.Run(t, open)
			case quick:
				story(t, open(t))
			default:
				t.Skip("between two that are tried: OMBRA_LONG=1")
			}
		})
	}
}

// TestNewerMeans: what only newer servers have is used there and nowhere else, and
// what was given by it arrives.
func TestNewerMeans(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]string{"5.37.0": "text", "9.9.0": "text", "10.11.0": "text", "11.0.0": "text", "11.1.0": "date", "11.11.0": "date"} {
		r := newRoom(t, mattermostfake.Options{Version: version}, bottest.Settings{})
		staff := r.Seat("staff")
		if err := errors.Join(staff.Pick("report"), staff.Press(words.Get("gate.go-on"))); err != nil {
			t.Fatal(err)
		}
		d, _ := r.fake.Seat("staff").Dialog()
		kinds := map[string]string{}
		for _, e := range d.Dialog.Elements {
			kinds[e.Name] = e.Type
			if e.MultiSelect || e.Type == "file" || e.Refresh {
				t.Errorf("%s: %s is a %s", version, e.Name, e.Type)
			}
		}
		if kinds["q.when"] != want {
			t.Errorf("%s: a day that need not be given is asked for by %q, want %q", version, kinds["q.when"], want)
		}
		form := report("The clinic.")
		form["q.when"] = []string{"2026-11-02"}
		if err := staff.Send(form); err != nil {
			t.Fatal(err)
		}
		if _, err := bottest.ReceiptOn(staff.Sees()); err != nil {
			t.Errorf("%s: %v: %s", version, err, staff.Sees().Text)
		}
	}
}

// TestDayThatIsNone: what was typed and is no day comes back where it can be mended.
func TestDayThatIsNone(t *testing.T) {
	t.Parallel()
	r := newRoom(t, mattermostfake.Options{Version: "11.11.0"}, bottest.Settings{})
	staff := r.Seat("staff")
	form := report("The clinic.")
	form["q.when"] = []string{"last week"}
	if err := errors.Join(staff.Pick("report"), staff.Press(words.Get("gate.go-on")), staff.Send(form)); err != nil {
		t.Fatal(err)
	}
	if staff.Sees().Problems["q.when"] == "" {
		t.Fatalf("it was taken: %s", staff.Sees().Text)
	}
	if err := staff.Send(url.Values{"q.when": {""}}); err != nil {
		t.Fatal(err)
	}
	if _, err := bottest.ReceiptOn(staff.Sees()); err != nil {
		t.Errorf("%v: %s", err, staff.Sees().Text)
	}
}
