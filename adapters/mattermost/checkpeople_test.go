package mattermost_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"ombra/adapters/mattermost"
	"ombra/adapters/mattermost/mattermostfake"
	"ombra/bot/bottest"
)

// TestCheckPeople: why somebody of the office cannot be told anything, each with
// what to click.
func TestCheckPeople(t *testing.T) {
	t.Parallel()
	r := newRoom(t, mattermostfake.Options{}, bottest.Settings{})
	left := r.fake.AddUser("left")
	r.fake.Deactivate(left)
	for name, test := range map[string]struct{ id, what, mend string }{
		"nobody":       {strings.Repeat("a", 26), "vera has no account in Mattermost under that user id", "System Console, under Users"},
		"switched off": {left.ID, "vera has no account in Mattermost that is switched on", "[oversight.vera] out of"},
		"a bot":        {r.bot.ID, "vera in Mattermost is a bot's", "own account"},
		"well":         {r.admin.ID, "", ""},
	} {
		o := r.o
		o.People = map[string]string{test.id: "vera"}
		a, err := mattermost.New(o)
		if err != nil {
			t.Fatal(err)
		}
		list := a.Check(context.Background())
		if test.what == "" && len(list) > 0 || test.what != "" && (len(list) != 1 || !found(list, test.what) || !strings.Contains(list[0].Mend, test.mend)) {
			t.Errorf("%s: %+v", name, list)
		}
	}
	o := r.o
	o.People = map[string]string{r.admin.ID: "vera"}
	a, err := mattermost.New(o)
	if err != nil {
		t.Fatal(err)
	}
	r.fake.Fail(mattermostfake.Fault{On: "GET /api/v4/users/" + r.admin.ID, Status: http.StatusForbidden})
	if list := a.Check(context.Background()); !found(list, "did not say whether vera") {
		t.Errorf("what is not known is not said: %+v", list)
	}
}

// TestSetupSaysWhoRefused: an administrator's token that does not work, and a server
// that is not there.
func TestSetupSaysWhoRefused(t *testing.T) {
	s := mattermostfake.Start(t, mattermostfake.Options{})
	o := mattermost.SetupOptions{
		URL: s.URL(), Admin: mattermost.NewSecret("none"), Bot: "ombra", Name: "The Office", Public: "http://127.0.0.1:9", Paths: mattermost.NewSecret(pathSecret),
	}
	if _, err := mattermost.Setup(t.Context(), o); err == nil || !strings.Contains(err.Error(), "does not take the administrator's token") {
		t.Errorf("a token that is none: %v", err)
	}
	o.URL = "http://127.0.0.1:1"
	if _, err := mattermost.Setup(t.Context(), o); err == nil || !strings.Contains(err.Error(), "nobody answers") {
		t.Errorf("no server: %v", err)
	}
}
