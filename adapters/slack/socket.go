package slack

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// links are the connections of Socket Mode. There are two, so that one that is
// dropped leaves the other: Slack gives each payload to any of them. One that
// Slack is about to close is replaced first, so that a refresh drops nothing
// even when it comes for both at once; that is why the SDK's client, which
// closes before it dials, is not used here.
//
// Slack gives payloads to a stranger's connection too, if somebody else has the
// app token: then part of what people type goes elsewhere, and intake halts.
type links struct {
	a *Adapter

	dialing sync.Mutex // one at a time, or a count could not be compared with ours

	mu      sync.Mutex
	kept    [2]*link  // guarded by mu, like what follows
	open    int       // ours, with those that are being replaced
	since   time.Time // from when on there was one too many
	halted  bool
	refused string // why Slack takes no connection: a code of fault.go
}

func newLinks(a *Adapter) *links { return &links{a: a} }

// run keeps the connections until ctx ends. What was begun is acknowledged over
// the connection on which it came, so these outlive the intake until all is
// answered.
func (l *links) run(ctx, work context.Context) {
	open, hangUp := context.WithCancel(work)
	defer hangUp()
	var all sync.WaitGroup
	for i := range l.kept {
		all.Go(func() { l.keep(open, work, i, &all) })
	}
	all.Go(func() { l.watch(open) })
	<-ctx.Done()
	l.a.drain()
	hangUp()
	all.Wait()
}

// keep has one connection at a time, and begins the next when Slack says that it
// will close this one.
func (l *links) keep(ctx, work context.Context, i int, all *sync.WaitGroup) {
	const shortest, longest, steady = 100 * time.Millisecond, 10 * time.Second, time.Second
	wait := shortest
	for ctx.Err() == nil {
		c, err := l.dial(ctx)
		if err != nil {
			l.failed(ctx, err)
			_ = pause(ctx, max(wait, faultOf(err).after))
			wait = min(2*wait, longest)
			continue
		}
		l.set(i, c)
		began := time.Now()
		all.Go(func() {
			defer context.AfterFunc(ctx, c.close)()
			l.serve(ctx, work, c)
		})
		select {
		case <-c.leave:
		case <-ctx.Done():
		}
		l.unset(i, c)
		switch {
		case c.refresh(), time.Since(began) > steady:
			wait = shortest
		case c.disabled():
			_ = pause(ctx, wait)
			wait = min(2*wait, longest)
		default: // it did not last: not so fast, but there was one
			_ = pause(ctx, wait)
			wait = min(2*wait, steady)
		}
	}
}

func (l *links) failed(ctx context.Context, err error) {
	l.mu.Lock()
	first := l.refused == ""
	l.refused = faultOf(err).code
	l.mu.Unlock()
	if first {
		l.a.o.Log.LogAttrs(ctx, slog.LevelError, logAway, slog.String("platform", via))
	}
}

func (l *links) set(i int, c *link) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.kept[i], l.refused = c, ""
}

func (l *links) unset(i int, c *link) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.kept[i] = nil
	if c.disabled() {
		l.refused = "link_disabled"
	}
}

// begin answers a payload in a goroutine of its own, when there is a place. Once
// the intake has ended nothing is begun, and nothing acknowledged: then Slack
// says so.
func (a *Adapter) begin(ctx context.Context, kind string, payload []byte, done ack) {
	a.slots <- struct{}{}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.ending {
		<-a.slots
		return
	}
	a.turns.Go(func() {
		defer func() { <-a.slots }()
		a.take(ctx, kind, payload, done)
	})
}

// drain ends the intake and waits for the turns in flight, but not for ever.
func (a *Adapter) drain() {
	a.mu.Lock()
	a.ending = true
	a.mu.Unlock()
	ended := make(chan struct{})
	go func() {
		a.turns.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-time.After(drainTime):
	}
}

// count looks at how many connections the app has, as Slack says when one
// begins. One of ours that was just dropped may still be among them, so one too
// many is borne for a while.
func (l *links) count(ctx context.Context, n int) {
	l.mu.Lock()
	was := l.halted
	switch {
	case n <= l.open:
		l.since, l.halted = time.Time{}, false
	case l.since.IsZero():
		l.since = time.Now()
	case time.Since(l.since) >= l.a.o.Foreign:
		l.halted = true
	}
	is := l.halted
	l.mu.Unlock()
	switch {
	case is && !was:
		l.a.o.Log.LogAttrs(ctx, slog.LevelError, logForeign, slog.String("platform", via))
	case was && !is:
		l.a.o.Log.LogAttrs(ctx, slog.LevelInfo, logAlone, slog.String("platform", via))
	}
}

// lookEvery is how often Slack is asked how many connections there are, in times
// of Options.Foreign: a stranger may come any time, and one of ours lives for hours.
const lookEvery = 10

// watch begins one connection anew now and then, and each time while there is one
// too many, because only the beginning of one says how many there are. The old
// one goes on beside it for a while: what was just closed might still be counted.
func (l *links) watch(ctx context.Context) {
	for n := 1; pause(ctx, l.a.o.Foreign); n++ {
		if old := l.toRenew(n); old != nil {
			old.leaves("")
		}
	}
}

// toRenew is a connection to be begun anew at the nth look, if it is time and the
// other one is up meanwhile.
func (l *links) toRenew(n int) *link {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.since.IsZero() && n%lookEvery > 0 || l.kept[0] == nil || l.kept[1] == nil {
		return nil
	}
	return l.kept[n%2]
}

func (l *links) isHalted() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.halted
}
