package cases_test

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"ombra/bot/bottest"
	"ombra/cases"
	"ombra/cases/papers"
	"ombra/crypto"
)

// statesOf lists the states and ranks of somebody's grants, each once.
func statesOf(c *cases.Case, who string) (list []string) {
	for _, g := range c.Grants {
		if g.Holder == who {
			list = append(list, string(g.State)+" "+string(g.Rank))
		}
	}
	return slices.Compact(list)
}

// gone requires that a case does not exist for somebody, in any way to ask.
func (tr *trial) gone(id cases.ID, who string, act []byte) {
	tr.Helper()
	d := tr.desk(who)
	_, err1 := d.Case(tr.Context(), id)
	_, err2 := d.Papers(tr.Context(), id, cases.NewOnce())
	err3 := d.Do(tr.Context(), id, cases.Act{Do: cases.Wait, Once: cases.NewOnce()})
	for i, err := range []error{err1, err2, err3, tr.hand(who, act)} {
		if cases.KindOf(err) != cases.NotFound || cases.SayOf(err) != "not-found" {
			tr.Errorf("way %d is answered with %v", i, err)
		}
	}
	list, _, err := d.Inbox(tr.Context(), 0, 100)
	if err != nil || slices.ContainsFunc(list, func(c *cases.Case) bool { return c.ID == id }) {
		tr.Errorf("it is in the inbox of %s, %v", who, err)
	}
}

// TestRecuse: whoever withdraws sees nothing from that moment on; the reserve
// takes the place; the next act of somebody else brings a key without them, and
// only then their wraps are deleted.
func TestRecuse(t *testing.T) {
	tr := outsiders(t)
	r, c := tr.file()
	who, stays, reserve := c.Holders()[0], c.Holders()[1], ranked(c, cases.Reserve)[0]
	if err := tr.signed(c.ID, stays, draftOf("note")); err != nil {
		t.Fatal(err)
	}
	if err := tr.desk(who).Do(t.Context(), c.ID, cases.Act{Do: cases.TakeLead, Once: cases.NewOnce()}); err != nil {
		t.Fatal(err)
	}
	kept := tr.thread(c.ID, who)
	late, err := kept.Act(tr.Machines[who].Key, draftOf("note"), string(tr.Cases.Today()))
	if err != nil {
		t.Fatal(err)
	}
	was := tr.wrapped(c.ID, who, 1)
	if err := tr.signed(c.ID, who, draftOf("recuse")); err != nil {
		t.Fatal(err)
	}
	tr.gone(c.ID, who, late)
	c = tr.load(r)
	if got := statesOf(c, who); !slices.Equal(got, []string{"hidden recused"}) || c.Lead != "" || c.Key().Epoch != 1 {
		t.Errorf("%v, led by %q, epoch %d", got, c.Lead, c.Key().Epoch)
	}
	if !c.Holds(reserve, cases.Live) || !slices.Equal(tr.logged("released"), []string{reserve + " reserve loss"}) {
		t.Errorf("released: %v", tr.logged("released"))
	}
	for _, n := range tr.outbox() {
		if n.To == who && n.About == cases.News {
			t.Errorf("a notice is left: %+v", n)
		}
	}
	tr.clean(c.ID, stays, reserve)
	if len(tr.logged("revoked")) > 0 {
		t.Error("deleted before somebody else has signed")
	}
	if err := tr.signed(c.ID, reserve, draftOf("note")); err != nil {
		t.Fatal(err)
	}
	c = tr.load(r)
	if got := statesOf(c, who); !slices.Equal(got, []string{"revoked recused"}) || c.Key().Epoch != 2 || c.Holds(who, cases.Live, cases.Dormant, cases.Hidden) {
		t.Errorf("%v, epoch %d", got, c.Key().Epoch)
	}
	if !slices.Equal(tr.logged("revoked"), []string{who}) {
		t.Errorf("revoked: %v", tr.logged("revoked"))
	}
	// The old wrap, kept somewhere, opens nothing of what came after.
	for _, p := range tr.blobs(c.ID) {
		if _, err := crypto.Decrypt(p.Blob, was.Identities()...); (err == nil) != (p.Epoch < 2) {
			t.Errorf("paper %d of epoch %d: %v", p.N, p.Epoch, err)
		}
	}
	tr.clean(c.ID, stays, reserve)
	tr.gone(c.ID, who, late)
}

// TestAttackRecusedComesBack: a recused one is drawn, released or granted the
// case again by nobody: not by a colleague with a desk that does as it is told,
// nor by the office that appoints them anew.
func TestAttackRecusedComesBack(t *testing.T) {
	tr := outsiders(t)
	r, c := tr.file()
	who, stays := c.Holders()[0], c.Holders()[1]
	if err := tr.signed(c.ID, who, draftOf("recuse")); err != nil {
		t.Fatal(err)
	}
	grant := papers.Draft{Do: "grant", Set: map[string]string{"to": who}}
	th := tr.thread(c.ID, stays)
	if _, err := th.Act(tr.Machines[stays].Key, grant, string(tr.Cases.Today())); !errors.Is(err, papers.ErrGrant) {
		t.Errorf("the desk grants it: %v", err)
	}
	third := ranked(c, cases.Reserve)[0]
	wrap, err := tr.wrapped(c.ID, stays, 0).Wrap(tr.Machines[who].Identity.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	force := func() error {
		return tr.hand(stays, tr.resigned(stays, tr.actFile(c.ID, stays, papers.Draft{Do: "grant", Set: map[string]string{"to": third}}), func(n *crypto.ActNote, p map[string][]byte) {
			n.Set["to"] = who
			p[papers.WrapFor(who)] = wrap
		}))
	}
	if err := force(); cases.SayOf(err) != "grant" {
		t.Errorf("the host takes it: %v", err)
	}
	if err := tr.signed(c.ID, stays, draftOf("note")); err != nil { // now the wrap is gone too
		t.Fatal(err)
	}
	if err := force(); cases.SayOf(err) != "grant" {
		t.Errorf("the host takes it later: %v", err)
	}
	if err := tr.Appoint(t.Context(), who, false); err != nil {
		t.Fatal(err)
	}
	if err := tr.Pin(); err != nil {
		t.Fatal(err)
	}
	if err := force(); cases.SayOf(err) != "grant" {
		t.Errorf("the host takes it for a new key: %v", err)
	}
	for range 3 {
		if _, err := tr.Cases.Release(t.Context(), c.ID, "late", 9); err != nil {
			t.Fatal(err)
		}
	}
	if c = tr.load(r); c.Holds(who, cases.Live, cases.Dormant) {
		t.Error("released")
	}
	tr.gone(c.ID, who, tr.actFile(c.ID, stays, draftOf("note")))
}

// TestLastHolderRecuses: the reserve and the backstop are asked first; a case is
// left to nobody.
func TestLastHolderRecuses(t *testing.T) {
	tr := outsiders(t, func(o *cases.Office) { o.Designate, o.Reserve = 1, 1 })
	r, c := tr.file()
	for _, want := range []string{ranked(c, cases.Reserve)[0], "outside"} {
		if err := tr.signed(c.ID, tr.load(r).Holders()[0], draftOf("recuse")); err != nil {
			t.Fatal(err)
		}
		if got := tr.load(r).Holders(); !slices.Equal(got, []string{want}) {
			t.Errorf("held by %v, want %s", got, want)
		}
	}
	size, before := tr.size(), len(tr.blobs(c.ID))
	err := tr.signed(c.ID, "outside", draftOf("recuse"))
	if cases.SayOf(err) != "recuse-last" || tr.size() != size+1 || len(tr.blobs(c.ID)) != before {
		t.Errorf("the last one leaves: %v", err)
	}
	if got := tr.load(r).Holders(); !slices.Equal(got, []string{"outside"}) {
		t.Errorf("held by %v", got)
	}
	if err := tr.signed(c.ID, "outside", draftOf("answer")); err != nil {
		t.Errorf("the last one answers: %v", err)
	}
}

// TestLostKey: a holder has lost the key, and enrols anew. The reserve is
// released once, and a colleague grants the case again; then everything can be
// read, and what was signed with the old key stays signed.
func TestLostKey(t *testing.T) {
	tr := outsiders(t)
	r, c := tr.file()
	who, stays, reserve := c.Holders()[0], c.Holders()[1], ranked(c, cases.Reserve)[0]
	if err := tr.signed(c.ID, who, draftOf("answer")); err != nil {
		t.Fatal(err)
	}
	tr.Pass(days(2))
	if err := tr.Appoint(t.Context(), who, false); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		for _, j := range tr.Cases.Jobs() {
			if err := j.Do(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got := tr.logged("released"); !slices.Equal(got, []string{reserve + " reserve loss"}) {
		t.Errorf("released: %v", got)
	}
	f, err := tr.desk(who).Papers(t.Context(), c.ID, cases.NewOnce())
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := f.Write(&file); err != nil {
		t.Fatal(err)
	}
	if _, err := tr.Machines[who].Open(file.Bytes(), f.Passcode); !errors.Is(err, papers.ErrKey) {
		t.Errorf("opened with the new key: %v", err)
	}
	told, err := tr.Machines[who].Unreadable(string(tr.Cases.Today()))
	if err != nil {
		t.Fatal(err)
	}
	from, err := told.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := tr.hand(who, raw); err != nil {
		t.Fatal(err)
	}
	if c = tr.load(r); !c.Is(cases.Unreadable) || c.Holds("outside", cases.Live) {
		t.Error("not flagged, or the backstop is released, though the reserve was")
	}
	if err := tr.Pin(); err != nil { // the new office file is compared
		t.Fatal(err)
	}
	if err := tr.signed(c.ID, stays, papers.Draft{Do: "grant", Set: map[string]string{"to": who}}); err != nil {
		t.Fatal(err)
	}
	if c = tr.load(r); c.Is(cases.Unreadable) || c.Key().Epoch != 2 {
		t.Errorf("flags %v, epoch %d", c.Flags.Names(), c.Key().Epoch)
	}
	tr.thread(c.ID, who) // a new machine: their own earlier key is compared, and pinned
	tr.clean(c.ID, who, stays, reserve)
	for _, name := range []string{who, stays} {
		th := tr.thread(c.ID, name)
		if i := slices.IndexFunc(th.Items, func(it papers.Item) bool { return it.What == "answer" }); i < 0 || !th.Items[i].Signed {
			t.Errorf("the old signature does not count for %s", name)
		}
	}
	if m, err := tr.Cases.Mine(t.Context(), r); err != nil || m.Replies[0].By != who {
		t.Errorf("the filer reads %+v, %v", m, err)
	}
}

// TestKeySince: from which day on wraps are made to the present key.
func TestKeySince(t *testing.T) {
	tr := newTrial(t, bottest.Settings{Names: []string{"anna"}})
	renew := func() {
		m := tr.Machines["anna"]
		note, err := m.Enrolment(bottest.Origin, string(tr.Cases.Today()))
		if err != nil {
			t.Fatal(err)
		}
		_, challenge, err := tr.Cases.Appoint(t.Context(), cases.Appointment{Enrolment: note, From: tr.Cases.Today(), Until: tr.Cases.Today().Add(99)})
		if err != nil {
			t.Fatal(err)
		}
		answer, err := m.Prove(bottest.Origin, challenge)
		if err != nil {
			t.Fatal(err)
		}
		if err := tr.Cases.Prove(t.Context(), "anna", answer); err != nil {
			t.Fatal(err)
		}
		tr.Pass(days(10))
	}
	is := func(want cases.Day) {
		t.Helper()
		if o, _ := tr.Cases.Ombudsman("anna"); o.KeySince() != want {
			t.Errorf("since %q, want %q", o.KeySince(), want)
		}
	}
	is("")
	renew() // the same key
	is("")
	other, err := bottest.NewMachine(bottest.Origin, "anna")
	if err != nil {
		t.Fatal(err)
	}
	tr.Machines["anna"].Renew(other)
	renew()
	is("2026-12-03")
	renew()
	is("2026-12-03")
}

// TestGrant: a colleague who was never drawn reads everything; one whose mandate
// has ended, or who is not on the roster, gets nothing.
func TestGrant(t *testing.T) {
	tr := newTrial(t, bottest.Settings{
		Names:  []string{"anna", "bela", "chris", "dora", "emil"},
		Change: func(o *cases.Office) { o.Designate, o.Reserve = 1, 0 },
	})
	r, c := tr.file("dora")
	who := c.Holders()[0]
	to := map[bool]string{true: "bela", false: "anna"}[who == "anna"]
	if err := tr.signed(c.ID, who, draftOf("answer")); err != nil {
		t.Fatal(err)
	}
	if err := tr.signed(c.ID, who, papers.Draft{Do: "grant", Set: map[string]string{"to": to}}); err != nil {
		t.Fatal(err)
	}
	if c = tr.load(r); !c.Holds(to, cases.Live) || !slices.Equal(tr.logged("granted"), []string{who + " " + to}) || c.Key().Epoch != 2 {
		t.Errorf("held by %v, %v, epoch %d", c.Holders(), tr.logged("granted"), c.Key().Epoch)
	}
	tr.clean(c.ID, who, to)
	if th := tr.thread(c.ID, to); !strings.Contains(th.Items[0].Text, "What happened.") || !slices.Contains(th.Access, to) {
		t.Errorf("%+v", th)
	}
	if list := tr.outbox(); !slices.ContainsFunc(list, func(n cases.Notice) bool { return n.To == to && n.About == cases.News }) {
		t.Errorf("%s is not told: %v", to, list)
	}
	if _, err := tr.thread(c.ID, to).Act(tr.Machines[to].Key, papers.Draft{Do: "grant", Set: map[string]string{"to": "dora"}}, string(tr.Cases.Today())); !errors.Is(err, papers.ErrGrant) {
		t.Errorf("granted to whom the filer excluded: %v", err)
	}
	third := "chris"
	if who == third {
		third = "emil"
	}
	tr.put(third, func(o *cases.Ombudsman) { o.Until = tr.Cases.Today().Add(-1) })
	size := tr.size()
	if err := tr.signed(c.ID, who, papers.Draft{Do: "grant", Set: map[string]string{"to": third}}); cases.SayOf(err) != "grant" || tr.size() != size+1 {
		t.Errorf("granted to somebody whose mandate has ended: %v", err)
	}
}

// TestUnreadableReleases: whoever cannot read a case is not there for it.
func TestUnreadableReleases(t *testing.T) {
	tr := outsiders(t)
	r, c := tr.file()
	who, reserve := c.Holders()[0], ranked(c, cases.Reserve)[0]
	if err := tr.unreadable(c.ID, who); err != nil {
		t.Fatal(err)
	}
	c = tr.load(r)
	if !c.Is(cases.Unreadable) || !c.Holds(reserve, cases.Live) || !c.Holds(who, cases.Live) || c.Key().Epoch != 0 {
		t.Errorf("flags %v, held by %v", c.Flags.Names(), c.Holders())
	}
	late, _, err := tr.Cases.Oversight().Overdue(t.Context(), 9)
	if err != nil || len(late) != 1 || late[0].ID != c.ID || !late[0].Unreadable || late[0].Since() != "" {
		t.Errorf("oversight sees %+v, %v", late, err)
	}
	if err := tr.signed(c.ID, reserve, draftOf("note")); err != nil {
		t.Fatal(err)
	}
	if c = tr.load(r); c.Is(cases.Unreadable) {
		t.Error("a new key was made for everybody, and it is still flagged")
	}
}
