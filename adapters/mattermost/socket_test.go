package mattermost_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"ombra/adapters/mattermost"
	"ombra/adapters/mattermost/mattermostfake"
	"ombra/bot"
	"ombra/bot/bottest"
)

// unlooked is a bot that looks through its conversations only when it has to: what it
// finds, the socket told it of.
func unlooked(o *mattermost.Options) { o.Look = time.Hour }

// TestResume: what was said while the socket was broken comes when it is back: given
// again by the server, or, where the server has forgotten, asked for.
func TestResume(t *testing.T) {
	t.Parallel()
	for what, breaks := range map[string]func(*mattermostfake.Server){
		"broken": (*mattermostfake.Server).DropSockets, "forgotten": (*mattermostfake.Server).ForgetConnections,
		"restarted": func(s *mattermostfake.Server) { _ = s.Restart() },
	} {
		r := newRoom(t, mattermostfake.Options{Patience: 5 * time.Second}, bottest.Settings{}, unlooked)
		p := r.fake.Seat("staff")
		before := len(p.Direct())
		asked := strings.Count(r.fake.Log(), "/posts\"")
		soon(t, "the socket", func() bool { return r.fake.Sockets(r.bot) > 0 })
		breaks(r.fake)
		if err := p.Say("I saw it."); err != nil {
			t.Fatal(err)
		}
		soon(t, what+": the answer", func() bool { return len(p.Direct()) == before+1 })
		soon(t, "the socket", func() bool { return r.fake.Sockets(r.bot) > 0 })
		_ = r.fake.Settle(settled)
		if n := len(p.Direct()); n != before+1 {
			t.Errorf("%s: %d answers", what, n-before)
		}
		if n := strings.Count(r.fake.Log(), "/posts\"") - asked; what == "broken" && n > 2 {
			t.Errorf("it was asked for, though the server gives it again: %d", n)
		}
		r.stop()
	}
}

// TestRevokedToken: a bot whose token is refused says so once, tries seldom, and goes
// on when it is taken again.
func TestRevokedToken(t *testing.T) {
	t.Parallel()
	r := newRoom(t, mattermostfake.Options{}, bottest.Settings{}, unlooked)
	soon(t, "the socket", func() bool { return r.fake.Sockets(r.bot) > 0 })
	r.fake.Deactivate(r.bot)
	soon(t, "the line", func() bool { return strings.Contains(r.logs.String(), "refuses the bot's token") })
	if list := r.a.Check(context.Background()); !found(list, "refuses the bot's token") {
		t.Errorf("check finds: %+v", list)
	}
	if err := r.a.Tell(context.Background(), bot.NewAccount(r.fake.Seat("anna").Account()), "k", bot.Step{Title: "x", Text: "y", Kept: true}); err == nil {
		t.Error("a notice was told")
	}
	if n := strings.Count(r.logs.String(), "refuses the bot's token"); n != 1 {
		t.Errorf("it says so %d times", n)
	}
}

// TestCoverOutlivesRestart: a cover that was posted before the bot was started anew
// leads back all the same.
func TestCoverOutlivesRestart(t *testing.T) {
	t.Parallel()
	r := newRoom(t, mattermostfake.Options{Client: fresh()}, bottest.Settings{})
	p := r.fake.Seat("staff")
	if err := p.Say("I saw it."); err != nil || !p.Sees().Has(words.Get("cover.text")) {
		t.Fatalf("%v: %s", err, p.Sees().Text)
	}
	r.stop()
	a := r.reopen(t)
	r.serve(t, a, r.Office.Bot.Handle)
	if err := p.Press(words.Get("mattermost.show")); err != nil || !p.Sees().Has(words.Get("said.title")) {
		t.Errorf("%v: %s", err, p.Sees().Text)
	}
}
