package crypto_test

import (
	"bytes"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"filippo.io/age"

	"ombra/crypto"
)

func mustIdentity(tb testing.TB) crypto.Identity {
	tb.Helper()
	id, err := crypto.NewIdentity()
	if err != nil {
		tb.Fatal(err)
	}
	return id
}

// mustClassic makes an X25519 identity, which Ombra itself never makes.
func mustClassic(tb testing.TB) crypto.Identity {
	tb.Helper()
	x, err := age.GenerateX25519Identity()
	if err != nil {
		tb.Fatal(err)
	}
	id, err := crypto.ParseIdentity(x.String())
	if err != nil {
		tb.Fatal(err)
	}
	return id
}

func mustCaseKey(tb testing.TB) crypto.CaseKey {
	tb.Helper()
	k, err := crypto.NewCaseKey("7F3K-9QWD")
	if err != nil {
		tb.Fatal(err)
	}
	return k
}

func wantRefusal(tb testing.TB, err error, why crypto.Why) {
	tb.Helper()
	if got := crypto.Refused(err); got != why {
		tb.Errorf("error %v is refusal %q, want %q", err, got, why)
	}
}

// shown prints v in every way that a careless line of code might.
func shown(v any) string {
	type inner struct{ hidden, Shown any }
	var b strings.Builder
	values := []any{v, &v, inner{v, v}, &inner{v, v}, []any{v}, map[string]any{"k": v}}
	for _, x := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
			fmt.Fprintf(&b, verb+"\n", x)
		}
		fmt.Fprintln(&b, fmt.Errorf("wrapped: %v", x))
		slog.New(slog.NewTextHandler(&b, nil)).Info("m", slog.Any("k", x))
		slog.New(slog.NewJSONHandler(&b, nil)).Info("m", slog.Any("k", x))
		_ = json.NewEncoder(&b).Encode(x)
	}
	return b.String()
}

// wantHidden fails if any of the secrets shows, as text or in the encodings that
// printing gives.
func wantHidden(t *testing.T, v any, secrets ...string) {
	t.Helper()
	out := strings.ToLower(shown(v))
	for _, s := range secrets {
		forms := []string{
			s, hex.EncodeToString([]byte(s)), base64.StdEncoding.EncodeToString([]byte(s)),
			strings.Trim(fmt.Sprintf("%d", []byte(s)), "[]"),
		}
		for _, f := range forms {
			if strings.Contains(out, strings.ToLower(f)) {
				t.Errorf("%T shows a secret", v)
			}
		}
	}
}

func TestSecretsAreUnprintable(t *testing.T) {
	id, key, pass := mustIdentity(t), mustCaseKey(t), crypto.NewPasscode()
	caseSecret := strings.Split(mustWrapText(t, key), "\n")[1]
	type holds struct {
		id   crypto.Identity
		key  crypto.CaseKey
		pass crypto.Passcode
	}
	wantHidden(t, id, id.Reveal())
	wantHidden(t, id.Age(), id.Reveal())
	wantHidden(t, key, caseSecret, "7F3K-9QWD")
	wantHidden(t, key.Identities(), caseSecret)
	wantHidden(t, pass, pass.Reveal())
	wantHidden(t, holds{id, key, pass}, id.Reveal(), caseSecret, "7F3K-9QWD", pass.Reveal())

	for _, v := range []any{id, id.Age(), key, pass} {
		if s := fmt.Sprintf("%+v", v); s != "[secret]" {
			t.Errorf("%T prints %q", v, s)
		}
		if b, err := json.Marshal(v); err != nil || string(b) != `"[secret]"` {
			t.Errorf("%T marshals to %s, %v", v, b, err)
		}
	}
}

// TestControlFindsSecret proves that wantHidden's search would find one: age's
// own identities print themselves.
func TestControlFindsSecret(t *testing.T) {
	id, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(shown(id), id.String()) {
		t.Error("a plain age identity was not found in what was shown")
	}
}

// TestIdentityFromSeedVector is the receipt vector of the format's description:
// it pins the bech32 and the key derivation of age together.
func TestIdentityFromSeedVector(t *testing.T) {
	secret := make([]byte, 16)
	for i := range secret {
		secret[i] = byte(i)
	}
	salt := []byte("ombra-receipt/1\x00ombud.example.org")
	seed, err := hkdf.Key(sha256.New, secret, salt, "age-mlkem768x25519", 32)
	if err != nil {
		t.Fatal(err)
	}
	id, err := crypto.IdentityFromSeed(seed)
	if err != nil {
		t.Fatal(err)
	}
	const want = "AGE-SECRET-KEY-PQ-1G02DK8QXZPDWNG7HRT9RFX9VZMW8GY6HCTZ3RW6EFVNX86H23JKSRHUZ78"
	if id.Reveal() != want {
		t.Errorf("got %s, want %s", id.Reveal(), want)
	}
	for _, n := range []int{0, 16, 31, 33} {
		if _, err := crypto.IdentityFromSeed(make([]byte, n)); err == nil {
			t.Errorf("a seed of %d bytes was taken", n)
		}
	}
}

func TestParseIdentity(t *testing.T) {
	hybrid, classic := mustIdentity(t), mustClassic(t)
	for _, id := range []crypto.Identity{hybrid, classic} {
		again, err := crypto.ParseIdentity(id.Reveal())
		if err != nil || again.Reveal() != id.Reveal() || again.Recipient().String() != id.Recipient().String() {
			t.Errorf("an identity does not come back: %v", err)
		}
	}
	wrongSum := hybrid.Reveal()[:len(hybrid.Reveal())-1] + "B"
	tests := map[string]crypto.Why{
		"":                                   crypto.WhyIdentity,
		"secret words that must not be told": crypto.WhyIdentity,
		wrongSum:                             crypto.WhyIdentity,
		hybrid.Recipient().String():          crypto.WhyIdentity,
		" " + hybrid.Reveal():                crypto.WhyIdentity,
		"AGE-PLUGIN-YUBIKEY-1QQQQ":           crypto.WhyPlugin,
	}
	for in, why := range tests {
		_, err := crypto.ParseIdentity(in)
		wantRefusal(t, err, why)
		if in != "" && strings.Contains(err.Error(), in) {
			t.Errorf("the error quotes what it refuses")
		}
	}
}

func TestParseIdentityFile(t *testing.T) {
	a, b := mustIdentity(t), mustClassic(t)
	file := "# created: 2026-11-23\r\n\n#public key\n" + a.Reveal() + "\r\n" + b.Reveal() + "\n"
	ids, comments, err := crypto.ParseIdentityFile(strings.NewReader(file))
	if err != nil || len(ids) != 2 || ids[0].Reveal() != a.Reveal() || ids[1].Reveal() != b.Reveal() {
		t.Fatalf("%d identities, %v", len(ids), err)
	}
	if got := strings.Join(comments, "|"); got != "created: 2026-11-23|public key" {
		t.Errorf("comments %q", got)
	}
	tests := map[string]struct {
		file string
		why  crypto.Why
	}{
		"empty":         {"", crypto.WhyIdentity},
		"comments only": {"# nothing\n", crypto.WhyIdentity},
		"a bad line":    {a.Reveal() + "\nsomething else\n", crypto.WhyIdentity},
		"not UTF-8":     {"#\xff\n" + a.Reveal() + "\n", crypto.WhyIdentity},
		"too large":     {strings.Repeat("#\n", 1<<20), crypto.WhyTooLarge},
		"plugin":        {"AGE-PLUGIN-X-1QQQ\n", crypto.WhyPlugin},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, _, err := crypto.ParseIdentityFile(strings.NewReader(tt.file))
			wantRefusal(t, err, tt.why)
		})
	}
}

func TestZeroValuesOpenNothing(t *testing.T) {
	var b bytes.Buffer
	w, err := crypto.EncryptTo(&b, mustIdentity(t).Recipient())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = crypto.Decrypt(b.Bytes(), crypto.Identity{}.Age())
	wantRefusal(t, err, crypto.WhyWrongKey)
	_, err = crypto.Decrypt(b.Bytes(), crypto.CaseKey{}.Identities()...)
	wantRefusal(t, err, crypto.WhyWrongKey)
	_, err = crypto.EncryptTo(&b, crypto.Recipient{})
	wantRefusal(t, err, crypto.WhyNoRecipient)
	_, err = crypto.EncryptTo(&b, crypto.Identity{}.Recipient())
	wantRefusal(t, err, crypto.WhyNoRecipient)
	if _, err := (crypto.CaseKey{}).Wrap(mustIdentity(t).Recipient()); err == nil {
		t.Error("a zero case key was wrapped")
	}
	if _, err := (crypto.CaseKey{}).Next(); err == nil {
		t.Error("a zero case key has a next epoch")
	}
	wantRefusal(t, crypto.SealPasscode(&b, crypto.Passcode{}, nil), crypto.WhyPasscode)
}
