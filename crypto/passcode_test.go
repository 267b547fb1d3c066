package crypto_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"filippo.io/age"

	"ombra/crypto"
)

func mustPapers(tb testing.TB, p crypto.Passcode) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := crypto.SealPasscode(&b, p, someEntries()); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func TestPasscodeShape(t *testing.T) {
	shape := regexp.MustCompile(`^([0-9a-hjkmnp-tv-z]{5}-){5}[0-9a-hjkmnp-tv-z]{5}$`)
	seen := map[string]bool{}
	symbols := map[rune]bool{}
	for range 200 {
		p := crypto.NewPasscode().Reveal()
		if !shape.MatchString(p) || seen[p] {
			t.Fatalf("passcode of a bad shape, or drawn twice")
		}
		seen[p] = true
		for _, r := range p {
			symbols[r] = true
		}
	}
	if len(symbols) != 33 { // 32 and the dash
		t.Errorf("%d different symbols in 6000, want 33", len(symbols))
	}
}

func TestOpenPasscodeTolerates(t *testing.T) {
	// Draw until the look-alikes occur.
	var p crypto.Passcode
	for p = crypto.NewPasscode(); !strings.Contains(p.Reveal(), "0") || strings.Count(p.Reveal(), "1") < 2; {
		p = crypto.NewPasscode()
	}
	s, blob := p.Reveal(), mustPapers(t, p)
	look := strings.Replace(s, "1", "l", 1)
	tests := map[string]string{
		"as shown":     s,
		"upper case":   strings.ToUpper(s),
		"no dashes":    strings.ReplaceAll(s, "-", ""),
		"spaces":       "  " + strings.ReplaceAll(s, "-", " ") + "\r\n",
		"long dashes":  strings.ReplaceAll(s, "-", "\u2013"),
		"look-alikes":  strings.ReplaceAll(strings.ReplaceAll(look, "1", "I"), "0", "O"),
		"other groups": s[:3] + " " + s[3:],
	}
	for name, typed := range tests {
		t.Run(name, func(t *testing.T) {
			b, err := crypto.OpenPasscode(blob, typed)
			if err != nil {
				t.Fatal(err)
			}
			if c, ok := b.Get("claim"); !ok || string(c) != "ombra-claim/1\n" {
				t.Error("another content")
			}
		})
	}
}

func TestOpenPasscodeRefuses(t *testing.T) {
	p := crypto.NewPasscode()
	s, blob := p.Reveal(), mustPapers(t, p)
	tests := map[string]struct {
		blob  []byte
		typed string
		why   crypto.Why
	}{
		"empty":      {blob, "", crypto.WhyPasscode},
		"short":      {blob, s[:len(s)-1], crypto.WhyPasscode},
		"longer":     {blob, s + "0", crypto.WhyPasscode},
		"another":    {blob, crypto.NewPasscode().Reveal(), crypto.WhyPasscode},
		"no symbol":  {blob, "u" + s[1:], crypto.WhyPasscode},
		"no try":     {mustSmallFile(t), "u" + s[1:], crypto.WhyPasscode},
		"a novel":    {blob, strings.Repeat(s, 1000), crypto.WhyPasscode},
		"for a key":  {mustSmallFile(t), s, crypto.WhyWrongKey},
		"no file":    {[]byte("papers"), s, crypto.WhyNotAge},
		"cut":        {blob[:len(blob)-1], s, crypto.WhyTruncated},
		"no papers":  {mustPassphrase(t, s, 10, []byte("text")), s, crypto.WhyBadZip},
		"hard labor": {mustPassphrase(t, s, 13, nil), s, crypto.WhyHeader},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := crypto.OpenPasscode(tt.blob, tt.typed)
			wantRefusal(t, err, tt.why)
			if err != nil && strings.Contains(err.Error(), s) {
				t.Error("the error quotes the passcode")
			}
		})
	}
}

func mustPassphrase(t *testing.T, pass string, work int, plain []byte) []byte {
	t.Helper()
	r, err := age.NewScryptRecipient(pass)
	if err != nil {
		t.Fatal(err)
	}
	r.SetWorkFactor(work)
	var b bytes.Buffer
	w, err := age.Encrypt(&b, r)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestPapersAreCheapToOpen pins the work factor, which stands in the file.
func TestPapersAreCheapToOpen(t *testing.T) {
	blob := mustPapers(t, crypto.NewPasscode())
	line, _, _ := strings.Cut(strings.TrimPrefix(string(blob), "age-encryption.org/v1\n"), "\n")
	if !strings.HasPrefix(line, "-> scrypt ") || !strings.HasSuffix(line, " 10") {
		t.Errorf("stanza %q", line)
	}
	if !crypto.IsPasscode(blob) || crypto.IsPasscode(mustSmallFile(t)) {
		t.Error("a passphrase file is not told from one for a key")
	}
	// What a bot must say about it when somebody hands it in.
	_, err := crypto.CheckForeign(blob, 1<<20)
	wantRefusal(t, err, crypto.WhyPassphrase)
	_, err = crypto.Decrypt(blob, mustIdentity(t).Age())
	wantRefusal(t, err, crypto.WhyPassphrase)
}
