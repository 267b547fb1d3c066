package bottest

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf16"
)

// A Scanner knows canaries, things that must be nowhere, and looks for them: as
// they are and in other case, in hex, in base64 at any alignment and broken into
// lines, in UTF-16, and in what is compressed inside. It finds what lies in one
// piece: say a canary more than once where a store may cut a text in two.
//
//	s := bottest.NewScanner()
//	words := s.Plant("what happened")
//	... let words pass through everything ...
//	found, err := s.Folder(dir)
//
// Something that becomes secret on the way, like a receipt, is made known with
// Know or KnowBytes before the scan.
type Scanner struct {
	folded index // searched for in lower case
	flat   index // base64: searched for without line ends
	exact  []needle
}

// NewScanner makes a scanner that knows nothing yet.
func NewScanner() *Scanner { return &Scanner{folded: index{}, flat: index{}} }

// An index finds needles by their first 8 bytes: there are thousands.
type index map[uint64][]needle

func (x index) add(n needle) {
	head := binary.BigEndian.Uint64(n.bytes)
	if !slices.ContainsFunc(x[head], func(old needle) bool { return old.what == n.what && bytes.Equal(old.bytes, n.bytes) }) {
		x[head] = append(x[head], n)
	}
}

func (x index) search(in []byte, found func(needle)) {
	window := uint64(0)
	for i, c := range in {
		window = window<<8 | uint64(c)
		for _, n := range x[window] {
			if i >= 7 && bytes.HasPrefix(in[i-7:], n.bytes) {
				found(n)
			}
		}
	}
}

type needle struct {
	what, as string
	bytes    []byte
}

// A Finding is a canary where it must not be.
type Finding struct {
	What  string // which canary
	As    string // in what form
	Where string
}

func (f Finding) String() string { return fmt.Sprintf("%s, as %s, in %s", f.What, f.As, f.Where) }

// canaryLetters have no look-alikes, no case, and no meaning in any format.
const canaryLetters = "bcdfghjkmnpqrstvwxz"

// Plant draws a canary of 20 letters and knows it.
func (s *Scanner) Plant(what string) string {
	b := make([]byte, 20)
	_, _ = rand.Read(b)
	for i := range b {
		b[i] = canaryLetters[int(b[i])%len(canaryLetters)]
	}
	s.Know(what, string(b))
	return string(b)
}

// shortest is how many bytes a canary must have: a shorter one is found in any
// noise.
const shortest = 8

// Know adds a text of at least 8 bytes.
func (s *Scanner) Know(what, text string) {
	s.KnowBytes(what, []byte(text))
	units := utf16.Encode([]rune(text))
	s.fold(what, "UTF-16 LE", units16(units, binary.LittleEndian))
	s.fold(what, "UTF-16 BE", units16(units, binary.BigEndian))
}

func units16(units []uint16, order binary.AppendByteOrder) []byte {
	var b []byte
	for _, u := range units {
		b = order.AppendUint16(b, u)
	}
	return b
}

// KnowBytes adds bytes, a key for instance.
func (s *Scanner) KnowBytes(what string, b []byte) {
	if len(b) < shortest {
		panic("bottest: a canary needs 8 bytes")
	}
	s.fold(what, "it is", b)
	s.fold(what, "hex", []byte(hex.EncodeToString(b)))
	for skip := range 3 {
		for as, alphabet := range map[string]*base64.Encoding{"base64": base64.RawStdEncoding, "base64 for URLs": base64.RawURLEncoding} {
			s.flat.add(needle{what, fmt.Sprintf("%s, alignment %d", as, skip), inBase64(b, skip, alphabet)})
		}
	}
}

// inBase64 gives the characters that stand for b alone, when so many bytes come
// before it.
func inBase64(b []byte, skip int, alphabet *base64.Encoding) []byte {
	text := alphabet.EncodeToString(append(make([]byte, skip), b...))
	first := (skip*8 + 5) / 6
	last := (skip + len(b)) * 8 / 6
	return []byte(text[first:last])
}

func (s *Scanner) fold(what, as string, b []byte) {
	s.folded.add(needle{what, as, lower(b)})
}

// KnowTime adds a moment as clocks are written: the time of day, and seconds,
// milliseconds and nanoseconds since 1970, in digits and as numbers. Seconds as
// a number are four bytes, which noise has too: look for those column by column.
func (s *Scanner) KnowTime(what string, t time.Time) {
	add := func(as string, b []byte) { s.exact = append(s.exact, needle{what, as, b}) }
	for _, layout := range []string{"15:04:05", "T150405", "3:04:05PM", "15.04.05"} {
		add("a time of day", []byte(t.Format(layout)))
		add("a time of day in UTF-16", units16(utf16.Encode([]rune(t.Format(layout))), binary.LittleEndian))
	}
	for as, n := range map[string]int64{"seconds": t.Unix(), "milliseconds": t.UnixMilli(), "microseconds": t.UnixMicro(), "nanoseconds": t.UnixNano()} {
		add(as+" in digits", fmt.Append(nil, n))
		add(as+" in hex", fmt.Appendf(nil, "%x", n))
		wide := bytes.TrimLeft(binary.BigEndian.AppendUint64(nil, uint64(n)), "\x00") // as SQLite writes it
		if len(wide) < 6 {
			continue
		}
		add(as+", highest byte first", slices.Clone(wide))
		slices.Reverse(wide)
		add(as+", lowest byte first", wide)
	}
}

// Bytes looks through bytes; where names them in the findings.
func (s *Scanner) Bytes(where string, b []byte) []Finding { return s.look(where, b, 0) }

// String looks through a text.
func (s *Scanner) String(where, text string) []Finding { return s.look(where, []byte(text), 0) }

// deepest is how far compression is followed into itself.
const deepest = 4

func (s *Scanner) look(where string, b []byte, depth int) []Finding {
	var found []Finding
	add := func(n needle) { found = append(found, Finding{n.what, n.as, where}) }
	s.folded.search(lower(b), add)
	s.flat.search(unbroken(b), add)
	for _, n := range s.exact {
		if bytes.Contains(b, n.bytes) {
			add(n)
		}
	}
	if depth < deepest {
		for i, inside := range unpacked(b) {
			found = append(found, s.look(fmt.Sprintf("%s, unpacked %d", where, i), inside, depth+1)...)
		}
	}
	return found
}

// lower is ASCII's: everything else stays as it is.
func lower(b []byte) []byte {
	out := bytes.Clone(b)
	for i, c := range out {
		if 'A' <= c && c <= 'Z' {
			out[i] = c + 'a' - 'A'
		}
	}
	return out
}

func unbroken(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for _, c := range b {
		if c != '\n' && c != '\r' && c != ' ' {
			out = append(out, c)
		}
	}
	return out
}

// largest is how many bytes are taken out of one compressed stream.
const largest = 64 << 20

// unpacked finds gzip streams and the compressed entries of zip files, wherever
// they begin, also of files that were cut off.
func unpacked(b []byte) [][]byte {
	var all [][]byte
	for _, at := range every(b, "\x1f\x8b\x08") {
		if r, err := gzip.NewReader(bytes.NewReader(b[at:])); err == nil {
			all = appendRead(all, r)
		}
	}
	for _, at := range every(b, "PK\x03\x04") {
		head := b[at:]
		if len(head) < 30 || binary.LittleEndian.Uint16(head[8:]) != 8 {
			continue // stored ones are found as they are
		}
		from := 30 + int(binary.LittleEndian.Uint16(head[26:])) + int(binary.LittleEndian.Uint16(head[28:]))
		if from < len(head) {
			all = appendRead(all, flate.NewReader(bytes.NewReader(head[from:])))
		}
	}
	return all
}

func every(b []byte, magic string) []int {
	var at []int
	for from := 0; ; {
		i := bytes.Index(b[from:], []byte(magic))
		if i < 0 {
			return at
		}
		at, from = append(at, from+i), from+i+1
	}
}

func appendRead(all [][]byte, r io.Reader) [][]byte {
	// What comes before an error is read all the same.
	if b, _ := io.ReadAll(io.LimitReader(r, largest)); len(b) > 0 {
		return append(all, b)
	}
	return all
}

// FS looks through all files of a file system, and through their names.
func (s *Scanner) FS(where string, fsys fs.FS) ([]Finding, error) {
	var found []Finding
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		at := path.Join(where, name)
		found = append(found, s.String("the name of "+at, name)...)
		if !d.Type().IsRegular() {
			return nil
		}
		b, err := fs.ReadFile(fsys, name)
		found = append(found, s.Bytes(at, b)...)
		return err
	})
	return found, err
}

// Folder looks through a folder on disk, and through what its links name.
func (s *Scanner) Folder(dir string) ([]Finding, error) {
	found, err := s.FS(filepath.Base(dir), os.DirFS(dir))
	if err != nil {
		return found, err
	}
	err = filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.Type()&fs.ModeSymlink == 0 {
			return err
		}
		to, err := os.Readlink(name)
		found = append(found, s.String("the link "+filepath.Base(name), to)...)
		return err
	})
	return found, err
}

// Lines writes findings one a line, each once; "" if there are none.
func Lines(found []Finding) string {
	var lines []string
	for _, f := range found {
		lines = append(lines, f.String())
	}
	slices.Sort(lines)
	return strings.Join(slices.Compact(lines), "\n")
}
