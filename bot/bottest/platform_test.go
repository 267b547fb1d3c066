package bottest_test

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"ombra/bot"
	"ombra/bot/bottest"
)

// A platform that people are told things on: it keeps what it took, and fails
// as it is told to.
type platform struct {
	accounts map[string]string // roster names by account
	fail     func(account, key string, try int) error

	mu    sync.Mutex
	tries map[string]int // by account and key
	took  []hearing
}

type hearing struct {
	who, key string
	screen   bottest.Screen
}

var _ bot.Platform = (*platform)(nil)

func (p *platform) Tell(_ context.Context, to bot.Account, key string, s bot.Step) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.tries == nil {
		p.tries = map[string]int{}
	}
	at := to.Reveal() + " " + key
	p.tries[at]++
	if p.fail != nil {
		if err := p.fail(to.Reveal(), key, p.tries[at]-1); err != nil {
			return err
		}
	}
	if err := s.Check(); err != nil || !s.Kept {
		return fmt.Errorf("kept %v: %w", s.Kept, err)
	}
	p.took = append(p.took, hearing{p.accounts[to.Reveal()], key, bottest.ScreenOf(s)})
	return nil
}

func (p *platform) Check(context.Context) []bot.Finding { return nil }

func (p *platform) notices() []hearing {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]hearing(nil), p.took...)
}

// text is all that was told, as a platform keeps it.
func (p *platform) text() string {
	var b strings.Builder
	for _, n := range p.notices() {
		fmt.Fprintln(&b, n.who, n.key, n.screen.Text, n.screen.Buttons)
	}
	return b.String()
}
