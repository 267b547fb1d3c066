package mattermostfake_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/mattermost/mattermost/server/public/model"

	fake "ombra/adapters/mattermost/mattermostfake"
)

func post(t *testing.T, to string, v any) int {
	t.Helper()
	b, _ := json.Marshal(v)
	resp, err := http.Post(to, "application/json", bytes.NewReader(b))
	if err != nil {
		t.Error(err)
		return 0
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

// A line is one socket of the bot, read to its end.
type line struct {
	*model.WebSocketClient
	events chan *model.WebSocketEvent
}

func dial(t *testing.T, d *desk, token, id string, seq int) *line {
	t.Helper()
	ws, err := model.NewReliableWebSocketClientWithDialer(websocket.DefaultDialer, d.srv.SocketURL(), token, id, seq, true)
	must(t, err)
	l := &line{ws, make(chan *model.WebSocketEvent, 1000)}
	ws.Listen()
	go func() {
		for range ws.ResponseChannel {
		}
	}()
	go func() {
		defer close(l.events)
		for ev := range ws.EventChannel {
			l.events <- ev
		}
	}()
	t.Cleanup(ws.Close)
	return l
}

// until reads to an event, and gives the post texts on the way.
func (l *line) until(t *testing.T, last string) (texts []string, seqs []int64) {
	t.Helper()
	for {
		select {
		case ev, more := <-l.events:
			if !more {
				return append(texts, "(closed)"), seqs
			}
			seqs = append(seqs, ev.GetSequence())
			if text, ok := ev.GetData()["post"].(string); ok && ev.EventType() == model.WebsocketEventPosted {
				var p model.Post
				_ = json.Unmarshal([]byte(text), &p)
				if texts = append(texts, p.Message); p.Message == last {
					return texts, seqs
				}
			}
			if string(ev.EventType()) == last {
				return texts, seqs
			}
		case <-time.After(5 * time.Second):
			t.Fatalf("no %q after %q", last, texts)
		}
	}
}

func (l *line) hello(t *testing.T) string {
	t.Helper()
	select {
	case ev, more := <-l.events:
		if !more {
			return "(closed)"
		}
		if ev.EventType() != model.WebsocketEventHello || ev.GetSequence() != 0 {
			t.Fatalf("%s, %d", ev.EventType(), ev.GetSequence())
		}
		return ev.GetData()["connection_id"].(string)
	case <-time.After(5 * time.Second):
		t.Fatal("no hello")
	}
	return ""
}

// listen hands on what others post.
func listen(t *testing.T, d *desk, do func(*model.Post)) *line {
	t.Helper()
	l := dial(t, d, d.bot.Token, "", 0)
	l.hello(t)
	go func() {
		for ev := range l.events {
			text, _ := ev.GetData()["post"].(string)
			var p model.Post
			if ev.EventType() == model.WebsocketEventPosted && json.Unmarshal([]byte(text), &p) == nil && p.UserId != d.bot.ID {
				do(&p)
			}
		}
	}()
	return l
}

// say posts without waiting for an answer.
func say(t *testing.T, d *desk, who fake.User, text string) *model.Post {
	t.Helper()
	c := d.srv.Client(who.Token)
	channel, _, err := c.CreateDirectChannel(context.Background(), who.ID, d.bot.ID)
	must(t, err)
	p, _, err := c.CreatePost(context.Background(), &model.Post{ChannelId: channel.Id, Message: text})
	must(t, err)
	return p
}

// TestSocketResume: a client that comes back with its connection id and the
// number after the last event gets what it missed, in order, and no hello.
func TestSocketResume(t *testing.T) {
	d := open(t, fake.Options{})
	anna := d.srv.AddUser("anna")
	l := dial(t, d, d.bot.Token, "", 0)
	id := l.hello(t)
	say(t, d, anna, "one")
	_, seqs := l.until(t, "one")
	d.srv.DropSockets()
	if texts, _ := l.until(t, "never"); texts[len(texts)-1] != "(closed)" || l.ListenError == nil {
		t.Errorf("%q, %v", texts, l.ListenError)
	}
	for i := range 3 {
		say(t, d, anna, fmt.Sprintf("missed %d", i))
	}
	last := seqs[len(seqs)-1]
	l = dial(t, d, d.bot.Token, id, int(last)+1)
	texts, seqs := l.until(t, "missed 2")
	if !reflect.DeepEqual(texts, []string{"missed 0", "missed 1", "missed 2"}) || seqs[0] != last+1 {
		t.Errorf("%q, %v after %d", texts, seqs, last)
	}
	// Some that were sent, but never read, come again.
	l.Close()
	l = dial(t, d, d.bot.Token, id, int(last)+2)
	if texts, _ := l.until(t, "missed 2"); !reflect.DeepEqual(texts, []string{"missed 1", "missed 2"}) {
		t.Errorf("%q", texts)
	}
}

// TestSocketGap: a new connection id in hello says that something is missing, and
// the list of posts since has it, deleted ones too.
func TestSocketGap(t *testing.T) {
	for name, breaks := range map[string]func(*desk){
		"restart": func(d *desk) {
			must(t, d.srv.Restart())
			http.DefaultTransport.(*http.Transport).CloseIdleConnections() // they are dead, and a POST is not tried twice
		},
		"forgotten": func(d *desk) { d.srv.ForgetConnections() },
	} {
		t.Run(name, func(t *testing.T) {
			d := open(t, fake.Options{})
			ctx := context.Background()
			anna := d.srv.AddUser("anna")
			l := dial(t, d, d.bot.Token, "", 0)
			id := l.hello(t)
			before := say(t, d, anna, "one")
			_, seqs := l.until(t, "one")
			<-time.After(2 * time.Millisecond)
			breaks(d)
			missed := say(t, d, anna, "missed")
			l = dial(t, d, d.bot.Token, id, int(seqs[len(seqs)-1])+1)
			if again := l.hello(t); again == id {
				t.Error("the same connection id")
			}
			list, _, err := d.client.GetPostsSince(ctx, before.ChannelId, before.CreateAt, false)
			must(t, err)
			if !reflect.DeepEqual(list.Order, []string{missed.Id}) || list.Posts[missed.Id].Message != "missed" {
				t.Errorf("%v", list.Order)
			}
			channels, _, err := d.client.GetChannelsForTeamForUser(ctx, d.srv.TeamID(), d.bot.ID, false, "")
			must(t, err)
			direct := 0
			for _, c := range channels {
				if c.Type == model.ChannelTypeDirect && c.Id == before.ChannelId {
					direct++
				}
			}
			if direct != 1 {
				t.Errorf("%d direct channels", direct)
			}
		})
	}
}

// TestSocketTooFar: who missed more than is remembered gets a new connection.
func TestSocketTooFar(t *testing.T) {
	d := open(t, fake.Options{})
	anna := d.srv.AddUser("anna")
	l := dial(t, d, d.bot.Token, "", 0)
	id := l.hello(t)
	for i := range 140 {
		say(t, d, anna, fmt.Sprint(i))
	}
	l.until(t, "139")
	d.srv.DropSockets()
	l.until(t, "never")
	l = dial(t, d, d.bot.Token, id, 2)
	if again := l.hello(t); again == id || again == "(closed)" {
		t.Errorf("hello with %s", again)
	}
}

// TestSocketBadToken: the constructor has no error; the socket closes before hello.
func TestSocketBadToken(t *testing.T) {
	d := open(t, fake.Options{})
	if got := dial(t, d, "wrong", "", 0).hello(t); got != "(closed)" {
		t.Errorf("hello: %s", got)
	}
	if _, resp, err := d.srv.Client("wrong").GetMe(context.Background(), ""); err == nil || resp.StatusCode != 401 {
		t.Errorf("%v", err)
	}
	if got := dial(t, d, d.bot.Token, "nonsense", 1).hello(t); got != "(closed)" {
		t.Errorf("a nonsense connection id: %s", got)
	}
	d.srv.Deactivate(d.admin) // the bot dies with its owner
	if got := dial(t, d, d.bot.Token, "", 0).hello(t); got != "(closed)" {
		t.Errorf("the bot of a leaver: %s", got)
	}
}

// TestWeather: events are lost without a trace, lost with their number, doubled,
// and sockets break, as often as was asked for.
func TestWeather(t *testing.T) {
	for name, x := range map[string]struct {
		weather fake.Weather
		texts   []string
		gap     bool
	}{
		"lost":   {fake.Weather{Lose: 2}, []string{"0", "2", "4", "end"}, false},
		"gap":    {fake.Weather{Gap: 2}, []string{"0", "2", "4", "end"}, true},
		"repeat": {fake.Weather{Repeat: 2}, []string{"0", "1", "1", "2", "3", "3", "4", "5", "5", "end"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			d := open(t, fake.Options{})
			anna := d.srv.AddUser("anna")
			say(t, d, anna, "first")
			l := dial(t, d, d.bot.Token, "", 0)
			l.hello(t)
			l.until(t, "status_change")
			d.srv.Weather(x.weather)
			for i := range 6 {
				say(t, d, anna, fmt.Sprint(i))
			}
			d.srv.Heal()
			say(t, d, anna, "end")
			texts, seqs := l.until(t, "end")
			if !reflect.DeepEqual(texts, x.texts) {
				t.Errorf("%q", texts)
			}
			if gap := seqs[len(seqs)-1] != seqs[0]+int64(len(seqs))-1; gap != x.gap {
				t.Errorf("numbers %v", seqs)
			}
		})
	}
}
