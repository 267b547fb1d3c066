package bottest

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"ombra/bot"
)

// A Bell is a platform that does nothing but tell notices: it remembers what each
// account was told.
type Bell struct {
	mu    sync.Mutex
	heard map[string][]Screen // guarded by mu, like what follows
	keys  map[string]bool     // a key is told once
}

var _ bot.Platform = (*Bell)(nil)

// Hang makes the bell what people of an office are told through.
func (b *Bell) Hang(set Settings) Settings {
	options := set.Options
	set.Options = func(o *bot.Options) {
		o.Platforms = map[string]bot.Platform{}
		for _, p := range set.platforms() {
			o.Platforms[p] = b
		}
		if options != nil {
			options(o)
		}
	}
	return set
}

// Tell implements bot.Platform.
func (b *Bell) Tell(_ context.Context, to bot.Account, key string, s bot.Step) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, who, _ := strings.Cut(to.Reveal(), ":")
	if b.keys[who+" "+key] {
		return nil
	}
	if b.heard == nil {
		b.heard, b.keys = map[string][]Screen{}, map[string]bool{}
	}
	b.keys[who+" "+key] = true
	b.heard[who] = append(b.heard[who], ScreenOf(s))
	return s.Check()
}

// Check implements bot.Platform.
func (b *Bell) Check(context.Context) []bot.Finding { return nil }

// Heard is what an account was told, oldest first: see [Means].
func (b *Bell) Heard(account string) []Screen {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]Screen(nil), b.heard[account]...)
}

// deliver tells the notices that are due now.
func (w *World) deliver(ctx context.Context) error {
	limited, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() { w.Office.Bot.Deliver(limited); close(done) }()
	told := soon(func() bool {
		due, err := w.Office.Cases.Notices(ctx)
		return err == nil && len(due) == 0
	})
	stop()
	<-done
	if !told {
		return errors.New("notices are due and not told")
	}
	return ctx.Err()
}

// patience is how long something may take that a platform does later.
const patience = 10 * time.Second

// soon waits until something holds.
func soon(holds func() bool) bool {
	for until := time.After(patience); !holds(); {
		select {
		case <-until:
			return false
		case <-time.After(time.Millisecond):
		}
	}
	return true
}
