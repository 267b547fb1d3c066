package slack_test

import (
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
	"time"

	"ombra/adapters/slack"
	"ombra/adapters/slack/slackfake"
	"ombra/bot"
)

// look checks an office that is not served.
func look(t *testing.T, fake *slackfake.Server, change func(*slack.Options)) []bot.Finding {
	t.Helper()
	o := slack.Options{
		BotToken: slack.Hide(fake.BotToken()), AppToken: slack.Hide(fake.AppToken()), SigningSecret: slack.Hide(fake.SigningSecret()),
		APIURL: fake.API(), Listen: "127.0.0.1:0", Foreign: 600 * time.Millisecond, People: map[string]string{"slack:" + fake.Team() + "/" + fake.Person("dora").ID(): "dora", "terminal:x": "x"},
	}
	if change != nil {
		change(&o)
	}
	a, err := slack.New(o)
	must(t, err)
	return a.Check(t.Context())
}

func installed(t *testing.T, p slack.Plan) *slackfake.Server {
	t.Helper()
	p.Name = "Ombra"
	fake, err := slackfake.New(slackfake.Options{Manifest: slack.Manifest(p)})
	must(t, err)
	t.Cleanup(func() { _ = fake.Close() })
	return fake
}

// wants: there is one finding, and it is this one, whole.
func wants(t *testing.T, found []bot.Finding, key string, slots ...string) {
	t.Helper()
	want := bot.Finding{What: words.Get("slack.check-"+key, slots...), Mend: words.Get("slack.mend-"+key, slots...)}
	if len(found) != 1 || found[0] != want {
		t.Errorf("found %q, want %q", found, want)
	}
	if text := want.What + want.Mend; strings.ContainsAny(text, "{}") {
		t.Errorf("a slot is not filled: %s", text)
	}
}

// TestCheckFindsNothing: an app made from the manifest, as it should be.
func TestCheckFindsNothing(t *testing.T) {
	for _, p := range plans() {
		fake := installed(t, p)
		found := look(t, fake, func(o *slack.Options) { o.Mode, o.Direct, o.Attachments = p.Mode, p.Direct, p.Attachments })
		if len(found) > 0 {
			t.Errorf("%+v: %q", p, found)
		}
		if fake.Connections() > 1 {
			t.Error("a connection is left open")
		}
	}
}

// TestCheckTokens: what is wrong with a token, and where to get another.
func TestCheckTokens(t *testing.T) {
	fake := installed(t, slack.Plan{})
	for name, test := range map[string]struct {
		key    string
		change func(*slack.Options)
	}{
		"no such bot token": {"bot-token", func(o *slack.Options) { o.BotToken = slack.Hide("xoxb-wrong") }},
		"no bot's token":    {"bot-kind", func(o *slack.Options) { o.BotToken = slack.Hide(fake.AppToken()) }},
		"rotated":           {"rotation", func(o *slack.Options) { o.BotToken, o.APIURL = slack.Hide("xoxe.xoxb-1-x"), knowing(t, fake) }},
		"away":              {"away", func(o *slack.Options) { o.APIURL = "http://127.0.0.1:1/api/" }},
		"no such app token": {"app-token", func(o *slack.Options) { o.AppToken = slack.Hide("xapp-wrong") }},
		"no app's token":    {"app-token", func(o *slack.Options) { o.AppToken = slack.Hide(fake.BotToken()) }},
	} {
		t.Run(name, func(t *testing.T) { wants(t, look(t, fake, test.change), test.key) })
	}
	fake.LimitAppToken()
	wants(t, look(t, fake, nil), "app-scope")
}

// knowing is a way to the workspace on which every token is the bot's.
func knowing(t *testing.T, fake *slackfake.Server) (api string) {
	t.Helper()
	to, err := url.Parse(fake.API())
	must(t, err)
	way := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(&url.URL{Scheme: to.Scheme, Host: to.Host})
		r.Out.Header.Set("Authorization", "Bearer "+fake.BotToken())
	}})
	t.Cleanup(way.Close)
	return way.URL + "/api/"
}

// TestCheckScopes: a right that lacks and one too many, each by name.
func TestCheckScopes(t *testing.T) {
	most, least := slack.Plan{}, slack.Plan{Attachments: slack.NoFile}
	wants(t, look(t, installed(t, least), nil), "scope-missing", "scope", "files:read")
	wants(t, look(t, installed(t, most), func(o *slack.Options) { o.Attachments = slack.NoFile }), "scope-extra", "scope", "files:read")
	wants(t, look(t, installed(t, most), func(o *slack.Options) { o.Direct = slack.ButtonsOnly }), "scope-extra", "scope", "im:history")
	// Without im:write nobody can be asked for, and that is one finding.
	none, err := slackfake.New(slackfake.Options{Manifest: without(t, slack.Plan{Name: "Ombra"}, "im:write")})
	must(t, err)
	t.Cleanup(func() { _ = none.Close() })
	wants(t, look(t, none, nil), "scope-missing", "scope", "im:write")
}

// TestCheckPeople: why somebody of the office cannot be reached.
func TestCheckPeople(t *testing.T) {
	fake := installed(t, slack.Plan{})
	for is, key := range map[slackfake.Standing]string{
		slackfake.Deactivated: "deactivated", slackfake.Robot: "robot", slackfake.Hidden: "hidden", slackfake.Stranger: "stranger",
	} {
		fake.Person("dora").Becomes(is)
		wants(t, look(t, fake, nil), key, "name", "dora")
	}
	fake.Person("dora").Becomes(slackfake.Member)
	for account, key := range map[string]string{
		fake.Team() + "/U0NOBODY00": "nobody", fake.Team() + "/" + fake.BotUser(): "robot", "T0OTHER/U012345678": "workspace",
	} {
		wants(t, look(t, fake, func(o *slack.Options) { o.People = map[string]string{"slack:" + account: "vera"} }), key, "name", "vera", "team", fake.Team())
	}
	fake.Break(slackfake.Fault{Method: "conversations.open", Kind: slackfake.Broken, Times: -1})
	wants(t, look(t, fake, nil), "unsure", "name", "dora")
}

// TestCheckServed: somebody who left is found although their conversation is
// known, and a connection that is down although the office is served.
func TestCheckServed(t *testing.T) {
	p := open(t, setup{})
	must(t, p.adapter.Tell(t.Context(), p.account("bela"), "k", bot.Step{Title: "News", Text: "There is news.", Kept: true}))
	if found := p.adapter.Check(t.Context()); len(found) > 0 {
		t.Errorf("%q", found)
	}
	p.Person("bela").Becomes(slackfake.Deactivated)
	wants(t, p.adapter.Check(t.Context()), "deactivated", "name", "bela")
	p.Person("bela").Becomes(slackfake.Member)

	p.LimitAppToken()
	p.KillSockets()
	until(t, func() bool { return len(p.refused()) > 3 })
	wants(t, p.adapter.Check(t.Context()), "app-scope")
}

// TestCheckNotServed: what only a connection of our own can tell.
func TestCheckNotServed(t *testing.T) {
	p := open(t, setup{adapter: func(o *slack.Options) { o.Attachments = slack.SealedOnly }})
	wants(t, look(t, p.Server, nil), "others")
	p.stop()
	until(t, func() bool { return p.Connections() == 0 })
	if found := look(t, p.Server, nil); len(found) > 0 {
		t.Errorf("%q", found)
	}
	p.Disconnect("link_disabled")
	wants(t, look(t, p.Server, nil), "socket-off")
	p.EnableSockets()
	p.Break(slackfake.Fault{Method: "apps.connections.open", Kind: slackfake.Broken, Times: -1})
	wants(t, look(t, p.Server, nil), "links")
}

// TestCheckHTTP: there, nothing is asked about Socket Mode.
func TestCheckHTTP(t *testing.T) {
	fake := installed(t, slack.Plan{Mode: slack.HTTP, URL: "https://o.example/slack"})
	found := look(t, fake, func(o *slack.Options) { o.Mode, o.AppToken = slack.HTTP, nil })
	if len(found) > 0 {
		t.Errorf("%q", found)
	}
	for _, c := range fake.Calls() {
		if c.Method == "apps.connections.open" {
			t.Error("a connection was opened")
		}
	}
}
