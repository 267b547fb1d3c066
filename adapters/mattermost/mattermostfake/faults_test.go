package mattermostfake_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	fake "ombra/adapters/mattermost/mattermostfake"
)

// TestFaults: a request fails before or after it took effect, or late, or with
// its connection; people's clients are spared.
func TestFaults(t *testing.T) {
	d := open(t, fake.Options{})
	ctx := context.Background()
	p := d.srv.Seat("anna")
	channel, _, err := d.client.CreateDirectChannel(ctx, d.bot.ID, p.ID)
	must(t, err)
	create := func(text string) (*model.Response, error) {
		_, resp, err := d.client.CreatePost(ctx, &model.Post{ChannelId: channel.Id, Message: text})
		return resp, err
	}
	const on = "POST /api/v4/posts"
	d.srv.Fail(fake.Fault{On: on, Status: 500})
	if _, err := create("500"); err == nil {
		t.Error("no 500")
	}
	d.srv.Fail(fake.Fault{On: on, Status: 500, Done: true})
	if _, err := create("500, done"); err == nil {
		t.Error("no 500")
	}
	d.srv.Fail(fake.Fault{On: on, Status: 429, After: 7})
	resp, err := create("429")
	if err == nil || resp.StatusCode != 429 || resp.Header.Get("X-RateLimit-Reset") != "7" {
		t.Errorf("%v", err)
	}
	d.srv.Fail(fake.Fault{On: on, Cut: true, Done: true})
	if resp, err := create("cut, done"); err == nil || resp != nil && resp.StatusCode != 0 {
		t.Errorf("an answer came: %v", err)
	}
	d.srv.Fail(fake.Fault{On: on, Slow: 50 * time.Millisecond})
	start := time.Now()
	if _, err := create("slow"); err != nil || time.Since(start) < 50*time.Millisecond {
		t.Errorf("not slow: %v", err)
	}
	d.srv.Fail(fake.Fault{On: on, Status: 500, Every: 3, Times: -1})
	failed := 0
	for range 9 {
		if _, err := create("some"); err != nil {
			failed++
		}
	}
	if failed != 3 {
		t.Errorf("%d of 9 failed", failed)
	}
	d.srv.Heal()
	if _, err := create("healed"); err != nil {
		t.Error(err)
	}
	var texts []string
	for _, post := range d.srv.Posts(d.bot) {
		if post.Message != "some" {
			texts = append(texts, post.Message)
		}
	}
	if got := strings.Join(texts, "; "); got != "500, done; cut, done; slow; healed" {
		t.Errorf("stored: %s", got)
	}
	// While it is down nothing answers; after that everything is still there.
	d.srv.Stop()
	if _, err := create("down"); err == nil {
		t.Error("it is down, and answers")
	}
	must(t, d.srv.Resume())
	if _, err := create("up"); err != nil {
		t.Error(err)
	}
}

// TestTwice: a callback is delivered twice, and the second answer counts.
func TestTwice(t *testing.T) {
	d := open(t, fake.Options{})
	d.srv.Weather(fake.Weather{Twice: 1})
	n := 0
	d.slash = func(url.Values) any {
		n++
		return model.CommandResponse{Text: strings.Repeat("x", n)}
	}
	p := d.srv.Seat("anna")
	must(t, p.Pick(""))
	if n != 2 || p.Sees().Text != "xx\n" {
		t.Errorf("%d, %q", n, p.Sees().Text)
	}
}

// TestPending: a post that comes again under the id that its client gave it is the
// same one; not from somebody else, not after a while, not after a restart.
func TestPending(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	d := open(t, fake.Options{Now: func() time.Time { return now }})
	ctx := context.Background()
	p := d.srv.Seat("anna")
	c, _, err := d.client.CreateDirectChannel(ctx, d.bot.ID, p.ID)
	must(t, err)
	post := func(token string) string {
		t.Helper()
		client := d.srv.Client(token)
		client.HTTPClient = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // a restart breaks those that are kept
		made, _, err := client.CreatePost(ctx, &model.Post{ChannelId: c.Id, Message: "once", PendingPostId: "mine"})
		must(t, err)
		return made.Id
	}
	first := post(d.bot.Token)
	if post(d.bot.Token) != first {
		t.Error("it was posted twice")
	}
	if post(p.Token) == first {
		t.Error("another's was taken for it")
	}
	must(t, d.srv.Restart())
	second := post(d.bot.Token)
	now = now.Add(time.Minute)
	if second == first || post(d.bot.Token) == second {
		t.Error("it is remembered for ever")
	}
}

// TestOwners: with its owner a bot goes, if the setting says so.
func TestOwners(t *testing.T) {
	for _, dies := range []bool{true, false} {
		d := open(t, fake.Options{})
		d.srv.Configure("ServiceSettings", "DisableBotsWhenOwnerIsDeactivated", dies)
		d.srv.Deactivate(d.admin)
		_, resp, err := d.client.GetMe(context.Background(), "")
		if dies != (err != nil) || dies && resp.StatusCode != http.StatusUnauthorized {
			t.Errorf("dies %v: %v", dies, err)
		}
	}
}

// TestTeams: each has commands of its own; accounts and teams are removed for good
// only where the settings let them.
func TestTeams(t *testing.T) {
	d := open(t, fake.Options{})
	ctx := context.Background()
	admin := d.srv.Client(d.admin.Token)
	before := d.srv.Left()
	team, _, err := admin.CreateTeam(ctx, &model.Team{Name: "second-team", DisplayName: "Second", Type: model.TeamInvite})
	must(t, err)
	_, _, err = admin.CreateCommand(ctx, &model.Command{TeamId: team.Id, Trigger: "ombra", URL: d.URL + "/slash", Method: "P"})
	must(t, err)
	for id, want := range map[string]int{team.Id: 1, d.srv.TeamID(): 1} {
		list, _, err := admin.ListCommands(ctx, id, true)
		must(t, err)
		if len(list) != want || list[0].TeamId != id {
			t.Errorf("%d commands", len(list))
		}
	}
	u, _, err := admin.CreateUser(ctx, &model.User{Username: "someone", Email: "someone@localhost", Password: "long enough"})
	must(t, err)
	if _, err := admin.PermanentDeleteUser(ctx, u.Id); err == nil {
		t.Error("an account was removed for good, and may not be")
	}
	if _, err := admin.PermanentDeleteTeam(ctx, team.Id); err == nil {
		t.Error("a team was removed for good, and may not be")
	}
	list, _, err := admin.ListCommands(ctx, team.Id, true)
	must(t, err)
	_, err = admin.DeleteCommand(ctx, list[0].Id)
	must(t, err)
	_, err = admin.UpdateUserActive(ctx, u.Id, false)
	must(t, err)
	_, err = admin.SoftDeleteTeam(ctx, team.Id)
	must(t, err)
	if after := d.srv.Left(); after != before {
		t.Errorf("left over: %s, was %s", after, before)
	}
}
