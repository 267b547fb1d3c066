package crypto

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"
)

const envelopeMagic = "ombra-envelope/1\n"

// ErrLength says that a body was not exactly as long as its header announced: a
// platform that lies about a file's size, or a download that broke off.
var ErrLength = errors.New("crypto: the body is not as long as announced")

// Seal writes one envelope to w as an age file to one recipient. The body is
// streamed and must be exactly h.Len bytes, because the padding stands before
// it. The sum and n are those of the ciphertext. After an error what w got is no
// complete age file and opens nowhere; the caller removes it.
func Seal(w io.Writer, to Recipient, h Header, body io.Reader) (sum [32]byte, n int64, err error) {
	return SealToAll(w, []Recipient{to}, h, body)
}

// SealToAll is Seal to several recipients, all post-quantum or all classic. It
// is only for the inner files of what a filer seals on their own device, which
// are never stored as they are: everything stored has one recipient.
func SealToAll(w io.Writer, to []Recipient, h Header, body io.Reader) (sum [32]byte, n int64, err error) {
	head, err := h.head()
	if err != nil {
		return sum, 0, err
	}
	hash := sha256.New()
	count := &counter{w: io.MultiWriter(w, hash)}
	enc, err := encryptTo(count, to)
	if err != nil {
		return sum, 0, err
	}
	if _, err := enc.Write(head); err != nil {
		return sum, 0, fmt.Errorf("seal: %w", err)
	}
	// One byte more than announced is read, to notice a body that is too long.
	got, err := io.Copy(enc, io.LimitReader(body, h.Len+1))
	if err != nil {
		return sum, 0, fmt.Errorf("seal: %w", err)
	}
	if got != h.Len {
		return sum, 0, ErrLength
	}
	if err := enc.Close(); err != nil {
		return sum, 0, fmt.Errorf("seal: %w", err)
	}
	return [32]byte(hash.Sum(nil)), count.n, nil
}

// SealBytes seals a body that is in memory. It sets h.Len.
func SealBytes(to Recipient, h Header, body []byte) ([]byte, error) {
	h.Len = int64(len(body))
	var b bytes.Buffer
	if _, _, err := Seal(&b, to, h, bytes.NewReader(body)); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// head is everything before the body: magic, header, and a line of spaces that
// fills the bucket. The padding is in front and of spaces because stock age
// refuses to print zeros to a terminal, and so that the text ends up right above
// the prompt and `tail -n +4` alone extracts any body.
func (h Header) head() ([]byte, error) {
	if err := h.Check(); err != nil {
		return nil, err
	}
	line, err := h.line()
	if err != nil {
		return nil, err
	}
	n := int64(len(envelopeMagic)+len(line)+1) + h.Len
	pad := Bucket(n) - n
	b := make([]byte, 0, int64(len(envelopeMagic)+len(line)+1)+pad)
	b = append(b, envelopeMagic...)
	b = append(b, line...)
	b = append(b, bytes.Repeat([]byte{' '}, int(pad))...)
	return append(b, '\n'), nil
}

// OpenEnvelope reads a decrypted envelope. It takes exactly what Seal writes:
// the header's canonical spelling, the right padding, a body of the right
// length. So no two plaintexts mean the same, and a host that can encrypt but
// not read has nowhere to hide a mark. The body shares memory with plain.
func OpenEnvelope(plain []byte) (Header, []byte, error) {
	rest, ok := bytes.CutPrefix(plain, []byte(envelopeMagic))
	if !ok {
		return Header{}, nil, refuse(WhyFormat)
	}
	end := bytes.IndexByte(rest[:min(len(rest), maxHeaderLine)], '\n')
	if end < 0 {
		return Header{}, nil, refuse(WhyFormat)
	}
	var h Header
	if err := json.Unmarshal(rest[:end], &h); err != nil {
		return Header{}, nil, refuse(WhyFormat)
	}
	// Unmarshal is lenient: unknown and repeated keys, other spellings of a key.
	// Comparing with what we would write refuses all of that at once.
	if h.Len > int64(len(plain)) {
		return Header{}, nil, refuse(WhyFormat)
	}
	head, err := h.head()
	if err != nil || !bytes.HasPrefix(plain, head) || int64(len(plain)-len(head)) != h.Len {
		return Header{}, nil, refuse(WhyFormat)
	}
	return h, plain[len(head):], nil
}

// DecryptEnvelope is Decrypt and OpenEnvelope. The caller still compares case,
// once and what with those it asked for.
func DecryptEnvelope(blob []byte, ids ...age.Identity) (Header, []byte, error) {
	plain, err := Decrypt(blob, ids...)
	if err != nil {
		return Header{}, nil, err
	}
	return OpenEnvelope(plain)
}

// counter counts what passes to w.
type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}
