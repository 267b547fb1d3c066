package terminal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"ombra/bot"
	"ombra/bot/prompt"
)

// The errors of this file carry no path: names of files tell a lot.
var (
	errNoFile = errors.New("terminal: no file that can be read")
	errSave   = errors.New("terminal: a file cannot be saved")
)

// localFile is a file of this machine, under a path as people type or drop it:
// in quotation marks, with ~ for their home.
func localFile(path string) (bot.File, error) {
	path = strings.TrimSpace(path)
	for _, q := range []string{`"`, `'`} {
		if inner, ok := strings.CutPrefix(path, q); ok && strings.HasSuffix(inner, q) {
			path = strings.TrimSuffix(inner, q)
		}
	}
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		if home, err := os.UserHomeDir(); err == nil {
			path = filepath.Join(home, rest)
		}
	}
	open := func(context.Context) (io.ReadCloser, error) {
		f, err := os.Open(path) //nolint:gosec // the person names a file of their own, with their own rights
		if err != nil {
			return nil, errNoFile
		}
		return f, nil
	}
	// Stat first: to open a named pipe would wait for whoever writes to it.
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return bot.File{}, errNoFile
	}
	f, err := open(context.Background())
	if err != nil {
		return bot.File{}, errNoFile
	}
	return bot.File{Name: filepath.Base(path), Size: info.Size(), Open: open}, f.Close()
}

// hand saves the files that came with a step, and says where they are.
func (t *Terminal) hand(ctx context.Context, files []bot.File) {
	for _, f := range files {
		if t.o.Save == "" {
			t.print(t.words().Get("prompt.no_folder") + "\n")
			continue
		}
		path, err := save(ctx, t.o.Save, f)
		if err != nil {
			t.print(t.words().Get("prompt.not_saved") + "\n")
			continue
		}
		t.print(t.words().Get("prompt.saved", "path", prompt.Clean(path)) + "\n")
	}
}

// save writes a file under a safe name that is still free, for its owner only.
func save(ctx context.Context, folder string, f bot.File) (path string, err error) {
	if f.Open == nil || os.MkdirAll(folder, 0o700) != nil {
		return "", errSave
	}
	from, err := f.Open(ctx)
	if err != nil {
		return "", errSave
	}
	defer func() { _ = from.Close() }()
	to, err := create(folder, safeName(f.Name))
	if err != nil {
		return "", errSave
	}
	_, err = io.Copy(to, from)
	if err = errors.Join(err, to.Close()); err != nil {
		_ = os.Remove(to.Name()) // half a file would pass for a whole one
		return "", errSave
	}
	return to.Name(), nil
}

// create never opens what is there already, be it a file or a link to one.
func create(folder, name string) (*os.File, error) {
	ext := filepath.Ext(name)
	stem := strings.TrimSuffix(name, ext)
	for n := 2; n < 1000; n++ {
		f, err := os.OpenFile(filepath.Join(folder, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // name comes from safeName
		if !errors.Is(err, os.ErrExist) {
			return f, err
		}
		name = fmt.Sprintf("%s-%d%s", stem, n, ext)
	}
	return nil, errSave
}

// base is the last part of a path of any system.
func base(path string) string {
	return path[strings.LastIndexAny(path, `/\`)+1:]
}

// safeName makes a stranger's file name one that stays in its folder, shows as
// it is, and is neither hidden nor an option to a program.
func safeName(name string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r) || strings.ContainsRune(" ._-()+", r) {
			return r
		}
		return '_'
	}, prompt.Clean(base(name)))
	name = strings.TrimRight(strings.TrimLeft(name, " .-"), " .")
	ext := filepath.Ext(name)
	if len(ext) > 12 {
		ext = ""
	}
	stem := strings.TrimSuffix(name, ext)
	for len(stem) > 100 {
		_, n := utf8.DecodeLastRuneInString(stem)
		stem = stem[:len(stem)-n]
	}
	if stem == "" {
		stem = "file"
	}
	return stem + ext
}
