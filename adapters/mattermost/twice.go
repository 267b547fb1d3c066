package mattermost

import (
	"crypto/hmac"
	"crypto/sha256"
	"sync"
	"time"
)

// clicks join callbacks that are the same: a proxy that delivers twice, a double
// click. The second waits for the first one's answer and gets it. What they held is
// known here by a keyed hash, for as long as a click takes.
type clicks struct {
	key func() []byte
	mu  sync.Mutex
	now map[[32]byte]*click // guarded by mu
}

type click struct {
	done   chan struct{}
	answer any
}

func newClicks(b *box) *clicks { return &clicks{key: b.key, now: map[[32]byte]*click{}} }

// once answers, or waits for whoever is answering the same already.
func (c *clicks) once(path string, body []byte, lasts time.Duration, answer func() any) any {
	m := hmac.New(sha256.New, c.key())
	m.Write([]byte(path + "\n"))
	m.Write(body)
	name := [32]byte(m.Sum(nil))
	c.mu.Lock()
	first, known := c.now[name]
	if !known {
		first = &click{done: make(chan struct{}), answer: struct{}{}}
		c.now[name] = first
	}
	c.mu.Unlock()
	if known {
		<-first.done
		return first.answer
	}
	defer func() {
		close(first.done)
		time.AfterFunc(lasts, func() {
			c.mu.Lock()
			defer c.mu.Unlock()
			delete(c.now, name)
		})
	}()
	first.answer = answer()
	return first.answer
}
