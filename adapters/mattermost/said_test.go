package mattermost_test

import (
	"strings"
	"testing"
	"time"

	"ombra/adapters/mattermost"
	"ombra/adapters/mattermost/mattermostfake"
	"ombra/bot/bottest"
)

func plain(text string) string { return strings.ReplaceAll(text, "*", "") }

// TestGreeting: the first thing in the conversation, before anybody types, says what
// the platform keeps; and it is said once.
func TestGreeting(t *testing.T) {
	t.Parallel()
	r := newRoom(t, mattermostfake.Options{}, bottest.Settings{})
	p := r.fake.Seat("newcomer")
	for range 2 {
		if _, _, err := r.fake.Client(p.Token).CreateDirectChannel(t.Context(), p.ID, r.bot.ID); err != nil {
			t.Fatal(err)
		}
		_ = r.fake.Settle(settled)
	}
	list := p.Direct()
	if len(list) != 1 || !list[0].Has(words.Get("home.title")) || !list[0].Has(words.Get("platform.mattermost")) {
		t.Fatalf("%d messages: %+v", len(list), list)
	}
}

// TestCoverIsTakenAway: a cover that has served does not stay in the conversation.
func TestCoverIsTakenAway(t *testing.T) {
	t.Parallel()
	r := newRoom(t, mattermostfake.Options{}, bottest.Settings{})
	p := r.fake.Seat("staff")
	before := len(p.Direct())
	if err := p.Say("I saw it."); err != nil {
		t.Fatal(err)
	}
	if len(p.Direct()) != before+1 {
		t.Fatalf("no cover: %+v", p.Direct())
	}
	if err := p.Press(words.Get("mattermost.show")); err != nil || !p.Sees().Has(plain(words.Get("said.title"))) {
		t.Fatalf("%v: %s", err, p.Sees().Text)
	}
	r.stop() // when the bot ends, it does not wait for the minute
	_ = r.fake.Settle(settled)
	if len(p.Direct()) != before {
		t.Errorf("it stays: %+v", p.Direct())
	}
}

// TestAnotherMessageIsNotRecalled: a reference to somebody else's message fetches
// nothing, and neither does one to a message elsewhere.
func TestAnotherMessageIsNotRecalled(t *testing.T) {
	r := newRoom(t, mattermostfake.Options{}, bottest.Settings{})
	p := r.fake.Seat("staff")
	if err := p.Say("My own words."); err != nil {
		t.Fatal(err)
	}
	c, _, errC := r.fake.Client(p.Token).CreateDirectChannel(t.Context(), p.ID, r.bot.ID)
	if errC != nil {
		t.Fatal(errC)
	}
	posts, _, errP := r.fake.Client(p.Token).GetPostsSince(t.Context(), c.Id, 1, false)
	if errP != nil {
		t.Fatal(errP)
	}
	for _, post := range posts.Posts {
		m, err := r.a.Recalled(t.Context(), p.ID, post.Id)
		if own := post.UserId == p.ID; own != (err == nil) {
			t.Errorf("own %v: %v", own, err)
		} else if own && m.Text != "My own words." {
			t.Error("other words came back")
		}
		if _, err := r.a.Recalled(t.Context(), r.fake.Seat("anna").ID, post.Id); err == nil {
			t.Error("anna recalls what staff said")
		}
	}
}

// TestOnlySealedFiles: unless the office says otherwise, an open file is not taken.
func TestOnlySealedFiles(t *testing.T) {
	for kind, want := range map[mattermost.Attachments]string{mattermost.SealedOnly: "b.age", mattermost.AnyFile: "a.txt b.age", mattermost.NoFile: ""} {
		if got := strings.Join(mattermost.Taken(kind, "a.txt", "b.age"), " "); got != want {
			t.Errorf("%s takes %q, want %q", kind, got, want)
		}
	}
}

// TestStops: a stop does not wait for who says nothing.
func TestStops(t *testing.T) {
	r := newRoom(t, mattermostfake.Options{}, bottest.Settings{})
	if err := r.Seat("staff").Pick("help"); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	r.stop()
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %v to stop", took)
	}
}

// TestSaidTwice: an event that comes twice is answered once.
func TestSaidTwice(t *testing.T) {
	t.Parallel()
	r := newRoom(t, mattermostfake.Options{}, bottest.Settings{})
	r.fake.Weather(mattermostfake.Weather{Repeat: 1})
	p := r.fake.Seat("staff")
	before := len(p.Direct())
	for i := range 3 {
		if err := p.Say("I saw it."); err != nil {
			t.Fatal(err)
		}
		if n := len(p.Direct()); n != before+i+1 {
			t.Fatalf("%d answers to %d messages", n-before, i+1)
		}
	}
}

// TestLostEvent: what was lost is missed as soon as the next event comes, by its
// number; nobody has to look.
func TestLostEvent(t *testing.T) {
	t.Parallel()
	r := newRoom(t, mattermostfake.Options{Patience: 300 * time.Millisecond}, bottest.Settings{}, func(o *mattermost.Options) { o.Look = time.Hour })
	p := r.fake.Seat("staff")
	before := len(p.Direct())
	r.fake.Weather(mattermostfake.Weather{Gap: 1})
	_ = p.Say("This is lost.")
	r.fake.Weather(mattermostfake.Weather{})
	if n := len(p.Direct()); n != before {
		t.Skip("it was not lost")
	}
	if err := p.Say("This is not."); err != nil {
		t.Fatal(err)
	}
	soon(t, "the answer to both", func() bool { return len(p.Direct()) == before+2 })
}
