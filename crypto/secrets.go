package crypto

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"unicode/utf8"

	"filippo.io/age"
)

const redacted = "[secret]"

// unprintable is embedded in every type that holds a secret. It is only half of
// the protection: fmt and slog cannot call methods on unexported fields of a
// printed struct and print the bytes instead, so the secret itself must also
// live in a closure, which has no bytes to print.
type unprintable struct{}

func (unprintable) String() string               { return redacted }
func (unprintable) GoString() string             { return redacted }
func (unprintable) Format(s fmt.State, _ rune)   { _, _ = io.WriteString(s, redacted) }
func (unprintable) LogValue() slog.Value         { return slog.StringValue(redacted) }
func (unprintable) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// Identity is an age identity, hybrid (post-quantum) or classic. It prints
// [secret] everywhere and cannot be compared with ==. The zero Identity opens
// nothing.
type Identity struct {
	unprintable
	reveal    func() string
	unwrap    func([]*age.Stanza) ([]byte, error)
	recipient func() Recipient
}

// NewIdentity makes a hybrid identity (ML-KEM-768 and X25519).
func NewIdentity() (Identity, error) {
	id, err := age.GenerateHybridIdentity()
	if err != nil {
		return Identity{}, fmt.Errorf("new identity: %w", err)
	}
	return hybridIdentity(id), nil
}

// ParseIdentity reads one AGE-SECRET-KEY-PQ-1… or AGE-SECRET-KEY-1… string.
func ParseIdentity(s string) (Identity, error) {
	// The error is ours: those of age quote parts of what they could not read.
	switch {
	case strings.HasPrefix(s, "AGE-SECRET-KEY-PQ-1"):
		id, err := age.ParseHybridIdentity(s)
		if err != nil {
			return Identity{}, refuse(WhyIdentity)
		}
		return hybridIdentity(id), nil
	case strings.HasPrefix(s, "AGE-SECRET-KEY-1"):
		id, err := age.ParseX25519Identity(s)
		if err != nil {
			return Identity{}, refuse(WhyIdentity)
		}
		r := id.Recipient()
		return identityOf(id.String(), id, Recipient{text: r.String(), kind: KindClassic, age: r}), nil
	case strings.HasPrefix(s, "AGE-PLUGIN-"):
		return Identity{}, refuse(WhyPlugin)
	default:
		return Identity{}, refuse(WhyIdentity)
	}
}

// IdentityFromSeed makes the hybrid identity of a 32-byte seed. It is for keys
// that are derived (receipts); age itself takes a seed only in its text form.
func IdentityFromSeed(seed []byte) (Identity, error) {
	if len(seed) != 32 {
		return Identity{}, fmt.Errorf("identity from seed: need 32 bytes, have %d", len(seed))
	}
	return ParseIdentity(strings.ToUpper(bech32("age-secret-key-pq-", seed)))
}

func hybridIdentity(id *age.HybridIdentity) Identity {
	r := id.Recipient()
	return identityOf(id.String(), id, Recipient{text: r.String(), kind: KindHybrid, age: r})
}

func identityOf(s string, id age.Identity, to Recipient) Identity {
	return Identity{
		reveal:    func() string { return s },
		unwrap:    id.Unwrap,
		recipient: func() Recipient { return to },
	}
}

// Recipient is the public half; the zero Recipient for a zero Identity.
func (i Identity) Recipient() Recipient {
	if i.recipient == nil {
		return Recipient{}
	}
	return i.recipient()
}

// Age is the identity for age.Decrypt. It is not the type of package age, whose
// String method returns the secret: this one is as unprintable as i.
func (i Identity) Age() age.Identity { return quiet{unwrap: i.unwrap} }

// Reveal returns the secret as text, "" for a zero Identity. It is the only way
// out; callers write the result to a key file or into a wrap, nowhere else.
func (i Identity) Reveal() string {
	if i.reveal == nil {
		return ""
	}
	return i.reveal()
}

// quiet is an age.Identity that cannot be printed.
type quiet struct {
	unprintable
	unwrap func([]*age.Stanza) ([]byte, error)
}

var _ age.Identity = quiet{}

// Unwrap implements age.Identity.
func (q quiet) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	if q.unwrap == nil {
		return nil, age.ErrIncorrectIdentity
	}
	return q.unwrap(stanzas)
}

const (
	maxIdentityFile = 1 << 20
	maxIdentities   = 4096
)

// ParseIdentityFile reads a plain age identity file: one identity a line, with
// empty lines and comments. It returns the comments without their '#', trimmed.
func ParseIdentityFile(r io.Reader) ([]Identity, []string, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxIdentityFile+1))
	if err != nil {
		return nil, nil, fmt.Errorf("read identity file: %w", err)
	}
	if len(b) > maxIdentityFile {
		return nil, nil, refuse(WhyTooLarge)
	}
	if !utf8.Valid(b) {
		return nil, nil, refuse(WhyIdentity)
	}
	var ids []Identity
	var comments []string
	lines := bufio.NewScanner(strings.NewReader(string(b)))
	lines.Buffer(nil, maxIdentityFile+1)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if line == "" {
			continue
		}
		if c, ok := strings.CutPrefix(line, "#"); ok {
			comments = append(comments, strings.TrimSpace(c))
			continue
		}
		id, err := ParseIdentity(line)
		if err != nil {
			return nil, nil, err
		}
		if ids = append(ids, id); len(ids) > maxIdentities {
			return nil, nil, refuse(WhyTooMany)
		}
	}
	if err := lines.Err(); err != nil || len(ids) == 0 {
		return nil, nil, refuse(WhyIdentity)
	}
	return ids, comments, nil
}
