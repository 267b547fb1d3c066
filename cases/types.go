package cases

import (
	"crypto/rand"
	"fmt"
	"slices"
	"time"
)

// ID names a case: eight Crockford symbols in two groups, like "7F3K-9QWD".
// It is random: a sequence would tell volume and order (40 bits, drawn again
// on collision, not reused while the case is kept).
type ID string

const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// NewID draws an id.
func NewID() ID {
	var b [8]byte
	_, _ = rand.Read(b[:])
	for i := range b {
		b[i] = crockford[b[i]&31]
	}
	return ID(b[:4]) + "-" + ID(b[4:])
}

// Kind of a case: harm seen, or harm suffered that someone wants put right.
type Kind string

// The two kinds.
const (
	Report  Kind = "report"
	Redress Kind = "redress"
)

// Source says how the words came in, which decides what the host could see.
type Source string

// The sources.
const (
	Typed  Source = "typed"  // in a form: platform and host saw the words pass
	Sealed Source = "sealed" // sealed on the filer's own device, with a claim
	Stock  Source = "stock"  // a bare age file made by the stock tool
)

// Stage is how far a case has come.
type Stage string

// The stages, in order.
const (
	Received      Stage = "received"
	Acknowledged  Stage = "acknowledged"
	Assessing     Stage = "assessing"
	Investigating Stage = "investigating"
	Closed        Stage = "closed"
)

// Stages lists the stages in order.
var Stages = []Stage{Received, Acknowledged, Assessing, Investigating, Closed}

// Flags stand beside the stage.
type Flags uint32

// The flags. Test and Drill are set at filing and never change: such a case is
// in no figure.
const (
	Waiting Flags = 1 << iota // for the filer; stops no clock
	Held
	RemedyOutstanding
	Urgent
	Test
	Drill
	Disputed   // a former receipt says that its owner did not replace it
	Late       // a promised day passed unkept; it stays, and is counted
	Unreadable // a holder cannot open the newest case key; oversight must see it
	Stuck      // on appeal, and nobody who is there may decide it
	afterFlags

	// AllFlags has every flag set.
	AllFlags = afterFlags - 1
)

var flagNames = []string{"waiting", "held", "remedy outstanding", "urgent", "test", "drill", "disputed", "late", "unreadable", "appeal stuck"}

// Names lists the flags that are set.
func (f Flags) Names() []string {
	var names []string
	for i, n := range flagNames {
		if f&(1<<i) != 0 {
			names = append(names, n)
		}
	}
	return names
}

// Disposition is how a case ended.
type Disposition string

// Dispositions are all the ways to end a case.
var Dispositions = []Disposition{
	"substantiated", "partly", "unsubstantiated", "referred", "out-of-mandate",
	"question-answered", "duplicate", "no-answer", "withdrawn",
}

// Priorities, from least.
var Priorities = []string{"low", "normal", "high", "critical"}

// Day is a day in the office's time zone, as YYYY-MM-DD; no clock time is ever
// kept (law 2). The zero Day is no day; days compare as strings.
type Day string

// DayOf gives the day of a moment where its location says it is.
func DayOf(t time.Time) Day { return Day(t.Format(time.DateOnly)) }

// Time gives the day's first moment in UTC, for arithmetic.
func (d Day) Time() time.Time {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return time.Time{}
	}
	return t
}

// Add moves by calendar days.
func (d Day) Add(days int) Day { return DayOf(d.Time().AddDate(0, 0, days)) }

// AddMonths moves by calendar months; a day that the month does not have
// becomes its last (30 November and three months is 28 or 29 February).
func (d Day) AddMonths(months int) Day {
	t := d.Time()
	first := time.Date(t.Year(), t.Month()+time.Month(months), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return DayOf(first.AddDate(0, 0, min(t.Day(), last)-1))
}

// A Case is one matter, as the host may know it: no words, no names but the
// office's own ombudsmen, no clock time.
type Case struct {
	ID           ID
	Kind         Kind
	Source       Source
	Stage        Stage
	Flags        Flags
	Opened       Day
	Acknowledged Day
	Answered     Day // first explicit feedback
	Closed       Day
	AckDue       Day
	FeedbackDue  Day
	AssessDue    Day      // empty: the office promises none
	Extended     Day      // the one extension
	Appealed     Day      // the one appeal
	Withdraw     Day      // the filer's request, unless taken back
	Decided      []string // who signed its closing: an appeal goes to somebody else
	Clocked      Day      // the day through which its clocks were seen to
	Next         Day      // the day on which they have to be again; empty: none
	Category     string   // of the office's own list; set by assessment
	Priority     string
	Disposition  Disposition
	Lead         string
	Drawn        int    // how many were given live grants at filing
	Gate         string // version of the words shown before the filer typed
	Entry        int64  // log entry that opened the case
	HeldUntil    Day    // last day of a hold; empty unless held
	Keys         []Key  // by epoch
	Grants       []Grant
	Receipts     []Receipt // in the order they came
	Remedies     []Remedy  // by number
}

// A Key is the public half of a case key.
type Key struct {
	Epoch     int
	Recipient string
	By        string // "bot", or the ombudsman whose machine made it
	Statement []byte // the signed act that brought it; nil at epoch 0
}

// GrantState says whether a holder may be given the wrap.
type GrantState string

// The states of a grant. A wrap can be made at filing only: a dormant one is
// released later. Whoever's mandate ended has lapsed ones: they come back with a
// longer mandate, as long as no other holder has signed an act on the case since.
// A hidden one, of somebody who withdrew or was removed, never comes back. When
// another has signed, both are revoked: the wrap is deleted.
const (
	Live    GrantState = "live"
	Dormant GrantState = "dormant"
	Hidden  GrantState = "hidden"
	Lapsed  GrantState = "lapsed"
	Revoked GrantState = "revoked"
)

// Rank says why a holder has a grant.
type Rank string

// The ranks. Reserve and backstop are dormant at filing, for lateness, appeal
// and loss.
const (
	Designated Rank = "designated"
	Reserve    Rank = "reserve"
	Backstop   Rank = "backstop"
	Granted    Rank = "granted"
	Recused    Rank = "recused" // withdrew: nothing of the case reaches them again
)

// A Grant is a case key wrapped to one holder. Wrap is set only on the way in;
// [CaseTx.Wraps] reads it.
type Grant struct {
	Holder string
	Epoch  int
	State  GrantState
	Rank   Rank
	Wrap   []byte
}

// ReceiptState says what a receipt may still do.
type ReceiptState string

// The states of a receipt.
const (
	InHand   ReceiptState = "live"
	Replaced ReceiptState = "replaced" // by another or by none; until a day it can still say "this was not me"
	Ended    ReceiptState = "ended"    // opens nothing
)

// A Receipt is the public half of one receipt of a case.
type Receipt struct {
	Lookup    [32]byte // hash of the lookup code
	Recipient string
	Verifier  string
	Tag       [32]byte // keyed hash of the submission that made it
	State     ReceiptState
	Until     Day // of a replaced one
}

// Holds reports whether somebody has a grant in one of the given states.
func (c *Case) Holds(who string, states ...GrantState) bool {
	return slices.ContainsFunc(c.Grants, func(g Grant) bool { return g.Holder == who && slices.Contains(states, g.State) })
}

// Holders lists everybody with a live grant.
func (c *Case) Holders() []string {
	var names []string
	seen := map[string]bool{}
	for _, g := range c.Grants {
		if g.State == Live && !seen[g.Holder] {
			seen[g.Holder] = true
			names = append(names, g.Holder)
		}
	}
	return names
}

// Key is the newest case key.
func (c *Case) Key() Key { return c.Keys[len(c.Keys)-1] }

// Is reports whether a flag is set.
func (c *Case) Is(f Flags) bool { return c.Flags&f != 0 }

// PaperKind says what a paper is, as far as the host may know.
type PaperKind string

// The kinds of papers.
const (
	PaperReport  PaperKind = "report"
	PaperMore    PaperKind = "more"
	PaperFile    PaperKind = "file"
	PaperAnswer  PaperKind = "answer"
	PaperAsk     PaperKind = "ask"
	PaperRemedy  PaperKind = "remedy"
	PaperNote    PaperKind = "note"
	PaperLessons PaperKind = "lessons"
	PaperAct     PaperKind = "act"
)

// A Paper is one stored age file of a case: to the case recipient (For is
// empty), or to one receipt (For is the hash of its public half).
type Paper struct {
	N     int64 // order within the case, given by the store
	Case  ID
	Epoch int
	Kind  PaperKind
	For   string
	Once  [16]byte
	Day   Day
	Entry int64    // the log entry that commits to Sum
	Sum   [32]byte // sha256 of the age file
	Size  int64
	Blob  []byte // the age file, or nil when it lies on the Shelf
	Shelf string
}

func (c Case) String() string { return fmt.Sprintf("case %s", c.Stage) }
