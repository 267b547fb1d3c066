package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"ombra/cases"
	"ombra/cases/sqlite"
	"ombra/config"
	"ombra/crypto"
	"ombra/crypto/custody"
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
	code  int
	words string
	hint  string
}

func (f *failure) Error() string { return f.words }

func fail(words, hint string) error   { return &failure{exitFailed, words, hint} }
func usage(words, hint string) error  { return &failure{exitUsage, words, hint} }
func refuse(words, hint string) error { return &failure{exitRefused, words, hint} }

// classify gives an error its exit code and its mend. Causes that may hold what
// somebody handed in are dropped; a path is kept, because an operator has to
// find the file, and the paths here are the office's own.
func classify(err error) error {
	var f *failure
	var refusal *crypto.Refusal
	var problems config.Problems
	var broken *custody.Break
	switch {
	case errors.As(err, &f):
		return f
	case errors.As(err, &problems):
		return fail(problems.Error(), "mend the configuration, then: ombra check")
	case errors.As(err, &refusal):
		return refuse(refusal.Error(), "")
	case errors.As(err, &broken):
		return refuse(broken.Error(), "keep everything as it is, and compare with checkpoints from elsewhere")
	case errors.Is(err, cases.ErrLog):
		// A store's error prints its kind only; the finding is what it wraps.
		var e *cases.Error
		if errors.As(err, &e) && errors.Unwrap(e) != nil {
			err = errors.Unwrap(e)
		}
		return refuse(err.Error(), "stop the office, keep everything as it is, and compare with checkpoints from elsewhere")
	}
	return classifyRest(err)
}

func classifyRest(err error) error {
	if cases.SayOf(err) == "clock" {
		return fail("the clock may have jumped: this is not the day of the last checkpoint, nor within two after it",
			"set the clock; if the day is right: ombra log checkpoint --day-is-right")
	}
	if words, ok := spoken[cases.SayOf(err)]; ok {
		return refuse(words.what, words.mend)
	}
	var path *fs.PathError
	switch {
	case errors.Is(err, cases.ErrUnclear):
		return fail("the disk failed, and it is not clear whether this was stored", "look with ombra roster list, and do it again if it was not")
	case errors.Is(err, sqlite.ErrInUse):
		return fail("another ombra has this office's database open", "stop it first, or wait until it has started and try again")
	case errors.Is(err, sqlite.ErrNewer):
		return fail("the database was written by a newer ombra", "install that version, or restore a backup made by this one")
	case errors.Is(err, cases.ErrFull), cases.SayOf(err) == "full", errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fail("the disk is full, or down to its reserve", "make room, then try again: nothing was stored")
	case errors.As(err, &path):
		return fail(path.Error(), "check that the file exists and who owns it")
	case cases.KindOf(err) == cases.Unavailable:
		return fail("the office's database did not take it", "look at ombra check, then try again: nothing was stored")
	}
	return fail(err.Error(), "")
}

// spoken are the catalog keys that an administrative command can meet. The
// catalog's own words are for people in a conversation.
var spoken = map[string]struct{ what, mend string }{
	"other-office": {"this enrolment is for another office", "it must be made with --origin and this office's origin"},
	"classic-key":  {"this key would not withstand a quantum computer, and the office requires that", "make a new one with ombra-desk key new, or set require_pq = false"},
	"mandate":      {"a mandate ends before it begins", "write --from and --until as days, like 2026-11-23"},
	"away":         {"these are not the first and last day of an absence", "write two days like 2026-12-21 2027-01-08, the last one today or later"},
	"not-away":     {"they are not away, and no absence is planned", "ombra roster list"},
	"until":        {"this cannot be the last day of the mandate", "write a day like 2028-12-31, today or later; to end it at once: ombra roster remove"},
	"role":         {"this name is on the roster in the other role, and holds cases in it", "give --backstop if it is the backstop, or appoint under another name"},
	"no-ombudsman": {"nobody of that name is on the roster", "ombra roster list"},
	"answer":       {"this is not the answer to the challenge that is open", "make a new challenge with ombra roster add, and answer that one"},
}

// report prints an error and gives the exit code. What is no failure comes from
// cobra, and is about usage.
func (o *options) report(err error) int {
	if err == nil {
		return exitOK
	}
	var f *failure
	if !errors.As(err, &f) {
		f = &failure{exitUsage, err.Error(), "ombra help"}
	}
	if f.words == "" { // everything was said already
		return f.code
	}
	if o.json {
		_ = json.NewEncoder(o.err).Encode(map[string]any{"error": f.words, "hint": f.hint, "code": f.code})
		return f.code
	}
	_, _ = fmt.Fprintf(o.err, "ombra: %s\n", crypto.Clean(f.words))
	if f.hint != "" {
		_, _ = fmt.Fprintf(o.err, "hint: %s\n", crypto.Clean(f.hint))
	}
	return f.code
}
