package terminal

import (
	"crypto/rand"
	"errors"
	"sync"

	"ombra/bot"
)

// memory is what a platform keeps of a direct conversation: the last messages,
// by a reference that nobody can guess or meet again after a restart.
type memory struct {
	mu    sync.Mutex
	held  map[string]remembered
	order []string // oldest first
	bytes int
}

type remembered struct {
	account string
	message bot.Message
	size    int
}

const (
	maxRemembered = 10000
	maxBytes      = 256 << 20
)

var errForgotten = errors.New("terminal: no such message")

func newMemory() *memory { return &memory{held: map[string]remembered{}} }

// keep holds a message, drops the oldest when there are too many, and returns
// the new one's Ref.
func (m *memory) keep(account string, msg bot.Message) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	msg.Ref = rand.Text()
	size := len(msg.Text)
	for _, f := range msg.Files {
		size += int(min(f.Size, maxBytes))
	}
	m.held[msg.Ref] = remembered{account, msg, size}
	m.order = append(m.order, msg.Ref)
	m.bytes += size
	for len(m.order) > 1 && (len(m.order) > maxRemembered || m.bytes > maxBytes) {
		m.bytes -= m.held[m.order[0]].size
		delete(m.held, m.order[0])
		m.order = m.order[1:]
	}
	return msg.Ref
}

// recall finds a message of the same account. Another's is as unknown as one
// that never was.
func (m *memory) recall(account, ref string) (*bot.Message, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.held[ref]
	if !ok || r.account != account {
		return nil, errForgotten
	}
	return &r.message, nil
}
