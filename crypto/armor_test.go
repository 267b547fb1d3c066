package crypto_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"filippo.io/age/armor"

	"ombra/crypto"
)

func mustSmallFile(tb testing.TB) []byte {
	tb.Helper()
	blob, err := crypto.SealBytes(mustClassic(tb).Recipient(), goodHeader(), []byte("text\n"))
	if err != nil {
		tb.Fatal(err)
	}
	return blob
}

// TestArmorIsAges compares with the armor of age, both ways.
func TestArmorIsAges(t *testing.T) {
	for n := range 200 {
		raw := bytes.Repeat([]byte{0xA5, byte(n)}, n)[:n]
		if n == 0 {
			raw = []byte{1}
		}
		var b strings.Builder
		w := armor.NewWriter(&b)
		if _, err := w.Write(raw); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if got := crypto.Armor(raw); got != b.String() {
			t.Fatalf("%d bytes: got\n%swant\n%s", len(raw), got, b.String())
		}
		back, err := io.ReadAll(armor.NewReader(strings.NewReader(crypto.Armor(raw))))
		if err != nil || !bytes.Equal(back, raw) {
			t.Fatalf("%d bytes: age reads another file: %v", len(raw), err)
		}
	}
}

// TestOutsideArmor: what is beside pasted files is left, and nothing of them.
func TestOutsideArmor(t *testing.T) {
	block := crypto.Armor(mustSmallFile(t))
	for text, want := range map[string]string{
		"":                                "",
		"no file":                         "no file",
		"before " + block + "after":       "before |\nafter",
		block + "between" + block + "end": "|\nbetween|\nend",
		"open " + block[:60]:              "open |",
	} {
		if got := crypto.OutsideArmor(text); got != want {
			t.Errorf("%q leaves %q, want %q", text, got, want)
		}
	}
}

// TestDearmorFromChat is what pasting into a chat does to a block.
func TestDearmorFromChat(t *testing.T) {
	raw := mustSmallFile(t)
	text := crypto.Armor(raw)
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	tests := map[string]string{
		"as it is":      text,
		"windows lines": strings.ReplaceAll(text, "\n", "\r\n"),
		"quoted":        "> " + strings.Join(lines, "\n> "),
		"fenced":        "```\n" + text + "```\n",
		"indented":      "    " + strings.Join(lines, "\n    "),
		"one line":      strings.Join(lines, ""),
		"blank lines":   strings.Join(lines, "\n\n"),
		"re-wrapped":    lines[0] + "\n" + strings.Join(lines[1:len(lines)-1], "")[:30] + "\n" + strings.Join(lines[1:len(lines)-1], "")[30:] + lines[len(lines)-1],
		"hard spaces":   strings.ReplaceAll(text, "\n", "\n\u00a0\u200b"),
		"with a letter": "Dear ombudsman,\n\n" + text + "\nregards",
	}
	for name, s := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := crypto.Dearmor(s)
			if err != nil || !bytes.Equal(got, raw) {
				t.Errorf("%d bytes, %v", len(got), err)
			}
			if !crypto.LooksArmored(s) {
				t.Error("it does not look armored")
			}
		})
	}
}

func TestDearmorRefuses(t *testing.T) {
	const begin, end = "-----BEGIN AGE ENCRYPTED FILE-----", "-----END AGE ENCRYPTED FILE-----"
	tests := map[string]string{
		"empty":          "",
		"no end":         begin + "\nAAAA\n",
		"no body":        begin + "\n" + end,
		"shared dashes":  "-----BEGIN AGE ENCRYPTED FILE-----END AGE ENCRYPTED FILE-----",
		"reversed":       end + "\nAAAA\n" + begin,
		"two blocks":     begin + "AAAA" + end + "\n" + begin + "BBBB" + end,
		"a nested one":   begin + "AAAA" + begin + "BBBB" + end,
		"not base64":     begin + "\nAA*A\n" + end,
		"url alphabet":   begin + "\nAA-_\n" + end,
		"no padding":     begin + "\nAAAAA\n" + end,
		"not canonical":  begin + "\nAAB=\n" + end,
		"behind padding": begin + "\nAA==AAAA\n" + end,
	}
	for name, s := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := crypto.Dearmor(s)
			wantRefusal(t, err, crypto.WhyArmor)
		})
	}
}

func FuzzDearmor(f *testing.F) {
	f.Add(crypto.Armor(mustSmallFile(f)))
	f.Add("-----BEGIN AGE ENCRYPTED FILE-----END AGE ENCRYPTED FILE-----")
	f.Add("> -----BEGIN AGE ENCRYPTED FILE-----\n> AAAA\n> -----END AGE ENCRYPTED FILE-----")
	f.Fuzz(func(t *testing.T, s string) {
		raw, err := crypto.Dearmor(s)
		if err != nil {
			return
		}
		again, err := crypto.Dearmor(crypto.Armor(raw))
		if err != nil || !bytes.Equal(again, raw) {
			t.Errorf("%d bytes do not come back: %v", len(raw), err)
		}
	})
}
