package papers

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"ombra/crypto"
)

// Forms are the five forms of remedy of the UN Basic Principles (General
// Assembly resolution 60/147); satisfaction is an apology or a public
// acknowledgement, non-repetition a guarantee.
var Forms = []string{"restitution", "compensation", "rehabilitation", "satisfaction", "non-repetition"}

// MaxRemedies is how many remedies a case can have: they are shown one by one.
const MaxRemedies = 12

// The states of a remedy. Refused, confirmed and unconfirmed end it.
const (
	Recommended = "recommended"
	Agreed      = "agreed"
	Refused     = "refused"
	Offered     = "offered"
	Accepted    = "accepted"
	Contested   = "contested"
	Delivered   = "delivered"
	Confirmed   = "confirmed"
	Unconfirmed = "unconfirmed"
)

// RemedyStates lists them in the order of a remedy that goes well; the last
// three are ends.
var RemedyStates = []string{Recommended, Agreed, Offered, Contested, Accepted, Delivered, Refused, Confirmed, Unconfirmed}

// Who makes a step: the envelopes' words for them.
const (
	filer     = "filer"
	ombudsman = "ombudsman"
)

// A RemedyMove is one row of the table of what can happen to a remedy.
type RemedyMove struct {
	Do     string
	By     string   // filer: with the receipt; ombudsman: a signed act
	From   []string // none: it begins one
	To     string
	Second bool // by another ombudsman than the one who signed last
	Silent bool // after the office's days without a word of the filer
}

// RemedyMoves is the one table of remedies. The host applies it to each act, a
// desk to what was signed: the host's word on where a remedy stands is not
// believed. The diagram in docs/design.md is printed from it.
//
// Whatever ends a remedy that the filer accepted, and without the filer's word,
// takes two ombudsmen: one alone could close a case on a delivery that never was.
var RemedyMoves = []RemedyMove{
	{Do: "recommend", By: ombudsman, To: Recommended},
	{Do: "agreed", By: ombudsman, From: []string{Recommended}, To: Agreed},
	{Do: "refused", By: ombudsman, From: []string{Recommended, Agreed, Offered, Contested}, To: Refused},
	{Do: "refused", By: ombudsman, From: []string{Accepted}, To: Refused, Second: true},
	{Do: "offer", By: ombudsman, From: []string{Agreed, Contested}, To: Offered},
	{Do: "accept", By: filer, From: []string{Offered}, To: Accepted},
	{Do: "contest", By: filer, From: []string{Offered}, To: Contested},
	{Do: "delivered", By: ombudsman, From: []string{Accepted}, To: Delivered},
	{Do: "confirm", By: filer, From: []string{Delivered}, To: Confirmed},
	{Do: "missing", By: filer, From: []string{Delivered}, To: Accepted},
	{Do: "unconfirmed", By: ombudsman, From: []string{Delivered}, To: Unconfirmed, Second: true, Silent: true},
}

// OnRemedy says whether an act is one on a remedy.
func OnRemedy(do string) bool {
	return slices.ContainsFunc(RemedyMoves, func(m RemedyMove) bool { return m.Do == do })
}

// A Remedy is what is done to put harm right, without its words.
type Remedy struct {
	Number int    `json:"number"` // within the case, from 1
	Form   string `json:"form"`
	State  string `json:"state"`
	Due    string `json:"due"`    // the day by which the next thing is promised
	Day    string `json:"day"`    // of the last step
	Signer string `json:"signer"` // the ombudsman who signed last
	// On is the once of the last step. The next one names it, so that no act can
	// be played again on a remedy that has moved on since.
	On string `json:"on"`
}

// A RemedyStep is an act on a remedy, before it is judged.
type RemedyStep struct {
	Do, By string // By as in RemedyMove
	Who    string // of the ombudsmen
	Once   string
	Day    string
	Set    map[string]string
}

// Number is the remedy that a step names, or 0.
func (s RemedyStep) Number() int {
	if !numberShape.MatchString(s.Set["remedy"]) {
		return 0
	}
	n, _ := strconv.Atoi(s.Set["remedy"]) // two digits, as the shape says
	return n
}

// RemedyOpen finds the move for a step from a state; "" is where none is yet.
func RemedyOpen(do, by, state string) (RemedyMove, bool) {
	for _, m := range RemedyMoves {
		if m.Do == do && m.By == by && (m.From == nil && state == "" || slices.Contains(m.From, state)) {
			return m, true
		}
	}
	return RemedyMove{}, false
}

// Ended says whether nothing more can happen to it.
func (m Remedy) Ended() bool {
	return !slices.ContainsFunc(RemedyMoves, func(x RemedyMove) bool { return slices.Contains(x.From, m.State) })
}

// Next judges a step on a remedy, or on the zero Remedy with the number of a new
// one, and gives what it becomes.
func (m Remedy) Next(s RemedyStep) (Remedy, error) {
	move, ok := RemedyOpen(s.Do, s.By, m.State)
	switch {
	case m.Number < 1 || m.Number > MaxRemedies || s.Number() != m.Number || !ok && m.State == "":
		return m, ErrRemedy
	case !ok, m.State != "" && s.Set["on"] != m.On:
		return m, ErrRemedyState
	case move.Second && s.Who == m.Signer:
		return m, ErrSecond
	}
	m.State, m.Day, m.On = move.To, s.Day, s.Once
	if form := s.Set["form"]; form != "" {
		m.Form = form
	}
	if due := s.Set["due"]; due != "" {
		m.Due = due
	}
	if s.By == ombudsman {
		m.Signer = s.Who
	}
	return m, nil
}

// Line is how a remedy is named above the words that concern it.
func (m Remedy) Line() string {
	return fmt.Sprintf("Remedy %d, %s: %s, due %s.", m.Number, m.Form, m.State, m.Due)
}

// A Ledger is all remedies of a case, by number.
type Ledger []Remedy

// At is the remedy that a step concerns: one that is there, or the next.
func (l Ledger) At(s RemedyStep) Remedy {
	if n := s.Number(); n >= 1 && n <= len(l) {
		return l[n-1]
	}
	return Remedy{Number: len(l) + 1}
}

// With is the ledger with a remedy as it is now.
func (l Ledger) With(m Remedy) Ledger {
	if m.Number == len(l)+1 {
		return append(slices.Clone(l), m)
	}
	l = slices.Clone(l)
	l[m.Number-1] = m
	return l
}

// settle fills in what this machine knows better than whoever types: the number
// of a new remedy, and which act on an old one is answered.
func (t *Thread) settle(d Draft, s RemedyStep) (Draft, Remedy, error) {
	set := maps.Clone(d.Set)
	if set == nil {
		set = map[string]string{}
	}
	if d.Do == RemedyMoves[0].Do {
		set["remedy"] = strconv.Itoa(len(t.Remedies) + 1)
	}
	s.Set, d.Set = set, set
	was := t.Remedies.At(s)
	if was.On != "" {
		set["on"] = was.On
	}
	m, err := was.Next(s)
	return d, m, err
}

// answered notes what a filer answers to a remedy. A receipt that was replaced
// binds nobody any more.
func (r *reader) answered(it *Item, by string, n crypto.FilerNote) {
	if !OnRemedy(n.Do) {
		return
	}
	it.Do, it.Set = n.Do, n.Set
	if by != r.t.Filer {
		it.Do = ""
		r.warnf("Paper %d answers a remedy with a receipt that is not the filer's any more: it binds nobody.", it.N)
	}
}

// ledger reads the remedies off what was signed.
func (r *reader) ledger() {
	for _, it := range r.t.Items {
		if !OnRemedy(it.Do) {
			continue
		}
		s := RemedyStep{Do: it.Do, By: it.From, Who: it.By, Once: it.Once, Day: it.Day, Set: it.Set}
		m, err := r.t.Remedies.At(s).Next(s)
		if s.By == ombudsman && err == nil {
			err = Settles(s.Do, s.Set)
		}
		if !it.Signed || err != nil {
			r.warnf("Paper %d is an act on a remedy that is not shown to be signed, or not one that can follow the others: the list of remedies leaves it out.", it.N)
			continue
		}
		r.t.Remedies = r.t.Remedies.With(m)
	}
}

// settled writes what an act settles; which act it answers is for machines.
func settled(set map[string]string) string {
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(set)) {
		if k != "on" && k != keySetting {
			fmt.Fprintf(&b, "\n%s: %s", k, set[k])
		}
	}
	return b.String()
}

var (
	numberShape = regexp.MustCompile(`^[1-9][0-9]?$`)
	onShape     = regexp.MustCompile(`^[0-9a-f]{32}$`)
)

// What an act on a remedy settles. The number of a new one and the act that is
// answered are filled in by [Thread.Act]; the other end holds them to its rows.
var (
	whichRemedy = setting{numberShape.MatchString, ErrRemedy}
	newRemedy   = setting{func(s string) bool { return s == "" || numberShape.MatchString(s) }, ErrRemedy}
	answers     = setting{func(s string) bool { return s == "" || onShape.MatchString(s) }, ErrRemedy}
	whichForm   = setting{oneOf(Forms), ErrForm}
	whichDue    = setting{isDay, ErrDue}
)
