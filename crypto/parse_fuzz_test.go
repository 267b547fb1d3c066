package crypto

import (
	"strings"
	"testing"
)

func FuzzParseRecipient(f *testing.F) {
	for _, s := range []string{
		"age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq5cu47z",
		"age1tag1qwe0kafsjrar4txm6heqnhpfuggzr0gvznz7fvygxrlq90u5mq2pysxtw6h",
		"age1yubikey1q2w7u3vpya839jxxuq8g0sedh3d740d4xvn639sqhr95ejj8vu3hyfumptt",
		"age1pq1qqq", "ssh-ed25519 AAAA", " age1\n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := ParseRecipient(s)
		if err != nil {
			if Refused(err) == "" || !r.IsZero() {
				t.Errorf("no refusal: %v", err)
			}
			return
		}
		again, err := ParseRecipient(r.String())
		if err != nil || again.String() != r.String() || again.Kind() != r.Kind() || strings.TrimSpace(s) != r.String() {
			t.Errorf("a recipient does not come back: %v", err)
		}
	})
}

func FuzzParseIdentityFile(f *testing.F) {
	id, err := IdentityFromSeed(make([]byte, 32))
	if err != nil {
		f.Fatal(err)
	}
	f.Add("# comment\n\n" + id.Reveal() + "\r\n")
	f.Add(id.Reveal() + "\n" + id.Reveal())
	f.Add("AGE-PLUGIN-X-1QQQ")
	f.Fuzz(func(t *testing.T, s string) {
		ids, _, err := ParseIdentityFile(strings.NewReader(s))
		if err != nil {
			if Refused(err) == "" {
				t.Errorf("no refusal: %v", err)
			}
			return
		}
		for _, id := range ids {
			if !strings.Contains(s, id.Reveal()) || id.Recipient().IsZero() {
				t.Error("an identity that is not in the file")
			}
		}
	})
}

func FuzzParsePasscode(f *testing.F) {
	f.Add("01234-56789-abcde-fghjk-mnpqr-stvwx")
	f.Add("O1I34 56789\u2013ABCDEFGHJKMNPQRSTVWX")
	f.Add(strings.Repeat("ö", 30))
	f.Fuzz(func(t *testing.T, typed string) {
		p, ok := parsePasscode(typed)
		if !ok {
			return
		}
		again, ok := parsePasscode(p.Reveal())
		if !ok || again.Reveal() != p.Reveal() || len(p.Reveal()) != 35 {
			t.Errorf("passcode of %d bytes does not come back", len(p.Reveal()))
		}
	})
}
