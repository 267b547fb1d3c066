package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"ombra/crypto"
)

// desk is what all commands share: the flags and the ways in and out.
type desk struct {
	home    string
	origin  string
	keyFile string
	json    bool

	in       io.Reader
	out, err io.Writer
	now      func() time.Time
	tty      *terminal // opened when first asked for
	work     int       // scrypt work factor of new key files
}

func newDesk() *desk {
	return &desk{in: os.Stdin, out: os.Stdout, err: os.Stderr, now: time.Now, work: 18}
}

func (d *desk) today() string { return d.now().Format(time.DateOnly) }

// say writes to standard output. Whatever it is given passes Clean: most of it
// comes from a host or a stranger, and a terminal obeys what it is sent.
func (d *desk) say(format string, args ...any) {
	_, _ = io.WriteString(d.out, crypto.Clean(fmt.Sprintf(format, args...)))
}

// note writes beside the output, so that a pipe gets only the result.
func (d *desk) note(format string, args ...any) {
	_, _ = io.WriteString(d.err, crypto.Clean(fmt.Sprintf(format, args...)))
}

func (d *desk) writeJSON(v any) error {
	e := json.NewEncoder(d.out)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// maxFile bounds what is read into memory: the largest bundle there can be.
const maxFile = 2 << 30

// read reads a whole file, or standard input for "-".
func (d *desk) read(name string) ([]byte, error) {
	if name == "-" {
		return limited(d.in)
	}
	f, err := os.Open(name) //nolint:gosec // the user names the file
	if err != nil {
		return nil, unread(name, err)
	}
	defer func() { _ = f.Close() }()
	b, err := limited(f)
	return b, unread(name, err)
}

// unread says of a file that the user named which one it is, by that name. Other
// paths stay out of what is printed (see classify).
func unread(name string, err error) error {
	var path *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fail("the file "+shownName(name)+" does not exist", "check its name, and the folder that you are in")
	case errors.Is(err, fs.ErrPermission):
		return fail("the file "+shownName(name)+" may not be read by you", "check who owns it")
	case errors.As(err, &path):
		return fail(shownName(name)+" cannot be read as a file", "check its name, and that it is no folder")
	}
	return err
}

// shownName is how an error names a file.
func shownName(name string) string {
	if name == "-" {
		return "what came on standard input"
	}
	return crypto.CleanLine(name)
}

// readNote reads a signed text. Mail turns its line ends into others; the
// signature is over ours.
func (d *desk) readNote(name string) ([]byte, error) {
	b, err := d.read(name)
	return bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")), err
}

// mangled names the file in a refusal of what was signed.
func mangled(name, what string, err error) error {
	if why := crypto.Refused(err); why == crypto.WhySignature || why == crypto.WhyFormat {
		return refuse(shownName(name)+" is not "+what+" as it was signed", "have it sent again as an attachment: mail and chat change pasted text")
	}
	return err
}

// free says whether a new file can be made, before anybody types a secret or a
// text for it.
func free(name string) error {
	if _, err := os.Lstat(name); err == nil {
		return fs.ErrExist
	}
	if info, err := os.Stat(filepath.Dir(name)); err != nil || !info.IsDir() {
		return fail("the folder of "+shownName(name)+" does not exist", "make it first, or choose another place")
	}
	return nil
}

// freeFolder says the same of a folder for attachments; "" asks for none.
func freeFolder(name string) error {
	if info, err := os.Stat(name); name != "" && err == nil && !info.IsDir() {
		return fail(shownName(name)+" is a file and no folder", "choose another name with --out")
	}
	return nil
}

func limited(r io.Reader) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err == nil && len(b) > maxFile {
		return nil, refuse("this file is too large", "check that it is the right one")
	}
	return b, err
}

// create writes a new file that only its owner may read, and never writes over
// one that exists: act.age of this morning may not have been sent yet. It leaves
// no half of one: that would be handed in, or be in the way of the next try.
func create(name string, b []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the user names the file
	if err != nil {
		return err
	}
	err = fill(f, b)
	if err != nil {
		_ = os.Remove(name)
	}
	return err
}

// fill writes a file to the disk, and closes it.
func fill(f *os.File, b []byte) error {
	_, err := f.Write(b)
	if serr := f.Sync(); err == nil {
		err = serr
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}
