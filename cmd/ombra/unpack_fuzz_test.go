package main

import (
	"archive/tar"
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// FuzzUnpack: whatever is sealed to a public key writes into its folder only,
// and what is not whole is refused.
func FuzzUnpack(f *testing.F) {
	seed := func(names ...string) {
		var b bytes.Buffer
		w := tar.NewWriter(&b)
		for _, name := range names {
			text := []byte(`{"format":"ombra-backup/1","origin":"ombud.example.org","test":true,"day":"2026-11-23","schema":1,"leaves":0,"files":1,"second":false}`)
			if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: int64(len(text)), Mode: 0o600}); err != nil {
				f.Fatal(err)
			}
			if _, err := w.Write(text); err != nil {
				f.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	whole := []string{entryManifest, entryOrigin, entryLogKey, entryConfig, entryDatabase, entryFiles + "0123456789abcdef0123456789abcdef", entryPadding}
	seed(whole...)
	seed(whole[:5]...)
	seed(entryManifest, "../evil")
	seed(entryManifest, "/tmp/evil")
	seed()
	f.Add([]byte("no tar"))
	f.Fuzz(func(t *testing.T, plain []byte) {
		top := t.TempDir()
		data := filepath.Join(top, "a", "data")
		if err := os.MkdirAll(filepath.Join(data, "files"), 0o700); err != nil {
			t.Fatal(err)
		}
		u := &unpacking{data: data, now: time.Unix(0, 0), begin: func(manifest) error { return nil }}
		err := u.read(bytes.NewReader(plain))
		for _, dir := range []string{top, filepath.Join(top, "a")} {
			if list, lerr := os.ReadDir(dir); lerr != nil || len(list) != 1 {
				t.Fatalf("it wrote into %s: %v", dir, lerr)
			}
		}
		if err == nil && (u.m.Format != backupFormat || !u.seen[entryDatabase] || !u.closed) {
			t.Fatal("half a backup was taken")
		}
		if err == nil && u.whole() == nil {
			t.Fatal("a database came out of nothing")
		}
	})
}
