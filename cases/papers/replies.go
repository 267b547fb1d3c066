package papers

import (
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"filippo.io/age"

	"ombra/crypto"
	"ombra/crypto/receipt"
)

// RepliesName is the name of a file of replies, the same for every case.
const RepliesName = "replies.age"

// ReplyName is the entry name of the n-th reply, from 1.
func ReplyName(n int) string { return fmt.Sprintf("reply-%06d.age", n) }

// PackReplies writes what a lookup code fetches: the age files to one receipt,
// in their order, under a one-time passcode, so that the copy a platform keeps
// equals nothing that the host stores. The entries' own names are not kept.
func PackReplies(w io.Writer, p crypto.Passcode, replies []crypto.Entry) error {
	list := make([]crypto.Entry, 0, len(replies))
	for i, e := range replies {
		e.Name = ReplyName(i + 1)
		list = append(list, e)
	}
	return crypto.SealPasscode(w, p, list)
}

// Replies are what one receipt can read.
type Replies struct {
	Case     string // as the replies name it; "" if there is none yet
	Items    []Item
	Warnings []string
}

// OpenReplies reads a file of replies with the receipt, offline. Signatures are
// verified with the enrolments that the filer has from the office file, and with
// those that they replaced; without one, words count as unsigned. What was said to
// a receipt whose place this one took counts as said to this one, where this one
// signed that it follows. It trusts the host for nothing but order and
// completeness, which it cannot check.
func OpenReplies(b *crypto.Bundle, rc receipt.Receipt, pins Pins) (*Replies, error) {
	for i, name := range b.Names() {
		if name != ReplyName(i+1) {
			return nil, ErrReplies
		}
	}
	own := ManifestReceipt{rc.Identity().Recipient().String(), rc.Signer().Verifier()}
	lookup := rc.Lookup().Hash()
	r := &reader{
		p: &Papers{}, pins: pins, seen: map[string]bool{},
		filers: filers{
			chain: []string{own.FilerHash()}, lookups: map[string]string{own.FilerHash(): hex.EncodeToString(lookup[:])},
			vouched: map[string]string{},
		},
		t: &Thread{Filer: own.FilerHash(), Manifest: Manifest{Origin: rc.Origin(), Receipts: []ManifestReceipt{own}}},
	}
	foreign := 0
	for i, name := range b.Names() {
		blob, _ := b.Get(name)
		if !r.answer(int64(i+1), blob, rc.Identity().Age()) {
			foreign++
		}
	}
	// Some may well be damaged; all of them to somebody else is another receipt.
	if foreign > 0 && foreign == len(b.Names()) {
		return nil, ErrNotYours
	}
	r.files()
	return &Replies{r.t.Case, r.t.Items, r.t.Warnings}, nil
}

// Since marks what came on a day or later, by the days that are sealed with the
// replies. Nothing on this machine remembers what was read before: a filer's own
// machine may be taken too.
func (p *Replies) Since(day string) error {
	if !isDay(day) {
		return ErrSince
	}
	for i, it := range p.Items {
		p.Items[i].New = it.Day >= day
	}
	return nil
}

// answer reads one age file to the receipt. All must be of one case: an answer
// from another, sealed again to this receipt, would be a lie about who said it.
// One that is sealed to somebody else is not ours.
func (r *reader) answer(n int64, blob []byte, id age.Identity) (ours bool) {
	h, body, err := crypto.DecryptEnvelope(blob, id)
	ours = crypto.Refused(err) != crypto.WhyWrongKey
	if err == nil && h.Lookup != "" && !r.filers.sealedBefore(h.Lookup) {
		err = errOtherCase
	}
	if err == nil && h.Case != "" {
		if r.t.Case == "" {
			r.t.Case = h.Case
		}
		if h.Case != r.t.Case {
			err = errOtherCase
		}
	}
	it := Item{N: n, What: h.What, From: h.From, Day: h.Day, Once: h.Once}
	switch {
	case err == nil && r.follows(n, h, body):
		return ours
	case err != nil:
		it.Unreadable = reason(err)
	case h.Inner != "":
		it.Unreadable = "it was sealed to somebody else"
	case r.repeated(h, body):
		it.Unreadable = "the same reply a second time"
	default:
		if !mayWrite(h.From, h.What) {
			r.warnf("Reply %d is of a kind that its sender does not write.", n)
		}
		r.body(it, h, body)
		return ours
	}
	r.unreadable(it)
	return ours
}

// Text writes replies for a terminal, as safely as a thread's.
func (p *Replies) Text(w io.Writer) error {
	var b strings.Builder
	for _, words := range p.Warnings {
		fmt.Fprintf(&b, "!! %s\n", crypto.CleanLine(words))
	}
	for _, it := range p.Items {
		it.text(&b)
	}
	if len(p.Items) == 0 {
		b.WriteString("There are no replies yet.\n")
	}
	_, err := io.WriteString(w, crypto.Clean(b.String()))
	return err
}
