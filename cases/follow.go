package cases

import (
	"context"
	"encoding/hex"

	"ombra/cases/papers"
	"ombra/crypto"
	"ombra/crypto/receipt"
)

// follow seals to the next receipt, signed by it, whose place it takes: answers
// of before are signed for this one, and whoever reads them offline should not
// have to believe the host that they are theirs. It comes before them.
func (m *Mine) follow(ctx context.Context, h *sheaf, list []Paper, next receipt.Receipt) error {
	own, public := m.receipt.Public([32]byte{}), next.Public([32]byte{})
	before := []papers.Predecessor{{Filer: own.FilerHash(), Lookup: hex.EncodeToString(own.Lookup[:]), Verifier: own.Verifier}}
	for _, p := range list {
		if p.Kind != PaperMore {
			continue
		}
		blob, err := m.s.blob(ctx, p)
		if err != nil {
			return err
		}
		if _, body, err := crypto.DecryptEnvelope(blob, m.receipt.Identity().Age()); err == nil {
			earlier, _ := m.follows(p, body)
			before = append(before, earlier...)
		}
	}
	head := crypto.Header{
		Case: string(m.id), Once: hex.EncodeToString(h.once[:]), From: string(ByFiler), What: string(PaperMore),
		Type: "text/plain; charset=utf-8", Day: string(h.day), Filer: public.FilerHash(),
	}
	note, err := crypto.FilerNote{
		Origin: m.s.Office.Origin, Lookup: hex.EncodeToString(public.Lookup[:]), Once: head.Once, Day: head.Day,
		Do: papers.DoFollows, Words: papers.Follows(before),
	}.Sign(next.Signer())
	if err != nil {
		return err
	}
	blob, err := crypto.SealBytes(next.Identity().Recipient(), head, note)
	if err == nil {
		h.add(PaperMore, public.FilerHash(), blob)
	}
	return err
}

// follows reads such a note of this receipt's own.
func (m *Mine) follows(p Paper, body []byte) ([]papers.Predecessor, bool) {
	if p.Kind != PaperMore {
		return nil, false
	}
	lookup := m.receipt.Lookup().Hash()
	return papers.OpenFollows(body, hex.EncodeToString(lookup[:]), m.receipt.Signer().Verifier())
}
