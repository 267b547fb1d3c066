package main

import (
	"crypto/sha256"
	"encoding/hex"

	"ombra/crypto"
)

// fingerprints are what people compare of a colleague: of the age key, as the
// roster shows it too, and of the signing key.
func fingerprints(e crypto.EnrolNote) (key, signs string) {
	if to, err := crypto.ParseRecipient(e.Recipient); err == nil {
		key = to.Fingerprint()
	}
	return key, fingerprint(e.Verifier)
}

// fingerprint is 80 bits of the hash of a verifier, in groups of four. It is
// compared with a published one, where a second key with the same 80 bits costs
// 2^80 tries.
func fingerprint(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	h := hex.EncodeToString(sum[:])[:20]
	s := h[:4]
	for i := 4; i < len(h); i += 4 {
		s += " " + h[i:i+4]
	}
	return s
}

func (d *desk) sayEnrolment(e crypto.EnrolNote) {
	key, signs := fingerprints(e)
	words := "post-quantum"
	if to, err := crypto.ParseRecipient(e.Recipient); err != nil || !to.PostQuantum() {
		words = "classic, not safe against a quantum computer"
	}
	d.note("  %-12s key %s (%s)\n%15ssigns %s\n", e.Name, key, words, "", signs)
}
