package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"sync"
	"time"
)

// The administrative commands, by name. There is no other way to do anything
// through the socket, and nothing here can speak for a person in a
// conversation: whoever becomes the user of the service may keep the roster, and
// still files, reads and answers nothing.
func commands() map[string]command {
	return map[string]command{
		"roster.add":     takes((*office).rosterAdd),
		"roster.prove":   takes((*office).rosterProve),
		"roster.list":    takes((*office).rosterList),
		"roster.publish": takes((*office).rosterPublish),
		"roster.absence": takes((*office).rosterAbsence),
		"roster.away":    takes((*office).rosterAway),
		"roster.back":    takes((*office).rosterBack),
		"roster.until":   takes((*office).rosterUntil),
		"roster.leaving": takes((*office).rosterLeaving),
		"roster.remove":  takes((*office).rosterRemove),
		"log.checkpoint": takes((*office).logCheckpoint),
		"log.verify":     takes((*office).logVerify),
		"log.export":     takes((*office).logExport),
		"status":         takes((*office).status),
		"backup":         takes((*office).backup),
	}
}

// A command takes JSON and gives something that can become JSON.
type command func(ctx context.Context, o *office, with json.RawMessage) (any, error)

// nothing is what a command takes that takes nothing.
type nothing struct{}

func takes[T, R any](f func(*office, context.Context, T) (R, error)) command {
	return func(ctx context.Context, o *office, with json.RawMessage) (any, error) {
		var t T
		if err := strict(with, &t); err != nil {
			return nil, err
		}
		return f(o, ctx, t)
	}
}

var errRequest = usage("this is not a request of this version of ombra", "use the same version for the server and for the command")

func strict(text []byte, into any) error {
	if len(text) == 0 {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return errRequest
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errRequest
	}
	return nil
}

// A request is one line of JSON, and so is its answer; then the connection ends.
type request struct {
	Do   string          `json:"do"`
	With json.RawMessage `json:"with,omitempty"`
}

type answer struct {
	Error  string          `json:"error,omitempty"`
	Hint   string          `json:"hint,omitempty"`
	Code   int             `json:"code,omitempty"`
	Result json.RawMessage `json:"result,omitempty"`
}

const (
	maxRequest = 4 << 20
	maxAnswer  = 2 << 30         // a log of many years
	askTime    = 5 * time.Minute // to recompute and hand over such a log
	backupTime = 12 * time.Hour  // of years of attachments, to a slow disk
	readTime   = 10 * time.Second
)

// perform runs a command of the table.
func perform(ctx context.Context, o *office, r request) answer {
	do, ok := commands()[r.Do]
	if !ok {
		return refusal(errRequest)
	}
	result, err := do(ctx, o, r.With)
	if err != nil {
		return refusal(err)
	}
	text, err := json.Marshal(result)
	if err != nil {
		return refusal(err)
	}
	return answer{Result: text}
}

func refusal(err error) answer {
	var f *failure
	if !errors.As(classify(err), &f) {
		f = &failure{code: exitFailed, words: "this failed"}
	}
	return answer{Error: f.words, Hint: f.hint, Code: f.code}
}

// An adminServer answers administrative commands on a socket in the data folder.
type adminServer struct {
	office   *office
	log      *slog.Logger
	listener *net.UnixListener
	uid      int // of whom it answers, besides root

	mu   sync.Mutex // one command at a time: the roster is read, changed and put back
	long sync.Mutex // and one backup, which changes nothing and may take an hour
}

// listenAdmin opens the socket. The database is locked by now, so a socket that
// is there was left behind.
func listenAdmin(o *office) (*adminServer, error) {
	name := path(o.cfg, "admin.sock")
	if info, err := os.Lstat(name); err == nil && info.Mode().Type() == os.ModeSocket {
		if err := os.Remove(name); err != nil {
			return nil, err
		}
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: name, Net: "unix"})
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(name, 0o600); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return &adminServer{office: o, listener: l, uid: os.Geteuid()}, nil
}

// serve answers until ctx ends, and for those that were taken before.
func (a *adminServer) serve(ctx context.Context) error {
	var all sync.WaitGroup
	defer all.Wait()
	defer context.AfterFunc(ctx, func() { _ = a.listener.Close() })()
	for {
		c, err := a.listener.AcceptUnix()
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		all.Go(func() {
			defer func() {
				if recover() != nil {
					a.log.LogAttrs(ctx, slog.LevelError, logPanicked, slog.String("job", partAdmin))
				}
				_ = c.Close()
			}()
			a.one(ctx, c)
		})
	}
}

// one answers one connection. The folder keeps strangers out already; the kernel
// is asked all the same who is there, because folders are moved and mounted.
func (a *adminServer) one(ctx context.Context, c *net.UnixConn) {
	if uid, err := peer(c); err != nil || uid != 0 && uid != a.uid {
		a.log.LogAttrs(ctx, slog.LevelWarn, logRefused)
		return
	}
	_ = c.SetReadDeadline(time.Now().Add(readTime))
	defer context.AfterFunc(ctx, func() { _ = c.SetReadDeadline(time.Now()) })()
	var r request
	reply := refusal(errRequest)
	if line, err := readLine(c, maxRequest); err == nil && strict(line, &r) == nil {
		turn := &a.mu
		if r.Do == "backup" {
			turn = &a.long
		}
		turn.Lock()
		reply = perform(ctx, a.office, r)
		turn.Unlock()
	}
	text, err := json.Marshal(reply)
	if err != nil {
		return
	}
	_ = c.SetWriteDeadline(time.Now().Add(askTime))
	_, _ = c.Write(append(text, '\n'))
}
