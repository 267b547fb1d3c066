package slack

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/slack-go/slack"
)

// TestConnectionsAreKept: as many people as before, the next moment, need no new
// connections.
func TestConnectionsAreKept(t *testing.T) {
	const people = 50
	var opened atomic.Int32
	var together sync.WaitGroup // nobody is answered before all are there
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		together.Done()
		together.Wait()
		_, _ = io.WriteString(w, `{"ok":true,"view":{"id":"V1"},"user_id":"U1"}`)
	}))
	srv.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			opened.Add(1)
		}
	}
	srv.Start()
	defer srv.Close()
	a, err := New(Options{BotToken: Hide("x"), AppToken: Hide("x"), APIURL: srv.URL})
	if err != nil {
		t.Fatal(err)
	}
	rush := func(call func() error) int32 {
		before := opened.Load()
		var all sync.WaitGroup
		together.Add(people)
		for range people {
			all.Go(func() {
				if err := call(); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		return opened.Load() - before
	}
	views := func() error {
		_, err := a.view(t.Context(), "views.update", viewCall{ID: "V1"})
		return err
	}
	if n := rush(views); n != people {
		t.Fatalf("%d connections for %d people", n, people)
	}
	others := func() error { _, err := a.api.AuthTestContext(t.Context()); return err }
	for what, call := range map[string]func() error{"views": views, "the SDK's": others} {
		if n := rush(call); n > 0 {
			t.Errorf("%s: %d new connections", what, n)
		}
	}
}

// TestViewAnswers: what comes back for a view, read as the SDK would, and nothing
// of it said.
func TestViewAnswers(t *testing.T) {
	for text, want := range map[string]fault{
		`{"ok":true,"view":{"id":"V1","blocks":[{"type":"unheard"}]}}`: {},
		`{"ok":true}`:                          {},
		`{"ok":false,"error":"not_found"}`:     {code: "not_found"},
		`{"ok":false,"error":"hash_conflict"}`: {code: "server", again: true, maybe: true},
		`{"ok":false,"error":"ratelimited"}`:   {code: "server", again: true},
		`{"ok":false,"error":"of xoxb-1"}`:     {code: "other"},
		`{}`:                                   {code: "other"},
		`{"ok":true,"view":{"id":"V1"`:         {code: "unreachable", again: true, maybe: true},
		``:                                     {code: "unreachable", again: true, maybe: true},
		`<html>xoxb-1</html>`:                  {code: "unreachable", again: true, maybe: true},
	} {
		id, err := viewID(strings.NewReader(text))
		var got *fault
		switch {
		case want == fault{}:
			if err != nil || strings.Contains(text, "V1") != (id == "V1") {
				t.Errorf("%s: %q, %v", text, id, err)
			}
		case !errors.As(err, &got) || *got != want || id != "":
			t.Errorf("%s: %+v, want %+v", text, got, want)
		}
	}
	if f := faultOf(slack.SlackErrorResponse{Err: "not_found"}); *f != (fault{code: "not_found"}) {
		t.Errorf("the SDK's: %+v", f)
	}
}
