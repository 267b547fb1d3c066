package crypto

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"slices"
)

// An act file and a sealed file are the same thing: a bundle of a signed note
// and exactly the files that the note names, each with its hash.

// packNote seals such a bundle. The files are hashed as they stream by, so
// Open of each is called once.
func packNote(w io.Writer, to Recipient, own Entry, files []Entry, want map[string]string) error {
	if len(files) != len(want) {
		return refuse(WhyFormat)
	}
	entries := []Entry{own}
	for _, e := range files {
		sum, named := want[e.Name]
		if !named {
			return refuse(WhyFormat)
		}
		open := e.Open
		e.Open = func() (io.ReadCloser, error) {
			f, err := open()
			if err != nil {
				return nil, err
			}
			return &hashed{f, sha256.New(), sum}, nil
		}
		entries = append(entries, e) // SealBundle refuses a name that is there twice
	}
	return SealBundle(w, to, entries)
}

// hashed fails at the end of a file that has not the hash it should have.
type hashed struct {
	io.ReadCloser
	sum  hash.Hash
	want string
}

func (h *hashed) Read(p []byte) (int, error) {
	n, err := h.ReadCloser.Read(p)
	h.sum.Write(p[:n])
	if err == io.EOF && hex.EncodeToString(h.sum.Sum(nil)) != h.want {
		return n, refuse(WhyFormat)
	}
	return n, err
}

// matchBundle requires that a bundle holds the note's own entry and exactly the
// entries that the note names, each with its hash.
func matchBundle(b *Bundle, own string, want map[string]string) error {
	names := slices.DeleteFunc(b.Names(), func(s string) bool { return s == own })
	if len(names) != len(want) {
		return refuse(WhyFormat)
	}
	for _, name := range names {
		data, _ := b.Get(name)
		sum := sha256.Sum256(data)
		if want[name] != hex.EncodeToString(sum[:]) {
			return refuse(WhyFormat)
		}
	}
	return nil
}
