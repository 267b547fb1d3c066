package main

import (
	"bytes"
	"errors"
	"os"
	"strings"
)

// binary writes a file that is no text in UTF-8, and one that is a long text.
func binary(args []string) error {
	return errors.Join(os.WriteFile(args[0], []byte("caf\xe9\n"), 0o600),
		os.WriteFile(args[1], []byte(strings.Repeat("x", manyWords+1)), 0o600))
}

// slip writes what somebody types who gets a passcode wrong at first.
func slip(args []string) error {
	pass, err := os.ReadFile(args[0])
	return errors.Join(err, os.WriteFile(args[1], []byte("wrong\n"+string(pass)+"correct horse battery\n"), 0o600))
}

// crlf does to a file what mail does.
func crlf(args []string) error {
	b, err := os.ReadFile(args[0])
	return errors.Join(err, os.WriteFile(args[1], bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n")), 0o600))
}

// closed says whether the papers that follow are of a closed case.
func (s *hostState) closed(args []string) error {
	s.Closed = args[0] == "yes"
	return nil
}

// large writes a file that no form in Slack takes.
func large(args []string) error { return os.WriteFile(args[0], make([]byte, manyBytes), 0o600) }
