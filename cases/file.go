package cases

import (
	"context"
	"encoding/hex"
	"errors"
	"strings"

	"ombra/crypto"
	"ombra/crypto/custody"
	"ombra/crypto/receipt"
)

// A Filing is a report or a redress request on its way in. It holds the public
// half of a receipt only: a receipt born on the filer's own device has no
// secret to give.
type Filing struct {
	Kind     Kind
	Source   Source
	Public   receipt.Public // its Tag counts only when Tag is nil
	Excluded []string       // roster names who must not see it
	Urgent   bool           // somebody is in danger, and the filer agreed to a notice at once
	Own      bool           // the receipt opens the words too; the filer agreed to the risk of seizure
	Gate     string         // version of the words shown before the filer typed

	// Typed in a form.
	Text  string // readable: each question as it was shown, and its answer
	Form  Answers
	Files []Attachment
	// Tag keys the hash of what was submitted with the receipt; Signer signs an
	// amended submission. Both come from the receipt, in hand for this request.
	Tag    func(sum [32]byte) [32]byte
	Signer crypto.SigningKey

	// Sealed on the filer's own device, or a bare age file (body.age alone).
	Inner map[string][]byte
	Claim []byte // the signed claim
}

// Filed is what came of a filing.
type Filed struct {
	Amended     bool // the receipt was known: the changed words were added to its case
	AckDue      Day
	FeedbackDue Day
}

// NeedsReceipt says that a changed submission newly excludes somebody who
// already holds the case. Nothing of it may reach the first case: it must be
// filed under another receipt, derived from the first by Tag.
type NeedsReceipt struct{ Tag [32]byte } //nolint:errname // an outcome that asks for something, not a failure

func (*NeedsReceipt) Error() string { return "a holder is newly excluded: file under another receipt" }

// File stores a filing, and returns when it is synced to disk. The same
// submission again changes nothing; a changed one is appended, or answered by
// [*NeedsReceipt].
func (s *Service) File(ctx context.Context, f Filing) (Filed, error) {
	if err := s.checkFiling(f); err != nil {
		return Filed{}, err
	}
	for try := 0; ; try++ {
		filed, err := s.file(ctx, f)
		if (errors.Is(err, ErrTaken) || errors.Is(err, errParted)) && try < 3 {
			continue // id and holders are inside every envelope: seal again
		}
		return filed, err
	}
}

func (s *Service) checkFiling(f Filing) error {
	switch {
	case f.Kind != Report && f.Kind != Redress:
		return E(Invalid, "kind", nil)
	case f.Source == Typed && strings.TrimSpace(f.Text) == "":
		return E(Invalid, "empty", nil)
	case f.Source != Typed && len(f.Inner["body.age"]) == 0:
		return E(Invalid, "refused.not-age", nil)
	}
	return s.checkFiles(f.Files)
}

// checkFiles looks at sizes before a byte is fetched.
func (s *Service) checkFiles(files []Attachment) error {
	if len(files) > s.Office.MaxFiles {
		return E(Invalid, "too-many-files", nil)
	}
	for _, a := range files {
		if a.Size > s.Office.MaxFile || a.Size < 0 {
			return E(Invalid, "file-too-large", nil)
		}
	}
	return nil
}

func (s *Service) file(ctx context.Context, f Filing) (Filed, error) {
	in, err := s.prepare(ctx, f)
	if err != nil {
		return Filed{}, told(err)
	}
	err = s.update(ctx, func(tx Tx) error { return s.storeCase(tx, in) })
	if err == nil {
		return filedOf(in.c), nil
	}
	if errors.Is(err, ErrUnclear) {
		return s.lookAgain(ctx, in)
	}
	in.sheaf.drop()
	if errors.Is(err, ErrDone) {
		filed, _, err := s.refile(ctx, f, in.public)
		return filed, err
	}
	return Filed{}, err
}

func filedOf(c *Case) Filed {
	return Filed{AckDue: c.AckDue, FeedbackDue: c.FeedbackDue}
}

// errParted: one of those drawn was removed while the filing was sealed.
var errParted = E(Unavailable, "busy", nil)

// storeCase is the transaction of a filing.
func (s *Service) storeCase(tx Tx, in *intake) error {
	for _, o := range in.drawn {
		if _, ok := s.Ombudsman(o.Name); !ok {
			return errParted
		}
	}
	c := *in.c // f may run again
	lookup := hex.EncodeToString(in.public.Lookup[:])
	n, err := tx.Append(Entry{
		Once: in.public.Once(), Nonce: in.public.Nonce,
		// Exactly these three: the filer computes them from receipt and day, and
		// can prove to anybody that this report was lodged.
		Details: custody.Details{Act: "opened", Day: string(c.Opened), Lookup: lookup},
	})
	if err != nil {
		return err
	}
	c.Entry = n
	if err := tx.Create(&c); err != nil {
		return err
	}
	if _, err := tx.Append(in.designated()); err != nil {
		return err
	}
	n, err = tx.Append(entry(NewOnce(), custody.Details{Act: "message", Day: string(c.Opened), Case: string(c.ID), Actor: "filer", Hashes: in.sheaf.sums()}))
	if err != nil {
		return err
	}
	if err := in.sheaf.store(tx, c.ID, n); err != nil {
		return err
	}
	if err := s.count(tx, &c, TableFiled+"/"+string(c.Kind)); err != nil {
		return err
	}
	return s.notify(tx, c.Holders(), "", c.Is(Urgent))
}

func (in *intake) designated() Entry {
	d := custody.Details{Act: "designated", Day: string(in.c.Opened), Case: string(in.c.ID)}
	for _, g := range in.c.Grants {
		d.Hashes = append(d.Hashes, hexSum(g.Wrap))
	}
	return entry(NewOnce(), d)
}

// lookAgain settles an unclear commit: the receipt is shown only if the case is
// found. The papers stay on the shelf when they may be the case's own; what no
// row names is swept.
func (s *Service) lookAgain(ctx context.Context, in *intake) (Filed, error) {
	filed, found, err := s.refile(ctx, in.filing, in.public)
	switch {
	case found:
		return filed, err
	case KindOf(err) == NotFound:
		in.sheaf.drop()
		return Filed{}, E(Unavailable, "", err)
	}
	return Filed{}, E(Unavailable, "unclear", err)
}
