package papers

import (
	"fmt"
	"slices"
	"strings"

	"ombra/crypto"
)

// KeyName is the entry name of the signed act that brought the case key of an
// epoch above 0.
func KeyName(epoch int) string { return fmt.Sprintf("key-%d.note", epoch) }

// keys follows the case keys from the one that the host made at filing to the
// newest: each must have been brought by a signed act of somebody who held the
// one before, and be for those alone who held it, but for one whom that very act
// grants the case. A host can announce any key, and make a wrap of it that
// opens; it cannot sign.
func (r *reader) keys() {
	for _, h := range r.t.Holders {
		if !slices.Contains(r.t.Excluded, h.Name) {
			r.t.Access = append(r.t.Access, h.Name)
		}
	}
	slices.Sort(r.t.Access)
	r.t.shown = true
	for epoch := 1; epoch < len(r.t.Keys); epoch++ {
		if !r.statement(epoch) {
			r.t.shown = false
			return
		}
	}
	r.grants()
	r.mine()
}

// mine says whether the reader has the case from the filing, or by a grant.
func (r *reader) mine() {
	at := slices.IndexFunc(r.t.Holders, func(h crypto.Holder) bool { return h.Name == r.t.Me })
	e, known := r.pins.Enrolments[r.t.Me]
	switch {
	case r.t.Filer == "": // said already: nothing vouches for the holders
	case at < 0 && !slices.Contains(r.t.Access, r.t.Me):
		r.warnf("You were not among those who were given this case at filing.")
	case at >= 0 && known && len(r.t.Keys) == 1 && !sameHash(e.Recipient, r.t.Holders[at].Recipient):
		r.warnf("At filing the case was given to another key of yours than the one this machine knows.")
	}
}

// statement verifies one step, and says who has the key since.
func (r *reader) statement(epoch int) bool {
	k := r.t.Keys[epoch]
	msg, _ := r.p.bundle.Get(KeyName(epoch))
	n, key, err := r.statementOf(msg)
	if err != nil || n.By != k.By || n.Epoch != epoch || key.Recipient != k.Recipient ||
		!r.signs(n.By, n.Day, func(verifier string) error { _, err := crypto.OpenNote(msg, verifier); return err }) {
		r.warnf("The case key of epoch %d is said to come from %s, and no signature shows it that this machine can check. Nothing new is sealed to it: compare the key of %s first, and if you have, tell oversight.", epoch, k.By, k.By)
		return false
	}
	if !slices.Contains(r.t.Access, n.By) || r.left(n.By, epoch) {
		r.warnf("The case key of epoch %d was made by %s, who did not hold this case then. Nothing new is sealed to it: tell oversight.", epoch, n.By)
		return false
	}
	for _, name := range key.Holders {
		granted := n.Do == doGrant && n.Set[GrantSetting] == name
		switch {
		case slices.Contains(r.t.Excluded, name):
			r.warnf("%s gave this case to %s, whom the filer excluded. Tell oversight.", n.By, name)
		case r.left(name, epoch):
			r.warnf("%s gave this case to %s again, who had withdrawn from it. Tell oversight.", n.By, name)
		case !granted && !slices.Contains(r.t.Access, name):
			r.warnf("%s gave this case to %s without an act that says so. Tell oversight.", n.By, name)
		}
	}
	for _, name := range r.t.Access {
		if !slices.Contains(key.Holders, name) && !r.left(name, epoch) && r.t.listed(name) {
			r.warnf("%s left %s out of the newest case key, who still holds this case. Grant it again, or tell oversight.", n.By, name)
		}
	}
	r.t.Access = key.Holders
	return true
}

// statementOf reads the act that brought a key, without verifying it.
func (r *reader) statementOf(msg []byte) (crypto.ActNote, Rekey, error) {
	text, err := crypto.NoteText(msg)
	if err != nil {
		return crypto.ActNote{}, Rekey{}, err
	}
	n, err := crypto.ParseAct(text)
	if err != nil {
		return n, Rekey{}, err
	}
	if n.Origin != r.t.Origin || n.Case != r.t.Case {
		return n, Rekey{}, errOtherCase
	}
	key, err := RekeyOf(n)
	return n, key, err
}

// left reports whether somebody withdrew, signed, before the key of an epoch.
func (r *reader) left(name string, epoch int) bool {
	at, ok := r.withdrew[name]
	return ok && at < epoch
}

// grants compares whom the host lists with whom signatures show, and says to
// whom the next key will not go, and why.
func (r *reader) grants() {
	for _, g := range r.t.Grants {
		if !slices.Contains(r.t.Access, g.Holder) {
			r.warnf("The host counts %s among the holders, and neither the report nor a signed act gave the case to %s. Nothing is sealed to that key; tell oversight.", g.Holder, g.Holder)
		}
	}
	for _, name := range r.t.Access {
		if r.t.listed(name) || slices.Contains(r.t.Withdrew, name) {
			continue
		}
		if r.t.Unlisted = append(r.t.Unlisted, name); !r.known(name) {
			r.warnf("%s", NotListed(name))
		}
	}
	if unknown := r.t.unknown(r.t.next()); r.t.keyed() && len(unknown) > 0 {
		r.warnf("No new case key is made: this machine does not know the key of %s. Pin the newest office file (ombra-desk office pin).", strings.Join(unknown, ", "))
	}
}

// NotListed says what the host says of a holder, and what follows.
func NotListed(name string) string {
	return fmt.Sprintf("The host says that %s does not hold this case any more: a mandate that ended, or a removal. The next case key is not for %s; if that is wrong, tell oversight.", name, name)
}

// known reports whether the last reading on this machine said already that the
// host does not list somebody. What is older than the newest key does not count: by
// that key they may have got the case, and nothing was said of them since.
func (r *reader) known(name string) bool {
	return len(r.pins.Seen) > 0 && r.pins.SeenKeys == len(r.t.Keys) && !listed(r.pins.SeenGrants, name)
}

// withdraws notes a verified act by which somebody left the case, and the epoch
// that it was signed in.
func (r *reader) withdraws(it Item, n crypto.ActNote) {
	if !it.Signed || n.Do != doRecuse {
		return
	}
	if _, ok := r.withdrew[n.By]; !ok {
		r.withdrew[n.By] = n.Epoch
		r.t.Withdrew = append(r.t.Withdrew, n.By)
	}
}
