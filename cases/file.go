package cases

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"

	"ombra/cases/papers"
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
	Kind        Kind
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
		if errors.Is(err, ErrTaken) && try < 3 {
			continue // the id is inside every envelope: seal again under another
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

// intake is one filing, sealed and ready to be stored.
type intake struct {
	filing Filing
	public receipt.Public
	c      *Case
	sheaf  *sheaf
	drawn  []drawn
	key    crypto.CaseKey
	amends bool // a case that is there already
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
	return Filed{Kind: c.Kind, AckDue: c.AckDue, FeedbackDue: c.FeedbackDue}
}

// prepare draws the holders and seals everything, outside any transaction.
func (s *Service) prepare(ctx context.Context, f Filing) (*intake, error) {
	keys, err := f.keys(s.MaxIncoming())
	if err != nil {
		return nil, err
	}
	in := &intake{filing: f, public: f.Public}
	if in.drawn = draw(*s.roster.Load(), s.want(f.Excluded, keys)); len(in.drawn) == 0 {
		return nil, E(Unavailable, "nobody", nil)
	}
	in.c = s.newCase(f)
	if in.key, err = crypto.NewCaseKey(string(in.c.ID)); err != nil {
		return nil, err
	}
	in.c.Keys = []Key{{Recipient: in.key.Recipient().String(), By: "bot"}}
	if err := in.grant(); err != nil {
		return nil, err
	}
	in.sheaf = &sheaf{s: s, to: in.key.Recipient(), once: in.public.Once(), day: in.c.Opened}
	if err := in.seal(ctx); err != nil {
		in.sheaf.drop()
		return nil, err
	}
	in.c.Receipts = []Receipt{{
		Lookup: in.public.Lookup, Recipient: in.public.Recipient, Verifier: in.public.Verifier,
		Tag: in.public.Tag, State: InHand,
	}}
	return in, nil
}

// keys tells to which kind of keys a filing was sealed.
func (f Filing) keys(limit int64) (keyKind, error) {
	if f.Source == Typed {
		return anyKey, nil
	}
	foreign, err := crypto.CheckForeign(f.Inner["body.age"], limit)
	if foreign.PostQuantum {
		return quantumKey, err
	}
	return classicKey, err
}

func (s *Service) newCase(f Filing) *Case {
	c := &Case{ID: NewID(), Kind: f.Kind, Source: f.Source, Stage: Received, Opened: s.Today(), Gate: f.Gate}
	if s.Office.Test {
		c.Flags |= Test
	}
	if f.Urgent {
		c.Flags |= Urgent
	}
	s.Office.Profile.start(c)
	return c
}

// grant wraps the case key to everybody drawn, each in a file of its own.
func (in *intake) grant() error {
	for _, o := range in.drawn {
		to, err := crypto.ParseRecipient(o.Recipient)
		if err != nil {
			return err
		}
		wrap, err := in.key.Wrap(to)
		if err != nil {
			return err
		}
		in.c.Grants = append(in.c.Grants, Grant{Holder: o.Name, State: o.state, Rank: o.rank, Wrap: wrap})
		if o.state == Live {
			in.c.Drawn++
		}
	}
	return nil
}

// first is the header of the first envelope: it pins the filer's keys, the
// holders and the exclusions, so that a host that turns bad later cannot swap
// or add one unseen.
func (in *intake) first() crypto.Header {
	h := in.header("report")
	h.Excluded = in.filing.excluded()
	for _, o := range in.drawn {
		to, _ := crypto.ParseRecipient(o.Recipient)
		h.Holders = append(h.Holders, crypto.Holder{Name: o.Name, Recipient: to.Hash(), Dormant: o.state == Dormant})
	}
	return h
}

func (in *intake) header(what string) crypto.Header {
	once := in.sheaf.once
	return crypto.Header{
		Case: string(in.c.ID), Once: hex.EncodeToString(once[:]), From: "filer", What: what,
		Type: "text/plain; charset=utf-8", Day: string(in.c.Opened), Filer: in.public.FilerHash(),
	}
}

func (in *intake) seal(ctx context.Context) error {
	if in.filing.Source != Typed {
		return in.sealInner(ctx)
	}
	text := in.filing.words()
	if err := in.sheaf.seal(PaperReport, in.first(), []byte(text)); err != nil {
		return err
	}
	hashes, err := in.attachAll(ctx)
	if err != nil {
		return err
	}
	in.public.Tag = in.filing.Tag(in.filing.sum(text, hashes))
	return nil
}

// words are the readable text with the machine block behind it. Exclusions stand
// in the block of an amendment too: the first envelope, which pins them for the
// desks, is sealed already.
func (f Filing) words() string {
	return papers.AppendForm(crypto.Clean(f.Text), f.Form)
}

// attachAll seals the files, fetched last, and hashes what was in them.
func (in *intake) attachAll(ctx context.Context) (hashes []string, err error) {
	for _, a := range in.filing.Files {
		sum, err := in.sheaf.attach(ctx, in.header("file"), a)
		if err != nil {
			return nil, err
		}
		hashes = append(hashes, hex.EncodeToString(sum[:])+" "+crypto.FileName(a.Name))
	}
	return hashes, nil
}

// sum is the hash of all that a person submitted. It never leaves this request
// unkeyed: a stored hash would confirm a guess.
func (f Filing) sum(text string, files []string) [32]byte {
	h := sha256.New()
	for _, part := range slices.Concat(
		[]string{"ombra-submission/1", string(f.Kind), strings.Join(f.excluded(), ","), text}, files,
	) {
		h.Write([]byte(hex.EncodeToString([]byte(part)) + "\n"))
	}
	return hashSum(h)
}

// storeCase is the transaction of a filing.
func (s *Service) storeCase(tx Tx, in *intake) error {
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
	return s.notify(tx, c.Holders(), "", c.Is(Urgent))
}

func (in *intake) designated() Entry {
	d := custody.Details{Act: "designated", Day: string(in.c.Opened), Case: string(in.c.ID)}
	for _, g := range in.c.Grants {
		sum := sha256.Sum256(g.Wrap)
		d.Hashes = append(d.Hashes, hex.EncodeToString(sum[:]))
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
	case KindOf(err) == NotFound && err != nil:
		in.sheaf.drop()
		return Filed{}, E(Unavailable, "", err)
	}
	return Filed{}, E(Unavailable, "unclear", err)
}
