package papers_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"

	"ombra/cases/papers"
	"ombra/crypto"
)

// take takes a new case key from an act as the server does, if it brings one:
// the papers have its wrap for anna and its statement from then on.
func (h *host) take(b *crypto.Bundle, note crypto.ActNote) {
	h.t.Helper()
	k := must[papers.Rekey](h.t)(papers.RekeyOf(note))
	if k.Recipient == "" {
		return
	}
	msg, _ := b.Get("act")
	wrap, _ := b.Get(papers.WrapFor("anna"))
	h.m.Keys = append(h.m.Keys, papers.ManifestKey{Epoch: note.Epoch, Recipient: k.Recipient, By: note.By})
	h.put(papers.KeyName(note.Epoch), msg)
	h.put(papers.WrapName(note.Epoch), wrap)
	h.key = must[crypto.CaseKey](h.t)(crypto.Unwrap(wrap, h.m.Case, note.Epoch, k.Recipient, h.anna.ids()...))
}

// rekeyed makes a new case key as any program could, and puts it into the
// papers: by somebody, with a statement that names holders.
func (h *host) rekeyed(by person, do string, set map[string]string, holders ...string) crypto.ActNote {
	h.t.Helper()
	h.key = must[crypto.CaseKey](h.t)(h.key.Next())
	n := crypto.ActNote{
		Origin: origin, Case: h.m.Case, Epoch: h.key.Epoch(), Once: once(do + h.key.Recipient().String()), Day: day, By: by.enrol.Name, Do: do,
		Head: h.m.Head, Receipts: papers.ReceiptsHash(h.m.Receipts), Set: map[string]string{"key": h.key.Recipient().String()}, Carry: map[string]string{},
	}
	maps.Copy(n.Set, set)
	for _, name := range holders {
		n.Carry[papers.WrapFor(name)] = sum(name)
	}
	h.m.Keys = append(h.m.Keys, papers.ManifestKey{Epoch: n.Epoch, Recipient: h.key.Recipient().String(), By: n.By})
	h.put(papers.KeyName(n.Epoch), must[[]byte](h.t)(n.Sign(by.key)))
	h.put(papers.WrapName(n.Epoch), must[[]byte](h.t)(h.key.Wrap(h.anna.id.Recipient())))
	return n
}

// left has somebody withdraw, signed.
func (h *host) left(by person) {
	h.t.Helper()
	n := crypto.ActNote{
		Origin: origin, Case: h.m.Case, Epoch: h.key.Epoch(), Once: once("left " + by.enrol.Name), Day: day, By: by.enrol.Name, Do: "recuse",
		Head: h.m.Head, Receipts: papers.ReceiptsHash(h.m.Receipts), Carry: map[string]string{"note.case.age": sum("words")},
	}
	n.Carry = map[string]string{"note.case.age": h.m.Papers[0].Sum} // something that is there
	h.seal(h.from("act", "left "+by.enrol.Name), string(must[[]byte](h.t)(n.Sign(by.key))))
}

// TestKeys: a host that has turned bad can announce any case key, and give a wrap
// of it that opens. What a colleague's signature does not show is said, and
// nothing is sealed to it.
func TestKeys(t *testing.T) {
	dora := mustPerson(t, "dora")
	host1 := mustPerson(t, "bela") // the host's idea of bela
	for _, c := range []struct {
		name   string
		attack func(*host)
		words  string // of a warning
		acts   error  // what becomes of an act on these papers
		access string
	}{
		{"as it should be", func(h *host) { h.rekeyed(h.bela, "note", nil, "anna", "bela") }, "", nil, "anna bela"},
		{"no statement", func(h *host) {
			h.rekeyed(h.bela, "note", nil, "anna", "bela")
			h.drop(papers.KeyName(1))
		}, "no signature shows it", papers.ErrChain, ""},
		{"the host's own key under bela's name", func(h *host) { h.rekeyed(host1, "note", nil, "anna", "bela") }, "no signature shows it", papers.ErrChain, ""},
		{"a statement for another key", func(h *host) {
			base := h.key
			h.rekeyed(h.bela, "note", nil, "anna", "bela")
			h.key = must[crypto.CaseKey](t)(base.Next())
			h.m.Keys[1].Recipient = h.key.Recipient().String()
			h.put(papers.WrapName(1), must[[]byte](t)(h.key.Wrap(h.anna.id.Recipient())))
		}, "no signature shows it", papers.ErrChain, ""},
		{"by somebody who never held it", func(h *host) { h.rekeyed(dora, "note", nil, "anna", "bela", "dora") }, "who did not hold this case", papers.ErrChain, ""},
		{"by bela, after she withdrew", func(h *host) {
			h.left(h.bela)
			h.rekeyed(h.bela, "note", nil, "anna", "bela")
		}, "who did not hold this case", papers.ErrChain, ""},
		{"a holder more, whom nobody granted it", func(h *host) { h.rekeyed(h.bela, "note", nil, "anna", "bela", "dora") }, "without an act that says so", nil, "anna bela dora"},
		{"granted", func(h *host) { h.rekeyed(h.bela, "grant", map[string]string{"to": "dora"}, "anna", "bela", "dora") }, "", nil, "anna bela dora"},
		{"granted to another than it names", func(h *host) { h.rekeyed(h.bela, "grant", map[string]string{"to": "emil"}, "anna", "bela", "dora") }, "without an act that says so", nil, "anna bela dora"},
		{"granted to whom the filer excluded", func(h *host) { h.rekeyed(h.bela, "grant", map[string]string{"to": "cora"}, "anna", "bela", "cora") }, "whom the filer excluded", nil, "anna bela cora"},
		{"a holder left out", func(h *host) { h.rekeyed(h.anna, "note", nil, "anna") }, "left bela out", nil, "anna"},
		{"one who withdrew left out", func(h *host) {
			h.left(h.bela)
			h.rekeyed(h.anna, "note", nil, "anna")
		}, "", nil, "anna"},
		{"one who withdrew let in again", func(h *host) {
			h.left(h.bela)
			h.rekeyed(h.anna, "note", nil, "anna", "bela")
		}, "who had withdrawn", nil, "anna bela"},
		{"a holder that only the host lists", func(h *host) {
			h.rekeyed(h.bela, "note", nil, "anna", "bela")
			h.m.Grants = []papers.ManifestGrant{{Holder: "anna"}, {Holder: "bela"}, {Holder: "mallory"}}
		}, "The host counts mallory among the holders", nil, "anna bela"},
		{"a holder that the host does not list any more", func(h *host) {
			h.rekeyed(h.bela, "note", nil, "anna", "bela")
			h.m.Grants = []papers.ManifestGrant{{Holder: "anna"}}
		}, "The host says that bela does not hold this case any more", nil, "anna bela"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHost(t).report()
			h.put(papers.RosterName("dora"), dora.note)
			c.attack(h)
			pins := h.pins()
			pins.Enrolments["dora"] = dora.enrol
			th := h.read(pins)
			if c.words != "" {
				warned(t, th, c.words)
			} else if len(th.Warnings) > 0 {
				t.Errorf("warns: %q", th.Warnings)
			}
			if got := strings.Join(th.Access, " "); c.access != "" && got != c.access {
				t.Errorf("now with %q, want %q", got, c.access)
			}
			if th.Items[0].Text != story {
				t.Error("the report cannot be read any more")
			}
			if _, err := th.Act(h.anna.key, papers.Draft{Do: "note", Text: "x"}, day); !errors.Is(err, c.acts) {
				t.Errorf("an act: %v, want %v", err, c.acts)
			}
		})
	}
}

// TestRekey: to whom a desk wraps the key that it makes, and when it makes one.
func TestRekey(t *testing.T) {
	dora := mustPerson(t, "dora")
	note, grant := papers.Draft{Do: "note", Text: "x"}, papers.Draft{Do: "grant", Set: map[string]string{"to": "dora"}}
	for _, c := range []struct {
		name  string
		draft papers.Draft
		spoil func(*host, *papers.Pins)
		for_  string // "" no new key
		want  error
	}{
		{"the first act", note, nil, "anna bela", nil},
		{"the second", note, func(h *host, _ *papers.Pins) { h.rekeyed(h.bela, "note", nil, "anna", "bela") }, "", nil},
		{"after a withdrawal", note, func(h *host, _ *papers.Pins) {
			h.rekeyed(h.bela, "note", nil, "anna", "bela")
			h.left(h.bela)
		}, "anna", nil},
		{"a withdrawal itself", papers.Draft{Do: "recuse", Text: "x"}, nil, "", nil},
		{"a name that only the host has", note, func(h *host, _ *papers.Pins) {
			h.m.Grants = []papers.ManifestGrant{{Holder: "anna"}, {Holder: "bela", Dormant: true}, {Holder: "mallory"}}
		}, "anna bela", nil},
		{"whose mandate has ended", note, func(h *host, _ *papers.Pins) { h.m.Grants = []papers.ManifestGrant{{Holder: "anna"}} }, "anna", nil},
		{"a colleague whose key was never compared", note, func(_ *host, p *papers.Pins) { delete(p.Enrolments, "bela") }, "", nil},
		{"a grant", grant, nil, "anna bela dora", nil},
		{"a grant once more, to a new key", papers.Draft{Do: "grant", Set: map[string]string{"to": "bela"}}, func(h *host, _ *papers.Pins) { h.rekeyed(h.bela, "note", nil, "anna", "bela") }, "anna bela", nil},
		{"a grant to whom the filer excluded", papers.Draft{Do: "grant", Set: map[string]string{"to": "cora"}}, nil, "", papers.ErrGrant},
		{"a grant to one who withdrew", papers.Draft{Do: "grant", Set: map[string]string{"to": "bela"}}, func(h *host, _ *papers.Pins) { h.left(h.bela) }, "", papers.ErrGrant},
		{"a grant to a key that nobody compared", grant, func(_ *host, p *papers.Pins) { delete(p.Enrolments, "dora") }, "", papers.ErrUnknown},
		{"a grant to nobody", papers.Draft{Do: "grant", Set: map[string]string{"to": "Dora Duck"}}, nil, "", papers.ErrTo},
		{"a key of one's own choice", papers.Draft{Do: "note", Text: "x", Set: map[string]string{"key": dora.id.Recipient().String()}}, nil, "", papers.ErrDraft},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHost(t).report()
			pins := h.pins()
			pins.Enrolments["dora"] = dora.enrol
			if c.spoil != nil {
				c.spoil(h, &pins)
			}
			th := h.read(pins)
			epoch := len(h.m.Keys) - 1
			file, err := th.Act(h.anna.key, c.draft, day)
			if !errors.Is(err, c.want) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			if err != nil {
				return
			}
			b := must[*crypto.Bundle](t)(crypto.OpenBundle(file, h.transport.Age()))
			n := must[crypto.ActNote](t)(crypto.OpenAct(b, h.anna.key.Verifier()))
			k := must[papers.Rekey](t)(papers.RekeyOf(n))
			if got := strings.Join(k.Holders, " "); got != c.for_ {
				t.Fatalf("a key for %q, want %q", got, c.for_)
			}
			if c.for_ == "" {
				if n.Epoch != epoch {
					t.Errorf("epoch %d, want %d", n.Epoch, epoch)
				}
				return
			}
			for name, p := range map[string]person{"anna": h.anna, "bela": h.bela, "dora": dora} {
				wrap, ok := b.Get(papers.WrapFor(name))
				if ok != slices.Contains(k.Holders, name) {
					t.Errorf("a wrap for %s: %v", name, ok)
				}
				if !ok {
					continue
				}
				// It holds the older keys too, and nobody else opens it.
				key := must[crypto.CaseKey](t)(crypto.Unwrap(wrap, h.m.Case, epoch+1, k.Recipient, p.id.Age()))
				if key.Recipients()[0].String() != h.m.Keys[0].Recipient {
					t.Errorf("%s's wrap lacks the first key", name)
				}
				if crypto.CheckWrap(wrap, p.id.Recipient(), epoch+1) != nil {
					t.Errorf("%s's wrap is no wrap", name)
				}
			}
		})
	}
}

// TestUnpinnedHolderIsSaid: why no new key was made.
func TestUnpinnedHolderIsSaid(t *testing.T) {
	h := newHost(t).report()
	pins := h.pins()
	delete(pins.Enrolments, "bela")
	warned(t, h.read(pins), "does not know the key of bela")
}

// TestUnreadable: only what does not open can be called so, and it takes no key
// of the case.
func TestUnreadable(t *testing.T) {
	h := newHost(t).report()
	open := func() *papers.Papers { return must[*papers.Papers](t)(papers.Open(h.file(), h.pass.Reveal())) }
	sign := func(ids []age.Identity) ([]byte, error) {
		return open().Unreadable(h.anna.key, ids, h.pins(), once("u"), day)
	}
	if _, err := sign(h.anna.ids()); !errors.Is(err, papers.ErrReadable) {
		t.Errorf("what opens: %v", err)
	}
	if _, err := open().Unreadable(h.bela.key, nil, h.pins(), once("u"), day); !errors.Is(err, papers.ErrSigner) {
		t.Errorf("another's papers: %v", err)
	}
	check := func(file []byte, epoch int) {
		t.Helper()
		b := must[*crypto.Bundle](t)(crypto.OpenBundle(file, h.transport.Age()))
		n := must[crypto.ActNote](t)(crypto.OpenAct(b, h.anna.key.Verifier()))
		if parts, err := papers.Carried(n); err != nil || len(parts) > 0 || n.Epoch != epoch || n.Do != "unreadable" || papers.Settles(n.Do, n.Set) != nil {
			t.Errorf("%+v, %v", n, err)
		}
	}
	check(must[[]byte](t)(sign(mustPerson(t, "anna").ids())), 0) // her key is lost
	h.rekeyed(h.bela, "note", nil, "anna", "bela")
	h.put(papers.WrapName(1), must[[]byte](t)(h.key.Wrap(h.bela.id.Recipient()))) // swapped
	check(must[[]byte](t)(sign(h.anna.ids())), 1)
	h.drop(papers.WrapName(1)) // left out
	check(must[[]byte](t)(sign(h.anna.ids())), 1)
}

// FuzzRekeyOf: what is taken for a new key has the shape of one.
func FuzzRekeyOf(f *testing.F) {
	to := mustPerson(f, "anna").id.Recipient().String()
	f.Add("note", "wrap.anna.age note.case.age", "anna", true, 1)
	f.Add("recuse", "wrap.anna.age wrap..age", "anna", true, 0)
	f.Add("grant", "wrap.bela.age wrap.an.na.age", "anna", false, 9)
	f.Fuzz(func(t *testing.T, do, names, by string, key bool, epoch int) {
		n := crypto.ActNote{Do: do, By: by, Epoch: epoch, Set: map[string]string{}, Carry: map[string]string{}}
		if key {
			n.Set["key"] = to
		}
		for _, name := range strings.Fields(names) {
			n.Carry[name] = ""
		}
		k, err := papers.RekeyOf(n)
		switch {
		case err != nil:
			return
		case k.Recipient == "" && len(k.Holders) > 0, k.Recipient != "" && (!key || epoch < 1 || !slices.Contains(k.Holders, by) || do == "recuse"):
			t.Errorf("%+v of %+v", k, n)
		}
		for _, who := range k.Holders {
			if _, ok := n.Carry[papers.WrapFor(who)]; !ok || crypto.CheckName(who) != nil {
				t.Errorf("%q is a holder", who)
			}
		}
	})
}
