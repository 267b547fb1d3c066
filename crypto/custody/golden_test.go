package custody_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ombra/crypto/custody"
)

var update = flag.Bool("update", false, "write the golden files anew; they are frozen, so only for new ones")

// TestGolden: a log that was written once must verify for ever, and the same
// acts must give the same bytes.
func TestGolden(t *testing.T) {
	h := newHistory("golden")
	files := h.bundle(t)
	for name, f := range files {
		golden(t, "bundle/"+name, f.Data)
	}
	dir := os.DirFS(filepath.Join("testdata", "bundle"))
	r, err := custody.Verify(dir)
	if err != nil || r.Leaves != 24 || r.Signed != 24 || r.Opened != 22 || r.Shredded != 2 {
		t.Fatalf("the golden bundle no longer verifies: %+v, %v", r, err)
	}

	var m custody.Memory
	for _, l := range h.leaves {
		m.Append(l)
	}
	record, err := custody.ProveRecord(24, 9, &m)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := custody.ProveTree(24, 16, &m)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "record.proof", []byte(record.Text()))
	golden(t, "tree.proof", []byte(tree.Text()))
	if err := custody.CheckRecord(h.checkpoint(t, 24), mustProof(t, "record.proof"), h.leaves[9]); err != nil {
		t.Error(err)
	}
	if err := custody.CheckTree(h.checkpoint(t, 16), h.checkpoint(t, 24), mustProof(t, "tree.proof")); err != nil {
		t.Error(err)
	}
}

func mustProof(t *testing.T, name string) custody.Proof {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	p, err := custody.ParseProof(string(b))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", filepath.FromSlash(name))
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s has changed", file)
	}
}

// TestDocExample pins the opened leaf of the package comment.
func TestDocExample(t *testing.T) {
	want := `{"act":"opened","day":"2026-11-23","lookup":"` + strings.Repeat("ab", 32) + `"}`
	if got := string(custody.Opened(day, strings.Repeat("ab", 32)).JSON()); got != want {
		t.Errorf("got %s", got)
	}
}
