package crypto_test

import (
	"io"
	"strings"
	"testing"

	"ombra/crypto"
)

func TestHeaderCheck(t *testing.T) {
	if err := fullHeader().Check(); err != nil {
		t.Fatal(err)
	}
	holder := crypto.Holder{Name: "anna", Recipient: strings.Repeat("b2", 32)}
	tests := map[string]func(*crypto.Header){
		"no case, no lookup": func(h *crypto.Header) { h.Case = "" },
		"case and lookup":    func(h *crypto.Header) { h.Lookup = strings.Repeat("0d", 32) },
		"case shape":         func(h *crypto.Header) { h.Case = "7F3K-9QW\n" },
		"lookup shape":       func(h *crypto.Header) { h.Case, h.Lookup = "", "0d" },
		"once":               func(h *crypto.Header) { h.Once = strings.Repeat("9F", 16) },
		"from":               func(h *crypto.Header) { h.From = "admin" },
		"what":               func(h *crypto.Header) { h.What = "" },
		"type empty":         func(h *crypto.Header) { h.Type = "" },
		"type control":       func(h *crypto.Header) { h.Type = "text/plain\x1b[2J" },
		"type long":          func(h *crypto.Header) { h.Type = "text/" + strings.Repeat("x", 200) },
		"day shape":          func(h *crypto.Header) { h.Day = "2026-1-2" },
		"day unreal":         func(h *crypto.Header) { h.Day = "2026-02-30" },
		"day with a time":    func(h *crypto.Header) { h.Day = "2026-11-23T13:37:42Z" },
		"negative length":    func(h *crypto.Header) { h.Len = -1 },
		"huge length":        func(h *crypto.Header) { h.Len = 1 << 50 },
		"name with a path":   func(h *crypto.Header) { h.Name = "../../.ssh/authorized_keys" },
		"name backslash":     func(h *crypto.Header) { h.Name = `a\b` },
		"name escape":        func(h *crypto.Header) { h.Name = "a\x1b]0;b" },
		"name reordered":     func(h *crypto.Header) { h.Name = "a\u202Efdp.exe" },
		"name long":          func(h *crypto.Header) { h.Name = strings.Repeat("ä", 201) },
		"filer":              func(h *crypto.Header) { h.Filer = "anna" },
		"excluded empty":     func(h *crypto.Header) { h.Excluded = []string{""} },
		"excluded twice":     func(h *crypto.Header) { h.Excluded = []string{"bela", "bela"} },
		"excluded two lines": func(h *crypto.Header) { h.Excluded = []string{"be\nla"} },
		"holder's hash":      func(h *crypto.Header) { h.Holders = []crypto.Holder{{Name: "anna", Recipient: "age1"}} },
		"holder twice":       func(h *crypto.Header) { h.Holders = []crypto.Holder{holder, holder} },
		"inner":              func(h *crypto.Header) { h.Inner = "pgp" },
	}
	for name, spoil := range tests {
		t.Run(name, func(t *testing.T) {
			h := goodHeader()
			spoil(&h)
			wantRefusal(t, h.Check(), crypto.WhyFormat)
			if _, _, err := crypto.Seal(io.Discard, mustIdentity(t).Recipient(), h, strings.NewReader("")); err == nil {
				t.Error("it was sealed")
			}
		})
	}
}
