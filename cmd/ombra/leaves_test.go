package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ombra/crypto/custody"
)

// TestLeavesGoToTheirSecondPlace day by day, are mended after a crash in the
// middle of a line, open nothing, and never mix with another log.
func TestLeavesGoToTheirSecondPlace(t *testing.T) {
	d := mustDrill(t, true)
	dir := filepath.Join(d.top, "leaves")
	name := filepath.Join(dir, custody.FileLeaves)
	for day := range 3 {
		d.day(day)
		d.must("log", "checkpoint", "-c", d.file)
	}
	text, err := os.ReadFile(name)
	if err != nil || len(text) != 24*custody.LeafLine {
		t.Fatalf("%d bytes, %v", len(text), err)
	}
	if files, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(files) != 3 { // no openings
		t.Errorf("%v, %v", files, err)
	}
	of := d.open(d.file)
	verifier := of.logKey.Verifier()
	if err := of.close(); err != nil {
		t.Fatal(err)
	}
	same := func() {
		t.Helper()
		if got, err := custody.ReadSecond(os.DirFS(dir), verifier); err != nil || !bytes.HasPrefix(bytes.Join(got.Leaves, []byte("\n")), text[:len(text)-1]) {
			t.Errorf("%d leaves, %v", len(got.Leaves), err)
		}
	}
	same()
	// A crash in the middle of an append: half a line, and a half-made note.
	if err := os.WriteFile(name, text[:20*custody.LeafLine+17], 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, custody.FolderSigned, "2026-11-26.note.new"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.day(3)
	d.must("log", "checkpoint", "-c", d.file)
	same()
	if said, code := d.does("check", "-c", d.file); strings.Contains(said, "second place") {
		t.Errorf("%d\n%s", code, said)
	}

	// Another office's, and another history of this one: neither is written to.
	other := mustDrill(t, true)
	before, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	other.becomes(other.file, `leaves = "leaves"`, `leaves = "`+dir+`"`)
	said, code := other.does("log", "checkpoint", "-c", other.file)
	if code != exitFailed || !strings.Contains(said, "holds another log") || !strings.HasPrefix(said, "ombra: signed, but") {
		t.Errorf("%d\n%s", code, said)
	}
	before[len(before)-20] ^= 1
	if err := os.WriteFile(name, before, 0o600); err != nil {
		t.Fatal(err)
	}
	d.day(4)
	if said, code := d.does("log", "checkpoint", "-c", d.file); code != exitFailed || !strings.Contains(said, "another history") {
		t.Errorf("%d\n%s", code, said)
	}
	if said, _ := d.does("check", "-c", d.file); !strings.Contains(said, "MEND  the leaves of the last checkpoint, of 2026-11-27, are not in their second place") {
		t.Errorf("check says\n%s", said)
	}
}

// becomes changes a configuration.
func (d *drill) becomes(file, from, to string) {
	d.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		d.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(string(text), from, to, 1)), 0o600); err != nil {
		d.Fatal(err)
	}
}

// TestCrashDuringBackup leaves a copy of the database and half a file; both are
// gone after the next one, and the copy when the office is opened.
func TestCrashDuringBackup(t *testing.T) {
	d := mustDrill(t, false)
	left := []string{filepath.Join(d.top, "data", copyName), filepath.Join(d.top, "data", copyName+"-journal")}
	half := filepath.Join(d.top, "backups", ".ombud.example.org-2026-11-23.age.part")
	for _, name := range append(left, half) {
		if err := os.WriteFile(name, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d.must("roster", "list", "-c", d.file)
	for _, name := range left {
		if _, err := os.Stat(name); err == nil {
			t.Errorf("%s is left", name)
		}
	}
	d.must("backup", "-c", d.file)
	if all, err := os.ReadDir(filepath.Dir(half)); err != nil || len(all) != 1 {
		t.Errorf("%v, %v", all, err)
	}
}
