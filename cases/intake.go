package cases

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"ombra/cases/papers"
	"ombra/crypto"
	"ombra/crypto/receipt"
)

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
	c.Clocked = c.Opened.Add(-1)
	s.wind(c)
	return c
}

// grant wraps the case key to everybody drawn, each in a file of its own.
func (in *intake) grant() error {
	for _, o := range in.drawn {
		to, err := o.recipient()
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
		to, _ := o.recipient()
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
	if err := in.sealOwn(text); err != nil {
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

// sealInner keeps what was sealed on the filer's device byte for byte, each file
// as the body of an ordinary envelope: two layers at rest hide stanza count,
// kind and size, and make grants and shredding uniform; the inner one keeps the
// host out. The receipt's own copy has one recipient already.
func (in *intake) sealInner(ctx context.Context) error {
	hashes := map[string]string{}
	for _, name := range innerNames(in.filing.Inner) {
		blob := in.filing.Inner[name]
		hashes[name] = hexSum(blob)
		if err := in.sealOne(ctx, name, blob); err != nil {
			return err
		}
	}
	if len(in.filing.Claim) > 0 {
		head := in.header("act")
		return in.sheaf.seal(PaperAct, head, in.filing.Claim)
	}
	in.public.Tag = in.filing.Tag(crypto.InnerSum(hashes))
	return nil
}

func (in *intake) sealOne(ctx context.Context, name string, blob []byte) error {
	if name == "own.age" {
		if err := crypto.OneStanza(blob); err != nil {
			return err
		}
		return in.sheaf.place(ctx, PaperReport, in.public.FilerHash(), blob)
	}
	head, kind := in.header("file"), PaperFile
	if name == "body.age" {
		head, kind = in.header("more"), PaperMore
		if !in.amends {
			head, kind = in.first(), PaperReport
		}
	}
	head.Inner, head.Type, head.Len = "age", "application/octet-stream", int64(len(blob))
	var sealed bytes.Buffer
	if _, _, err := crypto.Seal(&sealed, in.sheaf.to, head, bytes.NewReader(blob)); err != nil {
		return err
	}
	return in.sheaf.place(ctx, kind, "", sealed.Bytes())
}

// innerNames puts the report first.
func innerNames(inner map[string][]byte) []string {
	names := []string{"body.age"}
	for name := range inner {
		if name != "body.age" {
			names = append(names, name)
		}
	}
	slices.Sort(names[1:])
	return names
}
