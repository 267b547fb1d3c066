package bot

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"time"

	"ombra/cases"
)

// A Token is sealed form state: at most 1,500 characters that mean nothing to
// anybody but the bot, and nothing to the bot either once the key of its day is
// destroyed. There is no session beside it.
type Token string

// maxToken is a token's greatest length.
const maxToken = 1500

func (Token) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "[token]") }
func (Token) LogValue() slog.Value       { return slog.StringValue("[token]") }

// state is what a token holds.
type state struct {
	Do    string     `json:"d"`           // the flow that goes on
	Once  []byte     `json:"o,omitempty"` // of the act
	Key   []byte     `json:"k,omitempty"` // secret of a draft receipt
	Case  cases.ID   `json:"c,omitempty"`
	Page  int        `json:"p,omitempty"`
	Act   cases.Verb `json:"a,omitempty"`
	Kind  cases.Kind `json:"t,omitempty"`
	Ref   string     `json:"r,omitempty"` // of a message that the platform keeps
	Names []byte     `json:"n,omitempty"` // hash of the roster that the form showed
	On    []byte     `json:"w,omitempty"` // the step on a remedy that is answered
	Lang  string     `json:"l,omitempty"`
	Until int64      `json:"u"` // unix seconds
}

func (state) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "[state]") }

func (s state) once() [16]byte {
	var once [16]byte
	copy(once[:], s.Once)
	return once
}

var (
	errForeign = errors.New("the token is of another account, office, form or day")
	errStale   = errors.New("the token's time is over")
)

// A KeyStore keeps the token keys in a file of their own, which no backup
// takes: a platform that keeps tokens beside accounts must not be able to turn
// one into a receipt later.
type KeyStore interface {
	Read() ([]byte, error) // nil: none yet
	Write([]byte) error
}

// Keyring holds the token keys of today and yesterday (UTC). Keys are random,
// not derived, and are gone when they are dropped: after 48 hours at most, while
// the office is served.
type Keyring struct {
	mu    sync.RWMutex
	store KeyStore
	keys  map[string][]byte // by day; guarded by mu
}

// NewKeyring reads the keys and drops the old ones.
func NewKeyring(store KeyStore, now time.Time) (*Keyring, error) {
	k := &Keyring{store: store, keys: map[string][]byte{}}
	text, err := store.Read()
	if err != nil {
		return nil, err
	}
	if len(text) > 0 {
		if err := json.Unmarshal(text, &k.keys); err != nil {
			return nil, errors.New("the token key file is damaged: remove it (open forms will have to be opened again)")
		}
	}
	return k, k.Age(now)
}

// Age makes today's key and destroys those older than yesterday's. It is cheap
// when there is nothing to do. What cannot be written is not used either: the
// next call tries again.
func (k *Keyring) Age(now time.Time) error {
	today, yesterday := day(now), day(now.AddDate(0, 0, -1))
	k.mu.RLock()
	old := len(k.keys) - len(k.keys[today])/32 - len(k.keys[yesterday])/32
	fresh := len(k.keys[today]) == 32 && old == 0
	k.mu.RUnlock()
	if fresh {
		return nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	kept := map[string][]byte{today: k.keys[today]}
	if key := k.keys[yesterday]; len(key) == 32 {
		kept[yesterday] = key
	}
	if len(kept[today]) != 32 {
		kept[today] = make([]byte, 32)
		_, _ = rand.Read(kept[today])
	}
	text, err := json.Marshal(kept)
	if err != nil {
		return err
	}
	if err := k.store.Write(text); err != nil {
		return err
	}
	k.keys = kept
	return nil
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// aead gives the key of a day, nil when there is none.
func (k *Keyring) aead(d string) cipher.AEAD {
	k.mu.RLock()
	key := k.keys[d]
	k.mu.RUnlock()
	if len(key) != 32 {
		return nil
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil
	}
	a, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil
	}
	return a
}

// binding is what a token is bound to besides its key: the account with its
// platform and workspace, the office, and whether it is a form's or a button's.
func (b *Bot) binding(who Account, form bool) []byte {
	kind := "button"
	if form {
		kind = "form"
	}
	text, _ := json.Marshal([]string{"ombra-token/1", b.o.Origin, who.Reveal(), kind})
	return text
}

// seal makes a token. Handle has made sure of today's key before any flow runs;
// at midnight yesterday's is still there.
func (b *Bot) seal(who Account, form bool, s state) Token {
	now := b.o.Now()
	a := b.o.Keys.aead(day(now))
	if a == nil {
		a = b.o.Keys.aead(day(now.AddDate(0, 0, -1)))
	}
	plain, err := json.Marshal(s)
	if a == nil || err != nil {
		panic("bot: no key to seal a token with")
	}
	return Token(base64.RawURLEncoding.EncodeToString(a.Seal(nil, nil, plain, b.binding(who, form)))) //nolint:gosec // the AEAD draws a random nonce itself and takes none
}

// open gives a token's state: with errStale when its time is over, errForeign
// (and no state) when it does not open.
func (b *Bot) open(who Account, form bool, t Token) (s state, err error) {
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(string(t))
	// A token has one spelling; the decoder by itself skips line breaks.
	if err != nil || len(t) > maxToken || strings.ContainsAny(string(t), "\r\n") {
		return state{}, errForeign
	}
	now := b.o.Now()
	for _, d := range []string{day(now), day(now.AddDate(0, 0, -1))} {
		a := b.o.Keys.aead(d)
		if a == nil || len(sealed) < a.Overhead() {
			continue
		}
		plain, err := a.Open(nil, nil, sealed, b.binding(who, form))
		if err != nil || json.Unmarshal(plain, &s) != nil {
			continue
		}
		if now.Unix() > s.Until {
			return s, errStale
		}
		return s, nil
	}
	return state{}, errForeign
}
