package crypto_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"ombra/crypto"
)

func TestClean(t *testing.T) {
	tests := map[string]struct{ in, want string }{
		"empty":                {"", ""},
		"plain":                {"One line.\nAnother.\n", "One line.\nAnother.\n"},
		"windows lines":        {"a\r\nb\rc", "a\nb\nc"},
		"other lines":          {"a\vb\fc\u0085d\u2028e\u2029f", "a\nb\nc\nd\ne\nf"},
		"tabs":                 {"a\tb", "a b"},
		"terminal escapes":     {"a\x1b[2Jb\x07\x00\x7fc\u009bd", "a[2Jbcd"},
		"reordering":           {"a\u202Eb\u202Cc\u2066d\u2069e", "abcde"},
		"marks stay":           {"\u200Fא\u200E\u061C", "\u200Fא\u200E\u061C"},
		"zero width stays":     {"می\u200cخواهم\u200d\u200b", "می\u200cخواهم\u200d\u200b"},
		"byte order mark goes": {"\uFEFFa\uFEFFb", "ab"},
		"composed":             {"e\u0301", "é"},
		"composed after all":   {"e\uFEFF\u0301", "é"},
		"not UTF-8":            {"a\xffb\xc3", "a\uFFFDb\uFFFD"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := crypto.Clean(tt.in); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestCleanLine(t *testing.T) {
	if got := crypto.CleanLine(" \n a\r\nb\tc \u2028"); got != "a b c" {
		t.Errorf("got %q", got)
	}
}

func TestFileName(t *testing.T) {
	long := strings.Repeat("ö", 300)
	tests := map[string]struct{ in, want string }{
		"plain":        {"report 7.pdf", "report 7.pdf"},
		"empty":        {"", "file"},
		"path":         {"/etc/passwd", "passwd"},
		"up":           {"../..", "file"},
		"folder":       {"a/b/", "file"},
		"windows path": {`C:\Users\anna\plan.doc`, "plan.doc"},
		"hidden":       {"...bashrc", "bashrc"},
		"controls":     {"a\x1b]0;x\x07\nb.txt", "a]0;x b.txt"},
		"reordered":    {"invoice\u202Efdp.exe", "invoicefdp.exe"},
		"invisible":    {"a\u200bb\u200d.txt", "ab.txt"},
		"stream":       {"a.txt:evil.exe", "a.txt_evil.exe"},
		"device":       {"con.txt", "_con.txt"},
		"port":         {"LPT1", "_LPT1"},
		"trailing":     {"a.exe. . ", "a.exe"},
		"long":         {long + ".pdf", strings.Repeat("ö", 116) + ".pdf"},
		"long no ext":  {long, strings.Repeat("ö", 120)},
		"long ext":     {"a." + long, "a." + strings.Repeat("ö", 118)},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := crypto.FileName(tt.in); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{
		"a\r\nb\t\x1b\u202E", "\uFEFFe\u0301", "\xff", "con.", "<\u0338", "../x",
		"a" + strings.Repeat("\u0301", 70), "\u0344" + strings.Repeat("\u0345\u0300", 40),
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c := crypto.Clean(s)
		if again := crypto.Clean(c); again != c {
			t.Errorf("Clean is not idempotent: %q, then %q", c, again)
		}
		if !utf8.ValidString(c) || strings.ContainsFunc(c, func(r rune) bool { return r != '\n' && unicode.IsControl(r) }) ||
			strings.ContainsAny(c, "\u2028\u2029\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069\uFEFF") {
			t.Errorf("Clean left something: %q", c)
		}
		line := crypto.CleanLine(s)
		if crypto.CleanLine(line) != line || strings.Contains(line, "\n") || strings.TrimSpace(line) != line {
			t.Errorf("CleanLine: %q", line)
		}
		name := crypto.FileName(s)
		if crypto.FileName(name) != name {
			t.Errorf("FileName is not idempotent: %q, then %q", name, crypto.FileName(name))
		}
		if name == "" || utf8.RuneCountInString(name) > 120 || strings.ContainsAny(name, `/\`) || name[0] == '.' ||
			crypto.CleanLine(name) != name {
			t.Errorf("FileName: %q", name)
		}
	})
}
