package papers

import "time"

// A dispute between two receipts is decided by two holders who sign for the same
// one. One alone may be the thief, or in league with one, and that cuts both ways:
// whoever found a receipt may have replaced it, and would be kept by a word for
// the newer; but a receipt is also replaced because somebody else has it, and that
// somebody objects with it and would be kept by a word for the former. Whichever is
// kept is answered from then on, accepts remedies and withdraws; the other is
// gone for good. So neither way is a mere return to what was, and neither takes
// fewer signatures than the other.
//
// Where nobody else can be asked, one may sign the same once more, [AloneDays]
// later, if the receipt that would end was silent for so long: its owner, who is
// there, is not voted away by one person. What a stubborn thief can do by speaking
// is to keep the case frozen until a colleague is given it (act grant).
//
// The host applies this to each act, a desk to what was signed: the host's word on
// whose the case is is not believed.

// AloneDays is how many days lie at least between the two signatures of one who
// decides alone. An office can ask for more, and for no fewer.
const AloneDays = 14

// zones allows for machines in other time zones than their office, at both ends.
const zones = 2

// Votes are what was signed in one dispute, by signer.
type Votes map[string]Vote

// A Vote is which receipt somebody signed for, and since when the other one did
// not speak.
type Vote struct{ Keep, Since string }

// Sign adds a signature and reports whether the dispute is decided with it. gone
// says who withdrew from the case: they do not count. Days are at least how many
// have passed when somebody signs the same again.
func (v Votes) Sign(who, keep, day string, days int, gone func(string) bool) bool {
	others, against := 0, 0
	for name, o := range v {
		switch {
		case name == who || gone(name):
		case o.Keep == keep:
			others++
		default:
			against++
		}
	}
	own, again := v[who]
	again = again && own.Keep == keep
	if !again {
		v[who] = Vote{keep, day}
	}
	return others > 0 || again && against == 0 && !before(day, own.Since, days)
}

// Object notes that the receipt spoke which those who signed for the other one
// would end.
func (v Votes) Object(keep, day string) {
	for name, o := range v {
		if o.Keep == keep && o.Since < day {
			v[name] = Vote{keep, day}
		}
	}
}

// before reports whether fewer days than so many lie between two, or one is none.
func before(day, since string, days int) bool {
	d, err1 := time.Parse(time.DateOnly, day)
	s, err2 := time.Parse(time.DateOnly, since)
	return err1 != nil || err2 != nil || d.Before(s.AddDate(0, 0, days))
}
