package cases

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"

	"ombra/crypto"
	"ombra/crypto/receipt"
)

// errStale says that a case moved to another key between sealing and storing:
// seal again.
var errStale = errors.New("the case has a newer key")

// refile settles a filing whose receipt may be known: the same submission again,
// or a changed one. found says whether the case was there.
func (s *Service) refile(ctx context.Context, f Filing, public receipt.Public) (filed Filed, found bool, err error) {
	var c *Case
	var r Receipt
	err = s.view(ctx, func(tx Tx) (err error) {
		c, r, err = caseOf(tx, public.Lookup, public.Verifier)
		return err
	})
	if err != nil {
		return Filed{}, false, err
	}
	// Before the tag: a bare age file is the same whomever it excludes.
	for _, name := range f.Excluded {
		if c.Holds(name, Live, Dormant, Lapsed, Hidden) { // a lapsed one may come back
			return Filed{}, true, f.elsewhere()
		}
	}
	// A receipt that opens nothing any more is not shown as if it had just been stored.
	if err := c.mayAct(Add, filerOf(public), s.Today()); err != nil {
		return Filed{}, true, err
	}
	filed = filedOf(c)
	if r.Tag == public.Tag {
		return filed, true, nil
	}
	filed.Amended = true
	return filed, true, s.amend(ctx, c, f, public)
}

// elsewhere asks for another receipt. It is found by the exclusions alone, so
// that further changes under them go to that case and make no third.
func (f Filing) elsewhere() error {
	if f.Tag == nil {
		return &NeedsReceipt{} // sealed on a device: only the device can make one
	}
	h := sha256.New()
	h.Write([]byte("ombra-exclusions/1\n" + strings.Join(f.excluded(), "\n")))
	return &NeedsReceipt{Tag: f.Tag(hashSum(h))}
}

// excluded are the exclusions, each once and in order.
func (f Filing) excluded() []string {
	return slices.Compact(slices.Sorted(slices.Values(f.Excluded)))
}

// caseOf finds the case of a receipt's public half, and the receipt in it.
func caseOf(tx Tx, lookup [32]byte, verifier string) (*Case, Receipt, error) {
	all, err := tx.CasesOf(lookup, verifier)
	if err != nil {
		return nil, Receipt{}, err
	}
	for _, c := range all {
		i := slices.IndexFunc(c.Receipts, func(r Receipt) bool { return r.Lookup == lookup && r.Verifier == verifier })
		if i >= 0 {
			return c, c.Receipts[i], nil
		}
	}
	return nil, Receipt{}, errNotFound
}

// amend appends a changed submission to its case: no word is lost. Its Once is
// the tag's, so that this change sent again is the same act. A sealed one brings
// its claim, a typed one is signed with the receipt in hand: without the
// receipt's key nobody appends.
func (s *Service) amend(ctx context.Context, c *Case, f Filing, public receipt.Public) error {
	if f.Source != Sealed && f.Signer.Verifier() != public.Verifier {
		return E(Conflict, "", nil)
	}
	return s.sealed(ctx, c, func(c *Case) (*act, error) {
		once := [16]byte(public.Tag[:16])
		sh := s.sheafFor(c, once)
		a := &act{do: Add, by: ByFiler, filer: filerOf(public), see: bySystem(c.ID), sheaf: sh, urgent: f.Urgent}
		if f.Source != Typed {
			in := &intake{filing: f, public: public, c: c, sheaf: sh, amends: true}
			return a, in.sealInner(ctx)
		}
		in := &intake{filing: f, public: public, c: c, sheaf: sh}
		if err := in.sealOwn(f.words()); err != nil {
			return a, err
		}
		return a, s.sealWords(ctx, words{
			sheaf: sh, c: c, lookup: public.Lookup, filer: public.FilerHash(), sign: f.Signer,
			text: f.words(), files: f.Files,
		})
	})
}

// words are what a filer adds to a case.
type words struct {
	sheaf  *sheaf
	c      *Case
	do     Verb // zero: Add
	lookup [32]byte
	filer  string
	sign   crypto.SigningKey
	set    map[string]string // what it settles
	text   string
	files  []Attachment
}

// sealWords seals attachments, then the signed note that names their hashes.
func (s *Service) sealWords(ctx context.Context, w words) error {
	if w.do == "" {
		w.do = Add
	}
	head := crypto.Header{
		Case: string(w.c.ID), Once: hex.EncodeToString(w.sheaf.once[:]), From: "filer", What: "more",
		Type: "text/plain; charset=utf-8", Day: string(w.sheaf.day), Filer: w.filer,
	}
	note := crypto.FilerNote{
		Origin: s.Office.Origin, Lookup: hex.EncodeToString(w.lookup[:]), Once: head.Once, Day: head.Day,
		Do: string(w.do), Set: w.set, Words: crypto.Signable(crypto.Clean(w.text)),
	}
	for _, a := range w.files {
		sum, err := w.sheaf.attach(ctx, head, a)
		if err != nil {
			return err
		}
		note.Files = append(note.Files, crypto.FileRef{Hash: hex.EncodeToString(sum[:]), Name: crypto.FileName(a.Name)})
	}
	msg, err := note.Sign(w.sign)
	if err != nil {
		return err
	}
	w.sheaf.head, w.sheaf.note = head, msg
	return w.sheaf.seal(PaperMore, head, msg)
}

// sealed runs an act that was sealed for a case, again if the case has got a
// newer key meanwhile.
func (s *Service) sealed(ctx context.Context, c *Case, seal func(*Case) (*act, error)) error {
	for try := 0; ; try++ {
		a, err := seal(c)
		if err != nil {
			a.sheaf.drop()
			return told(err)
		}
		err = s.commit(ctx, a)
		if !errors.Is(err, errStale) {
			return err
		}
		if try == 3 {
			return E(Unavailable, "busy", err)
		}
		if c, err = s.reload(ctx, c.ID); err != nil {
			return err
		}
	}
}

func (s *Service) reload(ctx context.Context, id ID) (c *Case, err error) {
	err = s.view(ctx, func(tx Tx) error {
		c, err = tx.Case(id, "")
		return err
	})
	return c, err
}

// sheafFor starts the papers of an act on a case that exists.
func (s *Service) sheafFor(c *Case, once [16]byte) *sheaf {
	to, err := crypto.ParseRecipient(c.Key().Recipient)
	if err != nil {
		panic("cases: a stored case recipient does not parse")
	}
	return &sheaf{s: s, to: to, epoch: c.Key().Epoch, once: once, day: s.Today()}
}
