package custody

import (
	"encoding/base64"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"ombra/crypto"
)

// A Checkpoint is the log's size and root at the end of a day. It must never be
// signed twice for one size with two roots: that is a fork, and Verify finds it.
type Checkpoint struct {
	Origin string
	Size   int64
	Root   tlog.Hash
}

// Text is the C2SP tlog-checkpoint body. tlog.FormatTree is not used: it writes
// the go.sum database's name for an origin.
func (c Checkpoint) Text() string {
	return c.Origin + "\n" + strconv.FormatInt(c.Size, 10) + "\n" + c.Root.String() + "\n"
}

// ParseCheckpoint reads a checkpoint's text in its one spelling, without
// extension lines. It verifies nothing.
func ParseCheckpoint(text string) (Checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" || crypto.CheckOrigin(lines[0]) != nil {
		return Checkpoint{}, ErrFormat
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || size > maxSize {
		return Checkpoint{}, ErrFormat
	}
	root, err := parseHash(lines[2])
	if err != nil {
		return Checkpoint{}, err
	}
	c := Checkpoint{lines[0], size, root}
	if c.Text() != text {
		return Checkpoint{}, ErrFormat
	}
	return c, nil
}

func parseHash(s string) (h tlog.Hash, err error) {
	raw, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil || len(raw) != tlog.HashSize || base64.StdEncoding.EncodeToString(raw) != s {
		return h, ErrFormat
	}
	return tlog.Hash(raw), nil
}

// SignCheckpoint signs a checkpoint with the log key, whose name is the origin.
func SignCheckpoint(k crypto.SigningKey, c Checkpoint) ([]byte, error) {
	if _, err := ParseCheckpoint(c.Text()); err != nil || k.Name() != c.Origin {
		return nil, ErrFormat
	}
	return k.Sign(c.Text())
}

// OpenCheckpoint verifies a checkpoint by the log's verifier.
func OpenCheckpoint(msg []byte, verifier string) (Checkpoint, error) {
	text, err := crypto.OpenNote(msg, verifier)
	if err != nil {
		return Checkpoint{}, err
	}
	c, err := ParseCheckpoint(text)
	if err != nil || c.Origin != crypto.VerifierName(verifier) {
		return Checkpoint{}, ErrFormat
	}
	return c, nil
}
