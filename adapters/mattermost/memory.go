package mattermost

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"maps"
	"strconv"
	"strings"
	"sync"
	"time"

	"ombra/bot"
)

// What the adapter holds in memory, and nowhere else. None of it is anything that
// a person typed: marks that open nothing, tokens that are sealed, and ids that
// the platform has anyway. A restart forgets it; then a cover is shown where a
// private answer would have been.

// A box marks what only the bot can have drawn, for one account and one use: every
// button and every form, so that nothing is done in the name of somebody who was
// never shown it, and values that a cover leads back to where no token of the bot's
// own does. Its marks prove, and open nothing; so their key may outlive a restart.
type box struct{ key func() []byte }

func newBox(secret Secret) *box {
	m := hmac.New(sha256.New, []byte(secret.Reveal()))
	m.Write([]byte("ombra-mattermost/1 box"))
	key := m.Sum(nil)
	return &box{key: func() []byte { return key }}
}

const boxTime = 24 * time.Hour

func (b *box) seal(user, use, value string) string {
	until := strconv.FormatInt(time.Now().Add(boxTime).Unix(), 36)
	return until + "." + value + "." + b.mark(user, use, until, value)
}

func (b *box) mark(parts ...string) string {
	m := hmac.New(sha256.New, b.key())
	for _, p := range parts {
		m.Write([]byte(strconv.Itoa(len(p)) + ":" + p))
	}
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil)[:18])
}

// marked tells whether a mark was made of these parts.
func (b *box) marked(mark string, parts ...string) bool {
	return hmac.Equal([]byte(b.mark(parts...)), []byte(mark))
}

// open gives back the value, if it was sealed for this user and use and its time
// is not over.
func (b *box) open(user, use, sealed string) (string, bool) {
	parts := strings.Split(sealed, ".")
	if len(parts) != 3 || len(sealed) > 500 {
		return "", false
	}
	if !hmac.Equal([]byte(b.mark(user, use, parts[0], parts[1])), []byte(parts[2])) {
		return "", false
	}
	until, err := strconv.ParseInt(parts[0], 36, 64)
	return parts[1], err == nil && time.Now().Unix() <= until
}

// A pocket holds the response_url of each person's last slash command: the only
// private means that outlives the command itself. It is filled from requests that
// bore the command's token, never from a press or a submission.
type pocket struct {
	mu    sync.Mutex
	hooks map[string]hook // by user; guarded by mu
}

type hook struct {
	id, channel string
	left        int
	until       time.Time
}

const (
	hookUses = 5
	hookTime = 29 * time.Minute // of the server's 30
	maxHooks = 10_000
)

func newPocket() *pocket { return &pocket{hooks: map[string]hook{}} }

func (p *pocket) put(user, id, channel string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	makeRoom(p.hooks, maxHooks, func(h hook) time.Time { return h.until })
	p.hooks[user] = hook{id, channel, hookUses, time.Now().Add(hookTime)}
}

// take uses a hook once. With a channel it must be that one's: an answer that
// appears where nobody looks is no answer.
func (p *pocket) take(user, channel string) (id string, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	h, ok := p.hooks[user]
	switch {
	case !ok || h.left == 0 || time.Now().After(h.until):
		delete(p.hooks, user)
		return "", false
	case channel != "" && channel != h.channel:
		return "", false
	}
	h.left--
	p.hooks[user] = h
	return h.id, true
}

// has tells whether a hook is there to be taken.
func (p *pocket) has(user string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	h, ok := p.hooks[user]
	return ok && h.left > 0 && time.Now().Before(h.until)
}

// makeRoom bounds what is held: first what is over goes, then everything.
func makeRoom[K comparable, V any](held map[K]V, most int, until func(V) time.Time) {
	if len(held) < most {
		return
	}
	maps.DeleteFunc(held, func(_ K, v V) bool { return time.Now().After(until(v)) })
	if len(held) >= most {
		clear(held)
	}
}

// renewals know which token took another one's place while a dialog stayed open:
// a dialog that is sent cannot be given a new one on older servers.
type renewals struct {
	mu   sync.Mutex
	next map[[32]byte]renewal // guarded by mu
}

type renewal struct {
	token bot.Token
	until time.Time
}

const maxRenewals = 10_000

func newRenewals() *renewals { return &renewals{next: map[[32]byte]renewal{}} }

func renewalKey(user string, old bot.Token) [32]byte {
	return sha256.Sum256([]byte(user + "\n" + string(old)))
}

func (r *renewals) put(user string, old, fresh bot.Token) {
	r.mu.Lock()
	defer r.mu.Unlock()
	makeRoom(r.next, maxRenewals, func(v renewal) time.Time { return v.until })
	r.next[renewalKey(user, old)] = renewal{fresh, time.Now().Add(boxTime)}
}

func (r *renewals) of(user string, old bot.Token) bot.Token {
	r.mu.Lock()
	defer r.mu.Unlock()
	if v, ok := r.next[renewalKey(user, old)]; ok && time.Now().Before(v.until) {
		return v.token
	}
	return old
}

// lately remembers the last ids of something. It needs its owner's lock.
type lately struct {
	ids  map[string]bool
	ring []string
	at   int
}

func newLately(n int) *lately { return &lately{ids: map[string]bool{}, ring: make([]string, n)} }

func (l *lately) has(id string) bool { return l.ids[id] }

// add reports whether the id is new.
func (l *lately) add(id string) bool {
	if l.ids[id] {
		return false
	}
	delete(l.ids, l.ring[l.at])
	l.ring[l.at], l.ids[id] = id, true
	l.at = (l.at + 1) % len(l.ring)
	return true
}

// digest is a short name for something, by which it is compared and not read.
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:12])
}
