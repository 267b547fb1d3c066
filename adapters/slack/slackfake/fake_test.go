package slackfake

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// rig is a workspace with an app that a test answers for.
type rig struct {
	*Server
	t  *testing.T
	mu sync.Mutex
	// got are the payloads that came, by Socket Mode's envelope.
	got []obj
	// reply makes an ack; nil: an empty one. It may call the Web API.
	reply func(envelope obj) any
}

func newRig(t *testing.T, o Options, sockets int, reply func(envelope obj) any) *rig {
	t.Helper()
	if o.Linger == 0 {
		o.Linger = 60 * time.Millisecond
	}
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{Server: s, t: t, reply: reply}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	for range sockets {
		r.connect()
	}
	return r
}

// connect opens a socket and answers on it. It returns the frames that are no
// envelopes.
func (r *rig) connect() chan obj {
	r.t.Helper()
	out := r.post(r.AppToken(), "apps.connections.open", nil)
	ws, res, err := websocket.DefaultDialer.DialContext(r.t.Context(), text(out, "url"), nil)
	if err != nil {
		r.t.Fatal(err, out)
	}
	_ = res.Body.Close()
	frames := make(chan obj, 100)
	go func() {
		defer close(frames)
		for {
			var o obj
			if ws.ReadJSON(&o) != nil {
				return
			}
			if text(o, "envelope_id") == "" {
				frames <- o
				continue
			}
			r.mu.Lock()
			r.got = append(r.got, o)
			r.mu.Unlock()
			go r.ack(ws, o)
		}
	}()
	return frames
}

var writing sync.Mutex

func (r *rig) ack(ws *websocket.Conn, o obj) {
	a := obj{"envelope_id": o["envelope_id"]}
	if r.reply != nil {
		if p := r.reply(o); p == "silence" {
			return
		} else if p != nil {
			a["payload"] = p
		}
	}
	writing.Lock()
	defer writing.Unlock()
	_ = ws.WriteJSON(a)
}

func (r *rig) envelopes(kind string) []obj {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []obj
	for _, o := range r.got {
		if text(o, "type") == kind || text(sub(o, "payload"), "type") == kind || text(sub(sub(o, "payload"), "event"), "type") == kind {
			all = append(all, o)
		}
	}
	return all
}

// call calls a method as the bot, with JSON.
func (r *rig) call(method string, args obj) obj { return r.post(r.BotToken(), method, args) }

func (r *rig) post(token, method string, args obj) obj {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, r.API()+method, bytes.NewReader(encode(args)))
	if err != nil {
		r.t.Error(err)
		return nil
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return obj{"error": "no answer"}
	}
	defer res.Body.Close()
	var out obj
	_ = json.NewDecoder(res.Body).Decode(&out)
	return out
}

func (r *rig) refused(want string, out obj) {
	r.t.Helper()
	if text(out, "error") != want {
		r.t.Errorf("want %s, got %v", want, out)
	}
}

func (r *rig) taken(out obj) obj {
	r.t.Helper()
	if !yes(out, "ok") {
		r.t.Errorf("refused: %v", out)
	}
	return out
}

func say(kind, words string) obj { return obj{"type": kind, "text": words} }

func button(label, action string) obj {
	return obj{"type": "button", "text": say("plain_text", label), "action_id": action, "value": "v-" + action}
}

func input(block, action string, more obj) obj {
	e := obj{"type": "plain_text_input", "action_id": action}
	for k, v := range more {
		e[k] = v
	}
	return obj{"type": "input", "block_id": block, "label": say("plain_text", "Field "+action), "element": e}
}

func modal(title string, blocks ...any) obj {
	return obj{"type": "modal", "title": say("plain_text", title), "submit": say("plain_text", "Send"), "close": say("plain_text", "Close"), "blocks": blocks}
}

func section(words string) obj { return obj{"type": "section", "text": say("mrkdwn", words)} }

func values(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// An app with a form: the command opens it, a short text is refused, another
// word becomes a card with a button that leads on.
func formApp(r **rig) func(obj) any {
	return func(o obj) any {
		p := sub(o, "payload")
		switch text(o, "type") + " " + text(p, "type") {
		case "slash_commands ":
			(*r).call("views.open", obj{"trigger_id": p["trigger_id"], "view": modal("Report", input("what", "what#1", nil))})
		case "interactive view_submission":
			what := sub(sub(sub(sub(sub(p, "view"), "state"), "values"), "what"), "what#1")
			typed := text(what, "value")
			if len(typed) < 3 {
				return obj{"response_action": "errors", "errors": obj{"what": "Too short"}}
			}
			v := modal("Thank you", section("You wrote "+typed), obj{"type": "actions", "elements": arr(button("More", "more"))})
			delete(v, "submit")
			return obj{"response_action": "update", "view": v}
		case "interactive block_actions":
			v := modal("More", section("There is more"))
			delete(v, "submit")
			(*r).call("views.update", obj{"view_id": sub(p, "view")["id"], "view": v})
		}
		return nil
	}
}

func TestFormOverSocket(t *testing.T) {
	r := newRig(t, Options{}, 2, nil)
	r.reply = formApp(&r)
	p := r.Person("anna")
	must(t, p.Pick("report"))
	if s := p.Sees(); !s.Private || !s.Has("Report") || len(s.Fields) != 1 || s.Fields[0] != "what" {
		t.Fatalf("%+v", s)
	}
	must(t, p.Send(values("what", "x")))
	if s := p.Sees(); s.Problems["what"] != "Too short" || s.Values.Get("what") != "x" {
		t.Fatalf("%+v", s)
	}
	must(t, p.Send(nil))
	if s := p.Sees(); s.Problems["what"] != "Too short" {
		t.Fatalf("%+v", s)
	}
	must(t, p.Send(values("what", "It broke.")))
	if s := p.Sees(); !s.Has("You wrote It broke.") || strings.Join(s.Buttons, "") != "More" || len(s.Problems) > 0 {
		t.Fatalf("%+v", s)
	}
	must(t, p.Press("More"))
	if !p.Sees().Has("There is more") {
		t.Fatalf("%+v", p.Sees())
	}
	if err := p.Press("More"); err == nil {
		t.Error("a button that is not there was pressed")
	}
	must(t, p.Dismiss())
	if s := p.Sees(); s.Text != "" {
		t.Errorf("%+v", s)
	}
	if bytes.Contains(r.Export(), []byte("It broke.")) {
		t.Error("a view is kept")
	}
	if !bytes.Contains(r.Ephemera(), []byte("fakes")) && len(r.Names()) == 0 {
		t.Error("nothing is named")
	}
}
