package terminal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"ombra/bot"
)

// mustServe starts a Wire and returns it with its socket. stop ends it and
// waits.
func mustServe(tb testing.TB, h bot.Handler) (w *Wire, path string, stop func()) {
	tb.Helper()
	path = filepath.Join(tb.TempDir(), "s")
	w, err := Listen(path)
	if err != nil {
		tb.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.Serve(ctx, h) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			tb.Error(err)
		}
	})
	tb.Cleanup(stop)
	return w, path, stop
}

func mustDial(tb testing.TB, path string) *Client {
	tb.Helper()
	c, err := Dial(path)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { c.Close() })
	return c
}

// fullStep has every field set, so that one that gets lost is noticed.
func fullStep() bot.Step {
	return bot.Step{
		Lang: "de", Title: "T\x1b[2J\u202e", Text: "*b* <&>", Quote: "q\u2028\n", Submit: "S", Token: "tok", Kept: true,
		Facts: []bot.Fact{{Label: "l", Value: "v"}},
		Fields: []bot.Field{{
			ID: "f", Kind: bot.Choices, Label: "F", Help: "h", Max: 3, Optional: true,
			Options: []bot.Option{{Value: "v", Label: "l"}}, Value: []string{"v"}, Problem: "p", Else: "e",
		}},
		Buttons: []bot.Button{{Label: "B", Verb: "v", Heavy: true}, {Label: "C", Token: "t"}},
		Files:   []bot.File{file("../a\n.age", "\x00\xff"), file("b", "")},
		Cover:   &bot.Step{Title: "Cover", Kept: true, Buttons: []bot.Button{{Label: "Back", Verb: "help"}}},
	}
}

var sameStep = cmp.Options{
	cmpopts.EquateEmpty(),
	cmp.Comparer(func(a, b bot.File) bool {
		read := func(f bot.File) string {
			r, _ := f.Open(context.Background())
			data, _ := io.ReadAll(r)
			return string(data)
		}
		return a.Name == b.Name && a.Size == b.Size && read(a) == read(b)
	}),
}

func TestWireCarriesEverything(t *testing.T) {
	r := &recorder{tb: t, steps: map[string]bot.Step{"help": fullStep()}}
	_, path, _ := mustServe(t, r.handle)
	c := mustDial(t, path)
	got, err := c.Do(Request{Account: "anna", Verb: "help"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(fullStep(), got, sameStep); diff != "" {
		t.Error(diff)
	}
	values := url.Values{"a": {"1", "\x1b[31m\u202e*x*"}}
	for _, req := range []Request{
		{Account: "anna"},
		{Account: "ben", Token: "form", Form: true, Values: values, Files: []Upload{{Name: "n", Data: []byte{0, 255}}}},
		{Account: "ben", Token: "button"},
		{Account: "ben", Said: "hello", Files: []Upload{{Name: "n", Data: []byte("x")}}},
		{Account: "ben", Files: []Upload{{Name: "n", Data: []byte("y")}}},
	} {
		if _, err := c.Do(req); err != nil {
			t.Error(err)
		}
	}
	want := []seen{
		{From: "terminal:anna", Verb: "help"},
		{From: "terminal:anna"},
		{From: "terminal:ben", Token: "form", Form: true, Values: values, Files: "n=\x00\xff;"},
		{From: "terminal:ben", Token: "button"},
		{From: "terminal:ben", Said: "hello", Files: "n=x;"},
		{From: "terminal:ben", Files: "n=y;"},
	}
	if diff := cmp.Diff(want, r.seen); diff != "" {
		t.Error(diff)
	}
}

func TestWireManyAtOnce(t *testing.T) {
	var mu sync.Mutex
	running, most := 0, 0
	echo := func(_ context.Context, ev bot.Event) bot.Step {
		mu.Lock()
		running++
		most = max(most, running)
		mu.Unlock()
		<-time.After(time.Millisecond)
		mu.Lock()
		running--
		mu.Unlock()
		return bot.Step{Title: ev.From.Reveal() + ev.Verb}
	}
	_, path, _ := mustServe(t, echo)
	var all sync.WaitGroup
	for range 4 {
		c := mustDial(t, path)
		for i := range 100 {
			all.Go(func() {
				name := fmt.Sprint("a", i)
				s, err := c.Do(Request{Account: name, Verb: "v"})
				if err != nil || s.Title != "terminal:"+name+"v" {
					t.Errorf("%v, %v", s.Title, err)
				}
			})
		}
	}
	all.Wait()
	if most > maxJobs {
		t.Errorf("%d requests at once", most)
	}
}

func TestWireDrains(t *testing.T) {
	began, goOn := make(chan bool), make(chan bool)
	slow := func(ctx context.Context, _ bot.Event) bot.Step {
		began <- true
		<-goOn
		if ctx.Err() != nil {
			return bot.Step{Title: "cancelled"}
		}
		return bot.Step{Title: "done"}
	}
	_, path, stop := mustServe(t, slow)
	c := mustDial(t, path)
	answer := make(chan string, 1)
	go func() {
		s, err := c.Do(Request{Account: "anna"})
		answer <- fmt.Sprint(s.Title, err)
	}()
	<-began
	stopped := make(chan bool)
	go func() { stop(); close(stopped) }()
	for { // until the intake is closed
		d, err := net.Dial("unix", path)
		if err != nil {
			break
		}
		d.Close()
	}
	close(goOn)
	if got := <-answer; got != "done<nil>" {
		t.Error(got)
	}
	<-stopped
	if _, err := c.Do(Request{Account: "anna"}); !errors.Is(err, ErrEnded) {
		t.Error(err)
	}
}

func TestWireNotices(t *testing.T) {
	w, path, stop := mustServe(t, (&recorder{tb: t}).handle)
	c := mustDial(t, path)
	var undelivered *bot.Undelivered
	for range 2 {
		if err := w.Tell(t.Context(), Account("ben"), "k", fullStep()); !errors.As(err, &undelivered) {
			t.Errorf("nobody watches, got %v", err)
		}
		if err := c.Watch("anna"); err != nil {
			t.Fatal(err)
		}
	}
	for _, key := range []string{"k", "k", "k2"} {
		if err := w.Tell(t.Context(), Account("anna"), key, fullStep()); err != nil {
			t.Error(err)
		}
	}
	for _, key := range []string{"k", "k2"} {
		if diff := cmp.Diff(Notice{Account: "anna", Key: key, Step: fullStep()}, <-c.Notices(), sameStep); diff != "" {
			t.Error(diff)
		}
	}
	if err := w.Tell(t.Context(), bot.NewAccount("slack:T/U"), "k", fullStep()); !errors.As(err, &undelivered) {
		t.Error(err)
	}
	stop()
	if _, more := <-c.Notices(); more {
		t.Error("one notice too many")
	}
}

func TestWireRefuses(t *testing.T) {
	tooMuch := bot.File{Name: "big", Open: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(io.LimitReader(zeros{}, maxStepFiles+1)), nil
	}}
	h := func(_ context.Context, ev bot.Event) bot.Step {
		if ev.Verb == "panic" {
			panic("typed words")
		}
		return bot.Step{Title: "T", Files: []bot.File{tooMuch}}
	}
	_, path, _ := mustServe(t, h)
	c := mustDial(t, path)
	for _, req := range []Request{
		{},
		{Account: "a", Verb: "panic"},
		{Account: "a", Verb: "big"},
		{Account: "a", Verb: "v", Token: "t"},
		{Account: "a", Form: true},
		{Account: "a", Values: url.Values{"x": nil}},
		{Watch: "a", Account: "a"},
		{Account: strings.Repeat("a", 257)},
		{Account: "a", Said: "s", Token: "t", Form: true},
	} {
		if _, err := c.Do(req); err == nil || strings.Contains(err.Error(), "typed words") {
			t.Errorf("%+v: %v", req, err)
		}
	}
	if _, err := c.Do(Request{Account: "a", Said: strings.Repeat("x", maxFrame)}); !errors.Is(err, errFrame) {
		t.Error(err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }
