package terminal

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"ombra/bot"
)

// screen is the outer end of a pseudo-terminal: what the person sees.
type screen struct {
	tb   testing.TB
	pty  *os.File
	mu   sync.Mutex
	text bytes.Buffer
}

// mustScreen opens a pseudo-terminal and collects what is shown on it.
func mustScreen(tb testing.TB) (*screen, *os.File) {
	tb.Helper()
	pty, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		tb.Skip("no pseudo-terminals here")
	}
	tb.Cleanup(func() { pty.Close() })
	n, err := unix.IoctlGetInt(int(pty.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(pty.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err != nil {
		tb.Fatal(err)
	}
	tty, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		tb.Skip("no pseudo-terminals here")
	}
	tb.Cleanup(func() { tty.Close() })
	s := &screen{tb: tb, pty: pty}
	go s.watch()
	return s, tty
}

func (s *screen) watch() {
	buf := make([]byte, 4096)
	for {
		n, err := s.pty.Read(buf)
		if err != nil {
			return
		}
		s.mu.Lock()
		s.text.Write(buf[:n])
		s.mu.Unlock()
	}
}

func (s *screen) sees() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// wait waits until words have been on the screen n times.
func (s *screen) wait(words string, n int) {
	s.tb.Helper()
	if !until(func() bool { return strings.Count(s.sees(), words) >= n }) {
		s.tb.Fatalf("no %q on the screen:\n%q", words, s.sees())
	}
}

// until waits for something that another goroutine brings about.
func until(done func() bool) bool {
	for range 500 {
		if done() {
			return true
		}
		<-time.After(10 * time.Millisecond)
	}
	return false
}

func (s *screen) types(keys string) {
	s.tb.Helper()
	if _, err := s.pty.WriteString(keys); err != nil {
		s.tb.Fatal(err)
	}
}

func echoes(tb testing.TB, tty *os.File) bool {
	tb.Helper()
	state, err := unix.IoctlGetTermios(int(tty.Fd()), unix.TCGETS)
	if err != nil {
		tb.Fatal(err)
	}
	return state.Lflag&unix.ECHO != 0
}

func codeForm() bot.Step {
	return bot.Step{Title: "Code", Submit: "Go", Token: "code", Fields: []bot.Field{
		{ID: "name", Kind: bot.Line, Label: "Name"},
		{ID: "code", Kind: bot.Hidden, Label: "Code", Optional: true},
	}}
}

func TestTTYHidesWhatIsHidden(t *testing.T) {
	t.Setenv("NO_COLOR", "")
	t.Setenv("TERM", "xterm")
	s, tty := mustScreen(t)
	r := &recorder{tb: t, steps: map[string]bot.Step{"": codeForm(), "code": {Title: "Thanks"}}}
	ended := make(chan error)
	go func() { ended <- New(Options{In: tty, Out: tty, TTY: true}, r.handle).Run(context.Background()) }()
	s.wait("> ", 1)
	s.types("visible\n")
	s.wait("does not show", 1)
	until(func() bool { return !echoes(t, tty) }) // a moment after the question
	s.types("s3cret\n")
	s.wait("(typed, not shown)", 1)
	s.types("send\n")
	s.wait("Thanks", 1)
	s.types("\x04")
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if out := s.sees(); strings.Contains(out, "s3cret") || !strings.Contains(out, "visible") || !strings.Contains(out, "\x1b[1mThanks\x1b[22m") {
		t.Errorf("the screen shows %q", out)
	}
	if got := r.seen[1].Values; got.Get("code") != "s3cret" || got.Get("name") != "visible" {
		t.Errorf("got %v", got)
	}
	if !echoes(t, tty) {
		t.Error("the terminal stays without echo")
	}
}

// Leaving in the middle of a hidden line must not leave the shell without echo.
func TestTTYEchoComesBack(t *testing.T) {
	s, tty := mustScreen(t)
	step := codeForm()
	step.Fields = step.Fields[1:]
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	ended := make(chan error)
	r := &recorder{tb: t, steps: map[string]bot.Step{"": step}}
	go func() { ended <- New(Options{In: tty, Out: tty, TTY: true}, r.handle).Run(ctx) }()
	s.wait("> ", 1)
	if !until(func() bool { return !echoes(t, tty) }) {
		t.Fatal("the hidden line is echoed")
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if !echoes(t, tty) {
		t.Error("the terminal stays without echo")
	}
	s.types("\n") // lets the reader go
}

// A terminal cuts a long line without a word; the person is told.
func TestTTYCutLine(t *testing.T) {
	t.Setenv("NO_COLOR", "1")
	s, tty := mustScreen(t)
	r := &recorder{tb: t, steps: map[string]bot.Step{"": {Title: "Welcome"}}}
	ended := make(chan error)
	go func() { ended <- New(Options{In: tty, Out: tty, TTY: true}, r.handle).Run(context.Background()) }()
	s.wait("> ", 1)
	s.types(strings.Repeat("x", 5000) + "\n")
	s.wait("lost its end", 1)
	s.types("short\n")
	s.wait("short\r\n> ", 1)
	s.types("quit\n")
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if len(r.seen) != 2 || r.seen[1].Said != "short" {
		t.Errorf("%d events", len(r.seen))
	}
	if strings.Contains(s.sees(), "\x1b") {
		t.Error("NO_COLOR is not respected")
	}
}
