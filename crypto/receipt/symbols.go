package receipt

import (
	"crypto/sha256"
	"math/big"
	"strings"
	"unicode"

	"ombra/crypto"
)

const (
	alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	symbols  = 28
	sumBits  = 10
)

// encode writes version, secret and checksum, 140 bits, as 28 symbols.
func encode(o opened) string {
	n := new(big.Int).SetBytes(o.secret[:]) // version 0 in front adds nothing
	n.Lsh(n, sumBits)
	n.Or(n, big.NewInt(int64(checksum(o.origin, o.secret))))
	var raw [symbols]byte
	mask := big.NewInt(31)
	for i := symbols - 1; i >= 0; i-- {
		raw[i] = alphabet[new(big.Int).And(n, mask).Int64()]
		n.Rsh(n, 5)
	}
	groups := make([]string, 0, 7)
	for i := 0; i < symbols; i += 4 {
		groups = append(groups, string(raw[i:i+4]))
	}
	return strings.Join(groups, "-")
}

// checksum is 10 bits over origin and secret.
func checksum(origin string, secret [16]byte) uint16 {
	h := sha256.Sum256([]byte(magic + origin + "\x00" + string(secret[:])))
	return uint16(h[0])<<2 | uint16(h[1])>>6
}

// Parse reads what somebody typed: ErrShape if it has not 28 letters and
// digits, ErrMistyped if they are no receipt of this office. It panics, as New
// does, if the origin was never checked.
func Parse(origin, typed string) (Receipt, error) {
	if err := crypto.CheckOrigin(origin); err != nil {
		panic("receipt: unchecked origin")
	}
	values, ok := read(typed)
	if !ok || len(values) != symbols {
		return Receipt{}, ErrShape
	}
	n := new(big.Int)
	for _, v := range values {
		if v < 0 { // a letter that is no symbol: U
			return Receipt{}, ErrMistyped
		}
		n.Lsh(n, 5)
		n.Or(n, big.NewInt(int64(v)))
	}
	// The version is not under the checksum, so it is compared, not masked.
	if n.BitLen() > 128+sumBits {
		return Receipt{}, ErrMistyped
	}
	sum := new(big.Int).And(n, big.NewInt(1<<sumBits-1)).Int64()
	var secret [16]byte
	n.Rsh(n, sumBits).FillBytes(secret[:])
	if sum != int64(checksum(origin, secret)) {
		return Receipt{}, ErrMistyped
	}
	return FromSecret(origin, secret), nil
}

// read turns what was typed into symbol values, -1 for a letter that is none.
// It reports false at anything that is neither letter, digit nor separator.
func read(typed string) ([]int, bool) {
	if len(typed) > 1024 { // a receipt with every separator is far shorter
		return nil, false
	}
	var values []int
	for _, r := range typed {
		switch {
		case isSeparator(r):
		case isAlnum(r):
			values = append(values, value(r))
		default:
			return nil, false
		}
	}
	return values, true
}

// value is a symbol's value: O is 0, I and L are 1, whatever the case.
func value(r rune) int {
	r = unicode.ToUpper(r)
	switch r {
	case 'O':
		return 0
	case 'I', 'L':
		return 1
	}
	return strings.IndexRune(alphabet, r)
}

func isAlnum(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z'
}

// isSeparator takes every dash and blank: chat programs put long dashes,
// no-break and zero-width blanks where somebody typed plain ones.
func isSeparator(r rune) bool {
	switch r {
	case '.', '·', '•', '\u2212', '\u200b', '\u200c', '\u200d', '\u2060', '\ufeff':
		return true
	}
	return unicode.IsSpace(r) || unicode.Is(unicode.Pd, r)
}
