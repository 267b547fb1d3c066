package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"syscall"

	"ombra/cases/papers"
	"ombra/crypto"
	"ombra/crypto/custody"
	"ombra/crypto/receipt"
)

// The exit codes.
const (
	exitOK = iota
	exitFailed
	exitUsage
	exitRefused
)

// A failure is an error with its exit code and what to do about it.
type failure struct {
	code int
	err  error
	hint string
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

func fail(words, hint string) error   { return &failure{exitFailed, errors.New(words), hint} }
func usage(words, hint string) error  { return &failure{exitUsage, errors.New(words), hint} }
func refuse(words, hint string) error { return &failure{exitRefused, errors.New(words), hint} }

// classify gives an error its exit code. Only errors whose words are ours pass
// as they are: those of the system quote paths, which end up in reports of
// trouble and name what somebody was working on.
func classify(err error) error {
	var f *failure
	var refusal *crypto.Refusal
	var refused papers.RefusedError
	var broken *custody.Break
	switch {
	case errors.As(err, &f):
		return f
	case errors.As(err, &refusal):
		return &failure{exitRefused, refusal, ""}
	case errors.As(err, &refused):
		return &failure{exitRefused, refused, ""}
	case errors.As(err, &broken):
		return &failure{exitRefused, broken, "keep the bundle as it is, and compare it with checkpoints from elsewhere"}
	case errors.Is(err, receipt.ErrMistyped), errors.Is(err, receipt.ErrShape), errors.Is(err, receipt.ErrCode):
		return &failure{exitRefused, err, "compare it symbol by symbol with what was written down"}
	case isFull(err):
		return fail("the disk is full, so the file was not written", "make room, or choose another place, and do it again")
	case errors.Is(err, fs.ErrNotExist):
		return fail("a file that is needed does not exist", "check the name and the folder")
	case errors.Is(err, fs.ErrExist):
		return fail("a file of that name exists already, and nothing is overwritten", "choose another name with --out")
	case errors.Is(err, fs.ErrPermission):
		return fail("a file or folder may not be read or written by you", "check who owns it")
	}
	var path *fs.PathError
	if errors.As(err, &path) {
		return fail("a file could not be read or written", "check the name and the folder")
	}
	return &failure{exitFailed, err, ""}
}

// isFull: no room on the disk, or none of it for this user.
func isFull(err error) bool {
	const windowsDiskFull = syscall.Errno(112)
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || runtime.GOOS == "windows" && errors.Is(err, windowsDiskFull)
}

// report prints an error and gives the exit code. What is no failure comes from
// cobra, and is about usage.
func (d *desk) report(err error) int {
	if err == nil {
		return exitOK
	}
	var f *failure
	if !errors.As(err, &f) {
		f = &failure{exitUsage, err, "ombra-desk help"}
	}
	if d.json {
		_ = json.NewEncoder(d.err).Encode(map[string]any{"error": f.Error(), "hint": f.hint, "code": f.code})
		return f.code
	}
	_, _ = fmt.Fprintf(d.err, "ombra-desk: %s\n", crypto.Clean(f.Error()))
	if f.hint != "" {
		_, _ = fmt.Fprintf(d.err, "hint: %s\n", crypto.Clean(f.hint))
	}
	return f.code
}
