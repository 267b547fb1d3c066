package crypto_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"ombra/crypto"
)

const origin = "ombud.example.org"

// mustSigner makes the fixed test key of a name.
func mustSigner(tb testing.TB, name string) crypto.SigningKey {
	tb.Helper()
	seed := sha256.Sum256([]byte("test key " + name))
	k, err := crypto.SigningKeyFromSeed(name, seed[:])
	if err != nil {
		tb.Fatal(err)
	}
	return k
}

func mustSignText(tb testing.TB, k crypto.SigningKey, text string) []byte {
	tb.Helper()
	msg, err := k.Sign(text)
	if err != nil {
		tb.Fatal(err)
	}
	return msg
}

func TestSigningKey(t *testing.T) {
	k, err := crypto.NewSigningKey(origin + "/anna")
	if err != nil {
		t.Fatal(err)
	}
	again, err := crypto.ParseSigningKey(" " + k.Reveal() + "\n")
	if err != nil {
		t.Fatal(err)
	}
	if again.Verifier() != k.Verifier() || again.Reveal() != k.Reveal() || again.Name() != origin+"/anna" {
		t.Error("the key does not read back")
	}
	other, err := crypto.NewSigningKey(origin + "/anna")
	if err != nil || other.Verifier() == k.Verifier() {
		t.Error("two new keys are the same")
	}
	if crypto.CheckVerifier(k.Verifier()) != nil || crypto.VerifierName(k.Verifier()) != k.Name() {
		t.Error("the verifier is not one")
	}
	msg := mustSignText(t, again, "words\n")
	if text, err := crypto.OpenNote(msg, k.Verifier()); err != nil || text != "words\n" {
		t.Errorf("got %q, %v", text, err)
	}
}

func TestSigningKeyNames(t *testing.T) {
	for name, ok := range map[string]bool{
		"ombud.example.org": true, "a": true, "office-2": true, origin + "/anna": true, origin + "/filer": true,
		"": false, "Ombud": false, "a b": false, "a+b": false, "/anna": false, origin + "/": false,
		origin + "/Anna": false, origin + "/anna/b": false, origin + "/1": false, "é": false,
		origin + "/" + strings.Repeat("a", 33): false, strings.Repeat("a", 64): false,
	} {
		if _, err := crypto.NewSigningKey(name); (err == nil) != ok {
			t.Errorf("%q: err = %v", name, err)
		}
		if _, err := crypto.SigningKeyFromSeed(name, make([]byte, 32)); (err == nil) != ok {
			t.Errorf("%q from seed: err = %v", name, err)
		}
	}
	if crypto.CheckName("filer") == nil || crypto.CheckName("anna") != nil {
		t.Error("an ombudsman may be called filer, or may not be called anna")
	}
	for _, n := range []int{0, 31, 33, 64} {
		if _, err := crypto.SigningKeyFromSeed("a", make([]byte, n)); err == nil {
			t.Errorf("a seed of %d bytes was taken", n)
		}
	}
}

func TestParseSigningKeyRefuses(t *testing.T) {
	good := mustSigner(t, origin).Reveal()
	secret := strings.SplitN(good, "+", 5)[4] // base64 may hold a plus
	for name, s := range map[string]string{
		"empty":          "",
		"verifier":       mustSigner(t, origin).Verifier(),
		"another's hash": strings.Replace(good, "+"+strings.Split(good, "+")[3]+"+", "+00000000+", 1),
		"cut":            good[:len(good)-8],
		"another name":   strings.Replace(good, origin, "other.example.org", 1),
	} {
		_, err := crypto.ParseSigningKey(s)
		if err == nil {
			t.Errorf("%s was taken", name)
		} else if strings.Contains(err.Error(), secret[:12]) {
			t.Errorf("%s: the error quotes the key", name)
		}
	}
}

func TestSigningKeyIsUnprintable(t *testing.T) {
	k := mustSigner(t, origin+"/anna")
	type holds struct{ k crypto.SigningKey }
	seed := strings.SplitN(k.Reveal(), "+", 5)[4]
	raw, err := base64.StdEncoding.DecodeString(seed)
	if err != nil {
		t.Fatal(err)
	}
	wantHidden(t, k, seed, string(raw[1:]), k.Reveal())
	wantHidden(t, holds{k}, seed, string(raw[1:]), k.Reveal())
	wantHidden(t, []*holds{{k}}, seed, string(raw[1:]), k.Reveal())
	if s := fmt.Sprintf("%v %+v %#v %s %q %x", k, k, k, k, k, k); strings.ReplaceAll(s, "[secret]", "") != "     " {
		t.Errorf("prints %s", s)
	}
	var zero crypto.SigningKey
	if _, err := zero.Sign("x\n"); err == nil || zero.Name()+zero.Verifier()+zero.Reveal() != "" {
		t.Error("the zero key does something")
	}
}

func TestSignRefuses(t *testing.T) {
	k := mustSigner(t, origin)
	for name, text := range map[string]string{
		"nothing":                  "",
		"no newline":               "words",
		"tab":                      "a\tb\n",
		"CR":                       "a\r\n",
		"NUL":                      "a\x00\n",
		"escape":                   "\x1b[2J\n",
		"not UTF-8":                "\xff\n",
		"begins like a signature":  "— " + origin + " AAAA\n",
		"a line like a signature":  "words\n\n— " + origin + " AAAA\n",
		"a signature as last line": "words\n— Anna\n",
		"too long":                 strings.Repeat("a", crypto.MaxNote) + "\n",
	} {
		if _, err := k.Sign(text); err == nil {
			t.Errorf("%s was signed", name)
		}
	}
	for _, text := range []string{"\n", "a\n\n\n", "a — b\n", "—\u00a0Anna\n", "-- Anna\n", "\n\n"} {
		if got, err := crypto.OpenNote(mustSignText(t, k, text), k.Verifier()); err != nil || got != text {
			t.Errorf("%q came back as %q, %v", text, got, err)
		}
	}
}

func TestSignable(t *testing.T) {
	k := mustSigner(t, origin)
	for in, want := range map[string]string{
		"Dear you\n— Anna":   "Dear you\n—\u00a0Anna",
		"— Anna\n— Bela":     "—\u00a0Anna\n—\u00a0Bela",
		"a — b":              "a — b",
		"tab\tand\r\nreturn": "tab and\nreturn",
	} {
		got := crypto.Signable(in)
		if got != want || crypto.Signable(got) != got {
			t.Errorf("%q became %q", in, got)
		}
		mustSignText(t, k, got+"\n")
	}
}

// TestForgedNote changes each byte of a note in turn: no change may pass.
func TestForgedNote(t *testing.T) {
	k := mustSigner(t, origin+"/anna")
	good := mustSignText(t, k, "ombra-test/1\nsay yes\n")
	for i := range good {
		for _, mask := range []byte{1, 2, 4, 32} {
			bad := bytes.Clone(good)
			bad[i] ^= mask
			if _, err := crypto.OpenNote(bad, k.Verifier()); err == nil {
				t.Fatalf("byte %d changed by %d passes", i, mask)
			}
		}
	}
	for i := range good {
		if _, err := crypto.OpenNote(good[:i], k.Verifier()); err == nil {
			t.Fatalf("cut at %d passes", i)
		}
	}
}

func TestOpenNoteRefuses(t *testing.T) {
	k, other := mustSigner(t, origin+"/anna"), mustSigner(t, origin+"/bela")
	const text = "ombra-test/1\nsay yes\n"
	good := string(mustSignText(t, k, text))
	line := good[strings.LastIndex(good, "— "):]
	last := strings.TrimSuffix(line, "\n")
	loose := last[:len(last)-1] // 68 bytes take 91 symbols and "=": the last symbol has two bits to spare
	seed := sha256.Sum256([]byte("impostor"))
	impostor, err := crypto.SigningKeyFromSeed(origin+"/anna", seed[:])
	if err != nil {
		t.Fatal(err)
	}
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	for name, msg := range map[string]string{
		"signed by another":       string(mustSignText(t, other, text)),
		"another key, same name":  string(mustSignText(t, impostor, text)),
		"two signatures":          good + string(mustSignText(t, other, text))[len(text)+1:],
		"the same one twice":      good + line,
		"base64 with spare bits":  strings.TrimSuffix(good, line) + loose[:len(loose)-1] + string(digits[strings.IndexByte(digits, loose[len(loose)-1])|1]) + "=\n",
		"another's signature":     text + "\n" + string(mustSignText(t, k, "other\n"))[len("other\n\n"):],
		"a blank after it":        strings.TrimSuffix(good, "\n") + " \n",
		"words after it":          good + "more\n",
		"a line more in the text": strings.Replace(good, "\n\n— ", "\nmore\n\n— ", 1),
		"signature in the text":   strings.Replace(good, "\n\n— ", "\n"+line+"\n— ", 1),
		"nothing":                 "",
		"no signature":            text,
		"too long":                strings.Repeat("a", crypto.MaxNote) + good,
	} {
		t.Run(name, func(t *testing.T) {
			if msg == good {
				t.Fatal("the case changes nothing")
			}
			if got, err := crypto.OpenNote([]byte(msg), k.Verifier()); err == nil {
				t.Errorf("opened as %q", got)
			} else if crypto.Refused(err) == "" {
				t.Errorf("err = %v is no refusal", err)
			}
		})
	}
}

func TestCheckVerifier(t *testing.T) {
	good := mustSigner(t, origin+"/anna").Verifier()
	parts := strings.SplitN(good, "+", 3)
	for name, s := range map[string]string{
		"capital hash": parts[0] + "+" + strings.ToUpper(parts[1]) + "+" + parts[2],
		"no key":       parts[0] + "+" + parts[1],
		"more":         good + "=",
		"newline":      good + "\n",
		"other name":   strings.Replace(good, "anna", "bela", 1),
		"secret key":   mustSigner(t, origin).Reveal(),
	} {
		if s == good {
			t.Fatalf("%s changes nothing", name)
		}
		if crypto.CheckVerifier(s) == nil {
			t.Errorf("%s was taken", name)
		}
		if _, err := crypto.OpenNote(mustSignText(t, mustSigner(t, origin+"/anna"), "x\n"), s); err == nil {
			t.Errorf("%s opened a note", name)
		}
	}
}

// TestPlainEd25519 checks a note with nothing but the standard library, as an
// auditor with openssl would.
func TestPlainEd25519(t *testing.T) {
	k := mustSigner(t, origin+"/anna")
	const text = "ombra-test/1\nsay yes\n"
	msg := string(mustSignText(t, k, text))
	sig, err := base64.StdEncoding.DecodeString(strings.TrimSuffix(msg[strings.LastIndexByte(msg, ' ')+1:], "\n"))
	if err != nil {
		t.Fatal(err)
	}
	pub, err := base64.StdEncoding.DecodeString(strings.SplitN(k.Verifier(), "+", 3)[2])
	if err != nil {
		t.Fatal(err)
	}
	if !ed25519.Verify(pub[1:], []byte(text), sig[4:]) {
		t.Error("the signature is not plain Ed25519 over the text")
	}
}
