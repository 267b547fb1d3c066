package main

import (
	"context"
	"errors"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"ombra/adapters/mattermost/mattermostfake"
	"ombra/adapters/slack"
	"ombra/adapters/slack/slackfake"
	"ombra/bot/bottest"
	catalog "ombra/bot/say"
	"ombra/config"
)

// A town is one office that is served on Slack and on Mattermost at once.
type town struct {
	*testing.T
	slack *slackfake.Server
	mm    *mattermostfake.Server
	log   *lines
}

var caseName = regexp.MustCompile(`[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}`)

// mustTown sets the office up. Anna has an account on each platform, bela on Slack
// only, chris on Mattermost only.
func mustTown(t *testing.T) *town {
	t.Helper()
	restoreLogs(t)
	w := &town{T: t, log: &lines{}}
	cfg := *mustConfig(t)
	dir := t.TempDir()
	cfg.Slack = config.Slack{Mode: "socket", BotTokenFile: "bot.token", AppTokenFile: "app.token"}
	var err error
	w.slack, err = slackfake.New(slackfake.Options{Manifest: slack.Manifest(slack.Plan{Name: "Ombra", Mode: "socket"})})
	w.must(err)
	t.Cleanup(func() { _ = w.slack.Close() })
	cfg.Slack.APIURL = w.slack.API()
	w.must(
		os.WriteFile(filepath.Join(dir, "bot.token"), []byte(w.slack.BotToken()), 0o600),
		os.WriteFile(filepath.Join(dir, "app.token"), []byte(w.slack.AppToken()), 0o600),
	)
	w.mm = mattermostfake.Start(t, mattermostfake.Options{})
	address := freeAddress(t)
	cfg.Mattermost = config.Mattermost{
		URL: w.mm.URL(), TokenFile: "mm.token", SlashTokenFile: "mm.slash", CallbackSecretFile: "mm.secret", Listen: address, CallbackURL: "http://" + address,
	}
	on := func(name string) string { return w.slack.Team() + "/" + w.slack.Person(name).ID() }
	cfg.Ombudsmen = map[string]config.Accounts{
		"anna": {Slack: on("anna"), Mattermost: w.mm.Seat("anna").ID}, "bela": {Slack: on("bela")}, "chris": {Mattermost: w.mm.Seat("chris").ID},
	}
	file := filepath.Join(dir, "ombra.toml")
	w.must(os.WriteFile(file, []byte(config.Example(cfg)), 0o600))
	t.Setenv("OMBRA_MM_ADMIN_TOKEN", w.mm.AddUser("root", mattermostfake.SystemAdmin).Token)
	if out, err := mattermostCommand(t, file); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	w.serve(file)
	return w
}

func (w *town) must(errs ...error) {
	w.Helper()
	for _, err := range errs {
		if err != nil {
			w.Fatal(err)
		}
	}
}

// serve serves the office by the same wiring as the program, until the test ends.
func (w *town) serve(file string) {
	w.Helper()
	cfg, err := config.Load(file)
	w.must(err, createOffice(w.Context(), cfg, time.Now))
	of, err := openOffice(w.Context(), cfg, time.Now)
	w.must(err)
	for _, name := range []string{"anna", "bela", "chris"} {
		mustAppoint(w.T, of, name)
	}
	o := &options{in: strings.NewReader(""), out: io.Discard, err: w.log, now: time.Now}
	s, err := o.newServer(w.Context(), of)
	w.must(err)
	ctx, stop := context.WithCancel(context.Background())
	ready, done := make(chan struct{}), make(chan error, 1)
	go func() { done <- s.run(ctx, func() { close(ready) }) }()
	<-ready
	w.Cleanup(func() {
		stop()
		if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
			w.Error(err)
		}
	})
	inTime(w.T, "Slack's connections", func() bool { return w.slack.Connections() >= 2 })
	for name, c := range s.chats {
		w.well(name, c)
	}
}

// well wants check to find nothing. A connection that Slack counts may not have said
// hello to us yet, and until then it is not up: so it is looked at again, as the
// finding says.
func (w *town) well(name string, c chat) {
	w.Helper()
	for until := time.Now().Add(10 * time.Second); ; <-time.After(100 * time.Millisecond) {
		found := c.Check(w.Context())
		if len(found) == 0 {
			return
		}
		if links := catalog.In("en").Get("slack.check-links"); found[0].What != links || time.Now().After(until) {
			w.Fatalf("%s: %+v", name, found)
		}
	}
}

// A folk is somebody on either platform, who presses what covers what is meant.
type folk struct {
	bottest.Person
	w *town
}

func (w *town) onSlack(name string) folk { return folk{slackHands{w.slack.Person(name)}, w} }

func (w *town) onMattermost(name string) folk { return folk{greeted(w.T, w.mm, name), w} }

// slackHands close what is open before they type a command.
type slackHands struct{ *slackfake.Person }

func (p slackHands) Pick(verb string) error {
	_ = p.Dismiss()
	return p.Person.Pick(verb)
}

func (f folk) does(what string, err error) {
	f.w.Helper()
	if err != nil {
		f.w.Fatalf("%s: %v: %s", what, err, f.Sees().Text)
	}
	cover := catalog.In("en").Get("cover.text")
	for range 2 {
		if s := f.Sees(); s.Has(cover) && len(s.Buttons) == 1 {
			f.w.must(f.Press(s.Buttons[0]))
		}
	}
}

// files files a report and gives back the receipt.
func (f folk) files(values func() url.Values) string {
	f.w.Helper()
	say := catalog.In("en")
	f.does("report", f.Pick("report"))
	f.does("go on", f.Press(say.Get("gate.go-on")))
	f.does("send", f.Send(values()))
	receipt, err := bottest.ReceiptOn(f.Sees())
	if err != nil {
		f.w.Fatalf("%v: %s", err, f.Sees().Text)
	}
	return receipt
}

// followsUp opens the case with the receipt and adds some words.
func (f folk) followsUp(receipt, stage string) {
	f.w.Helper()
	say := catalog.In("en")
	f.does("case", f.Pick("case"))
	f.does("receipt", f.Send(url.Values{"receipt": {receipt}}))
	if s := f.Sees(); !s.Private || !s.Has(say.Get("stage."+stage)) {
		f.w.Fatalf("with the receipt: %s", s.Text)
	}
	f.does("add", f.Press(say.Get("mine.add")))
	f.does("send more", f.Send(url.Values{"receipt": {receipt}, "more": {"I remember more."}}))
	if s := f.Sees(); !s.Has(strings.ReplaceAll(say.Get("add.done"), "*", "")) {
		f.w.Fatalf("nothing was added: %s", s.Text)
	}
}

// inbox lists the cases that somebody holds.
func (f folk) inbox() []string {
	f.w.Helper()
	f.does("inbox", f.Pick("inbox"))
	var held []string
	for _, b := range f.Sees().Buttons {
		if name := caseName.FindString(b); name != "" {
			held = append(held, name)
		}
	}
	slices.Sort(held)
	return held
}

// TestTwoPlatforms: a case that was filed on one platform is followed up on the
// other, with nothing but its receipt; an ombudsman with an account on each is the
// same one, and nobody else is one.
func TestTwoPlatforms(t *testing.T) {
	w := mustTown(t)
	dora, dan := w.onSlack("dora"), w.onMattermost("dan")
	first := dora.files(func() url.Values { return filled(w.slack.Person("dora").View()) })
	second := dan.files(func() url.Values { return w.answered("dan") })
	w.onMattermost("another-dora").followsUp(first, "received")
	w.onSlack("another-dan").followsUp(second, "received")

	there, here := w.onSlack("anna").inbox(), w.onMattermost("anna").inbox()
	if !slices.Equal(there, here) {
		t.Errorf("anna holds %q on Slack and %q on Mattermost", there, here)
	}
	held := slices.Concat(here, w.onSlack("bela").inbox(), w.onMattermost("chris").inbox())
	slices.Sort(held)
	if n := len(held); n != 4 || len(slices.Compact(held)) != 2 {
		t.Errorf("two cases are held by two each, not %q", held)
	}
	for _, f := range []folk{w.onSlack("chris"), w.onMattermost("bela"), dora, dan} {
		f.does("inbox", f.Pick("inbox"))
		if s := f.Sees(); caseName.MatchString(s.Text + strings.Join(s.Buttons, " ")) {
			t.Errorf("somebody without an account there sees: %s %q", s.Text, s.Buttons)
		}
	}
	if strings.Contains(w.log.String(), logForeign) || strings.Contains(w.log.String(), w.mm.Seat("dan").ID) {
		t.Errorf("the log:\n%s", w.log)
	}
}

// TestTwoAccountsOneOmbudsman: what she does on one platform is done on the other,
// and doing it there again is nothing new.
func TestTwoAccountsOneOmbudsman(t *testing.T) {
	w := mustTown(t)
	say := catalog.In("en")
	dan := w.onMattermost("dan")
	var receipt string
	for len(w.onMattermost("anna").inbox()) == 0 { // until anna is drawn
		receipt = dan.files(func() url.Values { return w.answered("dan") })
	}
	one := w.onMattermost("anna")
	id := one.inbox()[0]
	one.open(id)
	one.does("acknowledge", one.Press(say.Get("act.acknowledge")))
	other := w.onSlack("anna")
	other.inbox()
	other.open(id)
	if s := other.Sees(); !s.Has(say.Get("stage.acknowledged")) || slices.Contains(s.Buttons, say.Get("act.acknowledge")) {
		t.Errorf("on Slack it is not acknowledged: %s %q", s.Text, s.Buttons)
	}
	w.onSlack("dora").followsUp(receipt, "acknowledged")
}

// open opens a case of the inbox.
func (f folk) open(id string) {
	f.w.Helper()
	for _, b := range f.Sees().Buttons {
		if strings.Contains(b, id) {
			f.does("open", f.Press(b))
			return
		}
	}
	f.w.Fatalf("no case %s: %q", id, f.Sees().Buttons)
}

// answered answers what the dialog that is open has to be told.
func (w *town) answered(name string) url.Values {
	w.Helper()
	values := url.Values{}
	d, open := w.mm.Seat(name).Dialog()
	if !open {
		w.Fatal("no dialog is open")
	}
	for _, e := range d.Dialog.Elements {
		id, option, isBox := strings.Cut(e.Name, "=")
		switch {
		case isBox && strings.HasPrefix(id, "q.") && !values.Has(id): // a box is never required; its question may be
			values.Set(id, option)
		case e.Optional || e.Default != "":
		case len(e.Options) > 0:
			values.Set(e.Name, e.Options[0].Value)
		default:
			values.Set(e.Name, "The tool hit a clinic.")
		}
	}
	return values
}
