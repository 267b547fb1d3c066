package slackfake

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// mostSockets is how many connections an app may have.
const mostSockets = 10

// largestAck is where Slack begins to drop acks.
const largestAck = 20_000

type conn struct {
	ws   *websocket.Conn
	mu   sync.Mutex // covers writing
	done chan struct{}
}

func (c *conn) write(o obj) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = c.ws.SetWriteDeadline(time.Now().Add(5 * time.Second))
	return c.ws.WriteJSON(o)
}

func openConnection(c *call) (obj, *refusal) {
	switch {
	case c.limited:
		return nil, refuse("missing_scope")
	case len(c.conns) >= mostSockets:
		return nil, refuse("too_many_websockets")
	}
	ticket := letters(32)
	c.tickets[ticket] = c.now().Add(30 * time.Second)
	return obj{"url": "ws" + strings.TrimPrefix(c.base, "http") + "/link?ticket=" + ticket + "&app_id=" + c.appID}, nil
}

func (s *Server) serveSocket(w http.ResponseWriter, r *http.Request) {
	ticket := r.URL.Query().Get("ticket")
	s.mu.Lock()
	until, ok := s.tickets[ticket]
	ok = ok && s.now().Before(until) && len(s.conns) < mostSockets
	delete(s.tickets, ticket)
	s.mu.Unlock()
	if !ok {
		http.Error(w, "invalid ticket", http.StatusForbidden)
		return
	}
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	ws, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	ws.SetReadLimit(1 << 20)
	c := &conn{ws: ws, done: make(chan struct{})}
	s.mu.Lock()
	retired := s.retired
	if !retired {
		s.conns = append(s.conns, c)
	}
	n := len(s.conns)
	s.mu.Unlock()
	if retired {
		_ = c.write(disconnect("link_disabled"))
		_ = ws.Close()
		return
	}
	s.talk(c, n)
}

// talk reads acks until the connection ends.
func (s *Server) talk(c *conn, n int) {
	_ = c.write(obj{
		"type": "hello", "num_connections": n, "connection_info": obj{"app_id": s.appID},
		"debug_info": obj{"host": "applink-fake", "started": "2026-11-23 10:00:00.000", "build_number": 1, "approximate_connection_time": 18060},
	})
	s.mu.Lock()
	s.stir()
	s.spawn(func() { s.ping(c) })
	s.mu.Unlock()
	for {
		_, frame, err := c.ws.ReadMessage()
		if err != nil {
			break
		}
		s.acked(frame)
	}
	s.mu.Lock()
	s.conns = slices.DeleteFunc(s.conns, func(o *conn) bool { return o == c })
	s.stir()
	s.mu.Unlock()
	close(c.done)
	_ = c.ws.Close()
}

func (s *Server) ping(c *conn) {
	every := s.o.Ping
	if every == 0 {
		every = 5 * time.Second
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			_ = c.ws.WriteControl(websocket.PingMessage, []byte("Ping from applink-fake"), time.Now().Add(time.Second))
		case <-c.done:
			return
		case <-s.ctx.Done():
			_ = c.ws.Close()
			return
		}
	}
}

func (s *Server) acked(frame []byte) {
	var a struct {
		Envelope string          `json:"envelope_id"`
		Payload  json.RawMessage `json:"payload"`
	}
	if json.Unmarshal(frame, &a) != nil || a.Envelope == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(frame) >= largestAck {
		s.calls = append(s.calls, Call{Method: "ack", Error: "too_large", At: s.now()})
		return // dropped without a word
	}
	s.calls = append(s.calls, Call{Method: "ack", At: s.now()})
	if waits := s.waiting[a.Envelope]; waits != nil {
		delete(s.waiting, a.Envelope)
		waits <- a.Payload
	}
}

// sendSocket gives a payload to any one connection and waits for its ack.
func (s *Server) sendSocket(d *delivery, attempt int, reason string) ([]byte, string) {
	envelope := strings.ToLower(letters(8) + "-" + letters(4) + "-" + letters(12))
	o := obj{"envelope_id": envelope, "type": d.kind, "payload": d.payload, "accepts_response_payload": d.kind != events}
	if d.kind == events {
		o["retry_attempt"], o["retry_reason"] = attempt, reason
	}
	waits := make(chan []byte, 1)
	s.mu.Lock()
	if len(s.conns) == 0 {
		s.mu.Unlock()
		return nil, "connection_failed"
	}
	s.turn++
	c := s.conns[s.turn%len(s.conns)]
	s.waiting[envelope] = waits
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.waiting, envelope)
		s.mu.Unlock()
	}()
	if c.write(o) != nil {
		return nil, "connection_failed"
	}
	timer := time.NewTimer(s.patience())
	defer timer.Stop()
	select {
	case ack := <-waits:
		return ack, ""
	case <-timer.C:
		return nil, "http_timeout"
	case <-c.done:
		return nil, "connection_failed"
	case <-s.ctx.Done():
		return nil, "no_retry"
	}
}

func disconnect(reason string) obj {
	return obj{"type": "disconnect", "reason": reason, "debug_info": obj{"host": "applink-fake"}}
}

// Connections is how many sockets are open.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns)
}

// WaitForConnections waits until so many sockets are open.
func (s *Server) WaitForConnections(ctx context.Context, n int) bool {
	for {
		s.mu.Lock()
		have, changed := len(s.conns), s.changed
		s.mu.Unlock()
		if have >= n {
			return true
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return false
		case <-s.ctx.Done():
			return false
		}
	}
}

// Disconnect sends a disconnect frame to every connection: "warning" and
// "refresh_requested" close it 10 s later by the workspace's clock,
// "link_disabled" at once, and every later one too until EnableSockets.
func (s *Server) Disconnect(reason string) {
	s.mu.Lock()
	all := slices.Clone(s.conns)
	if reason == "link_disabled" {
		s.retired = true
	}
	due := s.now().Add(closesIn)
	s.mu.Unlock()
	for _, c := range all {
		_ = c.write(disconnect(reason))
		if reason == "link_disabled" {
			_ = c.ws.Close()
			continue
		}
		s.mu.Lock()
		p := s.pause(due)
		s.spawn(func() {
			if s.wait(p) {
				_ = c.ws.Close()
				s.end()
			}
		})
		s.mu.Unlock()
	}
}

// closesIn is how long a connection lives on after a disconnect frame.
const closesIn = 10 * time.Second

// EnableSockets undoes link_disabled.
func (s *Server) EnableSockets() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.retired = false
}

// KillSockets cuts every connection without a word.
func (s *Server) KillSockets() {
	s.mu.Lock()
	all := slices.Clone(s.conns)
	s.mu.Unlock()
	for _, c := range all {
		_ = c.ws.NetConn().Close()
	}
}
