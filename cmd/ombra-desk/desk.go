package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
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
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return limited(f)
}

func limited(r io.Reader) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err == nil && len(b) > maxFile {
		return nil, refuse("this file is too large", "check that it is the right one")
	}
	return b, err
}

// create writes a new file that only its owner may read, and never writes over
// one that exists: act.age of this morning may not have been sent yet.
func create(name string, b []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the user names the file
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if serr := f.Sync(); err == nil {
		err = serr
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}
