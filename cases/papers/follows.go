package papers

import (
	"encoding/hex"
	"strings"

	"ombra/crypto"
)

// An answer is signed for one receipt, so that no host can show it to another
// filer. One that took its place reads what was answered before, and needs to
// know, without believing the host, whose place it took: a note says so that the
// new receipt itself signs while both are in hand, and that is sealed to it alone.
// A host that turns bad later has neither key. Nothing that the former receipt
// signs could do this: anybody can make a receipt that hands a case over.

// DoFollows is what such a note does. It is no act: it leaves no leaf of its own,
// and the case does not have it.
const DoFollows = "follows"

// A Predecessor is a receipt whose place another took, by what it signs with and
// what was sealed with it.
type Predecessor struct {
	Filer    string // FilerHash
	Lookup   string // of the stored lookup hash, in hex
	Verifier string
}

const formerLine = "former"

// Follows writes the words of such a note, the newest first.
func Follows(list []Predecessor) string {
	var b strings.Builder
	for _, p := range list {
		b.WriteString(strings.Join([]string{formerLine, p.Filer, p.Lookup, p.Verifier}, " ") + "\n")
	}
	return strings.TrimSpace(b.String())
}

// OpenFollows reads a note that was sealed to a receipt. ok says that it is one,
// and that the receipt signed it.
func OpenFollows(body []byte, lookup, verifier string) (list []Predecessor, ok bool) {
	n, err := crypto.OpenFiler(body, verifier)
	if err != nil || n.Do != DoFollows || n.Lookup != lookup {
		return nil, false
	}
	for line := range strings.SplitSeq(n.Words, "\n") {
		f := strings.Split(line, " ")
		if len(f) != 4 || f[0] != formerLine || !isSum(f[1]) || !isSum(f[2]) {
			return nil, false
		}
		list = append(list, Predecessor{f[1], f[2], f[3]})
	}
	return list, true
}

func isSum(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == 32 && hex.EncodeToString(b) == s
}

// follows takes in whose place the reader's own receipt took. Any other note that
// says so is not shown as words, and not believed.
func (r *reader) follows(n int64, h crypto.Header, body []byte) bool {
	text, err := crypto.NoteText(body)
	if err != nil || h.What != "more" || h.From != "filer" {
		return false
	}
	if note, err := crypto.ParseFiler(text); err != nil || note.Do != DoFollows {
		return false
	}
	own := r.t.Filer
	list, ok := OpenFollows(body, r.filers.lookups[own], r.verifierOf(own))
	if !ok {
		r.warnf("Reply %d says whose place this receipt took, and this receipt did not sign it.", n)
		return true
	}
	for _, p := range list {
		if !r.filers.knows(p.Filer) {
			r.filers.chain = append(r.filers.chain, p.Filer)
			r.filers.lookups[p.Filer], r.filers.vouched[p.Filer] = p.Lookup, p.Verifier
		}
	}
	return true
}
