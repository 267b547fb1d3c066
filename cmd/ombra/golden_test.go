package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ombra/adapters/terminal"
	"ombra/bot/bottest"
	"ombra/crypto"
)

var update = flag.Bool("update", false, "write the golden backup anew: only for a new format, under a new name")

// The golden backup is of a test office, of its second day. What is checked in is
// what stock tools get out of it, packed: sealed it cannot be made small.
const (
	goldenBackup   = "testdata/golden/backup-1.tar.gz"
	goldenReceipts = "testdata/golden/backup-1.receipts"
	goldenDay      = "2026-11-24"
)

// goldenBackupKey opens it, and nothing else.
func goldenBackupKey(t *testing.T) crypto.Identity {
	t.Helper()
	id, err := crypto.IdentityFromSeed(bytes.Repeat([]byte{0xB1}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// TestGoldenBackup: a backup that was made once can be restored for ever, whatever
// the formats of database, settings and backup have become. Each receipt opens its
// case, the attachment is the same, the log holds, and the office takes new cases.
func TestGoldenBackup(t *testing.T) {
	if *update {
		writeGoldenBackup(t)
	}
	plain := mustUnpack(t)
	d := &drill{T: t, top: t.TempDir(), scan: bottest.NewScanner()}
	d.day(2)
	restoreLogs(t)
	id := goldenBackupKey(t)
	var sealed bytes.Buffer
	w, err := crypto.EncryptTo(&sealed, id.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(d.top, "back")
	said := d.must("restore", d.write("golden.age", sealed.Bytes()), dir, "--identity", d.write("golden.key", []byte(id.Reveal())))
	if !strings.Contains(said, goldenDay) {
		t.Errorf("it says\n%s", said)
	}
	file := filepath.Join(dir, "ombra.toml")
	for name, sum := range shelved(t, plain) {
		if d.shelf(filepath.Join(dir, "data"))[name] != sum {
			t.Error("the attachment is not what it was")
		}
	}
	if said := d.must("roster", "list", "-c", file); !strings.Contains(said, "anna") || !strings.Contains(said, "ben") {
		t.Errorf("the roster is\n%s", said)
	}
	d.must("log", "checkpoint", "-c", file)
	d.must("log", "verify", "-c", file)
	receipts, err := os.ReadFile(goldenReceipts)
	if err != nil {
		t.Fatal(err)
	}
	d.served(file, func(socket string) {
		for _, r := range strings.Fields(string(receipts)) {
			if err := d.opens(socket, r); err != nil {
				t.Errorf("a receipt: %v", err)
			}
		}
		if err := d.opens(socket, d.files(socket, "hans", true)); err != nil {
			t.Errorf("a new one: %v", err)
		}
	})
}

// mustUnpack gives the tar.
func mustUnpack(t *testing.T) []byte {
	t.Helper()
	f, err := os.Open(goldenBackup)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

// shelved hashes the attachments in the tar.
func shelved(t *testing.T, plain []byte) map[string][32]byte {
	t.Helper()
	sums := map[string][32]byte{}
	for r := tar.NewReader(bytes.NewReader(plain)); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if name, ok := strings.CutPrefix(h.Name, entryFiles); ok {
			sums[name] = sha256.Sum256(b)
		}
	}
	if len(sums) != 1 {
		t.Fatalf("%d attachments, want 1", len(sums))
	}
	return sums
}

// writeGoldenBackup makes an office, two cases and their backup.
func writeGoldenBackup(t *testing.T) {
	t.Helper()
	d := mustDrill(t, false)
	d.must("log", "checkpoint", "-c", d.file)
	var receipts []string
	d.served(d.file, func(socket string) {
		receipts = append(receipts, d.files(socket, "dora", false), d.filesSmall(socket))
	})
	d.day(1)
	d.must("log", "checkpoint", "-c", d.file)
	sealed, err := os.ReadFile(strings.SplitN(d.must("backup", "-c", d.file), "\n", 2)[0])
	if err != nil {
		t.Fatal(err)
	}
	key, err := os.ReadFile(d.key)
	if err != nil {
		t.Fatal(err)
	}
	id, err := crypto.ParseIdentity(strings.TrimSpace(string(key)))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := crypto.Decrypt(sealed, id.Age())
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	z, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := z.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(z.Close(), os.MkdirAll(filepath.Dir(goldenBackup), 0o755)); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{goldenBackup: packed.Bytes(), goldenReceipts: []byte(strings.Join(receipts, "\n") + "\n")} {
		if err := os.WriteFile(name, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// filesSmall files with an attachment that is just too large for the database.
func (d *drill) filesSmall(socket string) string {
	d.Helper()
	f, err := newFiler(socket, "emil")
	if err != nil {
		d.Fatal(err)
	}
	defer f.close()
	if err := f.form(); err != nil {
		d.Fatal(err)
	}
	f.files = []terminal.Upload{{Name: "scan.txt", Data: bytes.Repeat([]byte("It is seen here.\n"), 4000)}}
	receipt, err := f.send()
	if err != nil {
		d.Fatal(err)
	}
	return receipt
}
