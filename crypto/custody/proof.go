package custody

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	proofMagic = "ombra-proof/1"
	maxProof   = 64 // hashes; a tree of 2^40 leaves needs 41
)

// ErrProof is answered for a proof that does not hold.
var ErrProof = errors.New("custody: the proof does not hold")

// A Proof shows that a leaf is in a tree, or that a tree continues an older one.
type Proof struct {
	Tree   bool  // true: Index is the size of the older tree
	Index  int64 // of the leaf, or size of the older tree
	Size   int64 // of the tree
	Hashes []tlog.Hash
}

// Text is the proof as it stands in papers. One of a filing, for whoever
// holds the receipt, has the same form.
func (p Proof) Text() string {
	var b strings.Builder
	key := "index "
	if p.Tree {
		key = "from "
	}
	b.WriteString(proofMagic + "\n" + key + strconv.FormatInt(p.Index, 10) +
		"\nsize " + strconv.FormatInt(p.Size, 10) + "\n")
	for _, h := range p.Hashes {
		b.WriteString(h.String() + "\n")
	}
	return b.String()
}

// ParseProof reads a proof in its one spelling. Whether it holds is for
// CheckRecord and CheckTree to say.
func ParseProof(text string) (Proof, error) {
	lines := strings.Split(text, "\n")
	if len(lines) < 4 || len(lines) > 4+maxProof || lines[0] != proofMagic || lines[len(lines)-1] != "" {
		return Proof{}, ErrFormat
	}
	var p Proof
	index, ok := strings.CutPrefix(lines[1], "index ")
	if !ok {
		if index, p.Tree = strings.CutPrefix(lines[1], "from "); !p.Tree {
			return Proof{}, ErrFormat
		}
	}
	size, ok := strings.CutPrefix(lines[2], "size ")
	var err1, err2 error
	p.Index, err1 = strconv.ParseInt(index, 10, 64)
	p.Size, err2 = strconv.ParseInt(size, 10, 64)
	if !ok || err1 != nil || err2 != nil || !p.inRange() {
		return Proof{}, ErrFormat
	}
	for _, line := range lines[3 : len(lines)-1] {
		h, err := parseHash(line)
		if err != nil {
			return Proof{}, err
		}
		p.Hashes = append(p.Hashes, h)
	}
	if p.Text() != text {
		return Proof{}, ErrFormat
	}
	return p, nil
}

func (p Proof) inRange() bool {
	last := p.Size - 1
	if p.Tree {
		last = p.Size
	}
	return p.Index >= 0 && p.Index <= last && p.Size <= maxSize && len(p.Hashes) <= maxProof
}

// ProveRecord proves that leaf index is in the tree of this size.
func ProveRecord(size, index int64, r tlog.HashReader) (Proof, error) {
	p := Proof{Index: index, Size: size}
	if !p.inRange() {
		return Proof{}, ErrRange
	}
	hashes, err := tlog.ProveRecord(size, index, r)
	if err != nil {
		return Proof{}, fmt.Errorf("prove leaf: %w", err)
	}
	p.Hashes = hashes
	return p, nil
}

// CheckRecord checks that a leaf is where the proof says in the log of this
// checkpoint. The checkpoint must have been opened with OpenCheckpoint.
func CheckRecord(c Checkpoint, p Proof, leaf []byte) error {
	if p.Tree || !p.inRange() || p.Size != c.Size {
		return ErrProof
	}
	if tlog.CheckRecord(p.Hashes, p.Size, c.Root, p.Index, tlog.RecordHash(leaf)) != nil {
		return ErrProof
	}
	return nil
}

// ProveTree proves that the tree of size is the one of size old, continued.
func ProveTree(size, old int64, r tlog.HashReader) (Proof, error) {
	p := Proof{Tree: true, Index: old, Size: size}
	if !p.inRange() {
		return Proof{}, ErrRange
	}
	if old == 0 {
		return p, nil // everything continues the empty tree
	}
	hashes, err := tlog.ProveTree(size, old, r)
	if err != nil {
		return Proof{}, fmt.Errorf("prove tree: %w", err)
	}
	p.Hashes = hashes
	return p, nil
}

// CheckTree checks that the log of checkpoint c continues the one of old. Both
// must have been opened with OpenCheckpoint.
func CheckTree(old, c Checkpoint, p Proof) error {
	if !p.Tree || !p.inRange() || old.Origin != c.Origin || p.Index != old.Size || p.Size != c.Size {
		return ErrProof
	}
	if old.Size == 0 {
		empty, err := Root(0, nil)
		if err != nil || len(p.Hashes) != 0 || old.Root != empty || c.Size == 0 && c.Root != empty {
			return ErrProof
		}
		return nil
	}
	if tlog.CheckTree(p.Hashes, c.Size, c.Root, old.Size, old.Root) != nil {
		return ErrProof
	}
	return nil
}
