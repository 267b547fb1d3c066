package mattermost_test

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"ombra/adapters/mattermost"
	"ombra/adapters/mattermost/mattermostfake"
	"ombra/bot"
	"ombra/bot/bottest"
)

// A room is an office on a Mattermost server that is not there.
type room struct {
	*bottest.World
	fake  *mattermostfake.Server
	a     *mattermost.Adapter
	slash string // the command's token
	bot   mattermostfake.User
	admin mattermostfake.User
	logs  *syncBuffer
	o     mattermost.Options
	stop  func()
}

var names = []string{"anna", "bela", "chris"}

const pathSecret = "a secret of the callbacks, long enough to be one"

func open(t *testing.T) *bottest.World {
	t.Helper()
	return newRoom(t, mattermostfake.Options{}, bottest.Settings{}).World
}

func newRoom(tb testing.TB, o mattermostfake.Options, set bottest.Settings, change ...func(*mattermost.Options)) *room {
	tb.Helper()
	r := &room{fake: mattermostfake.Start(tb, o), logs: &syncBuffer{}}
	r.admin = r.fake.AddUser("root", mattermostfake.SystemAdmin)
	r.bot = r.fake.AddBot("ombra", r.admin)
	accounts, ids := map[string]string{}, map[string]string{}
	for _, name := range names {
		p := r.fake.Seat(name)
		accounts[p.Account()], ids[p.ID] = name, name
	}
	log := slog.New(slog.NewTextHandler(r.logs, nil))
	r.o = mattermost.Options{
		URL: r.fake.URL(), Token: mattermost.NewSecret(r.bot.Token), Paths: mattermost.NewSecret(pathSecret), Listen: "127.0.0.1:0",
		Attachments: mattermost.AnyFile, People: ids, Log: log, Look: 300 * time.Millisecond, Click: time.Millisecond,
	}
	for _, c := range change {
		c(&r.o)
	}
	r.listen(tb)
	more := set.Options
	set.Options = func(b *bot.Options) {
		b.Ombudsmen, b.Log = accounts, log
		b.Platforms = map[string]bot.Platform{"mattermost": r.a}
		if more != nil {
			more(b)
		}
		if len(b.Oversight) > 0 { // an account is of this server
			b.Oversight = map[string]string{r.fake.Seat("vera").Account(): "vera"}
		}
	}
	tb.Cleanup(func() {
		for _, bad := range r.fake.InvalidDialogs() {
			tb.Errorf("a dialog breaks the limits: %s", bad)
		}
	})
	office := bottest.OpenOffice(tb, set)
	r.stop = r.serve(tb, r.a, office.Bot.Handle)
	greeted := map[string]bool{}
	seat := func(name string) *mattermostfake.Person {
		p := r.fake.Seat(name)
		if !greeted[name] { // whoever opens the conversation is greeted, before anybody types
			greeted[name] = true
			_, _, _ = r.fake.Client(p.Token).CreateDirectChannel(context.Background(), p.ID, r.bot.ID)
			// It comes over the bot's socket, which may not even be connected: whoever
			// acted before it came would take it for the answer.
			soon(tb, "the greeting of "+name, func() bool { return len(p.Direct()) > 0 })
			_ = r.fake.Settle(settled)
		}
		return p
	}
	for _, name := range []string{"anna", "bela", "chris", "staff", "claimant", "plain", "stranger", "sealer"} {
		seat(name)
	}
	r.World = &bottest.World{
		Office: office, Seat: func(name string) bottest.Person { return person{Person: seat(name)} },
		Settle: func() { _ = r.fake.Settle(settled) },
		Means: bottest.Means{
			Via:     bot.Via{Name: "mattermost", Exposed: true},
			Notices: func(name string) []bottest.Screen { return notices(seat(name)) },
			Notify: func(name, key string, s bot.Step) error {
				return r.a.Tell(context.Background(), mattermost.Account(seat(name).ID), key, s)
			},
			Again: func(name string) error { return person{Person: seat(name)}.again() },
			Reach: func(name, owner, label string) error { return seat(name).Reach(seat(owner), label) },
			Bare:  func(name string) { r.fake.Bare(seat(name).User) },
			Lacks: map[bottest.Ability]string{bottest.FormFiles: "dialogs of old servers have no files"},
		},
	}
	return r
}

// listen opens the listener and points the slash command at it.
func (r *room) listen(tb testing.TB) {
	tb.Helper()
	command := r.fake.AddCommand(r.admin, "ombra", "http://127.0.0.1:1/")
	r.slash = command.Token
	r.o.Slash = mattermost.NewSecret(r.slash)
	var err error
	if r.a, err = mattermost.New(r.o); err != nil {
		tb.Fatal(err)
	}
	if err := r.a.Listen(); err != nil {
		tb.Fatal(err)
	}
	// It is listened first and pointed at then: a port that was given back in between
	// would be anybody's.
	r.o.Listen = strings.TrimPrefix(r.a.Base(), "http://")
	command.URL = mattermost.SlashURL(r.a.Base(), r.o.Paths)
	if _, _, err := r.fake.Client(r.admin.Token).UpdateCommand(context.Background(), &command); err != nil {
		tb.Fatal(err)
	}
	r.fake.Busy(r.a.Busy)
}

// serve lets an adapter that listens answer until the test ends, or until stop is called.
func (r *room) serve(tb testing.TB, a *mattermost.Adapter, h bot.Handler) (stop func()) {
	tb.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.Serve(ctx, h) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			tb.Error(err)
		}
	})
	tb.Cleanup(stop)
	return stop
}

type syncBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (s *syncBuffer) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(b)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

var _ io.Writer = (*syncBuffer)(nil)
