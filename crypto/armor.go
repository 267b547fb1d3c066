package crypto

import (
	"encoding/base64"
	"strings"
)

const (
	armorBegin = "-----BEGIN AGE ENCRYPTED FILE-----"
	armorEnd   = "-----END AGE ENCRYPTED FILE-----"
	armorLine  = 64
)

// LooksArmored reports whether s contains the beginning of an armored age file.
func LooksArmored(s string) bool { return strings.Contains(s, armorBegin) }

// OutsideArmor is s without what stands between the markers of armored age files.
// A file without an end goes on to the end of s.
func OutsideArmor(s string) string {
	var out strings.Builder
	for {
		before, rest, ok := strings.Cut(s, armorBegin)
		out.WriteString(before)
		if !ok {
			return out.String()
		}
		out.WriteString("|") // the two sides do not join
		if _, s, ok = strings.Cut(rest, armorEnd); !ok {
			return out.String()
		}
	}
}

// Dearmor reads one armored age file out of pasted text. The reader of age is
// strict about lines; chats re-wrap, indent, quote and fence what is pasted, so
// here everything between the markers that cannot be base64 and that such a
// journey adds is dropped first. Then the base64 must be canonical. Text around
// the block is ignored; a second block is refused, because one of the two would
// be lost without a word.
func Dearmor(text string) ([]byte, error) {
	_, rest, ok := strings.Cut(text, armorBegin)
	if !ok {
		return nil, refuse(WhyArmor)
	}
	// The end is looked for behind the beginning: the two markers share their
	// dashes when somebody pastes a block without a body.
	body, after, ok := strings.Cut(rest, armorEnd)
	if !ok || LooksArmored(after) {
		return nil, refuse(WhyArmor)
	}
	body = strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\t', '\r', '\n', '>', '`', '\u00a0', '\u200b', '\ufeff':
			return -1
		}
		return r
	}, body)
	raw, err := base64.StdEncoding.Strict().DecodeString(body)
	if err != nil || len(raw) == 0 {
		return nil, refuse(WhyArmor)
	}
	return raw, nil
}

// Armor writes raw as age armors it, for pasting.
func Armor(raw []byte) string {
	body := base64.StdEncoding.EncodeToString(raw)
	var b strings.Builder
	b.Grow(len(body) + len(body)/armorLine + len(armorBegin) + len(armorEnd) + 4)
	b.WriteString(armorBegin + "\n")
	for len(body) > 0 {
		n := min(armorLine, len(body))
		b.WriteString(body[:n] + "\n")
		body = body[n:]
	}
	b.WriteString(armorEnd + "\n")
	return b.String()
}
