package cases

import "errors"

// ErrorKind sorts failures by what the person can do about them. There is no
// "forbidden": a stranger must not tell it from not found (law 5).
type ErrorKind int

// The six kinds. The zero value is Internal, so that forgetting is safe.
const (
	Internal    ErrorKind = iota
	Invalid               // mend what was sent
	NotFound              // or not yours, or deleted: one answer
	Conflict              // it was done otherwise meanwhile: look again
	Throttled             // wait
	Unavailable           // our side cannot right now: nothing was stored
)

func (k ErrorKind) String() string {
	return [...]string{"internal", "invalid", "not found", "conflict", "throttled", "unavailable"}[k]
}

// Error is a failure that a person may be told of. Say is a key of the catalog,
// never text; the cause stays inside and is not printed.
type Error struct {
	Kind ErrorKind
	Say  string
	err  error
}

// E makes an Error. say is a catalog key under [error]; empty: the kind's own.
func E(kind ErrorKind, say string, cause error) *Error {
	return &Error{Kind: kind, Say: say, err: cause}
}

// Error names kind and phrase only: a cause may hold what a log must not.
func (e *Error) Error() string {
	if e.Say == "" {
		return e.Kind.String()
	}
	return e.Kind.String() + ": " + e.Say
}

func (e *Error) Unwrap() error { return e.err }

// KindOf gives an error's kind; Internal for anything that is not an Error.
func KindOf(err error) ErrorKind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// SayOf gives an error's phrase, or "".
func SayOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Say
	}
	return ""
}

// Outcomes that a store reports and callers branch on.
var (
	// ErrDone: this Once is in the log already, with the same case and act.
	ErrDone = errors.New("done already")
	// ErrTaken: the id of a new case is in use; draw another.
	ErrTaken = errors.New("id taken")
	// ErrUnclear: the commit failed in a way that leaves open whether it
	// happened. Look before you speak.
	ErrUnclear = errors.New("commit unclear")
	// ErrFull: the disk is full, or down to its reserve.
	ErrFull = errors.New("disk full")
	// ErrStillRead: somebody reads from before a deletion, so the traces of it
	// stay in the journal.
	ErrStillRead = errors.New("still read")
)

var errNotFound = E(NotFound, "not-found", nil)
