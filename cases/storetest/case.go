package storetest

import (
	"bytes"
	"context"
	"errors"
	"reflect"
	"testing"

	"ombra/cases"
)

var caseRules = map[string]func(*testing.T, cases.Store){
	"RoundTrip":            caseRoundTrip,
	"IDTaken":              idTaken,
	"OneAnswerToStrangers": strangers,
	"OnlyLiveHolders":      onlyLive,
	"LookupNamesTwo":       lookupNamesTwo,
	"SameReceiptTwice":     sameReceiptTwice,
	"GrantedToPages":       grantedToPages,
	"PutStoresChanges":     putStoresChanges,
	"PutUnknown":           putUnknown,
	"WrapsNewestFirst":     wrapsNewestFirst,
	"DeletedWrap":          deletedWrap,
	"HalfIsNeverStored":    halfNever,
}

func caseRoundTrip(t *testing.T, s cases.Store) {
	c := Case()
	c.Kind, c.Source, c.Flags = cases.Redress, cases.Sealed, cases.Urgent|cases.Test
	c.Category, c.Priority, c.Lead, c.Gate = "surveillance", "high", "anna", "2026-1"
	c.Keys = append(c.Keys, cases.Key{Epoch: 1, Recipient: "age1pq1next", By: "anna", Statement: []byte("signed")})
	c.Receipts = append(c.Receipts, Receipt())
	c.Receipts[0].State, c.Receipts[0].Until = cases.Replaced, Day.Add(14)
	g := Grant("anna", cases.Live, cases.Designated)
	g.Epoch = 1
	c.Grants = append(c.Grants, g)
	Must(t, s, func(tx cases.Tx) error { return File(tx, c) })
	there(t, s, c)
	Must(t, s, func(tx cases.Tx) error { // inside an update too
		got, err := tx.Case(c.ID, "anna")
		if err == nil {
			same(t, got, c)
		}
		return err
	})
}

func idTaken(t *testing.T, s cases.Store) {
	c, other := MustFile(t, s), Case()
	other.ID = c.ID
	Must(t, s, func(tx cases.Tx) error { // draw another in the same update
		n, err := tx.Append(Opened(other))
		if err != nil {
			return err
		}
		other.Entry = n
		if err := tx.Create(other); !errors.Is(err, cases.ErrTaken) {
			t.Errorf("got %v, want ErrTaken", err)
		}
		other.ID = cases.NewID()
		return tx.Create(other)
	})
	there(t, s, c)
	there(t, s, other)
}

func strangers(t *testing.T, s cases.Store) {
	c := MustFile(t, s)
	MustFile(t, s, "dora") // a holder, but of another case
	MustFile(t, s, "ella", "fritz")
	var answers []error
	ask := func(id cases.ID, who string) {
		err := s.View(context.Background(), func(tx cases.Tx) error { _, err := tx.Case(id, who); return err })
		answers = append(answers, err)
	}
	ask(cases.NewID(), "anna")
	ask(c.ID, "dora")
	ask(c.ID, "ella")
	ask(c.ID, "carl") // dormant
	ask("no id at all", "anna")
	ask("", "")
	for _, err := range answers {
		if cases.KindOf(err) != cases.NotFound || err.Error() != answers[0].Error() {
			t.Errorf("a stranger's answer: %v, another's: %v", err, answers[0])
		}
	}
	Look(t, s, func(tx cases.Tx) error {
		wraps, err := tx.Wraps(c.ID, "dora")
		if len(wraps) != 0 {
			t.Errorf("a stranger reads %d wraps", len(wraps))
		}
		return err
	})
}

func onlyLive(t *testing.T, s cases.Store) {
	c := MustFile(t, s)
	for _, state := range []cases.GrantState{cases.Dormant, cases.Hidden, cases.Live} {
		c.Grants[0].State = state
		Must(t, s, func(tx cases.Tx) error { return tx.Put(c) })
		Look(t, s, func(tx cases.Tx) error {
			_, err := tx.Case(c.ID, "anna")
			wraps, _ := tx.Wraps(c.ID, "anna")
			page, _, _ := tx.GrantedTo("anna", 0, 9)
			live := state == cases.Live
			if (err == nil) != live || (len(wraps) == 1) != live || (len(page) == 1) != live {
				t.Errorf("%s grant: %v, %d wraps, %d listed", state, err, len(wraps), len(page))
			}
			return nil
		})
	}
}

// lookupNamesTwo is an attack: somebody registers a hash that is another's,
// with a verifier of his own. The rightful case must still be found.
func lookupNamesTwo(t *testing.T, s cases.Store) {
	c, attack := MustFile(t, s), Case()
	attack.Receipts[0].Lookup = c.Receipts[0].Lookup
	Must(t, s, func(tx cases.Tx) error { return File(tx, attack) })
	Look(t, s, func(tx cases.Tx) error {
		list, err := tx.CasesOf(c.Receipts[0].Lookup, "")
		if err != nil || len(list) != 2 {
			t.Fatalf("the hash finds %d cases, %v", len(list), err)
		}
		same(t, list[0], c)
		same(t, list[1], attack)
		for _, c := range []*cases.Case{c, attack} {
			list, err = tx.CasesOf(c.Receipts[0].Lookup, c.Receipts[0].Verifier)
			if err != nil || len(list) != 1 {
				t.Fatalf("hash and verifier find %d cases, %v", len(list), err)
			}
			same(t, list[0], c)
		}
		list, err = tx.CasesOf([32]byte(Bytes(32)), "")
		if len(list) != 0 {
			t.Errorf("an unknown hash finds %d cases", len(list))
		}
		return err
	})
}

func sameReceiptTwice(t *testing.T, s cases.Store) {
	c, other := MustFile(t, s), Case()
	other.Receipts[0] = c.Receipts[0]
	err := s.Update(context.Background(), func(tx cases.Tx) error {
		n, err := tx.Append(Entry("opened", ""))
		other.Entry = n
		if err != nil {
			return err
		}
		return tx.Create(other)
	})
	if cases.KindOf(err) != cases.Conflict {
		t.Errorf("a receipt of two cases: %v, want Conflict", err)
	}
	there(t, s, c)
}

func grantedToPages(t *testing.T, s cases.Store) {
	var mine []*cases.Case
	for i := range 23 {
		if c := MustFile(t, s, []string{"anna", "ben"}[i%2], "ella"); i%2 == 0 {
			mine = append([]*cases.Case{c}, mine...) // newest first
		}
	}
	second := Grant("anna", cases.Live, cases.Designated) // one case, two epochs: listed once
	second.Epoch = 1
	mine[4].Grants = append(mine[4].Grants, second)
	Must(t, s, func(tx cases.Tx) error { return tx.Put(mine[4]) })
	Look(t, s, func(tx cases.Tx) error {
		for skip := 0; skip <= len(mine)+5; skip += 5 {
			page, more, err := tx.GrantedTo("anna", skip, 5)
			if err != nil {
				return err
			}
			want := mine[min(skip, len(mine)):min(skip+5, len(mine))]
			if len(page) != len(want) || more != (skip+5 < len(mine)) {
				t.Fatalf("after %d: %d cases, more %v", skip, len(page), more)
			}
			for i, c := range page {
				w := *want[i]
				w.Keys, w.Grants, w.Receipts = nil, nil, nil
				if !reflect.DeepEqual(*c, w) {
					t.Errorf("listed %+v, want %+v", *c, w)
				}
			}
		}
		page, more, err := tx.GrantedTo("dora", 0, 5)
		if len(page) != 0 || more {
			t.Errorf("somebody without grants is listed %d", len(page))
		}
		return err
	})
}

func putStoresChanges(t *testing.T, s cases.Store) {
	c := MustFile(t, s)
	c.Stage, c.Flags, c.Acknowledged, c.Answered, c.Closed = cases.Closed, cases.Held, Day, Day.Add(2), Day.Add(9)
	c.AckDue, c.FeedbackDue, c.Category, c.Priority = Day.Add(8), Day.Add(90), "arms", "critical"
	c.Disposition, c.Lead = "substantiated", "ben"
	c.Keys = append(c.Keys, cases.Key{Epoch: 1, Recipient: "age1pq1next", By: "ben", Statement: []byte("act")})
	c.Grants[2].State = cases.Live
	c.Grants[0].State = cases.Hidden
	added := Grant("ben", cases.Live, cases.Granted)
	added.Epoch = 1
	c.Grants = append(c.Grants, added)
	c.Receipts[0].State, c.Receipts[0].Until = cases.Replaced, Day.Add(14)
	c.Receipts = append(c.Receipts, Receipt())
	Must(t, s, func(tx cases.Tx) error { return tx.Put(c) })
	there(t, s, c)
	// The newest version of a case need not name all of its parts.
	part := *c
	part.Stage, part.Keys, part.Grants, part.Receipts = cases.Investigating, nil, nil, nil
	Must(t, s, func(tx cases.Tx) error { return tx.Put(&part) })
	c.Stage = cases.Investigating
	there(t, s, c)
}

func putUnknown(t *testing.T, s cases.Store) {
	err := s.Update(context.Background(), func(tx cases.Tx) error { return tx.Put(Case()) })
	if cases.KindOf(err) != cases.NotFound {
		t.Errorf("put of an unknown case: %v", err)
	}
}

func wrapsNewestFirst(t *testing.T, s cases.Store) {
	c := MustFile(t, s)
	newer := Grant("anna", cases.Live, cases.Designated)
	newer.Epoch = 1
	c.Grants = append(c.Grants, newer)
	Must(t, s, func(tx cases.Tx) error { return tx.Put(c) })
	Look(t, s, func(tx cases.Tx) error {
		wraps, err := tx.Wraps(c.ID, "anna")
		if len(wraps) != 2 || !bytes.Equal(wraps[0], newer.Wrap) || !bytes.Equal(wraps[1], c.Grants[0].Wrap) {
			t.Errorf("got %d wraps, or not newest first", len(wraps))
		}
		return err
	})
}

// deletedWrap: the wrap of a revoked grant is gone, and nothing brings it back;
// that there was one stays known.
func deletedWrap(t *testing.T, s cases.Store) {
	c := MustFile(t, s, "anna", "ella")
	c.Grants[0].State, c.Grants[0].Rank = cases.Hidden, cases.Recused
	Must(t, s, func(tx cases.Tx) error { return tx.Put(c) })
	there(t, s, c)
	c.Grants[0].State = cases.Revoked
	Must(t, s, func(tx cases.Tx) error { return tx.Put(c) })
	Look(t, s, func(tx cases.Tx) error {
		got, err := tx.Case(c.ID, "")
		if err == nil && (got.Grants[0].State != cases.Revoked || got.Grants[0].Rank != cases.Recused || got.Grants[0].Holder != "anna") {
			t.Errorf("what is left of the grant: %+v", got.Grants[0])
		}
		return err
	})
	c.Grants[0].State = cases.Live
	Must(t, s, func(tx cases.Tx) error { return tx.Put(c) })
	Look(t, s, func(tx cases.Tx) error {
		for _, who := range []string{"anna", "ella"} {
			wraps, err := tx.Wraps(c.ID, who)
			if err != nil {
				return err
			}
			if (len(wraps) == 0) != (who == "anna") {
				t.Errorf("%s has %d wraps", who, len(wraps))
			}
		}
		return nil
	})
}

// halfNever checks that a caller who overlooks an error stores nothing.
func halfNever(t *testing.T, s cases.Store) {
	c := Case()
	c.Grants[1].Rank = "king"
	err := s.Update(context.Background(), func(tx cases.Tx) error {
		_ = File(tx, c)
		return nil
	})
	if err == nil {
		t.Error("a case with a grant of unknown rank was stored")
	}
	gone(t, s, c)
	CheckLog(t, s)
}
