package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"ombra/cases"
	"ombra/cases/sqlite"
)

// A monitor answers a monitoring system: whether the process lives (/healthz),
// whether the database answers (/readyz), and a few figures (/metrics). Whoever
// reads it every second must not see when somebody files: there is no count of
// anything that a filer does, no size, no traffic and nothing of the runtime,
// whose memory would show it. What a filing could move is looked at once a day.
type monitor struct {
	*server

	listener net.Listener

	mu    sync.Mutex
	day   cases.Day // of state; guarded by mu, like state
	state int
}

// How much room the disk has.
const (
	roomNone = iota // down to the reserve: attachments are refused
	roomLittle
	roomEnough
)

// listenMonitor opens the address that the configuration names, or nothing.
func (s *server) listenMonitor(ctx context.Context) (*monitor, error) {
	m := s.cfg.Monitor
	if m.Listen == "" {
		return nil, nil //nolint:nilnil // nothing to listen on is what was asked for
	}
	var l net.Listener
	var err error
	if m.IsSocket() {
		l, err = listenSocket(ctx, m.Listen)
	} else {
		l, err = new(net.ListenConfig).Listen(ctx, "tcp", m.Listen)
	}
	if err != nil {
		return nil, fail("monitor.listen cannot be opened", "choose another address, or look who has it")
	}
	return &monitor{server: s, listener: l}, nil
}

// listenSocket lets the socket's group in: a monitoring system is another user.
func listenSocket(ctx context.Context, name string) (net.Listener, error) {
	if info, err := os.Lstat(name); err == nil && info.Mode().Type() == fs.ModeSocket {
		if err := os.Remove(name); err != nil {
			return nil, err
		}
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o750); err != nil {
		return nil, err
	}
	l, err := new(net.ListenConfig).Listen(ctx, "unix", name)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(name, 0o660); err != nil { //nolint:gosec // what it says is for the group
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// serve answers until ctx ends.
func (m *monitor) serve(ctx context.Context) error {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { answerText(w, http.StatusOK, "alive\n") })
	mux.HandleFunc("GET /readyz", m.ready)
	if m.cfg.Monitor.Metrics {
		mux.HandleFunc("GET /metrics", m.metrics)
	}
	h := &http.Server{
		Handler: mux, ReadTimeout: readTime, ReadHeaderTimeout: readTime, WriteTimeout: readTime, IdleTimeout: time.Minute,
		MaxHeaderBytes: 8 << 10,
	}
	defer context.AfterFunc(ctx, func() { _ = h.Close() })()
	if err := h.Serve(m.listener); ctx.Err() == nil {
		return err
	}
	return nil
}

func answerText(w http.ResponseWriter, code int, text string) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	_, _ = io.WriteString(w, text)
}

func (m *monitor) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	err := m.db.View(ctx, func(tx cases.Tx) error { _, err := tx.Done("checkpoint"); return err })
	if err != nil {
		answerText(w, http.StatusServiceUnavailable, "the database does not answer\n")
		return
	}
	answerText(w, http.StatusOK, "ready\n")
}

// metrics writes Prometheus' text format.
func (m *monitor) metrics(w http.ResponseWriter, r *http.Request) {
	f := facts{Today: m.service.Today(), Failing: map[string]int{}}
	if err := m.db.View(r.Context(), f.read); err != nil {
		answerText(w, http.StatusServiceUnavailable, "")
		return
	}
	var b strings.Builder
	gauge := func(name, help string, value int64) {
		fmt.Fprintf(&b, "# HELP ombra_%[1]s %[2]s\n# TYPE ombra_%[1]s gauge\nombra_%[1]s %[3]d\n", name, help, value)
	}
	day := func(name, help string, day cases.Day) {
		if day == "" {
			return // never: a rule on its absence is better than one on 1970
		}
		y, mo, d := day.Time().Date()
		gauge(name+"_timestamp_seconds", help, time.Date(y, mo, d, 0, 0, 0, 0, m.cfg.Location).Unix())
	}
	gauge("up", "The office is served.", 1)
	gauge("schema", "Version of the database.", int64(sqlite.Schema()))
	gauge("intake_open", "Somebody could be given a case.", number(m.service.Open()))
	gauge("notices_stuck", "Somebody has not been reached for hours.", number(len(f.Failing) > 0))
	gauge("jobs_failing", "Daily jobs that failed within the last hour.", int64(m.failing()))
	gauge("disk_room", "0 down to the reserve, 1 soon, 2 enough; looked at once a day.", int64(m.room(f.Today)))
	day("last_checkpoint", "Day of the log's last checkpoint.", f.LastCheckpoint)
	day("last_backup", "Day of the last backup.", f.LastBackup)
	day("last_leaves", "Day of the last checkpoint whose leaves are in their second place.", f.LastLeaves)
	answerText(w, http.StatusOK, b.String())
}

func number(b bool) int64 { return map[bool]int64{true: 1}[b] }

// failing counts the jobs that failed lately.
func (s *server) failing() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, at := range s.complained {
		if time.Since(at) < time.Hour+2*time.Minute { // the next complaint comes after an hour
			n++
		}
	}
	return n
}

// room looks at the disk when a day is first asked about: what is left moves
// with every filing.
func (m *monitor) room(today cases.Day) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.day == today {
		return m.state
	}
	free, err := m.free()
	if err != nil {
		return roomNone
	}
	m.day, m.state = today, roomEnough
	switch {
	case free < diskReserve:
		m.state = roomNone
	case free < 4*diskReserve:
		m.state = roomLittle
	}
	return m.state
}
