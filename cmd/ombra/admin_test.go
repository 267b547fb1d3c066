package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"ombra/config"
)

// testNow is a day in the middle of a month.
func testNow() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }

// mustConfig is a test office that is not made yet.
func mustConfig(tb testing.TB) *config.Config {
	tb.Helper()
	s := &setup{options: newOptions(), test: true, answers: map[string]*string{}}
	for flag, text := range map[string]string{
		"origin": "ombud.example.org", "name": "Test office", "time-zone": "Europe/Vienna", "language": "en",
		"profile": "grm", "ack-days": "", "feedback-days": "", "forms": "cyber",
	} {
		s.answers[flag] = &text
	}
	cfg, err := s.office("")
	if err != nil {
		tb.Fatal(err)
	}
	cfg.FormSet = config.Builtin("cyber")
	cfg.Office.Data = filepath.Join(tb.TempDir(), "d")
	return cfg
}

func mustOffice(tb testing.TB) *office {
	tb.Helper()
	cfg := mustConfig(tb)
	if err := createOffice(tb.Context(), cfg, testNow); err != nil {
		tb.Fatal(err)
	}
	o, err := openOffice(tb.Context(), cfg, testNow)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := o.close(); err != nil {
			tb.Error(err)
		}
	})
	return o
}

// mustAdmin serves administrative commands for the length of a test.
func mustAdmin(t *testing.T, log io.Writer) *adminServer {
	t.Helper()
	a, err := listenAdmin(mustOffice(t))
	if err != nil {
		t.Fatal(err)
	}
	a.log = slog.New(&handler{zone: time.UTC, out: &writer{w: log}})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.serve(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return a
}

func mustSay(t *testing.T, socket, line string) answer {
	t.Helper()
	c, err := net.Dial("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, line); err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(c)
	if err != nil {
		t.Fatal(err)
	}
	var a answer
	if err := json.Unmarshal(text, &a); err != nil {
		t.Fatalf("%v in %q", err, text)
	}
	return a
}

func TestAdminRefuses(t *testing.T) {
	a := mustAdmin(t, io.Discard)
	socket := a.listener.Addr().String()
	for name, line := range map[string]string{
		"an unknown command":     `{"do":"roster.destroy"}`,
		"an event":               `{"do":"handle","with":{"verb":"inbox"}}`,
		"a request of the wire":  `{"account":"anna","verb":"inbox"}`,
		"no command":             `{}`,
		"an unknown field":       `{"do":"status","with":{"x":1}}`,
		"a field too many":       `{"do":"status","as":"anna"}`,
		"two requests":           `{"do":"status"}{"do":"status"}`,
		"a wrong type":           `{"do":"roster.prove","with":{"name":1}}`,
		"no JSON":                canary,
		"an enrolment from hell": `{"do":"roster.add","with":{"enrolment":"` + strings.Repeat("A", 4000) + `","until":"2027-01-01"}}`,
	} {
		got := mustSay(t, socket, line+"\n")
		if got.Error == "" || got.Result != nil || got.Code == exitOK {
			t.Errorf("%s: %+v", name, got)
		}
		if strings.Contains(got.Error+got.Hint, canary) {
			t.Errorf("%s: the answer quotes it", name)
		}
	}
	if got := mustSay(t, socket, `{"do":"roster.list"}`+"\n"); got.Error != "" || string(got.Result) != "[]" {
		t.Errorf("the control: %+v", got)
	}
	if info, err := os.Stat(socket); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the socket's mode: %v, %v", info.Mode(), err)
	}
}

// TestAdminEndsWithAnIdleConnection: a stop must not wait for somebody who says
// nothing.
func TestAdminEndsWithAnIdleConnection(t *testing.T) {
	a, err := listenAdmin(mustOffice(t))
	if err != nil {
		t.Fatal(err)
	}
	a.log = slog.New(slog.DiscardHandler)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- a.serve(ctx) }()
	c, err := net.Dial("unix", a.listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	<-time.After(20 * time.Millisecond) // it is taken
	cancel()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(5 * time.Second):
		t.Error("it waits for whoever says nothing")
	}
}

// strangerUID is nobody's.
const strangerUID = 65534

// stranger asks for the roster as whoever runs it, and prints what it gets.
func stranger() {
	c, err := net.Dial("unix", os.Args[1])
	if err != nil {
		fmt.Println("no connection")
		return
	}
	_, _ = io.WriteString(c, `{"do":"roster.list"}`+"\n")
	text, _ := io.ReadAll(c)
	fmt.Printf("%d bytes\n", len(text))
}

// TestAdminAsksWhoIsThere opens folder and socket to everybody, as a careless
// mount would, and sends another user.
func TestAdminAsksWhoIsThere(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can become another user")
	}
	log := &lines{}
	a := mustAdmin(t, log)
	socket := a.listener.Addr().String()
	if err := os.Chmod(socket, 0o666); err != nil {
		t.Fatal(err)
	}
	program := mustCopy(t, "stranger")
	openWay(t, socket)
	openWay(t, program)
	ask := func(uid uint32) string {
		cmd := exec.Command(program, socket)
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return string(out)
	}
	if got := ask(strangerUID); got != "0 bytes\n" {
		t.Errorf("a stranger got %q", got)
	}
	if !strings.Contains(log.String(), logRefused) {
		t.Errorf("nothing in the log: %q", log.String())
	}
	if got := ask(0); got == "0 bytes\n" || got == "no connection\n" {
		t.Errorf("the control: root got %q", got)
	}
}

// mustCopy copies a program of this test to where it can be opened to others.
func mustCopy(t *testing.T, name string) string {
	t.Helper()
	from, err := exec.LookPath(name)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(to, text, 0o755); err != nil {
		t.Fatal(err)
	}
	return to
}

// openWay lets others through the test's own folders.
func openWay(t *testing.T, name string) {
	t.Helper()
	for dir := filepath.Dir(name); dir != "/"; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm()&0o001 == 0 && os.Chmod(dir, info.Mode().Perm()|0o011) != nil {
			t.Skip("the way cannot be opened")
		}
	}
}
