package slack

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// How long a connection may be silent, and a write take. Slack pings every few
// seconds.
const (
	silence   = 30 * time.Second
	writeTime = 5 * time.Second
	lastTime  = 15 * time.Second // for what is still under way on one that Slack will close
)

// A link is one connection of Socket Mode.
type link struct {
	ws    *websocket.Conn
	leave chan struct{} // closed when another one is wanted in its place

	writing sync.Mutex // covers writing to ws

	mu   sync.Mutex
	why  string // guarded by mu: of a disconnect frame
	left bool   // guarded by mu
}

// dial opens a connection, and looks at how many Slack says there are then. Its
// error is a *fault.
func (l *links) dial(ctx context.Context) (*link, error) {
	l.dialing.Lock()
	defer l.dialing.Unlock()
	var at string
	err := calls(ctx, manner{tries: 1}, func(ctx context.Context) (err error) {
		_, at, err = l.a.api.StartSocketModeContext(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	// An ack goes in one frame: those that are continued get lost.
	d := websocket.Dialer{Proxy: http.ProxyFromEnvironment, HandshakeTimeout: 10 * time.Second, WriteBufferSize: 32 << 10}
	ws, resp, err := d.DialContext(ctx, at, nil)
	if resp != nil && resp.Body != nil {
		_ = resp.Body.Close()
	}
	if err != nil {
		return nil, &fault{code: "unreachable", again: true}
	}
	ws.SetReadLimit(maxBody)
	c := &link{ws: ws, leave: make(chan struct{})}
	c.alive()
	ws.SetPingHandler(func(data string) error {
		c.alive()
		// A pong that cannot be written shows at the next read.
		_ = ws.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(writeTime))
		return nil
	})
	l.mu.Lock()
	l.open++
	l.mu.Unlock()
	f, err := c.next()
	if err != nil {
		l.closed(c)
		return nil, &fault{code: "unreachable", again: true}
	}
	l.control(ctx, c, f)
	return c, nil
}

// next reads a frame.
func (c *link) next() (f frame, err error) {
	_, text, err := c.ws.ReadMessage()
	if err != nil {
		return f, err
	}
	c.alive()
	if json.Unmarshal(text, &f) != nil {
		f = frame{Type: "odd"}
	}
	return f, nil
}

// control takes the frames that are about the connection itself.
func (l *links) control(ctx context.Context, c *link, f frame) {
	switch f.Type {
	case "hello":
		l.count(ctx, f.Count)
	case "disconnect":
		c.leaves(f.Reason)
	default:
		l.a.odd(ctx)
	}
}

func (l *links) closed(c *link) {
	l.mu.Lock()
	l.open--
	l.mu.Unlock()
	c.leaves("")
	c.close()
}

// alive puts off the end of patience, unless the end is known.
func (c *link) alive() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.left {
		_ = c.ws.SetReadDeadline(time.Now().Add(silence))
	}
}

// A frame is what Slack sends: hello, disconnect, or a payload in an envelope.
type frame struct {
	Type     string          `json:"type"`
	Count    int             `json:"num_connections"`
	Reason   string          `json:"reason"`
	Envelope string          `json:"envelope_id"`
	Payload  json.RawMessage `json:"payload"`
}

// serve reads until the connection ends.
func (l *links) serve(ctx, work context.Context, c *link) {
	defer l.closed(c)
	for {
		f, err := c.next()
		if err != nil {
			return
		}
		switch f.Type {
		case kindCommand, kindAction, kindEvent:
			l.a.envelope(work, c, f)
		default:
			l.control(ctx, c, f)
		}
	}
}

// envelope answers one. An envelope that comes again was not acknowledged in
// time. A form's is answered again: the bot finds the first one's result.
func (a *Adapter) envelope(ctx context.Context, c *link, f frame) {
	done := func(body any) { c.ack(f.Envelope, body) }
	if !isForm(f.Payload) && !a.seen.add("envelope", f.Envelope) {
		done(nil)
		return
	}
	a.begin(ctx, f.Type, f.Payload, done)
}

// ack writes an acknowledgement. Where it cannot be written, the connection is
// gone, and Slack tells the person so.
func (c *link) ack(envelope string, body any) {
	text, err := json.Marshal(struct {
		Envelope string `json:"envelope_id"`
		Payload  any    `json:"payload,omitempty"`
	}{envelope, body})
	if err != nil {
		return
	}
	c.writing.Lock()
	defer c.writing.Unlock()
	_ = c.ws.SetWriteDeadline(time.Now().Add(writeTime))
	if c.ws.WriteMessage(websocket.TextMessage, text) != nil {
		c.close()
	}
}

// leaves says that another connection is wanted. This one goes on for a while, for
// what is under way on it.
func (c *link) leaves(why string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.left {
		return
	}
	c.left, c.why = true, why
	_ = c.ws.SetReadDeadline(time.Now().Add(lastTime))
	close(c.leave)
}

func (c *link) close() { _ = c.ws.Close() }

// refresh: Slack said that it would close it, and nothing is wrong.
func (c *link) refresh() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.why == "warning" || c.why == "refresh_requested"
}

// disabled: Socket Mode was switched off in the app's settings.
func (c *link) disabled() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.why == "link_disabled"
}
