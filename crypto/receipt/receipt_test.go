package receipt_test

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"ombra/crypto"
	"ombra/crypto/receipt"
)

const origin = "ombud.example.org"

func vectorSecret() (s [16]byte) {
	for i := range s {
		s[i] = byte(i)
	}
	return s
}

// TestVector is the published test vector. It is frozen: a change here makes
// every receipt worthless that was ever handed out.
func TestVector(t *testing.T) {
	r := receipt.FromSecret(origin, vectorSecret())
	nonce, hash := r.LogNonce(), r.Lookup().Hash()
	for _, c := range []struct{ name, got, want string }{
		{"symbols", r.Symbols(), "0004-1061-050R-3GG2-8A1C-60T3-GFHY"},
		{"lookup code", r.Lookup().Hex(), "306e0b6c473593a17170ad1616a64a07"},
		{"lookup hash", hex.EncodeToString(hash[:]), "8999de3dbb37d560abcb5109277e1aff556138ba337e0338ff5b113644aa367d"},
		{"identity", r.Identity().Reveal(), "AGE-SECRET-KEY-PQ-1G02DK8QXZPDWNG7HRT9RFX9VZMW8GY6HCTZ3RW6EFVNX86H23JKSRHUZ78"},
		{"log nonce", hex.EncodeToString(nonce[:]), "85af73b0bc910415d0ee061ca6f5e396ffca27a248a18e465121ed697eaf2e58"},
		{"submission key", hex.EncodeToString(r.SubmissionKey()), "38514686fbc801a57c1f48d58edf8dc87291991fa3ee5596bc75d77fe941cd1f"},
		{"verifier", r.Signer().Verifier(), "ombud.example.org/filer+aa80eae3+ARvX4nlPD80mxgbXkLAPuOrY0InGff/sdotDCZL5BAEX"},
		{"origin", r.Origin(), origin},
		{"first group", r.Group(0), "0004"},
		{"last group", r.Group(6), "GFHY"},
	} {
		if c.got != c.want {
			t.Errorf("%s = %s, want %s", c.name, c.got, c.want)
		}
	}
	seed, err := hex.DecodeString("2c8bda548416052098e657abd8a4cdd708a98f9d16cba2499e29e864dfdbf1ef")
	if err != nil {
		t.Fatal(err)
	}
	k, err := crypto.SigningKeyFromSeed(origin+"/filer", seed)
	if err != nil {
		t.Fatal(err)
	}
	if k.Reveal() != r.Signer().Reveal() {
		t.Error("the signing key is not that of the published seed")
	}
}

// TestVectorClassic covers the derivation that no code of ours uses yet: it is
// published, and a page may come to use it.
func TestVectorClassic(t *testing.T) {
	secret := vectorSecret()
	want, err := hkdf.Key(sha256.New, secret[:], []byte("ombra-receipt/1\x00"+origin), "age-x25519", 32)
	if err != nil {
		t.Fatal(err)
	}
	const s = "AGE-SECRET-KEY-1ARK9LLA9TFMZDED47S6EZ05K9QDGS6QFWKEHGJDW26J0LPNSUT0QX5LNGK"
	if _, err := crypto.ParseIdentity(s); err != nil {
		t.Fatal("age does not take the published identity")
	}
	var bits, n uint
	var got []byte
	for _, c := range strings.ToLower(strings.TrimPrefix(s, "AGE-SECRET-KEY-1")) {
		bits = bits<<5 | uint(strings.IndexRune("qpzry9x8gf2tvdw0s3jn54khce6mua7l", c))
		if n += 5; n >= 8 {
			n -= 8
			got = append(got, byte(bits>>n))
		}
	}
	if string(got[:32]) != string(want) {
		t.Errorf("classic seed = %x, want %x", got[:32], want)
	}
}

func TestParse(t *testing.T) {
	const shown = "0004-1061-050R-3GG2-8A1C-60T3-GFHY"
	for name, typed := range map[string]string{
		"as shown":        shown,
		"lower case":      strings.ToLower(shown),
		"run together":    strings.ReplaceAll(shown, "-", ""),
		"blanks":          strings.ReplaceAll(shown, "-", " "),
		"dots":            strings.ReplaceAll(shown, "-", "."),
		"long dashes":     strings.ReplaceAll(shown, "-", " — "),
		"no-break blanks": strings.ReplaceAll(shown, "-", "\u00a0"),
		"zero-width":      strings.ReplaceAll(shown, "-", "\u200b"),
		"two lines":       "\n" + strings.Replace(shown, "-8", "\r\n\t8", 1) + "\n",
		"letters for 0 1": "OoO4-lO6I-O5OR-3GG2-8AiC-6oT3-GFHY",
	} {
		t.Run(name, func(t *testing.T) {
			r, err := receipt.Parse(origin, typed)
			if err != nil {
				t.Fatal(err)
			}
			if r.Symbols() != shown || r.Secret() != vectorSecret() {
				t.Error("another receipt came back")
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	const shown = "0004-1061-050R-3GG2-8A1C-60T3-GFHY"
	for name, c := range map[string]struct {
		origin, typed string
		want          error
	}{
		"nothing":         {origin, "", receipt.ErrShape},
		"one too few":     {origin, shown[:len(shown)-1], receipt.ErrShape},
		"one too many":    {origin, shown + "0", receipt.ErrShape},
		"a word":          {origin, "help", receipt.ErrShape},
		"underlined":      {origin, "_" + shown + "_", receipt.ErrShape},
		"other letters":   {origin, strings.Replace(shown, "R", "Ř", 1), receipt.ErrShape},
		"very long":       {origin, strings.Repeat(" ", 2000) + shown, receipt.ErrShape},
		"two swapped":     {origin, strings.Replace(shown, "GFHY", "GHFY", 1), receipt.ErrMistyped},
		"one wrong":       {origin, strings.Replace(shown, "8A1C", "8A1D", 1), receipt.ErrMistyped},
		"a U":             {origin, strings.Replace(shown, "8A1C", "8U1C", 1), receipt.ErrMistyped},
		"another office":  {"other.example.org", shown, receipt.ErrMistyped},
		"another version": {origin, "8" + shown[1:], receipt.ErrMistyped},
		"version 3":       {origin, "R" + shown[1:], receipt.ErrMistyped},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := receipt.Parse(c.origin, c.typed)
			if !errors.Is(err, c.want) || !r.IsZero() {
				t.Errorf("err = %v, want %v", err, c.want)
			}
		})
	}
}

// TestParseFindsMistakes counts: of all single wrong symbols and all swaps of
// neighbours, hardly one may pass.
func TestParseFindsMistakes(t *testing.T) {
	plain := strings.ReplaceAll(receipt.FromSecret(origin, vectorSecret()).Symbols(), "-", "")
	tried, passed := 0, 0
	try := func(s string) {
		if s == plain {
			return
		}
		tried++
		if _, err := receipt.Parse(origin, s); err == nil {
			passed++
		}
	}
	for i := range plain {
		for _, c := range "0123456789ABCDEFGHJKMNPQRSTVWXYZ" {
			try(plain[:i] + string(c) + plain[i+1:])
		}
		if i > 0 {
			try(plain[:i-1] + plain[i:i+1] + plain[i-1:i] + plain[i+1:])
		}
	}
	if tried < 800 || passed > tried/200 {
		t.Errorf("%d of %d mistakes passed", passed, tried)
	}
}

func TestNew(t *testing.T) {
	a, b := receipt.New(origin), receipt.New(origin)
	if a.Secret() == b.Secret() {
		t.Fatal("two receipts are the same")
	}
	again, err := receipt.Parse(origin, a.Symbols())
	if err != nil || again.Secret() != a.Secret() {
		t.Error("a new receipt does not read back")
	}
	if a.Identity().Recipient().String() != again.Identity().Recipient().String() {
		t.Error("the identity is not derived from the symbols alone")
	}
	if !strings.HasPrefix(a.Identity().Recipient().String(), "age1pq1") {
		t.Error("the identity is not post-quantum")
	}
}

func TestUncheckedOriginPanics(t *testing.T) {
	for name, f := range map[string]func(){
		"New":        func() { receipt.New("Has Blanks") },
		"FromSecret": func() { receipt.FromSecret("", [16]byte{}) },
		"Parse":      func() { _, _ = receipt.Parse("a/b", "x") },
		"Group":      func() { receipt.FromSecret(origin, [16]byte{}).Group(7) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if s, ok := recover().(string); !ok || !strings.HasPrefix(s, "receipt: ") {
					t.Error("no panic of this package")
				}
			}()
			f()
		})
	}
}

// FuzzParse: whatever reads as a receipt is shown and read back the same.
func FuzzParse(f *testing.F) {
	f.Add("0004-1061-050R-3GG2-8A1C-60T3-GFHY")
	f.Add("oo04lo61 050r.3gg2—8a1c60t3gfhy")
	f.Add("8UUU-0000-0000-0000-0000-0000-0000")
	f.Fuzz(func(t *testing.T, s string) {
		r, err := receipt.Parse(origin, s)
		if err != nil {
			if !errors.Is(err, receipt.ErrShape) && !errors.Is(err, receipt.ErrMistyped) {
				t.Fatal("another error")
			}
			return
		}
		again, err := receipt.Parse(origin, r.Symbols())
		if err != nil || again.Secret() != r.Secret() {
			t.Fatal("does not read back")
		}
	})
}
