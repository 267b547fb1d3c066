package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"ombra/bot/bottest"
)

func mustDemo(t *testing.T, dir string, tour bool) *demoOffice {
	t.Helper()
	d, err := newDemoOffice(context.Background(), dir, tour)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// TestTourCommandsWork: the tour holds, and the stock age commands that it prints
// open what it left, run as they are printed.
func TestTourCommandsWork(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "office")
	var out bytes.Buffer
	if err := mustDemo(t, dir, true).tour(context.Background(), &out); err != nil {
		t.Fatal(err)
	}
	commands := regexp.MustCompile(`(?m)^  (age .*)$`).FindAllStringSubmatch(out.String(), -1)
	if len(commands) != 2 || !strings.Contains(out.String(), "cd "+dir) {
		t.Fatalf("the tour prints %d commands", len(commands))
	}
	if _, err := exec.LookPath("age"); err != nil {
		t.Skip("NOT TESTED: no age command here, so the printed commands were not run")
	}
	for i, want := range []string{bottest.Words, bottest.Answered} {
		run := exec.CommandContext(context.Background(), "sh", "-c", commands[i][1])
		run.Dir = filepath.Join(dir, "by-hand")
		got, err := run.Output()
		if err != nil || !strings.Contains(string(got), want) {
			t.Errorf("%s: %v", commands[i][1], err)
		}
	}
}

// TestTourFailsLoudly: a step that does not hold ends the tour with an error.
func TestTourFailsLoudly(t *testing.T) {
	d := mustDemo(t, filepath.Join(t.TempDir(), "office"), true)
	stranger, err := bottest.NewMachine(bottest.Origin, "bela")
	if err != nil {
		t.Fatal(err)
	}
	d.Machines["bela"] = stranger
	var out bytes.Buffer
	if err := d.tour(context.Background(), &out); err == nil {
		t.Error("a tour with a stranger at bela's place holds")
	}
}

// A meddler does something to the office at a line of the tour.
type meddler struct {
	bytes.Buffer

	at   string
	once bool
	do   func()
}

func (m *meddler) Write(b []byte) (int, error) {
	n, err := m.Buffer.Write(b)
	if !m.once && strings.Contains(m.String(), m.at) {
		m.once = true
		m.do()
	}
	return n, err
}

// TestTourExitsWithAnError: whoever runs the tour unattended learns from the exit
// code that something did not hold. Here somebody kept a copy of what the office
// deletes, or took away what it should have kept. That the tour holds otherwise
// says TestTourCommandsWork.
func TestTourExitsWithAnError(t *testing.T) {
	keep := func(pattern string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			t.Helper()
			names, err := filepath.Glob(filepath.Join(dir, pattern))
			if err != nil || len(names) == 0 {
				t.Fatalf("%q, %v", names, err)
			}
			for i, name := range names {
				text, err := os.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("copy-%d", i)), text, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	drop := func(t *testing.T, dir string) {
		t.Helper()
		names, err := filepath.Glob(filepath.Join(dir, "files", "*"))
		for _, name := range names {
			err = errors.Join(err, os.Remove(name))
		}
		if err != nil || len(names) == 0 {
			t.Fatalf("%q, %v", names, err)
		}
	}
	for name, x := range map[string]struct {
		at, says string
		do       func(*testing.T, string)
	}{
		"a copy of a file":       {"asks to withdraw it", "deletion: deleted, and still there: a file", keep("files/*")},
		"a copy of the database": {"asks to withdraw it", "deletion: deleted, and still there: a paper", keep("ombra.db*")},
		"a file is lost":         {"asks to withdraw it", "a withdrawal: ", drop},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "office")
			out, errs := &meddler{at: x.at, do: func() { x.do(t, dir) }}, &bytes.Buffer{}
			code := run(context.Background(), []string{"demo", "--tour", "--dir", dir}, &options{in: strings.NewReader(""), out: out, err: errs, now: time.Now})
			if !out.once || code != exitFailed || !strings.Contains(errs.String(), x.says) || strings.Contains(out.String(), "The story holds") {
				t.Errorf("it exits with %d, says %q, and ends with\n%.500s", code, errs.String(), out.String()[max(0, out.Len()-500):])
			}
		})
	}
}

// TestDemoRefusesAFolderInUse: throwaway keys are not mixed with anything.
func TestDemoRefusesAFolderInUse(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "mine"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := newDemoOffice(context.Background(), dir, false); err == nil {
		t.Error("a folder with something in it was taken")
	}
}

// TestRoom: be staff, file; be anna, open, answer; be staff, read.
func TestRoom(t *testing.T) {
	d := mustDemo(t, filepath.Join(t.TempDir(), "office"), false)
	in, out := newScript()
	done := make(chan error, 1)
	go func() { done <- d.sit(context.Background(), in, out) }()
	out.wait(t, "Before you type")
	out.say("report", "1", "The tool hit a hospital.", ".", "Vienna", ".", "The cell", ".", "A hospital", ".", "2", "", "1", "1", "", ".", "1", "", "", "", "", "send")
	rec := out.wait(t, `[0-9A-Z]{4}(-[0-9A-Z]{4}){6}`)
	n := out.wait(t, `Type group ([1-7])`)
	i := int(n[len(n)-1] - '1')
	out.say(rec[5*i : 5*i+4])
	out.wait(t, "You have it")
	out.say("be "+d.holder(t), "inbox", "1", "Get the papers")
	pass := out.wait(t, `[0-9a-z]{5}(-[0-9a-z]{5}){5}`)
	out.say("open " + pass)
	out.wait(t, "The tool hit a hospital")
	out.say("answer We are on it.")
	path := out.wait(t, `file (\S+act-1\.age)`)
	out.say(path)
	out.wait(t, "Your signed act is stored")
	out.say("be staff", "case", rec, "", "send")
	out.wait(t, `signed by \w+:\n\s*\|?\s*We are on it`)
	out.say("quit")
	if err := <-done; err != nil {
		t.Error(err)
	}
}
