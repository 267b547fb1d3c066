package cases

import (
	"context"
	"crypto/sha256"
	"slices"

	"ombra/cases/papers"
	"ombra/crypto"
	"ombra/crypto/receipt"
)

// A case has one receipt in hand. It can be replaced (it was exposed, or whoever
// helped hands the case to whom it is about) and ended. Whoever finds a receipt
// could do that too: so the former one still shows for a while what was done, and
// can say "this was not me", which stops the filer's side until the ombudsmen have
// decided between the two (dispute.go). A receipt alone deletes nothing.

// formerDays is how long a replaced receipt can still object, and how long acts
// of the new one that bind have to wait.
const formerDays = 14

// maxReceipts bounds what a case can have over its life.
const maxReceipts = 16

// filer is by which receipt somebody acts, and which one takes its place.
type filer struct {
	lookup   [32]byte
	verifier string
	next     *Receipt
}

func filerOf(p receipt.Public) *filer { return &filer{lookup: p.Lookup, verifier: p.Verifier} }

func (c *Case) receipt(f *filer) *Receipt {
	i := slices.IndexFunc(c.Receipts, func(r Receipt) bool { return r.Lookup == f.lookup && r.Verifier == f.verifier })
	if i < 0 {
		return nil
	}
	return &c.Receipts[i]
}

// former is the receipt that was replaced last, if it can still object.
func (c *Case) former(today Day) *Receipt {
	for i := len(c.Receipts) - 1; i >= 0; i-- {
		if r := &c.Receipts[i]; r.State == Replaced && (today <= r.Until || c.Is(Disputed)) {
			return r
		}
	}
	return nil
}

// inHand is the receipt that gets replies: none while two are in dispute.
func (c *Case) inHand() *Receipt {
	for i := range c.Receipts {
		if r := &c.Receipts[i]; r.State == InHand {
			return r
		}
	}
	return nil
}

// mayAct says whether a receipt may do this now. While two are in dispute words
// are heard from both, and nothing else: whoever is silent may be decided against
// by one ombudsman alone.
func (c *Case) mayAct(do Verb, f *filer, today Day) error {
	r := c.receipt(f)
	switch {
	case r == nil || r.State == Ended, r.State == Replaced && c.former(today) != r:
		return errNotFound
	case r.State == Replaced && do != NotMe:
		if c.inHand() == nil {
			return E(Conflict, "receipt-ended", nil)
		}
		return E(Conflict, "receipt-replaced", nil)
	case r.State == InHand && do == NotMe:
		return E(Conflict, "receipt-in-hand", nil)
	case c.Is(Disputed) && do != Add && do != NotMe:
		return E(Conflict, "disputed", nil)
	case waits[do] && c.former(today) != nil:
		return E(Conflict, "receipt-new", nil)
	}
	return nil
}

// waits are the filer's acts that bind. With a new receipt they wait until the
// former one cannot object any more: a thief of a receipt must not settle a
// case before its owner has looked.
var waits = map[Verb]bool{
	Replace: true, HandOver: true, EndReceipt: true, Appeal: true, Withdraw: true,
	Accept: true, Contest: true, Confirm: true, Missing: true,
}

func (s *Service) needsSuccessor(c *Case, a *act) error {
	next := a.filer.next
	switch {
	case next == nil:
		return E(Internal, "", nil)
	case len(c.Receipts) >= maxReceipts:
		return E(Conflict, "receipts-full", nil)
	case c.receipt(&filer{lookup: next.Lookup, verifier: next.Verifier}) != nil:
		return E(Conflict, "", nil)
	}
	return nil
}

func (s *Service) thenReplaced(c *Case, a *act) {
	old := c.receipt(a.filer)
	old.State, old.Until = Replaced, a.day.Add(formerDays)
	c.Receipts = append(c.Receipts, *a.filer.next)
}

// thenEnded leaves no receipt in hand. Whoever found one could end it too, so the
// ended one objects as a replaced one does.
func (s *Service) thenEnded(c *Case, a *act) {
	r := c.receipt(a.filer)
	r.State, r.Until = Replaced, a.day.Add(formerDays)
}

// thenDisputed: a decision is owed within as many days as there were to object;
// saying it again moves no day. Which of the two asked to withdraw nobody can say
// any more.
func (s *Service) thenDisputed(c *Case, a *act) {
	if c.Is(Disputed) {
		return
	}
	c.Flags |= Disputed
	c.receipt(a.filer).Until = a.day.Add(formerDays)
	c.Withdraw = ""
}

func (s *Service) needsDispute(c *Case, _ *act) error {
	if !c.Is(Disputed) {
		return E(Conflict, "no-dispute", nil)
	}
	return nil
}

// settled is which of two receipts in dispute a decision keeps, and which it ends.
func (c *Case) settled(keep string, today Day) (kept, ended *Receipt) {
	if !c.Is(Disputed) {
		return nil, nil
	}
	kept, ended = c.inHand(), c.former(today)
	if keep == papers.KeepFormer {
		return ended, kept
	}
	return kept, ended
}

// thenSettled ends the one receipt and leaves the other in hand, once enough have
// signed for it.
func (s *Service) thenSettled(c *Case, a *act) {
	if !a.decides {
		return
	}
	kept, ended := c.settled(a.set["keep"], a.day)
	if kept != nil { // there is no newer one when the former was ended
		kept.State, kept.Until = InHand, ""
	}
	if ended != nil {
		ended.State, ended.Until = Ended, ""
	}
	c.Flags &^= Disputed
}

// Replace puts another receipt in the place of this one: do is [Replace] or
// [HandOver]. What was answered before is sealed again to the new one while
// this one is in hand: nobody could do it later. form is as in [Mine.Add]; sent
// again with other words, they are added.
func (m *Mine) Replace(ctx context.Context, do Verb, form [16]byte, next receipt.Receipt, text string) error {
	public := next.Public([32]byte{})
	note := papers.Successor(public.FilerHash(), crypto.Signable(crypto.Clean(text)))
	err := m.act(ctx, do, m.receipt.Once(form, textSum(note)), note, func(a *act) error {
		a.filer.next = &Receipt{Lookup: public.Lookup, Recipient: public.Recipient, Verifier: public.Verifier, State: InHand}
		return m.reseal(ctx, a, next)
	})
	if SayOf(err) != "receipt-replaced" {
		return err
	}
	now, failed := m.s.Mine(ctx, next)
	switch {
	case failed != nil || now.id != m.id: // another took its place
		return err
	case crypto.CleanLine(text) == "":
		return nil
	}
	return now.Add(ctx, form, text, nil)
}

// End makes this receipt open nothing any more, once it can no longer object. The
// case goes on without it.
func (m *Mine) End(ctx context.Context, form [16]byte, text string) error {
	return m.act(ctx, EndReceipt, m.receipt.Once(form, textSum(text)), text, nil)
}

// NotMe says, with a receipt that was replaced, that its owner did not do it.
func (m *Mine) NotMe(ctx context.Context, form [16]byte, text string) error {
	return m.act(ctx, NotMe, m.receipt.Once(form, textSum(text)), text, nil)
}

// textSum keeps two texts under one form apart.
func textSum(text string) [32]byte { return sha256.Sum256([]byte(crypto.Clean(text))) }

// act is an act of the filer that is words at most: a note signed with the
// receipt's key, sealed to the case. more adds what else goes with it.
func (m *Mine) act(ctx context.Context, do Verb, once [16]byte, text string, more func(*act) error) error {
	c, err := m.s.reload(ctx, m.id)
	if err != nil {
		return err
	}
	public := m.receipt.Public([32]byte{})
	return m.s.sealed(ctx, c, func(c *Case) (*act, error) {
		a := &act{do: do, by: ByFiler, filer: filerOf(public), see: bySystem(c.ID), sheaf: m.s.sheafFor(c, once)}
		err := m.s.sealWords(ctx, words{
			sheaf: a.sheaf, c: c, do: do, lookup: public.Lookup, filer: public.FilerHash(), sign: m.receipt.Signer(), text: text,
		})
		if err == nil && more != nil {
			err = more(a)
		}
		return a, err
	})
}

// reseal opens what is sealed to this receipt and seals it to the next one, as
// it was said and signed. What does not open was shown as broken, and stays
// behind. An answer that is stored meanwhile makes it begin anew.
func (m *Mine) reseal(ctx context.Context, a *act, next receipt.Receipt) error {
	if m.Replaced != "" { // it was done, or will be refused
		return nil
	}
	h, own := a.sheaf, m.receipt.Public([32]byte{})
	var list []Paper
	err := m.s.view(ctx, func(tx Tx) (err error) {
		list, err = tx.Papers(m.id, own.FilerHash())
		return err
	})
	if err != nil {
		return err
	}
	a.also = func(tx Tx, _ *Case) error {
		now, err := tx.Papers(m.id, own.FilerHash())
		if err == nil && len(now) != len(list) {
			err = errStale
		}
		return err
	}
	if err := m.follow(ctx, h, list, next); err != nil {
		return err
	}
	for _, p := range list {
		if err := m.sealAgain(ctx, h, p, next); err != nil {
			return err
		}
	}
	return nil
}

func (m *Mine) sealAgain(ctx context.Context, h *sheaf, p Paper, next receipt.Receipt) error {
	blob, err := m.s.blob(ctx, p)
	if err != nil {
		return err
	}
	head, body, err := crypto.DecryptEnvelope(blob, m.receipt.Identity().Age())
	if _, follows := m.follows(p, body); err != nil || follows {
		return nil //nolint:nilerr // what does not open was shown as broken
	}
	again, err := crypto.SealBytes(next.Identity().Recipient(), head, body)
	if err != nil {
		return err
	}
	if err := h.place(ctx, p.Kind, next.Public([32]byte{}).FilerHash(), again); err != nil {
		return err
	}
	h.papers[len(h.papers)-1].Day = p.Day
	return nil
}

// filerHashes are all the receipts' that a reply can have been signed for.
func (c *Case) filerHashes() []string {
	var list []string
	for _, r := range c.Receipts {
		list = append(list, crypto.FilerHash(r.Recipient, r.Verifier))
	}
	return list
}
