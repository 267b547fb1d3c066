package papers

import (
	"cmp"
	"slices"
	"time"

	"ombra/crypto"
)

// roster compares the enrolments with the pinned ones. A pinned key always
// wins; a key that is new is reported and trusted for nothing yet.
func (r *reader) roster() {
	for _, e := range r.p.roster {
		pinned, known := r.pins.Enrolments[e.Name]
		switch {
		case !known:
			r.t.NewKeys = append(r.t.NewKeys, e)
		case !sameKeys(pinned, e):
			r.warnf("The keys of %s are not the ones that this machine knows. Ask %s in person before you believe the new ones.", e.Name, e.Name)
		}
	}
	for _, e := range r.p.past {
		if pinned, ok := r.pins.Enrolments[e.Name]; (!ok || !sameKeys(pinned, e)) && !slices.ContainsFunc(r.pins.Past[e.Name], func(p crypto.EnrolNote) bool { return sameKeys(p, e) }) {
			r.t.OldKeys = append(r.t.OldKeys, e)
		}
	}
}

func sameKeys(a, b crypto.EnrolNote) bool {
	return a.Verifier == b.Verifier && a.Recipient == b.Recipient
}

// Replace pins an enrolment in the place of an older one, which is kept: what
// was signed before stays signed.
func (p *Pins) Replace(e crypto.EnrolNote) {
	if old, ok := p.Enrolments[e.Name]; ok && !sameKeys(old, e) {
		p.AddPast(old)
	}
	if p.Enrolments == nil {
		p.Enrolments = map[string]crypto.EnrolNote{}
	}
	p.Enrolments[e.Name] = e
}

// AddPast pins an earlier enrolment, once.
func (p *Pins) AddPast(e crypto.EnrolNote) {
	list := slices.Clone(p.Past[e.Name])
	if slices.ContainsFunc(list, func(have crypto.EnrolNote) bool { return sameKeys(have, e) }) {
		return
	}
	past := make(map[string][]crypto.EnrolNote, len(p.Past)+1)
	for name, l := range p.Past {
		past[name] = l
	}
	list = append(list, e)
	slices.SortStableFunc(list, func(a, b crypto.EnrolNote) int { return cmp.Compare(a.Day, b.Day) })
	past[e.Name], p.Past = list, past
}

// signedBy verifies with the pinned keys of a name. A key that came with these
// papers shows only that somebody made one.
func (r *reader) signedBy(n int64, by, day string, open func(verifier string) error) bool {
	if r.signs(by, day, open) {
		return true
	}
	came := func(list []crypto.EnrolNote) bool {
		return slices.ContainsFunc(list, func(e crypto.EnrolNote) bool { return e.Name == by && open(e.Verifier) == nil })
	}
	_, known := r.pins.Enrolments[by]
	switch {
	case came(r.t.OldKeys):
		r.warnf("Paper %d is signed with an earlier key of %s that nobody has compared on this machine.", n, by)
	case known:
		r.warnf("Paper %d is not signed with the key that this machine knows of %s: somebody else may have written it.", n, by)
	case came(r.p.roster):
		r.warnf("Paper %d is signed with a key of %s that nobody has compared on this machine yet.", n, by)
	default:
		r.warnf("Paper %d names %s as its writer, and no key at hand shows it.", n, by)
	}
	return false
}

// signs reports whether a key that this machine has pinned for a name signed
// something on a day. An earlier key counts for what is dated before the next
// one was enrolled: it was replaced because it was lost, or somebody has it.
func (r *reader) signs(by, day string, open func(verifier string) error) bool {
	next, ok := r.pins.Enrolments[by]
	if !ok {
		return false
	}
	if open(next.Verifier) == nil {
		return true
	}
	for _, e := range slices.Backward(r.pins.Past[by]) {
		if open(e.Verifier) == nil {
			return notAfter(day, next.Day)
		}
		next = e
	}
	return false
}

// notAfter allows a day for machines in other time zones.
func notAfter(day, last string) bool {
	d, err1 := time.Parse(time.DateOnly, day)
	l, err2 := time.Parse(time.DateOnly, last)
	return err1 == nil && err2 == nil && !d.After(l.AddDate(0, 0, 1))
}
