package crypto

import (
	"testing"

	"filippo.io/age"
)

func TestBech32OfZeros(t *testing.T) {
	// The spelling of the low-order recipient in the tests outside.
	s := bech32("age", make([]byte, 32))
	if _, err := age.ParseX25519Recipient(s); err != nil {
		t.Fatalf("age cannot read %s: %v", s, err)
	}
	if s != "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq5cu47z" {
		t.Errorf("got %s", s)
	}
}
