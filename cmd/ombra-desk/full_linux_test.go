package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// full is a folder on a file system that has room for one page.
func full(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "mode=0700,size=4k"); err != nil {
		t.Skip("needs the right to mount a file system")
	}
	t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
	if err := os.WriteFile(filepath.Join(dir, "page"), make([]byte, 4096), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// does runs the desk and returns what it says and its exit code.
func does(t *testing.T, home string, args ...string) (said string, code int) {
	t.Helper()
	var both bytes.Buffer
	d := newDesk()
	d.work, d.in, d.out, d.err = 10, &both, &both, &both
	code = run(append([]string{"--home", home}, args...), d)
	return both.String(), code
}

// TestFullDisk: a full disk leaves no half of a file, neither to be handed in nor
// in the way of the next try, and no receipt or key that looks as if it counted.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	for name, text := range map[string]string{"pass": "correct horse battery", "words": "It was so."} {
		if err := os.WriteFile(at(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("OMBRA_DESK_PASSPHRASE_FILE", at("pass"))
	mustDo := func(args ...string) {
		if said, code := does(t, at("home"), args...); code != exitOK {
			t.Fatal(said)
		}
	}
	mustDo("key", "new", "--origin", testOrigin, "--name", "anna", "--enrolment", at("anna.enrolment"))
	t.Chdir(dir)
	for _, args := range [][]string{{"init"}, {"office", "anna.enrolment"}} {
		if hostMain(args) != 0 {
			t.Fatal(args)
		}
	}

	tiny := full(t)
	to := func(name string) string { return filepath.Join(tiny, name) }
	for name, test := range map[string]struct {
		home  string
		args  []string
		gone  []string // besides what is on the full disk
		words string
	}{
		"seal": {
			at("home"), []string{"seal", "--office", "office.note", "--text", "words", "--out", to("sealed.age")}, nil, "strike out that receipt",
		},
		"intake": {
			at("home"),
			[]string{"intake", "--office", "office.note", "--source", "oral", "--received", "2026-11-20", "--text", "words", "--out", to("sealed.age"), "--slip", at("slip.html")},
			[]string{at("slip.html")},
			"",
		},
		"key":       {to("home"), []string{"key", "new", "--origin", testOrigin, "--name", "bela"}, []string{at("bela.enrolment")}, ""},
		"enrolment": {at("other"), []string{"key", "new", "--origin", testOrigin, "--name", "bela", "--enrolment", to("bela.enrolment")}, []string{at("other/" + testOrigin + "/key.age")}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			said, code := does(t, test.home, test.args...)
			if code != exitFailed || !strings.Contains(said, "ombra-desk: the disk is full, so the file was not written\nhint: ") || !strings.Contains(said, test.words) {
				t.Errorf("%d\n%s", code, said)
			}
			test.gone = append(test.gone, to("sealed.age"), to("bela.enrolment"), to("home/"+testOrigin+"/key.age"))
			for _, name := range test.gone {
				if _, err := os.Lstat(name); err == nil {
					t.Errorf("%s is left", filepath.Base(name))
				}
			}
		})
	}
}
