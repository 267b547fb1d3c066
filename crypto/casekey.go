package crypto

import (
	"fmt"
	"slices"

	"filippo.io/age"
)

// maxEpoch bounds a case key, and with it the size of a wrap. A case is re-keyed
// when it is first opened and when a holder leaves it: a handful of times.
const maxEpoch = 999

// CaseKey is the key of one case at one epoch. It carries the identities of all
// earlier epochs, so that whoever holds the newest wrap reads the whole case.
// The case id is kept in the closure too: no log may name a case. The zero
// CaseKey opens nothing and wraps to nobody.
type CaseKey struct {
	unprintable
	reveal func() caseKey
}

type caseKey struct {
	id    string
	epoch int
	ids   []Identity // newest first, so ids[0] is epoch's and ids[epoch] is epoch 0's
}

// NewCaseKey makes epoch 0 of a case. The host makes this one, so a host
// that is bad at that moment can keep it. The first desk that signs an act makes
// the next, which the host never sees.
func NewCaseKey(caseID string) (CaseKey, error) {
	if !isCaseID(caseID) {
		return CaseKey{}, fmt.Errorf("new case key: %w", refuse(WhyFormat))
	}
	id, err := NewIdentity()
	if err != nil {
		return CaseKey{}, err
	}
	return caseKeyOf(caseID, 0, []Identity{id}), nil
}

func caseKeyOf(caseID string, epoch int, ids []Identity) CaseKey {
	k := caseKey{id: caseID, epoch: epoch, ids: ids}
	return CaseKey{reveal: func() caseKey { return k }}
}

func (k CaseKey) open() caseKey {
	if k.reveal == nil {
		return caseKey{}
	}
	return k.reveal()
}

// Next makes the following epoch with a new identity. Older identities stay
// inside: a re-key adds and removes nothing.
func (k CaseKey) Next() (CaseKey, error) {
	c := k.open()
	if len(c.ids) == 0 || c.epoch >= maxEpoch {
		return CaseKey{}, fmt.Errorf("next epoch: %w", refuse(WhyFormat))
	}
	id, err := NewIdentity()
	if err != nil {
		return CaseKey{}, err
	}
	return caseKeyOf(c.id, c.epoch+1, append([]Identity{id}, c.ids...)), nil
}

// Case is the id of the case.
func (k CaseKey) Case() string { return k.open().id }

// Epoch is the number of the newest epoch.
func (k CaseKey) Epoch() int { return k.open().epoch }

// Recipient is what new messages of this epoch are encrypted to.
func (k CaseKey) Recipient() Recipient {
	if c := k.open(); len(c.ids) > 0 {
		return c.ids[0].Recipient()
	}
	return Recipient{}
}

// Recipients are those of all epochs, epoch 0 first.
func (k CaseKey) Recipients() []Recipient {
	c := k.open()
	out := make([]Recipient, 0, len(c.ids))
	for _, id := range slices.Backward(c.ids) {
		out = append(out, id.Recipient())
	}
	return out
}

// Identities are those of all epochs, newest first, for Decrypt.
func (k CaseKey) Identities() []age.Identity {
	c := k.open()
	out := make([]age.Identity, 0, len(c.ids))
	for _, id := range c.ids {
		out = append(out, id.Age())
	}
	return out
}
