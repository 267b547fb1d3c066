package mattermostfake

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/shared/markdown"
)

// Options say what kind of server it is. The zero value is a 9.9.
type Options struct {
	// Version is the server's: "5.37.0", "9.9.0" (the default), "11.10.0". What is
	// newer than it is dropped from dialogs.
	Version string
	// Now is the server's clock; nil: time.Now.
	Now func() time.Time
	// TriggerLife is how long a trigger id lives. Zero: the 3 s of 5.37, for
	// which integrations must be built, also on newer servers, which wait longer.
	TriggerLife time.Duration
	// MaxFile is the limit of an upload in bytes; zero: 100 MiB.
	MaxFile int64
	// Patience is how long a person waits for something new to be seen; zero: 5 s.
	// A press and a dialog are answered when the integration is not busy any more
	// ([Server.Busy]): then nothing is waited for that does not come.
	Patience time.Duration
	// Audit turns the audit file on.
	Audit bool
	// Client makes the calls out; nil: a plain one that waits for 30 s.
	Client *http.Client
	// Field tells which field, and which option of it, a yes/no box of that name
	// stands for: on old servers several choices are boxes. Nil: what is before
	// and after the first "=".
	Field func(element string) (id, option string)
	// Buttons tells whether an element of a dialog stands for buttons: pressing
	// one sends the dialog with that option. Nil: those whose name begins with
	// "button".
	Buttons func(element string) bool
}

// Server is a running fake. Its methods may be called at any time, from any
// goroutine.
type Server struct {
	o       Options
	addr    string // stays the same over a restart
	away    string // of the real server, if this is none; see Away
	quiet   time.Duration
	routes  []route
	secret  []byte // signs triggers, seals cookies
	version string

	mu      sync.Mutex
	changed chan struct{} // closed and replaced when something happens; guarded by mu, like what follows
	last    time.Time     // when something last happened
	active  int           // requests and calls out that are being answered
	busy    func() bool
	http    *http.Server
	closed  bool
	state
	faults
	seats map[string]*Person // by user id
}

// Start runs a server until the test ends.
func Start(tb testing.TB, o Options) *Server {
	tb.Helper()
	s := newServer(o)
	if err := s.listen("127.0.0.1:0"); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(s.Close)
	return s
}

func newServer(o Options) *Server {
	if o.Version == "" {
		o.Version = "9.9.0"
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.TriggerLife == 0 {
		o.TriggerLife = 3 * time.Second
	}
	if o.MaxFile == 0 {
		o.MaxFile = 100 << 20
	}
	if o.Patience == 0 {
		o.Patience = 5 * time.Second
	}
	if o.Client == nil {
		o.Client = &http.Client{Timeout: 30 * time.Second}
	}
	if o.Field == nil {
		o.Field = func(name string) (string, string) {
			id, option, _ := strings.Cut(name, "=")
			return id, option
		}
	}
	if o.Buttons == nil {
		o.Buttons = func(name string) bool { return strings.HasPrefix(name, "button") }
	}
	markdown.SetMaxPostRunes(1 << 18) // a dialog may be longer than a post
	s := &Server{
		o: o, quiet: quiet, secret: make([]byte, 32), changed: make(chan struct{}), seats: map[string]*Person{},
		version: o.Version + "." + strings.TrimSuffix(o.Version, ".0") + "-fake." + strings.Repeat("0", 32) + ".false",
	}
	_, _ = rand.Read(s.secret)
	s.begin()
	s.routes = allRoutes()
	return s
}

func (s *Server) listen(addr string) error {
	var l net.Listener
	var err error
	for range 200 { // after a restart the port may be taken for a moment
		if l, err = (&net.ListenConfig{}).Listen(context.Background(), "tcp", addr); err == nil {
			break
		}
		<-time.After(5 * time.Millisecond)
	}
	if err != nil {
		return err
	}
	h := &http.Server{Handler: http.HandlerFunc(s.serve), ReadHeaderTimeout: 10 * time.Second}
	s.mu.Lock()
	s.addr, s.http = l.Addr().String(), h
	s.mu.Unlock()
	go func() { _ = h.Serve(l) }()
	return nil
}

// URL is where the server is reached: for the client, and as its SiteURL.
func (s *Server) URL() string {
	if s.away != "" {
		return s.away
	}
	return "http://" + s.addr
}

// SocketURL is the same for [model.NewWebSocketClient4].
func (s *Server) SocketURL() string { return "ws://" + s.addr }

// Client is the official client with a user's token, or without for "".
func (s *Server) Client(token string) *model.Client4 {
	c := model.NewAPIv4Client(s.URL())
	if token != "" {
		c.SetToken(token)
	}
	return c
}

// Close ends it. Start has registered it with the test.
func (s *Server) Close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.down()
	s.o.Client.CloseIdleConnections()
}

// down closes the listener and all connections at once, as a crash does.
func (s *Server) down() {
	s.mu.Lock()
	h := s.http
	for _, c := range s.conns {
		c.cut()
	}
	s.conns, s.pending = map[string]*conn{}, map[string]pendingPost{}
	s.happened()
	s.mu.Unlock()
	if h != nil {
		_ = h.Close()
	}
}

func (s *Server) now() int64 { return s.o.Now().UnixMilli() }

// atLeast compares with the server's version.
func (s *Server) atLeast(version string) bool { return compareVersions(s.o.Version, version) >= 0 }

func compareVersions(a, b string) int {
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	for i := range max(len(as), len(bs)) {
		x, y := number(as, i), number(bs, i)
		if x != y {
			return x - y
		}
	}
	return 0
}

func number(parts []string, i int) (n int) {
	if i < len(parts) {
		for _, c := range parts[i] {
			if c < '0' || c > '9' {
				break
			}
			n = n*10 + int(c-'0')
		}
	}
	return n
}

// happened wakes whoever waits. The caller holds mu.
func (s *Server) happened() {
	s.last = time.Now()
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *Server) enter(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.active += n
	s.happened()
}

// Busy registers a question that [Server.Settle] asks too: whether the
// integration is still working on something that the server cannot see.
func (s *Server) Busy(asks func() bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy = asks
}

// errRestless says that it did not become quiet.
var errRestless = errors.New("mattermostfake: it does not become quiet")

// Settle waits until nothing has happened for a moment: no request and no call
// out is open, no event waits to be written, and the integration is not busy.
func (s *Server) Settle(quiet time.Duration) error {
	for until := time.Now().Add(20 * time.Second); time.Now().Before(until); {
		s.mu.Lock()
		busy, idle := s.busy, s.active == 0 && s.written()
		left := quiet - time.Since(s.last)
		s.mu.Unlock()
		switch {
		case !idle || busy != nil && busy():
			left = time.Millisecond
		case left <= 0:
			return nil
		}
		<-time.After(left)
	}
	return errRestless
}

// discard is a ResponseWriter for a request whose answer is lost.
type discard struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) WriteHeader(status int)      { d.status = status }
func (d *discard) Write(b []byte) (int, error) { return d.body.Write(b) }
