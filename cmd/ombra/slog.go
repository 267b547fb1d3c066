package main

import (
	"context"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"ombra/cases"
)

// What this program logs itself.
const (
	logServing  = "serving"
	logStopping = "stopping"
	logStopped  = "stopped"
	logClosed   = "intake is closed: nobody on the roster can be given a case"
	logOpen     = "intake is open"
	logJob      = "a job failed"
	logPanicked = "a part of the server panicked"
	logForeign  = "something else wrote to the log"
	logSlow     = "a conversation was cut off by the stop"
	logRefused  = "the admin socket turned somebody away"
	logPart     = "a part of the server failed"
	logManager  = "the service manager did not hear that this is ready"
)

// registered are the messages that pass. What is not among them may have been
// put together from what somebody typed, or come from a library that quotes
// addresses, so it is replaced. A test finds every message of the program here.
var registered = map[string]bool{
	logServing: true, logStopping: true, logStopped: true, logClosed: true, logOpen: true, logJob: true,
	logPanicked: true, logForeign: true, logSlow: true, logRefused: true, logPart: true, logManager: true,
	// Of package bot.
	"a flow panicked":            true,
	"a flow failed":              true,
	"notices cannot be read":     true,
	"a notice cannot be settled": true,
	"a notice panicked":          true,
	"token keys cannot be aged":  true,
	// Of the adapters.
	"answering in Mattermost panicked":                         true,
	"Mattermost did not take an answer":                        true,
	"Mattermost refuses the bot's token":                       true,
	"Mattermost is connected":                                  true,
	"the connection to Mattermost is lost":                     true,
	"slack cannot be reached, or does not take the token":      true,
	"somebody else holds the app token: intake is halted":      true,
	"nobody else holds the app token any more: intake goes on": true,
	"a request was refused":                                    true,
	"a payload could not be read":                              true,
}

// The parts of the server, as values of the key "job".
const (
	partPlatforms = "platforms"
	partAdmin     = "admin"
	partNotices   = "notices"
	partJobs      = "jobs"
	partKeys      = "keys"
	partLeaves    = "leaves" // and their second place
	partMonitor   = "monitor"
)

// allowed are the keys that pass, each with the words it may have. A key alone
// would not do: its value could be anything. Durations and numbers pass for the
// keys without words.
var allowed = map[string][]string{
	"kind": {
		cases.Internal.String(), cases.Invalid.String(), cases.NotFound.String(), cases.Conflict.String(),
		cases.Throttled.String(), cases.Unavailable.String(),
	},
	"platform": {"terminal", "slack", "mattermost"},
	"job": {
		partPlatforms, partAdmin, partNotices, partJobs, partKeys, partLeaves, partMonitor,
		"checkpoint", "mandates", "holders", "clocks", "retention", "traces", "holds", "remedies", "lost-keys", "settings",
	},
	"took": nil,
}

// handler writes the log. It knows no case, no account and no name: it passes
// registered messages and the words above, and drops all else.
//
// A line has the day and not the time: some say that a conversation failed, and
// would date it. A service manager that collects the lines may stamp them; that is
// the operator's to decide.
type handler struct {
	zone  *time.Location
	attrs []slog.Attr // passed already
	group bool        // within one: nothing there has a key we know

	out *writer
}

// writer is what all copies of a handler share.
type writer struct {
	mu sync.Mutex
	w  io.Writer // guarded by mu
}

// newLogger makes the log, and leads everything there that uses the standard
// logger or the default one, by mistake or in a library.
func newLogger(w io.Writer, zone *time.Location) *slog.Logger {
	l := slog.New(&handler{zone: zone, out: &writer{w: w}})
	slog.SetDefault(l) // the standard logger too; its text is never registered
	return l
}

// Enabled implements [slog.Handler]. Debugging output of libraries quotes what
// they send and receive.
func (h *handler) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelInfo }

// WithAttrs implements [slog.Handler].
func (h *handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	c := *h
	c.attrs = slices.Clip(c.attrs)
	for _, a := range attrs {
		if a, ok := h.pass(a); ok {
			c.attrs = append(c.attrs, a)
		}
	}
	return &c
}

// WithGroup implements [slog.Handler].
func (h *handler) WithGroup(name string) slog.Handler {
	c := *h
	c.group = c.group || name != ""
	return &c
}

// Handle implements [slog.Handler].
func (h *handler) Handle(_ context.Context, r slog.Record) error {
	var b strings.Builder
	when := r.Time
	if when.IsZero() {
		when = time.Now()
	}
	msg := logForeign
	if registered[r.Message] {
		msg = r.Message
	}
	b.WriteString(when.In(h.zone).Format(time.DateOnly) + " " + r.Level.String() + " " + msg)
	for _, a := range h.attrs {
		b.WriteString(" " + a.Key + "=" + a.Value.String())
	}
	r.Attrs(func(a slog.Attr) bool {
		if a, ok := h.pass(a); ok {
			b.WriteString(" " + a.Key + "=" + a.Value.String())
		}
		return true
	})
	b.WriteByte('\n')
	h.out.mu.Lock()
	defer h.out.mu.Unlock()
	_, err := io.WriteString(h.out.w, b.String())
	return err
}

// pass gives back an attribute with nothing in it but what may be written. A
// value's own LogValue is not asked: it is code of whoever made the value.
func (h *handler) pass(a slog.Attr) (slog.Attr, bool) {
	words, known := allowed[a.Key]
	if h.group || !known {
		return slog.Attr{}, false
	}
	kind := a.Value.Kind()
	switch {
	case words == nil:
		return a, kind == slog.KindDuration || kind == slog.KindInt64 || kind == slog.KindUint64
	case kind == slog.KindString:
		return a, slices.Contains(words, a.Value.String())
	}
	return slog.Attr{}, false
}
