package crypto

import (
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Clean makes text safe to show and canonical to hash. Line ends become "\n"
// (also those of Unicode, which would break a line-based format open), tabs
// become spaces, other control characters go: they reach an ombudsman's terminal
// as escape sequences, and one of them makes stock age refuse to print the text.
// Characters that reorder text go as well: they make it read other than it is.
// Zero-width characters stay, because Persian and Indic scripts need them;
// except the byte order mark, which is no text. The result is NFC.
func Clean(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.Map(cleanRune, s)
	// Last, because what was just dropped may have stood between a letter and
	// its accent.
	return norm.NFC.String(s)
}

func cleanRune(r rune) rune {
	switch r {
	case '\n', '\r', '\v', '\f', '\u0085', '\u2028', '\u2029':
		return '\n'
	case '\t':
		return ' '
	case '\uFEFF':
		return -1
	}
	if unicode.IsControl(r) || isBidi(r) {
		return -1
	}
	return r
}

// isBidi is about the overrides and isolates. The plain marks (U+200E, U+200F,
// U+061C) are needed in mixed text and reorder nothing by themselves.
func isBidi(r rune) bool {
	return r >= '\u202A' && r <= '\u202E' || r >= '\u2066' && r <= '\u2069'
}

// CleanLine is Clean on one line, trimmed.
func CleanLine(s string) string {
	return strings.TrimSpace(strings.ReplaceAll(Clean(s), "\n", " "))
}

const maxFileNameRunes = 120

// FileName makes a name that is safe to show and to save under, from whatever a
// platform says a file is called. It keeps the extension of a long name and
// returns "file" when nothing is left.
func FileName(s string) string {
	s = strings.ReplaceAll(s, `\`, "/")
	s = CleanLine(s[strings.LastIndexByte(s, '/')+1:])
	s = strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(`<>:"|?*`, r):
			return '_' // not allowed on Windows
		case unicode.Is(unicode.Cf, r):
			return -1 // invisible: two names could look the same
		}
		return r
	}, s)
	if s = trimName(norm.NFC.String(s)); s == "" {
		return "file"
	}
	if isDevice(s) {
		s = "_" + s
	}
	return trimName(shorten(s))
}

// trimName takes leading dots (hidden files) and trailing dots and spaces, which
// Windows drops silently.
func trimName(s string) string {
	return strings.TrimFunc(s, func(r rune) bool { return r == '.' || unicode.IsSpace(r) })
}

func shorten(s string) string {
	if utf8.RuneCountInString(s) <= maxFileNameRunes {
		return s
	}
	runes := []rune(s)
	ext := []rune(path.Ext(s))
	if len(ext) > 12 {
		ext = nil
	}
	return string(runes[:maxFileNameRunes-len(ext)]) + string(ext)
}

// isDevice reports names that Windows opens as a device whatever the extension.
func isDevice(s string) bool {
	base, _, _ := strings.Cut(strings.ToUpper(s), ".")
	switch base = strings.TrimRight(base, " "); base {
	case "CON", "PRN", "AUX", "NUL":
		return true
	}
	return len(base) == 4 && (base[:3] == "COM" || base[:3] == "LPT") && base[3] >= '0' && base[3] <= '9'
}
