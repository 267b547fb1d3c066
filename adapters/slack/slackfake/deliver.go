package slackfake

import (
	"encoding/json"
	"errors"
	"slices"
	"time"
)

// ErrNoAnswer says that the app did not answer what a person did in time, or
// could not be reached. People then see that it did not work, and try again.
var ErrNoAnswer = errors.New("the app did not answer in time")

// A delivery is something that the app is told.
type delivery struct {
	kind    string // as Socket Mode calls it
	url     string // where it goes over HTTP
	payload obj
}

// Kinds of deliveries.
const (
	events       = "events_api"
	interactions = "interactive"
	commands     = "slash_commands"
)

// retryAfter is when an event that was not acknowledged is sent again.
var retryAfter = []time.Duration{0, time.Minute, 5 * time.Minute}

func (s *Server) patience() time.Duration {
	if s.o.Patience > 0 {
		return s.o.Patience
	}
	return 3 * time.Second
}

// send delivers once. The reason is empty if it was acknowledged, else as in
// X-Slack-Retry-Reason.
func (s *Server) send(d *delivery, attempt int, reason string) (ack []byte, failed string) {
	if s.app.socket && !s.o.HTTP {
		ack, failed = s.sendSocket(d, attempt, reason)
	} else {
		ack, failed = s.sendSigned(d, attempt, reason)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if failed == "" && (s.bother.take(&s.bother.acks) || d.kind == events && s.bother.take(&s.bother.redeliver)) {
		return nil, "http_timeout"
	}
	return ack, failed
}

// event tells the app of something, if it subscribed to it. s.mu is held.
func (s *Server) event(name string, ev obj) *delivery {
	if !slices.Contains(s.app.events, name) {
		return nil
	}
	d := &delivery{kind: events, url: s.app.eventURL, payload: obj{
		"token": s.verify, "team_id": s.team, "api_app_id": s.appID, "type": "event_callback",
		"event": ev, "event_id": id("Ev"), "event_time": s.now().Unix(), "event_context": "4-" + letters(20), "is_ext_shared_channel": false,
		"authorizations": arr(obj{"enterprise_id": nil, "team_id": s.team, "user_id": s.bot, "is_bot": true, "is_enterprise_install": false}),
	}}
	d.payload = cloned(d.payload) // what is told does not change any more
	copies := 1
	if s.bother.take(&s.bother.duplicate) {
		copies = 2
	}
	for range copies {
		s.start(d, 0, "")
	}
	return d
}

// start begins to deliver an event. s.mu is held.
func (s *Server) start(d *delivery, attempt int, reason string) {
	if s.spawn(func() { s.deliver(d, attempt, reason) }) {
		s.busy++
	}
}

// deliver delivers an event until it is acknowledged, or Slack gives up. The
// first try is counted as busy by whoever calls.
func (s *Server) deliver(d *delivery, attempt int, reason string) {
	for {
		_, failed := s.send(d, attempt, reason)
		if failed == "" || failed == "no_retry" || attempt == len(retryAfter) {
			s.end()
			return
		}
		if !s.rest(retryAfter[attempt]) {
			return
		}
		attempt, reason = attempt+1, failed
	}
}

// rest is not busy until some time has passed, and then busy again.
func (s *Server) rest(d time.Duration) bool {
	s.mu.Lock()
	p := s.pause(s.now().Add(d))
	s.ripe(p) // at once: it never stops being busy
	s.busy--
	s.stir()
	s.mu.Unlock()
	return s.wait(p)
}

// ask delivers what somebody did and returns the app's answer. It is not
// repeated: people do that.
func (s *Server) ask(d *delivery) ([]byte, error) {
	s.begin()
	defer s.end()
	ack, failed := s.send(d, 0, "")
	if failed != "" {
		return nil, ErrNoAnswer
	}
	return ack, nil
}

// bother is what goes wrong with deliveries; counts below zero last.
type bother struct{ acks, redeliver, duplicate int }

func (*bother) take(n *int) bool {
	switch {
	case *n < 0:
		return true
	case *n > 0:
		*n--
		return true
	}
	return false
}

// DropAcks drops the next n acks on their way, of whatever kind: the app has
// done its work and Slack does not know. Below zero it drops all.
func (s *Server) DropAcks(n int) { s.count(&s.bother.acks, n) }

// RedeliverEvents sends each of the next n events again although it was
// acknowledged.
func (s *Server) RedeliverEvents(n int) { s.count(&s.bother.redeliver, n) }

// DuplicateEvents sends each of the next n events twice at the same time, under
// one event_id.
func (s *Server) DuplicateEvents(n int) { s.count(&s.bother.duplicate, n) }

func (s *Server) count(at *int, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	*at = n
}

func encode(o obj) []byte {
	b, err := json.Marshal(o)
	if err != nil {
		panic("slackfake: not JSON")
	}
	return b
}
