package custody

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"ombra/crypto"
)

// The files of an auditor bundle.
const (
	FileVerifier    = "vkey"
	FileLeaves      = "leaves.jsonl"
	FileOpened      = "opened.jsonl"
	FolderSigned    = "checkpoints"
	SuffixSigned    = ".note"
	maxBundleFile   = 1 << 30
	maxBundleSigned = 1 << 20 // checkpoints; one a day for 2,800 years
)

// An opening is what makes one leaf readable.
type opening struct {
	nonce   [32]byte
	details []byte
}

type openedJSON struct {
	N       int64           `json:"n"`
	Nonce   string          `json:"nonce"`
	Details json.RawMessage `json:"details"`
}

// OpenedLine is one line of opened.jsonl, newline included: what an office
// gives an auditor to open leaf n.
func OpenedLine(n int64, nonce [32]byte, details []byte) []byte {
	return append(canonical(openedJSON{n, hex.EncodeToString(nonce[:]), details}), '\n')
}

// signedFile is one checkpoint of a bundle. Only the text has been read: its
// size says where it belongs, and nothing else is believed before it verifies.
type signedFile struct {
	name    string
	msg     []byte
	claimed Checkpoint
}

// bundle is an auditor bundle as it was read, nothing verified but the forms.
type bundle struct {
	verifier string
	leaves   [][]byte
	days     []string
	signed   []signedFile // by claimed size
	opened   map[int64]opening
}

func readBundle(fsys fs.FS) (*bundle, error) {
	b := &bundle{}
	for _, read := range []func(fs.FS) error{b.readVerifier, b.readLeaves, b.readSigned, b.readOpened} {
		if err := read(fsys); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func (b *bundle) readVerifier(fsys fs.FS) error {
	raw, err := readFile(fsys, FileVerifier)
	if err != nil {
		return err
	}
	b.verifier = strings.TrimSpace(string(raw))
	if crypto.CheckVerifier(b.verifier) != nil {
		return &Break{Kind: BreakVerifier, File: FileVerifier}
	}
	return nil
}

func (b *bundle) readLeaves(fsys fs.FS) error {
	raw, err := readFile(fsys, FileLeaves)
	if err != nil {
		return err
	}
	for len(raw) > 0 {
		line, rest, ok := bytes.Cut(raw, []byte("\n"))
		n := int64(len(b.leaves))
		day, _, err := ParseLeaf(line)
		if err != nil || !ok {
			return at(BreakMalformed, FileLeaves, n)
		}
		b.leaves, b.days, raw = append(b.leaves, line), append(b.days, day), rest
	}
	return nil
}

func (b *bundle) readSigned(fsys fs.FS) error {
	names, err := fs.Glob(fsys, FolderSigned+"/*"+SuffixSigned)
	if err != nil || len(names) > maxBundleSigned {
		return errors.New("custody: the folder of checkpoints cannot be read")
	}
	if len(names) == 0 {
		return &Break{Kind: BreakUnsigned, File: FolderSigned}
	}
	for _, name := range names {
		msg, err := readFile(fsys, name)
		if err != nil {
			return err
		}
		text, err := crypto.NoteText(msg)
		if err != nil {
			return &Break{Kind: BreakForged, File: name}
		}
		c, err := ParseCheckpoint(text)
		if err != nil {
			return &Break{Kind: BreakForged, File: name}
		}
		b.signed = append(b.signed, signedFile{name, msg, c})
	}
	slices.SortStableFunc(b.signed, func(x, y signedFile) int {
		return int(min(max(x.claimed.Size-y.claimed.Size, -1), 1))
	})
	return nil
}

func (b *bundle) readOpened(fsys fs.FS) error {
	raw, err := readFile(fsys, FileOpened)
	if err != nil {
		return err
	}
	b.opened = make(map[int64]opening)
	last := int64(-1)
	for len(raw) > 0 {
		line, rest, _ := bytes.Cut(raw, []byte("\n"))
		n, o, ok := parseOpened(line)
		if !ok || n <= last {
			return &Break{Kind: BreakOpening, File: FileOpened, From: last + 1, To: last + 2}
		}
		b.opened[n], last, raw = o, n, rest
	}
	return nil
}

func parseOpened(line []byte) (int64, opening, bool) {
	var j openedJSON
	if !strict(line, &j) || j.N < 0 || j.N >= maxSize {
		return 0, opening{}, false
	}
	nonce, err := hex.DecodeString(j.Nonce)
	if err != nil || len(nonce) != 32 {
		return 0, opening{}, false
	}
	o := opening{[32]byte(nonce), j.Details}
	return j.N, o, string(OpenedLine(j.N, o.nonce, o.details)) == string(line)+"\n"
}

func readFile(fsys fs.FS, name string) ([]byte, error) {
	info, err := fs.Stat(fsys, name)
	if err != nil || info.Size() > maxBundleFile {
		return nil, errors.New("custody: the bundle's " + label(name) + " is missing or too large")
	}
	raw, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, errors.New("custody: the bundle's " + label(name) + " cannot be read")
	}
	return raw, nil
}

// label names one of our own files, and no other: names in a folder that came
// from elsewhere are not for logs.
func label(name string) string {
	if strings.HasPrefix(name, FolderSigned+"/") {
		return "checkpoint"
	}
	return name
}

// BreakKind says how a log is broken.
type BreakKind string

// The breaks, in the order in which Verify looks for them.
const (
	BreakVerifier  BreakKind = "the log's key is malformed"
	BreakMalformed BreakKind = "malformed leaf"
	BreakUnsigned  BreakKind = "no checkpoint"
	BreakForged    BreakKind = "forged checkpoint"
	BreakForked    BreakKind = "checkpoint from a forked history"
	BreakDropped   BreakKind = "dropped leaf"
	BreakInserted  BreakKind = "inserted leaf"
	BreakAltered   BreakKind = "altered leaf"
	BreakTruncated BreakKind = "truncated log"
	BreakRoot      BreakKind = "wrong root"
	BreakOpening   BreakKind = "an entry does not open its leaf"
	BreakMissing   BreakKind = "missing opening"
	BreakShredding BreakKind = "false shredding"
)

// A Break is the first thing that is wrong with a bundle. The leaves concerned
// are From up to, not including, To; both are 0 if it is not about leaves.
type Break struct { //nolint:errname // a finding first, an error second
	Kind     BreakKind
	File     string // of the bundle
	From, To int64
}

// Error names the break in one line: "altered leaf: leaf 12 (leaves.jsonl)".
func (b *Break) Error() string {
	s := string(b.Kind)
	switch {
	case b.To == b.From+1:
		s += ": leaf " + strconv.FormatInt(b.From, 10)
	case b.To > b.From:
		s += ": within leaves " + strconv.FormatInt(b.From, 10) + " to " + strconv.FormatInt(b.To-1, 10)
	}
	return s + " (" + b.File + ")"
}

func at(kind BreakKind, file string, n int64) *Break {
	return &Break{Kind: kind, File: file, From: n, To: n + 1}
}
