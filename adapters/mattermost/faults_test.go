package mattermost_test

import (
	"net/http"
	"testing"
	"time"

	"ombra/adapters/mattermost/mattermostfake"
	"ombra/bot/bottest"
)

// TestSuiteUnderFaults tells the same story on a server that fails all the time:
// no second case, no lost case, no lost word, one receipt.
func TestSuiteUnderFaults(t *testing.T) {
	for name, trouble := range map[string]func(*mattermostfake.Server){
		"everything twice": func(s *mattermostfake.Server) { s.Weather(mattermostfake.Weather{Repeat: 2, Twice: 2}) },
		"events are lost":  func(s *mattermostfake.Server) { s.Weather(mattermostfake.Weather{Lose: 3, Gap: 4}) },
		"sockets break":    func(s *mattermostfake.Server) { s.Weather(mattermostfake.Weather{Drop: 4}) },
		"500 now and then": func(s *mattermostfake.Server) {
			s.Fail(mattermostfake.Fault{Status: http.StatusInternalServerError, Every: 4, Times: -1})
		},
		"500, but done": func(s *mattermostfake.Server) {
			s.Fail(mattermostfake.Fault{On: "POST /api/v4/actions/dialogs/open", Status: http.StatusInternalServerError, Done: true, Every: 2, Times: -1})
			s.Fail(mattermostfake.Fault{On: "POST /api/v4/posts", Status: http.StatusInternalServerError, Done: true, Every: 2, Times: -1})
			s.Fail(mattermostfake.Fault{On: "DELETE /api/v4/posts", Status: http.StatusInternalServerError, Done: true, Every: 2, Times: -1})
		},
		"no answer": func(s *mattermostfake.Server) { s.Fail(mattermostfake.Fault{Every: 5, Times: -1}) },
		"too much at once": func(s *mattermostfake.Server) {
			s.Fail(mattermostfake.Fault{Status: http.StatusTooManyRequests, Every: 40, Times: -1})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			open := func(t *testing.T) *bottest.World {
				t.Helper()
				r := newRoom(t, mattermostfake.Options{}, bottest.Settings{})
				trouble(r.fake)
				return r.World
			}
			switch quick := name == "everything twice" || name == "events are lost"; {
			case isLong():
				bottest.Run(t, open)
			case quick:
				story(t, open(t))
			default:
				t.Skip("minutes of waiting for a server that fails: OMBRA_LONG=1")
			}
		})
	}
}

// TestRestart: the server goes down and comes up again between all that people do.
func TestRestart(t *testing.T) {
	t.Parallel()
	r := newRoom(t, mattermostfake.Options{}, bottest.Settings{})
	staff := r.Seat("staff")
	down := func() {
		t.Helper()
		if err := r.fake.Restart(); err != nil {
			t.Fatal(err)
		}
	}
	steps := []func() error{
		func() error { return staff.Pick("report") },
		func() error { return staff.Press(words.Get("gate.go-on")) },
		func() error { return staff.Send(report("The server was restarted.")) },
	}
	for i, do := range steps {
		if err := do(); err != nil {
			t.Fatalf("%d: %v: %s", i, err, staff.Sees().Text)
		}
		down()
	}
	if _, err := bottest.ReceiptOn(staff.Sees()); err != nil {
		t.Errorf("%v: %s", err, staff.Sees().Text)
	}
	// What is said while nobody listens is answered when the socket is back.
	r.fake.ForgetConnections()
	p := r.fake.Seat("staff")
	if err := p.Say("I saw it too."); err != nil {
		t.Fatal(err)
	}
	soon(t, "an answer", func() bool { return p.Sees().Has(words.Get("cover.title")) || p.Sees().Has(words.Get("said.title")) })
}

// TestDown: a server that is down for a while is no reason to stop.
func TestDown(t *testing.T) {
	t.Parallel()
	r := newRoom(t, mattermostfake.Options{}, bottest.Settings{})
	p := r.Seat("staff")
	r.fake.Stop()
	<-time.After(300 * time.Millisecond)
	if err := r.fake.Resume(); err != nil {
		t.Fatal(err)
	}
	if err := p.Pick("help"); err != nil || !p.Sees().Has(words.Get("help.title")) {
		t.Fatalf("%v: %s", err, p.Sees().Text)
	}
	soon(t, "the socket", func() bool { return r.fake.Sockets(r.bot) > 0 })
}

// soon waits until something holds.
func soon(tb testing.TB, what string, holds func() bool) {
	tb.Helper()
	for until := time.After(10 * time.Second); !holds(); {
		select {
		case <-until:
			tb.Fatalf("%s never came", what)
		case <-time.After(10 * time.Millisecond):
		}
	}
}
