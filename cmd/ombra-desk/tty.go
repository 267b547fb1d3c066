package main

import (
	"errors"
	"io"
	"os"
	"os/signal"
	"runtime"
	"strings"

	"golang.org/x/term"

	"ombra/crypto"
)

// terminal is the user's terminal, whatever standard input and output are.
type terminal struct {
	in, out *os.File
}

var errClosed = fail("the terminal was closed", "start again")

// terminal opens the terminal on first use. Where there is none, instead says
// what would do for this question.
func (d *desk) terminal(instead string) (*terminal, error) {
	if d.tty != nil {
		return d.tty, nil
	}
	errNoTerminal := fail("there is no terminal to ask on", "run this in a terminal, or "+instead)
	if runtime.GOOS == "windows" {
		in, err := os.OpenFile("CONIN$", os.O_RDWR, 0)
		if err != nil {
			return nil, errNoTerminal
		}
		out, err := os.OpenFile("CONOUT$", os.O_WRONLY, 0)
		if err != nil {
			_ = in.Close()
			return nil, errNoTerminal
		}
		d.tty = &terminal{in, out}
		return d.tty, nil
	}
	f, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return nil, errNoTerminal
	}
	d.tty = &terminal{f, f}
	return d.tty, nil
}

func (d *desk) closeTerminal() {
	if d.tty == nil {
		return
	}
	_ = d.tty.in.Close()
	_ = d.tty.out.Close()
	d.tty = nil
}

func (t *terminal) say(words string) { _, _ = io.WriteString(t.out, crypto.Clean(words)) }

// line reads one line, byte by byte: what follows it belongs to the next
// question, and a buffer would swallow it.
func (t *terminal) line() (string, error) {
	var b []byte
	var one [1]byte
	for len(b) < 1<<16 {
		n, err := t.in.Read(one[:])
		if n == 1 && one[0] == '\n' {
			return strings.TrimSuffix(string(b), "\r"), nil
		}
		b = append(b, one[:n]...)
		if err != nil {
			if errors.Is(err, io.EOF) && len(b) > 0 {
				return string(b), nil
			}
			return "", errClosed
		}
	}
	return "", fail("this line is too long", "put the text into a file and use --file")
}

// secret reads a line without showing it.
func (t *terminal) secret(prompt string) (string, error) {
	t.say(prompt + " (not shown): ")
	fd := int(t.in.Fd())
	// Ctrl-C must not leave the user in a shell that shows nothing any more.
	if state, err := term.GetState(fd); err == nil {
		interrupted := make(chan os.Signal, 1)
		done := make(chan struct{})
		signal.Notify(interrupted, os.Interrupt)
		defer func() { signal.Stop(interrupted); close(done) }()
		go func() {
			select {
			case <-interrupted:
				_ = term.Restore(fd, state)
				_, _ = io.WriteString(t.out, "\n")
				os.Exit(exitFailed)
			case <-done:
			}
		}()
	}
	b, err := term.ReadPassword(fd)
	t.say("\n")
	if err != nil {
		return "", errClosed
	}
	return string(b), nil
}

// yes asks a question whose safe answer is no.
func (t *terminal) yes(question string) (bool, error) {
	t.say(question + " [y/N] ")
	s, err := t.line()
	if err != nil {
		return false, err
	}
	s = strings.ToLower(strings.TrimSpace(s))
	return s == "y" || s == "yes", nil
}

// text reads lines up to one with a dot alone.
func (t *terminal) text(prompt string) (string, error) {
	t.say(prompt + " End with a line that holds only a dot.\n")
	var b strings.Builder
	for {
		line, err := t.line()
		if err != nil {
			return "", err
		}
		if line == "." {
			return b.String(), nil
		}
		b.WriteString(line + "\n")
		if b.Len() > 1<<20 {
			return "", fail("this text is too long", "put it into a file and use --file")
		}
	}
}

// confirm asks on the terminal unless the user said yes beforehand, by a flag.
func (d *desk) confirm(yes bool, flag, question string) (bool, error) {
	if yes {
		return true, nil
	}
	t, err := d.terminal("answer beforehand with " + flag + ": " + question)
	if err != nil {
		return false, err
	}
	return t.yes(question)
}

// secret asks for a secret, or reads it from the file that an environment
// variable names.
func (d *desk) secret(env, prompt string) (string, error) {
	if name := os.Getenv(env); name != "" {
		b, err := os.ReadFile(name) //nolint:gosec // the user names the file
		if err != nil || len(b) > 4096 {
			return "", fail("the file that "+env+" names cannot be read", "put the secret alone on its first line")
		}
		first, _, _ := strings.Cut(string(b), "\n")
		return strings.TrimSuffix(first, "\r"), nil
	}
	t, err := d.terminal("put it into a file that " + env + " names")
	if err != nil {
		return "", err
	}
	return t.secret(prompt)
}

// tries is how often a secret may be typed.
const tries = 3

// retry asks again after a slip of the finger, which mistyped tells from all
// else: whoever is thrown out types the secret next into their shell, which
// keeps it. A file that a variable names says the same each time.
func (d *desk) retry(env string, mistyped func(error) bool, ask func() error) error {
	for n := 1; ; n++ {
		err := ask()
		if err == nil || n == tries || d.tty == nil || os.Getenv(env) != "" || errors.Is(err, errClosed) || !mistyped(err) {
			return err
		}
		d.tty.say("Not taken: " + err.Error() + ".\n")
	}
}

// always is for what can only be mistyped.
func always(error) bool { return true }
