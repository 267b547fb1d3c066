package receipt

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"

	"ombra/crypto"
)

const magic = "ombra-receipt/1\x00"

// What can be wrong with what somebody typed. They are told apart because the
// first is answered with "look again, symbol by symbol", the second with what a
// receipt looks like. Neither says anything about whether a case exists.
var (
	ErrMistyped = errors.New("mistyped, or a receipt of another office")
	ErrShape    = errors.New("a receipt has 28 letters and digits, in 7 groups of 4")
)

// A Receipt proves that a case is somebody's. Its secret lives in a closure: it
// prints as [receipt] under every verb, in slog and in JSON, also as an
// unexported field of something printed, and two cannot be compared with ==.
// The zero Receipt is none; IsZero tells.
type Receipt struct {
	unprintable
	open func() opened
}

// opened is what the closure returns.
type opened struct {
	origin   string
	secret   [16]byte
	identity func() crypto.Identity
	signer   func() crypto.SigningKey
}

// New makes a receipt of 128 random bits. The origin must have passed
// crypto.CheckOrigin (a configuration's has): New panics otherwise, for a
// receipt under a wrong origin is lost with its case.
func New(origin string) Receipt {
	var secret [16]byte
	_, _ = rand.Read(secret[:]) // never fails: it ends the program instead
	return FromSecret(origin, secret)
}

// FromSecret makes the receipt of a secret, as a sealed token carries it. It
// panics like New.
func FromSecret(origin string, secret [16]byte) Receipt {
	if err := crypto.CheckOrigin(origin); err != nil {
		panic("receipt: unchecked origin")
	}
	o := opened{origin: origin, secret: secret}
	o.identity = sync.OnceValue(func() crypto.Identity {
		id, err := crypto.IdentityFromSeed(derive(o, "age-mlkem768x25519", 32))
		if err != nil {
			panic("receipt: 32 bytes are no seed") // cannot happen
		}
		return id
	})
	o.signer = sync.OnceValue(func() crypto.SigningKey {
		k, err := crypto.SigningKeyFromSeed(origin+"/filer", derive(o, "sign", 32))
		if err != nil {
			panic("receipt: 32 bytes are no seed") // cannot happen
		}
		return k
	})
	return Receipt{open: func() opened { return o }}
}

// derive is HKDF-SHA256 as the package comment lays it down.
func derive(o opened, info string, n int) []byte {
	out, err := hkdf.Key(sha256.New, o.secret[:], []byte(magic+o.origin), info, n)
	if err != nil {
		panic("receipt: bad length") // a constant of this file
	}
	return out
}

// IsZero says whether r is no receipt at all. Every other method of such an r
// panics.
func (r Receipt) IsZero() bool { return r.open == nil }

// Origin is the office the receipt belongs to.
func (r Receipt) Origin() string { return r.open().origin }

// Secret is the 16 secret bytes, for a sealed token and nothing else.
func (r Receipt) Secret() [16]byte { return r.open().secret }

// Symbols is the receipt as it is shown: 0004-1061-050R-3GG2-8A1C-60T3-GFHY.
func (r Receipt) Symbols() string { return encode(r.open()) }

// Group is one of the seven groups, 0 to 6: what a filer types back to prove
// that the receipt was written down.
func (r Receipt) Group(i int) string {
	if i < 0 || i > 6 {
		panic("receipt: a receipt has seven groups")
	}
	return r.Symbols()[5*i : 5*i+4]
}

// Identity opens the answers that are sealed to this receipt.
func (r Receipt) Identity() crypto.Identity { return r.open().identity() }

// Signer signs what the filer says and does, as <origin>/filer.
func (r Receipt) Signer() crypto.SigningKey { return r.open().signer() }

// LogNonce is the nonce of the "opened" leaf: with it and the day, whoever
// holds the receipt finds the filing in the custody log and proves it.
func (r Receipt) LogNonce() [32]byte { return [32]byte(derive(r.open(), "log", 32)) }

// SubmissionKey is the HMAC key of the submission tag. It is never stored.
func (r Receipt) SubmissionKey() []byte { return derive(r.open(), "submission", 32) }

// unprintable is half of the protection: fmt and slog cannot call methods on
// unexported fields and print bytes instead, so the secret is in a closure.
type unprintable struct{}

const redacted = "[receipt]"

func (unprintable) String() string               { return redacted }
func (unprintable) GoString() string             { return redacted }
func (unprintable) Format(s fmt.State, _ rune)   { _, _ = io.WriteString(s, redacted) }
func (unprintable) LogValue() slog.Value         { return slog.StringValue(redacted) }
func (unprintable) MarshalText() ([]byte, error) { return []byte(redacted), nil }
func (unprintable) MarshalJSON() ([]byte, error) { return json.Marshal(redacted) }
