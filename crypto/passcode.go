package crypto

import (
	"bytes"
	"crypto/rand"
	"io"
	"strings"

	"filippo.io/age"
)

const (
	crockford       = "0123456789abcdefghjkmnpqrstvwxyz"
	passcodeSymbols = 30
	passcodeGroup   = 5

	// 2^10 costs a few milliseconds. A slow derivation protects guessable
	// passphrases; 150 random bits are out of reach of any number of guesses.
	passcodeWork = 10
	// A file names its own work factor, and 2^22 is 15 seconds and 4 GiB. Nothing
	// that we made needs more than passcodeWork.
	maxPasscodeWork = 12
)

// Passcode opens one file of papers and is stored nowhere. It looks unlike a
// receipt on purpose (lower case, six groups of five), so that neither is typed
// where the other belongs.
type Passcode struct {
	unprintable
	reveal func() string
}

// NewPasscode draws 150 random bits.
func NewPasscode() Passcode {
	raw := make([]byte, passcodeSymbols)
	_, _ = rand.Read(raw) // never fails: it crashes the program instead
	for i, c := range raw {
		raw[i] = crockford[c&31]
	}
	return passcodeOf(string(raw))
}

func passcodeOf(symbols string) Passcode {
	groups := make([]string, 0, passcodeSymbols/passcodeGroup)
	for i := 0; i < passcodeSymbols; i += passcodeGroup {
		groups = append(groups, symbols[i:i+passcodeGroup])
	}
	s := strings.Join(groups, "-")
	return Passcode{reveal: func() string { return s }}
}

// Reveal is the passcode as it is shown, and exactly what stock age wants typed;
// "" for a zero Passcode.
func (p Passcode) Reveal() string {
	if p.reveal == nil {
		return ""
	}
	return p.reveal()
}

// parsePasscode forgives case, spaces, dashes and the look-alikes o, i and l.
func parsePasscode(typed string) (Passcode, bool) {
	// Longer than any spelling of a passcode: not worth looking at.
	if len(typed) > 8*passcodeSymbols {
		return Passcode{}, false
	}
	symbols := strings.Map(func(r rune) rune {
		switch r {
		case ' ', '-', '.', '\t', '\n', '\r', '\u00a0', '\u2010', '\u2011', '\u2012', '\u2013', '\u2014':
			return -1
		case 'o':
			return '0'
		case 'i', 'l':
			return '1'
		}
		return r
	}, strings.ToLower(typed))
	if len(symbols) != passcodeSymbols || strings.Trim(symbols, crockford) != "" {
		return Passcode{}, false
	}
	return passcodeOf(symbols), true
}

// SealPasscode writes a bundle as an age passphrase file. What a chat platform
// keeps of it is dead once the passcode is forgotten, even to a later thief of
// the reader's age key.
func SealPasscode(w io.Writer, p Passcode, entries []Entry) error {
	if p.reveal == nil {
		return refuse(WhyPasscode)
	}
	r, err := age.NewScryptRecipient(p.Reveal())
	if err != nil {
		return refuse(WhyPasscode)
	}
	r.SetWorkFactor(passcodeWork)
	enc, err := age.Encrypt(w, r)
	if err != nil {
		return refuse(WhyPasscode)
	}
	return closeBundle(enc, entries)
}

// OpenPasscode opens what SealPasscode wrote, with the passcode as somebody
// typed it.
func OpenPasscode(blob []byte, typed string) (*Bundle, error) {
	p, ok := parsePasscode(typed)
	if !ok {
		return nil, refuse(WhyPasscode)
	}
	id, err := age.NewScryptIdentity(p.Reveal())
	if err != nil {
		return nil, refuse(WhyPasscode)
	}
	id.SetMaxWorkFactor(maxPasscodeWork)
	// The wrong passcode and a file that was made for keys both fail to match,
	// and must be told apart here: the advice differs.
	b, err := OpenBundle(blob, id)
	if Refused(err) == WhyPassphrase {
		return nil, refuse(WhyPasscode)
	}
	return b, err
}

// IsPasscode reports whether an age file is one that a passphrase opens, by its
// header alone: the desk asks for a passcode or takes a key accordingly.
func IsPasscode(blob []byte) bool {
	return bytes.HasPrefix(blob, []byte(ageMagic+"-> scrypt "))
}
