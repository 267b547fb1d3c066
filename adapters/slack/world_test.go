package slack_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"ombra/adapters/slack"
	"ombra/adapters/slack/slackfake"
	"ombra/bot"
	"ombra/bot/bottest"
	"ombra/bot/say"
)

var words = say.In("en")

// A setup is a workspace, an office in it, and what was changed about both.
type setup struct {
	mode    string
	fake    func(*slackfake.Options)
	adapter func(*slack.Options)
	office  func(*bottest.Settings)
	handle  func(bot.Handler) bot.Handler // put around the bot
	log     *slog.Logger
}

// A place is a workspace with an office.
type place struct {
	*slackfake.Server
	*bottest.World

	adapter *slack.Adapter
	stop    func()
}

var names = []string{"anna", "bela", "chris"}

// open makes a place and waits until Slack and the office hear each other.
func open(tb testing.TB, set setup) *place {
	tb.Helper()
	fo := slackfake.Options{Patience: patience, Linger: 1500 * time.Millisecond, Waiting: func(s bottest.Screen) bool { return strings.Contains(s.Text, words.Get("slack.wait-title")) }}
	ao := slack.Options{
		Mode: set.mode, Listen: "127.0.0.1:0", Attachments: slack.AnyFile, Wait: 500 * time.Millisecond, Gap: 10 * time.Millisecond, Foreign: time.Minute,
		People: map[string]string{}, Log: set.log,
	}
	if set.adapter != nil {
		set.adapter(&ao)
	}
	fo.Manifest = slack.Manifest(slack.Plan{Name: "Ombra", Mode: ao.Mode, URL: "https://ombra.example/slack", Direct: ao.Direct, Attachments: ao.Attachments})
	ours := string(fo.Manifest)
	if set.fake != nil {
		set.fake(&fo)
	}
	fake, err := slackfake.New(fo)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		_ = fake.Close()
		if string(fo.Manifest) == ours {
			fits(tb, fake.Calls())
		}
	})
	ao.APIURL = fake.API()
	ao.BotToken, ao.AppToken, ao.SigningSecret = slack.Hide(fake.BotToken()), slack.Hide(fake.AppToken()), slack.Hide(fake.SigningSecret())
	ombudsmen := map[string]string{}
	for _, name := range names {
		account := "slack:" + fake.Team() + "/" + fake.Person(name).ID()
		ombudsmen[account], ao.People[account] = name, name
	}
	p := &place{Server: fake}
	settings := bottest.Settings{}
	if set.office != nil {
		set.office(&settings)
	}
	change := settings.Options
	settings.Options = func(o *bot.Options) {
		if change != nil {
			change(o)
		}
		o.Ombudsmen = ombudsmen
		if len(o.Oversight) > 0 { // an account is of the workspace
			vera := "slack:" + fake.Team() + "/" + fake.Person("vera").ID()
			o.Oversight, ao.People[vera] = map[string]string{vera: "vera"}, "vera"
		}
		ao.Verbs = bot.New(*o).Verbs()
		if p.adapter, err = slack.New(ao); err != nil {
			tb.Fatal(err)
		}
		o.Platforms = map[string]bot.Platform{"slack": p.adapter}
	}
	office := bottest.OpenOffice(tb, settings)
	h := office.Bot.Handle
	if set.handle != nil {
		h = set.handle(h)
	}
	p.serve(tb, ao.Mode, h)
	p.World = p.world(office)
	return p
}

func (p *place) serve(tb testing.TB, mode string, h bot.Handler) {
	tb.Helper()
	if err := p.adapter.Listen(); err != nil {
		tb.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- p.adapter.Serve(ctx, h) }()
	p.stop = func() {
		cancel()
		if err := <-ended; err != nil {
			tb.Error(err)
		}
		ended <- nil
	}
	tb.Cleanup(p.stop)
	if mode == slack.HTTP {
		p.SetRequestURL("http://" + p.adapter.Addr() + slack.Path)
		for range 100 {
			if p.VerifyURL() == nil {
				return
			}
			<-time.After(10 * time.Millisecond)
		}
		tb.Fatal("the request URL does not answer")
	}
	until(tb, p.adapter.Up)
}

// fits: whatever was shown was within Slack's limits.
func fits(tb testing.TB, calls []slackfake.Call) {
	tb.Helper()
	for _, c := range calls {
		switch c.Error {
		case "invalid_arguments", "invalid_blocks", "invalid_blocks_format", "view_too_large", "too_large", "msg_too_long", "duplicate_external_id", "push_limit_reached":
			tb.Errorf("Slack refused a %s: %s", c.Method, c.Error)
		}
	}
}

func (p *place) account(name string) bot.Account {
	return bot.NewAccount("slack:" + p.Team() + "/" + p.Person(name).ID())
}

func (p *place) world(office *bottest.Office) *bottest.World {
	return &bottest.World{
		Office: office, Settle: p.calm,
		Seat: func(account string) bottest.Person { return p.Person(account) },
		Means: bottest.Means{
			Via: bot.Via{Name: "slack", Exposed: true},
			Notices: func(account string) (list []bottest.Screen) {
				for _, s := range p.Person(account).Inbox() {
					if strings.Contains(s.Text, words.Get("notice.title")) || strings.Contains(s.Text, "News") {
						list = append(list, s)
					}
				}
				return list
			},
			Notify: func(account, key string, s bot.Step) error {
				return p.adapter.Tell(context.Background(), p.account(account), key, s)
			},
			Again: func(account string) error { return p.Person(account).Again() },
			Reach: func(account, owner, label string) error { return p.Person(account).Reach(p.Person(owner), label) },
			Bare:  func(account string) { p.Person(account).Bare() },
		},
	}
}
