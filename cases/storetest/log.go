package storetest

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"ombra/cases"
	"ombra/crypto/custody"
)

var logRules = map[string]func(*testing.T, cases.Store){
	"OnceMoreIsDone":        onceDone,
	"OnceOtherwiseConflict": onceConflict,
	"EdgeAfterRollback":     edgeAfterRollback,
	"Proofs":                proofs,
	"Checkpoints":           checkpoints,
	"Leaves":                leaves,
	"Graft":                 grafts,
}

func onceDone(t *testing.T, s cases.Store) {
	e, id := Entry("answer", cases.NewID()), cases.NewID()
	free := Entry("opened", "")
	Must(t, s, func(tx cases.Tx) error {
		if _, err := tx.Append(Entry("other", id)); err != nil {
			return err
		}
		n, err := tx.Append(e)
		if n != 1 || err != nil {
			t.Errorf("leaf %d, %v", n, err)
		}
		_, err = tx.Append(free)
		return err
	})
	Must(t, s, func(tx cases.Tx) error {
		again := e
		again.Nonce = [32]byte(Bytes(32)) // the caller's other values do not count
		if n, err := tx.Append(again); n != 1 || !errors.Is(err, cases.ErrDone) {
			t.Errorf("again: leaf %d, %v", n, err)
		}
		if n, err := tx.Append(free); n != 2 || !errors.Is(err, cases.ErrDone) {
			t.Errorf("again, about no case: leaf %d, %v", n, err)
		}
		return nil
	})
	Must(t, s, func(tx cases.Tx) error { // twice within one update
		e := Entry("note", id)
		n, err := tx.Append(e)
		if err != nil {
			return err
		}
		if m, err := tx.Append(e); m != n || !errors.Is(err, cases.ErrDone) {
			t.Errorf("twice: leaf %d, %v", m, err)
		}
		return nil
	})
	if size := CheckLog(t, s); size != 4 {
		t.Errorf("%d leaves, want 4", size)
	}
}

func onceConflict(t *testing.T, s cases.Store) {
	e := Entry("answer", cases.NewID())
	Must(t, s, func(tx cases.Tx) error { _, err := tx.Append(e); return err })
	for name, change := range map[string]func(*cases.Entry){
		"another act":  func(e *cases.Entry) { e.Details.Act = "close" },
		"another case": func(e *cases.Entry) { e.Details.Case = string(cases.NewID()) },
		"no case":      func(e *cases.Entry) { e.Details.Case = "" },
	} {
		other := e
		change(&other)
		err := s.Update(context.Background(), func(tx cases.Tx) error { _, err := tx.Append(other); return err })
		if cases.KindOf(err) != cases.Conflict {
			t.Errorf("%s: %v, want Conflict", name, err)
		}
	}
	if size := CheckLog(t, s); size != 1 {
		t.Errorf("%d leaves, want 1", size)
	}
}

// edgeAfterRollback undoes appends at every shape of the tree's right edge.
func edgeAfterRollback(t *testing.T, s cases.Store) {
	for i := range 40 {
		_ = s.Update(context.Background(), func(tx cases.Tx) error {
			for range i%5 + 1 {
				if _, err := tx.Append(Entry("note", cases.NewID())); err != nil {
					return err
				}
			}
			return errOwn
		})
		Must(t, s, func(tx cases.Tx) error {
			n, err := tx.Append(Entry("note", cases.NewID()))
			if n != int64(i) {
				t.Errorf("leaf %d, want %d", n, i)
			}
			return err
		})
		CheckLog(t, s)
	}
}

func proofs(t *testing.T, s cases.Store) {
	for range 37 {
		Must(t, s, func(tx cases.Tx) error { _, err := tx.Append(Entry("note", "")); return err })
	}
	Look(t, s, func(tx cases.Tx) error {
		root, err := tlog.TreeHash(37, tx.Hashes())
		if err != nil {
			return err
		}
		all, err := tx.Leaves(0, 37)
		if err != nil {
			return err
		}
		for n := range int64(37) {
			p, err := tlog.ProveRecord(37, n, tx.Hashes())
			if err != nil {
				return err
			}
			if err := tlog.CheckRecord(p, 37, root, n, tlog.RecordHash(all[n].Leaf)); err != nil {
				t.Errorf("leaf %d: %v", n, err)
			}
		}
		if _, err := tlog.TreeHash(38, tx.Hashes()); err == nil {
			t.Error("a tree of more leaves than there are has a root")
		}
		return nil
	})
}

func checkpoints(t *testing.T, s cases.Store) {
	want := []cases.Checkpoint{
		{Day: Day, Size: 8, Note: []byte("a")},
		{Day: Day.Add(1), Size: 8, Note: []byte("b")}, // a quiet day
		{Day: Day.Add(2), Size: 24, Note: []byte("c")},
	}
	for _, c := range want {
		Must(t, s, func(tx cases.Tx) error { return tx.PutCheckpoint(c) })
	}
	again := s.Update(context.Background(), func(tx cases.Tx) error { return tx.PutCheckpoint(want[2]) })
	if cases.KindOf(again) != cases.Conflict {
		t.Errorf("a day's second checkpoint: %v", again)
	}
	Look(t, s, func(tx cases.Tx) error {
		for after, n := range map[int64]int{0: 3, 7: 3, 8: 1, 24: 0} {
			got, err := tx.Checkpoints(after)
			if err != nil || len(got) != n {
				t.Fatalf("after %d: %d, %v", after, len(got), err)
			}
			for i, c := range got {
				w := want[3-n+i]
				if c.Day != w.Day || c.Size != w.Size || !bytes.Equal(c.Note, w.Note) {
					t.Errorf("after %d: %+v", after, c)
				}
			}
		}
		return nil
	})
}

func leaves(t *testing.T, s cases.Store) {
	var all []cases.Entry
	for range 5 {
		all = append(all, Entry("note", cases.NewID()))
		Must(t, s, func(tx cases.Tx) error { _, err := tx.Append(all[len(all)-1]); return err })
	}
	Look(t, s, func(tx cases.Tx) error {
		got, err := tx.Leaves(1, 4)
		if err != nil || len(got) != 3 {
			t.Fatalf("%d leaves, %v", len(got), err)
		}
		for i, l := range got {
			e := all[1+i]
			if l.N != int64(1+i) || l.Once != e.Once || l.Nonce != e.Nonce || !bytes.Equal(l.Details, e.Details.JSON()) {
				t.Errorf("leaf %d: %+v", 1+i, l)
			}
		}
		for _, span := range [][2]int64{{5, 9}, {3, 3}, {4, 1}} {
			if got, err := tx.Leaves(span[0], span[1]); err != nil || len(got) != 0 {
				t.Errorf("leaves %v: %d, %v", span, len(got), err)
			}
		}
		return nil
	})
	bad := Entry("what I saw", "")
	if err := s.Update(context.Background(), func(tx cases.Tx) error { _, err := tx.Append(bad); return err }); err == nil {
		t.Error("an entry with free text was taken")
	}
}

// grafts puts back leaves without their openings; the log goes on behind them.
func grafts(t *testing.T, s cases.Store) {
	lost := make([][]byte, 11)
	for i := range lost {
		e := Entry("note", cases.NewID())
		lost[i] = custody.Leaf(e.Details.Day, e.Nonce, e.Details.JSON())
	}
	Must(t, s, func(tx cases.Tx) error { _, err := tx.Append(Entry("note", "")); return err })
	Must(t, s, func(tx cases.Tx) error {
		for _, leaf := range lost {
			if err := tx.Graft(leaf); err != nil {
				return err
			}
		}
		n, err := tx.Append(Entry("note", ""))
		if n != 12 {
			t.Errorf("the next leaf is %d", n)
		}
		return err
	})
	if err := s.Update(context.Background(), func(tx cases.Tx) error { return tx.Graft([]byte("{}")) }); err == nil {
		t.Error("what is no leaf was grafted")
	}
	Look(t, s, func(tx cases.Tx) error {
		got, err := tx.Leaves(1, 12)
		for i, l := range got {
			if l.Details != nil || !bytes.Equal(l.Leaf, lost[i]) {
				t.Errorf("leaf %d: %+v", 1+i, l)
			}
		}
		return err
	})
	if size := CheckLog(t, s); size != 13 {
		t.Errorf("%d leaves, want 13", size)
	}
}
