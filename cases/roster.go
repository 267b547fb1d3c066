package cases

import (
	"bytes"
	"crypto/rand"
	"math/big"
	"slices"

	"ombra/crypto"
)

// Ombudsman is one of the roster: a mandate, its keys and whether they are
// proved. Everything here is public but Expect.
type Ombudsman struct {
	Name      string // roster name, ^[a-z][a-z0-9-]{0,31}$
	Backstop  bool   // the outside body whose grant lies dormant in every case
	Recipient string
	Verifier  string
	Enrolment []byte   // the signed note that binds the three above
	Past      [][]byte // enrolments that it replaced, oldest first
	From      Day      // the mandate's first day
	Until     Day      // the mandate's last day
	AwayFrom  Day
	AwayUntil Day
	Expect    [32]byte // hash of the right answer to the challenge; zero: none is open
	Proved    Day      // when the keys were proved; empty: nobody is designated before
	Removed   Day
	Seen      int64 // largest checkpoint that an act of theirs named

	key crypto.Recipient // Recipient, parsed once when the roster is loaded
}

// same reports whether an earlier enrolment is of the present keys.
func (o Ombudsman) same(enrolment []byte) bool {
	return bytes.Contains(enrolment, []byte("\nrecipient "+o.Recipient+"\n")) && bytes.Contains(enrolment, []byte("\nverifier "+o.Verifier+"\n"))
}

// recipient is the public key. To parse it costs an encryption.
func (o Ombudsman) recipient() (crypto.Recipient, error) {
	if !o.key.IsZero() && o.key.String() == o.Recipient {
		return o.key, nil
	}
	return crypto.ParseRecipient(o.Recipient)
}

// Serves reports whether the mandate runs on a day and the keys are proved.
func (o Ombudsman) Serves(day Day) bool {
	return o.Removed == "" && o.Proved != "" && o.From <= day && day <= o.Until
}

// Away reports whether the day lies in the away dates.
func (o Ombudsman) Away(day Day) bool {
	return o.AwayFrom != "" && o.AwayFrom <= day && day <= o.AwayUntil
}

// keyKind says which keys can open a case. What was sealed on a filer's device
// went to one kind, and only its owners can open it.
type keyKind int

const (
	anyKey keyKind = iota
	quantumKey
	classicKey
)

// want is what a case asks of its holders.
type want struct {
	day       Day
	excluded  []string
	keys      keyKind
	designate int
	reserve   int
}

func (w want) takes(o Ombudsman) bool {
	if !o.Serves(w.day) || slices.Contains(w.excluded, o.Name) {
		return false
	}
	return w.keys == anyKey || o.PostQuantum() == (w.keys == quantumKey)
}

// drawn is a holder on the day of filing.
type drawn struct {
	Ombudsman
	rank  Rank
	state GrantState
}

// draw picks who gets a case: designated ones at random among those who serve,
// then a reserve and the backstop, dormant. With nobody to designate the
// backstop is live; with nobody at all the result is empty, and nothing may be
// filed. After filing the server never draws again: it cannot know any more who
// is excluded.
func draw(roster []Ombudsman, w want) []drawn {
	var pool, backstops []Ombudsman
	for _, o := range roster {
		switch {
		case !w.takes(o):
		case o.Backstop:
			backstops = append(backstops, o)
		case !o.Away(w.day):
			pool = append(pool, o)
		}
	}
	shuffle(pool)
	var picked []drawn
	for i, o := range pool {
		switch {
		case i < w.designate:
			picked = append(picked, drawn{o, Designated, Live})
		case i < w.designate+w.reserve:
			picked = append(picked, drawn{o, Reserve, Dormant})
		}
	}
	state := Dormant
	if len(picked) == 0 {
		state = Live
	}
	for _, o := range backstops {
		picked = append(picked, drawn{o, Backstop, state})
	}
	return picked
}

// shuffle is Fisher and Yates' with the system's randomness: whoever could
// predict a draw could wait for a friend.
func shuffle(o []Ombudsman) {
	for i := len(o) - 1; i > 0; i-- {
		j, err := rand.Int(rand.Reader, big.NewInt(int64(i+1)))
		if err != nil {
			panic("cases: no randomness")
		}
		o[i], o[j.Int64()] = o[j.Int64()], o[i]
	}
}

// Fingerprint names the public key, to compare with what is published elsewhere.
func (o Ombudsman) Fingerprint() string {
	r, err := o.recipient()
	if err != nil {
		return "?"
	}
	return r.Fingerprint()
}

// PostQuantum reports whether the key withstands a quantum computer.
func (o Ombudsman) PostQuantum() bool {
	r, err := o.recipient()
	return err == nil && r.PostQuantum()
}
