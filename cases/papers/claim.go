package papers

import (
	"slices"

	"ombra/crypto"
)

// claimed is a claim that was verified, with the paper it came in.
type claimed struct {
	item Item
	note crypto.ClaimNote
}

// claim reads what the filer's device signed of a sealed filing. It must be the
// receipt's that the first envelope pinned.
func (r *reader) claim(it Item, msg []byte) {
	n, err := crypto.OpenClaim(msg)
	if err != nil {
		it.Unreadable = reason(err)
		r.unreadable(it)
		return
	}
	if n.Origin != r.t.Origin || !r.filers.knows(crypto.FilerHash(n.Recipient, n.Verifier)) || !r.filers.sameLookup(crypto.FilerHash(n.Recipient, n.Verifier), n.Lookup) {
		it.Unreadable = "it is the claim of another receipt"
		r.unreadable(it)
		return
	}
	first := len(r.filed) == 0
	for _, name := range r.t.Excluded {
		if first && !slices.Contains(n.Exclude, name) {
			r.warnf("The host excluded somebody whom the filer did not exclude.")
		}
	}
	r.exclude(n.Exclude, first)
	r.filed = append(r.filed, claimed{it, n})
}

// claims holds what was sealed on a device to what its claim names: a host can
// write to the ombudsmen's keys as well as a filer can, but not sign as one.
func (r *reader) claims() {
	for _, c := range r.filed {
		left := map[string]bool{}
		for name, sum := range c.note.Inner {
			if name != "own.age" { // the receipt's own copy is no paper
				left[sum] = true
			}
		}
		for i := range r.t.Items {
			it := &r.t.Items[i]
			if it.From != "filer" || it.Once != c.item.Once {
				continue
			}
			fits := it.Inner == "" || left[it.Inner]
			delete(left, it.Inner)
			for _, f := range it.Files {
				fits = fits && left[f.Inner]
				delete(left, f.Inner)
			}
			it.Signed = fits && it.Inner != ""
			if !fits {
				r.warnf("Paper %d, or a file with it, is not what the filer's device signed: do not take it for the filer's.", it.N)
			}
		}
		if len(left) > 0 {
			r.warnf("Something that the filer's device signed is missing from these papers.")
		}
	}
	if r.t.Source == "sealed" && len(r.filed) == 0 {
		r.warnf("The report is said to have been sealed on the filer's device, and no signature of the receipt shows it.")
	}
}
