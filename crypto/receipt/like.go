package receipt

import (
	"strings"
	"unicode"
)

// LooksLike says whether a text holds what looks like a receipt of any office:
// 28 symbols, run together or in groups of four. It is there to warn somebody
// who put a receipt where it is kept, so it must not cry at ordinary prose:
// seven words of four letters, a list of years, an IBAN or a key's fingerprint
// are not taken for one. It cannot check the sum, which takes the right
// office's origin; about one receipt in a thousand, written with blanks, is
// missed for having too few groups that mix letters and digits.
func LooksLike(s string) bool {
	for _, part := range strings.Split(strings.Map(plain, s), "|") {
		pieces := cut(part)
		for i := range pieces {
			if begins(pieces[i:]) {
				return true
			}
		}
	}
	return false
}

// plain keeps symbols, in upper case, makes every dash '-' and every other
// separator a blank, and everything else '|', which ends what went before.
func plain(r rune) rune {
	switch {
	case isAlnum(r):
		return unicode.ToUpper(r)
	case r == '\u2212' || unicode.Is(unicode.Pd, r):
		return '-'
	case isSeparator(r):
		return ' '
	}
	return '|'
}

// A piece is some symbols without a separator; dashed says that a dash, and
// nothing else, joins it to the piece before.
type piece struct {
	text   string
	dashed bool
}

func cut(part string) (list []piece) {
	for word := range strings.FieldsSeq(part) {
		for i, text := range strings.Split(word, "-") {
			if text != "" {
				list = append(list, piece{text, i > 0})
			}
		}
	}
	return list
}

// begins says whether the first few pieces make up a receipt.
func begins(pieces []piece) bool {
	var all string
	joined := true
	for i, p := range pieces {
		if len(p.text)%4 != 0 || len(all)+len(p.text) > symbols {
			return false
		}
		joined = joined && (i == 0 || p.dashed)
		if all += p.text; len(all) == symbols {
			return plausible(all, joined)
		}
	}
	return false
}

// plausible leaves out what random symbols almost never are. A receipt begins
// with a version of 0, so its first symbol is below 8 and shown as a digit; one
// in 2^27 is all hex digits. Pieces that blanks separate must also mix letters
// and digits in two groups of four, as words and years do not.
func plausible(all string, joined bool) bool {
	if value(rune(all[0])) >= 8 {
		return false
	}
	digits, notHex, mixed := 0, 0, 0
	for i := 0; i < len(all); i += 4 {
		inGroup := 0
		for _, r := range all[i : i+4] {
			v := value(r)
			if v < 0 {
				return false
			}
			if r <= '9' {
				inGroup++
			}
			if v >= 16 {
				notHex++
			}
		}
		digits += inGroup
		if inGroup > 0 && inGroup < 4 {
			mixed++
		}
	}
	return digits >= 1 && notHex >= 1 && (joined || mixed >= 2)
}
