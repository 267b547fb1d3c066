package custody_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"ombra/crypto"
	"ombra/crypto/custody"
)

const origin = "ombud.example.org"

func mustKey(tb testing.TB, name string) crypto.SigningKey {
	tb.Helper()
	seed := sha256.Sum256([]byte("test key " + name))
	k, err := crypto.SigningKeyFromSeed(name, seed[:])
	if err != nil {
		tb.Fatal(err)
	}
	return k
}

func mustSign(tb testing.TB, k crypto.SigningKey, c custody.Checkpoint) []byte {
	tb.Helper()
	msg, err := custody.SignCheckpoint(k, c)
	if err != nil {
		tb.Fatal(err)
	}
	return msg
}

func TestCheckpoint(t *testing.T) {
	k := mustKey(t, origin)
	c := custody.Checkpoint{Origin: origin, Size: 8, Root: tlog.Hash{1}}
	msg := mustSign(t, k, c)
	if want := "ombud.example.org\n8\nAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n— ombud.example.org "; !strings.HasPrefix(string(msg), want) {
		t.Errorf("a checkpoint reads\n%s", msg)
	}
	got, err := custody.OpenCheckpoint(msg, k.Verifier())
	if err != nil || got != c {
		t.Errorf("got %+v, %v", got, err)
	}
	// It is an ordinary note, which every C2SP client opens.
	v, err := note.NewVerifier(k.Verifier())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := note.Open(msg, note.VerifierList(v)); err != nil {
		t.Error(err)
	}
}

func TestOpenCheckpointRefuses(t *testing.T) {
	k := mustKey(t, origin)
	c := custody.Checkpoint{Origin: origin, Size: 8, Root: tlog.Hash{1}}
	good := mustSign(t, k, c)
	signText := func(text string) []byte {
		msg, err := k.Sign(text)
		if err != nil {
			t.Fatal(err)
		}
		return msg
	}
	for name, msg := range map[string][]byte{
		"another size":    bytes.Replace(good, []byte("\n8\n"), []byte("\n9\n"), 1),
		"another root":    bytes.Replace(good, []byte("AQAA"), []byte("AgAA"), 1),
		"no signature":    []byte(c.Text()),
		"another key":     mustSign(t, mustKey(t, "other.example.org"), custody.Checkpoint{Origin: "other.example.org"}),
		"other origin":    signText(strings.Replace(c.Text(), origin, "other.example.org", 1)),
		"extension line":  signText(c.Text() + "more\n"),
		"leading zero":    signText(strings.Replace(c.Text(), "\n8\n", "\n08\n", 1)),
		"plus":            signText(strings.Replace(c.Text(), "\n8\n", "\n+8\n", 1)),
		"negative":        signText(strings.Replace(c.Text(), "\n8\n", "\n-8\n", 1)),
		"too large":       signText(strings.Replace(c.Text(), "\n8\n", "\n4611686018427387904\n", 1)),
		"short root":      signText(strings.Replace(c.Text(), "AAAA", "", 1)),
		"an act":          signText("ombra-act/1\n8\n" + c.Root.String() + "\n"),
		"signed by anna":  bytes.Replace(good, []byte("— ombud.example.org "), []byte("— ombud.example.org/anna "), 1),
		"signature twice": append(bytes.Clone(good), good[bytes.LastIndex(good, []byte("— ")):]...),
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := custody.OpenCheckpoint(msg, k.Verifier()); err == nil {
				t.Error("was taken")
			}
		})
	}
	if _, err := custody.OpenCheckpoint(good, mustKey(t, origin+"/anna").Verifier()); err == nil {
		t.Error("opened with another verifier")
	}
}

func TestSignCheckpointRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		key string
		c   custody.Checkpoint
	}{
		"a holder's key": {origin + "/anna", custody.Checkpoint{Origin: origin}},
		"another office": {"other.example.org", custody.Checkpoint{Origin: origin}},
		"no origin":      {origin, custody.Checkpoint{}},
		"bad origin":     {origin, custody.Checkpoint{Origin: "ombra-act/1"}},
		"negative size":  {origin, custody.Checkpoint{Origin: origin, Size: -1}},
	} {
		if _, err := custody.SignCheckpoint(mustKey(t, c.key), c.c); !errors.Is(err, custody.ErrFormat) {
			t.Errorf("%s: err = %v", name, err)
		}
	}
}

func TestProofText(t *testing.T) {
	var m custody.Memory
	for n := range int64(8) {
		m.Append(leafNo(n))
	}
	record, err := custody.ProveRecord(8, 5, &m)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := custody.ProveTree(8, 3, &m)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(record.Text(), "ombra-proof/1\nindex 5\nsize 8\n") || strings.Count(record.Text(), "\n") != 6 {
		t.Errorf("a proof reads\n%s", record.Text())
	}
	for _, p := range []custody.Proof{record, tree, {Tree: true, Size: 8}, {Size: 1}} {
		back, err := custody.ParseProof(p.Text())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(p, back); diff != "" {
			t.Error(diff)
		}
	}
	// A proof of one kind is never one of the other.
	c, old := checkpointAt(t, 8, &m), checkpointAt(t, 3, &m)
	if custody.CheckTree(old, c, record) == nil || custody.CheckRecord(c, tree, leafNo(3)) == nil {
		t.Error("a proof of the other kind holds")
	}
	flipped := tree
	flipped.Tree = false
	if custody.CheckRecord(c, flipped, leafNo(3)) == nil {
		t.Error("a relabelled proof holds")
	}
}

func TestCheckTreeBounds(t *testing.T) {
	var m custody.Memory
	m.Append(leafNo(0))
	empty, one := checkpointAt(t, 0, &m), checkpointAt(t, 1, &m)
	p := custody.Proof{Tree: true, Size: 1}
	if err := custody.CheckTree(empty, one, p); err != nil {
		t.Errorf("from the empty tree: %v", err)
	}
	wrongEmpty, elsewhere := empty, one
	wrongEmpty.Root[0] ^= 1
	elsewhere.Origin = "other.example.org"
	for name, err := range map[string]error{
		"an empty tree with a root": custody.CheckTree(wrongEmpty, one, p),
		"two offices":               custody.CheckTree(empty, elsewhere, p),
		"a hash too many":           custody.CheckTree(empty, one, custody.Proof{Tree: true, Size: 1, Hashes: []tlog.Hash{{}}}),
		"another size":              custody.CheckTree(empty, one, custody.Proof{Tree: true, Size: 2}),
		"backwards":                 custody.CheckTree(one, empty, custody.Proof{Tree: true, Index: 1}),
		"huge":                      custody.CheckRecord(custody.Checkpoint{Size: 1 << 62}, custody.Proof{Size: 1 << 62}, nil),
	} {
		if !errors.Is(err, custody.ErrProof) {
			t.Errorf("%s: err = %v", name, err)
		}
	}
}

func FuzzParseCheckpoint(f *testing.F) {
	f.Add(custody.Checkpoint{Origin: origin, Size: 8, Root: tlog.Hash{1}}.Text())
	f.Add("a\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n")
	f.Fuzz(func(t *testing.T, s string) {
		if c, err := custody.ParseCheckpoint(s); err == nil && c.Text() != s {
			t.Fatalf("%q does not round-trip", s)
		}
	})
}

func FuzzParseProof(f *testing.F) {
	f.Add(custody.Proof{Index: 5, Size: 8, Hashes: []tlog.Hash{{1}, {2}, {3}}}.Text())
	f.Add(custody.Proof{Tree: true, Index: 4, Size: 8, Hashes: []tlog.Hash{{1}}}.Text())
	f.Add("ombra-proof/1\nindex 0\nsize 1\n")
	f.Fuzz(func(t *testing.T, s string) {
		p, err := custody.ParseProof(s)
		if err != nil {
			return
		}
		if p.Text() != s {
			t.Fatalf("%q does not round-trip", s)
		}
		// Whatever parses can be checked without hanging or a panic.
		c := custody.Checkpoint{Origin: origin, Size: p.Size}
		if custody.CheckRecord(c, p, nil) == nil {
			t.Fatal("a proof of a root of zeros")
		}
		_ = custody.CheckTree(custody.Checkpoint{Origin: origin, Size: p.Index}, c, p)
	})
}
