package cases

import (
	"context"
	"encoding/hex"
	"slices"
	"strconv"

	"ombra/cases/papers"
	"ombra/crypto"
	"ombra/crypto/receipt"
)

// An Incoming is an age file that somebody handed in, looked at without any key
// but the transport identities: one of the three.
type Incoming struct {
	Claim *crypto.ClaimNote // a sealed filing
	Act   *crypto.ActNote   // an act; who signed it is not verified yet
	Stock bool              // a bare age file, closed to us

	raw    []byte
	bundle *crypto.Bundle
}

// LooksArmored reports whether a text holds a pasted age file.
func LooksArmored(text string) bool { return crypto.LooksArmored(text) }

// OutsideArmor is a text without its age file: base64 may read like a receipt.
func OutsideArmor(text string) string { return crypto.OutsideArmor(text) }

// InspectText looks at a pasted age file, as chats mangle it.
func (s *Service) InspectText(text string) (*Incoming, error) {
	raw, err := crypto.Dearmor(text)
	if err != nil {
		return nil, told(err)
	}
	return s.Inspect(raw)
}

// Inspect looks at an age file. It refuses, in one sentence, what no ombudsman
// could open.
func (s *Service) Inspect(raw []byte) (*Incoming, error) {
	foreign, err := crypto.CheckForeign(raw, s.MaxIncoming())
	if err != nil {
		return nil, told(err)
	}
	in := &Incoming{raw: raw}
	in.bundle, err = crypto.OpenBundle(raw, s.Transport.Identities()...)
	switch {
	case crypto.Refused(err) == crypto.WhyWrongKey:
		return s.stock(in, foreign)
	case err != nil:
		return nil, told(err)
	}
	if _, ok := in.bundle.Get("act"); ok {
		note, err := crypto.ActClaims(in.bundle)
		in.Act = &note
		return in, told(err)
	}
	claim, err := crypto.OpenSealed(in.bundle)
	if err != nil {
		return nil, told(err)
	}
	if claim.Origin != s.Office.Origin {
		return nil, E(Invalid, "other-office", nil)
	}
	in.Claim = &claim
	body, _ := in.bundle.Get("body.age")
	_, err = crypto.CheckForeign(body, s.MaxIncoming())
	return in, told(err)
}

// MaxIncoming is the largest age file taken: the largest attachment, sealed.
func (s *Service) MaxIncoming() int64 { return s.Office.MaxFile + 1<<20 }

// stock takes a bare age file. One that is closed to all but one key can be one
// that was made for an older transport key: it would be stored and never opened.
func (s *Service) stock(in *Incoming, f crypto.Foreign) (*Incoming, error) {
	if f.Stanzas < 2 {
		return nil, E(Invalid, "refused.old-office-file", nil)
	}
	in.Stock = true
	return in, nil
}

// Filing makes a filing of a sealed or stock file. For a stock one the receipt
// is ours to give, and nothing but the filer's word tells whom it leaves out:
// age's recipients are anonymous.
func (in *Incoming) Filing(kind Kind, excluded []string, r receipt.Receipt) (Filing, error) {
	if in.Stock {
		return Filing{
			Kind: kind, Source: Stock, Excluded: excluded, Public: r.Public([32]byte{}), Tag: r.Tag, Signer: r.Signer(),
			Inner: map[string][]byte{"body.age": in.raw},
		}, nil
	}
	for _, name := range excluded {
		if !slices.Contains(in.Claim.Exclude, name) {
			// The claim is signed; what is chosen beside it must not be lost unsaid.
			return Filing{}, E(Invalid, "left-in", nil)
		}
	}
	f := Filing{Kind: Kind(in.Claim.Kind), Source: Sealed, Excluded: in.Claim.Exclude, Inner: map[string][]byte{}}
	f.Public = receipt.Public{Recipient: in.Claim.Recipient, Verifier: in.Claim.Verifier}
	for _, x := range []struct {
		to  *[32]byte
		hex string
	}{{&f.Public.Lookup, in.Claim.Lookup}, {&f.Public.Nonce, in.Claim.Nonce}, {&f.Public.Tag, in.Claim.Tag}} {
		b, err := hex.DecodeString(x.hex)
		if err != nil || len(b) != 32 {
			return Filing{}, E(Invalid, "refused.format", nil)
		}
		copy(x.to[:], b)
	}
	for name := range in.Claim.Inner {
		f.Inner[name], _ = in.bundle.Get(name)
	}
	f.Claim, _ = in.bundle.Get("claim")
	return f, nil
}

// Sums lists the hashes of the inner files, as `ombra-desk seal` printed them,
// but for the receipt's own copy: that is stored as it came, and a hash on a
// screen would lead from an account to its row.
func (in *Incoming) Sums() []string {
	var sums []string
	for name, sum := range in.Claim.Inner {
		if name != "own.age" {
			sums = append(sums, name+" "+sum)
		}
	}
	slices.Sort(sums)
	return sums
}

// Signed is an act that was signed on an ombudsman's own machine. Nothing of it
// is believed: signature, case, day, what it rests on and every file that it
// carries are checked, most of it inside the transaction.
func (d *Desk) Signed(ctx context.Context, in *Incoming) (ID, Verb, error) {
	o, ok := d.s.Ombudsman(d.who)
	if !ok || in.Act == nil || in.Act.By != d.who {
		return "", "", errNotFound
	}
	note, err := crypto.OpenAct(in.bundle, o.Verifier)
	if err != nil {
		return "", "", told(err)
	}
	a, err := d.signed(note, in.bundle)
	if err != nil {
		return "", "", told(err)
	}
	id := ID(note.Case)
	c, err := d.load(ctx, id)
	if err != nil {
		return "", "", err
	}
	if a.key, err = newKeyOf(note, in.bundle); err != nil {
		return "", "", E(Invalid, "refused.carried", err)
	}
	if a.sheaf, err = d.carried(ctx, c, note, in.bundle, a.key); err != nil {
		a.sheaf.drop()
		return "", "", told(err)
	}
	return id, a.do, d.s.commit(ctx, a)
}

// signed checks what can be checked without the case.
func (d *Desk) signed(note crypto.ActNote, b *crypto.Bundle) (*act, error) {
	today := d.s.Today()
	switch day := Day(note.Day); {
	case note.Origin != d.s.Office.Origin:
		return nil, E(Invalid, "other-office", nil)
	case logNames[Verb(note.Do)] == "", papers.Settles(note.Do, note.Set) != nil:
		return nil, E(Invalid, "refused.carried", nil)
	case day > today.Add(1), day < today.Add(-90):
		// The transport key of older files is gone anyway.
		return nil, E(Conflict, "act-old", nil)
	}
	msg, _ := b.Get("act")
	a := &act{
		do: Verb(note.Do), by: BySigned, actor: d.who, set: note.Set, see: byHolder(ID(note.Case), d.who),
		note: hexSum(msg),
	}
	a.now = func(tx Tx, c *Case) error {
		if err := restsOn(tx, c, note); err != nil {
			return err
		}
		if err := d.s.decides(tx, c, a, Day(note.Day)); err != nil {
			return err
		}
		return d.s.silence(tx, c, a.step())
	}
	a.also = func(tx Tx, c *Case) error {
		for _, step := range []func(Tx, *Case, *act) error{d.s.rekey, d.s.replaced, d.s.third, d.s.unsealEnded} {
			if err := step(tx, c, a); err != nil {
				return err
			}
		}
		return d.witnessed(tx, note.Log)
	}
	return a, nil
}

// restsOn refuses an act signed on papers that are no longer current: nothing is
// stored, and the draft is still on her machine. For words only epoch and
// receipts count; what ends a case or brings a new key must rest on its last
// message, which may exclude somebody, and so must what settles a dispute: in each
// the receipts that get replies are the same, none. An act on a remedy names the
// step that it follows, which the table checks.
func restsOn(tx Tx, c *Case, note crypto.ActNote) error {
	head, err := headOf(tx, c.ID)
	if err != nil {
		return err
	}
	// One that brings a new key names its epoch: whoever comes second with the
	// same one signed on papers without the first.
	epoch, rekeys := c.Key().Epoch, note.Set["key"] != ""
	if rekeys {
		epoch++
	}
	stale := note.Epoch != epoch || note.Receipts != papers.ReceiptsHash(receiptsOf(c))
	if (note.Do == string(Close) || note.Do == string(Settle) || rekeys) && note.Head != head {
		stale = true
	}
	if stale {
		return E(Conflict, "papers-old", nil)
	}
	return nil
}

func headOf(tx Tx, id ID) (string, error) {
	list, err := tx.Papers(id, "")
	if err != nil || len(list) == 0 {
		return "", err
	}
	return leafHash(tx, list[len(list)-1].Entry)
}

// witnessed notes how far this desk has seen the log.
func (d *Desk) witnessed(tx Tx, size int64) error {
	all, err := tx.Ombudsmen()
	if err != nil {
		return err
	}
	for _, o := range all {
		if have, err := tx.Checkpoints(size - 1); o.Name == d.who && size > o.Seen && err == nil && len(have) > 0 && have[0].Size == size {
			o.Seen = size
			return tx.PutOmbudsman(o)
		}
	}
	return nil
}

// carried takes in the files of an act: exactly those that its kind calls for,
// each an age file with one recipient.
func (d *Desk) carried(ctx context.Context, c *Case, note crypto.ActNote, b *crypto.Bundle, k *newKey) (*sheaf, error) {
	parts, err := papers.Carried(note)
	if err != nil {
		return nil, E(Invalid, "refused.carried", err)
	}
	once, err := hex.DecodeString(note.Once)
	if err != nil || len(once) != 16 {
		return nil, E(Invalid, "refused.format", err)
	}
	h := d.s.sheafFor(c, [16]byte(once))
	if k != nil { // what the act carries, and the act itself, are for the new key
		h.to, h.epoch = k.to, k.Epoch
	}
	receipts := whom(c, note)
	if n := papers.Receipts(parts); papers.Speaks(note.Do) && n != len(receipts) || n > len(receipts) {
		return nil, E(Conflict, "papers-old", nil)
	}
	for _, p := range parts {
		blob, _ := b.Get(p.Name)
		if err := crypto.OneStanza(blob); err != nil {
			return h, err
		}
		if err := h.place(ctx, PaperKind(p.What), readerOf(p, receipts), blob); err != nil {
			return h, err
		}
	}
	msg, _ := b.Get("act")
	head := crypto.Header{Case: note.Case, Once: note.Once, From: "ombudsman", What: "act", Type: "text/plain; charset=utf-8", Day: string(h.day)}
	return h, h.seal(PaperAct, head, msg)
}

// readerOf turns "case", "r1", "r2" into what a paper is stored for.
func readerOf(p papers.Part, receipts []Receipt) string {
	for i, r := range receipts {
		if p.For == "r"+strconv.Itoa(i+1) {
			return crypto.FilerHash(r.Recipient, r.Verifier)
		}
	}
	return ""
}
