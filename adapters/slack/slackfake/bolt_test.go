package slackfake

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ombra/bot"
	"ombra/bot/bottest"
)

// The fake is proved by an app that was written for the real Slack: unmodified
// Bolt, from npm, which runs its own flow against it.

// boltHome finds Bolt, or installs it where long tests are asked for.
func boltHome(t *testing.T) string {
	t.Helper()
	skip := func(why string) {
		t.Helper()
		t.Skipf("\n*** THE FAKE SLACK IS NOT PROVED BY BOLT IN THIS RUN: %s. ***", why)
	}
	if _, err := exec.LookPath("node"); err != nil {
		skip("there is no node")
	}
	home := "testdata/bolt"
	if _, err := os.Stat(filepath.Join(home, "node_modules/@slack/bolt")); err == nil {
		return home
	}
	if os.Getenv("OMBRA_LONG") != "1" {
		skip("@slack/bolt is not installed; OMBRA_LONG=1 fetches it from npm")
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(home)); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 3*time.Minute)
	defer stop()
	npm := exec.CommandContext(ctx, "npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error")
	npm.Dir = dir
	if out, err := npm.CombinedOutput(); err != nil {
		t.Fatalf("npm cannot install @slack/bolt: %v\n%s", err, out)
	}
	return dir
}

// startBolt runs the app against a workspace and waits until it is ready.
func startBolt(t *testing.T, home, mode string) *Server {
	t.Helper()
	s, err := New(Options{HTTP: mode == "http", Linger: 3 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "node", "app.js")
	cmd.Dir = home
	cmd.Env = append(os.Environ(), "MODE="+mode, "SLACK_API_URL="+s.API(), "BOT_TOKEN="+s.BotToken(), "APP_TOKEN="+s.AppToken(), "SIGNING_SECRET="+s.SigningSecret())
	var trouble bytes.Buffer
	cmd.Stderr = &trouble
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		_ = s.Close()
		if t.Failed() {
			t.Logf("Bolt says: %s\nand called %v", trouble.String(), s.Calls())
		}
	})
	ready := make(chan int, 1)
	go func() {
		port := -1
		lines := bufio.NewScanner(out)
		for port < 0 && lines.Scan() {
			_, _ = fmt.Sscanf(lines.Text(), "ready %d", &port)
		}
		ready <- port
	}()
	select {
	case port := <-ready:
		if port < 0 {
			t.Fatal("Bolt did not start")
		}
		if mode == "http" {
			s.SetRequestURL(fmt.Sprintf("http://127.0.0.1:%d/slack/events", port))
			must(t, s.VerifyURL())
		}
	case <-time.After(30 * time.Second):
		t.Fatal("Bolt did not start in 30 s")
	}
	return s
}

func TestBolt(t *testing.T) {
	home := boltHome(t)
	for _, mode := range []string{"socket", "http"} {
		t.Run(mode, func(t *testing.T) {
			s := startBolt(t, home, mode)
			for _, part := range []struct {
				name string
				play func(*testing.T, *Server, *Person)
			}{
				{"a form", boltForm},
				{"stacks and closing", boltStacks},
				{"commands", boltCommands},
				{"home and shortcut", boltHomeTab},
				{"messages and files", boltMessages},
				{"throttled", boltThrottled},
				{"redelivered", boltRedelivered},
			} {
				t.Run(part.name, func(t *testing.T) { part.play(t, s, s.Person(part.name)) })
			}
			if mode == "socket" {
				t.Run("sockets", func(t *testing.T) { boltSockets(t, s) })
			}
		})
	}
}

func want(t *testing.T, p *Person, words ...string) {
	t.Helper()
	for _, w := range words {
		if !p.Sees().Has(w) {
			t.Fatalf("no %q in %+v", w, p.Sees())
		}
	}
}

func boltForm(t *testing.T, _ *Server, p *Person) {
	t.Helper()
	must(t, p.Pick("report"))
	want(t, p, "What happened?")
	must(t, p.Send(values("what", "bad")))
	if p.Sees().Problems["what"] != "That is not enough" {
		t.Fatalf("%+v", p.Sees())
	}
	must(t, p.Send(values("what", "It broke", "kind", "harm", "who", "anna", "who", "bela", "when", "2026-11-02"), fileOf("log.txt", "a log")))
	want(t, p, "Thank you", "It broke, harm, anna+bela, 2026-11-02, kept for later, log.txt=a log")
	must(t, p.Press("File"))
	got, err := p.Sees().File()
	must(t, err)
	if !bytes.Equal(got, []byte{0, 255, 1, 254, 13, 10}) || !p.Sees().Private {
		t.Errorf("the file has become %v", got)
	}
	must(t, p.Press("More"))
	want(t, p, "It has a value")
}

func boltStacks(t *testing.T, s *Server, p *Person) {
	t.Helper()
	must(t, p.Pick("report"))
	must(t, p.Send(values("what", "push")))
	want(t, p, "A second view")
	if p.Modals() != 2 {
		t.Errorf("%d modals", p.Modals())
	}
	must(t, p.Close())
	large := p.Send(values("what", "large"))
	if s.o.HTTP != (large == nil) || !s.o.HTTP && !errors.Is(large, ErrNoAnswer) {
		t.Errorf("an ack of more than 20 KB: %v", large)
	}
	if s.o.HTTP {
		want(t, p, "Large")
		must(t, p.Dismiss())
		must(t, p.Pick("report"))
	}
	must(t, p.Send(values("what", "clear")))
	if p.Modals() != 0 {
		t.Errorf("%d modals", p.Modals())
	}
	must(t, p.Pick("report"))
	must(t, p.Close())
	want(t, p, "You closed it")
	if !p.Sees().Private {
		t.Error("a whisper is not private")
	}
}

func boltCommands(t *testing.T, _ *Server, p *Person) {
	t.Helper()
	must(t, p.Pick("now"))
	want(t, p, "Answered in the ack")
	must(t, p.Pick("later"))
	if inbox := p.Inbox(); len(inbox) != 1 || !inbox[0].Has("Posts: 1 2 3 4 5 refused") {
		t.Errorf("%+v", inbox)
	}
}

func boltHomeTab(t *testing.T, _ *Server, p *Person) {
	t.Helper()
	must(t, p.Pick(""))
	want(t, p, "*Welcome*")
	must(t, p.Press("Report"))
	want(t, p, "What happened?")
	must(t, p.Dismiss())
	must(t, p.Shortcut("Report harm"))
	want(t, p, "What happened?")
	if inbox := p.Inbox(); len(inbox) != 1 || !inbox[0].Has("Twice: exchanged_trigger_id") {
		t.Errorf("%+v", inbox)
	}
}

func boltMessages(t *testing.T, s *Server, p *Person) {
	t.Helper()
	must(t, p.Say("Look <here> & there", fileOf("a.bin", "\x00\x01"), fileOf("b.txt", "text")))
	want(t, p, "Heard Look <here> & there, kept true, files \x00\x01+text")
	if p.Sees().Private {
		t.Error("a message is private")
	}
	must(t, p.Press("Change"))
	want(t, p, "It was replaced")
	if kept := s.Export(); !bytes.Contains(kept, []byte("Heard Look")) || !bytes.Contains(kept, []byte("\x00\x01")) {
		t.Error("what was replaced, or a file, is not kept")
	}
}

func boltThrottled(t *testing.T, s *Server, p *Person) {
	t.Helper()
	for _, method := range []string{"views.open", "chat.postMessage"} {
		s.Break(Fault{Method: method, Kind: Throttled})
	}
	defer s.Mend()
	must(t, p.Pick("report"))
	want(t, p, "What happened?")
	must(t, p.Say("After a while"))
	want(t, p, "Heard After a while")
	s.Mend()
}

func boltRedelivered(t *testing.T, s *Server, p *Person) {
	t.Helper()
	must(t, p.Say("First"))
	s.DuplicateEvents(1)
	must(t, p.Say("Second"))
	s.Settle()
	s.RedeliverEvents(1)
	must(t, p.Say("Third"))
	s.Settle()
	heard := map[string]int{}
	for _, screen := range p.Inbox() {
		for _, word := range []string{"First", "Second", "Third"} {
			heard[word] += strings.Count(screen.Text, "Heard "+word)
		}
	}
	// Bolt does not look at event ids: it answers what comes twice twice.
	if heard["First"] != 1 || heard["Second"] != 2 || heard["Third"] != 2 {
		t.Errorf("heard %v", heard)
	}
}

func boltSockets(t *testing.T, s *Server) {
	t.Helper()
	p := s.Person("socket")
	back := func(when string) {
		t.Helper()
		ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
		defer stop()
		if !s.WaitForConnections(ctx, 1) {
			t.Fatalf("%s: Bolt does not come back", when)
		}
		must(t, p.Pick("now"))
		want(t, p, "Answered in the ack")
	}
	s.KillSockets()
	gone(t, s, 1)
	back("killed")
	for _, reason := range []string{"warning", "refresh_requested"} {
		s.Disconnect(reason)
		s.Advance(11 * time.Second)
		gone(t, s, 1)
		back(reason)
	}
}

// gone waits until some of the sockets are closed, or replaced already.
func gone(t *testing.T, s *Server, n int) {
	t.Helper()
	for until := time.Now().Add(5 * time.Second); time.Now().Before(until); {
		if s.Connections() < n {
			return
		}
		select {
		case <-t.Context().Done():
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func fileOf(name, content string) bot.File { return bottest.FileOf(name, []byte(content)) }
