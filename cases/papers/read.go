package papers

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"filippo.io/age"

	"ombra/crypto"
)

// ErrExcluded: the filer named the reader. Nothing of the words is returned.
const ErrExcluded = RefusedError("the filer named you as somebody who must not see this case; read nothing, delete the papers, and tell the office that you withdraw")

// Read opens the case key with the reader's own identities, and every paper
// with it, and compares all of it with the pins. What does not fit becomes a
// warning and what does not open an unreadable item; nothing is left out in
// silence. An error means that there is nothing to show.
func (p *Papers) Read(ids []age.Identity, pins Pins) (*Thread, error) {
	m := p.manifest
	if pins.Origin != "" && pins.Origin != m.Origin || pins.LogVerifier != "" && pins.LogVerifier != m.Log.Verifier {
		return nil, ErrOffice
	}
	r := &reader{
		p: p, t: &Thread{Manifest: m, pinned: pins.Enrolments}, ids: ids, pins: pins,
		seen: map[string]bool{}, withdrew: map[string]int{},
	}
	if err := r.openKey(); err != nil {
		return nil, err
	}
	r.roster()
	for i, e := range m.Papers {
		r.paper(e, i == 0)
		// After each: the filer's own device may have said more than the host did.
		if slices.Contains(r.t.Excluded, m.Me) {
			return nil, ErrExcluded
		}
	}
	r.keys()
	r.t.sides, r.t.votes = r.filers.sides(r.t.Filer), r.filers.votes
	r.receipts()
	r.files()
	r.claims()
	r.ledger()
	r.continues()
	r.log()
	return r.t, nil
}

// reader is one reading.
type reader struct {
	p      *Papers
	t      *Thread
	ids    []age.Identity
	pins   Pins
	filers filers
	seen   map[string]bool // once and what of each paper
	// withdrew: who left the case, by a signed act, and in which epoch.
	withdrew map[string]int
	bound    []bound
	loose    []loose
	filed    []claimed
}

func (r *reader) warnf(format string, args ...any) { r.t.warn(fmt.Sprintf(format, args...)) }

// openKey opens the newest wrap that there is. A newer one that does not open
// is what a colleague's bad desk or a bad host leaves behind: the case is read
// as far as it can be, and said to be broken.
func (r *reader) openKey() error {
	last := error(ErrKey)
	for epoch := len(r.t.Keys) - 1; epoch >= 0; epoch-- {
		wrap, ok := r.p.wraps[epoch]
		if !ok {
			continue
		}
		key, err := crypto.Unwrap(wrap, r.t.Case, epoch, r.t.Keys[epoch].Recipient, r.ids...)
		if err == nil {
			r.t.key = key
			r.checkKeys(epoch)
			return nil
		}
		// That a wrap is of another case or key is worse news than that it does
		// not open, and must not be hidden by an older one that fails too.
		if why := crypto.Refused(err); why == crypto.WhyCaseMismatch || why == crypto.WhyKeyMismatch {
			last = err
		}
		r.warnf("The case key of epoch %d does not open: tell the office that it is unreadable.", epoch)
	}
	return last
}

// checkKeys compares the recipients that the host announces with those inside
// the wrap. Who made them is looked at when all papers are read (see keys).
func (r *reader) checkKeys(opened int) {
	if opened < len(r.t.Keys)-1 {
		r.warnf("There is no wrap for you of the newest case key: what was written since cannot be read.")
	}
	for i, to := range r.t.key.Recipients() {
		if to.String() != r.t.Keys[i].Recipient {
			r.warnf("The case key of epoch %d is not the one that the list of contents names.", i)
		}
	}
}

// paper reads one paper into an item.
func (r *reader) paper(e ManifestPaper, first bool) {
	blob, _ := r.p.bundle.Get(e.File)
	h, body, err := crypto.DecryptEnvelope(blob, r.t.key.Identities()...)
	if err == nil && h.Case != r.t.Case {
		err = errOtherCase
	}
	if err != nil {
		r.unreadable(Item{N: e.N, What: e.Kind, Unreadable: reason(err)})
		if first {
			r.warnf("The first paper cannot be read, so nothing vouches for the filer, the exclusions or the holders.")
		}
		return
	}
	it := Item{N: e.N, What: h.What, From: h.From, Day: h.Day, Once: h.Once}
	if first {
		r.pin(h)
	}
	r.checkHeader(e, h, first)
	if r.repeated(h, body) {
		it.Unreadable = "the same paper a second time"
		r.unreadable(it)
		return
	}
	r.body(it, h, body)
}

const errOtherCase = RefusedError("this paper belongs to another case")

// reason is an error as an item shows it: one of our own sentences.
func reason(err error) string {
	var refusal *crypto.Refusal
	var refused RefusedError
	switch {
	case errors.As(err, &refusal):
		return refusal.Error()
	case errors.As(err, &refused):
		return refused.Error()
	}
	return "this paper cannot be read"
}

func (r *reader) unreadable(it Item) {
	r.warnf("Paper %d cannot be read: %s.", it.N, it.Unreadable)
	r.t.Items = append(r.t.Items, it)
}

// pin takes from the first envelope what no later word of the host may change.
func (r *reader) pin(h crypto.Header) {
	if h.What != "report" || h.From != "filer" || h.Filer == "" {
		r.warnf("The first paper is not the filer's report, so nothing vouches for the filer, the exclusions or the holders.")
		return
	}
	r.t.Filer, r.t.Excluded, r.t.Holders = h.Filer, h.Excluded, h.Holders
	r.filers.chain = []string{h.Filer}
}

func sameHash(recipient, hash string) bool {
	to, err := crypto.ParseRecipient(recipient)
	return err == nil && to.Hash() == hash
}

// checkHeader compares an envelope with the list, with the first one, and with
// itself.
func (r *reader) checkHeader(e ManifestPaper, h crypto.Header, first bool) {
	n := strconv.FormatInt(e.N, 10)
	if h.What != e.Kind {
		r.warnf("Paper %s is listed as another kind than it is.", n)
	}
	if !first && (h.What == "report" || len(h.Excluded) > 0 || len(h.Holders) > 0) {
		r.warnf("Paper %s claims to be the first one, and is not.", n)
	}
	if !mayWrite(h.From, h.What) {
		r.warnf("Paper %s is of a kind that its sender does not write.", n)
	}
	if !within(h.Day, r.t.Opened, r.t.Day) {
		r.warnf("Paper %s is dated before the case was opened, or after these papers were made.", n)
	}
	if h.From == "filer" && r.t.Filer != "" && !r.filers.knows(h.Filer) {
		r.warnf("Paper %s comes from another receipt than the report.", n)
	}
	if first && r.t.Source != "typed" && h.Inner == "" {
		r.warnf("The report is said to have been sealed on the filer's device, and was not: the host has read it.")
	}
}

// within allows a day on either side: a desk may be in another time zone than
// its office.
func within(day, first, last string) bool {
	d, err1 := time.Parse(time.DateOnly, day)
	a, err2 := time.Parse(time.DateOnly, first)
	z, err3 := time.Parse(time.DateOnly, last)
	return errors.Join(err1, err2, err3) == nil && !d.Before(a.AddDate(0, 0, -1)) && !d.After(z.AddDate(0, 0, 1))
}

func mayWrite(from, what string) bool {
	switch what {
	case "report", "more":
		return from == "filer"
	case "file":
		return from == "filer" || from == "ombudsman"
	case "act":
		return true // a filer's is the claim of what was sealed on a device
	default:
		return from == "ombudsman"
	}
}
