// Package mattermost is the bot in Mattermost.
//
// People reach it by the slash command /ombra, by buttons and by dialogs, which
// the server carries to an HTTP listener here ([Adapter.ServeHTTP]), and by
// direct messages, which come over a socket. What may be answered how is one
// table, in answer.go:
//
//	arrived as        private means, best first
//	slash command     the answer's own body (proved by the command's token); a dialog for forms
//	button            an ephemeral post through the response_url of that person's last slash
//	                  command in the same channel; a dialog
//	dialog            errors on its fields; an ephemeral post as above; nothing else
//	direct message    an ephemeral post as above; nothing else
//
// Where nothing is left, a harmless cover is posted in the direct conversation,
// and its button leads back: a press brings a trigger, which opens a dialog.
//
// What the server keeps of all this is a sealed token in the props of a cover, and
// nothing that anybody typed into a dialog.
//
// How a step looks in a dialog:
//
//   - An element is named as its field. A field that takes several choices is a
//     box for each option, named "field=option". Files have no element.
//   - A card is a dialog with one radio element, [NextElement], whose options are
//     its buttons.
//   - Labels longer than Mattermost takes stand in the help text, or in the
//     introduction.
//
// Trust: a dialog's submission and a press are not signed, and whoever reaches the
// listener can name any user. So each kind has a path of its own, derived from a
// secret; both count only with a mark that the bot drew this form or button for this
// user, so that nobody is charged with what a stranger sends; a submission, moreover,
// only with a token sealed for that account, a press only with a trigger made for it;
// and neither is ever answered in the body, which goes to the caller.
//
// Goroutines: Serve has one for the listener, one for the socket with the two that
// the SDK's client starts for each connection, one that waits for the end, one for
// each callback and message that is being answered (64 messages at most), one for
// each file that is being sent, and for a minute one for each cover that was
// pressed. It waits for all of them.
package mattermost

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/shared/mlog"
	"golang.org/x/sync/errgroup"

	"ombra/bot"
	"ombra/bot/say"
)

// A Secret is a text that prints as "[secret]" wherever it is put.
type Secret struct{ reveal func() string }

// NewSecret makes a secret of a text.
func NewSecret(text string) Secret { return Secret{func() string { return text }} }

// Has tells whether there is a text in the secret.
func (s Secret) Has() bool { return s.Reveal() != "" }

// Reveal gives the text to whoever uses it, or writes it into a file.
func (s Secret) Reveal() string {
	if s.reveal == nil {
		return ""
	}
	return s.reveal()
}

func (Secret) String() string { return "[secret]" }

// Attachments say which files are taken from the direct conversation.
type Attachments string

// The kinds of attachments. What is uploaded to Mattermost stays there, deleted
// or not, so only what is sealed is taken unless the office says otherwise.
const (
	SealedOnly Attachments = "sealed"
	AnyFile    Attachments = "any"
	NoFile     Attachments = "off"
)

// Options are what an Adapter needs.
type Options struct {
	URL     string // of the Mattermost server
	Token   Secret // of the bot
	Slash   Secret // token of the slash command
	Paths   Secret // the paths of the callbacks are derived from it
	Listen  string // address of the listener
	Public  string // where the server reaches the listener; empty: there, by plain HTTP on loopback
	Sources []netip.Prefix
	// CertFile and KeyFile make the listener speak TLS. Without them it takes
	// plain HTTP, on a loopback address only.
	CertFile, KeyFile string
	Attachments       Attachments
	People            map[string]string // names of the roster and of oversight by user id, for Check
	Owner             string            // user id of the account that owns the bot, for Check; may be empty
	// Look is how often the direct channels are looked through for what no event
	// told of; zero: once a minute.
	Look time.Duration
	// Click is how long the same form that is sent twice counts as sent once; zero:
	// a second.
	Click time.Duration
	Log   *slog.Logger
}

// Adapter is the bot in Mattermost. It is safe for concurrent use.
type Adapter struct {
	o        Options
	public   string
	listener net.Listener
	api      *model.Client4
	paths    paths
	box      *box
	clicks   *clicks
	pocket   *pocket
	renewals *renewals
	files    *http.Client
	handle   bot.Handler     // set by Serve before anything is answered
	work     context.Context // likewise: callbacks are answered under it, not under the caller's
	jobs     sync.WaitGroup
	places   chan struct{} // one for each message that is being answered
	working  atomic.Int64
	release  atomic.Int64        // of the server, as it said last; see newer
	patience time.Duration       // until a callback is answered without its result
	langs    int                 // how many languages there are words in
	stood    map[string][2]int64 // time and number of the last post, by direct channel; the socket's own
	later    sync.WaitGroup      // covers that have served and wait to be taken away
	ending   chan struct{}       // closed when Serve ends

	mu       sync.Mutex // covers what follows
	me       string     // the bot's own user id
	seen     *lately    // posts that were answered
	told     *lately    // notices that were told
	last     int64      // update time of the newest post that was heard, as the server says
	looked   int64      // until when nothing was overlooked; see mendGap
	refused  bool       // the server does not know the token
	pings    map[string]chan struct{}
	channels map[string]string // direct channel by user; in memory only
	tongues  map[string]string // language by user; likewise
}

var _ bot.Platform = (*Adapter)(nil)

const (
	prefix     = "mattermost:"
	maxJobs    = 64
	drainTime  = 10 * time.Second // for what is in flight when Serve has to end
	callTime   = 10 * time.Second // for one call of the server's API
	flowTime   = 25 * time.Second // until a callback is answered without its result: the server waits 30 s
	headerTime = 5 * time.Second
)

// Account mints the account of a user id, as it comes in this platform's events.
func Account(userID string) bot.Account { return bot.NewAccount(prefix + userID) }

// quiet switches the SDK's own log off: it quotes what it cannot decode.
var quiet = sync.OnceValue(func() error {
	l, err := mlog.NewLogger()
	if err != nil {
		return errors.New("mattermost: the SDK's log cannot be switched off")
	}
	mlog.InitGlobalLogger(l)
	return nil
})

// New checks the options. It reaches nothing.
func New(o Options) (*Adapter, error) {
	if err := quiet(); err != nil {
		return nil, err
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Look == 0 {
		o.Look = time.Minute
	}
	if o.Click == 0 {
		o.Click = time.Second
	}
	if o.Attachments == "" {
		o.Attachments = SealedOnly
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	a := &Adapter{
		o: o, public: o.Public, paths: pathsOf(o.Paths), box: newBox(o.Paths), pocket: newPocket(), renewals: newRenewals(),
		api: client(o.URL, o.Token), files: &http.Client{Transport: &patient{}, CheckRedirect: noRedirect}, work: context.Background(),
		places: make(chan struct{}, maxJobs), seen: newLately(20_000), told: newLately(5_000),
		pings: map[string]chan struct{}{}, ending: make(chan struct{}), channels: map[string]string{}, tongues: map[string]string{}, stood: map[string][2]int64{},
		patience: flowTime, langs: len(say.Langs()),
	}
	a.clicks = newClicks(a.box)
	return a, nil
}

// Listen opens the listener; nothing is answered before Serve, which has to follow.
func (a *Adapter) Listen() (err error) {
	if a.listener, err = a.o.listen(); err != nil {
		return err
	}
	if a.public == "" {
		a.public = "http://" + a.listener.Addr().String()
	}
	return nil
}

// Serve answers people until ctx ends. Then it takes nothing new, lets what is in
// flight end, and returns nil.
func (a *Adapter) Serve(ctx context.Context, h bot.Handler) error {
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	a.handle, a.work = h, work
	server := &http.Server{
		Handler: a, ReadHeaderTimeout: headerTime, ReadTimeout: 2 * headerTime, WriteTimeout: 2*headerTime + flowTime + callTime,
		MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError), // it quotes addresses
	}
	g, intake := errgroup.WithContext(ctx)
	context.AfterFunc(intake, func() { time.AfterFunc(drainTime, stop) }) // also what the socket is busy with
	g.Go(func() error {
		if err := server.Serve(a.listener); !errors.Is(err, http.ErrServerClosed) {
			return errors.New("mattermost: the listener takes no more connections")
		}
		return nil
	})
	g.Go(func() error { a.socket(intake, work); return nil })
	g.Go(func() error {
		<-intake.Done()
		late, cancel := context.WithTimeout(work, drainTime)
		defer cancel()
		if server.Shutdown(late) != nil { // who does not read an answer is not waited for
			_ = server.Close()
		}
		return nil
	})
	err := g.Wait()
	a.jobs.Wait()
	close(a.ending)
	a.later.Wait()
	return err
}

// begin starts a job that Serve waits for. A panic of it costs this one answer.
func (a *Adapter) begin(job func(), panicked func()) {
	a.working.Add(1)
	a.jobs.Go(func() {
		defer a.working.Add(-1)
		defer func() {
			if recover() != nil { // the value may hold what somebody typed
				a.o.Log.LogAttrs(context.Background(), slog.LevelError, logPanicked, here)
				panicked()
			}
		}()
		job()
	})
}

// queue starts a job as soon as there is a place for it.
func (a *Adapter) queue(ctx context.Context, job func()) {
	select {
	case a.places <- struct{}{}:
	case <-ctx.Done():
		return
	}
	a.begin(func() {
		defer func() { <-a.places }()
		job()
	}, func() {})
}

func (a *Adapter) url(path string) string { return a.public + path }
