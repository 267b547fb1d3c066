package terminal

import (
	"context"
	"sync"

	"ombra/bot"
)

// Hall is the terminal as a platform: it reaches the people who sit at one
// right now, by printing. It keeps nothing for the others: their notices are
// undelivered, and whoever sends them tries again.
type Hall struct {
	mu    sync.Mutex
	seats map[*Terminal]bool
	told  told
}

var _ bot.Platform = (*Hall)(nil)

// NewHall returns an empty hall. Terminals enter it by [Options].Hall.
func NewHall() *Hall { return &Hall{seats: map[*Terminal]bool{}} }

// seat makes a terminal's person reachable until leave is called.
func (h *Hall) seat(t *Terminal) (leave func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seats[t] = true
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.seats, t)
	}
}

// Tell prints a notice at every terminal where the account sits. Its own error
// is always *bot.Undelivered.
func (h *Hall) Tell(_ context.Context, to bot.Account, key string, s bot.Step) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	name := to.Reveal()
	if h.told.has(name, key) {
		return nil
	}
	shown := false
	for t := range h.seats {
		shown = t.notice(name, s) || shown
	}
	if !shown {
		return &bot.Undelivered{}
	}
	h.told.add(name, key)
	return nil
}

// Check finds nothing: a terminal has no set-up.
func (h *Hall) Check(context.Context) []bot.Finding { return nil }

// told remembers the last notices that arrived, so that a key is told once. Its
// owner's lock covers it.
type told struct {
	keys  map[[2]string]bool
	order [][2]string
}

const maxTold = 4096

func (t *told) has(account, key string) bool { return t.keys[[2]string{account, key}] }

func (t *told) add(account, key string) {
	if t.keys == nil {
		t.keys = map[[2]string]bool{}
	}
	k := [2]string{account, key}
	if t.keys[k] {
		return
	}
	t.keys[k] = true
	if t.order = append(t.order, k); len(t.order) > maxTold {
		delete(t.keys, t.order[0])
		t.order = t.order[1:]
	}
}
