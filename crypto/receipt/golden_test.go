package receipt_test

import (
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ombra/crypto/receipt"
)

var update = flag.Bool("update", false, "write the golden files anew; they are frozen, so only for new ones")

// derivedOf lists everything that is derived of a receipt.
func derivedOf(r receipt.Receipt) string {
	var b strings.Builder
	tag := r.Tag([32]byte{1, 2, 3})
	p := r.Public(tag)
	once, filing := r.Once([16]byte{4}, [32]byte{5}), p.Once()
	fmt.Fprintf(&b, "symbols %s\ncode %s\nlookup %x\nrecipient %s\nidentity %s\nverifier %s\nsigner %s\n",
		r.Symbols(), r.Lookup().Hex(), p.Lookup, p.Recipient, r.Identity().Reveal(), p.Verifier, r.Signer().Reveal())
	fmt.Fprintf(&b, "nonce %x\ntag %x\nonce %x\nfiling %x\nfiler %s\nagain %s\n",
		p.Nonce, tag, once, filing, p.FilerHash(), r.Again(tag).Symbols())
	return b.String()
}

// TestGolden: receipts that were handed out must give the same keys for ever.
func TestGolden(t *testing.T) {
	for name, c := range map[string]struct{ origin, secret string }{
		"vector": {"ombud.example.org", "000102030405060708090a0b0c0d0e0f"},
		"zero":   {"a", "00000000000000000000000000000000"},
		"ones":   {"office-2.example", "ffffffffffffffffffffffffffffffff"},
	} {
		t.Run(name, func(t *testing.T) {
			secret, err := hex.DecodeString(c.secret)
			if err != nil {
				t.Fatal(err)
			}
			got := derivedOf(receipt.FromSecret(c.origin, [16]byte(secret)))
			file := filepath.Join("testdata", name+".txt")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("%s has changed", file)
			}
		})
	}
}
