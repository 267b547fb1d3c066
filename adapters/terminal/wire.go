package terminal

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"sync"
	"time"

	"ombra/bot"
)

// Wire is the bot behind a Unix socket, for tests: any number of accounts, any
// number of connections, one JSON object in a line each way.
//
//	{"id":1,"account":"anna","verb":"report"}
//	{"id":1,"step":{"Title":"File a report", …}}
//	{"id":2,"watch":"ben"}
//	{"id":2}
//	{"notice":{"account":"ben","key":"k1","step":{…}}}
//
// Whoever can open the socket may speak for anybody. That is why it exists
// only in offices that were created for tests, whose cases carry the mark.
//
// Goroutines: Serve has one for each connection and one for each request,
// and returns when all have ended.
type Wire struct {
	listener net.Listener
	jobs     chan struct{} // a place for each request that is being handled
	said     *memory

	mu      sync.Mutex // covers what follows
	closing bool
	links   map[*link]bool
	told    told
}

var _ bot.Platform = (*Wire)(nil)

const (
	maxJobs    = 64
	drainTime  = 10 * time.Second // for requests in flight when Serve has to end
	writeTime  = 30 * time.Second // for a frame, until its reader counts as gone
	noticeTime = 5 * time.Second  // the same for a notice, which others wait for
)

// Listen opens the socket, for its owner only. The folder must be the owner's
// alone. A socket left behind by a process that was killed is replaced, one
// that is in use is not.
func Listen(path string) (*Wire, error) {
	if info, err := os.Lstat(path); err == nil {
		if info.Mode().Type() != os.ModeSocket {
			return nil, errors.New("terminal: something else is in the socket's place")
		}
		if c, err := dial(path); err == nil {
			return nil, errors.Join(errors.New("terminal: the socket is in use"), c.Close())
		}
		if err := os.Remove(path); err != nil {
			return nil, fmt.Errorf("replace the socket: %w", err)
		}
	}
	l, err := new(net.ListenConfig).Listen(context.Background(), "unix", path)
	if err != nil {
		return nil, fmt.Errorf("open the socket: %w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("close the socket to others: %w", err), l.Close())
	}
	return &Wire{listener: l, jobs: make(chan struct{}, maxJobs), said: newMemory(), links: map[*link]bool{}}, nil
}

// Serve answers requests until ctx ends. Then it takes no more, lets those in
// flight end, sends their answers and returns nil. What is still in flight
// after ten seconds finds its own context ended.
func (w *Wire) Serve(ctx context.Context, h bot.Handler) error {
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	defer context.AfterFunc(ctx, w.close)()
	var links sync.WaitGroup
	var failed error
	for {
		c, err := w.listener.Accept()
		if err != nil {
			if ctx.Err() == nil {
				failed = errors.New("terminal: the socket takes no more connections")
			}
			break
		}
		links.Go(func() { w.serve(work, c, h) })
	}
	w.close()
	defer time.AfterFunc(drainTime, stop).Stop()
	links.Wait()
	return failed
}

// close stops the intake: no connection, no further request.
func (w *Wire) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closing = true
	_ = w.listener.Close()
	for l := range w.links {
		_ = l.conn.SetReadDeadline(time.Now())
	}
}

func (w *Wire) enter(l *link) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.closing {
		w.links[l] = true
	}
	return !w.closing
}

func (w *Wire) leave(l *link) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.links, l)
}

// serve reads the requests of a connection and answers each in a goroutine of
// its own.
func (w *Wire) serve(ctx context.Context, c net.Conn, h bot.Handler) {
	defer func() { _ = c.Close() }()
	l := &link{conn: c}
	if !w.enter(l) {
		return
	}
	defer w.leave(l)
	var jobs sync.WaitGroup
	defer jobs.Wait()
	in := bufio.NewReader(c)
	for {
		line, err := readFrame(in, maxFrame)
		if err != nil {
			if errors.Is(err, errFrame) {
				l.write(frame{Error: errFrame.Error()}, writeTime)
			}
			return
		}
		req, err := decodeRequest(line)
		switch {
		case err != nil:
			l.write(frame{ID: req.ID, Error: err.Error()}, writeTime)
		case req.Watch != "":
			l.watch(req.Watch)
			l.write(frame{ID: req.ID}, writeTime)
		default:
			w.jobs <- struct{}{}
			jobs.Go(func() {
				defer func() { <-w.jobs }()
				l.write(w.answer(ctx, req, h), writeTime)
			})
		}
	}
}

// answer turns a request into an event and its step into a reply. A panic of
// the handler costs this one answer; its value may hold typed words and is
// dropped.
func (w *Wire) answer(ctx context.Context, r Request, h bot.Handler) (reply frame) {
	defer func() {
		if recover() != nil {
			reply = frame{ID: r.ID, Error: "terminal: the handler panicked"}
		}
	}()
	ev := bot.Event{From: Account(r.Account), Via: via, Lang: r.Lang, Verb: r.Verb, Token: r.Token, Form: r.Form, Values: r.Values}
	ev.Recall = func(_ context.Context, ref string) (*bot.Message, error) { return w.said.recall(r.Account, ref) }
	if files := asFiles(r.Files); r.Form {
		ev.Files = files
	} else if r.Said != "" || len(files) > 0 {
		ev.Said = &bot.Message{Text: r.Said, Files: files}
		ev.Said.Ref = w.said.keep(r.Account, *ev.Said)
	}
	step, err := packStep(ctx, h(ctx, ev))
	if err != nil {
		return frame{ID: r.ID, Error: err.Error()}
	}
	return frame{ID: r.ID, Step: step}
}

// Tell sends a notice to the connections that watch the account. A frame that
// the system took counts as told. Its own error is always *bot.Undelivered.
func (w *Wire) Tell(ctx context.Context, to bot.Account, key string, s bot.Step) error {
	name := to.Reveal()
	w.mu.Lock()
	done := w.told.has(name, key)
	var watchers []*link
	for l := range w.links {
		if l.watches(name) {
			watchers = append(watchers, l)
		}
	}
	w.mu.Unlock()
	if done {
		return nil
	}
	step, err := packStep(ctx, s)
	if err != nil || len(watchers) == 0 {
		return &bot.Undelivered{}
	}
	arrived := false
	for _, l := range watchers {
		note := &noticeFrame{Account: name[len(prefix):], Key: key, Step: step}
		arrived = l.write(frame{Notice: note}, noticeTime) || arrived
	}
	if !arrived {
		return &bot.Undelivered{}
	}
	w.mu.Lock()
	w.told.add(name, key)
	w.mu.Unlock()
	return nil
}

// Check finds nothing: the socket has no set-up.
func (w *Wire) Check(context.Context) []bot.Finding { return nil }

// link is one connection. Frames leave it whole, one after the other.
type link struct {
	conn net.Conn

	writing sync.Mutex // covers writing to conn

	mu      sync.Mutex // covers watched
	watched []string
}

func (l *link) watch(account string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !slices.Contains(l.watched, prefix+account) {
		l.watched = append(l.watched, prefix+account)
	}
}

func (l *link) watches(account string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Contains(l.watched, account)
}

// write sends a frame and reports whether it went. Half a frame would garble
// all that follow, so a failure ends the connection.
func (l *link) write(f frame, within time.Duration) bool {
	line, err := json.Marshal(f)
	if err == nil && len(line) >= maxFrame {
		line, err = json.Marshal(frame{ID: f.ID, Error: errFrame.Error()})
	}
	if err != nil {
		return false
	}
	l.writing.Lock()
	defer l.writing.Unlock()
	_ = l.conn.SetWriteDeadline(time.Now().Add(within))
	if _, err := l.conn.Write(append(line, '\n')); err != nil {
		_ = l.conn.Close()
		return false
	}
	return true
}
