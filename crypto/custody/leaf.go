package custody

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"time"
)

// The acts that this package itself knows; package cases has the others.
const (
	ActOpened   = "opened"
	ActShredded = "shredded"
	ActRestored = "restored"
	ActNoOp     = "no-op"
)

// Details are what a leaf commits to. They are kept in the clear beside the
// leaf, so they hold enums, days, random ids and hashes only, never a thing
// that somebody typed. The order of the fields is the order of the JSON.
type Details struct {
	Act    string   `json:"act"`
	Day    string   `json:"day"`
	Case   string   `json:"case,omitempty"`
	Once   string   `json:"once,omitempty"`
	Actor  string   `json:"actor,omitempty"`
	From   string   `json:"from,omitempty"` // stage before
	To     string   `json:"to,omitempty"`   // stage after
	Lookup string   `json:"lookup,omitempty"`
	Hash   string   `json:"hash,omitempty"` // sha256 of a ciphertext, wrap or signed act, hex
	Hashes []string `json:"hashes,omitempty"`
	Note   string   `json:"note,omitempty"`   // of shredded: a [Shredding]; of restored: see [RestoredNote]
	Leaves []int64  `json:"leaves,omitempty"` // of shredded and restored: what opens no more, ascending
}

var (
	actShape = regexp.MustCompile(`^[a-z][a-z-]{0,23}$`)
	idShape  = regexp.MustCompile(`^[A-Za-z0-9._/:+= -]{0,200}$`)
	hexShape = regexp.MustCompile(`^([0-9a-f]{64})?$`)
)

// ErrFormat is answered for what is not in the one form it should have.
var ErrFormat = errors.New("custody: malformed")

// Opened are the details of the first leaf of a case: lookup is the stored
// lookup hash in hex. A receipt and the day give exactly these.
func Opened(day, lookup string) Details {
	return Details{Act: ActOpened, Day: day, Lookup: lookup}
}

// Check refuses details that could hold something typed, or that JSON encoders
// could write in two ways.
func (d Details) Check() error {
	ok := actShape.MatchString(d.Act) && isDay(d.Day) && hexShape.MatchString(d.Lookup) && hexShape.MatchString(d.Hash)
	for _, s := range []string{d.Case, d.Once, d.Actor, d.From, d.To, d.Note} {
		ok = ok && idShape.MatchString(s)
	}
	for _, s := range d.Hashes {
		ok = ok && s != "" && hexShape.MatchString(s)
	}
	for i, n := range d.Leaves {
		ok = ok && n >= 0 && (i == 0 || n > d.Leaves[i-1])
	}
	if !ok || len(d.Leaves) > 0 && d.Act != ActShredded && d.Act != ActRestored {
		return ErrFormat
	}
	return nil
}

// JSON is the canonical form, which leaves commit to. It writes whatever it
// gets: callers Check first.
func (d Details) JSON() []byte { return canonical(d) }

// ParseDetails reads the canonical form only.
func ParseDetails(b []byte) (Details, error) {
	var d Details
	if !strict(b, &d) || d.Check() != nil || !bytes.Equal(d.JSON(), b) {
		return Details{}, ErrFormat
	}
	return d, nil
}

type leafJSON struct {
	V   int    `json:"v"`
	Day string `json:"day"`
	C   string `json:"c"`
}

// Leaf is the leaf that commits to details under a nonce. Day is the day of the
// details; it panics on anything that is no day, which would be no leaf.
func Leaf(day string, nonce [32]byte, details []byte) []byte {
	if !isDay(day) {
		panic("custody: a leaf needs a day")
	}
	c := commit(nonce, details)
	return canonical(leafJSON{1, day, base64.StdEncoding.EncodeToString(c[:])})
}

func commit(nonce [32]byte, details []byte) [32]byte {
	mac := hmac.New(sha256.New, nonce[:])
	mac.Write(details)
	return [32]byte(mac.Sum(nil))
}

// ParseLeaf reads the canonical form only: the tree hashes the bytes, and a
// second spelling would be a second leaf.
func ParseLeaf(b []byte) (day string, c [32]byte, err error) {
	var l leafJSON
	if !strict(b, &l) || l.V != 1 || !isDay(l.Day) || !bytes.Equal(canonical(l), b) {
		return "", c, ErrFormat
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(l.C)
	if err != nil || len(raw) != 32 || base64.StdEncoding.EncodeToString(raw) != l.C {
		return "", c, ErrFormat
	}
	return l.Day, [32]byte(raw), nil
}

// Opens says whether details and nonce are what a leaf commits to, and whether
// they name the leaf's day.
func Opens(leaf, details []byte, nonce [32]byte) bool {
	day, c, err := ParseLeaf(leaf)
	if err != nil {
		return false
	}
	d, err := ParseDetails(details)
	if err != nil || d.Day != day {
		return false
	}
	got := commit(nonce, details)
	return hmac.Equal(got[:], c[:])
}

// minBucket is the least number of leaves a day has.
const minBucket = 8

// Pad is the number of no-op leaves to add before a checkpoint, when the log
// has so many leaves and had so many at the last one: it fills the day to 8,
// 16, 32 … A quiet day gets 8, or its size would say that nothing happened. So
// who files dummy reports to count other people's learns nothing.
func Pad(have, before int64) int64 {
	if before < 0 || have < before || have > maxSize {
		panic("custody: the log has shrunk")
	}
	bucket := int64(minBucket)
	for bucket < have-before {
		bucket *= 2
	}
	return bucket - (have - before)
}

// canonical writes JSON as every encoder would: what is checked holds nothing
// that needs escaping.
func canonical(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic("custody: strings and numbers always encode")
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// strict decodes one JSON value without unknown keys and with nothing after it.
func strict(b []byte, v any) bool {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if dec.Decode(v) != nil {
		return false
	}
	_, err := dec.Token()
	return err == io.EOF
}

func isDay(s string) bool {
	t, err := time.Parse(time.DateOnly, s)
	return err == nil && t.Format(time.DateOnly) == s
}
