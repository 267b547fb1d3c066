package slack_test

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"ombra/adapters/slack"
	"ombra/adapters/slack/slackfake"
	"ombra/bot"
	"ombra/bot/bottest"
)

func must(tb testing.TB, errs ...error) {
	tb.Helper()
	for _, err := range errs {
		if err != nil {
			tb.Fatal(err)
		}
	}
}

func sees(tb testing.TB, p bottest.Person, key string) {
	tb.Helper()
	strip := strings.NewReplacer("*", "", "\n", " ", "  ", " ")
	if !strings.Contains(strip.Replace(p.Sees().Text), strip.Replace(words.Get(key))) {
		tb.Fatalf("want %q, got: %s", words.Get(key), p.Sees().Text)
	}
}

var good = url.Values{"q.what": {"The tool hit a clinic."}, "q.concerned": {"The cell"}, "q.category": {"other"}}

// files files a report and returns the receipt, unproved.
func files(tb testing.TB, p bottest.Person) string {
	tb.Helper()
	must(tb, p.Pick("report"), p.Press(words.Get("gate.go-on")), p.Send(good))
	rec, err := bottest.ReceiptOn(p.Sees())
	must(tb, err)
	return rec
}

// TestReceiptClosed: whoever closes the view of the receipt gets a way back that
// Slack does not keep, for a quarter of an hour; a proved one is gone.
func TestReceiptClosed(t *testing.T) {
	t.Parallel()
	p := open(t, setup{})
	staff := p.Person("staff")
	must(t, staff.Messages())
	rec := files(t, staff)
	must(t, staff.Close(), staff.Messages())
	screen := staff.Sees()
	if !screen.Private || !slices.Equal(screen.Buttons, []string{words.Get("receipt.again")}) {
		t.Fatalf("no way back that is not kept: %v %q %s", screen.Private, screen.Buttons, screen.Text)
	}
	must(t, staff.Press(words.Get("receipt.again")))
	again, err := bottest.ReceiptOn(staff.Sees())
	if err != nil || again != rec || !staff.Sees().Private {
		t.Fatalf("it leads to %v %s", err, staff.Sees().Text)
	}
	must(t, staff.Dismiss(), staff.Messages())
	p.Office.Pass(16 * time.Minute)
	must(t, staff.Press(words.Get("receipt.again")))
	sees(t, staff, "receipt.late")
	must(t, staff.Close())
	before := len(p.Calls())
	rec = files(t, staff)
	group, err := bottest.GroupOn(staff.Sees(), rec)
	must(t, err, staff.Send(url.Values{"group": {group}}), staff.Close())
	for _, c := range p.Calls()[before:] {
		if c.Method == "chat.postEphemeral" {
			t.Error("a proved receipt is offered again")
		}
	}
	if bytes.Contains(p.Export(), []byte(rec)) {
		t.Error("Slack keeps the receipt")
	}
}

// TestCardComesFirst: the card of law 7 stands in the conversation before anyone
// types, once, also after a restart.
func TestCardComesFirst(t *testing.T) {
	t.Parallel()
	p := open(t, setup{})
	staff := p.Person("staff")
	must(t, staff.Messages())
	sees(t, staff, "platform.slack")
	must(t, staff.Home(), staff.Messages(), staff.Say("hello"), staff.Messages())
	if n := cards(staff); n != 1 {
		t.Errorf("the card stands there %d times", n)
	}
	other := p.Person("another")
	must(t, other.Say("something at once"))
	if n := cards(other); n != 1 {
		t.Errorf("whoever types at once sees the card %d times", n)
	}
}

func cards(p *hands) (n int) {
	for _, s := range p.Inbox() {
		if strings.Contains(s.Text, words.Get("home.title")) {
			n++
		}
	}
	return n
}

// TestCommands: one word that is a verb is taken, anything else is not read, and
// nothing of it is repeated.
func TestCommands(t *testing.T) {
	t.Parallel()
	p := open(t, setup{})
	staff := p.Person("staff")
	for line, key := range map[string]string{
		"/ombra": "home.title", "/ombra   REPORT ": "gate.report", "/ombra case": "case.title", "/ombra inbox": "help.title",
		"/ombra I saw a " + canary: "slack.stray", "/ombra report " + canary: "slack.stray",
	} {
		must(t, staff.Command(line))
		screen := staff.Sees()
		if !strings.Contains(screen.Text, strings.Split(words.Get(key), "\n")[0]) || !screen.Private || screen.Has(canary) {
			t.Errorf("%s: private %v, %s", line, screen.Private, screen.Text)
		}
	}
	for name, key := range map[string]string{"report": "gate.report", "redress": "gate.redress", "case": "case.title"} {
		must(t, staff.Shortcut(name))
		sees(t, staff, key)
	}
}

// TestButtonsOnly: nobody types where Slack keeps it. All the rest is there.
func TestButtonsOnly(t *testing.T) {
	t.Parallel()
	p := open(t, setup{adapter: func(o *slack.Options) { o.Direct = slack.ButtonsOnly }})
	staff := p.Person("staff")
	must(t, staff.Messages(), staff.Home())
	sees(t, staff, "platform.slack")
	if err := staff.Say("hello"); err == nil {
		t.Error("somebody typed")
	}
	must(t, staff.Press(words.Get("verb.report")), staff.Press(words.Get("gate.go-on")), staff.Send(good))
	sees(t, staff, "receipt.group-help")
	for _, c := range p.Calls() {
		if c.Error != "" {
			t.Errorf("%s was refused: %s", c.Method, c.Error)
		}
	}
	if found := p.adapter.Check(t.Context()); len(found) > 0 {
		t.Errorf("%q", found)
	}
}

// TestSlow: whoever waits is told so within the acknowledgement, with what was
// typed; the answer takes its place. Closed meanwhile, it comes as a cover.
func TestSlow(t *testing.T) {
	t.Parallel()
	release := make(chan struct{}, 10)
	slow := false
	p := open(t, setup{
		adapter: func(o *slack.Options) { o.Wait = patience / 15 },
		fake:    func(o *slackfake.Options) { o.Waiting = nil },
		handle: func(h bot.Handler) bot.Handler {
			return func(ctx context.Context, ev bot.Event) bot.Step {
				step := h(ctx, ev)
				if slow && ev.Form {
					<-release
				}
				return step
			}
		},
	})
	staff := p.Server.Person("staff")
	for name, text := range map[string]string{"short": "What I saw.", "long": strings.Repeat("漢字 ", 999)} {
		slow = false
		must(t, staff.Pick("report"), staff.Press(words.Get("gate.go-on")))
		slow = true
		must(t, staff.Send(url.Values{"q.what": {text}, "q.concerned": {"nobody in particular"}, "q.category": {"other"}}))
		sees(t, staff, "slack.wait-title")
		if s := staff.Sees(); !s.Has(strings.TrimSpace(text)) || s.Has("nobody in particular") {
			t.Errorf("%s: what was typed is not there: %.300s", name, s.Text)
		}
		release <- struct{}{}
		until(t, func() bool { return staff.Sees().Has(words.Get("receipt.group-help")) })
	}
	slow = false
	must(t, staff.Pick("report"), staff.Press(words.Get("gate.go-on")))
	slow = true
	must(t, staff.Send(good), staff.Close())
	release <- struct{}{}
	until(t, func() bool { return p.adapter.InFlight() == 0 })
	slow = false
	sees(t, staff, "cover.text")
	must(t, staff.Press(words.Get("receipt.again")))
	sees(t, staff, "receipt.group-help")
}

func until(tb testing.TB, holds func() bool) {
	tb.Helper()
	for end := time.After(15 * time.Second); !holds(); {
		select {
		case <-end:
			tb.Fatal("it does not come")
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// TestStop: what is under way when the office stops is answered.
func TestStop(t *testing.T) {
	t.Parallel()
	for _, mode := range both {
		t.Run(mode, func(t *testing.T) {
			begun, release := make(chan struct{}), make(chan struct{})
			p := open(t, setup{mode: mode, handle: func(h bot.Handler) bot.Handler {
				return func(ctx context.Context, ev bot.Event) bot.Step {
					if ev.Form {
						close(begun)
						<-release
					}
					return h(ctx, ev)
				}
			}})
			staff := p.Server.Person("staff")
			must(t, staff.Pick("report"), staff.Press(words.Get("gate.go-on")))
			sent := make(chan error, 1)
			go func() { sent <- staff.Send(good) }()
			<-begun
			stopped := make(chan struct{})
			go func() { p.stop(); close(stopped) }()
			<-time.After(50 * time.Millisecond)
			close(release)
			must(t, <-sent)
			<-stopped
			sees(t, staff, "receipt.group-help")
		})
	}
}

// TestPanics: a panic of the bot costs one answer.
func TestPanics(t *testing.T) {
	t.Parallel()
	p := open(t, setup{handle: func(h bot.Handler) bot.Handler {
		return func(ctx context.Context, ev bot.Event) bot.Step {
			if ev.Form {
				panic(fmt.Sprint(ev.Values))
			}
			return h(ctx, ev)
		}
	}})
	staff := p.Server.Person("staff")
	must(t, staff.Pick("report"), staff.Press(words.Get("gate.go-on")), staff.Send(good))
	sees(t, staff, "slack.failed")
	must(t, staff.Pick("help"))
	sees(t, staff, "help.title")
}
