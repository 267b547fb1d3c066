package mattermostfake

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/mattermost/mattermost/server/public/model"
)

const (
	remembered = 128 // events that a connection can be given again
	backlog    = 256 // events that wait for a connection before it is given up
)

// A conn is a connection of the reliable kind: it outlives its socket, so that
// a client which comes back with its id and the number after the last event gets
// what it missed. Guarded by the server's mutex.
type conn struct {
	id, user string
	seq      int64   // of the next event
	sent     []frame // the last ones
	waiting  []frame
	ws       *socket // nil while the client is away
}

// A socket is one WebSocket.
type socket struct {
	*websocket.Conn
	wake  chan struct{}
	gone  chan struct{}
	once  sync.Once
	write sync.Mutex
}

func newSocket(ws *websocket.Conn) *socket {
	return &socket{Conn: ws, wake: make(chan struct{}, 1), gone: make(chan struct{})}
}

// end closes abruptly, without a closing handshake.
func (k *socket) end() {
	k.once.Do(func() {
		close(k.gone)
		_ = k.UnderlyingConn().Close()
	})
}

func (c *conn) cut() {
	if c.ws != nil {
		c.ws.end()
		c.ws = nil
	}
}

// push queues an event. A client that reads too slowly is cut off for good.
func (c *conn) push(f frame) {
	f.Seq = c.seq
	c.seq++
	c.queue(f)
}

func (c *conn) queue(f frame) {
	if len(c.waiting) >= backlog {
		c.cut()
		c.user, c.waiting = "", nil
		return
	}
	c.waiting = append(c.waiting, f)
	c.rouse()
}

func (c *conn) rouse() {
	if c.ws != nil {
		select {
		case c.ws.wake <- struct{}{}:
		default:
		}
	}
}

var upgrader = websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}

// socket answers the WebSocket endpoint. A bad token is no error here: the
// socket opens, and closes before hello.
func (s *Server) socket(w http.ResponseWriter, r *http.Request) {
	if s.trouble(w, r) {
		return
	}
	ws, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	k := newSocket(ws)
	defer k.end()
	s.mu.Lock()
	u := s.who(r)
	closed := s.closed
	s.mu.Unlock()
	var c *conn
	if u != nil && !closed {
		if c = s.join(u, k, r.URL.Query().Get("connection_id"), r.URL.Query().Get("sequence_number")); c == nil {
			return
		}
	}
	_ = ws.SetReadDeadline(time.Now().Add(5 * time.Second)) // to authenticate
	for {
		if c != nil {
			_ = ws.SetReadDeadline(time.Time{})
		}
		var req struct {
			Seq    int64          `json:"seq"`
			Action string         `json:"action"`
			Data   map[string]any `json:"data"`
		}
		if err := ws.ReadJSON(&req); err != nil {
			s.leave(c, k)
			return
		}
		if req.Action != string(model.WebsocketAuthenticationChallenge) || c != nil {
			continue
		}
		text, _ := req.Data["token"].(string)
		s.mu.Lock()
		u = s.owner(text)
		s.mu.Unlock()
		if u == nil {
			return // abruptly
		}
		if c = s.join(u, k, "", ""); c != nil {
			_ = k.send(map[string]any{"status": "OK", "seq_reply": req.Seq})
		}
	}
}

// join puts a socket to a connection: to the one it names if that is still
// there, else to a new one. Nil: what it asks for makes no sense.
func (s *Server) join(u *user, k *socket, id, number string) *conn {
	seq, err := strconv.ParseInt(number, 10, 64)
	if id != "" && (!model.IsValidId(id) || err != nil || seq < 0) {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.conns[id]
	resumed := c != nil && c.user == u.ID
	switch {
	case resumed && c.resume(seq):
	case resumed: // it missed more than is remembered: a new id says so
		delete(s.conns, c.id)
		waiting := c.waiting
		c.id, c.seq, c.sent, c.waiting = model.NewId(), 0, nil, nil
		c.push(s.hello(c))
		for _, f := range waiting {
			c.push(f)
		}
	default:
		c = &conn{id: model.NewId(), user: u.ID}
		c.push(s.hello(c))
	}
	c.cut()
	s.conns[c.id], c.ws = c, k
	if !u.greeted {
		u.greeted = true
		s.tell(frame{Event: "status_change", Data: map[string]any{"status": "online", "user_id": u.ID}, Broadcast: broadcast{UserID: u.ID}}, u.ID)
	}
	c.rouse()
	go s.writeTo(c, k)
	return c
}

// resume queues again what was sent from a number on, and reports whether
// nothing is lost between.
func (c *conn) resume(from int64) bool {
	next := c.seq - int64(len(c.waiting)) // the number of the first that was never sent
	if from == next {
		return true
	}
	at := slices.IndexFunc(c.sent, func(f frame) bool { return f.Seq == from })
	if at < 0 {
		return false
	}
	c.waiting = append(slices.Clone(c.sent[at:]), c.waiting...)
	c.sent = c.sent[:at]
	return true
}

func (s *Server) hello(c *conn) frame {
	return frame{
		Event: "hello", Data: map[string]any{"connection_id": c.id, "server_version": s.version}, Broadcast: broadcast{UserID: c.user},
	}
}

// leave keeps the connection for when the client comes back.
func (s *Server) leave(c *conn, k *socket) {
	k.end()
	s.mu.Lock()
	defer s.mu.Unlock()
	if c != nil && c.ws == k {
		c.ws = nil
	}
	s.happened()
}

// writeTo writes what waits, and pings, until the socket is gone.
func (s *Server) writeTo(c *conn, k *socket) {
	ping := time.NewTicker(time.Minute)
	defer ping.Stop()
	for {
		select {
		case <-k.gone:
			return
		case <-ping.C:
			k.write.Lock()
			_ = k.WriteControl(websocket.PingMessage, nil, time.Now().Add(time.Second))
			k.write.Unlock()
		case <-k.wake:
			for {
				f, more := s.next(c, k)
				if !more {
					break
				}
				if k.send(f) != nil {
					k.end()
					return
				}
			}
		}
	}
}

// next takes an event to be written. It counts as sent even if the socket breaks
// then: only the client knows what it got.
func (s *Server) next(c *conn, k *socket) (frame, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.ws != k || len(c.waiting) == 0 {
		return frame{}, false
	}
	f := c.waiting[0]
	c.waiting = c.waiting[1:]
	c.sent = append(c.sent, f)
	if len(c.sent) > remembered {
		c.sent = c.sent[len(c.sent)-remembered:]
	}
	s.happened()
	return f, true
}

func (k *socket) send(v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	k.write.Lock()
	defer k.write.Unlock()
	_ = k.SetWriteDeadline(time.Now().Add(10 * time.Second))
	return k.WriteMessage(websocket.TextMessage, b)
}

// written reports whether no event waits for a client that is there.
func (s *Server) written() bool {
	for _, c := range s.conns {
		if c.ws != nil && len(c.waiting) > 0 {
			return false
		}
	}
	return true
}
