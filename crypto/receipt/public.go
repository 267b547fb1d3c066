package receipt

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"

	"ombra/crypto"
)

// A Code is a lookup code: it finds a case and opens nothing. It prints as
// [code]: whoever has it can watch a case's stage.
type Code struct {
	unprintable
	open func() [16]byte
}

// ErrCode is answered for what is no lookup code.
var ErrCode = errors.New("a lookup code has 32 digits and letters a to f")

// Lookup is the receipt's lookup code.
func (r Receipt) Lookup() Code {
	return codeOf([16]byte(derive(r.open(), "lookup", 16)))
}

func codeOf(b [16]byte) Code { return Code{open: func() [16]byte { return b }} }

// ParseCode reads a lookup code as somebody typed it.
func ParseCode(s string) (Code, error) {
	if len(s) > 1024 {
		return Code{}, ErrCode
	}
	plain := strings.Map(func(r rune) rune {
		if isSeparator(r) {
			return -1
		}
		return r
	}, s)
	b, err := hex.DecodeString(plain)
	if err != nil || len(b) != 16 {
		return Code{}, ErrCode
	}
	return codeOf([16]byte(b)), nil
}

// Hex is the code as it is shown: 32 hex digits.
func (c Code) Hex() string {
	b := c.open()
	return hex.EncodeToString(b[:])
}

// Hash is the stored lookup hash. A thief of the store cannot look anything up
// with it.
func (c Code) Hash() [32]byte {
	b := c.open()
	return sha256.Sum256(append([]byte("ombra-lookup/1\x00"), b[:]...))
}

// Tag is the submission tag: the same submission again, under the same
// receipt, has the same. Nobody can test a guess of it without the receipt.
func (r Receipt) Tag(sum [32]byte) [32]byte {
	return [32]byte(r.mac(sum[:]))
}

// Once is the Once of a follow-up: the same form sent twice with the same words
// is one act; with other words it is another, so that nothing typed is lost.
func (r Receipt) Once(form [16]byte, sum [32]byte) [16]byte {
	return [16]byte(r.mac([]byte("once"), form[:], sum[:])[:16])
}

func (r Receipt) mac(parts ...[]byte) []byte {
	mac := hmac.New(sha256.New, r.SubmissionKey())
	for _, p := range parts {
		mac.Write(p)
	}
	return mac.Sum(nil)
}

// Again is the receipt of a resubmission that newly excludes a holder of the
// case, and so becomes a case of its own. It is derived, not drawn: sent once
// more, the same resubmission finds the same case.
func (r Receipt) Again(tag [32]byte) Receipt {
	o := r.open()
	return FromSecret(o.origin, [16]byte(derive(o, "again"+string(tag[:]), 16)))
}

// Public is all of a receipt that a store keeps. It leads to no account and not
// back to the receipt.
type Public struct {
	Lookup    [32]byte // stored lookup hash
	Recipient string
	Verifier  string
	Nonce     [32]byte // of the "opened" leaf
	Tag       [32]byte // submission tag
}

// Public is the receipt's public half, with the tag of one submission.
func (r Receipt) Public(tag [32]byte) Public {
	return Public{
		Lookup:    r.Lookup().Hash(),
		Recipient: r.Identity().Recipient().String(),
		Verifier:  r.Signer().Verifier(),
		Nonce:     r.LogNonce(),
		Tag:       tag,
	}
}

// Once is the Once of the filing itself. It is made of public values, so that a
// receipt made on a filer's device gives the same.
func (p Public) Once() [16]byte {
	b := append([]byte("ombra-filing/1\x00"), p.Lookup[:]...)
	sum := sha256.Sum256(append(b, p.Verifier...))
	return [16]byte(sum[:16])
}

// FilerHash names the filer's keys in envelopes and replies.
func (p Public) FilerHash() string { return crypto.FilerHash(p.Recipient, p.Verifier) }
