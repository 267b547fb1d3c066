package slackfake

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/slack-go/slack"
)

func ids(all []obj) map[string]int {
	n := map[string]int{}
	for _, o := range all {
		n[text(sub(o, "payload"), "event_id")]++
	}
	return n
}

func TestRedelivery(t *testing.T) {
	var dead bool
	var mu sync.Mutex
	r := newRig(t, Options{Patience: 30 * time.Millisecond, Still: true}, 2, func(obj) any {
		mu.Lock()
		defer mu.Unlock()
		return map[bool]any{true: "silence"}[dead]
	})
	p := r.Person("anna")
	must(t, p.Messages())
	mu.Lock()
	dead = true
	mu.Unlock()
	must(t, p.Say("hello"))
	r.Settle()
	tries := func(want int) {
		t.Helper()
		r.Settle()
		got := r.envelopes("message")
		if len(got) != want || len(ids(got)) != 1 {
			t.Fatalf("%d tries of %d events, want %d of one", len(got), len(ids(got)), want)
		}
		if last := got[want-1]; last["retry_attempt"] != float64(want-1) || want > 1 && text(last, "retry_reason") != "http_timeout" {
			t.Errorf("%v", last)
		}
	}
	tries(2) // at once
	r.Advance(time.Minute)
	tries(3)
	r.Advance(5 * time.Minute)
	tries(4)
	r.Advance(time.Hour)
	tries(4)
	if err := p.Pick("x"); !errors.Is(err, ErrNoAnswer) {
		t.Errorf("%v", err)
	}
	if n := len(r.envelopes("slash_commands")); n != 1 {
		t.Errorf("a command came %d times", n)
	}
}

func TestDuplicatesAndDroppedAcks(t *testing.T) {
	r := newRig(t, Options{}, 2, nil)
	p := r.Person("anna")
	must(t, p.Messages())
	r.DuplicateEvents(1)
	must(t, p.Say("one"))
	r.RedeliverEvents(1)
	must(t, p.Say("two"))
	r.DropAcks(1)
	must(t, p.Say("three"))
	r.Settle()
	for id, n := range ids(r.envelopes("message")) {
		if n != 2 {
			t.Errorf("%s came %d times", id, n)
		}
	}
	must(t, p.Again())
	r.Settle()
	if got := r.envelopes("message"); len(got) != 7 || len(ids(got)) != 3 {
		t.Errorf("%d of %d", len(got), len(ids(got)))
	}
	r.DropAcks(1)
	if err := p.Pick("x"); !errors.Is(err, ErrNoAnswer) {
		t.Errorf("%v", err)
	}
	must(t, p.Pick("x"))
}

func TestSockets(t *testing.T) {
	r := newRig(t, Options{Ping: 10 * time.Millisecond}, 0, nil)
	var frames []chan obj
	for i := range mostSockets {
		f := r.connect()
		if hello := <-f; text(hello, "type") != "hello" || hello["num_connections"] != float64(i+1) {
			t.Errorf("%v", hello)
		}
		frames = append(frames, f)
	}
	r.refused("too_many_websockets", r.post(r.AppToken(), "apps.connections.open", nil))
	r.Disconnect("warning")
	if d := <-frames[0]; text(d, "reason") != "warning" {
		t.Errorf("%v", d)
	}
	must(t, r.Person("anna").Pick("x")) // it still works
	r.Advance(11 * time.Second)
	if _, open := <-frames[0]; open {
		t.Error("it was not closed")
	}
	for until := time.After(10 * time.Second); r.Connections() != 0; { // what is closed here is read to its end elsewhere
		select {
		case <-until:
			t.Fatalf("%d are open", r.Connections())
		case <-time.After(time.Millisecond):
		}
	}
	if err := r.Person("anna").Pick("x"); !errors.Is(err, ErrNoAnswer) {
		t.Errorf("%v", err)
	}
	f := r.connect()
	<-f
	r.Disconnect("link_disabled")
	if d := <-f; text(d, "reason") != "link_disabled" {
		t.Errorf("%v", d)
	}
	if d := <-r.connect(); text(d, "reason") != "link_disabled" {
		t.Errorf("%v", d)
	}
	r.EnableSockets()
	f = r.connect()
	<-f
	r.KillSockets()
	if _, open := <-f; open {
		t.Error("it was not killed")
	}
}

func TestEachPayloadGoesToOneSocket(t *testing.T) {
	r := newRig(t, Options{}, 0, nil)
	for range 2 {
		r.connect()
	}
	p := r.Person("anna")
	for range 10 {
		must(t, p.Pick("x"))
	}
	if n := len(r.envelopes("slash_commands")); n != 10 {
		t.Errorf("%d came", n)
	}
}

func TestLargeAckIsDropped(t *testing.T) {
	var size int
	r := newRig(t, Options{Patience: 100 * time.Millisecond}, 1, func(obj) any { return obj{"text": strings.Repeat("x", size)} })
	p := r.Person("anna")
	size = 19_000
	if err := p.Pick("x"); err != nil {
		t.Error(err)
	}
	size = 20_000
	if err := p.Pick("x"); !errors.Is(err, ErrNoAnswer) {
		t.Errorf("%v", err)
	}
}

// signed is an app behind HTTP.
type signed struct {
	mu     sync.Mutex
	got    []*http.Request
	bodies []string
	answer func(w http.ResponseWriter, body string)
}

func (a *signed) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b, _ := io.ReadAll(r.Body)
	a.mu.Lock()
	a.got, a.bodies = append(a.got, r), append(a.bodies, string(b))
	answer := a.answer
	a.mu.Unlock()
	if answer != nil {
		answer(w, string(b))
	}
}

func TestSignedHTTP(t *testing.T) {
	a := &signed{}
	srv := httptest.NewServer(a)
	defer srv.Close()
	r := newRig(t, Options{HTTP: true, RequestURL: srv.URL, Patience: 200 * time.Millisecond}, 0, nil)
	p := r.Person("anna")
	a.answer = func(w http.ResponseWriter, body string) {
		var in struct{ Challenge string }
		if json.Unmarshal([]byte(body), &in) == nil {
			_, _ = io.WriteString(w, in.Challenge)
		}
	}
	must(t, r.VerifyURL())
	a.answer = func(w http.ResponseWriter, _ string) { _, _ = io.WriteString(w, "plain answer") }
	must(t, p.Pick("report"))
	if !p.Sees().Has("plain answer") {
		t.Errorf("%+v", p.Sees())
	}
	last, body := a.got[len(a.got)-1], a.bodies[len(a.bodies)-1]
	at, _ := strconv.ParseInt(last.Header.Get("X-Slack-Request-Timestamp"), 10, 64)
	if last.Header.Get("X-Slack-Signature") != Sign(r.SigningSecret(), time.Unix(at, 0), []byte(body)) {
		t.Error("it is not signed")
	}
	form, _ := url.ParseQuery(body)
	if form.Get("text") != "report" || form.Get("command") != "/ombra" || form.Get("user_id") != p.ID() {
		t.Errorf("%v", form)
	}
	posts := r.Posts()
	if got := posts[len(posts)-1]; got.Status != 200 || string(got.Body) != body {
		t.Errorf("%+v", got)
	}
	a.answer = nil
	must(t, p.Shortcut("report"))
	if form, _ := url.ParseQuery(a.bodies[len(a.bodies)-1]); !strings.Contains(form.Get("payload"), `"type":"shortcut"`) {
		t.Errorf("%v", form)
	}
	r.SetRequestURL("http://127.0.0.1:1/")
	if err := p.Pick("x"); !errors.Is(err, ErrNoAnswer) {
		t.Errorf("%v", err)
	}
}

// A workspace whose clock was moved is heard as before.
func TestSignedAfterTheClockMoved(t *testing.T) {
	a := &signed{}
	srv := httptest.NewServer(a)
	defer srv.Close()
	r := newRig(t, Options{HTTP: true, RequestURL: srv.URL}, 0, nil)
	r.Advance(time.Hour)
	must(t, r.Person("anna").Pick("report"))
	last := a.got[len(a.got)-1]
	check, err := slack.NewSecretsVerifier(last.Header, r.SigningSecret())
	must(t, err)
	_, err = io.WriteString(&check, a.bodies[len(a.bodies)-1])
	must(t, err)
	must(t, check.Ensure())
}

func TestSignedRetries(t *testing.T) {
	a := &signed{}
	srv := httptest.NewServer(a)
	defer srv.Close()
	r := newRig(t, Options{HTTP: true, RequestURL: srv.URL, Still: true}, 0, nil)
	p := r.Person("anna")
	a.answer = func(w http.ResponseWriter, _ string) { http.Error(w, "no", http.StatusInternalServerError) }
	must(t, p.Home())
	r.Settle()
	if n := len(a.got); n != 2 || a.got[1].Header.Get("X-Slack-Retry-Num") != "1" || a.got[1].Header.Get("X-Slack-Retry-Reason") != "http_error" {
		t.Fatalf("%d tries, %v", n, a.got[n-1].Header)
	}
	a.mu.Lock()
	a.answer = func(w http.ResponseWriter, _ string) {
		w.Header().Set("X-Slack-No-Retry", "1")
		http.Error(w, "no", http.StatusInternalServerError)
	}
	a.mu.Unlock()
	r.Advance(time.Minute)
	r.Settle()
	r.Advance(time.Hour)
	r.Settle()
	if len(a.got) != 3 {
		t.Errorf("%d tries in spite of X-Slack-No-Retry", len(a.got))
	}
}
