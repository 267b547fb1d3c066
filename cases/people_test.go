package cases_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"testing"

	stock "filippo.io/age"

	"ombra/bot/bottest"
	"ombra/cases"
	"ombra/cases/papers"
	"ombra/crypto"
)

// papersOf fetches the papers of a case, unopened.
func (tr *trial) papersOf(id cases.ID, who string) *papers.Papers {
	tr.Helper()
	p, err := papers.Open(tr.fetch(id, who))
	if err != nil {
		tr.Fatal(err)
	}
	return p
}

// unreadable has somebody who lost their key say that the case does not open.
func (tr *trial) unreadable(id cases.ID, who string) error {
	tr.Helper()
	lost, err := bottest.NewMachine(bottest.Origin, who)
	if err != nil {
		tr.Fatal(err)
	}
	file, err := tr.papersOf(id, who).Unreadable(tr.Machines[who].Key, []stock.Identity{lost.Identity.Age()}, papers.Pins{}, papers.NewOnce(), string(tr.Cases.Today()))
	if err != nil {
		tr.Fatal(err)
	}
	return tr.hand(who, file)
}

// hand hands in an act file.
func (tr *trial) hand(who string, file []byte) error {
	tr.Helper()
	in, err := tr.Cases.Inspect(file)
	if err != nil {
		tr.Fatal(err)
	}
	_, _, err = tr.desk(who).Signed(tr.Context(), in)
	return err
}

// clean requires papers that open without a warning, on each machine.
func (tr *trial) clean(id cases.ID, who ...string) {
	tr.Helper()
	for _, name := range who {
		if th := tr.thread(id, name); len(th.Warnings) > 0 {
			tr.Errorf("%s is warned: %q", name, th.Warnings)
		}
	}
}

// resigned changes an act as a desk with other ideas would, and signs it again.
func (tr *trial) resigned(who string, file []byte, change func(n *crypto.ActNote, parts map[string][]byte)) []byte {
	tr.Helper()
	b, err := crypto.OpenBundle(file, tr.Identities()...)
	if err != nil {
		tr.Fatal(err)
	}
	n, err := crypto.OpenAct(b, tr.Machines[who].Key.Verifier())
	if err != nil {
		tr.Fatal(err)
	}
	parts := map[string][]byte{}
	for name := range n.Carry {
		parts[name], _ = b.Get(name)
	}
	change(&n, parts)
	var entries []crypto.Entry
	n.Carry = map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		sum := sha256.Sum256(parts[name])
		n.Carry[name] = hex.EncodeToString(sum[:])
		entries = append(entries, crypto.Bytes(name, parts[name]))
	}
	msg, err := n.Sign(tr.Machines[who].Key)
	if err != nil {
		tr.Fatal(err)
	}
	var out bytes.Buffer
	if err := crypto.PackAct(&out, tr.Recipient(), msg, entries); err != nil {
		tr.Fatal(err)
	}
	return out.Bytes()
}

// TestFirstActRekeys: after the first signed act nothing is written to the key
// that the host made, whoever writes it.
func TestFirstActRekeys(t *testing.T) {
	tr := outsiders(t, func(o *cases.Office) { o.TypedReplies = true })
	r, c := tr.file()
	who, other := c.Holders()[0], c.Holders()[1]
	first := tr.wrapped(c.ID, who, 0) // what the host could have kept
	size := tr.size()
	if err := tr.signed(c.ID, who, draftOf("note")); err != nil {
		t.Fatal(err)
	}
	if c = tr.load(r); c.Key().Epoch != 1 || c.Key().By != who || len(tr.logged("rekeyed")) != 1 || tr.size() != size+3 { // papers, the act, the key
		t.Fatalf("epoch %d by %s, %d leaves", c.Key().Epoch, c.Key().By, tr.size()-size)
	}
	for _, g := range c.Grants {
		if !slices.ContainsFunc(c.Grants, func(x cases.Grant) bool { return x.Epoch == 1-g.Epoch && x.Holder == g.Holder && x.State == g.State }) {
			t.Errorf("%s has no grant of the other epoch, or in another state", g.Holder)
		}
	}
	tr.clean(c.ID, who, other)
	m, err := tr.Cases.Mine(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Add(t.Context(), cases.NewOnce(), "More.", nil); err != nil {
		t.Fatal(err)
	}
	if err := tr.desk(other).Type(t.Context(), c.ID, cases.Answer, cases.NewOnce(), "Typed."); err != nil {
		t.Fatal(err)
	}
	if err := tr.signed(c.ID, other, draftOf("answer")); err != nil {
		t.Fatal(err)
	}
	if got := tr.load(r).Key().Epoch; got != 1 {
		t.Errorf("the second act made epoch %d", got)
	}
	tr.clean(c.ID, who, other)
	for _, p := range tr.blobs(c.ID) {
		_, err := crypto.Decrypt(p.Blob, first.Identities()...)
		if (err == nil) != (p.Epoch == 0) || p.N > 1 && p.Epoch == 0 {
			t.Errorf("paper %d of epoch %d opens to the host's key: %v", p.N, p.Epoch, err)
		}
	}
}

// wrapped is the case key as a holder's wrap of an epoch has it.
func (tr *trial) wrapped(id cases.ID, who string, epoch int) (k crypto.CaseKey) {
	tr.Helper()
	err := tr.db.View(tr.Context(), func(tx cases.Tx) error {
		c, err := tx.Case(id, "")
		if err != nil {
			return err
		}
		wraps, err := tx.Wraps(id, who)
		if err != nil {
			return err
		}
		for _, w := range wraps {
			if got, err := crypto.Unwrap(w, string(id), epoch, c.Keys[epoch].Recipient, tr.Machines[who].Identity.Age()); err == nil {
				k = got
				return nil
			}
		}
		tr.Fatalf("%d wraps of %s, none of epoch %d", len(wraps), who, epoch)
		return nil
	})
	if err != nil {
		tr.Fatal(err)
	}
	return k
}

// blobs are the papers to the case, with what is in them.
func (tr *trial) blobs(id cases.ID) (list []cases.Paper) {
	tr.Helper()
	err := tr.db.View(tr.Context(), func(tx cases.Tx) (err error) {
		if list, err = tx.Papers(id, ""); err != nil {
			return err
		}
		for i := range list {
			if list[i].Blob, err = tx.Blob(id, list[i].N); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		tr.Fatal(err)
	}
	return list
}

// TestAttackBadRekey: a holder's desk is bad, or bad on purpose. It locks a
// colleague or the backstop out, lets somebody in, wraps to two, or to nobody.
// Nothing of such an act is stored.
func TestAttackBadRekey(t *testing.T) {
	tr := outsiders(t)
	r, c := tr.file()
	who, other := c.Holders()[0], c.Holders()[1]
	for name, change := range map[string]func(n *crypto.ActNote, parts map[string][]byte){
		"a holder left out":       func(_ *crypto.ActNote, p map[string][]byte) { delete(p, papers.WrapFor(other)) },
		"the backstop left out":   func(_ *crypto.ActNote, p map[string][]byte) { delete(p, papers.WrapFor("outside")) },
		"itself left out":         func(_ *crypto.ActNote, p map[string][]byte) { delete(p, papers.WrapFor(who)) },
		"somebody let in":         func(_ *crypto.ActNote, p map[string][]byte) { p[papers.WrapFor("mallory")] = p[papers.WrapFor(other)] },
		"garbage for a colleague": func(_ *crypto.ActNote, p map[string][]byte) { p[papers.WrapFor(other)] = []byte("garbage") },
		"a message in the wrap":   func(_ *crypto.ActNote, p map[string][]byte) { p[papers.WrapFor(other)] = p["note.case.age"] },
		"wraps without a key":     func(n *crypto.ActNote, _ map[string][]byte) { delete(n.Set, "key") },
		"a key without wraps": func(_ *crypto.ActNote, p map[string][]byte) {
			maps.DeleteFunc(p, func(k string, _ []byte) bool { return k != "note.case.age" })
		},
		"an epoch skipped":            func(n *crypto.ActNote, _ map[string][]byte) { n.Epoch = 2 },
		"the epoch of the host's key": func(n *crypto.ActNote, _ map[string][]byte) { n.Epoch = 0 },
		"a withdrawal with a key":     func(n *crypto.ActNote, _ map[string][]byte) { n.Do = "recuse" },
		"two recipients in a wrap": func(_ *crypto.ActNote, p map[string][]byte) {
			var b bytes.Buffer
			w, err := stock.Encrypt(&b, recipientOf(tr, other), recipientOf(tr, who))
			if err != nil {
				t.Fatal(err)
			}
			_, _ = w.Write(bytes.Repeat([]byte("#"), 256))
			_ = w.Close()
			p[papers.WrapFor(other)] = b.Bytes()
		},
	} {
		t.Run(name, func(t *testing.T) {
			file := tr.resigned(who, tr.actFile(c.ID, who, draftOf("note")), change)
			size, before := tr.size(), len(tr.blobs(c.ID))
			if err := tr.hand(who, file); cases.KindOf(err) != cases.Invalid && cases.KindOf(err) != cases.Conflict {
				t.Errorf("got %v", err)
			}
			if got := tr.load(r); got.Key().Epoch != 0 || len(got.Grants) != len(c.Grants) || tr.size() != size || len(tr.blobs(c.ID)) != before {
				t.Error("something of it was stored")
			}
		})
	}
	tr.clean(c.ID, who, other)
	if err := tr.signed(c.ID, who, draftOf("note")); err != nil {
		t.Errorf("the true one: %v", err)
	}
}

func recipientOf(tr *trial, who string) stock.Recipient {
	tr.Helper()
	r, err := stock.ParseHybridRecipient(tr.Machines[who].Identity.Recipient().String())
	if err != nil {
		tr.Fatal(err)
	}
	return r
}

// TestSecondEpochOne: two holders sign on the host's key at once. The second one
// is a Conflict, and the same draft is taken on fresh papers.
func TestSecondEpochOne(t *testing.T) {
	tr := outsiders(t)
	r, c := tr.file()
	who, other := c.Holders()[0], c.Holders()[1]
	one, two := tr.actFile(c.ID, who, draftOf("answer")), tr.actFile(c.ID, other, draftOf("answer"))
	if err := tr.hand(who, one); err != nil {
		t.Fatal(err)
	}
	size := tr.size()
	if err := tr.hand(other, two); cases.SayOf(err) != "papers-old" || tr.size() != size {
		t.Errorf("a second epoch 1: %v", err)
	}
	if err := tr.hand(who, one); err != nil || tr.size() != size {
		t.Errorf("the first once more: %v", err)
	}
	if err := tr.signed(c.ID, other, draftOf("answer")); err != nil {
		t.Fatal(err)
	}
	if c = tr.load(r); c.Key().Epoch != 1 || c.Key().By != who {
		t.Errorf("epoch %d by %s", c.Key().Epoch, c.Key().By)
	}
	tr.clean(c.ID, who, other)
	if m, err := tr.Cases.Mine(t.Context(), r); err != nil || len(m.Replies) != 2 || m.Replies[0].Broken || m.Replies[1].Broken {
		t.Errorf("the filer reads %+v, %v", m, err)
	}
}
