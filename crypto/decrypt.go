package crypto

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"filippo.io/age"
)

// encryptTo encrypts to several recipients of one kind, or to one.
func encryptTo(w io.Writer, to []Recipient) (io.WriteCloser, error) {
	if len(to) == 0 {
		return nil, refuse(WhyNoRecipient)
	}
	rs := make([]age.Recipient, 0, len(to))
	for _, r := range to {
		if r.IsZero() {
			return nil, refuse(WhyNoRecipient)
		}
		if r.PostQuantum() != to[0].PostQuantum() {
			return nil, refuse(WhyMixed)
		}
		rs = append(rs, r.age)
	}
	wc, err := age.Encrypt(w, rs...)
	if err != nil {
		return nil, fmt.Errorf("encrypt: %w", err)
	}
	return wc, nil
}

func encryptBytes(to Recipient, plain []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := EncryptTo(&b, to)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(plain); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Decrypt opens a whole age file, or nothing of it. What age.Decrypt yields
// before the last chunk is not authenticated as a whole (a cut file reads well
// up to the cut), so all is read before any of it is returned. Errors are
// refusals and quote nothing.
func Decrypt(blob []byte, ids ...age.Identity) ([]byte, error) {
	if !bytes.HasPrefix(blob, []byte(ageMagic)) {
		return nil, refuse(WhyNotAge)
	}
	if len(ids) == 0 {
		return nil, refuse(WhyWrongKey)
	}
	r, err := age.Decrypt(bytes.NewReader(blob), ids...)
	if err != nil {
		return nil, refuse(whyNotDecrypted(blob, err))
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		return nil, refuse(WhyTruncated)
	}
	return plain, nil
}

func whyNotDecrypted(blob []byte, err error) Why {
	var none *age.NoIdentityMatchError
	if errors.As(err, &none) {
		if slices.Contains(none.StanzaTypes, "scrypt") {
			return WhyPassphrase
		}
		return WhyWrongKey
	}
	// The header may be sound and the payload short: then age fails on the nonce.
	if hdr, err := age.ExtractHeader(bytes.NewReader(blob)); err == nil && len(blob) < len(hdr)+nonceSize {
		return WhyTruncated
	}
	return WhyHeader
}
