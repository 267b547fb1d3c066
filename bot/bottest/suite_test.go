package bottest_test

import (
	"context"
	"sync"
	"testing"

	"ombra/bot"
	"ombra/bot/bottest"
)

// TestDirect: events straight to the bot, and steps as plain as they are.
func TestDirect(t *testing.T) {
	bottest.Run(t, func(t *testing.T) *bottest.World {
		b := &board{keys: map[[2]string]bool{}, told: map[string][]bottest.Screen{}}
		o := bottest.OpenOffice(t, bottest.Settings{Options: func(o *bot.Options) { o.Platforms = map[string]bot.Platform{"test": b} }})
		w := bottest.NewWorld(o, o.Person)
		w.Via = bot.Via{Name: "terminal", Exposed: true, Files: true}
		w.Notices = func(account string) []bottest.Screen {
			b.mu.Lock()
			defer b.mu.Unlock()
			return b.told["test:"+account]
		}
		w.Notify = func(account, key string, s bot.Step) error {
			return b.Tell(t.Context(), bot.NewAccount("test:"+account), key, s)
		}
		return w
	})
}

// A board is a platform on which notices hang, each key once.
type board struct {
	mu   sync.Mutex
	keys map[[2]string]bool          // guarded by mu
	told map[string][]bottest.Screen // guarded by mu
}

// Tell implements bot.Platform.
func (b *board) Tell(_ context.Context, to bot.Account, key string, s bot.Step) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if at := [2]string{to.Reveal(), key}; !b.keys[at] {
		b.keys[at] = true
		b.told[to.Reveal()] = append(b.told[to.Reveal()], bottest.ScreenOf(s))
	}
	return s.Check()
}

// Check implements bot.Platform.
func (b *board) Check(context.Context) []bot.Finding { return nil }
