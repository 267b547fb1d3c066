package cases

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"ombra/cases/papers"
	"ombra/crypto"
	"ombra/crypto/custody"
)

// A newKey is the case key that a signed act brings: made on an ombudsman's own
// machine and wrapped there. The host never sees more of it than this.
type newKey struct {
	Key
	to    crypto.Recipient
	wraps map[string][]byte // by holder
}

// newKeyOf takes the new key out of an act, if it brings one.
func newKeyOf(note crypto.ActNote, b *crypto.Bundle) (*newKey, error) {
	said, err := papers.RekeyOf(note)
	if err != nil || said.Recipient == "" {
		return nil, err
	}
	to, err := crypto.ParseRecipient(said.Recipient)
	if err != nil {
		return nil, err
	}
	msg, _ := b.Get("act")
	k := &newKey{Key: Key{Epoch: note.Epoch, Recipient: said.Recipient, By: note.By, Statement: msg}, to: to, wraps: map[string][]byte{}}
	for _, who := range said.Holders {
		k.wraps[who], _ = b.Get(papers.WrapFor(who))
	}
	return k, nil
}

// rekey puts a new key into the case, with exactly one well-formed wrap for
// everybody who holds it, live and dormant, and for nobody else: one bad desk
// locks nobody out, the backstop least of all, and lets nobody in. It adds wraps
// and removes none. A second one for the same epoch was refused before, with the
// papers that it was made on (restsOn).
func (s *Service) rekey(tx Tx, c *Case, a *act) error {
	k := a.key
	if k == nil {
		return nil
	}
	want := c.grants()
	if to := a.set[papers.GrantSetting]; a.do == GrantCase && !c.Holds(to, Live) {
		want = append(want, Grant{Holder: to, State: Live, Rank: Granted})
	}
	added := make([]Grant, 0, len(want))
	for _, g := range want {
		wrap, ok := k.wraps[g.Holder]
		o, known := s.find(g.Holder)
		if !ok || !known {
			return E(Conflict, "rekey", nil)
		}
		to, err := o.recipient()
		if err == nil {
			err = crypto.CheckWrap(wrap, to, k.Epoch)
		}
		if err != nil {
			return E(Invalid, "rekey", err)
		}
		added = append(added, Grant{Holder: g.Holder, Epoch: k.Epoch, State: g.State, Rank: g.Rank, Wrap: wrap})
	}
	if len(added) != len(k.wraps) {
		return E(Conflict, "rekey", nil)
	}
	c.Keys, c.Grants = append(slices.Clip(c.Keys), k.Key), append(slices.Clip(c.Grants), added...)
	c.Flags &^= Unreadable
	return s.logRekey(tx, c, a, added)
}

// logRekey leaves the leaf of the key beside that of the act that brought it.
func (s *Service) logRekey(tx Tx, c *Case, a *act, added []Grant) error {
	sum := sha256.Sum256(append([]byte("ombra-rekey/1\n"), a.sheaf.once[:]...))
	once := [16]byte(sum[:16])
	d := custody.Details{
		Act: "rekeyed", Day: string(a.day), Case: string(c.ID), Once: hex.EncodeToString(once[:]), Actor: a.actor, Hash: a.note,
	}
	for _, g := range added {
		d.Hashes = append(d.Hashes, hexSum(g.Wrap))
	}
	_, err := tx.Append(entry(once, d))
	return err
}

// grants lists whoever holds the case, live or dormant, each once as their
// newest grant stands.
func (c *Case) grants() (list []Grant) {
	for _, g := range slices.Backward(c.Grants) {
		if g.State != Live && g.State != Dormant {
			continue
		}
		if !slices.ContainsFunc(list, func(have Grant) bool { return have.Holder == g.Holder }) {
			list = append(list, g)
		}
	}
	return list
}

// find finds one of the roster, removed or not.
func (s *Service) find(name string) (Ombudsman, bool) {
	all := *s.roster.Load()
	i := slices.IndexFunc(all, func(o Ombudsman) bool { return o.Name == name })
	if i < 0 {
		return Ombudsman{}, false
	}
	return all[i], true
}
