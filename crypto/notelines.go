package crypto

import (
	"errors"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// The notes' texts are lines "key value" in one fixed order after a first line,
// the magic, that names the format. One note has one spelling: what is read is
// written again and compared, so no parser can be laxer than the writer.

var (
	wordShape = regexp.MustCompile(`^[a-z][a-z-]{0,23}$`)
	fileShape = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`) // as in a Bundle
)

// maxValue is the longest value of a line.
const maxValue = 2200

// A lineReader takes a note's lines one after the other. The first that is not
// what was asked for makes bad true, and everything after it is empty.
type lineReader struct {
	rest string
	bad  bool
}

func (r *lineReader) next(prefix string) (string, bool) {
	line, rest, ok := strings.Cut(r.rest, "\n")
	if r.bad || !ok || !strings.HasPrefix(line, prefix) {
		return "", false
	}
	r.rest = rest
	return strings.TrimPrefix(line, prefix), true
}

// magic takes the first line, which must be exactly s.
func (r *lineReader) magic(s string) {
	if v, ok := r.next(s); !ok || v != "" {
		r.bad = true
	}
}

// value takes the one line with this key.
func (r *lineReader) value(key string) string {
	v, ok := r.next(key + " ")
	if !ok {
		r.bad = true
	}
	return v
}

// values takes all lines with this key that follow each other here.
func (r *lineReader) values(key string) (list []string) {
	for {
		v, ok := r.next(key + " ")
		if !ok {
			return list
		}
		list = append(list, v)
	}
}

// pairs takes all lines "key name value"; names must ascend.
func (r *lineReader) pairs(key string) (m map[string]string) {
	last := ""
	for _, line := range r.values(key) {
		name, value, ok := strings.Cut(line, " ")
		if !ok || name <= last {
			r.bad = true
			return nil
		}
		if m == nil {
			m = make(map[string]string)
		}
		m[name], last = value, name
	}
	return m
}

// number takes a line with a number of digits, in its one spelling.
func (r *lineReader) number(key string) int64 {
	v := r.value(key)
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil || strconv.FormatInt(n, 10) != v {
		r.bad = true
	}
	return n
}

// words takes an empty line and the free text to the end.
func (r *lineReader) words() string {
	if _, ok := strings.CutPrefix(r.rest, "\n"); !ok || len(r.rest) < 2 || !strings.HasSuffix(r.rest, "\n") {
		r.bad = true
		return ""
	}
	s := r.rest[1 : len(r.rest)-1]
	r.rest = ""
	return s
}

// end refuses lines that nobody asked for.
func (r *lineReader) end() error {
	if r.bad || r.rest != "" {
		return refuse(WhyFormat)
	}
	return nil
}

// A lineWriter is the other direction.
type lineWriter struct{ strings.Builder }

func (w *lineWriter) put(s string)        { _, _ = w.WriteString(s) } // never fails
func (w *lineWriter) magic(s string)      { w.put(s + "\n") }
func (w *lineWriter) value(key, v string) { w.put(key + " " + v + "\n") }
func (w *lineWriter) number(key string, n int64) {
	w.value(key, strconv.FormatInt(n, 10))
}

func (w *lineWriter) pairs(key string, m map[string]string) {
	for _, name := range slices.Sorted(maps.Keys(m)) {
		w.value(key, name+" "+m[name])
	}
}

func (w *lineWriter) words(s string) { w.put("\n" + s + "\n") }

// A rule is one check of a note's field: its name, and whether it holds. The
// names are ours and fixed, so an error that quotes one says nothing of a case.
type rule struct {
	field string
	holds bool
}

func checkAll(format string, rules ...rule) error {
	for _, r := range rules {
		if !r.holds {
			return &fieldError{format, r.field}
		}
	}
	return nil
}

// A fieldError says which field of which format is malformed, never its value.
type fieldError struct{ format, field string }

func (e *fieldError) Error() string { return e.format + ": malformed " + e.field }
func (e *fieldError) Unwrap() error { return refuse(WhyFormat) }

// isLine says whether s is one clean, visible line: a value must not be able to
// begin another line, nor turn a reader's terminal or reading direction.
func isLine(s string, most int) bool {
	return s != "" && len(s) <= most && CleanLine(s) == s
}

// isWords says whether s is clean text that Signable would leave as it is.
func isWords(s string) bool { return Signable(s) == s }

func areHashes(m map[string]string, name func(string) bool) bool {
	for k, v := range m {
		if !name(k) || !isHex(v, 64) {
			return false
		}
	}
	return true
}

// areSet says whether a note's settled words are names and clean lines.
func areSet(m map[string]string) bool {
	for k, v := range m {
		if !wordShape.MatchString(k) || !isLine(v, maxValue) {
			return false
		}
	}
	return true
}

// ascending says whether a list is sorted without repetition and each item is well formed.
func ascending(list []string, ok func(string) bool) bool {
	for i, s := range list {
		if !ok(s) || i > 0 && s <= list[i-1] {
			return false
		}
	}
	return true
}

func isName(s string) bool { return CheckName(s) == nil }

// A FileRef names a file that travels beside a note and fixes its content.
type FileRef struct {
	Hash string // sha256 of the file as the reader will have it, hex
	Name string // display name, as FileName makes it
}

func areFiles(list []FileRef) bool {
	for _, f := range list {
		if !isHex(f.Hash, 64) || f.Name == "" || FileName(f.Name) != f.Name {
			return false
		}
	}
	return len(list) <= 4096
}

func (w *lineWriter) files(list []FileRef) {
	for _, f := range list {
		w.value("file", f.Hash+" "+f.Name)
	}
}

func (r *lineReader) files() (list []FileRef) {
	for _, v := range r.values("file") {
		hash, name, ok := strings.Cut(v, " ")
		if !ok {
			r.bad = true
		}
		list = append(list, FileRef{hash, name})
	}
	return list
}

// signed writes a note's text and signs it, if the key's name is the one the
// note claims.
func signed(k SigningKey, name string, check error, text string) ([]byte, error) {
	if check != nil {
		return nil, check
	}
	if k.Name() != name {
		return nil, errors.New("this key has another name than the note's signer")
	}
	return k.Sign(text)
}
