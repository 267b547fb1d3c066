package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"ombra/cases"
)

// small mounts a small file system.
func small(t *testing.T, dir, size string) {
	t.Helper()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "mode=0700,size="+size); err != nil {
		t.Skip("needs the right to mount a file system")
	}
	t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
}

// TestFullDiskDuringBackup: one sentence, nothing left, and the last backup is
// still there.
func TestFullDiskDuringBackup(t *testing.T) {
	d, backup := mustBackup(t)
	dir := filepath.Join(d.top, "small")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	small(t, dir, "256k")
	said, code := d.does("backup", dir, "-c", d.file)
	if lines := strings.Split(strings.TrimSpace(said), "\n"); code != exitFailed || len(lines) != 2 || !strings.HasPrefix(lines[0], "ombra: the disk is full") {
		t.Errorf("%d\n%s", code, said)
	}
	if empty, err := isEmpty(dir); err != nil || !empty {
		t.Errorf("half a backup is left: %v", err)
	}
	if left, err := filepath.Glob(filepath.Join(d.top, "data", copyName+"*")); err != nil || len(left) > 0 {
		t.Errorf("a copy is left: %v, %v", left, err)
	}
	if _, err := os.Stat(backup); err != nil {
		t.Error(err)
	}
}

func TestFullDiskDuringRestore(t *testing.T) {
	d, backup := mustBackup(t)
	dir := filepath.Join(d.top, "small")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, size := range []string{"64k", "256k", "420k", "512k"} {
		t.Run(size, func(t *testing.T) {
			small(t, dir, size)
			said, code := d.does("restore", backup, dir, "--identity", d.key, "--leaves", filepath.Join(d.top, "leaves"))
			if lines := strings.Split(strings.TrimSpace(said), "\n"); code != exitFailed || len(lines) != 2 || !strings.HasPrefix(lines[0], "ombra: the disk is full") {
				t.Errorf("%d\n%s", code, said)
			}
			if empty, err := isEmpty(dir); err != nil || !empty {
				t.Errorf("half an office is left: %v", err)
			}
		})
	}
	small(t, dir, "64m")
	d.must("restore", backup, dir, "--identity", d.key, "--leaves", filepath.Join(d.top, "leaves"))
}

// TestBackupsAge: old ones of this office go, and nothing else does; never on
// the word of a clock that jumped.
func TestBackupsAge(t *testing.T) {
	d, backup := mustBackup(t)
	folder := filepath.Dir(backup)
	others := []string{"other.example.org-2020-01-01.age", "ombud.example.org-2020-01-01.age.bak", "ombud.example.org-2020-13-01.age", "notes.txt"}
	for _, name := range append([]string{"ombud.example.org-2026-10-01.age"}, others...) {
		if err := os.WriteFile(filepath.Join(folder, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d.day(700)
	if said := d.must("backup", "-c", d.file); strings.Contains(said, "removed") {
		t.Errorf("a clock that jumped removed backups\n%s", said)
	}
	d.day(1)
	if said := d.must("backup", "-c", d.file); !strings.Contains(said, "1 older backups were removed") {
		t.Errorf("it says\n%s", said)
	}
	for _, name := range append(others, filepath.Base(backup), "ombud.example.org-2026-11-24.age") {
		if _, err := os.Stat(filepath.Join(folder, name)); err != nil {
			t.Error(err)
		}
	}
	of := d.open(d.file)
	defer of.close()
	for name, want := range map[string]string{"ombud.example.org-2026-11-24.age": "2026-11-24", "ombud.example.org-2026-1-24.age": "", "2026-11-24.age": ""} {
		if day, ok := of.dayOfBackup(name); ok != (want != "") || ok && day != cases.Day(want) {
			t.Errorf("%s is of %q, %v", name, day, ok)
		}
	}
}

// TestBackupRefuses what would be no backup.
func TestBackupRefuses(t *testing.T) {
	d := mustDrill(t, false)
	for want, args := range map[string][]string{
		"is lost with it":     {"backup", filepath.Join(d.top, "data", "files")},
		"there is no folder ": {"backup", filepath.Join(d.top, "nowhere")},
	} {
		if said, code := d.does(append(args, "-c", d.file)...); code != exitFailed || !strings.Contains(said, want) {
			t.Errorf("%d\n%s", code, said)
		}
	}
	text, err := os.ReadFile(d.file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, "recipient") || strings.HasPrefix(line, "folder") {
			lines[i] = ""
		}
	}
	if err := os.WriteFile(d.file, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	if said, code := d.does("backup", "-c", d.file); code != exitFailed || !strings.Contains(said, "no backup recipient") || !strings.Contains(said, "age-keygen -pq") {
		t.Errorf("%d\n%s", code, said)
	}
}
