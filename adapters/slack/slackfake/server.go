package slackfake

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"ombra/bot/bottest"
)

// Options say what kind of Slack this is. The zero value will do.
type Options struct {
	// Manifest is the app's, as JSON. Empty: one that asks for all that the fake
	// knows. It is checked against Slack's schema.
	Manifest []byte
	// Command is the slash command that Person.Pick types; empty: the manifest's
	// first.
	Command string
	// RequestURL takes the place of every URL in the manifest. SetRequestURL sets
	// it later.
	RequestURL string
	// HTTP delivers to the request URL even if the manifest says Socket Mode.
	HTTP bool
	// Patience is how long an ack is waited for; zero: 3 s, as in life. A longer one
	// lets triggers live as long.
	Patience time.Duration
	// Linger is how long a person looks at a screen on which nothing happens
	// before acting on; zero: 400 ms.
	Linger time.Duration
	// Waiting says that a screen asks for a moment's patience: the person waits,
	// for at most 15 s.
	Waiting func(bottest.Screen) bool
	// Eager people act on as soon as what they see has changed, and do not wait
	// until the workspace is still: for tests with many of them at once.
	Eager bool
	// Unpaced takes Slack's rate limits away, for tests of speed.
	Unpaced bool
	// Ping is the time between pings on a socket; zero: 5 s.
	Ping time.Duration
	// Still stops the workspace's clock: it moves with [Server.Advance] alone. For
	// tests of what is due by it, which a busy machine would run into.
	Still bool
}

// Server is the workspace. All methods may be called at once from anywhere.
type Server struct {
	o        Options
	app      *app
	http     *http.Server
	base     string // http://127.0.0.1:port
	ctx      context.Context
	stop     context.CancelFunc
	tasks    sync.WaitGroup
	team     string
	bot      string // user id of the bot
	botID    string
	appID    string
	secret   string
	botToken string
	appToken string
	verify   string // the old verification token
	general  string // the one channel, where slash commands are typed

	mu       sync.Mutex // covers all that follows
	offset   time.Duration
	moved    chan struct{} // closed when the clock was moved
	began    time.Time     // of a clock that stands still
	pauses   map[*pause]bool
	changed  chan struct{} // closed when anything happened
	last     time.Time     // real time of the last activity
	busy     int           // calls and deliveries under way
	seq      int
	users    map[string]*user
	channels map[string]*channel
	views    map[string]*view
	files    map[string]*file
	triggers map[string]*trigger
	hooks    map[string]*hook
	tickets  map[string]time.Time // of sockets that may be opened
	conns    []*conn
	turn     int
	waiting  map[string]chan []byte // acks, by envelope
	pace     map[string]*bucket
	faults   []*Fault
	bother   bother
	audit    []obj
	calls    []Call
	posts    []Post
	named    []Named
	told     map[string]*delivery // events of messages, by ts
	retired  bool                 // link_disabled was sent
	limited  bool                 // the app's token has no connections:write
}

// New opens a workspace and installs the app.
func New(o Options) (*Server, error) {
	a, err := readManifest(o.Manifest)
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	var listen net.ListenConfig
	l, err := listen.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		stop()
		return nil, err
	}
	s := &Server{
		o: o, app: a, ctx: ctx, stop: stop, base: "http://" + l.Addr().String(),
		team: id("T"), bot: id("U"), botID: id("B"), appID: id("A"), general: id("C"),
		secret: letters(32), verify: letters(24),
		moved: make(chan struct{}), changed: make(chan struct{}), last: time.Now(), began: time.Now(), pauses: map[*pause]bool{},
		users: map[string]*user{}, channels: map[string]*channel{}, views: map[string]*view{}, files: map[string]*file{},
		triggers: map[string]*trigger{}, hooks: map[string]*hook{}, tickets: map[string]time.Time{}, waiting: map[string]chan []byte{}, pace: map[string]*bucket{}, told: map[string]*delivery{},
	}
	s.botToken, s.appToken = "xoxb-"+letters(40), "xapp-1-"+s.appID+"-"+letters(40)
	s.channels[s.general] = &channel{id: s.general, name: "general"}
	s.name("team", s.team)
	s.name("channel", s.general)
	s.note("app_installed", "", s.appID)
	s.http = &http.Server{Handler: s.routes(), ReadHeaderTimeout: 10 * time.Second}
	s.spawn(func() { _ = s.http.Serve(l) })
	return s, nil
}

// spawn starts something that Close waits for, unless it is closing. s.mu is
// held, or nobody knows s yet.
func (s *Server) spawn(f func()) bool {
	if s.ctx.Err() != nil {
		return false
	}
	s.tasks.Go(f)
	return true
}

// Close ends everything and waits for it.
func (s *Server) Close() error {
	s.mu.Lock()
	s.stop() // nothing is spawned from here on
	s.mu.Unlock()
	s.KillSockets()
	err := s.http.Close()
	s.tasks.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/api/{method}", s.serveAPI)
	mux.HandleFunc("GET /link", s.serveSocket)
	mux.HandleFunc("/upload/{ticket}", s.serveUpload)
	mux.HandleFunc("GET /files-pri/{file}/{rest...}", s.serveDownload)
	mux.HandleFunc("POST /response/{hook}", s.serveResponse)
	return mux
}

// API is what stands in for https://slack.com/api/.
func (s *Server) API() string { return s.base + "/api/" }

// BotToken is the app's token for the Web API.
func (s *Server) BotToken() string { return s.botToken }

// AppToken is the app's token for Socket Mode.
func (s *Server) AppToken() string { return s.appToken }

// SigningSecret signs what is delivered over HTTP.
func (s *Server) SigningSecret() string { return s.secret }

// Team is the id of the workspace.
func (s *Server) Team() string { return s.team }

// BotUser is the bot's user id.
func (s *Server) BotUser() string { return s.bot }

const alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"

func letters(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	for i := range b {
		b[i] = alphabet[int(b[i])%len(alphabet)]
	}
	return string(b)
}

// id draws an id as Slack's look.
func id(kind string) string { return kind + "0" + letters(9) }

// ts is a new timestamp, which names a message. s.mu is held.
func (s *Server) ts() string {
	s.seq++
	return fmt.Sprintf("%d.%06d", s.now().Unix(), s.seq)
}
