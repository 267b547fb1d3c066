package mattermostfake_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// A listener takes down every event of a socket.
type listener struct {
	mu     sync.Mutex
	events []map[string]any
}

func (r *replay) listen(who string) {
	r.t.Helper()
	header := map[string][]string{"Authorization": {"Bearer " + r.tokens[who]}}
	ws, resp, err := websocket.DefaultDialer.Dial(r.srv.SocketURL()+"/api/v4/websocket", header)
	must(r.t, err)
	_ = resp.Body.Close()
	l := &listener{}
	r.lines[who] = l
	r.t.Cleanup(func() { _ = ws.Close() })
	go func() {
		for {
			var ev map[string]any
			if ws.ReadJSON(&ev) != nil {
				return
			}
			l.mu.Lock()
			l.events = append(l.events, ev)
			l.mu.Unlock()
		}
	}()
}

func (l *listener) all() []map[string]any {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]map[string]any(nil), l.events...)
}

// events compares what went over a socket, numbers included.
func (r *replay) events(who string, all []trace) {
	r.t.Helper()
	n := 0
	got := r.lines[who].all()
	for _, x := range all {
		if x.Dir != "ws<-" || x.Who != who {
			continue
		}
		if n >= len(got) {
			r.t.Fatalf("%s: %d events", who, len(got))
		}
		var want map[string]any
		must(r.t, json.Unmarshal(x.Event, &want))
		name := fmt.Sprintf("trace %d, event %s for %s", x.line, want["event"], who)
		if want["event"] != got[n]["event"] {
			r.t.Fatalf("%s: it is %s", name, got[n]["event"])
		}
		r.same(name, want, any(got[n]))
		n++
	}
	if n < 25 {
		r.t.Errorf("%d events were compared", n)
	}
}

// callbacks compares what the integration was sent.
func (r *replay) callbacks(all []trace) {
	r.t.Helper()
	calls, n := r.srv.Callouts(), 0
	for _, x := range all {
		if x.Dir != "callback" {
			continue
		}
		c := calls[n]
		n++
		name := fmt.Sprintf("trace %d, callback %s", x.line, x.Path)
		if got := c.Header.Get("Content-Type"); got != x.CType || !strings.HasSuffix(c.URL, x.Path) {
			r.t.Errorf("%s: %s to %s", name, got, c.URL)
		}
		if got := c.Header.Get("Authorization"); strings.HasPrefix(got, "Token ") != strings.HasPrefix(x.Auth, "Token ") || (got == "") != (x.Auth == "") {
			r.t.Errorf("%s: Authorization %q, recorded was %q", name, got, x.Auth)
		}
		var want, ours any
		must(r.t, json.Unmarshal(x.Req, &want))
		if text, isForm := want.(string); isForm {
			want, ours = values(text), values(string(c.Body))
		} else {
			must(r.t, json.Unmarshal(c.Body, &ours))
		}
		r.same(name, want, ours)
	}
	if n != 6 {
		r.t.Errorf("%d callbacks were compared", n)
	}
}

func values(form string) any {
	v, _ := url.ParseQuery(form)
	out := map[string]any{}
	for key := range v {
		out[key] = v.Get(key)
	}
	return out
}

// ephemeralButton finds the button that alice saw last: its post is in no
// answer, and its cookie is sealed by this server.
func (r *replay) ephemeralButton() (path, body string) {
	r.t.Helper()
	for range 100 {
		got := r.lines["alice"].all()
		last := got[len(got)-1]
		data, _ := last["data"].(map[string]any)
		text, _ := data["post"].(string)
		var p struct {
			ID    string `json:"id"`
			Props struct {
				Attachments []struct {
					Actions []struct{ ID, Cookie string } `json:"actions"`
				} `json:"attachments"`
			} `json:"props"`
		}
		if json.Unmarshal([]byte(text), &p) == nil && len(p.Props.Attachments) == 1 {
			action := p.Props.Attachments[0].Actions[0]
			b, _ := json.Marshal(map[string]string{"cookie": action.Cookie})
			return "/api/v4/posts/" + p.ID + "/actions/" + action.ID, string(b)
		}
		<-time.After(5 * time.Millisecond)
	}
	r.t.Fatal("no ephemeral button")
	return "", ""
}
