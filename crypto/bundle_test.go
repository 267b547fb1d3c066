package crypto_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ombra/crypto"
)

func mustBundle(tb testing.TB, entries ...crypto.Entry) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := crypto.WriteBundle(&b, entries); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func someEntries() []crypto.Entry {
	return []crypto.Entry{
		crypto.Bytes("claim", []byte("ombra-claim/1\n")),
		crypto.Bytes("body.age", bytes.Repeat([]byte("body"), 5000)),
		crypto.Bytes("empty", nil),
	}
}

func TestBundleRoundTrip(t *testing.T) {
	for _, size := range []int{0, 1, 3700, 3900, 4096, 60_000, 70_000, 1 << 20} {
		raw := mustBundle(t, append(someEntries(), crypto.Bytes("att-1.age", make([]byte, size)))...)
		if int64(len(raw)) != crypto.Bucket(int64(len(raw))) {
			t.Errorf("%d bytes are no bucket", len(raw))
		}
		b, err := crypto.ReadBundle(raw)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"claim", "body.age", "empty", "att-1.age"}, b.Names()); diff != "" {
			t.Error(diff)
		}
		body, ok := b.Get("body.age")
		if !ok || !bytes.Equal(body, bytes.Repeat([]byte("body"), 5000)) {
			t.Error("the body came back differently")
		}
		if att, ok := b.Get("att-1.age"); !ok || len(att) != size {
			t.Errorf("the attachment has %d bytes, want %d", len(att), size)
		}
		if _, ok := b.Get("padding"); ok {
			t.Error("the padding is an entry")
		}
		if again := mustBundle(t, b.Entries()...); !bytes.Equal(again, raw) {
			t.Error("written again, it differs")
		}
	}
}

// TestBundleIsZip: any unzip must read it, with checksums, without our code.
func TestBundleIsZip(t *testing.T) {
	raw := mustBundle(t, someEntries()...)
	r, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range r.File {
		names = append(names, f.Name)
		rc, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, rc); err != nil {
			t.Errorf("%s: %v", f.Name, err)
		}
		if y := f.Modified.Year(); y != 1980 {
			t.Errorf("%s is dated %d", f.Name, y)
		}
	}
	if diff := cmp.Diff([]string{"claim", "body.age", "empty", "padding"}, names); diff != "" {
		t.Error(diff)
	}
}

func TestWriteBundleRefuses(t *testing.T) {
	one := func(name string) []crypto.Entry { return []crypto.Entry{crypto.Bytes(name, nil)} }
	many := make([]crypto.Entry, 4097)
	for i := range many {
		many[i] = crypto.Bytes(fmt.Sprintf("n%d", i), nil)
	}
	tests := map[string][]crypto.Entry{
		"upper case":    one("Claim"),
		"path":          one("a/b"),
		"hidden":        one(".age"),
		"empty name":    one(""),
		"long name":     one(strings.Repeat("a", 65)),
		"line break":    one("a\n"),
		"the padding":   one("padding"),
		"twice":         append(one("a"), one("a")...),
		"too many":      many,
		"negative":      {{Name: "a", Size: -1}},
		"endless":       {{Name: "a", Size: 1 << 60}},
		"together huge": {{Name: "a", Size: 3 << 29}, {Name: "b", Size: 3 << 29}},
	}
	for name, entries := range tests {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := crypto.WriteBundle(&b, entries); err == nil || b.Len() != 0 {
				t.Errorf("error %v, %d bytes written", err, b.Len())
			}
		})
	}
	if err := crypto.WriteBundle(io.Discard, many[:4096]); err != nil {
		t.Errorf("4096 entries: %v", err)
	}
}

func TestWriteBundleLengths(t *testing.T) {
	entry := func(size int64, r io.Reader, err error) []crypto.Entry {
		return []crypto.Entry{{Name: "a", Size: size, Open: func() (io.ReadCloser, error) { return io.NopCloser(r), err }}}
	}
	for _, n := range []int64{3, 5} {
		err := crypto.WriteBundle(io.Discard, entry(n, strings.NewReader("four"), nil))
		if !errors.Is(err, crypto.ErrLength) {
			t.Errorf("4 bytes for %d: %v", n, err)
		}
	}
	err := crypto.WriteBundle(io.Discard, entry(4, nil, io.ErrClosedPipe))
	if !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("an entry that does not open: %v", err)
	}
}

// foreignZip is a zip with the same entries and other habits.
func foreignZip(t *testing.T, spoil func(*zip.Writer, *zip.FileHeader)) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range []string{"claim", "padding"} {
		h := &zip.FileHeader{Name: name, Method: zip.Store}
		spoil(w, h)
		f, err := w.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(make([]byte, 1890)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestReadBundleRefuses(t *testing.T) {
	good := mustBundle(t, someEntries()...)
	flip := func(i int) []byte {
		b := bytes.Clone(good)
		b[i] ^= 1
		return b
	}
	at := func(sub string) int { return bytes.Index(good, []byte(sub)) }
	last := func(sub string) int { return bytes.LastIndex(good, []byte(sub)) }
	many := bytes.Clone(good)
	copy(many[len(many)-14:], "\xff\xff\xff\xff")
	tests := map[string][]byte{
		"empty":                nil,
		"no zip":               make([]byte, 4096),
		"only an end":          good[len(good)-22:],
		"cut":                  good[:len(good)-1],
		"something before":     append([]byte("#!/bin/sh\n"), good...),
		"something behind":     append(bytes.Clone(good), 0),
		"two ends":             append(bytes.Clone(good), good[len(good)-22:]...),
		"a comment":            append(append(bytes.Clone(good[:len(good)-2]), 1, 0), 'x'),
		"a million entries":    many,
		"content flipped":      flip(at("bodybody")),
		"padding flipped":      flip(last("padding") - 200),
		"local name flipped":   flip(at("claim")),
		"central name flipped": flip(last("claim")),
		"checksum flipped":     flip(last("claim") - 30),
		"local date flipped":   flip(12),
		"deflated":             foreignZip(t, func(_ *zip.Writer, h *zip.FileHeader) { h.Method = zip.Deflate }),
		"stored by another":    foreignZip(t, func(*zip.Writer, *zip.FileHeader) {}),
		"commented":            foreignZip(t, func(w *zip.Writer, _ *zip.FileHeader) { _ = w.SetComment("mark") }),
		"extra field":          foreignZip(t, func(_ *zip.Writer, h *zip.FileHeader) { h.Extra = []byte{0, 9, 0, 0} }),
	}
	for name, raw := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := crypto.ReadBundle(raw)
			wantRefusal(t, err, crypto.WhyBadZip)
		})
	}
	for i := range good {
		if _, err := crypto.ReadBundle(flip(i)); err == nil {
			t.Fatalf("one flipped bit at %d of %d was not noticed", i, len(good))
		}
	}
}

// TestReadBundleOfManyEntries: the number of entries is looked at before they
// are, so that a file of a few megabytes cannot make the reader build a million.
func TestReadBundleOfManyEntries(t *testing.T) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := range 30_000 {
		if _, err := w.CreateHeader(&zip.FileHeader{Name: fmt.Sprintf("n%d", i), Method: zip.Store}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	wantLittleMemory(t, func() {
		_, err := crypto.ReadBundle(b.Bytes())
		wantRefusal(t, err, crypto.WhyBadZip)
	})
}

func TestSealBundle(t *testing.T) {
	id := mustIdentity(t)
	var b bytes.Buffer
	if err := crypto.SealBundle(&b, id.Recipient(), someEntries()); err != nil {
		t.Fatal(err)
	}
	if err := crypto.OneStanza(b.Bytes()); err != nil {
		t.Error(err)
	}
	got, err := crypto.OpenBundle(b.Bytes(), id.Age())
	if err != nil || !slices.Equal(got.Names(), []string{"claim", "body.age", "empty"}) {
		t.Fatalf("%v", err)
	}
	_, err = crypto.OpenBundle(b.Bytes(), mustIdentity(t).Age())
	wantRefusal(t, err, crypto.WhyWrongKey)
	err = crypto.SealBundle(io.Discard, crypto.Recipient{}, nil)
	wantRefusal(t, err, crypto.WhyNoRecipient)
}

func FuzzReadBundle(f *testing.F) {
	f.Add(mustBundle(f))
	f.Add(mustBundle(f, crypto.Bytes("a", []byte("x"))))
	f.Add([]byte("PK\x05\x06" + strings.Repeat("\x00", 18)))
	f.Fuzz(func(t *testing.T, raw []byte) {
		b, err := crypto.ReadBundle(raw)
		if err != nil {
			return
		}
		if again := mustBundle(t, b.Entries()...); !bytes.Equal(again, raw) {
			t.Error("it was read and is written otherwise")
		}
	})
}
