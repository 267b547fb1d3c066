package cases_test

import (
	"bytes"
	"fmt"
	"slices"

	"pgregory.net/rapid"

	"ombra/cases"
	"ombra/crypto/custody"
)

// check is all that must be true at any time.
func (m *model) check(*rapid.T) {
	for _, c := range m.all {
		if c.touched {
			c.touched = false
			m.judged(c)
		}
	}
	m.checkLog()
	m.checkNotices()
	for _, c := range m.all {
		m.checkCase(c)
	}
	for _, name := range everybody {
		m.checkReader(name)
	}
}

// whole is after how many steps all of the log is read again.
const whole = 12

// checkLog: it only grows. What is new is read after every step, and the office's
// tree must have the root that the leaves have which the model saw; whether old
// leaves stand where they stood is looked at now and then, and in the end.
func (m *model) checkLog() {
	m.service(func(tx cases.Tx) error {
		size, err := tx.Size()
		if err != nil || size != m.size {
			m.Fatalf("the log has %d leaves, want %d: %v", size, m.size, err)
		}
		now, err := tx.Leaves(m.tree.Size(), size)
		for _, l := range now {
			m.leaves = append(m.leaves, l)
			m.tree.Append(l.Leaf)
		}
		if err != nil {
			return err
		}
		want, err := custody.Root(m.tree.Size(), &m.tree)
		m.must(err)
		if have, err := custody.Root(size, tx.Hashes()); err != nil || have != want {
			m.Fatalf("the tree is another than that of its leaves: %v", err)
		}
		return nil
	})
	if m.steps++; m.steps%whole == 0 {
		m.checkWhole()
	}
}

func (m *model) checkWhole() {
	size, err := m.o.Cases.VerifyLog(ctx)
	m.must(err)
	if size != m.size {
		m.Fatalf("the log has %d leaves, want %d", size, m.size)
	}
	m.service(func(tx cases.Tx) error {
		now, err := tx.Leaves(0, size)
		for i, l := range m.leaves {
			if !bytes.Equal(l.Leaf, now[i].Leaf) || !bytes.Equal(l.Details, now[i].Details) {
				m.Fatalf("leaf %d is another than it was", i)
			}
		}
		return err
	})
}

func (m *model) checkNotices() {
	var have []string
	m.service(func(tx cases.Tx) error {
		list, err := tx.Waiting("9999-01-01", 99)
		for _, n := range list {
			have = append(have, fmt.Sprintf("%s %s %s %d", n.To, n.About, n.Due, n.Hour))
		}
		return err
	})
	for _, n := range have {
		if !m.waiting[n] {
			m.Fatalf("notice %q, want %v", n, m.waiting)
		}
	}
	if len(have) != len(m.waiting) {
		m.Fatalf("notices %q, want %v", have, m.waiting)
	}
}

// checkCase: the receipt opens its case, nothing is lost or there twice, and no
// excluded one has anything of it.
func (m *model) checkCase(c *matter) {
	m.checkExcluded(c)
	// What is seen follows from what is stored, the day and the roster: where none of
	// these has changed, nor what the model expects, it was looked at already.
	state := m.state(c)
	if m.seen[c] == state {
		return
	}
	m.seen[c] = state
	mine, err := m.o.Cases.Mine(ctx, c.rec)
	m.must(err)
	if mine.Stage != c.stage || len(mine.Replies) != c.replies || mine.Waiting != (c.flags&cases.Waiting != 0) {
		m.Fatalf("the filer sees %+v, want %+v", mine, c)
	}
	m.service(func(tx cases.Tx) error {
		found, err := tx.CasesOf(c.rec.Lookup().Hash(), c.rec.Signer().Verifier())
		if err != nil || len(found) != 1 || found[0].ID != c.id || found[0].Stage != c.stage || found[0].Flags != c.flags|cases.Test {
			m.Fatalf("the receipt finds %v %v, want %s %v; %v", found, found[0].Flags.Names(), c.stage, c.flags.Names(), err)
		}
		if holders := found[0].Holders(); !slices.Equal(slices.Sorted(slices.Values(holders)), c.live) {
			m.Fatalf("held by %v, want %v", holders, c.live)
		}
		m.checkGrants(c, found[0])
		m.checkClock(c, mine, found[0])
		if found[0].Key().Epoch != c.epoch {
			m.Fatalf("epoch %d, want %d", found[0].Key().Epoch, c.epoch)
		}
		list, err := tx.Papers(c.id, "")
		if len(list) != c.papers {
			m.Fatalf("%d papers, want %d", len(list), c.papers)
		}
		return err
	})
}

// state is all that a case's look follows from.
func (m *model) state(c *matter) (state string) {
	m.service(func(tx cases.Tx) error {
		now, err := tx.Case(c.id, "")
		m.must(err)
		list, err := tx.Papers(c.id, "")
		m.must(err)
		own, err := tx.Papers(c.id, c.rec.Public([32]byte{}).FilerHash())
		state = fmt.Sprintf("%s %d %+v %+v %+v %+v", m.today(), m.people, *now, list, own, *c)
		return err
	})
	return state
}

// checkExcluded: who is excluded or withdrew has no grant and no key.
func (m *model) checkExcluded(c *matter) {
	m.service(func(tx cases.Tx) error {
		now, err := tx.Case(c.id, "")
		m.must(err)
		for _, name := range c.out {
			if wraps, err := tx.Wraps(c.id, name); err != nil || len(wraps) > 0 || now.Holds(name, cases.Live, cases.Dormant) {
				m.Fatalf("%s withdrew and has a grant", name)
			}
		}
		for _, name := range c.excluded {
			if wraps, err := tx.Wraps(c.id, name); err != nil || len(wraps) > 0 || now.Holds(name, cases.Live, cases.Dormant, cases.Hidden, cases.Lapsed, cases.Revoked) {
				m.Fatalf("%s is excluded and has a grant", name)
			}
		}
		return nil
	})
}

// checkReader: an ombudsman sees the cases that are theirs, and to no other is
// there any answer but one.
func (m *model) checkReader(name string) {
	desk, err := m.o.Cases.Desk(name)
	if !m.serves(name) {
		m.refused(err, cases.NotFound)
		return
	}
	m.must(err)
	list, more, err := desk.Inbox(ctx, 0, 1000)
	m.must(err)
	inbox := map[cases.ID]bool{}
	for _, c := range list {
		inbox[c.ID] = true
	}
	n, unknown := 0, desk.Do(ctx, cases.NewID(), cases.Act{Do: cases.Wait, Once: cases.NewOnce()})
	for _, c := range m.all {
		if slices.Contains(c.live, name) {
			n++
			if !inbox[c.id] {
				m.Fatalf("%s does not see a case", name)
			}
			continue
		}
		_, err := desk.Case(ctx, c.id)
		m.refused(err, cases.NotFound)
		err = desk.Do(ctx, c.id, cases.Act{Do: cases.Wait, Once: cases.NewOnce()})
		if m.refused(err, cases.NotFound); err.Error() != unknown.Error() || cases.SayOf(err) != cases.SayOf(unknown) {
			m.Fatalf("a hidden case answers %v, an unknown one %v", err, unknown)
		}
	}
	if n != len(list) || more {
		m.Fatalf("%s sees %d cases, want %d", name, len(list), n)
	}
}
