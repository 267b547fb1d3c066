package crypto

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"filippo.io/age"
)

const (
	caseKeyMagic = "# ombra-casekey/1 "
	wrapBlock    = 256
)

// render writes the plaintext of a wrap: an age identity file, so that stock age
// reads it with -i, padded with a comment so that its size tells little more
// than the number of epochs.
func (c caseKey) render() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%scase=%s epoch=%d\n", caseKeyMagic, c.id, c.epoch)
	for _, id := range c.ids {
		b.WriteString(id.Reveal())
		b.WriteByte('\n')
	}
	total := (b.Len() + 2 + wrapBlock - 1) / wrapBlock * wrapBlock
	b.WriteByte('#')
	b.Write(bytes.Repeat([]byte{' '}, total-b.Len()-1))
	b.WriteByte('\n')
	return b.Bytes()
}

// Wrap encrypts the case key to one holder: one age file with one stanza.
func (k CaseKey) Wrap(to Recipient) ([]byte, error) {
	c := k.open()
	if len(c.ids) == 0 {
		return nil, fmt.Errorf("wrap case key: %w", refuse(WhyFormat))
	}
	blob, err := encryptBytes(to, c.render())
	if err != nil {
		return nil, fmt.Errorf("wrap case key: %w", err)
	}
	return blob, nil
}

// CheckWrap looks at a wrap from outside, as the host has to: whether it is one
// age file of one stanza, of the kind of its holder's key, and as long as a wrap
// of this epoch is. Whom it is for and what is in it only that holder can tell.
func CheckWrap(blob []byte, to Recipient, epoch int) error {
	if err := OneStanza(blob); err != nil {
		return err
	}
	f, err := CheckForeign(blob, int64(len(blob)))
	if err != nil {
		return err
	}
	if f.PostQuantum != to.PostQuantum() || f.Plain != wrapLen(epoch) {
		return refuse(WhyFormat)
	}
	return nil
}

// wrapLen is the length of the plaintext of a wrap: identities of a case are all
// of one kind and length.
func wrapLen(epoch int) int64 {
	head := len(caseKeyMagic) + len("case=7F3K-9QWD epoch=\n") + len(strconv.Itoa(epoch))
	n := head + (epoch+1)*(identityLen+1) + 2
	return int64((n + wrapBlock - 1) / wrapBlock * wrapBlock)
}

// identityLen is the length of a hybrid identity as age writes it.
const identityLen = 77

// Unwrap opens a wrap and checks that it is what the server says it is. age has
// no associated data: a malicious host can hand out the wrap of another case, or
// announce a recipient whose identity it holds itself. So the case and epoch
// written inside must be those asked for, and the identity inside must be the
// one whose recipient was announced.
func Unwrap(blob []byte, caseID string, epoch int, recipient string, ids ...age.Identity) (CaseKey, error) {
	plain, err := Decrypt(blob, ids...)
	if err != nil {
		return CaseKey{}, err
	}
	k, err := ParseCaseKey(plain)
	if err != nil {
		return CaseKey{}, err
	}
	if k.Case() != caseID || k.Epoch() != epoch {
		return CaseKey{}, refuse(WhyCaseMismatch)
	}
	if k.Recipient().String() != recipient {
		return CaseKey{}, refuse(WhyKeyMismatch)
	}
	return k, nil
}

// ParseCaseKey reads the plaintext of a wrap. It takes exactly what Wrap writes:
// one hybrid identity for each epoch from the newest down to 0, all different (a
// re-key that kept the identity the host once knew would be none), and the
// padding.
func ParseCaseKey(plain []byte) (CaseKey, error) {
	if len(plain) > maxIdentityFile {
		return CaseKey{}, refuse(WhyFormat)
	}
	first, rest, _ := bytes.Cut(plain, []byte("\n"))
	caseID, epoch, ok := parseCaseLine(string(first))
	if !ok {
		return CaseKey{}, refuse(WhyFormat)
	}
	ids := make([]Identity, 0, epoch+1)
	seen := make(map[string]bool, epoch+1)
	for range epoch + 1 {
		var line []byte
		line, rest, _ = bytes.Cut(rest, []byte("\n"))
		id, err := ParseIdentity(string(line))
		if err != nil || id.Recipient().Kind() != KindHybrid || seen[id.Recipient().String()] {
			return CaseKey{}, refuse(WhyFormat)
		}
		seen[id.Recipient().String()] = true
		ids = append(ids, id)
	}
	// Writing it again and comparing covers padding, trailing lines and every
	// spelling that is not the canonical one.
	k := caseKey{id: caseID, epoch: epoch, ids: ids}
	if !bytes.Equal(k.render(), plain) {
		return CaseKey{}, refuse(WhyFormat)
	}
	return caseKeyOf(caseID, epoch, ids), nil
}

func parseCaseLine(line string) (caseID string, epoch int, ok bool) {
	line, ok = strings.CutPrefix(line, caseKeyMagic+"case=")
	if !ok {
		return "", 0, false
	}
	caseID, number, ok := strings.Cut(line, " epoch=")
	if !ok || !isCaseID(caseID) {
		return "", 0, false
	}
	epoch, err := strconv.Atoi(number)
	if err != nil || epoch < 0 || epoch > maxEpoch {
		return "", 0, false
	}
	return caseID, epoch, true
}
