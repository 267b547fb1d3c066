package terminal

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"

	"golang.org/x/term"
)

// input reads lines on demand, so that echo can be off for just one of them.
type input struct {
	want  chan bool // whether the line is hidden
	lines chan typed
	fd    int // of the terminal, -1 without one
	state *term.State
}

type typed struct {
	line string
	err  error
}

var (
	// errCut: the kernel drops what goes beyond its line buffer and says
	// nothing. Words would be lost in silence.
	errCut  = errors.New("terminal: the line was cut by the terminal")
	errLong = errors.New("terminal: the line is too long")
	errRead = errors.New("terminal: the input cannot be read")
)

const (
	// ttyLine is what Linux passes on of one line of a terminal, without its
	// end (N_TTY_BUF_SIZE is 4096).
	ttyLine = 4095
	maxLine = 1 << 20
)

func newInput(r io.Reader, tty bool) *input {
	in := &input{want: make(chan bool), lines: make(chan typed, 1), fd: -1}
	if f, ok := r.(*os.File); ok && tty && term.IsTerminal(int(f.Fd())) {
		in.fd = int(f.Fd())
		in.state, _ = term.GetState(in.fd)
	}
	go in.read(bufio.NewReader(r))
	return in
}

// close lets the reader go and turns the echo on again, which a read of a
// hidden line that was left may have off. A reader that is blocked ends with
// its input.
func (in *input) close() {
	close(in.want)
	if in.state != nil {
		_ = term.Restore(in.fd, in.state)
	}
}

// hides reports whether hidden lines are in fact not echoed.
func (in *input) hides() bool { return in.fd >= 0 }

// next waits for a line. At the end of the input its error is io.EOF.
func (in *input) next(ctx context.Context, hidden bool) (string, error) {
	select {
	case in.want <- hidden:
	case <-ctx.Done():
		return "", ctx.Err()
	}
	select {
	case t := <-in.lines:
		return t.line, t.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

func (in *input) read(r *bufio.Reader) {
	for hidden := range in.want {
		line, err := in.one(r, hidden)
		if in.fd >= 0 && len(line) >= ttyLine {
			line, err = "", errCut
		}
		in.lines <- typed{line, err}
	}
}

// one reads a line without its end. A terminal passes one line on per read, so
// that r never holds the hidden line already.
func (in *input) one(r *bufio.Reader, hidden bool) (string, error) {
	if hidden && in.fd >= 0 && r.Buffered() == 0 {
		line, err := term.ReadPassword(in.fd)
		return string(line), ended(err)
	}
	var line []byte
	long := false
	for {
		part, err := r.ReadSlice('\n')
		if len(line)+len(part) > maxLine {
			line, long = nil, true
		}
		if !long {
			line = append(line, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil && (len(line) == 0 || !errors.Is(err, io.EOF)):
			return "", ended(err)
		case long:
			return "", errLong
		}
		return trimEnd(string(line)), nil
	}
}

// ended hides what a read error says: it may name a device or a path.
func ended(err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		return err
	}
	return errRead
}

func trimEnd(line string) string {
	if n := len(line); n > 0 && line[n-1] == '\n' {
		line = line[:n-1]
	}
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	return line
}
