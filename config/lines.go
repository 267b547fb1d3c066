package config

import (
	"strconv"
	"strings"
)

// lines says where each key of a TOML text stands. Keys are written as
// "office.hours"; a table in an array has its number: "authorities.0.name".
//
// The TOML package keeps positions to itself and reports only its own errors
// with them, while most of ours are found later. The scan runs over text that
// was parsed before, so it may take its grammar for granted.
type lines map[string]int

// of gives the line of a key, or of the table it is missing from.
func (l lines) of(key string) int {
	for key != "" {
		if n, ok := l[key]; ok {
			return n
		}
		key = key[:max(strings.LastIndexByte(key, '.'), 0)]
	}
	return 0
}

// A scan is the state between two lines of text.
type scan struct {
	found lines
	table string         // the table that keys belong to now
	array map[string]int // number of the newest table of each array
	quote string         // the delimiter of a string that is still open, else ""
	depth int            // brackets that are still open
}

func scanLines(text string) lines {
	s := scan{found: lines{}, array: map[string]int{}}
	n := 0
	for line := range strings.SplitSeq(text, "\n") {
		n++
		line = strings.TrimPrefix(line, "\ufeff")
		if s.quote != "" || s.depth > 0 {
			s.value(line)
			continue
		}
		s.statement(strings.TrimSpace(line), n)
	}
	return s.found
}

func (s *scan) statement(line string, n int) {
	switch {
	case line == "" || line[0] == '#':
	case strings.HasPrefix(line, "[["):
		parts, _ := splitKey(line[2:])
		key := s.resolve(parts[:len(parts)-1], parts[len(parts)-1])
		if last, ok := s.array[key]; ok {
			s.array[key] = last + 1
		} else {
			s.array[key] = 0
			s.found[key] = n
		}
		s.table = key + "." + strconv.Itoa(s.array[key])
		s.found[s.table] = n
	case line[0] == '[':
		parts, _ := splitKey(line[1:])
		s.table = s.resolve(parts)
		s.note(s.table, n)
	default:
		parts, rest := splitKey(line)
		key := strings.Join(parts, ".")
		if s.table != "" {
			key = s.table + "." + key
		}
		s.note(key, n)
		s.value(rest)
	}
}

// note records a key and the tables that it makes on its way, each once, so
// that they keep the place where they began.
func (s *scan) note(key string, n int) {
	for i := range len(key) + 1 {
		if i < len(key) && key[i] != '.' {
			continue
		}
		if _, ok := s.found[key[:i]]; !ok {
			s.found[key[:i]] = n
		}
	}
}

// resolve joins the parts of a table's name; where they pass through an array
// of tables, its newest is meant. The parts in last are joined as they are.
func (s *scan) resolve(parts []string, last ...string) string {
	key := ""
	for _, p := range parts {
		key = strings.TrimPrefix(key+"."+p, ".")
		if i, ok := s.array[key]; ok {
			key += "." + strconv.Itoa(i)
		}
	}
	for _, p := range last {
		key = strings.TrimPrefix(key+"."+p, ".")
	}
	return key
}

// value walks over a value, or over one more line of it, to learn whether it
// goes on.
func (s *scan) value(text string) {
	for text != "" {
		if s.quote != "" {
			text = s.insideString(text)
			continue
		}
		switch text[0] {
		case '#':
			return
		case '[', '{':
			s.depth++
		case ']', '}':
			s.depth--
		case '"', '\'':
			q := text[:1]
			if strings.HasPrefix(text, q+q+q) {
				q = text[:3]
			}
			s.quote = q
			text = text[len(q):]
			continue
		}
		text = text[1:]
	}
	if len(s.quote) == 1 { // cannot be in text that parsed
		s.quote = ""
	}
}

// insideString skips to behind the end of the open string, or to the end of
// the line. A long string may end with up to two quotes of its own.
func (s *scan) insideString(text string) string {
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && s.quote[0] == '"' {
			i++
			continue
		}
		if strings.HasPrefix(text[i:], s.quote) {
			i += len(s.quote)
			for len(s.quote) == 3 && i < len(text) && text[i] == s.quote[0] {
				i++
			}
			s.quote = ""
			return text[i:]
		}
	}
	return ""
}

// splitKey cuts a dotted key off the beginning of a line and skips what ends
// it. It always returns at least one part.
func splitKey(line string) (parts []string, rest string) {
	for {
		line = strings.TrimLeft(line, " \t")
		var part string
		if line != "" && (line[0] == '"' || line[0] == '\'') {
			part, line = quotedKey(line)
		} else {
			end := strings.IndexAny(line, ".=] \t")
			if end < 0 {
				end = len(line)
			}
			part, line = line[:end], line[end:]
		}
		parts = append(parts, part)
		line = strings.TrimLeft(line, " \t")
		if !strings.HasPrefix(line, ".") {
			return parts, strings.TrimPrefix(line, "=")
		}
		line = line[1:]
	}
}

func quotedKey(line string) (part, rest string) {
	end := 1
	for end < len(line) && line[end] != line[0] {
		if line[end] == '\\' && line[0] == '"' {
			end++
		}
		end++
	}
	if end >= len(line) {
		return line, ""
	}
	part = line[1:end]
	if line[0] == '"' {
		if plain, err := strconv.Unquote(line[:end+1]); err == nil {
			part = plain
		}
	}
	return part, line[end+1:]
}
