package crypto

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"

	"filippo.io/age"
)

const (
	paddingName = "padding"
	maxEntries  = 4096
	maxBundle   = 2 << 30 // well below where zip needs its 64-bit form
)

var entryName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)

var errEntry = errors.New("crypto: a bundle's entry has a bad name, a bad size, or is there twice")

// Entry is one file of a bundle. Open is called once, when its turn comes, and
// must yield exactly Size bytes.
type Entry struct {
	Name string
	Size int64
	Open func() (io.ReadCloser, error)
}

// Bytes is an entry that is in memory.
func Bytes(name string, b []byte) Entry {
	return Entry{Name: name, Size: int64(len(b)), Open: func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(b)), nil
	}}
}

// WriteBundle writes entries as a zip that any unzip reads: stored, undated, and
// with a last entry of zeros that brings the whole to a Bucket. Nothing is held
// in memory. The bytes depend on names and contents alone.
func WriteBundle(w io.Writer, entries []Entry) error {
	total, err := bundleSize(entries)
	if err != nil {
		return err
	}
	z := zipWriter{w: &counter{w: w}}
	for _, e := range entries {
		if err := z.add(e); err != nil {
			return err
		}
	}
	pad := Bucket(total) - total
	zeros := Entry{Name: paddingName, Size: pad, Open: func() (io.ReadCloser, error) {
		return io.NopCloser(io.LimitReader(zero{}, pad)), nil
	}}
	if err := z.add(zeros); err != nil {
		return err
	}
	return z.finish()
}

// bundleSize is the size of the zip with an empty padding entry.
func bundleSize(entries []Entry) (int64, error) {
	if len(entries) > maxEntries {
		return 0, errEntry
	}
	total := zipEndLen + zipOverhead(paddingName)
	seen := map[string]bool{paddingName: true}
	for _, e := range entries {
		if !entryName.MatchString(e.Name) || seen[e.Name] || e.Size < 0 || e.Size > maxBundle {
			return 0, errEntry
		}
		seen[e.Name] = true
		if total += zipOverhead(e.Name) + e.Size; total > maxBundle {
			return 0, refuse(WhyTooLarge)
		}
	}
	return total, nil
}

type zero struct{}

func (zero) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// Bundle is a bundle that was read and checked.
type Bundle struct {
	names []string
	files map[string][]byte
}

// Names are those of the entries in their order, without the padding.
func (b *Bundle) Names() []string { return append([]string(nil), b.names...) }

// Get is the content of one entry. It shares memory with what ReadBundle got.
func (b *Bundle) Get(name string) ([]byte, bool) {
	f, ok := b.files[name]
	return f, ok
}

// Entries are the entries again, for writing another bundle.
func (b *Bundle) Entries() []Entry {
	out := make([]Entry, 0, len(b.names))
	for _, n := range b.names {
		out = append(out, Bytes(n, b.files[n]))
	}
	return out
}

// ReadBundle takes exactly what WriteBundle writes. A zip says most things
// twice, and unzippers differ in which they believe; here the whole file is
// written again from its entries and compared, so there is nothing before,
// between or behind them, no comment, no second meaning, and every checksum and
// every byte of padding is right.
func ReadBundle(b []byte) (*Bundle, error) {
	list, err := zipEntries(b)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 || list[len(list)-1].Name != paddingName {
		return nil, refuse(WhyBadZip)
	}
	out := &Bundle{files: make(map[string][]byte, len(list))}
	for _, f := range list[:len(list)-1] {
		if !entryName.MatchString(f.Name) {
			return nil, refuse(WhyBadZip)
		}
		off, err := f.DataOffset()
		size := f.UncompressedSize64
		if err != nil || off < 0 || off > int64(len(b)) || size > uint64(int64(len(b))-off) { //nolint:gosec // not negative
			return nil, refuse(WhyBadZip)
		}
		end := off + int64(size) //nolint:gosec // at most len(b)
		out.names = append(out.names, f.Name)
		out.files[f.Name] = b[off:end:end]
	}
	same := &comparer{rest: b}
	if err := WriteBundle(same, out.Entries()); err != nil || len(same.rest) != 0 {
		return nil, refuse(WhyBadZip)
	}
	return out, nil
}

// comparer fails on the first byte that is not the expected one.
type comparer struct{ rest []byte }

func (c *comparer) Write(p []byte) (int, error) {
	rest, ok := bytes.CutPrefix(c.rest, p)
	if !ok {
		return 0, refuse(WhyBadZip)
	}
	c.rest = rest
	return len(p), nil
}

// SealBundle writes a bundle as an age file to one recipient.
func SealBundle(w io.Writer, to Recipient, entries []Entry) error {
	enc, err := EncryptTo(w, to)
	if err != nil {
		return err
	}
	return closeBundle(enc, entries)
}

func closeBundle(enc io.WriteCloser, entries []Entry) error {
	if err := WriteBundle(enc, entries); err != nil {
		return err
	}
	if err := enc.Close(); err != nil {
		return fmt.Errorf("seal bundle: %w", err)
	}
	return nil
}

// OpenBundle is Decrypt and ReadBundle.
func OpenBundle(blob []byte, ids ...age.Identity) (*Bundle, error) {
	plain, err := Decrypt(blob, ids...)
	if err != nil {
		return nil, err
	}
	return ReadBundle(plain)
}
