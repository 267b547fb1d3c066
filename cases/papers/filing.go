package papers

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"ombra/crypto"
	"ombra/crypto/receipt"
)

// A Filing is a report or redress request that is sealed on the filer's own
// device (sealed intake).
type Filing struct {
	Kind    string // report or redress
	Words   string
	Files   []Attachment
	Exclude []string // roster names
	Own     bool     // also a copy that the receipt opens, with the risk of seizure that this brings
}

// Sealed is a filing as one file to hand to the bot.
type Sealed struct {
	File  []byte
	Names []string          // of the inner files, the report first
	Sums  map[string]string // sha256 of each, as the ombudsmen will see them
}

// Seal seals a filing to the recipients given, all of one kind, and wraps it to
// the office's transport recipient: the platform's copy can be matched with
// nothing that is stored, and dies with that key. Platform and host learn the
// exclusions, and that this account sent a file; of the words they learn
// nothing.
func (f Filing) Seal(office crypto.OfficeNote, to []crypto.Recipient, rc receipt.Receipt, today string) (Sealed, error) {
	f.Exclude = slices.Compact(slices.Sorted(slices.Values(f.Exclude)))
	s := sealer{out: Sealed{Sums: map[string]string{}}, to: to}
	if err := s.inner(f, rc, today); err != nil {
		return Sealed{}, err
	}
	pub := rc.Public(rc.Tag(crypto.InnerSum(s.out.Sums)))
	claim := crypto.ClaimNote{
		Origin: office.Origin, Lookup: hex.EncodeToString(pub.Lookup[:]), Recipient: pub.Recipient, Verifier: pub.Verifier,
		Nonce: hex.EncodeToString(pub.Nonce[:]), Tag: hex.EncodeToString(pub.Tag[:]),
		Kind: f.Kind, Exclude: f.Exclude, Inner: s.out.Sums,
	}
	msg, err := claim.Sign(rc.Signer())
	if err != nil {
		return Sealed{}, err
	}
	transport, err := crypto.ParseRecipient(office.Transport)
	if err != nil {
		return Sealed{}, err
	}
	var file bytes.Buffer
	if err := crypto.PackSealed(&file, transport, msg, s.entries); err != nil {
		return Sealed{}, err
	}
	s.out.File = file.Bytes()
	return s.out, nil
}

type sealer struct {
	to      []crypto.Recipient
	entries []crypto.Entry
	out     Sealed
}

// inner seals the report, the attachments and, by choice, the receipt's copy.
// The exclusions stand inside too: what the host makes of them outside can be
// compared with what the filer meant.
func (s *sealer) inner(f Filing, rc receipt.Receipt, today string) error {
	var once [16]byte
	_, _ = rand.Read(once[:]) // never fails: it ends the program instead
	lookup := rc.Lookup().Hash()
	head := crypto.Header{
		Lookup: hex.EncodeToString(lookup[:]), Once: hex.EncodeToString(once[:]), From: "filer", What: "report",
		Type: textType, Day: today, Filer: rc.Public([32]byte{}).FilerHash(), Excluded: f.Exclude,
	}
	body := []byte(strings.TrimRight(crypto.Clean(f.Words), "\n") + "\n")
	if err := s.add("body.age", s.to, head, body); err != nil {
		return err
	}
	for i, a := range f.Files {
		h := head
		h.What, h.Name, h.Type, h.Excluded = "file", crypto.FileName(a.Name), a.Type, nil
		if h.Type == "" {
			h.Type = "application/octet-stream"
		}
		if err := s.add("att-"+strconv.Itoa(i+1)+".age", s.to, h, a.Data); err != nil {
			return err
		}
	}
	if !f.Own {
		return nil
	}
	return s.add("own.age", []crypto.Recipient{rc.Identity().Recipient()}, head, body)
}

func (s *sealer) add(name string, to []crypto.Recipient, h crypto.Header, body []byte) error {
	h.Len = int64(len(body))
	var b bytes.Buffer
	sum, _, err := crypto.SealToAll(&b, to, h, bytes.NewReader(body))
	if err != nil {
		return err
	}
	s.out.Names = append(s.out.Names, name)
	s.out.Sums[name] = hex.EncodeToString(sum[:])
	s.entries = append(s.entries, crypto.Bytes(name, b.Bytes()))
	return nil
}
