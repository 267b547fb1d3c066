package cases

import (
	"bytes"
	"context"
	"encoding/hex"
	"io"
	"slices"
	"strings"

	"ombra/crypto"
)

// Desk is what one ombudsman may do. To a Desk a case without a live grant does
// not exist.
type Desk struct {
	s   *Service
	who string
}

// Desk gives an ombudsman's handle. [NotFound] for anybody who is not on the
// roster, and for one whose mandate has ended.
func (s *Service) Desk(who string) (*Desk, error) {
	o, ok := s.Ombudsman(who)
	if !ok || o.Until < s.Today() || o.From > s.Today() {
		return nil, errNotFound
	}
	return &Desk{s: s, who: who}, nil
}

// Inbox lists the cases that an ombudsman can see, newest first, and whether
// there are more. The Case in it has no keys, grants and receipts.
func (d *Desk) Inbox(ctx context.Context, page, size int) (list []*Case, more bool, err error) {
	err = d.s.view(ctx, func(tx Tx) error {
		list, more, err = tx.GrantedTo(d.who, page*size, size)
		list = slices.DeleteFunc(list, d.s.withheld)
		return err
	})
	return list, more, err
}

// Case loads one case.
func (d *Desk) Case(ctx context.Context, id ID) (*Case, error) {
	c, err := d.load(ctx, id)
	if err == nil && d.s.withheld(c) {
		return nil, errNotFound
	}
	return c, err
}

// load loads a case for an act that may keep it.
func (d *Desk) load(ctx context.Context, id ID) (c *Case, err error) {
	err = d.s.view(ctx, func(tx Tx) error {
		c, err = tx.Case(id, d.who)
		return err
	})
	return c, err
}

// Do is an act by pressing in the chat. Whoever takes over a chat account can
// do this much and no more.
func (d *Desk) Do(ctx context.Context, id ID, a Act) error {
	return d.s.commit(ctx, &act{
		do: a.Do, by: ByOmbudsman, actor: d.who, set: a.Set, see: byHolder(id, d.who),
		sheaf: &sheaf{s: d.s, once: a.Once, day: d.s.Today()},
	})
}

// Type sends a reply that was typed in the chat, where the office allows it. It
// is stored unsigned, and the filer reads that.
func (d *Desk) Type(ctx context.Context, id ID, do Verb, once [16]byte, text string) error {
	if crypto.CleanLine(text) == "" {
		return E(Invalid, "empty", nil)
	}
	c, err := d.Case(ctx, id)
	if err != nil {
		return err
	}
	return d.s.sealed(ctx, c, func(c *Case) (*act, error) {
		a := &act{do: do, by: ByOmbudsman, actor: d.who, see: byHolder(id, d.who), sheaf: d.s.sheafFor(c, once)}
		head := crypto.Header{
			Case: string(c.ID), Once: hex.EncodeToString(once[:]), From: "ombudsman", What: string(do),
			Type: "text/plain; charset=utf-8", Day: string(a.sheaf.day),
		}
		kind, body := PaperKind(do), []byte(crypto.Clean(text))
		if err := a.sheaf.seal(kind, head, body); err != nil {
			return a, err
		}
		for _, r := range live(c) {
			to, err := crypto.ParseRecipient(r.Recipient)
			if err != nil {
				return a, err
			}
			blob, err := crypto.SealBytes(to, head, body)
			if err != nil {
				return a, err
			}
			a.sheaf.add(kind, crypto.FilerHash(r.Recipient, r.Verifier), blob)
		}
		return a, nil
	})
}

// live lists the receipts that get replies, in the order that both ends number
// them: by the hash of their public half. While two are in dispute none does:
// one of the two is a thief's.
func live(c *Case) []Receipt {
	var list []Receipt
	if c.Is(Disputed) {
		return nil
	}
	for _, r := range c.Receipts {
		if r.State == InHand {
			list = append(list, r)
		}
	}
	slices.SortFunc(list, func(a, b Receipt) int {
		return strings.Compare(crypto.FilerHash(a.Recipient, a.Verifier), crypto.FilerHash(b.Recipient, b.Verifier))
	})
	return list
}

// open reads a stored age file, from the database or the shelf.
func (s *Service) open(ctx context.Context, p Paper) (io.ReadCloser, error) {
	if p.Shelf != "" {
		return s.Shelf.Open(p.Shelf)
	}
	var blob []byte
	err := s.view(ctx, func(tx Tx) (err error) {
		blob, err = tx.Blob(p.Case, p.N)
		return err
	})
	return io.NopCloser(bytes.NewReader(blob)), err
}
