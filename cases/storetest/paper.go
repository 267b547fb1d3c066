package storetest

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"ombra/cases"
)

var paperRules = map[string]func(*testing.T, cases.Store){
	"InOrderByReader": papersByReader,
	"OfUnknownCase":   paperOfUnknown,
	"BlobOrShelf":     blobOrShelf,
	"Unseal":          unseal,
}

func papersByReader(t *testing.T, s cases.Store) {
	c, other := MustFile(t, s), MustFile(t, s)
	answer, file := Paper(c, cases.PaperAnswer, 500), Paper(c, cases.PaperFile, 0)
	answer.For = "receipt-hash"
	file.Shelf, file.Blob, file.Epoch, file.Size = "0123456789abcdef0123456789abcdef", nil, 1, 70000
	Must(t, s, func(tx cases.Tx) error {
		return errors.Join(tx.AddPaper(answer), tx.AddPaper(file), tx.AddPaper(Paper(other, cases.PaperNote, 10)))
	})
	if answer.N <= 1 || file.N <= answer.N {
		t.Errorf("papers numbered %d, %d", answer.N, file.N)
	}
	Look(t, s, func(tx cases.Tx) error {
		list, err := tx.Papers(c.ID, "")
		if err != nil || len(list) != 2 || list[0].Kind != cases.PaperReport || list[1].N != file.N {
			t.Fatalf("papers of the case: %+v, %v", list, err)
		}
		got, want := list[1], *file
		if got.Blob != nil || got.Shelf != want.Shelf || got.Sum != want.Sum || got.Once != want.Once ||
			got.Size != want.Size || got.Epoch != 1 || got.Day != Day || got.Entry != c.Entry || got.Case != c.ID {
			t.Errorf("got %+v, want %+v", got, want)
		}
		list, err = tx.Papers(c.ID, "receipt-hash")
		if err != nil || len(list) != 1 || list[0].N != answer.N || list[0].For != "receipt-hash" {
			t.Errorf("papers of the receipt: %+v, %v", list, err)
		}
		blob, err := tx.Blob(c.ID, answer.N)
		if err != nil || !bytes.Equal(blob, answer.Blob) {
			t.Errorf("the blob differs, or %v", err)
		}
		names, err := tx.Shelved()
		if err != nil || len(names) != 1 || !names[file.Shelf] {
			t.Errorf("on the shelf: %v, %v", names, err)
		}
		noBlob(t, tx, c.ID, file.N, 0, -1, 99, 1<<40)
		noBlob(t, tx, cases.NewID(), answer.N)
		return nil
	})
}

func noBlob(t *testing.T, tx cases.Tx, id cases.ID, ns ...int64) {
	t.Helper()
	for _, n := range ns {
		if _, err := tx.Blob(id, n); cases.KindOf(err) != cases.NotFound {
			t.Errorf("blob %d: %v", n, err)
		}
	}
}

func paperOfUnknown(t *testing.T, s cases.Store) {
	known := MustFile(t, s)
	c := Case()
	c.Entry = known.Entry
	err := s.Update(context.Background(), func(tx cases.Tx) error {
		return tx.AddPaper(Paper(c, cases.PaperNote, 10))
	})
	if cases.KindOf(err) != cases.NotFound {
		t.Errorf("a paper of an unknown case: %v", err)
	}
	Look(t, s, func(tx cases.Tx) error {
		list, err := tx.Papers(c.ID, "")
		if len(list) != 0 {
			t.Error("it is listed")
		}
		return err
	})
}

func blobOrShelf(t *testing.T, s cases.Store) {
	c := MustFile(t, s)
	both, neither, kind := Paper(c, cases.PaperFile, 10), Paper(c, cases.PaperFile, 10), Paper(c, "letter", 10)
	both.Shelf, neither.Blob = "0123456789abcdef0123456789abcdef", nil
	for _, p := range []*cases.Paper{both, neither, kind} {
		if err := s.Update(context.Background(), func(tx cases.Tx) error { return tx.AddPaper(p) }); err == nil {
			t.Errorf("stored a paper with shelf %q, %d bytes, kind %s", p.Shelf, len(p.Blob), p.Kind)
		}
	}
}

// unseal takes the papers of one reader, and nobody else's.
func unseal(t *testing.T, s cases.Store) {
	c, other := MustFile(t, s), MustFile(t, s)
	theirs, hers, another := Paper(c, cases.PaperAnswer, 500), Paper(c, cases.PaperAnswer, 500), Paper(other, cases.PaperAnswer, 500)
	theirs.For, hers.For, another.For = "thief", "owner", "thief"
	Must(t, s, func(tx cases.Tx) error {
		return errors.Join(tx.AddPaper(theirs), tx.AddPaper(hers), tx.AddPaper(another))
	})
	Must(t, s, func(tx cases.Tx) error { return tx.Unseal(c.ID, "thief") })
	Look(t, s, func(tx cases.Tx) error {
		for _, x := range []struct {
			id     cases.ID
			reader string
			want   int
		}{{c.ID, "thief", 0}, {c.ID, "owner", 1}, {c.ID, "", 1}, {other.ID, "thief", 1}} {
			if list, err := tx.Papers(x.id, x.reader); err != nil || len(list) != x.want {
				t.Errorf("%q has %d papers, want %d; %v", x.reader, len(list), x.want, err)
			}
		}
		noBlob(t, tx, c.ID, theirs.N)
		return nil
	})
	if err := s.Update(context.Background(), func(tx cases.Tx) error { return tx.Unseal(c.ID, "") }); err == nil {
		t.Error("a case lost its own papers")
	}
	CheckLog(t, s)
}
