package crypto

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Header is the second line of an envelope. The order of the fields is the order
// of the keys, and frozen.
type Header struct {
	// Case, or Lookup in what was sealed on a device before there was a case.
	Case   string `json:"case,omitempty"`
	Lookup string `json:"lookup,omitempty"`
	// Once is the number of the act, 32 hex digits. It goes inside, because age
	// has no associated data and a host could swap files between acts.
	Once string `json:"once"`
	From string `json:"from"` // filer, ombudsman or bot
	// What keeps a host from showing an internal note as an answer.
	What string `json:"what"` // report, more, answer, ask, remedy, note, lessons, file or act
	Type string `json:"type"` // a claim about the body; nothing is opened because of it
	Day  string `json:"day"`
	Len  int64  `json:"len"`
	Name string `json:"name,omitempty"` // of an attachment
	// Filer is the FilerHash, in everything that comes from a filer.
	Filer string `json:"filer,omitempty"`
	// Excluded and Holders stand in a case's first envelope only: they pin who
	// may and may not be given this case, whatever the host says later.
	Excluded []string `json:"excluded,omitempty"`
	Holders  []Holder `json:"holders,omitempty"`
	Inner    string   `json:"inner,omitempty"` // "age" if the body is itself an age file
}

// Holder is somebody whom the case key was wrapped to at filing.
type Holder struct {
	Name      string `json:"name"`
	Recipient string `json:"recipient"` // Recipient.Hash
	Dormant   bool   `json:"dormant,omitempty"`
}

const (
	maxHeaderLine = 64 << 10
	maxBody       = 1 << 40
	maxNames      = 512
	maxNameRunes  = 200
	maxTypeBytes  = 120
)

var (
	froms = []string{"filer", "ombudsman", "bot"}
	whats = []string{"report", "more", "answer", "ask", "remedy", "note", "lessons", "file", "act"}
)

// Check reports the first thing wrong with h; the error names the field, never
// its value.
func (h Header) Check() error {
	checks := []struct {
		field string
		ok    bool
	}{
		{"case or lookup", (h.Case == "") != (h.Lookup == "")},
		{"case", h.Case == "" || isCaseID(h.Case)},
		{"lookup", h.Lookup == "" || isHex(h.Lookup, 64)},
		{"once", isHex(h.Once, 32)},
		{"from", slices.Contains(froms, h.From)},
		{"what", slices.Contains(whats, h.What)},
		{"type", isMediaType(h.Type)},
		{"day", isDay(h.Day)},
		{"len", h.Len >= 0 && h.Len <= maxBody},
		{"name", h.Name == "" || isFileName(h.Name)},
		{"filer", h.Filer == "" || isHex(h.Filer, 64)},
		{"excluded", areNames(h.Excluded)},
		{"holders", areHolders(h.Holders)},
		{"inner", h.Inner == "" || h.Inner == "age"},
	}
	for _, c := range checks {
		if !c.ok {
			return fmt.Errorf("envelope header, %s: %w", c.field, refuse(WhyFormat))
		}
	}
	return nil
}

// isMediaType is loose about grammar and strict about characters: the value is
// shown, never acted on.
func isMediaType(s string) bool {
	if len(s) > maxTypeBytes || !strings.Contains(s, "/") || strings.TrimSpace(s) != s {
		return false
	}
	return strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) < 0
}

func isFileName(s string) bool {
	return utf8.RuneCountInString(s) <= maxNameRunes && CleanLine(s) == s && !strings.ContainsAny(s, `/\`)
}

// isPersonName takes any one clean line: the roster decides how it names people.
func isPersonName(s string) bool {
	return s != "" && utf8.RuneCountInString(s) <= maxNameRunes && CleanLine(s) == s
}

func areNames(names []string) bool {
	seen := make(map[string]bool, len(names))
	for _, n := range names {
		if !isPersonName(n) || seen[n] {
			return false
		}
		seen[n] = true
	}
	return len(names) <= maxNames
}

func areHolders(hs []Holder) bool {
	names := make([]string, 0, len(hs))
	for _, h := range hs {
		if !isHex(h.Recipient, 64) {
			return false
		}
		names = append(names, h.Name)
	}
	return areNames(names)
}

// line renders h as one line of JSON without the HTML escapes, which would make
// a name with an ampersand unreadable above the text.
func (h Header) line() ([]byte, error) {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(h); err != nil {
		return nil, fmt.Errorf("envelope header: %w", err)
	}
	if b.Len() > maxHeaderLine {
		return nil, fmt.Errorf("envelope header: %w", refuse(WhyTooLarge))
	}
	return []byte(b.String()), nil // Encode ends it with the newline
}
