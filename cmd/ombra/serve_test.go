package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"ombra/cases"
)

// lines is a log that may be read while it is written.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// mustServer is a server in this process, with one ombudsman, that was not run
// yet. stop is what a signal does.
func mustServer(t *testing.T) (s *server, ctx context.Context, stop func(), log *lines) {
	t.Helper()
	restoreLogs(t)
	cfg := mustConfig(t)
	if err := createOffice(t.Context(), cfg, time.Now); err != nil {
		t.Fatal(err)
	}
	of, err := openOffice(t.Context(), cfg, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	mustAppoint(t, of, "anna")
	log = &lines{}
	o := &options{in: strings.NewReader(""), out: io.Discard, err: log, now: time.Now}
	if s, err = o.newServer(t.Context(), of); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	return s, ctx, cancel, log
}

// block keeps the writer of the database busy until it is released.
func block(t *testing.T, o *office) (release func()) {
	t.Helper()
	begun, free := make(chan struct{}), make(chan struct{})
	go func() {
		_ = o.db.Update(context.Background(), func(cases.Tx) error {
			close(begun)
			<-free
			return errors.New("nothing to store")
		})
	}()
	<-begun
	return sync.OnceFunc(func() { close(free) })
}

// TestStopCutsOffASlowFlow: somebody files while the disk hangs. The stop waits
// for a while, then the person is told that nothing was stored.
func TestStopCutsOffASlowFlow(t *testing.T) {
	s, ctx, stop, log := mustServer(t)
	s.patience = patience{flows: 200 * time.Millisecond, links: 5 * time.Second, all: 10 * time.Second}
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- s.run(ctx, func() { close(ready) }) }()
	<-ready
	f, err := newFiler(path(s.cfg, "test.sock"), "dora")
	if err != nil {
		t.Fatal(err)
	}
	defer f.close()
	if err := f.form(); err != nil {
		t.Fatal(err)
	}
	release := block(t, s.office)
	defer release()
	told := make(chan error, 1)
	go func() {
		_, err := f.send()
		told <- err
	}()
	<-time.After(50 * time.Millisecond)
	stop()
	if err := <-told; !errors.Is(err, errStep) && !errors.Is(err, errBusy) {
		t.Errorf("the person got %v, want a step without a receipt", err)
	}
	release()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if !strings.Contains(log.String(), logSlow) || !strings.Contains(log.String(), logStopped) {
		t.Errorf("the log says\n%s", log)
	}
}

// TestStopEndsAnyway: a disk that hangs for good does not keep the process.
func TestStopEndsAnyway(t *testing.T) {
	s, ctx, stop, _ := mustServer(t)
	s.patience = patience{flows: 50 * time.Millisecond, links: 100 * time.Millisecond, all: 300 * time.Millisecond}
	release := block(t, s.office)
	began := time.Now()
	err := s.run(ctx, stop)
	if err == nil || !strings.Contains(err.Error(), "cut short") || time.Since(began) > 5*time.Second {
		t.Errorf("ended with %v after %v", err, time.Since(began))
	}
	release()
	if err := s.close(); err != nil {
		t.Error(err)
	}
}

// TestPartThatPanics ends the server, with an error and without the value.
func TestPartThatPanics(t *testing.T) {
	s, ctx, stop, log := mustServer(t)
	defer stop()
	keys := s.transport
	s.transport = nil // so the ageing of keys panics
	err := s.run(ctx, func() {})
	if !errors.Is(err, errPart) {
		t.Errorf("ended with %v", err)
	}
	s.transport = keys
	g, ctx := errgroup.WithContext(t.Context())
	s.start(g, ctx, partNotices, func(context.Context) error { panic(canary) })
	if err := g.Wait(); !errors.Is(err, errPart) {
		t.Errorf("ended with %v", err)
	}
	if !strings.Contains(log.String(), logPanicked+" job=keys") || strings.Contains(log.String(), canary) {
		t.Errorf("the log says\n%s", log)
	}
}

// TestSaysWhenIntakeCloses: a mandate that ends closes intake at midnight, and
// nobody pressed anything.
func TestSaysWhenIntakeCloses(t *testing.T) {
	s, ctx, stop, log := mustServer(t)
	defer stop()
	now := s.service.Now
	open := s.sayOpen(ctx, true)
	s.service.Now = func() time.Time { return now().AddDate(100, 0, 0) }
	open = s.sayOpen(ctx, open)
	s.service.Now = now
	if open = s.sayOpen(ctx, open); !open {
		t.Error("it did not open again")
	}
	if got := log.String(); strings.Count(got, logClosed) != 1 || strings.Count(got, logOpen) != 1 {
		t.Errorf("the log says\n%s", got)
	}
	if err := errors.Join(s.wire.Serve(cancelled(), nil), s.admin.serve(cancelled()), s.close()); err != nil {
		t.Error(err)
	}
}

func cancelled() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}
