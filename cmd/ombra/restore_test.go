package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ombra/cases"
	"ombra/crypto"
)

// mustBackup is an office with some cases and one backup of it.
func mustBackup(t *testing.T) (d *drill, backup string) {
	t.Helper()
	d = mustDrill(t, true)
	d.served(d.file, func(socket string) {
		d.files(socket, "dora", false)
		d.files(socket, "emil", true)
	})
	d.must("log", "checkpoint", "-c", d.file) // it was signed; the leaves are copied
	return d, strings.SplitN(d.must("backup", "-c", d.file), "\n", 2)[0]
}

// refused wants one sentence and its mend, and nothing left behind.
func (d *drill) refused(want string, code int, args ...string) {
	d.Helper()
	dir := filepath.Join(d.TempDir(), "new")
	said, got := d.does(append([]string{"restore", args[0], dir}, args[1:]...)...)
	lines := strings.Split(strings.TrimSpace(said), "\n")
	if got != code || len(lines) != 2 || !strings.HasPrefix(lines[0], "ombra: "+want) || !strings.HasPrefix(lines[1], "hint: ") {
		d.Errorf("%q: exit %d, want %d\n%s", want, got, code, said)
	}
	if _, err := os.Lstat(dir); !errors.Is(err, fs.ErrNotExist) {
		d.Errorf("%q: something is left behind", want)
	}
}

func (d *drill) write(name string, text []byte) string {
	d.Helper()
	name = filepath.Join(d.TempDir(), name)
	if err := os.WriteFile(name, text, 0o600); err != nil {
		d.Fatal(err)
	}
	return name
}

// TestRestoreRefuses what it cannot make a whole office of, each with one clear
// sentence.
func TestRestoreRefuses(t *testing.T) {
	d, backup := mustBackup(t)
	whole, err := os.ReadFile(backup)
	if err != nil {
		t.Fatal(err)
	}
	other, err := crypto.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	with := []string{"--identity", d.key, "--leaves", filepath.Join(d.top, "leaves")}
	restore := func(want string, code int, file string) {
		t.Helper()
		d.refused(want, code, append([]string{file}, with...)...)
	}
	d.refused("this identity does not open the backup", exitRefused, backup, "--identity", d.write("key", []byte(other.Reveal())))
	d.refused("this is no age identity", exitRefused, backup, "--identity", d.write("key", []byte("secret")))
	d.refused("there is no identity at", exitFailed, backup, "--identity", "nowhere.key")
	d.refused("ombra restore needs the backup's identity", exitUsage, backup)
	d.refused("there is no backup at", exitFailed, "nowhere.age", "--identity", d.key)
	d.refused("there is no second place of the leaves", exitFailed, backup, "--identity", d.key, "--leaves", "nowhere")
	d.refused("--without-leaves, although", exitUsage, append([]string{backup, "--without-leaves"}, with...)...)
	restore("this is no backup of ombra", exitRefused, d.write("text", []byte("not age")))
	for _, at := range []int{len(whole) - 1, len(whole) / 2, len(whole) / 2 / 65552 * 65552, 70_000} {
		restore("the backup is damaged or cut off", exitRefused, d.write("cut", whole[:at]))
	}
	for _, at := range []int{5000, len(whole) / 2, len(whole) - 1} {
		torn := bytes.Clone(whole)
		torn[at] ^= 1
		restore("the backup is damaged or cut off", exitRefused, d.write("torn", torn))
	}
	restore("the backup is damaged or cut off", exitRefused, d.write("longer", append(bytes.Clone(whole), 0)))

	readable := d.write("open.key", []byte("x"))
	if err := os.Chmod(readable, 0o644); err != nil {
		t.Fatal(err)
	}
	d.refused("others can read", exitFailed, backup, "--identity", readable)
	for what, args := range map[string][]string{
		"there is something in " + d.top:           append([]string{"restore", backup, d.top}, with...),
		"there is something in " + d.top + "/data": append([]string{"restore", backup, "-c", d.file}, with...),
	} {
		if said, code := d.does(args...); code != exitFailed || !strings.Contains(said, what) {
			t.Errorf("into a full folder: %d\n%s", code, said)
		}
	}
}

// TestRestoreAnotherOffice: a configuration of one office and a backup of another.
func TestRestoreAnotherOffice(t *testing.T) {
	d, backup := mustBackup(t)
	text, err := os.ReadFile(d.file)
	if err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string][2]string{
		"this backup is of another office, ombud.example.org": {`origin = "ombud.example.org"`, `origin = "other.example.org"`},
		"one is for tests and one is not":                     {"test = true", "test = false"},
	} {
		file := d.write("ombra.toml", []byte(strings.Replace(string(text), change[0], change[1], 1)))
		said, code := d.does("restore", backup, "-c", file, "--identity", d.key)
		if code != exitRefused || !strings.Contains(said, want) {
			t.Errorf("%d\n%s", code, said)
		}
		if _, err := os.Lstat(filepath.Join(filepath.Dir(file), "data")); !errors.Is(err, fs.ErrNotExist) {
			t.Error("something is left behind")
		}
	}
	// The leaves of another office, and another history of this one.
	other := mustDrill(t, true)
	other.must("log", "checkpoint", "-c", other.file)
	d.refused("the leaves in the second place are another office's", exitRefused, backup, "--identity", d.key, "--leaves", filepath.Join(other.top, "leaves"))
	leaves := filepath.Join(d.top, "leaves", "leaves.jsonl")
	lines, err := os.ReadFile(leaves)
	if err != nil {
		t.Fatal(err)
	}
	lines[40] ^= 1
	if err := os.WriteFile(leaves, lines, 0o600); err != nil {
		t.Fatal(err)
	}
	d.refused("the leaves in the second place cannot be used", exitRefused, backup, "--identity", d.key, "--leaves", filepath.Dir(leaves))
}

// TestRestoreCutShort: a restore that was killed leaves no office, and the next
// one into the same folder goes on from nothing.
func TestRestoreCutShort(t *testing.T) {
	d, backup := mustBackup(t)
	dir := filepath.Join(d.TempDir(), "new")
	args := []string{"restore", backup, dir, "--identity", d.key, "--leaves", filepath.Join(d.top, "leaves")}
	d.must(args...)
	if err := os.WriteFile(filepath.Join(dir, "data", unfinished), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if said, code := d.does("roster", "list", "-c", filepath.Join(dir, "ombra.toml")); code != exitFailed || !strings.Contains(said, "was cut short") {
		t.Errorf("%d\n%s", code, said)
	}
	d.must(args...)
	d.must("roster", "list", "-c", filepath.Join(dir, "ombra.toml"))
}

// TestRestoreOfAWrongDay: a backup that was made while the clock was two years
// ahead is none the worse, and deletes nothing.
func TestRestoreOfAWrongDay(t *testing.T) {
	d, _ := mustBackup(t)
	d.day(730)
	backup := strings.SplitN(d.must("backup", "-c", d.file), "\n", 2)[0]
	d.day(1)
	with := []string{"--identity", d.key, "--leaves", filepath.Join(d.top, "leaves")}
	d.refused("the clock is before the day of the backup, 2028-11-22", exitFailed, append([]string{backup}, with...)...)
	dir := filepath.Join(d.TempDir(), "new")
	d.must(append([]string{"restore", backup, dir, "--day-is-right"}, with...)...)
	of := d.open(filepath.Join(dir, "ombra.toml"))
	if got := of.service.Restored(); got != (cases.Restored{Backup: "2026-11-24", Day: "2026-11-24"}) {
		t.Errorf("%+v", got)
	}
	if err := of.close(); err != nil {
		t.Fatal(err)
	}
}
