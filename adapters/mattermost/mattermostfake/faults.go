package mattermostfake

import (
	"net/http"
	"strings"
	"time"
)

// A Fault is what goes wrong with requests of the integration. People's own
// clients are spared.
type Fault struct {
	// On is a method and the beginning of a path: "POST /api/v4/posts". Empty:
	// every request; without a method: of any.
	On string
	// Status is answered instead: 429 as the rate limiter does it, 500 and the like
	// as an error of the API. Zero: the connection breaks without an answer.
	Status int
	// Done: it takes effect all the same, and only the answer is lost.
	Done bool
	// Slow is how long the answer takes; with Status zero and not Cut, nothing else
	// is wrong with it.
	Slow time.Duration
	Cut  bool
	// Every fails one in so many; zero and one: each.
	Every int
	// Times is how many fail before it is over; zero: once, negative: no end.
	Times int
	// After is what a 429 says in its headers, in seconds; zero: 1.
	After int

	seen int
}

// Weather is what goes wrong with events and callbacks, counted over all
// connections: one in so many, zero for never.
type Weather struct {
	Lose   int // an event is lost and leaves no gap: only a look at the channel finds it
	Gap    int // an event is lost, and its number with it
	Repeat int // an event is delivered twice
	Drop   int // the socket breaks after an event was queued
	Twice  int // a callback is delivered twice; the second answer counts
	Slow   time.Duration

	n, calls int
}

type faults struct {
	list    []*Fault
	weather Weather
}

// Fail adds a fault.
func (s *Server) Fail(f Fault) {
	if f.Times == 0 {
		f.Times = 1
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = append(s.list, &f)
}

// Weather sets what goes wrong with events and callbacks from now on.
func (s *Server) Weather(w Weather) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.weather = w
}

// Heal ends all faults.
func (s *Server) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = faults{}
}

// Restart stops and starts the server: everything that it keeps stays, its
// connections and what waited for them are forgotten. Port and URL stay.
func (s *Server) Restart() error {
	s.Stop()
	return s.Resume()
}

// Stop takes the server down, Resume brings it up again.
func (s *Server) Stop() { s.down() }

// Resume brings it up again.
func (s *Server) Resume() error { return s.listen(s.addr) }

// DropSockets breaks all sockets. Their connections can be resumed.
func (s *Server) DropSockets() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conns {
		c.cut()
	}
	s.happened()
}

// ForgetConnections breaks all sockets and forgets what was not delivered, as
// after some minutes, or when a balancer leads to another node.
func (s *Server) ForgetConnections() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conns {
		c.cut()
	}
	clear(s.conns)
	s.happened()
}

// Sockets counts the sockets of a user.
func (s *Server) Sockets(who User) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conns {
		if c.user == who.ID && c.ws != nil {
			n++
		}
	}
	return n
}

// Bare leaves a person without private means for the next thing that he does:
// its trigger id counts as expired, and its response_url as used up.
func (s *Server) Bare(who User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.users[who.ID].bareNext = true
}

func (f *Fault) hits(r *http.Request) bool {
	method, path, found := strings.Cut(f.On, " ")
	if !found {
		method, path = "", f.On
	}
	if method != "" && method != r.Method || !strings.HasPrefix(r.URL.Path, path) || f.Times == 0 {
		return false
	}
	f.seen++
	if f.Every > 1 && f.seen%f.Every != 0 {
		return false
	}
	f.Times--
	return true
}

// trouble answers a request by a fault, if there is one for it.
func (s *Server) trouble(w http.ResponseWriter, r *http.Request) bool {
	s.mu.Lock()
	var f *Fault
	for _, x := range s.list {
		if f == nil && x.hits(r) {
			f = x
		}
	}
	s.mu.Unlock()
	if f == nil {
		return false
	}
	if f.Slow > 0 {
		select {
		case <-time.After(f.Slow):
		case <-r.Context().Done():
		}
		if f.Status == 0 && !f.Cut {
			return false
		}
	}
	if f.Done {
		s.dispatch(&discard{header: http.Header{}}, r)
	}
	switch f.Status {
	case 0:
		panic(http.ErrAbortHandler)
	case http.StatusTooManyRequests:
		limited(w, f.After)
	default:
		s.refuse(w, strings.Repeat("x", 26), fail(f.Status, "store.sql.app_error", "We encountered an unexpected error."))
	}
	return true
}

// limited is the rate limiter's answer, which is no JSON.
func limited(w http.ResponseWriter, after int) {
	seconds := map[bool]string{true: "1", false: itoa(after)}[after == 0]
	h := w.Header()
	h.Set("X-RateLimit-Limit", "100")
	h.Set("X-RateLimit-Remaining", "0")
	h.Set("X-RateLimit-Reset", seconds)
	h.Set("Retry-After", seconds)
	http.Error(w, "limit exceeded", http.StatusTooManyRequests)
}

// send queues an event as the weather lets it.
func (w *Weather) send(c *conn, f frame) {
	w.n++
	at := func(every int) bool { return every > 0 && w.n%every == 0 }
	switch {
	case at(w.Lose):
		return
	case at(w.Gap):
		c.seq++
		return
	}
	c.push(f)
	if at(w.Repeat) {
		c.push(f)
	}
	if at(w.Drop) {
		c.cut()
	}
}

func (w *Weather) twice() bool {
	w.calls++
	return w.Twice > 0 && w.calls%w.Twice == 0
}
