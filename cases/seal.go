package cases

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"

	"ombra/crypto"
)

// inline is the size up to which an age file lies in the database; larger ones
// lie on the shelf, so that the VACUUM after shredding stays short.
const inline = 64 << 10

// sheaf collects the papers of one act while they are sealed, before any
// transaction. What was put on the shelf is taken away again unless the act is
// stored.
type sheaf struct {
	s      *Service
	to     crypto.Recipient // the case recipient
	epoch  int
	once   [16]byte
	day    Day
	papers []*Paper

	head crypto.Header // of the filer's note among them
	note []byte
}

// seal makes an envelope of bytes and adds it.
func (h *sheaf) seal(kind PaperKind, head crypto.Header, body []byte) error {
	blob, err := crypto.SealBytes(h.to, head, body)
	if err != nil {
		return err
	}
	h.add(kind, "", blob)
	return nil
}

// add takes an age file that is sealed already.
func (h *sheaf) add(kind PaperKind, reader string, blob []byte) {
	h.papers = append(h.papers, &Paper{
		Epoch: h.epoch, Kind: kind, For: reader, Once: h.once, Day: h.day,
		Sum: sha256.Sum256(blob), Size: int64(len(blob)), Blob: blob,
	})
}

// place adds an age file that came from outside, on the shelf when it is large.
func (h *sheaf) place(ctx context.Context, kind PaperKind, reader string, blob []byte) error {
	h.add(kind, reader, blob)
	if len(blob) <= inline {
		return nil
	}
	p := h.papers[len(h.papers)-1]
	name, err := h.s.Shelf.Put(ctx, func(w io.Writer) error {
		_, err := w.Write(blob)
		return err
	})
	if err != nil {
		h.papers = h.papers[:len(h.papers)-1]
		return err
	}
	p.Blob, p.Shelf = nil, name
	return nil
}

// attach seals a file as it streams in, and returns the hash of what was in it.
func (h *sheaf) attach(ctx context.Context, head crypto.Header, a Attachment) (sum [32]byte, err error) {
	from, err := a.Open(ctx)
	if err != nil {
		return sum, E(Unavailable, "file-fetch", err)
	}
	defer func() { _ = from.Close() }()
	plain := sha256.New()
	body := io.TeeReader(from, plain)
	head.What, head.Name, head.Type, head.Len = "file", crypto.FileName(a.Name), a.Type, a.Size
	p := &Paper{Epoch: h.epoch, Kind: PaperFile, Once: h.once, Day: h.day}
	var sealing error // tells a bad stream from a bad disk
	if crypto.Bucket(a.Size+1024) <= inline/2 {
		var blob bytes.Buffer
		p.Sum, p.Size, sealing = crypto.Seal(&blob, h.to, head, body)
		p.Blob, err = blob.Bytes(), sealing
	} else {
		p.Shelf, err = h.s.Shelf.Put(ctx, func(w io.Writer) error {
			p.Sum, p.Size, sealing = crypto.Seal(w, h.to, head, body)
			return sealing
		})
	}
	switch {
	case errors.Is(err, ErrFull):
		return sum, E(Unavailable, "full", err)
	case sealing != nil:
		return sum, E(Invalid, "file-changed", sealing)
	case err != nil:
		return sum, E(Unavailable, "", err)
	}
	h.papers = append(h.papers, p)
	return hashSum(plain), nil
}

// sums lists the hashes of the papers, for the log.
func (h *sheaf) sums() []string {
	sums := make([]string, len(h.papers))
	for i, p := range h.papers {
		sums[i] = hex.EncodeToString(p.Sum[:])
	}
	return sums
}

// store writes the papers under a log entry.
func (h *sheaf) store(tx Tx, id ID, entry int64) error {
	for _, p := range h.papers {
		stored := *p // f may run again
		stored.Case, stored.Entry = id, entry
		if err := tx.AddPaper(&stored); err != nil {
			return err
		}
	}
	return nil
}

// drop takes from the shelf what was not stored. After an unclear commit it is
// left for the sweep, which knows what rows name.
func (h *sheaf) drop() {
	if h == nil {
		return
	}
	var names []string
	for _, p := range h.papers {
		if p.Shelf != "" {
			names = append(names, p.Shelf)
		}
	}
	if len(names) > 0 {
		_ = h.s.Shelf.Remove(names...)
	}
}

// hexSum is how the log and signed notes name bytes.
func hexSum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func hashSum(h hash.Hash) (sum [32]byte) {
	copy(sum[:], h.Sum(nil))
	return sum
}
