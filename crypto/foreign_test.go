package crypto_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"testing"

	"filippo.io/age"

	"ombra/crypto"
)

// mustAge encrypts as any stranger's age would.
func mustAge(tb testing.TB, plain int, to ...age.Recipient) []byte {
	tb.Helper()
	var b bytes.Buffer
	w, err := age.Encrypt(&b, to...)
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := w.Write(make([]byte, plain)); err != nil {
		tb.Fatal(err)
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func mustAgeRecipient(tb testing.TB, id crypto.Identity) age.Recipient {
	tb.Helper()
	r, err := age.ParseRecipients(strings.NewReader(id.Recipient().String()))
	if err != nil {
		tb.Fatal(err)
	}
	return r[0]
}

// stanza is a recipient that writes any stanza one likes, with no label, so that
// age mixes it with everything.
type stanza age.Stanza

func (s *stanza) Wrap([]byte) ([]*age.Stanza, error) { return []*age.Stanza{(*age.Stanza)(s)}, nil }

// unlabeled hides the label by which age refuses to mix kinds of keys, as typage
// does.
type unlabeled struct{ r age.Recipient }

func (u unlabeled) Wrap(key []byte) ([]*age.Stanza, error) { return u.r.Wrap(key) }

func TestCheckForeignSizes(t *testing.T) {
	hybrid, classic := mustAgeRecipient(t, mustIdentity(t)), mustAgeRecipient(t, mustClassic(t))
	for _, n := range []int{0, 1, 65535, 65536, 65537, 131072, 131073, 300000} {
		f, err := crypto.CheckForeign(mustAge(t, n, classic), 1<<20)
		if want := (crypto.Foreign{Stanzas: 1, Plain: int64(n)}); err != nil || f != want {
			t.Errorf("classic, %d bytes: %+v, %v", n, f, err)
		}
		f, err = crypto.CheckForeign(mustAge(t, n, hybrid, hybrid), 1<<20)
		if want := (crypto.Foreign{PostQuantum: true, Stanzas: 2, Plain: int64(n)}); err != nil || f != want {
			t.Errorf("hybrid, %d bytes: %+v, %v", n, f, err)
		}
	}
}

func TestCheckForeignRefuses(t *testing.T) {
	hybrid, classic := mustAgeRecipient(t, mustIdentity(t)), mustAgeRecipient(t, mustClassic(t))
	good := mustAge(t, 100, classic)
	pass, err := age.NewScryptRecipient("canary passphrase")
	if err != nil {
		t.Fatal(err)
	}
	pass.SetWorkFactor(1)
	many := make([]age.Recipient, 33)
	for i := range many {
		many[i] = classic
	}
	grease := &stanza{Type: "grease", Args: []string{"x"}, Body: []byte("y")}
	big := &stanza{Type: "grease", Args: []string{"x"}, Body: make([]byte, 70<<10)}
	zero := base64.RawStdEncoding.EncodeToString(make([]byte, 32))
	tests := map[string]struct {
		raw []byte
		why crypto.Why
	}{
		"good":                 {good, ""},
		"grease beside a key":  {mustAge(t, 1, classic, grease), ""},
		"empty":                {nil, crypto.WhyNotAge},
		"words":                {[]byte("It began in spring."), crypto.WhyNotAge},
		"armored":              {[]byte(crypto.Armor(good)), crypto.WhyNotAge},
		"another version":      {bytes.Replace(good, []byte("/v1"), []byte("/v2"), 1), crypto.WhyNotAge},
		"too large":            {make([]byte, 1<<20+1), crypto.WhyTooLarge},
		"cut in the header":    {good[:60], crypto.WhyHeader},
		"cut before the nonce": {good[:len(good)-132], crypto.WhyTruncated},
		"cut to the tag":       {good[:len(good)-110], crypto.WhyTruncated},
		"passphrase":           {mustAge(t, 1, pass), crypto.WhyPassphrase},
		"passphrase, greased":  {mustAge(t, 1, &stanza{Type: "scrypt", Args: []string{"x", "30"}, Body: make([]byte, 32)}), crypto.WhyPassphrase},
		"mixed":                {mustAge(t, 1, unlabeled{hybrid}, classic), crypto.WhyMixed},
		"grease alone":         {mustAge(t, 1, grease), crypto.WhyNoRecipient},
		"plugin alone":         {mustAge(t, 1, &stanza{Type: "piv-p256", Args: []string{"x"}, Body: make([]byte, 32)}), crypto.WhyNoRecipient},
		"ssh alone":            {mustAge(t, 1, &stanza{Type: "ssh-ed25519", Args: []string{"x", "y"}, Body: make([]byte, 32)}), crypto.WhySSH},
		"too many":             {mustAge(t, 1, many...), crypto.WhyTooMany},
		"header too long":      {mustAge(t, 1, classic, big), crypto.WhyHeader},
		"zero share":           {mustAge(t, 1, &stanza{Type: "X25519", Args: []string{zero}, Body: make([]byte, 32)}), crypto.WhyHeader},
		"short share":          {mustAge(t, 1, &stanza{Type: "X25519", Args: []string{"AAAA"}, Body: make([]byte, 32)}), crypto.WhyHeader},
		"long body":            {mustAge(t, 1, &stanza{Type: "X25519", Args: []string{strings.Repeat("B", 42) + "A"}, Body: make([]byte, 48)}), crypto.WhyHeader},
		"hybrid, two args":     {mustAge(t, 1, &stanza{Type: "mlkem768x25519", Args: []string{"AAAA", "AAAA"}, Body: make([]byte, 32)}), crypto.WhyHeader},
		"tag, no tag":          {mustAge(t, 1, &stanza{Type: "p256tag", Args: []string{"AAAA"}, Body: make([]byte, 32)}), crypto.WhyHeader},
		"pq tag, short":        {mustAge(t, 1, &stanza{Type: "mlkem768p256tag", Args: []string{"AAAAAA", "AAAA"}, Body: make([]byte, 32)}), crypto.WhyHeader},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := crypto.CheckForeign(tt.raw, 1<<20)
			wantRefusal(t, err, tt.why)
		})
	}
}

func TestImpossibleLengths(t *testing.T) {
	classic := mustAgeRecipient(t, mustClassic(t))
	empty := mustAge(t, 0, classic)
	for extra, ok := range map[int]bool{0: true, 1: true, 65536: true, 65537: false, 65552: false, 65553: true} {
		_, err := crypto.CheckForeign(append(bytes.Clone(empty), make([]byte, extra)...), 1<<20)
		if (err == nil) != ok {
			t.Errorf("%d bytes behind an empty file: %v", extra, err)
		}
	}
}

func TestOneStanza(t *testing.T) {
	classic := mustAgeRecipient(t, mustClassic(t))
	grease := &stanza{Type: "grease", Args: []string{"x"}, Body: []byte("y")}
	if err := crypto.OneStanza(mustAge(t, 1, classic)); err != nil {
		t.Error(err)
	}
	wantRefusal(t, crypto.OneStanza(mustAge(t, 1, classic, classic)), crypto.WhyTooMany)
	wantRefusal(t, crypto.OneStanza(mustAge(t, 1, classic, grease)), crypto.WhyTooMany)
	wantRefusal(t, crypto.OneStanza(mustAge(t, 1, grease)), crypto.WhyNoRecipient)
}

func TestDecryptRefuses(t *testing.T) {
	id := mustIdentity(t)
	blob := mustAge(t, 200_000, mustAgeRecipient(t, id))
	if plain, err := crypto.Decrypt(blob, id.Age()); err != nil || len(plain) != 200_000 {
		t.Fatalf("%d bytes, %v", len(plain), err)
	}
	flipped := bytes.Clone(blob)
	flipped[len(flipped)-1] ^= 1
	tests := map[string]struct {
		blob []byte
		ids  []age.Identity
		why  crypto.Why
	}{
		"no key":         {blob, nil, crypto.WhyWrongKey},
		"another key":    {blob, []age.Identity{mustIdentity(t).Age(), mustClassic(t).Age()}, crypto.WhyWrongKey},
		"empty":          {nil, []age.Identity{id.Age()}, crypto.WhyNotAge},
		"last chunk cut": {blob[:len(blob)-3408], []age.Identity{id.Age()}, crypto.WhyTruncated},
		"one bit":        {flipped, []age.Identity{id.Age()}, crypto.WhyTruncated},
		"only magic":     {[]byte("age-encryption.org/v1\n"), []age.Identity{id.Age()}, crypto.WhyHeader},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			plain, err := crypto.Decrypt(tt.blob, tt.ids...)
			wantRefusal(t, err, tt.why)
			if plain != nil {
				t.Error("part of a bad file was returned")
			}
		})
	}
}

func FuzzCheckForeign(f *testing.F) {
	f.Add(mustAge(f, 10, mustAgeRecipient(f, mustClassic(f))))
	f.Add(mustAge(f, 10, mustAgeRecipient(f, mustIdentity(f))))
	f.Add([]byte("age-encryption.org/v1\n-> X25519 x\n\n--- "))
	id := mustClassic(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		info, err := crypto.CheckForeign(raw, 1<<20)
		if err != nil {
			if crypto.Refused(err) == "" {
				t.Errorf("no refusal: %v", err)
			}
			return
		}
		if info.Stanzas < 1 || info.Stanzas+info.Unknown > 32 || info.Plain < 0 || info.Plain >= int64(len(raw)) {
			t.Errorf("impossible: %+v in %d bytes", info, len(raw))
		}
		// What is let in must not break the reader either.
		if plain, err := crypto.Decrypt(raw, id.Age()); err == nil && int64(len(plain)) != info.Plain {
			t.Errorf("%d bytes of plaintext, announced %d", len(plain), info.Plain)
		}
	})
}

func ExampleCheckForeign() {
	id, err := crypto.NewIdentity()
	if err != nil {
		panic(err)
	}
	var b bytes.Buffer
	w, err := crypto.EncryptTo(&b, id.Recipient())
	if err != nil {
		panic(err)
	}
	_, _ = io.WriteString(w, "It began in spring.\n")
	_ = w.Close()
	raw, err := crypto.Dearmor(crypto.Armor(b.Bytes()))
	if err != nil {
		panic(err)
	}
	f, err := crypto.CheckForeign(raw, 1<<20)
	fmt.Println(f.PostQuantum, f.Stanzas, f.Plain, err)
	_, err = crypto.CheckForeign([]byte("It began in spring."), 1<<20)
	fmt.Println(err)
	// Output:
	// true 1 20 <nil>
	// this is not an age file; choose the encrypted file
}
