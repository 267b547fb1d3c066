package papers

import (
	"encoding/hex"
	"slices"
	"strings"
)

// The first envelope pins one receipt. From there on only its own signature, or
// that of the receipt which it handed the case to, makes another one the
// filer's: a host that added one of its own would read every answer from then on.

// successorLine begins the words of a note by which a receipt is replaced.
const successorLine = "successor "

// Successor writes the words of a note that hands a case to another receipt:
// whose keys (FilerHash) take over, and what the filer says about it.
func Successor(filerHash, words string) string {
	return strings.TrimSpace(successorLine + filerHash + "\n" + words)
}

// ParseSuccessor reads them.
func ParseSuccessor(text string) (filerHash, words string, ok bool) {
	line, words, _ := strings.Cut(text, "\n")
	hash, found := strings.CutPrefix(line, successorLine)
	raw, err := hex.DecodeString(hash)
	return hash, strings.TrimSpace(words), found && err == nil && len(raw) == 32 && hex.EncodeToString(raw) == hash
}

// filers is the chain of receipts that the filer's own signatures show, the
// oldest first.
type filers struct {
	chain   []string          // FilerHash
	lookups map[string]string // by FilerHash, as the first sealed or signed thing names it
	vouched map[string]string // verifiers of those whose place the reader's own receipt took

	before   string // whose place the filer's receipt took, or which was ended, until that is settled
	replaced int    // since which of the Items
	disputed bool   // and it has objected
	objected int    // since which of the Items
	votes    Votes  // what colleagues signed since
}

func (f *filers) knows(hash string) bool { return slices.Contains(f.chain, hash) }

// sameLookup holds all that is signed by a receipt, or sealed with it, to one
// lookup hash.
func (f *filers) sameLookup(hash, lookup string) bool {
	if f.lookups == nil {
		f.lookups = map[string]string{}
	}
	if f.lookups[hash] == "" {
		f.lookups[hash] = lookup
	}
	return f.lookups[hash] == lookup
}

// verifierOf is that of a receipt which the filer vouches for; "" verifies
// nothing.
func (r *reader) verifierOf(filerHash string) string {
	for _, rc := range slices.Concat(r.t.Receipts, r.t.Former) {
		if rc.FilerHash() == filerHash && r.filers.knows(filerHash) {
			return rc.Verifier
		}
	}
	return r.filers.vouched[filerHash]
}

// sealedBefore reports whether something was sealed with one of these receipts,
// before the case had an id.
func (f *filers) sealedBefore(lookup string) bool {
	return slices.ContainsFunc(f.chain, func(hash string) bool { return f.lookups[hash] == lookup })
}

// handsOver follows a signed note of the receipt that is the filer's now to the
// one that takes its place.
func (r *reader) handsOver(it *Item, by, do, words string) {
	next, rest, ok := ParseSuccessor(words)
	if !ok {
		r.warnf("Paper %d replaces a receipt, and does not say by which.", it.N)
		return
	}
	it.Text = rest
	switch {
	case !it.Signed:
	case by != r.t.Filer || r.filers.knows(next):
		r.warnf("Paper %d replaces a receipt that had been replaced before: oversight should know.", it.N)
	default:
		r.filers.chain, r.filers.before, r.filers.disputed = append(r.filers.chain, next), by, false
		r.filers.replaced = len(r.t.Items)
		r.t.Filer = next
		it.Text = strings.TrimSpace("[" + do + ": another receipt is the filer's from here on]\n" + rest)
	}
}

// objects follows a signed end of the filer's receipt, and the objection of the
// one before. An ended receipt stays the filer's: no other takes its place. What
// either says in a dispute is heard: nobody decides alone over it.
func (r *reader) objects(it *Item, by, do, day string) {
	switch {
	case !it.Signed:
	case do == "end" && by == r.t.Filer:
		r.filers.before, r.filers.disputed, r.filers.replaced = by, false, len(r.t.Items)
	case do == "not-me" && by == r.filers.before && r.filers.disputed:
		r.filers.votes.Object(KeepNewer, day)
	case do == "not-me" && by == r.filers.before:
		r.filers.disputed, r.filers.votes, r.filers.objected = true, Votes{}, len(r.t.Items)
	case by == r.t.Filer && r.filers.disputed:
		r.filers.votes.Object(KeepFormer, day)
	}
}

// settles follows colleagues' signed decisions in a dispute that the filer's own
// signature shows (see [Votes]). It is decided once: the one that lost comes back by
// no later one.
func (r *reader) settles(it *Item, keep, day string) {
	if !it.Signed || !r.filers.disputed {
		return
	}
	if !r.filers.votes.Sign(it.By, keep, day, AloneDays-zones, r.t.gone) {
		return
	}
	if keep == KeepFormer {
		r.t.Filer = r.filers.before
	}
	r.filers.before, r.filers.disputed = "", false
}

// What an act that settles a dispute between two receipts keeps.
const (
	KeepFormer = "former"
	KeepNewer  = "newer"
)

// receipts holds the live receipts to those that the filer vouches for. Any
// other is named, and [Thread.Act] seals nothing to it.
func (r *reader) receipts() {
	if r.filers.disputed && len(r.t.Receipts) > 0 {
		r.warnf("Two receipts of this case are in dispute, and the signatures here do not decide it. No answer is sealed to either; if the host says that it is decided, tell oversight.")
		r.t.Filer = ""
		return
	}
	known := false
	for i, rc := range r.t.Receipts {
		if rc.FilerHash() == r.t.Filer {
			known = true
			continue
		}
		r.warnf("Receipt %d of this case is not the one that the report was filed with, and nothing shows that the filer handed the case over. No answer is sealed to it.", i+1)
	}
	if !known && len(r.t.Receipts) > 0 {
		r.warnf("The receipt that the report was filed with is not live any more.")
	}
}
