package papers

import (
	"bytes"

	"filippo.io/age"

	"ombra/crypto"
)

// Unreadable signs that the newest case key does not open for its reader, or is
// not the one that the papers announce: a colleague's bad desk, a key that was
// lost, or a host that swapped a wrap. The act needs no key of the case, holds
// no words, and flags the case to oversight.
func (p *Papers) Unreadable(key crypto.SigningKey, ids []age.Identity, pins Pins, once, today string) ([]byte, error) {
	m := p.manifest
	if key.Name() != m.Origin+"/"+m.Me {
		return nil, ErrSigner
	}
	if pins.Origin != "" && pins.Origin != m.Origin || pins.LogVerifier != "" && pins.LogVerifier != m.Log.Verifier {
		return nil, ErrOffice
	}
	newest := len(m.Keys) - 1
	if wrap, ok := p.wraps[newest]; ok {
		if _, err := crypto.Unwrap(wrap, m.Case, newest, m.Keys[newest].Recipient, ids...); err == nil {
			return nil, ErrReadable
		}
	}
	note := crypto.ActNote{
		Origin: m.Origin, Case: m.Case, Epoch: newest, Once: once, Day: today, By: m.Me, Do: doUnreadable,
		Head: m.Head, Receipts: ReceiptsHash(m.Receipts), Log: pins.LastSize,
	}
	msg, err := note.Sign(key)
	if err != nil {
		return nil, err
	}
	transport, err := crypto.ParseRecipient(m.Transport)
	if err != nil {
		return nil, err
	}
	var file bytes.Buffer
	if err := crypto.PackAct(&file, transport, msg, nil); err != nil {
		return nil, err
	}
	return file.Bytes(), nil
}
