package custody

import (
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// maxSize bounds every number of leaves that comes from outside: tlog's
// arithmetic overflows, and loops for ever, near 2^63.
const maxSize = 1 << 40

// ErrRange is answered for a number of leaves, or a leaf, that cannot be.
var ErrRange = errors.New("custody: no such leaf or size")

// Hashes are the hashes to store with leaf n: its own, then those of the
// subtrees that it completes.
func Hashes(n int64, leaf []byte, r tlog.HashReader) ([]tlog.Hash, error) {
	if n < 0 || n >= maxSize {
		return nil, ErrRange
	}
	h, err := tlog.StoredHashes(n, leaf, r)
	if err != nil {
		return nil, fmt.Errorf("hash leaf: %w", err)
	}
	return h, nil
}

// Blob puts a leaf's hashes into one row's column.
func Blob(hashes []tlog.Hash) []byte {
	b := make([]byte, 0, len(hashes)*tlog.HashSize)
	for _, h := range hashes {
		b = append(b, h[:]...)
	}
	return b
}

// Locate says where tlog's stored hash index is: with which leaf, and at which
// level, which is its place in that leaf's blob (offset 32*level). The hash of
// level l and number k is the one that leaf (k+1)*2^l - 1 completes.
func Locate(index int64) (n int64, level int) {
	if index < 0 || index >= 2*maxSize {
		panic("custody: no such stored hash")
	}
	level, k := tlog.SplitStoredHashIndex(index)
	return (k+1)<<uint(level) - 1, level
}

// RowReader reads stored hashes out of rows: row returns the blob of leaf n.
func RowReader(row func(n int64) ([]byte, error)) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			n, level := Locate(index)
			blob, err := row(n)
			if err != nil {
				return nil, err
			}
			at := level * tlog.HashSize
			if len(blob)%tlog.HashSize != 0 || len(blob) < at+tlog.HashSize {
				return nil, fmt.Errorf("hashes of a leaf: %w", ErrFormat)
			}
			out[i] = tlog.Hash(blob[at : at+tlog.HashSize])
		}
		return out, nil
	})
}

// Root is the root of the tree of the first n leaves.
func Root(n int64, r tlog.HashReader) (tlog.Hash, error) {
	if n < 0 || n > maxSize {
		return tlog.Hash{}, ErrRange
	}
	h, err := tlog.TreeHash(n, r)
	if err != nil {
		return tlog.Hash{}, fmt.Errorf("hash tree: %w", err)
	}
	return h, nil
}

// Memory is a tree in memory, for verification. It is not for concurrent use.
type Memory struct {
	size   int64
	hashes []tlog.Hash
}

var _ tlog.HashReader = (*Memory)(nil)

// Append adds a leaf and returns its number.
func (m *Memory) Append(leaf []byte) int64 {
	h, err := Hashes(m.size, leaf, m)
	if err != nil {
		panic("custody: a tree in memory has all its hashes")
	}
	m.hashes = append(m.hashes, h...)
	m.size++
	return m.size - 1
}

// Size is the number of leaves.
func (m *Memory) Size() int64 { return m.size }

// ReadHashes implements tlog.HashReader.
func (m *Memory) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index < 0 || index >= int64(len(m.hashes)) {
			return nil, ErrRange
		}
		out[i] = m.hashes[index]
	}
	return out, nil
}
