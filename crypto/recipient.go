package crypto

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strings"

	"filippo.io/age"
	"filippo.io/age/tag"
)

// The kinds of recipient, as Kind returns them.
const (
	KindHybrid     = "hybrid"
	KindClassic    = "classic"
	KindTagHybrid  = "tag-hybrid"
	KindTagClassic = "tag-classic"
)

// Recipient is a public age key that can be encrypted to without running
// anything: native keys, and the tagged keys of hardware tokens, which age has
// built in. Recipients are compared by their String, never with ==.
type Recipient struct {
	_    [0]func()
	text string
	kind string
	age  age.Recipient
}

// ParseRecipient reads age1pq1…, age1…, age1tag1… or age1tagpq1….
//
// It decides by prefix as cmd/age does, with two differences: SSH keys are
// refused, and so is every plugin recipient. A plugin means running a binary
// that the text names (GHSA-32gq-x56h-299c), which a server must never do.
func ParseRecipient(s string) (Recipient, error) {
	s = strings.TrimSpace(s)
	var (
		r    age.Recipient
		text string
		kind string
		err  error
	)
	switch {
	case strings.HasPrefix(s, "age1tagpq1"), strings.HasPrefix(s, "age1tag1"):
		r, text, kind, err = parseTag(s)
	case strings.HasPrefix(s, "age1pq1"):
		var h *age.HybridRecipient
		if h, err = age.ParseHybridRecipient(s); err == nil {
			r, text, kind = h, h.String(), KindHybrid
		}
	case strings.HasPrefix(s, "age1") && strings.Contains(s[len("age1"):], "1"):
		return Recipient{}, refuse(WhyPlugin)
	case strings.HasPrefix(s, "age1"):
		var x *age.X25519Recipient
		if x, err = age.ParseX25519Recipient(s); err == nil {
			r, text, kind = x, x.String(), KindClassic
		}
	case strings.HasPrefix(s, "ssh-"), strings.HasPrefix(s, "github:"), strings.HasPrefix(s, "ecdsa-sha2-"):
		return Recipient{}, refuse(WhySSH)
	default:
		return Recipient{}, refuse(WhyRecipient)
	}
	// A low-order point parses but cannot be encrypted to. Trying it here keeps
	// such a key out of the roster, where it would break every later filing.
	if err == nil {
		_, err = r.Wrap(make([]byte, 16))
	}
	if err != nil {
		return Recipient{}, refuse(WhyRecipient)
	}
	return Recipient{text: text, kind: kind, age: r}, nil
}

func parseTag(s string) (age.Recipient, string, string, error) {
	t, err := tag.ParseRecipient(s)
	if err != nil {
		return nil, "", "", err
	}
	if t.Hybrid() {
		return t, t.String(), KindTagHybrid, nil
	}
	return t, t.String(), KindTagClassic, nil
}

// String is the public key as age writes it, "" for the zero Recipient.
func (r Recipient) String() string { return r.text }

// IsZero reports whether r is no recipient at all.
func (r Recipient) IsZero() bool { return r.age == nil }

// Kind is one of hybrid, classic, tag-hybrid, tag-classic.
func (r Recipient) Kind() string { return r.kind }

// PostQuantum reports whether what is encrypted to r withstands a quantum
// computer.
func (r Recipient) PostQuantum() bool { return r.kind == KindHybrid || r.kind == KindTagHybrid }

// Hash is the sha256 of the key's text in hex, by which other formats name it.
func (r Recipient) Hash() string { return hexSum(r.text) }

// Fingerprint is what people compare: the first 80 bits of Hash in groups of
// four. It is only compared with a published one; to find a second key with the
// same 80 bits costs 2^80, and nothing is looked up by it.
func (r Recipient) Fingerprint() string {
	h := r.Hash()[:20]
	groups := make([]string, 0, 5)
	for i := 0; i < len(h); i += 4 {
		groups = append(groups, h[i:i+4])
	}
	return strings.Join(groups, " ")
}

// FilerHash names a filer by both keys. The strings themselves would fill half
// of the smallest padding bucket.
func FilerHash(recipient, verifier string) string { return hexSum(recipient + "\n" + verifier) }

func hexSum(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// EncryptTo starts an age file to exactly one recipient: every file that is
// stored has one stanza, so that the rows of the database are the access list.
// The file is complete only after Close.
func EncryptTo(w io.Writer, to Recipient) (io.WriteCloser, error) {
	return encryptTo(w, []Recipient{to})
}
