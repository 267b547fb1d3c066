package mattermost_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"ombra/adapters/mattermost"
	"ombra/adapters/mattermost/mattermostfake"
	"ombra/bot"
	"ombra/bot/bottest"
)

// reopen makes the adapter of an office that is started anew.
func (r *room) reopen(tb testing.TB) *mattermost.Adapter {
	tb.Helper()
	a, err := mattermost.New(r.o)
	if err != nil {
		tb.Fatal(err)
	}
	if err := a.Listen(); err != nil {
		tb.Fatal(err)
	}
	return a
}

// inForm brings somebody to the form of a report.
func (r *room) inForm(t *testing.T) (*mattermostfake.Person, func(to string) (errorText string)) {
	t.Helper()
	staff, p := r.Seat("staff"), r.fake.Seat("staff")
	if err := errors.Join(staff.Pick("report"), staff.Press(words.Get("gate.go-on"))); err != nil {
		t.Fatal(err)
	}
	d, _ := p.Dialog()
	return p, func(to string) string {
		t.Helper()
		if to == "" {
			to = d.URL
		}
		got, err := p.Submit(to, d.Dialog.CallbackId, d.Dialog.State, map[string]any{
			"q.what": "I saw it.", "q.concerned": "The cell", "q.category": "other", "danger": "no",
		})
		if err != nil {
			t.Fatal(err)
		}
		return got.Error
	}
}

// TestRefusedKeepsTheWindow: a form that somebody fills in good faith while the paths
// are changed stays open. An empty answer would close it, and the words with it.
func TestRefusedKeepsTheWindow(t *testing.T) {
	t.Parallel()
	r := newRoom(t, mattermostfake.Options{}, bottest.Settings{})
	_, send := r.inForm(t)
	if said := send(r.a.Base() + "/the-path-of-last-week"); said != words.Get("mattermost.refused") {
		t.Errorf("the window closes, and says %q", said)
	}
}

// TestUnshownReceipt: what was filed, and whose receipt can be shown by no means,
// leaves the window open; sent again it is the same case.
func TestUnshownReceipt(t *testing.T) {
	t.Parallel()
	r := newRoom(t, mattermostfake.Options{}, bottest.Settings{})
	p, send := r.inForm(t)
	r.a.Forget(p.ID)
	r.fake.Fail(mattermostfake.Fault{On: "POST /api/v4/posts", Status: http.StatusInternalServerError, Times: -1})
	if said := send(""); said != words.Get("mattermost.unshown") {
		t.Fatalf("the window closes, and says %q", said)
	}
	entries := func() int {
		l, err := r.Office.Cases.Log(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return len(l.Leaves)
	}
	n := entries()
	r.fake.Heal()
	<-time.After(20 * time.Millisecond) // longer than a click
	if said := send(""); said != "" || entries() != n {
		t.Errorf("sent again: %q, %d acts more", said, entries()-n)
	}
	soon(t, "the way to the receipt", func() bool {
		return slices.ContainsFunc(p.Direct(), func(s bottest.Screen) bool { return s.Has(words.Get("cover.text")) })
	})
}

// TestLostBeforeHeard: a message whose event was lost without a trace is found, though
// a later one was heard: also where the first look for it fails.
func TestLostBeforeHeard(t *testing.T) {
	t.Parallel()
	for name, weather := range map[string]mattermostfake.Weather{"without a gap": {Lose: 1}, "with a gap, and the look fails": {Gap: 1}} {
		slow := func(o *mattermost.Options) { o.Look = 2 * time.Second } // later than all that is said here
		r := newRoom(t, mattermostfake.Options{Patience: 200 * time.Millisecond}, bottest.Settings{}, slow)
		staff, anna := r.fake.Seat("staff"), r.fake.Seat("anna")
		soon(t, "the socket", func() bool { return r.fake.Sockets(r.bot) > 0 })
		r.fake.Fail(mattermostfake.Fault{On: "GET /api/v4/users/" + r.bot.ID, Status: http.StatusForbidden, Times: 2})
		before := len(staff.Direct())
		r.fake.Weather(weather)
		_ = staff.Say("This is lost.")
		r.fake.Weather(mattermostfake.Weather{})
		_ = anna.Say("This is heard.")
		soon(t, name+": the answer to what was lost", func() bool { return len(staff.Direct()) == before+1 })
		r.stop()
	}
}

// TestGreetedLate: law 7 comes first also where nobody heard that the conversation was
// opened, as while the office was not served; once, and never into one that is in use.
func TestGreetedLate(t *testing.T) {
	t.Parallel()
	r := newRoom(t, mattermostfake.Options{Client: fresh()}, bottest.Settings{})
	staff := r.fake.Seat("staff")
	before := len(staff.Direct())
	r.stop()
	dora := r.fake.Seat("dora")
	_, _, err := r.fake.Client(dora.Token).CreateDirectChannel(t.Context(), dora.ID, r.bot.ID)
	if err != nil {
		t.Fatal(err)
	}
	stop := r.serve(t, r.reopen(t), r.Office.Bot.Handle)
	greeted := func() bool {
		return slices.ContainsFunc(dora.Direct(), func(s bottest.Screen) bool { return s.Has(words.Get("home.title")) })
	}
	soon(t, "the greeting", greeted)
	stop()
	r.serve(t, r.reopen(t), r.Office.Bot.Handle)
	soon(t, "the socket", func() bool { return r.fake.Sockets(r.bot) > 0 })
	<-time.After(2 * r.o.Look) // two more looks
	if n, m := len(dora.Direct()), len(staff.Direct()); n != 1 || m != before {
		t.Errorf("%d greetings; %d messages to somebody who was greeted before, were %d", n, m, before)
	}
}

// TestNoticeIsNoAnswer: what was said while the office was closed is answered when it
// opens, though a notice came into the conversation first.
func TestNoticeIsNoAnswer(t *testing.T) {
	t.Parallel()
	r := newRoom(t, mattermostfake.Options{Patience: 300 * time.Millisecond, Client: fresh()}, bottest.Settings{})
	r.stop()
	anna := r.fake.Seat("anna")
	before := len(anna.Direct())
	_ = anna.Say("While you were away.")
	a := r.reopen(t)
	if err := a.Tell(t.Context(), mattermost.Account(anna.ID), "k", bot.Step{Title: "News", Text: "There is something.", Kept: true}); err != nil {
		t.Fatal(err)
	}
	r.serve(t, a, r.Office.Bot.Handle)
	soon(t, "the answer", func() bool { return len(anna.Direct()) == before+2 })
}

// TestStopEndsWhatHangs: what does not end by itself is ended, callbacks too.
func TestStopEndsWhatHangs(t *testing.T) {
	if !isLong() {
		t.Skip("ten seconds of waiting: OMBRA_LONG=1")
	}
	t.Parallel()
	r := newRoom(t, mattermostfake.Options{Client: fresh()}, bottest.Settings{})
	r.stop()
	begun := make(chan struct{})
	stop := r.serve(t, r.reopen(t), func(ctx context.Context, _ bot.Event) bot.Step {
		close(begun)
		<-ctx.Done()
		return bot.Step{}
	})
	go func() { _ = r.fake.Seat("staff").Pick("help") }()
	<-begun
	ended := make(chan struct{})
	go func() { stop(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(20 * time.Second):
		t.Fatal("it goes on for ever")
	}
}

// TestRedirectsAreNotFollowed: a file that is said to be elsewhere is not fetched
// there: the bot's token would go with the request.
func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	var went atomic.Bool
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { went.Store(true) }))
	defer elsewhere.Close()
	server := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusFound))
	defer server.Close()
	if _, err := mattermost.Fetched(t.Context(), server.URL); err == nil || went.Load() {
		t.Errorf("followed %v, %v", went.Load(), err)
	}
}
