package papers

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"

	"filippo.io/age"

	"ombra/crypto"
	"ombra/crypto/custody"
)

// Papers are papers whose structure was checked; none of the words in them has
// been read. Everything here still comes from the host alone.
type Papers struct {
	bundle      *crypto.Bundle
	manifest    Manifest
	roster      []crypto.EnrolNote
	past        []crypto.EnrolNote // earlier ones, by name and oldest first
	wraps       map[int][]byte
	checkpoints []checkpoint // by size
}

// checkpoint is one day's, with the proof that leads to it; the proof is nil
// where the papers bring none.
type checkpoint struct {
	custody.Checkpoint
	note  []byte
	proof []byte
}

// Open reads papers with the passcode as somebody typed it. It takes only what
// Pack writes: no name but those of the manifest (so nothing can be written
// outside a folder, nor hide), nothing compressed (so nothing can grow), every
// paper with its announced hash and size.
func Open(file []byte, passcode string) (*Papers, error) {
	b, err := crypto.OpenPasscode(file, passcode)
	if err != nil {
		return nil, err
	}
	return fromBundle(b)
}

// Seal writes the papers again, to the reader's own key: a desk keeps them so
// until the next, because a passcode is forgotten.
func (p *Papers) Seal(w io.Writer, to crypto.Recipient) error {
	return crypto.SealBundle(w, to, p.bundle.Entries())
}

// Reopen opens what Seal wrote. It checks everything again: a folder on a
// shared machine is no better than a host.
func Reopen(file []byte, ids ...age.Identity) (*Papers, error) {
	b, err := crypto.OpenBundle(file, ids...)
	if err != nil {
		return nil, err
	}
	return fromBundle(b)
}

// Manifest is what the host says of the case.
func (p *Papers) Manifest() Manifest { return p.manifest }

func fromBundle(b *crypto.Bundle) (*Papers, error) {
	list, ok := b.Get(manifestName)
	if !ok {
		return nil, ErrEntries
	}
	m, err := parseManifest(list)
	if err != nil {
		return nil, err
	}
	if err := checkNames(m, b.Names()); err != nil {
		return nil, err
	}
	p := &Papers{bundle: b, manifest: m, wraps: map[int][]byte{}}
	if err := p.checkSums(); err != nil {
		return nil, err
	}
	for _, name := range b.Names()[1:] {
		if err := p.take(name); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(p.checkpoints, func(a, b checkpoint) int { return cmp.Compare(a.Size, b.Size) })
	return p, nil
}

func (p *Papers) checkSums() error {
	for _, e := range p.manifest.Papers {
		blob, ok := p.bundle.Get(e.File)
		sum := sha256.Sum256(blob)
		if !ok || int64(len(blob)) != e.Size || hex.EncodeToString(sum[:]) != e.Sum {
			return ErrSum
		}
	}
	return nil
}

// take sorts one entry into its place. Proofs come with their checkpoint.
func (p *Papers) take(name string) error {
	data, _ := p.bundle.Get(name)
	kind, n := kindOf(name, p.manifest)
	switch kind {
	case entryWrap:
		p.wraps[int(n)] = data
	case entryRoster, entryPast:
		return p.takeEnrolment(name, data, kind == entryPast)
	case entryCheckpoint:
		return p.takeCheckpoint(n, data)
	case entryPaper, entryProof, entryKey:
	case entryUnknown:
		// checkNames has let nothing else pass but log.vkey.
		if !bytes.Equal(data, []byte(p.manifest.Log.Verifier+"\n")) {
			return ErrEntries
		}
	}
	return nil
}

// takeEnrolment takes a signed enrolment under its owner's name only: else a
// host could present bela's key as anna's.
func (p *Papers) takeEnrolment(name string, msg []byte, past bool) error {
	e, err := crypto.OpenEnrol(msg)
	if err != nil {
		return err
	}
	who, _, _ := pastOf(name)
	if e.Origin != p.manifest.Origin || !past && RosterName(e.Name) != name || past && who != e.Name {
		return ErrEntries
	}
	if past {
		p.past = append(p.past, e)
		return nil
	}
	p.roster = append(p.roster, e)
	return nil
}

func (p *Papers) takeCheckpoint(size int64, msg []byte) error {
	c, err := custody.OpenCheckpoint(msg, p.manifest.Log.Verifier)
	if err != nil {
		return err
	}
	if c.Size != size || c.Origin != p.manifest.Origin {
		return ErrEntries
	}
	proof, _ := p.bundle.Get(ProofName(size))
	p.checkpoints = append(p.checkpoints, checkpoint{c, msg, proof})
	return nil
}
