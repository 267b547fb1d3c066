package crypto_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"filippo.io/age/tag"
	"filippo.io/hpke"

	"ombra/crypto"
)

func mustTagPQ(t *testing.T) string {
	t.Helper()
	k, err := hpke.MLKEM768P256().GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	r, err := tag.NewHybridRecipient(k.PublicKey().Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return r.String()
}

// tagClassic is the P-256 key of age's own test plugin.
const tagClassic = "age1tag1qwe0kafsjrar4txm6heqnhpfuggzr0gvznz7fvygxrlq90u5mq2pysxtw6h"

func TestParseRecipient(t *testing.T) {
	tests := map[string]struct {
		in, kind string
		pq       bool
	}{
		"hybrid":      {mustIdentity(t).Recipient().String(), "hybrid", true},
		"classic":     {mustClassic(t).Recipient().String(), "classic", false},
		"tag hybrid":  {mustTagPQ(t), "tag-hybrid", true},
		"tag classic": {tagClassic, "tag-classic", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r, err := crypto.ParseRecipient(" " + tt.in + "\n")
			if err != nil {
				t.Fatal(err)
			}
			if r.String() != tt.in || r.Kind() != tt.kind || r.PostQuantum() != tt.pq || r.IsZero() {
				t.Errorf("got kind %q, post-quantum %v", r.Kind(), r.PostQuantum())
			}
			var b bytes.Buffer
			w, err := crypto.EncryptTo(&b, r)
			if err != nil {
				t.Fatal(err)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			f, err := crypto.CheckForeign(b.Bytes(), 1<<20)
			if err != nil || f != (crypto.Foreign{PostQuantum: tt.pq, Stanzas: 1}) {
				t.Errorf("a file to it looks like %+v, %v", f, err)
			}
		})
	}
}

func TestParseRecipientRefuses(t *testing.T) {
	good := mustIdentity(t).Recipient().String()
	tests := map[string]struct {
		in  string
		why crypto.Why
	}{
		"empty":     {"", crypto.WhyRecipient},
		"words":     {"anna", crypto.WhyRecipient},
		"secret":    {mustIdentity(t).Reveal(), crypto.WhyRecipient},
		"cut off":   {good[:len(good)-1], crypto.WhyRecipient},
		"two":       {good + "\n" + good, crypto.WhyRecipient},
		"upper":     {strings.ToUpper(good), crypto.WhyRecipient},
		"plugin":    {"age1yubikey1q2w7u3vpya839jxxuq8g0sedh3d740d4xvn639sqhr95ejj8vu3hyfumptt", crypto.WhyPlugin},
		"path":      {"age1../../bin/evil1qqqq", crypto.WhyPlugin},
		"ssh":       {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI", crypto.WhySSH},
		"github":    {"github:anna", crypto.WhySSH},
		"low order": {lowOrder, crypto.WhyRecipient},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r, err := crypto.ParseRecipient(tt.in)
			wantRefusal(t, err, tt.why)
			if !r.IsZero() || r.String() != "" {
				t.Error("a recipient came back with the refusal")
			}
			if len(tt.in) > 10 && err != nil && strings.Contains(err.Error(), tt.in) {
				t.Error("the error quotes the key")
			}
		})
	}
}

// lowOrder is the all-zero X25519 point, correctly encoded: it parses in age and
// fails in every encryption.
const lowOrder = "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq5cu47z"

func TestFingerprintAndHash(t *testing.T) {
	r := mustIdentity(t).Recipient()
	sum := sha256.Sum256([]byte(r.String()))
	full := hex.EncodeToString(sum[:])
	if r.Hash() != full {
		t.Errorf("hash %s, want %s", r.Hash(), full)
	}
	fp := r.Fingerprint()
	if len(fp) != 24 || strings.ReplaceAll(fp, " ", "") != full[:20] || fp[4] != ' ' {
		t.Errorf("fingerprint %q of %s", fp, full)
	}
	both := sha256.Sum256([]byte("a\nb"))
	if crypto.FilerHash("a", "b") != hex.EncodeToString(both[:]) {
		t.Error("the filer's hash is not that of recipient, newline, verifier")
	}
}
