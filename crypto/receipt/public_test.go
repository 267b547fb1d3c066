package receipt_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"ombra/crypto"
	"ombra/crypto/receipt"
)

func TestPublic(t *testing.T) {
	r := receipt.FromSecret(origin, vectorSecret())
	tag := r.Tag([32]byte{1})
	p := r.Public(tag)
	if p.Lookup != r.Lookup().Hash() || p.Nonce != r.LogNonce() || p.Tag != tag ||
		p.Verifier != r.Signer().Verifier() || p.Recipient != r.Identity().Recipient().String() {
		t.Error("the public half is not the receipt's")
	}
	if p.FilerHash() != crypto.FilerHash(p.Recipient, p.Verifier) {
		t.Error("FilerHash is not over recipient and verifier")
	}
	sum := sha256.Sum256([]byte("ombra-filing/1\x00" + string(p.Lookup[:]) + p.Verifier))
	if p.Once() != [16]byte(sum[:16]) {
		t.Error("Once is not as specified")
	}
	other := p
	other.Verifier += "x"
	if other.Once() == p.Once() {
		t.Error("Once does not depend on the verifier")
	}
}

func TestTagAndOnce(t *testing.T) {
	r, s := receipt.FromSecret(origin, vectorSecret()), receipt.New(origin)
	form, words := [16]byte{1}, [32]byte{2}
	if r.Tag(words) == s.Tag(words) || r.Tag(words) == r.Tag([32]byte{3}) {
		t.Error("a tag does not depend on receipt and submission")
	}
	mac := hmac.New(sha256.New, r.SubmissionKey())
	mac.Write([]byte("once"))
	mac.Write(form[:])
	mac.Write(words[:])
	if r.Once(form, words) != [16]byte(mac.Sum(nil)[:16]) {
		t.Error("Once is not as specified")
	}
	if r.Once(form, words) == r.Once(form, [32]byte{3}) || r.Once(form, words) == r.Once([16]byte{2}, words) ||
		r.Once(form, words) == s.Once(form, words) {
		t.Error("Once does not depend on form, words and receipt")
	}
}

func TestAgain(t *testing.T) {
	r := receipt.FromSecret(origin, vectorSecret())
	a, b := r.Again([32]byte{1}), r.Again([32]byte{2})
	if a.Secret() != r.Again([32]byte{1}).Secret() {
		t.Error("the same resubmission finds another receipt")
	}
	if a.Secret() == b.Secret() || a.Secret() == r.Secret() || a.Origin() != origin {
		t.Error("the receipt of a resubmission is not its own")
	}
	if _, err := receipt.Parse(origin, a.Symbols()); err != nil {
		t.Error(err)
	}
}

func TestParseCode(t *testing.T) {
	const want = "306e0b6c473593a17170ad1616a64a07"
	for _, s := range []string{want, strings.ToUpper(want), " " + want[:16] + " " + want[16:] + "\n", want[:8] + "-" + want[8:]} {
		c, err := receipt.ParseCode(s)
		if err != nil || c.Hex() != want {
			t.Errorf("a code as typed does not read: %v", err)
		}
		if c.Hash() != receipt.FromSecret(origin, vectorSecret()).Lookup().Hash() {
			t.Error("the hash is not the receipt's")
		}
	}
	for _, s := range []string{"", want[1:], want + "00", "g" + want[1:], "0004-1061-050R-3GG2-8A1C-60T3-GFHY", strings.Repeat(" ", 2000) + want} {
		if _, err := receipt.ParseCode(s); err == nil {
			t.Errorf("%q was taken for a code", s)
		}
	}
}

func FuzzParseCode(f *testing.F) {
	f.Add("306e0b6c473593a17170ad1616a64a07")
	f.Add("306E0B6C 473593A1-7170ad16.16a64a07")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := receipt.ParseCode(s)
		if err != nil {
			return
		}
		again, err := receipt.ParseCode(c.Hex())
		if err != nil || again.Hash() != c.Hash() {
			t.Fatal("does not read back")
		}
	})
}

// shownAs renders v in every way that a careless line of code could.
func shownAs(t *testing.T, v any) string {
	t.Helper()
	var b bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		fmt.Fprintf(&b, verb+"\n", v)
	}
	for _, h := range []slog.Handler{slog.NewTextHandler(&b, nil), slog.NewJSONHandler(&b, nil)} {
		slog.New(h).Info("m", slog.Any("v", v), slog.Group("g", slog.Any("v", v)))
	}
	if j, err := json.Marshal(v); err == nil {
		b.Write(j)
	}
	return b.String()
}

func TestUnprintable(t *testing.T) {
	r := receipt.FromSecret(origin, vectorSecret())
	r.Identity() // derived values are kept from here on
	r.Signer()
	type hidden struct{ r receipt.Receipt }
	type open struct {
		R receipt.Receipt
		C *receipt.Code
	}
	code := r.Lookup()
	secret := r.Secret()
	needles := []string{
		"0004-1061", "GFHY", "AGE-SECRET", "PRIVATE+KEY", r.Lookup().Hex(), hex.EncodeToString(secret[:]),
		fmt.Sprintf("%d", secret[:])[1:20], string(secret[1:9]), strings.ToUpper(hex.EncodeToString(secret[:])),
	}
	for name, v := range map[string]any{
		"receipt": r, "pointer": &r, "code": code, "unexported field": hidden{r}, "pointer to it": &hidden{r},
		"exported field": open{r, &code}, "slice": []receipt.Receipt{r}, "map": map[string]any{"r": r, "c": code},
		"nested": struct{ h []any }{[]any{hidden{r}, &open{r, &code}}},
	} {
		t.Run(name, func(t *testing.T) {
			got := shownAs(t, v)
			for _, n := range needles {
				if strings.Contains(got, n) {
					t.Errorf("shows %q", n)
				}
			}
		})
	}
	if got := fmt.Sprintf("%v %+v %#v %s %q %x", r, r, r, r, r, r); got != strings.TrimSpace(strings.Repeat("[receipt] ", 6)) {
		t.Errorf("prints %s", got)
	}
	// The control: the same search finds a secret that is shown.
	if !strings.Contains(shownAs(t, struct{ s [16]byte }{secret}), fmt.Sprintf("%d", secret[:])[1:20]) {
		t.Error("the search finds nothing at all")
	}
}
