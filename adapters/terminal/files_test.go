package terminal

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"

	"ombra/bot"
)

func TestSafeName(t *testing.T) {
	for _, tc := range []struct{ name, in, want string }{
		{"plain", "papers-2026.age", "papers-2026.age"},
		{"other scripts", "жалоба №1.pdf", "жалоба _1.pdf"},
		{"climbs out", "../../etc/passwd", "passwd"},
		{"climbs out of Windows", `..\..\boot.ini`, "boot.ini"},
		{"absolute", "/etc/", "file"},
		{"hidden", ".bashrc", "bashrc"},
		{"an option", "--rf", "rf"},
		{"only dots", "...", "file"},
		{"empty", "", "file"},
		{"escapes", "a\x1b[2Jb\n.txt", "a_2Jb_.txt"},
		{"reversed ending", "cod\u202efdp.exe", "codfdp.exe"},
		{"a stream", "a.txt:evil", "a.txt_evil"},
		{"long", strings.Repeat("é", 200) + ".pdf", strings.Repeat("é", 50) + ".pdf"},
		{"long ending", "a." + strings.Repeat("b", 300), "a." + strings.Repeat("b", 98)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := safeName(tc.in); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func FuzzSafeName(f *testing.F) {
	f.Add("../a\x1b\u202e.exe")
	f.Add(strings.Repeat("漢", 90) + ".")
	f.Fuzz(func(t *testing.T, name string) {
		got := safeName(name)
		if got == "" || len(got) > 120 || !filepath.IsLocal(got) || filepath.Base(got) != got || strings.ContainsAny(got[:1], ".- ") || strings.ContainsAny(got, "\x1b\n/\\:\u202e") {
			t.Errorf("%q became %q", name, got)
		}
	})
}

func file(name, text string) bot.File {
	return Upload{Name: name, Data: []byte(text)}.file()
}

// The story: a file that the bot hands over is named like one that is there
// already, or like a link to one that matters.
func TestSaveOverwritesNothing(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "new")
	target := filepath.Join(t.TempDir(), "precious")
	if err := errors.Join(os.WriteFile(target, []byte("precious"), 0o600), os.Mkdir(folder, 0o700), os.Symlink(target, filepath.Join(folder, "a.txt"))); err != nil {
		t.Fatal(err)
	}
	r := &recorder{tb: t, steps: map[string]bot.Step{"": {Title: "Papers", Files: []bot.File{file("a.txt", "1"), file("../a.txt", "2")}}}}
	out := mustRun(t, Options{Save: folder}, r)
	for name, want := range map[string]string{"a-2.txt": "1", "a-3.txt": "2"} {
		path := filepath.Join(folder, name)
		got, err := os.ReadFile(path)
		info, _ := os.Stat(path)
		if err != nil || string(got) != want || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %q, %v", name, got, err)
		}
		wantText(t, out, "Saved: "+path)
	}
	if got, _ := os.ReadFile(target); string(got) != "precious" {
		t.Error("wrote through a link")
	}
}

func TestSaveFails(t *testing.T) {
	broken := func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(strings.NewReader("half"), iotest.ErrReader(errors.New("secret.txt")))), nil
	}
	gone := func(context.Context) (io.ReadCloser, error) { return nil, errNoFile }
	for name, f := range map[string]bot.File{"half": {Name: "x", Open: broken}, "gone": {Name: "x", Open: gone}, "nothing": {Name: "x"}} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			r := &recorder{tb: t, steps: map[string]bot.Step{"": {Title: "Papers", Files: []bot.File{f}}}}
			wantText(t, mustRun(t, Options{Save: folder}, r), "could not be saved")
			if left, _ := os.ReadDir(folder); len(left) != 0 {
				t.Error("half a file is left")
			}
			wantText(t, mustRun(t, Options{}, r), "no folder to save it in")
		})
	}
}

func TestLocalFile(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	path := filepath.Join(home, "a b.txt")
	if err := errors.Join(os.WriteFile(path, []byte("12345"), 0o600), syscall.Mkfifo(filepath.Join(home, "pipe"), 0o600)); err != nil {
		t.Fatal(err)
	}
	for _, typed := range []string{path, ` "` + path + `" `, "~/a b.txt", "'~/a b.txt'"} {
		f, err := localFile(typed)
		if err != nil || f.Name != "a b.txt" || f.Size != 5 || mustContent(t, f) != "12345" || mustContent(t, f) != "12345" {
			t.Errorf("%q: %v, %v", typed, f.Size, err)
		}
	}
	for _, typed := range []string{"", home, "~/pipe", "~/gone", "/dev/null", `"`, "~/a\x00b"} {
		_, err := localFile(typed)
		var path *fs.PathError
		if err == nil || errors.As(err, &path) {
			t.Errorf("%q: %v", typed, err)
		}
	}
}

// What comes out of memory to a screen never carries an escape.
func TestSavedPathIsHarmless(t *testing.T) {
	r := &recorder{tb: t, steps: map[string]bot.Step{"": {Title: "P", Files: []bot.File{file("\x1b]0;x\a\u202eb", "1")}}}}
	out := mustRun(t, Options{Save: filepath.Join(t.TempDir(), "a\x1b[2J")}, r)
	if bytes.ContainsAny([]byte(out), "\x1b\a\u202e") {
		t.Errorf("%q", out)
	}
}
