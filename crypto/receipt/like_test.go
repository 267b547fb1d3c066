package receipt_test

import (
	"strings"
	"testing"

	"ombra/crypto/receipt"
)

func TestLooksLike(t *testing.T) {
	const shown = "0004-1061-050R-3GG2-8A1C-60T3-GFHY"
	for name, s := range map[string]string{
		"alone":           shown,
		"lower case":      strings.ToLower(shown),
		"in a sentence":   "My receipt is " + shown + ", please look.",
		"in backticks":    "`" + shown + "`",
		"run together":    "see 00041061050R3GG28A1C60T3GFHY?",
		"blanks":          "code 0004 1061 050R 3GG2 8A1C 60T3 GFHY then what",
		"after a word":    "this code 0004 1061 050R 3GG2 8A1C 60T3 GFHY",
		"dots":            strings.ReplaceAll(shown, "-", "."),
		"two lines":       "0004-1061-050R-3GG2\n8A1C-60T3-GFHY",
		"long dashes":     strings.ReplaceAll(shown, "-", "–"),
		"in another text": "Früher schrieb ich: „" + shown + "“",
		"letters for 0 1": "ooo4-io6l-o5or-3gg2-8aic-6ot3-gfhy",
		"partly joined":   "00041061 050R3GG2 8A1C60T3 GFHY",
		"mistyped":        "0004-1061-050R-3GG2-8A1C-60T3-GFHX",
	} {
		t.Run(name, func(t *testing.T) {
			if !receipt.LooksLike(s) {
				t.Error("not recognised")
			}
		})
	}
}

func TestLooksLikeNot(t *testing.T) {
	for name, s := range map[string]string{
		"nothing":            "",
		"prose":              "On Monday they told us that the shipment had left without the papers.",
		"four-letter words":  "then they went back home with them, last year that same firm said okay",
		"four letters, l":    "late last week they went back home with them",
		"years":              "2019 2020 2021 2022 2023 2024 2025 2026",
		"years and words":    "2020 2021 2022 2023 were hard ones that they lost",
		"an ordinal":         "10th 2000 they went from here back home",
		"Polish IBAN":        "PL61 1090 1014 0000 0712 1981 2874",
		"Hungarian IBAN":     "HU42 1177 3016 1111 1018 0000 0000",
		"Lebanese IBAN":      "LB62 0999 0000 0001 0019 0122 9114",
		"key fingerprint":    "0f2a 19c0 77de 4b1a 9c3e 5d20 11aa 8b7f 3c4d 5e6f",
		"UUID":               "0e8400e2-9b41-4d4a-7164-466554400000",
		"SHA-256":            "0999de3dbb37d560abcb5109277e1aff556138ba337e0338ff5b113644aa367d",
		"phone":              "0049 170 1234567, 0036 30 123 4567",
		"card number":        "4111 1111 1111 1111",
		"case id":            "7F3K-9QWD",
		"six groups":         "0004-1061-050R-3GG2-8A1C-60T3",
		"eight run together": "00041061050R3GG28A1C60T3GFHY0000",
		"another version":    "Z004-1061-050R-3GG2-8A1C-60T3-GFHY",
		"a U":                "0004-1061-050U-3GG2-8A1C-60T3-GFHY",
		"long German word":   "Donaudampfschifffahrtsgesell",
		"lookup code":        "306e0b6c473593a17170ad1616a64a07",
	} {
		t.Run(name, func(t *testing.T) {
			if receipt.LooksLike(s) {
				t.Error("taken for a receipt")
			}
		})
	}
}

// TestLooksLikeFindsReceipts draws receipts: all are found as shown and run
// together; written with blanks hardly one in a thousand is missed.
func TestLooksLikeFindsReceipts(t *testing.T) {
	missed := 0
	for range 3000 {
		s := receipt.New("drawn.example").Symbols()
		if !receipt.LooksLike("it is " + s + " there") {
			t.Errorf("a receipt as shown was missed")
		}
		if !receipt.LooksLike(strings.ReplaceAll(s, "-", " ")) {
			missed++
		}
	}
	if missed > 30 {
		t.Errorf("%d of 3000 were missed", missed)
	}
}

func FuzzLooksLike(f *testing.F) {
	f.Add("x", "y")
	f.Add("\n> ", "\t\xff")
	f.Fuzz(func(t *testing.T, before, after string) {
		const shown = "0004-1061-050R-3GG2-8A1C-60T3-GFHY"
		receipt.LooksLike(before + after) // must not panic
		if !receipt.LooksLike(before + "|" + shown + "|" + after) {
			t.Fatal("a receipt between other words was missed")
		}
	})
}
