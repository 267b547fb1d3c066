package cases_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"ombra/bot/bottest"
	"ombra/cases"
	"ombra/crypto"
)

// TestAttackRemovedComesBack: somebody is removed and appointed again under the same
// name before any job ran. What they saw stays hidden; they can be drawn for new
// cases, and be granted the old one by who holds it.
func TestAttackRemovedComesBack(t *testing.T) {
	tr := watched(t)
	r, c := tr.file()
	who := ranked(c, cases.Designated)[0]
	if err := tr.Cases.Remove(t.Context(), who); err != nil {
		t.Fatal(err)
	}
	tr.appoint(who, tr.Cases.Today().Add(100))
	tr.daily(3)
	if _, err := tr.desk(who).Case(t.Context(), c.ID); cases.KindOf(err) != cases.NotFound {
		t.Errorf("sees it again: %v", err)
	}
	if list, _, err := tr.desk(who).Inbox(t.Context(), 0, 10); err != nil || len(list) > 0 {
		t.Errorf("inbox: %v, %v", list, err)
	}
	if now := tr.load(r); now.Holds(who, cases.Live, cases.Dormant, cases.Lapsed) {
		t.Errorf("grants: %+v", now.Grants)
	}
}

// TestAttackOldChallenge: the answer to a challenge that was open when somebody was
// removed proves nothing any more.
func TestAttackOldChallenge(t *testing.T) {
	tr := watched(t)
	m := tr.Machines["anna"]
	note, err := m.Enrolment(bottest.Origin, string(tr.Cases.Today()))
	if err != nil {
		t.Fatal(err)
	}
	_, challenge, err := tr.Cases.Appoint(t.Context(), cases.Appointment{Enrolment: note, From: tr.Cases.Today(), Until: tr.Cases.Today().Add(9)})
	if err != nil {
		t.Fatal(err)
	}
	answer, err := crypto.Answer(challenge, bottest.Origin, m.Identity.Recipient(), m.Identity.Age())
	if err != nil {
		t.Fatal(err)
	}
	if err := tr.Cases.Remove(t.Context(), "anna"); err != nil {
		t.Fatal(err)
	}
	if err := tr.Cases.Prove(t.Context(), "anna", answer); cases.KindOf(err) != cases.NotFound {
		t.Errorf("proved: %v", err)
	}
}

// between is a store in which something happens before the next change.
type between struct {
	cases.Store
	first func()
}

func (b *between) Update(ctx context.Context, f func(cases.Tx) error) error {
	if first := b.first; first != nil {
		b.first = nil
		first()
	}
	return b.Store.Update(ctx, f)
}

// TestAttackRemovedDuringAFiling: somebody is removed while a report that was drawn to
// them is sealed. It is drawn anew: no grant in any state is theirs, no notice tells
// them tomorrow that there was something, and the filer has a receipt that opens.
func TestAttackRemovedDuringAFiling(t *testing.T) {
	tr := watched(t)
	b := &between{Store: tr.db}
	tr.Cases.Store = b
	tr.restart()
	for _, name := range []string{"anna", "bela"} { // of three, two are live and one is the reserve
		b.first = func() {
			if err := tr.Cases.Remove(t.Context(), name); err != nil {
				t.Fatal(err)
			}
		}
		_, c := tr.file()
		if c.Holds(name, cases.Live, cases.Dormant, cases.Hidden, cases.Lapsed) {
			t.Errorf("%s has a grant: %+v", name, c.Grants)
		}
	}
	for _, n := range tr.outbox() {
		if n.About == cases.News && n.To != "chris" && n.To != "outside" {
			t.Errorf("waiting: %+v", n)
		}
	}
	b.first = func() { _ = tr.Cases.Remove(t.Context(), "chris") }
	if _, c := tr.file(); !slices.Equal(c.Holders(), []string{"outside"}) {
		t.Errorf("held by %v", c.Holders())
	}
	b.first = func() { _ = tr.Cases.Remove(t.Context(), "outside") }
	f, _ := filing("What happened.")
	if _, err := tr.Cases.File(t.Context(), f); cases.SayOf(err) != "nobody" {
		t.Errorf("filed with nobody: %v", err)
	}
}

// overtaken is a store in which a filing comes to the writer after a removal was
// committed, and before the process has read the roster again.
type overtaken struct {
	cases.Store
	remove func()
	reads  func()
}

func (o *overtaken) Update(ctx context.Context, f func(cases.Tx) error) (err error) {
	remove := o.remove
	if remove == nil {
		return o.Store.Update(ctx, f)
	}
	o.remove, o.reads = nil, func() { err = o.Store.Update(ctx, f) }
	remove()
	return err
}

func (o *overtaken) View(ctx context.Context, f func(cases.Tx) error) error {
	if reads := o.reads; reads != nil {
		o.reads = nil
		reads()
	}
	return o.Store.View(ctx, f)
}

// TestAttackRemovedInBetween: the same, in the moment between the removal and what is
// remembered of it.
func TestAttackRemovedInBetween(t *testing.T) {
	tr := watched(t)
	o := &overtaken{Store: tr.db}
	tr.Cases.Store = o
	tr.restart()
	o.remove = func() {
		if err := tr.Cases.Remove(t.Context(), "anna"); err != nil {
			t.Fatal(err)
		}
	}
	if _, c := tr.file(); c.Holds("anna", cases.Live, cases.Dormant, cases.Hidden, cases.Lapsed) || o.remove != nil || o.reads != nil {
		t.Errorf("anna has a grant: %+v", c.Grants)
	}
}

// TestFaultRemoveFails: the disk does not take the removal. She is on the roster as
// before, and still drawn.
func TestFaultRemoveFails(t *testing.T) {
	tr := watched(t)
	f := &failing{Store: tr.db}
	tr.Cases.Store = f
	tr.restart()
	f.now = true
	if err := tr.Cases.Remove(t.Context(), "anna"); cases.KindOf(err) != cases.Unavailable {
		t.Errorf("reported %v", err)
	}
	if _, err := tr.Cases.Desk("anna"); err != nil {
		t.Errorf("her desk: %v", err)
	}
}

// failing runs the next change and stores nothing of it.
type failing struct {
	cases.Store
	now bool
}

func (f *failing) Update(ctx context.Context, change func(cases.Tx) error) error {
	if !f.now {
		return f.Store.Update(ctx, change)
	}
	f.now = false
	return f.Store.Update(ctx, func(tx cases.Tx) error {
		if err := change(tx); err != nil {
			return err
		}
		return cases.ErrFull
	})
}

// uncertain is a store whose next commit is reported unclear, though it took
// effect.
type uncertain struct {
	cases.Store
	now bool
}

func (u *uncertain) Update(ctx context.Context, f func(cases.Tx) error) error {
	err := u.Store.Update(ctx, f)
	if err == nil && u.now {
		u.now = false
		return cases.ErrUnclear
	}
	return err
}

// TestFaultRemoveUnclear: the disk fails in the moment of the removal, and nobody
// knows whether it is stored. It is; what the process remembers must not be another
// roster.
func TestFaultRemoveUnclear(t *testing.T) {
	tr := watched(t)
	u := &uncertain{Store: tr.db}
	tr.Cases.Store = u
	tr.restart()
	u.now = true
	if err := tr.Cases.Remove(t.Context(), "anna"); !errors.Is(err, cases.ErrUnclear) {
		t.Errorf("reported %v", err)
	}
	if _, err := tr.Cases.Desk("anna"); cases.KindOf(err) != cases.NotFound {
		t.Errorf("she has a desk: %v", err)
	}
}

// TestAttackAbsenceInSlices: an absence of months, entered as holidays of three
// weeks, would never release anything. One that goes on is one, from its first day.
func TestAttackAbsenceInSlices(t *testing.T) {
	tr := watched(t)
	r, c := tr.file()
	who := ranked(c, cases.Designated)[0]
	today := tr.Cases.Today()
	if a, err := tr.Cases.SetAway(t.Context(), who, today, today.Add(21)); err != nil || a.Long {
		t.Fatalf("%+v, %v", a, err)
	}
	tr.daily(20)
	if a, err := tr.Cases.SetAway(t.Context(), who, today.Add(22), today.Add(30)); err != nil || !a.Long || a.From != today {
		t.Fatalf("%+v, %v", a, err)
	}
	tr.jobs()
	if now := tr.load(r); !now.Holds(ranked(c, cases.Reserve)[0], cases.Live) {
		t.Errorf("nobody takes over: %+v", now.Grants)
	}
	// One that has not begun is simply moved.
	far := tr.Cases.Today().Add(100)
	if _, err := tr.Cases.SetAway(t.Context(), "outside", far, far.Add(9)); err != nil {
		t.Fatal(err)
	}
	if a, err := tr.Cases.SetAway(t.Context(), "outside", far.Add(5), far.Add(29)); err != nil || a.From != far.Add(5) {
		t.Errorf("%+v, %v", a, err)
	}
}
