package prompt

import (
	"regexp"
	"strings"
	"unicode"
)

// Clean makes text harmless on a screen: terminal escapes lose the character
// that starts them, and what is invisible or turns the reading direction goes.
// It keeps line feeds, and the joiners that Persian, Indic scripts and emoji
// need.
func Clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || shows(r) {
			return r
		}
		return -1
	}, breaks.Replace(strings.ToValidUTF8(s, "\uFFFD")))
}

// What other writers mean by a line's end. A lone carriage return would let a
// stranger write over what stands in the line already.
var breaks = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n", "\u0085", "\n", "\t", " ")

func shows(r rune) bool {
	const nonJoiner, joiner = '\u200c', '\u200d'
	switch {
	case unicode.IsControl(r):
		return false
	case r == nonJoiner, r == joiner, unicode.Is(unicode.Prepended_Concatenation_Mark, r):
		return true
	}
	// The format characters: bidi controls, zero-width spaces, invisible tags.
	return !unicode.Is(unicode.Cf, r)
}

// oneLine is Clean for places that hold one line.
func oneLine(s string) string {
	return strings.TrimSpace(strings.ReplaceAll(Clean(s), "\n", " "))
}

// Inside the package bold is a pair of control characters, which no cleaned
// text can hold and which take no room. paint turns them into what the screen
// understands.
const boldOn, boldOff = "\x01", "\x02"

var stars = regexp.MustCompile(`(^|[^\pL\pN*])\*([^\s*](?:[^*\n]*[^\s*])?)\*`)

// markup reads *bold*, the only markup of a step's text.
func markup(clean string) string {
	return stars.ReplaceAllString(clean, "${1}"+boldOn+"${2}"+boldOff)
}

func (p *Prompt) paint(text string) string {
	on, off := "", ""
	if p.Bold {
		on, off = "\x1b[1m", "\x1b[22m"
	}
	return strings.NewReplacer(boldOn, on, boldOff, off).Replace(text)
}

// A margin says what stands before a text's first line and before the others.
type margin struct {
	first, rest string
	// Strict breaks words that are too long. Otherwise a plain ASCII one stays
	// whole, because keys and addresses are there to be copied; other scripts
	// are broken even then, since some of their characters look like spaces.
	strict bool
}

func (p *Prompt) wrap(clean string, m margin) string {
	width := p.Width
	if width == 0 {
		width = 80
	}
	var out strings.Builder
	before := m.first
	for line := range strings.SplitSeq(clean, "\n") {
		for more := true; more; {
			var head string
			head, line, more = breakAt(line, max(width-len(before), 10), m.strict)
			out.WriteString(strings.TrimRight(before+head, " ") + "\n")
			before = m.rest
		}
	}
	return out.String()
}

// breakAt splits a line that takes more than room cells.
func breakAt(line string, room int, strict bool) (head, tail string, more bool) {
	used, space, word := 0, 0, false // space: the last one that has a word before it
	for i, r := range line {
		if r == ' ' && word {
			space = i
		}
		word = word || r != ' '
		if used += cells(r); used <= room {
			continue
		}
		if space > 0 {
			return line[:space], line[space+1:], true
		}
		end := len(line)
		if j := strings.IndexByte(line[i:], ' '); j >= 0 {
			end = i + j
		}
		switch {
		case strict || !ascii(line[:end]):
			return line[:i], line[i:], true
		case end < len(line):
			return line[:end], line[end+1:], true
		}
		return line, "", false
	}
	return line, "", false
}

// cells is the most that a rune may take on a screen. To guess high costs an
// early line break; to guess low would let quoted words run past their bar.
func cells(r rune) int {
	switch {
	case r < ' ': // the marks of bold
		return 0
	case r < 0x1100, r >= 0x2000 && r < 0x2070:
		return 1
	}
	return 2
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x7f {
			return false
		}
	}
	return true
}
