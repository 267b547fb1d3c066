package crypto

import (
	"bytes"
	"encoding/base64"
	"errors"

	"filippo.io/age"
)

const (
	ageMagic  = "age-encryption.org/v1\n"
	nonceSize = 16
	tagSize   = 16
	chunkSize = 64 << 10

	// Our own caps, far below those of age (2 MiB, 1024 stanzas): they bound the
	// work that a hostile file can cause.
	maxAgeHeader = 64 << 10
	maxStanzas   = 32
)

// Foreign is what can be said about an age file without any key. It looks like
// an age file; whether it can be opened is known only to whoever holds the key.
type Foreign struct {
	PostQuantum bool
	Stanzas     int   // of known kinds
	Plain       int64 // length of the plaintext, padding included
	Unknown     int   // stanzas of unknown kinds (grease, or plugins)
}

// CheckForeign checks an age file from outside, in its binary form, as far as
// that goes without a key. It must be at most limit bytes, encrypted to at least
// one recipient of a known kind, not to a passphrase, not to post-quantum and
// classic keys at once, and its length must be possible. No identity of ours
// touches it: a passphrase stanza names its own cost.
func CheckForeign(raw []byte, limit int64) (Foreign, error) {
	if int64(len(raw)) > limit {
		return Foreign{}, refuse(WhyTooLarge)
	}
	if !bytes.HasPrefix(raw, []byte(ageMagic)) {
		return Foreign{}, refuse(WhyNotAge)
	}
	hdr, err := age.ExtractHeader(bytes.NewReader(raw[:min(len(raw), maxAgeHeader)]))
	if err != nil || !bytes.HasPrefix(raw, hdr) {
		return Foreign{}, refuse(WhyHeader)
	}
	stanzas, err := stanzasOf(hdr)
	if err != nil {
		return Foreign{}, err
	}
	f, err := judge(stanzas)
	if err != nil {
		return Foreign{}, err
	}
	if f.Plain = plainLen(int64(len(raw) - len(hdr))); f.Plain < 0 {
		return Foreign{}, refuse(WhyTruncated)
	}
	return f, nil
}

// OneStanza requires that an age file has exactly one stanza, of a known kind.
// It guards the invariant that every stored file has one recipient: a second
// stanza in a wrap would be a reader whom no row names.
func OneStanza(raw []byte) error {
	f, err := CheckForeign(raw, int64(len(raw)))
	if err != nil {
		return err
	}
	if f.Stanzas != 1 || f.Unknown != 0 {
		return refuse(WhyTooMany)
	}
	return nil
}

// spy is an identity that matches nothing and keeps what it is shown: the only
// public way to read the stanzas of a header.
type spy struct{ seen []*age.Stanza }

func (s *spy) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	s.seen = stanzas
	return nil, age.ErrIncorrectIdentity
}

func stanzasOf(hdr []byte) ([]*age.Stanza, error) {
	var s spy
	_, err := age.DecryptHeader(hdr, &s)
	var none *age.NoIdentityMatchError
	if !errors.As(err, &none) {
		return nil, refuse(WhyHeader)
	}
	if len(s.seen) > maxStanzas {
		return nil, refuse(WhyTooMany)
	}
	return s.seen, nil
}

// judge decides over the stanzas as a whole. An unknown kind is let through,
// because other clients add made-up stanzas so that readers keep tolerating
// them; but at least one must be of a kind that an ombudsman's key can be.
func judge(stanzas []*age.Stanza) (Foreign, error) {
	var f Foreign
	var classic, quantum, ssh int
	for _, s := range stanzas {
		kind, ok := known(s)
		switch {
		case !ok:
			return Foreign{}, refuse(WhyHeader)
		case kind == KindClassic:
			classic++
		case kind == KindHybrid:
			quantum++
		case s.Type == "scrypt":
			return Foreign{}, refuse(WhyPassphrase)
		default:
			f.Unknown++
			if s.Type == "ssh-ed25519" || s.Type == "ssh-rsa" {
				ssh++
			}
		}
	}
	f.Stanzas, f.PostQuantum = classic+quantum, quantum > 0
	switch {
	case classic > 0 && quantum > 0:
		return Foreign{}, refuse(WhyMixed)
	case f.Stanzas == 0 && ssh > 0:
		return Foreign{}, refuse(WhySSH)
	case f.Stanzas == 0:
		return Foreign{}, refuse(WhyNoRecipient)
	}
	return f, nil
}

// known names the kind of a stanza as KindHybrid or KindClassic, "" for one that
// is not known, and reports whether it is well formed.
func known(s *age.Stanza) (kind string, ok bool) {
	const body = 16 + tagSize // a file key, encrypted
	switch s.Type {
	case "X25519":
		return KindClassic, len(s.Body) == body && argLens(s, 32) && !zeroArg(s)
	case "mlkem768x25519":
		return KindHybrid, len(s.Body) == body && argLens(s, 1120)
	case "p256tag":
		return KindClassic, len(s.Body) == body && argLens(s, 4, 65)
	case "mlkem768p256tag":
		return KindHybrid, len(s.Body) == body && argLens(s, 4, 1153)
	}
	return "", true
}

func argLens(s *age.Stanza, lens ...int) bool {
	if len(s.Args) != len(lens) {
		return false
	}
	for i, n := range lens {
		b, err := base64.RawStdEncoding.Strict().DecodeString(s.Args[i])
		if err != nil || len(b) != n {
			return false
		}
	}
	return true
}

// zeroArg reports the all-zero share, the best known of the low-order points.
func zeroArg(s *age.Stanza) bool {
	b, err := base64.RawStdEncoding.DecodeString(s.Args[0])
	return err == nil && bytes.Equal(b, make([]byte, 32))
}

// plainLen computes the plaintext's length from the payload's, or -1 if no
// payload can be that long: a nonce, then chunks of 64 KiB, each with a tag; only
// the last may be shorter, and only a sole one empty.
func plainLen(payload int64) int64 {
	payload -= nonceSize
	if payload < tagSize {
		return -1
	}
	const full = chunkSize + tagSize
	chunks := (payload + full - 1) / full
	plain := payload - chunks*tagSize
	if plain == 0 && chunks == 1 {
		return 0
	}
	if (plain+chunkSize-1)/chunkSize != chunks {
		return -1
	}
	return plain
}
