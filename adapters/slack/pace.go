package slack

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"sync"
	"time"
)

// pace is one queue for each conversation: what is posted there goes one after
// the other, at the pace that Slack bears, and in the order in which it came.
type pace struct {
	gap time.Duration

	mu     sync.Mutex
	queues map[string]*queue // guarded by mu; those without a waiter are forgotten
}

type queue struct {
	turn    chan struct{} // holds one token: whoever has it may post
	waiting int           // guarded by pace.mu
	next    time.Time     // of whoever has the token
}

func newPace(gap time.Duration) *pace { return &pace{gap: gap, queues: map[string]*queue{}} }

// in runs f when it is its turn in a conversation. What f reports as Slack's wish
// to wait holds for those behind it too.
func (p *pace) in(ctx context.Context, channel string, f func(context.Context) error) error {
	q := p.enter(channel)
	defer p.leave(q)
	select {
	case <-q.turn:
	case <-ctx.Done():
		return &fault{code: "busy", again: true}
	}
	defer func() { q.turn <- struct{}{} }()
	if wait := time.Until(q.next); wait > 0 && !pause(ctx, wait) {
		return &fault{code: "busy", again: true, after: wait}
	}
	err := f(ctx)
	q.next = time.Now().Add(p.gap)
	if fault := faultOf(err); fault != nil && fault.after > p.gap {
		q.next = time.Now().Add(fault.after)
	}
	return err
}

func (p *pace) enter(channel string) *queue {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sweep()
	q := p.queues[channel]
	if q == nil {
		q = &queue{turn: make(chan struct{}, 1)}
		q.turn <- struct{}{}
		p.queues[channel] = q
	}
	q.waiting++
	return q
}

func (p *pace) leave(q *queue) {
	p.mu.Lock()
	defer p.mu.Unlock()
	q.waiting--
}

// sweep forgets conversations in which nobody waits and any post may go. Nobody
// touches next of a queue without waiters. It needs mu.
func (p *pace) sweep() {
	if len(p.queues) < 256 {
		return
	}
	for channel, q := range p.queues {
		if q.waiting == 0 && time.Now().After(q.next) {
			delete(p.queues, channel)
		}
	}
}

// A memory remembers the last few things that were done, so that they are not
// done twice. It keeps no name: what is remembered is keyed with a key that dies
// with the process.
type memory struct {
	key  []byte
	most int

	mu    sync.Mutex
	known map[[16]byte]bool // guarded by mu
	order [][16]byte        // guarded by mu
}

func newMemory(key []byte, most int) *memory {
	return &memory{key: key, most: most, known: map[[16]byte]bool{}}
}

func (m *memory) id(parts ...string) [16]byte {
	mac := hmac.New(sha256.New, m.key)
	for _, p := range parts {
		mac.Write([]byte(p + "\x00"))
	}
	return [16]byte(mac.Sum(nil)[:16])
}

func (m *memory) has(parts ...string) bool {
	id := m.id(parts...)
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.known[id]
}

// add reports whether it is new.
func (m *memory) add(parts ...string) bool {
	id := m.id(parts...)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known[id] {
		return false
	}
	m.known[id] = true
	if m.order = append(m.order, id); len(m.order) > m.most {
		delete(m.known, m.order[0])
		m.order = m.order[1:]
	}
	return true
}

// rooms remembers the direct conversation of each user, for a while: it is asked
// for with every notice, and asking is limited.
type rooms struct {
	*memory

	mu   sync.Mutex
	room map[[16]byte]string // guarded by mu
}

func newRooms(key []byte) *rooms {
	return &rooms{memory: newMemory(key, 0), room: map[[16]byte]string{}}
}

const maxRooms = 4096

func (r *rooms) of(user string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.room[r.id(user)]
}

func (r *rooms) keep(user, channel string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.room) >= maxRooms {
		clear(r.room)
	}
	r.room[r.id(user)] = channel
}
