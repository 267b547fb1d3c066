package storetest

import (
	"errors"
	"slices"
	"testing"

	"ombra/cases"
)

var clockRules = map[string]func(*testing.T, cases.Store){
	"DueOldestFirst":    dueOldestFirst,
	"ShortOfHolders":    shortOfHolders,
	"TurnsOneHolder":    turnsOneHolder,
	"NotWithoutNewKey":  notWithoutNewKey,
	"OldKeysTurnToo":    oldKeysTurnToo,
	"RevokedHasNoWrap":  revokedHasNoWrap,
	"ClocksAreKeptToo":  clocksAreKept,
	"NoOneRevokedTurns": noRevokedTurns,
}

// ids lists cases, for one function of a view.
func ids(t *testing.T, s cases.Store, f func(cases.Tx) ([]cases.ID, error)) (list []cases.ID) {
	t.Helper()
	Look(t, s, func(tx cases.Tx) (err error) {
		list, err = f(tx)
		return err
	})
	return list
}

func dueOldestFirst(t *testing.T, s cases.Store) {
	var want []cases.ID
	for _, next := range []cases.Day{Day.Add(3), "", Day.Add(1), Day.Add(2)} {
		c := MustFile(t, s)
		c.Next = next
		Must(t, s, func(tx cases.Tx) error { return tx.Put(c) })
		want = append(want, c.ID)
	}
	for day, order := range map[cases.Day][]int{Day: nil, Day.Add(2): {2, 3}, Day.Add(9): {2, 3, 0}} {
		got := ids(t, s, func(tx cases.Tx) ([]cases.ID, error) { return tx.Due(day) })
		if !slices.EqualFunc(got, order, func(id cases.ID, i int) bool { return id == want[i] }) {
			t.Errorf("due on %s: %v, want those at %v of %v", day, got, order, want)
		}
	}
}

func shortOfHolders(t *testing.T, s cases.Store) {
	c := MustFile(t, s) // anna and ben; carl and the backstop are dormant
	closed := MustFile(t, s)
	closed.Stage = cases.Closed
	Must(t, s, func(tx cases.Tx) error { return tx.Put(closed) })
	second := Grant("anna", cases.Live, cases.Designated) // of two epochs she counts once
	second.Epoch = 1
	c.Grants = append(c.Grants, second)
	Must(t, s, func(tx cases.Tx) error { return tx.Put(c) })
	for _, x := range []struct {
		there []string
		short bool
	}{
		{[]string{"anna", "ben", "carl"}, false},
		{[]string{"anna", "carl"}, true},
		{[]string{"carl"}, true},
		{[]string{"anna", "outside"}, true},
		{[]string{"anna"}, false}, // nobody to release
		{nil, false},
	} {
		got := ids(t, s, func(tx cases.Tx) ([]cases.ID, error) { return tx.Short(x.there) })
		if (len(got) == 1 && got[0] == c.ID) != x.short || len(got) > 1 {
			t.Errorf("with %v there: %v", x.there, got)
		}
	}
	c.Appealed = "2026-11-24"
	Must(t, s, func(tx cases.Tx) error { return tx.Put(c) })
	if got := ids(t, s, func(tx cases.Tx) ([]cases.ID, error) { return tx.Short([]string{"anna", "ben", "carl"}) }); len(got) != 1 || got[0] != c.ID {
		t.Errorf("on appeal: %v", got)
	}
	if got := ids(t, s, cases.Tx.Appeals); len(got) != 1 || got[0] != c.ID {
		t.Errorf("open on appeal: %v", got)
	}
	closed.Appealed = c.Appealed
	closed.Flags, c.Appealed = cases.Disputed, ""
	Must(t, s, func(tx cases.Tx) error { return errors.Join(tx.Put(closed), tx.Put(c)) })
	if got := ids(t, s, cases.Tx.Appeals); len(got) != 0 {
		t.Errorf("open on appeal, of closed ones: %v", got)
	}
	for last, there := range map[bool][]string{false: {"anna", "ben", "carl"}, true: {"anna", "carl"}} {
		got := ids(t, s, func(tx cases.Tx) ([]cases.ID, error) { return tx.Short(there) })
		if slices.Contains(got, closed.ID) != last {
			t.Errorf("a closed one in dispute, with %v there: %v", there, got)
		}
	}
}

func turnsOneHolder(t *testing.T, s cases.Store) {
	c, other := MustFile(t, s), MustFile(t, s, "dora")
	Must(t, s, func(tx cases.Tx) error {
		n, err := tx.Turn("anna", cases.Live, cases.Lapsed)
		if n != 1 {
			t.Errorf("turned %d", n)
		}
		return err
	})
	c.Grants[0].State = cases.Lapsed
	there(t, s, c)
	there(t, s, other)
	Must(t, s, func(tx cases.Tx) error {
		n, err := tx.Turn("anna", cases.Live, cases.Lapsed)
		if n != 0 {
			t.Errorf("turned %d again", n)
		}
		if err == nil {
			n, err = tx.Turn("anna", cases.Lapsed, cases.Live)
		}
		if n != 1 {
			t.Errorf("turned %d back", n)
		}
		return err
	})
	c.Grants[0].State = cases.Live
	there(t, s, c)
}

// notWithoutNewKey: whoever was not there when the case got another key does not
// count as a holder again.
func notWithoutNewKey(t *testing.T, s cases.Store) {
	c := MustFile(t, s)
	c.Grants[0].State = cases.Lapsed
	c.Keys = append(c.Keys, cases.Key{Epoch: 1, Recipient: "age1pq1next", By: "ben"})
	Must(t, s, func(tx cases.Tx) error { return tx.Put(c) })
	Must(t, s, func(tx cases.Tx) error {
		n, err := tx.Turn("anna", cases.Lapsed, cases.Live)
		if n != 0 {
			t.Errorf("turned %d", n)
		}
		return err
	})
	there(t, s, c)
}

// oldKeysTurnToo: one who has the newest key is back with every older one; a
// grant left behind would be revoked by the next act, as of somebody who left.
func oldKeysTurnToo(t *testing.T, s cases.Store) {
	c := MustFile(t, s)
	c.Grants[0].State = cases.Lapsed
	c.Keys = append(c.Keys, cases.Key{Epoch: 1, Recipient: "age1pq1next", By: "ben"})
	second := Grant("anna", cases.Lapsed, cases.Designated)
	second.Epoch = 1
	c.Grants = append(c.Grants, second)
	Must(t, s, func(tx cases.Tx) error { return tx.Put(c) })
	Must(t, s, func(tx cases.Tx) error {
		n, err := tx.Turn("anna", cases.Lapsed, cases.Live)
		if n != 2 {
			t.Errorf("turned %d", n)
		}
		return err
	})
	c.Grants[0].State, c.Grants[len(c.Grants)-1].State = cases.Live, cases.Live
	there(t, s, c)
}

func revokedHasNoWrap(t *testing.T, s cases.Store) {
	c := MustFile(t, s)
	for _, state := range []cases.GrantState{cases.Hidden, cases.Revoked, cases.Live} {
		c.Grants[0].State = state
		Must(t, s, func(tx cases.Tx) error { return tx.Put(c) })
	}
	Look(t, s, func(tx cases.Tx) error {
		wraps, err := tx.Wraps(c.ID, "anna")
		now, _ := tx.Case(c.ID, "")
		if len(wraps) != 0 || now.Grants[0].State != cases.Revoked {
			t.Errorf("%d wraps, %+v", len(wraps), now.Grants[0])
		}
		return err
	})
}

func noRevokedTurns(t *testing.T, s cases.Store) {
	MustFile(t, s)
	for _, x := range [][2]cases.GrantState{{cases.Revoked, cases.Live}, {cases.Live, cases.Revoked}} {
		err := s.Update(t.Context(), func(tx cases.Tx) error {
			_, err := tx.Turn("anna", x[0], x[1])
			return err
		})
		if err == nil {
			t.Errorf("turned from %s to %s", x[0], x[1])
		}
	}
}

func clocksAreKept(t *testing.T, s cases.Store) {
	c := MustFile(t, s)
	c.AssessDue, c.Extended, c.Appealed, c.Withdraw = Day.Add(1), Day.Add(2), Day.Add(3), Day.Add(4)
	c.Decided, c.Clocked, c.Next, c.Flags = []string{"anna", "ben"}, Day.Add(5), Day.Add(6), cases.Late
	Must(t, s, func(tx cases.Tx) error { return tx.Put(c) })
	there(t, s, c)
}
