package main

import (
	"bytes"
	"context"
	"io"
	"regexp"
	"sync"
	"testing"
	"time"
)

// script types lines at a program and reads what it prints.
type script struct {
	in *io.PipeWriter

	mu   sync.Mutex
	text bytes.Buffer // guarded by mu
	more chan struct{}
}

func newScript() (*io.PipeReader, *script) {
	r, w := io.Pipe()
	return r, &script{in: w, more: make(chan struct{}, 1)}
}

// Write takes what the program prints.
func (s *script) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case s.more <- struct{}{}:
	default:
	}
	return s.text.Write(p)
}

func (s *script) say(lines ...string) {
	for _, l := range lines {
		_, _ = io.WriteString(s.in, l+"\n") // a program that is gone shows in wait
	}
}

// wait waits for a pattern, and gives its last group, or all of it. What was
// printed up to there is done with.
func (s *script) wait(t *testing.T, pattern string) string {
	t.Helper()
	shape := regexp.MustCompile(pattern)
	late := time.After(20 * time.Second)
	for {
		s.mu.Lock()
		if m := shape.FindSubmatchIndex(s.text.Bytes()); m != nil {
			found := string(s.text.Bytes()[m[0]:m[1]])
			s.text.Next(m[0])
			s.mu.Unlock()
			return found
		}
		s.mu.Unlock()
		select {
		case <-s.more:
		case <-late:
			t.Fatalf("nothing like %q was printed:\n%s", pattern, s.text.String())
		}
	}
}

// holder finds an ombudsman who was drawn.
func (d *demoOffice) holder(t *testing.T) string {
	t.Helper()
	for name := range d.Machines {
		desk, err := d.Cases.Desk(name)
		if err != nil {
			t.Fatal(err)
		}
		if list, _, err := desk.Inbox(context.Background(), 0, 1); err == nil && len(list) > 0 {
			return name
		}
	}
	t.Fatal("nobody was drawn")
	return ""
}
