package custody_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"ombra/crypto/custody"
)

func leafNo(n int64) []byte {
	return custody.Leaf(day, sha256.Sum256(fmt.Append(nil, n)), custody.Details{Act: custody.ActNoOp, Day: day}.JSON())
}

// rows is the store's table as it will be: one row per leaf.
type rows [][]byte

func (r *rows) reader() tlog.HashReader {
	return custody.RowReader(func(n int64) ([]byte, error) {
		if n < 0 || n >= int64(len(*r)) {
			return nil, errors.New("no such row")
		}
		return (*r)[n], nil
	})
}

func (r *rows) append(tb testing.TB, leaf []byte) {
	tb.Helper()
	h, err := custody.Hashes(int64(len(*r)), leaf, r.reader())
	if err != nil {
		tb.Fatal(err)
	}
	*r = append(*r, custody.Blob(h))
}

// naive is RFC 6962's tree hash straight from its definition, without stored
// hashes.
func naive(leaves [][]byte) tlog.Hash {
	switch len(leaves) {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return tlog.RecordHash(leaves[0])
	}
	k := 1
	for k*2 < len(leaves) {
		k *= 2
	}
	return tlog.NodeHash(naive(leaves[:k]), naive(leaves[k:]))
}

// TestOneRow stores 10,000 leaves with their hashes in one row each, and
// compares roots with tlog's own layout, with RFC 6962's definition, and with
// proofs that were read out of the rows.
func TestOneRow(t *testing.T) {
	const size = 10_000
	var table rows
	var flat []tlog.Hash
	leaves := make([][]byte, 0, size)
	flatReader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, x := range indexes {
			out[i] = flat[x]
		}
		return out, nil
	})
	for n := range int64(size) {
		leaf := leafNo(n)
		leaves = append(leaves, leaf)
		table.append(t, leaf)
		h, err := tlog.StoredHashes(n, leaf, flatReader)
		if err != nil {
			t.Fatal(err)
		}
		flat = append(flat, h...)
	}
	for _, n := range []int64{0, 1, 2, 3, 7, 8, 9, 1023, 1024, 1025, 4095, 9999, size} {
		got, err := custody.Root(n, table.reader())
		if err != nil {
			t.Fatal(err)
		}
		want, err := tlog.TreeHash(n, flatReader)
		if err != nil {
			t.Fatal(err)
		}
		if got != want || got != naive(leaves[:n]) {
			t.Errorf("the root of %d leaves differs", n)
		}
	}
	for index := range int64(len(flat)) {
		n, level := custody.Locate(index)
		if got := table[n][32*level : 32*level+32]; tlog.Hash(got) != flat[index] {
			t.Fatalf("stored hash %d is not at row %d, level %d", index, n, level)
		}
	}
	checkProofs(t, table.reader(), leaves)
}

func checkProofs(t *testing.T, r tlog.HashReader, leaves [][]byte) {
	t.Helper()
	size := int64(len(leaves))
	c := checkpointAt(t, size, r)
	for _, n := range []int64{0, 1, 4095, 4096, 8191, 9998, 9999} {
		p, err := custody.ProveRecord(size, n, r)
		if err != nil {
			t.Fatal(err)
		}
		if err := custody.CheckRecord(c, p, leaves[n]); err != nil {
			t.Errorf("leaf %d: %v", n, err)
		}
		if custody.CheckRecord(c, p, leaves[(n+1)%size]) == nil {
			t.Errorf("the proof of leaf %d holds for another", n)
		}
	}
	for _, old := range []int64{0, 1, 2, 8, 4096, 9999, 10_000} {
		p, err := custody.ProveTree(size, old, r)
		if err != nil {
			t.Fatal(err)
		}
		if err := custody.CheckTree(checkpointAt(t, old, r), c, p); err != nil {
			t.Errorf("from %d: %v", old, err)
		}
		forged := checkpointAt(t, old, r)
		forged.Root[0] ^= 1
		if custody.CheckTree(forged, c, p) == nil {
			t.Errorf("from %d: another history is continued as well", old)
		}
	}
}

func checkpointAt(tb testing.TB, n int64, r tlog.HashReader) custody.Checkpoint {
	tb.Helper()
	root, err := custody.Root(n, r)
	if err != nil {
		tb.Fatal(err)
	}
	return custody.Checkpoint{Origin: origin, Size: n, Root: root}
}

func TestMemoryIsTheSameTree(t *testing.T) {
	var m custody.Memory
	var table rows
	for n := range int64(300) {
		if got := m.Append(leafNo(n)); got != n {
			t.Fatalf("leaf %d got number %d", n, got)
		}
		table.append(t, leafNo(n))
		if checkpointAt(t, n+1, &m) != checkpointAt(t, n+1, table.reader()) {
			t.Fatalf("roots of %d leaves differ", n+1)
		}
	}
	if m.Size() != 300 {
		t.Error("wrong size")
	}
	if _, err := m.ReadHashes([]int64{1 << 30}); err == nil {
		t.Error("a hash that is not there was read")
	}
}

func TestRowReaderRefusesDamagedRows(t *testing.T) {
	for name, blob := range map[string][]byte{"empty": nil, "one byte less": make([]byte, 31), "uneven": make([]byte, 33)} {
		r := custody.RowReader(func(int64) ([]byte, error) { return blob, nil })
		if _, err := custody.Root(1, r); !errors.Is(err, custody.ErrFormat) {
			t.Errorf("%s: err = %v", name, err)
		}
	}
	gone := errors.New("gone")
	r := custody.RowReader(func(int64) ([]byte, error) { return nil, gone })
	if _, err := custody.Hashes(1, leafNo(1), r); !errors.Is(err, gone) {
		t.Errorf("the store's error is lost: %v", err)
	}
}

func TestRanges(t *testing.T) {
	var m custody.Memory
	for name, f := range map[string]func() error{
		"Hashes of -1":  func() error { _, err := custody.Hashes(-1, nil, &m); return err },
		"Hashes of max": func() error { _, err := custody.Hashes(1<<62, nil, &m); return err },
		"Root of -1":    func() error { _, err := custody.Root(-1, &m); return err },
		"Root of max":   func() error { _, err := custody.Root(1<<62, &m); return err },
		"leaf at size":  func() error { _, err := custody.ProveRecord(8, 8, &m); return err },
		"leaf below 0":  func() error { _, err := custody.ProveRecord(8, -1, &m); return err },
		"huge record":   func() error { _, err := custody.ProveRecord(1<<62, 1, &m); return err },
		"older larger":  func() error { _, err := custody.ProveTree(8, 9, &m); return err },
		"huge tree":     func() error { _, err := custody.ProveTree(1<<62, 1, &m); return err },
	} {
		if err := f(); !errors.Is(err, custody.ErrRange) {
			t.Errorf("%s: err = %v", name, err)
		}
	}
}
