package cases

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"slices"
	"sync/atomic"
	"time"

	"filippo.io/age"

	"ombra/crypto"
	"ombra/crypto/custody"
)

// Office is what an office decided about itself.
type Office struct {
	Origin       string // fixed for ever: it is inside receipts, keys and the log
	Test         bool   // made for tests, for good: its cases are in no figure
	Zone         *time.Location
	Designate    int // live grants per case
	Reserve      int // dormant ones, for an appeal
	Absence      int // days away after which a holder counts as not there; 0: never
	Warn         int // days before a promised one on which its holders are told
	Release      int // days late after which a dormant grant is released, and again; 0: never
	CoolingOff   int // days in which a filer can take back a withdrawal
	AloneDays    int // of a receipt's silence until one holder alone may decide against it; at least papers.AloneDays
	RequirePQ    bool
	TypedReplies bool  // ombudsmen may answer by typing in the chat, unsigned
	Hours        []int // fixed hours of the day for notices, ascending
	Profile      Profile
	SilentDays   int // without the filer's word, until a delivery may be called unconfirmed; 0 is 30
	Categories   []string
	Quiet        int // the hour for the day's checkpoint, and for what holds filings up
	Keeping      Keeping
	Notice       int      // days until a shorter time binds; at least 14
	Oversight    []string // names, of nobody on the roster; notices about lateness go to them
	Few          int      // figures below are not told; 0 means 5
	MaxFiles     int
	MaxFile      int64 // bytes
}

// Transport holds each month's transport identity, which opens sealed files and
// act files on their way in. It is the one kind of identity on the host, and
// opens nothing that is stored.
type Transport interface {
	Recipient() crypto.Recipient
	Identities() []age.Identity
}

// Options are what a Service needs.
type Options struct {
	Store     Store
	Shelf     Shelf
	Office    Office
	LogKey    crypto.SigningKey // its name is the origin
	Transport Transport
	Now       func() time.Time
}

// Service decides who may do what. It is safe for concurrent use. One process
// has one Service: it keeps the roster in memory.
type Service struct {
	Options
	roster atomic.Pointer[[]Ombudsman]
	back   atomic.Pointer[Restored]
	known  atomic.Pointer[settings]
}

// New loads the roster and makes a Service.
func New(ctx context.Context, o Options) (*Service, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Service{Options: o}
	return s, errors.Join(s.loadRoster(ctx), s.loadRestored(ctx), s.loadSettings(ctx))
}

func (s *Service) loadRoster(ctx context.Context) error {
	return s.Store.View(ctx, func(tx Tx) error {
		all, err := tx.Ombudsmen()
		if err != nil {
			return err
		}
		for i := range all {
			// One that does not parse says so when it is drawn.
			all[i].key, _ = all[i].recipient()
		}
		s.roster.Store(&all)
		return nil
	})
}

// Today is the day in the office's time zone.
func (s *Service) Today() Day { return DayOf(s.Now().In(s.Office.Zone)) }

// Roster lists everybody who is or was on it.
func (s *Service) Roster() []Ombudsman { return slices.Clone(*s.roster.Load()) }

// Ombudsman finds one of the roster who was not removed.
func (s *Service) Ombudsman(name string) (Ombudsman, bool) {
	for _, o := range *s.roster.Load() {
		if o.Name == name && o.Removed == "" {
			return o, true
		}
	}
	return Ombudsman{}, false
}

// Open reports whether anything can be filed today: somebody must be there to
// read it.
func (s *Service) Open() bool { return len(draw(*s.roster.Load(), s.want(nil, anyKey))) > 0 }

func (s *Service) want(excluded []string, keys keyKind) want {
	if keys == anyKey && s.Office.RequirePQ {
		keys = quantumKey
	}
	return want{
		day: s.Today(), excluded: excluded, keys: keys,
		designate: s.Office.Designate, reserve: s.Office.Reserve,
	}
}

// view and update translate what a store reports into what a person may be
// told; an Error passes as it is.
func (s *Service) view(ctx context.Context, f func(Tx) error) error {
	return told(s.Store.View(ctx, f))
}

func (s *Service) update(ctx context.Context, f func(Tx) error) error {
	return told(s.Store.Update(ctx, f))
}

func told(err error) error {
	var known *Error
	var refusal *crypto.Refusal
	switch {
	case err == nil, errors.As(err, &known), errors.Is(err, ErrDone), errors.Is(err, ErrTaken), errors.Is(err, ErrUnclear), errors.Is(err, errStale):
		return err
	case errors.As(err, &refusal):
		return E(Invalid, "refused."+string(refusal.Why), err)
	case errors.Is(err, ErrFull):
		return E(Unavailable, "full", err)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return E(Unavailable, "busy", err)
	default:
		return E(Unavailable, "", err)
	}
}

// entry makes a log entry with a nonce of its own.
func entry(once [16]byte, d custody.Details) Entry {
	e := Entry{Once: once, Details: d}
	_, _ = rand.Read(e.Nonce[:])
	return e
}

// NewOnce draws the sixteen bytes that make an act unique.
func NewOnce() (once [16]byte) {
	_, _ = rand.Read(once[:])
	return once
}

// An Attachment is a file on its way in. Size is a claim; a stream of another
// length is refused. Open may be called more than once.
type Attachment struct {
	Name string
	Type string
	Size int64
	Open func(context.Context) (io.ReadCloser, error)
}
