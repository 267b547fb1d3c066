package papers

import (
	"maps"
	"slices"

	"ombra/crypto"
)

// keySetting is what an act settles that brings a new case key: its recipient.
const keySetting = "key"

// GrantSetting is what the act "grant" settles: to whom.
const GrantSetting = "to"

// WrapFor is the entry name under which an act carries the new case key for a
// holder.
func WrapFor(holder string) string { return "wrap." + holder + ".age" }

func wrapFor(entry string) (holder string, ok bool) {
	holder, ok = inside(entry, "wrap.", ".age")
	return holder, ok && crypto.CheckName(holder) == nil
}

// A Rekey is the new case key that an act brings, of the epoch that the act
// names: its recipient, and everybody whom it is wrapped to. The signed note
// itself is the statement: it has no word in it, and hashes of all wraps.
type Rekey struct {
	Recipient string
	Holders   []string // sorted; every other has no part in this key
}

// RekeyOf reads from an act what new key it brings; none is the zero value. Both
// ends ask: a key without wraps, wraps without a key, or a key that its maker
// would not hold are no re-key. Whom it should be wrapped to is for the caller.
func RekeyOf(note crypto.ActNote) (Rekey, error) {
	k := Rekey{Recipient: note.Set[keySetting]}
	for _, name := range slices.Sorted(maps.Keys(note.Carry)) {
		if who, ok := wrapFor(name); ok {
			k.Holders = append(k.Holders, who)
		}
	}
	switch {
	case k.Recipient == "" && len(k.Holders) == 0:
		return Rekey{}, nil
	case !isCaseKey(k.Recipient), note.Epoch < 1, !slices.Contains(k.Holders, note.By), kinds[note.Do].leaves:
		return Rekey{}, ErrCarried
	}
	return k, nil
}

// isCaseKey: case keys are hybrid, whatever keys their holders have.
func isCaseKey(s string) bool {
	r, err := crypto.ParseRecipient(s)
	return err == nil && r.String() == s && r.Kind() == crypto.KindHybrid
}

// rekey decides whether an act brings a new case key, and to whom. The key that
// the host made at filing protects nothing that is written after the first
// signed act; a key that somebody holds who has left protects nothing after the
// next; and whoever is granted a case gets it as one of those whom a key is
// wrapped to, so that the newest statement always names all who can read on.
//
// An act that takes its maker out of the case brings none: they would know it.
func (t *Thread) rekey(d Draft) ([]string, error) {
	next := t.next()
	if to := d.Set[GrantSetting]; d.Do == doGrant {
		if slices.Contains(t.Excluded, to) || slices.Contains(t.Withdrew, to) {
			return nil, ErrGrant
		}
		next = append(next, to)
		slices.Sort(next)
		next = slices.Compact(next)
	}
	switch {
	case kinds[d.Do].leaves, !t.keyed() && d.Do != doGrant, !slices.Contains(next, t.Me):
		return nil, nil
	case len(t.unknown(next)) > 0 && d.Do == doGrant:
		return nil, ErrUnknown
	case len(t.unknown(next)) > 0:
		return nil, nil // said in a warning, when the papers were read
	}
	return next, nil
}

// keyed reports whether the newest key should be followed by another: the host
// made it, or somebody has it who should not read on.
func (t *Thread) keyed() bool { return t.key.Epoch() == 0 || len(t.next()) < len(t.Access) }

// next are those whom a key made now would be wrapped to: who has the newest
// one, as signatures show, and is neither excluded nor gone. The host may leave
// somebody out (it knows whose mandate has ended), which is shown; it can add
// nobody.
func (t *Thread) next() (names []string) {
	for _, name := range t.Access {
		if !slices.Contains(t.Excluded, name) && !slices.Contains(t.Withdrew, name) && t.listed(name) {
			names = append(names, name)
		}
	}
	return names
}

// listed reports whether the host still counts somebody among the holders. Where
// it lists nobody, nobody is left out.
func (t *Thread) listed(name string) bool { return listed(t.Grants, name) }

func listed(grants []ManifestGrant, name string) bool {
	return len(grants) == 0 || slices.ContainsFunc(grants, func(g ManifestGrant) bool { return g.Holder == name })
}

// unknown are those whose key this machine has not pinned: nothing is wrapped to
// a key that only the host vouches for.
func (t *Thread) unknown(names []string) (list []string) {
	for _, name := range names {
		if _, ok := t.pinned[name]; !ok {
			list = append(list, name)
		}
	}
	return list
}

// bring makes the new key here, where the host never sees it, and wraps it, with
// all older ones in it, to each of those named.
func (a *act) bring(names []string) error {
	next, err := a.t.key.Next()
	if err != nil {
		return err
	}
	a.note.Epoch, a.to["case"] = next.Epoch(), next.Recipient()
	a.note.Set = maps.Clone(a.note.Set)
	if a.note.Set == nil {
		a.note.Set = map[string]string{}
	}
	a.note.Set[keySetting] = next.Recipient().String()
	for _, name := range names {
		to, err := crypto.ParseRecipient(a.t.pinned[name].Recipient)
		if err != nil {
			return err
		}
		wrap, err := next.Wrap(to)
		if err != nil {
			return err
		}
		a.note.Carry[WrapFor(name)] = sumOf(wrap)
		a.entries = append(a.entries, crypto.Bytes(WrapFor(name), wrap))
	}
	return nil
}
