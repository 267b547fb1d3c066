package mattermost

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/websocket"
	"github.com/mattermost/mattermost/server/public/model"
)

// The SDK's socket client never connects again by itself. This one does, with
// growing pauses; it goes on where it was (the server keeps some events for a
// connection that comes back with its id and the next number), and where the
// server has forgotten, it asks each direct channel for what was missed.

const (
	firstPause = 500 * time.Millisecond
	longPause  = time.Minute
	maxEvent   = 8 << 20
)

// place is how far a connection came.
type place struct {
	connection string
	next       int64
}

// socket stays connected until intake ends. What it hears is answered under work.
func (a *Adapter) socket(intake, work context.Context) { //nolint:revive // two lives, two contexts
	var at place
	for pause := firstPause; ; {
		greeted, err := a.connect(intake, work, &at)
		switch {
		case intake.Err() != nil:
			return
		case statusOf(err) == http.StatusUnauthorized:
			a.turnedAway(true)
			pause = longPause
		case greeted: // the server is there, and knows the bot
			pause = firstPause
		}
		if !sleep(intake, pause/2+jitter(pause/2)) {
			return
		}
		pause = min(2*pause, longPause)
	}
}

// jitter spreads the load of many bots on a server that comes back.
func jitter(most time.Duration) time.Duration {
	var b [8]byte
	_, _ = rand.Read(b[:])
	return time.Duration(binary.BigEndian.Uint64(b[:]) % uint64(most+1)) //nolint:gosec // it is not negative
}

func (a *Adapter) turnedAway(refused bool) {
	a.mu.Lock()
	was := a.refused
	a.refused = refused
	a.mu.Unlock()
	if refused && !was {
		a.o.Log.LogAttrs(context.Background(), slog.LevelError, logTurned, here)
	}
}

// connect holds one connection until it ends, and tells whether the server said
// anything on it. A token that is not known is found out beforehand: the SDK's constructor takes
// it without an error, and the server only closes.
func (a *Adapter) connect(intake, work context.Context, at *place) (greeted bool, err error) { //nolint:revive // see socket
	me, err := a.check401(intake)
	if err != nil {
		return false, err
	}
	dialer := &websocket.Dialer{HandshakeTimeout: callTime} // no proxy either: see base
	c, err := model.NewReliableWebSocketClientWithDialer(dialer, socketURL(a.o.URL), a.o.Token.Reveal(), at.connection, int(at.next), true)
	if err != nil {
		return false, &fault{doing: "connect"}
	}
	c.Conn.SetReadLimit(maxEvent)
	c.Listen()
	defer drain(c)
	look := time.NewTicker(a.o.Look)
	defer look.Stop()
	for {
		select {
		case <-intake.Done():
			return greeted, nil
		case <-look.C: // an event can be lost without leaving a gap
			a.failed(a.mendGap(work, me))
		case ev, ok := <-c.EventChannel:
			if !ok {
				if greeted {
					a.o.Log.LogAttrs(context.Background(), slog.LevelInfo, logLost, here)
				}
				return greeted, &fault{doing: "listen"}
			}
			greeted = true // a connection that goes on where it was has no hello
			a.heard(work, me, at, ev)
		case _, ok := <-c.ResponseChannel:
			if !ok {
				c.ResponseChannel = nil
			}
		case <-c.PingTimeoutChannel:
			return greeted, &fault{doing: "listen"}
		}
	}
}

// drain ends a connection. The SDK's own Close can race with its answer to a ping
// and panic, so the connection beneath is closed, and all that it still says is
// read until it has ended.
func drain(c *model.WebSocketClient) {
	_ = c.Conn.Close()
	for events, responses := c.EventChannel, c.ResponseChannel; events != nil || responses != nil; {
		select {
		case _, ok := <-events:
			if !ok {
				events = nil
			}
		case _, ok := <-responses:
			if !ok {
				responses = nil
			}
		case <-c.PingTimeoutChannel:
		}
	}
}

// check401 asks who the bot is, anew each time: a token can be revoked.
func (a *Adapter) check401(ctx context.Context) (string, error) {
	a.mu.Lock()
	a.me = ""
	a.mu.Unlock()
	me, err := a.self(ctx)
	if err == nil {
		a.turnedAway(false)
	}
	return me, err
}

func socketURL(address string) string { return "ws" + strings.TrimPrefix(address, "http") }

// heard takes one event. Where something is missing, all is looked through; if that
// fails, the next look begins where this one did.
func (a *Adapter) heard(work context.Context, me string, at *place, ev *model.WebSocketEvent) {
	if ev.EventType() == model.WebsocketEventHello {
		id, _ := ev.GetData()["connection_id"].(string)
		fresh := id == "" || id != at.connection
		at.connection, at.next = id, ev.GetSequence()+1
		a.o.Log.LogAttrs(context.Background(), slog.LevelInfo, logConnected, here)
		if fresh {
			a.failed(a.mendGap(work, me))
		}
		return
	}
	gap := ev.GetSequence() != at.next
	at.next = ev.GetSequence() + 1
	if gap {
		a.failed(a.mendGap(work, me))
	}
	switch ev.EventType() {
	case model.WebsocketEventPosted:
		if kind, _ := ev.GetData()["channel_type"].(string); kind != string(model.ChannelTypeDirect) {
			return
		}
		text, _ := ev.GetData()["post"].(string)
		var p model.Post
		if json.Unmarshal([]byte(text), &p) == nil {
			a.said(work, me, &p)
		}
	case model.WebsocketEventDirectAdded:
		a.greet(work, me, ev)
	default:
	}
}
