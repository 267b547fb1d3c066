// Package slack is the bot in Slack.
//
// What Slack sends arrives over Socket Mode or as signed HTTP requests; both
// feed the same code: [read] turns a payload into a turn, which knows the
// [bot.Event] and how it arrived, and answer.go turns the step that comes back
// into whatever leaves least behind for a turn of that kind.
//
//	arrived as                 answered by
//	slash command, shortcut,   a modal, opened with the trigger
//	  button on a message
//	button in a modal          the same modal, updated
//	form sent                  the acknowledgement: errors, or the modal updated
//	modal closed               an ephemeral way back, where there is one
//	Home tab opened            the Home tab, published
//	messages opened            the card of law 7, if nothing stands there yet
//	direct message             an ephemeral card; a form only behind its button
//
// Receipts, replies and passcodes are shown in modals only. Where a private
// step finds none, its Cover is shown: ephemeral where that is possible, else
// as a message. Slack wants an answer within three seconds; after two the
// person is shown a view that asks for a moment, with what was typed in it, and
// that view is updated later.
//
// Nothing of a person is kept: an account, a channel and an address live for
// one turn, and the few memories here (of conversations opened, of envelopes
// and events seen) are bounded, in memory, and under a key that dies with the
// process. The SDK's logs are discarded and its errors, which quote addresses,
// end in fault.go.
//
// Goroutines: each payload has one for its answer and one for the bot; Serve
// waits for them. Socket Mode has one for each connection and one that watches
// how many there are; HTTP has those of net/http.
package slack

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"ombra/bot"
)

// How payloads come.
const (
	Socket = "socket"
	HTTP   = "http"
)

// What may be attached.
const (
	SealedOnly = "sealed" // files that end in .age
	AnyFile    = "any"
	NoFile     = "off"
)

// Whether people may type into the direct conversation.
const (
	TypedToo    = "on"
	ButtonsOnly = "buttons"
)

// A Secret is a token or key in a closure, which fmt cannot reach into.
type Secret func() string

// Hide makes a Secret of a text.
func Hide(text string) Secret { return func() string { return text } }

func (s Secret) reveal() string {
	if s == nil {
		return ""
	}
	return s()
}

// Options are what the adapter needs. Durations that are zero are the usual.
type Options struct {
	Mode          string // Socket or HTTP
	BotToken      Secret
	AppToken      Secret // for Socket
	SigningSecret Secret // for HTTP
	Listen        string // for HTTP: address and port
	APIURL        string // another server that speaks as Slack does
	Direct        string // TypedToo or ButtonsOnly
	Attachments   string // SealedOnly, AnyFile or NoFile
	Verbs         []string
	// People are the office's own accounts ("slack:T1/U1") with their names, which
	// Check makes sure of.
	People map[string]string
	Log    *slog.Logger

	Wait    time.Duration // until a view asks for a moment
	Foreign time.Duration // for which a connection too many is borne
	Gap     time.Duration // between two messages in one conversation
}

// The usual patience.
const (
	usualWait    = 2 * time.Second
	usualForeign = time.Minute
	usualGap     = time.Second
	drainTime    = 10 * time.Second // for turns in flight when Serve has to end
	answerTime   = time.Minute      // for showing an answer; the view that asks for a moment says so
)

// Adapter is the bot's place in one workspace. It is safe for concurrent use.
type Adapter struct {
	o     Options
	api   *slack.Client
	http  *http.Client // for files and response addresses; never follows a redirect
	web   *http.Client // for calls
	pace  *pace
	rooms *rooms
	told  *memory
	seen  *memory // envelopes and events
	turns sync.WaitGroup
	slots chan struct{} // a place for each turn in flight
	links *links

	mu       sync.Mutex
	me       identity     // guarded by mu
	listener net.Listener // guarded by mu
	handle   bot.Handler  // guarded by mu
	ending   bool         // guarded by mu
}

var _ bot.Platform = (*Adapter)(nil)

// maxTurns bounds what is answered at once. Further payloads wait in Slack's
// connections, whose patience is as long as ours.
const maxTurns = 512

// New makes an adapter. It reaches nothing yet.
func New(o Options) (*Adapter, error) {
	o = o.withDefaults()
	switch {
	case o.BotToken.reveal() == "":
		return nil, errors.New("slack: a bot token is needed")
	case o.Mode == Socket && o.AppToken.reveal() == "":
		return nil, errors.New("slack: Socket Mode needs an app token")
	case o.Mode == HTTP && (o.SigningSecret.reveal() == "" || o.Listen == ""):
		return nil, errors.New("slack: HTTP needs a signing secret and an address to listen on")
	}
	key := make([]byte, 32)
	_, _ = rand.Read(key)
	a := &Adapter{
		o: o, http: &http.Client{Transport: patient(), CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
		web:  &http.Client{Transport: travels(), Timeout: callTime},
		pace: newPace(o.Gap), told: newMemory(key, 4096), seen: newMemory(key, 1<<16), slots: make(chan struct{}, maxTurns), rooms: newRooms(key),
	}
	a.api = slack.New(o.BotToken.reveal(),
		slack.OptionAppLevelToken(o.AppToken.reveal()), slack.OptionAPIURL(o.APIURL),
		slack.OptionHTTPClient(a.web), slack.OptionLog(slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)))
	a.links = newLinks(a)
	return a, nil
}

func (o Options) withDefaults() Options {
	set := func(s *string, usual string) {
		if *s == "" {
			*s = usual
		}
	}
	set(&o.Mode, Socket)
	set(&o.Direct, TypedToo)
	set(&o.Attachments, SealedOnly)
	set(&o.APIURL, slack.APIURL)
	if !strings.HasSuffix(o.APIURL, "/") {
		o.APIURL += "/"
	}
	for d, usual := range map[*time.Duration]time.Duration{&o.Wait: usualWait, &o.Foreign: usualForeign, &o.Gap: usualGap} {
		if *d == 0 {
			*d = usual
		}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// Serve takes what Slack sends until ctx ends. Then it takes no more and lets
// the turns in flight end; what is still in flight after ten seconds finds its
// own context ended.
func (a *Adapter) Serve(ctx context.Context, h bot.Handler) error {
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	a.mu.Lock()
	a.handle = h
	a.mu.Unlock()
	if err := a.Listen(); err != nil {
		return err
	}
	var err error
	if a.identify(ctx) {
		if a.o.Mode == HTTP {
			err = a.serveHTTP(ctx, work)
		} else {
			a.links.run(ctx, work)
		}
	}
	a.drain()
	stop() // what is still in flight finds its context ended
	a.turns.Wait()
	return err
}

// identity is who we are, as the workspace says.
type identity struct{ team, enterprise, user string }

// identify learns who we are. Slack may be away when an office starts, and a
// token may be mended while it runs, so it is tried until ctx ends.
func (a *Adapter) identify(ctx context.Context) bool {
	for wait := time.Second; ; wait = min(2*wait, time.Minute) {
		if _, err := a.whoami(ctx); err == nil {
			return true
		}
		a.o.Log.LogAttrs(ctx, slog.LevelError, logAway, slog.String("platform", via))
		select {
		case <-ctx.Done():
			return false
		case <-time.After(wait):
		}
	}
}

// whoami asks Slack, and gives the scopes that the token has.
func (a *Adapter) whoami(ctx context.Context) (scopes []string, err error) {
	err = a.call(ctx, func(ctx context.Context) error {
		who, err := a.api.AuthTestContext(ctx)
		if err != nil {
			return err
		}
		for s := range strings.SplitSeq(who.Header.Get("X-Oauth-Scopes"), ",") {
			if s = strings.TrimSpace(s); s != "" {
				scopes = append(scopes, s)
			}
		}
		a.mu.Lock()
		defer a.mu.Unlock()
		a.me = identity{who.TeamID, who.EnterpriseID, who.UserID}
		return nil
	})
	return scopes, err
}

func (a *Adapter) who() identity {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.me
}

// bot answers an event. A panic costs this one answer; its value may hold what
// somebody typed, and is dropped.
func (a *Adapter) bot(ctx context.Context, ev bot.Event) (step bot.Step) {
	defer func() {
		if recover() != nil {
			step = own("", "slack.failed", "help")
		}
	}()
	a.mu.Lock()
	h := a.handle
	a.mu.Unlock()
	return h(ctx, ev)
}

// via is the name under which the catalogs know this platform.
const via = "slack"

// account mints the account of a user of a workspace.
func account(team, user string) bot.Account { return bot.NewAccount(prefix + team + "/" + user) }

const prefix = via + ":"

// userOf gives back the user of an account that was minted here.
func userOf(who bot.Account) string {
	rest, ours := strings.CutPrefix(who.Reveal(), prefix)
	_, user, ok := strings.Cut(rest, "/")
	if !ours || !ok {
		return ""
	}
	return user
}

// What is logged: constants, because anything else could hold a person.
const (
	logAway    = "slack cannot be reached, or does not take the token"
	logForeign = "somebody else holds the app token: intake is halted"
	logAlone   = "nobody else holds the app token any more: intake goes on"
	logRefused = "a request was refused"
	logOdd     = "a payload could not be read"
)
