package slack_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"ombra/adapters/slack"
	"ombra/adapters/slack/slackfake"
	"ombra/bot"
)

// stranger opens a connection with the app token, as whoever stole it would.
func stranger(t *testing.T, p *place) *websocket.Conn {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.API()+"apps.connections.open", nil)
	must(t, err)
	r.Header.Set("Authorization", "Bearer "+p.AppToken())
	resp, err := http.DefaultClient.Do(r)
	must(t, err)
	defer func() { _ = resp.Body.Close() }()
	var opened struct{ URL string }
	must(t, json.NewDecoder(resp.Body).Decode(&opened))
	ws, dialed, err := websocket.DefaultDialer.DialContext(t.Context(), opened.URL, nil)
	must(t, err)
	_ = dialed.Body.Close()
	return ws
}

// TestForeignConnection: somebody else holds the app token. Intake halts aloud,
// and goes on when they are gone.
func TestForeignConnection(t *testing.T) {
	t.Parallel()
	log := &journal{}
	p := open(t, setup{log: log.logger(), adapter: func(o *slack.Options) { o.Foreign = 200 * time.Millisecond }})
	ws := stranger(t, p)
	defer func() { _ = ws.Close() }()
	until(t, func() bool { return strings.Contains(log.String(), "intake is halted") })
	found := p.adapter.Check(t.Context())
	if len(found) != 1 || !strings.Contains(found[0].What, "somebody else holds the app token") || !strings.Contains(found[0].Mend, "revoke") {
		t.Errorf("%q", found)
	}
	_ = ws.Close()
	until(t, func() bool { return strings.Contains(log.String(), "goes on") })
	if found := p.adapter.Check(t.Context()); len(found) > 0 {
		t.Errorf("%q", found)
	}
	staff := p.Person("staff")
	must(t, staff.Pick("report"))
	sees(t, staff, "gate.report")
}

// TestHalted: while intake is halted nothing reaches the bot, and people are told
// not to type.
func TestHalted(t *testing.T) {
	t.Parallel()
	asked := false
	log := &journal{}
	p := open(t, setup{
		log: log.logger(), adapter: func(o *slack.Options) { o.Foreign = 200 * time.Millisecond },
		handle: func(bot.Handler) bot.Handler {
			return func(_ context.Context, ev bot.Event) bot.Step { asked = asked || ev.Verb != ""; return bot.Step{} }
		},
	})
	ws := stranger(t, p)
	defer func() { _ = ws.Close() }()
	go func() { // and throws away what it gets, so that our own gets the next
		for {
			var f struct {
				Envelope string `json:"envelope_id"`
			}
			if ws.ReadJSON(&f) != nil {
				return
			}
		}
	}()
	until(t, func() bool { return strings.Contains(log.String(), "intake is halted") })
	staff := p.Person("staff")
	for range 6 {
		if staff.Pick("report") == nil && staff.Sees().Text != "" {
			break
		}
	}
	sees(t, staff, "slack.halted")
	if asked {
		t.Error("the bot was asked")
	}
}

// TestConnections: two from the beginning, two after each of the three frames
// and after they were cut, and what Slack says in between reaches us.
func TestConnections(t *testing.T) {
	t.Parallel()
	p := open(t, setup{})
	staff := p.Person("staff")
	for _, reason := range []string{"warning", "refresh_requested"} {
		p.Disconnect(reason)
		must(t, staff.Pick("help")) // at once: nothing is dropped
		sees(t, staff, "help.title")
		until(t, func() bool { return p.Connections() == 4 }) // new before old
		p.Advance(11 * time.Second)
		until(t, func() bool { return p.Connections() == 2 })
	}
	p.Disconnect("link_disabled")
	until(t, func() bool {
		return slices.ContainsFunc(p.adapter.Check(t.Context()), func(f bot.Finding) bool { return strings.Contains(f.What, "switched off") })
	})
	p.EnableSockets()
	until(t, func() bool { return p.Connections() == 2 })
	p.KillSockets()
	until(t, func() bool { return p.Connections() == 2 && len(p.adapter.Check(t.Context())) == 0 })
}

// TestTell: a notice is told once, at Slack's pace; who is gone is said to be.
func TestTell(t *testing.T) {
	t.Parallel()
	p := open(t, setup{adapter: func(o *slack.Options) { o.Gap = time.Second }})
	news := bot.Step{Title: "News", Text: "There is news.", Kept: true}
	began := time.Now()
	for i := range 3 {
		must(t, p.adapter.Tell(t.Context(), p.account("anna"), fmt.Sprint(i), news))
		must(t, p.adapter.Tell(t.Context(), p.account("anna"), fmt.Sprint(i), news))
	}
	if n, took := len(p.Person("anna").Inbox()), time.Since(began); n != 3 || took < 2*time.Second {
		t.Errorf("%d messages in %v", n, took)
	}
	for what, to := range map[string]bot.Account{
		"nobody": bot.NewAccount("slack:" + p.Team() + "/U0NOBODY00"), "no user": bot.NewAccount("slack:x"), "another platform": bot.NewAccount("terminal:anna"),
	} {
		var un *bot.Undelivered
		if err := p.adapter.Tell(t.Context(), to, "k", news); !errors.As(err, &un) || !un.Gone {
			t.Errorf("%s: %v", what, err)
		}
	}
	p.Break(slackfake.Fault{Method: "chat.postMessage", Kind: slackfake.Throttled, Times: -1, After: 30 * time.Second})
	var un *bot.Undelivered
	short, done := context.WithTimeout(t.Context(), 2*time.Second)
	defer done()
	if err := p.adapter.Tell(short, p.account("bela"), "k", news); !errors.As(err, &un) || un.Gone || un.After < 29*time.Second {
		t.Errorf("throttled: %v %+v", err, un)
	}
	private := news
	private.Kept = false
	if err := p.adapter.Tell(t.Context(), p.account("bela"), "k2", private); err == nil {
		t.Error("a private step was told")
	}
}
