package bot

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Defaults of throttling, in events a second, with bursts of a minute's worth.
const (
	perAccount = 1.0
	overAll    = 500.0
)

// throttle bounds what one account and all together may ask for. It keeps no
// account: buckets are found by a keyed hash under a key that dies with the
// process. A bucket belongs to an account alone, so no stranger can lock anybody
// out, and a new session escapes nothing.
type throttle struct {
	key   []byte
	each  rate.Limit
	burst int
	all   *rate.Limiter

	mu      sync.Mutex
	buckets map[[32]byte]*rate.Limiter // guarded by mu
	swept   time.Time                  // guarded by mu
}

func newThrottle(each, all float64) *throttle {
	if each == 0 {
		each = perAccount
	}
	if all == 0 {
		all = overAll
	}
	t := &throttle{
		key: make([]byte, 32), each: rate.Limit(each), burst: int(each*60) + 1,
		all: rate.NewLimiter(rate.Limit(all), int(all)+1), buckets: map[[32]byte]*rate.Limiter{},
	}
	_, _ = rand.Read(t.key)
	return t
}

// take reports whether the event may go on.
func (t *throttle) take(who Account, now time.Time) bool {
	mac := hmac.New(sha256.New, t.key)
	mac.Write([]byte(who.Reveal()))
	id := [32]byte(mac.Sum(nil))

	t.mu.Lock()
	t.sweep(now)
	b, ok := t.buckets[id]
	if !ok {
		b = rate.NewLimiter(t.each, t.burst)
		t.buckets[id] = b
	}
	t.mu.Unlock()
	return b.AllowN(now, 1) && t.all.AllowN(now, 1)
}

// sweep forgets buckets that are full again: they hold nothing.
func (t *throttle) sweep(now time.Time) {
	if now.Sub(t.swept) < time.Minute {
		return
	}
	t.swept = now
	for id, b := range t.buckets {
		if b.TokensAt(now) >= float64(t.burst) {
			delete(t.buckets, id)
		}
	}
}
