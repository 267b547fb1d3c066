package cases_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"ombra/bot/bottest"
	"ombra/cases"
	"ombra/cases/sqlite"
	"ombra/crypto"
	"ombra/crypto/receipt"
)

func (tr *trial) attached() (receipt.Receipt, []string) {
	tr.Helper()
	f, r := filing("With a picture.")
	f.Files = []cases.Attachment{{Name: "picture", Type: "image/png", Size: 200_000, Open: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(make([]byte, 200_000))), nil
	}}}
	if _, err := tr.Cases.File(tr.Context(), f); err != nil {
		tr.Fatal(err)
	}
	if err := tr.signed(tr.load(r).ID, "anna", draftOf("close")); err != nil {
		tr.Fatal(err)
	}
	names, err := os.ReadDir(filepath.Join(tr.dir, "files"))
	if err != nil || len(names) == 0 {
		tr.Fatalf("nothing on the shelf, %v", err)
	}
	var list []string
	for _, n := range names {
		list = append(list, n.Name())
	}
	return r, list
}

// TestAttackCrashBetweenRowsAndFiles: the rows went and the process died before
func TestAttackCrashBetweenRowsAndFiles(t *testing.T) {
	tr := keeping(t)
	tr.nights(1)
	r, files := tr.attached()
	scanner := tr.know(r)
	tr.off(29)
	tr.Pass(24 * time.Hour)
	shelf := tr.Cases.Shelf
	tr.Cases.Shelf = deadShelf{shelf}
	tr.Cases.Store = deadStore{tr.db}
	for _, j := range tr.Cases.Jobs() {
		_ = j.Do(t.Context()) // a crash: nothing below the rows happens
	}
	if tr.here(r) {
		t.Fatal("the rows are still there")
	}
	if found := tr.scan(scanner); found == "" {
		t.Fatal("the crash left nothing: it came too late")
	}
	tr.start(t)
	tr.Pass(-time.Hour * 3) // not the quiet hour
	tr.jobs()
	if found := tr.scan(scanner); found != "" {
		t.Error(found)
	}
	for _, name := range files {
		if _, err := os.Stat(filepath.Join(tr.dir, "files", name)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("a file is left: %v", err)
		}
	}
}

type deadShelf struct{ cases.Shelf }

func (deadShelf) Remove(...string) error      { return errors.New("dead") }
func (deadShelf) Sweep(map[string]bool) error { return errors.New("dead") }

type deadStore struct{ cases.Store }

func (deadStore) Erase(context.Context) error { return errors.New("dead") }

func (tr *trial) start(t *testing.T) {
	t.Helper()
	if err := tr.db.Close(); err != nil {
		t.Fatal(err)
	}
	var err error
	if tr.db, err = sqlite.Open(filepath.Join(tr.dir, "ombra.db"), sqlite.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tr.db.Close() })
	if tr.Cases.Shelf, err = sqlite.OpenShelf(filepath.Join(tr.dir, "files"), sqlite.Options{}); err != nil {
		t.Fatal(err)
	}
	tr.Cases.Store = tr.db
	tr.restart()
}

func (tr *trial) know(r receipt.Receipt) *bottest.Scanner {
	tr.Helper()
	s := bottest.NewScanner()
	c := tr.load(r)
	s.Know("the case's id", string(c.ID))
	s.KnowBytes("the lookup hash", c.Receipts[0].Lookup[:])
	s.Know("the filer's recipient", c.Receipts[0].Recipient)
	s.Know("the filer's verifier", c.Receipts[0].Verifier)
	s.Know("the case's recipient", c.Keys[0].Recipient)
	err := tr.db.View(tr.Context(), func(tx cases.Tx) error {
		for _, who := range c.Holders() {
			wraps, err := tx.Wraps(c.ID, who)
			if err != nil {
				return err
			}
			for _, w := range wraps {
				s.KnowBytes("a wrap", w[:64])
				s.KnowBytes("a wrap's end", w[len(w)-64:])
			}
		}
		for _, reader := range []string{"", crypto.FilerHash(c.Receipts[0].Recipient, c.Receipts[0].Verifier)} {
			list, err := tx.Papers(c.ID, reader)
			if err != nil {
				return err
			}
			for _, p := range list {
				s.KnowBytes("a paper's hash", p.Sum[:])
				if p.Shelf != "" {
					s.Know("a file's name", p.Shelf)
					continue
				}
				blob, err := tx.Blob(c.ID, p.N)
				if err != nil {
					return err
				}
				s.KnowBytes("a paper", blob[:64])
				s.KnowBytes("a paper's end", blob[len(blob)-64:])
			}
		}
		leaves, err := tx.Leaves(c.Entry, c.Entry+3)
		for _, l := range leaves {
			s.KnowBytes("a nonce", l.Nonce[:])
			s.KnowBytes("a once", l.Once[:])
		}
		return err
	})
	if err != nil {
		tr.Fatal(err)
	}
	return s
}

func (tr *trial) scan(s *bottest.Scanner) string {
	tr.Helper()
	found, err := s.Folder(tr.dir)
	if err != nil {
		tr.Fatal(err)
	}
	return bottest.Lines(found)
}

// TestShreddingLeavesNothing: what was stored of a case is in no file of the data
func TestShreddingLeavesNothing(t *testing.T) {
	tr := keeping(t)
	tr.nights(1)
	var stays []receipt.Receipt
	for range 10 {
		r, _ := tr.file()
		stays = append(stays, r)
	}
	r, _ := tr.attached()
	scanner := tr.know(r)
	if tr.scan(scanner) == "" {
		t.Fatal("the scan finds nothing before either")
	}
	tr.off(29)
	reading, end := make(chan bool), make(chan bool)
	go func() {
		_ = tr.db.View(context.Background(), func(tx cases.Tx) error {
			_, err := tx.Size()
			close(reading)
			<-end
			return err
		})
	}()
	<-reading
	tr.Pass(24 * time.Hour)
	failed := ""
	for _, j := range tr.Cases.Jobs() {
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		if err := j.Do(ctx); err != nil {
			failed += j.Name
		}
		cancel()
	}
	if tr.here(r) || failed != "traces" || tr.scan(scanner) == "" {
		t.Errorf("under a reader failed %q", failed)
	}
	close(end)
	tr.jobs()
	if found := tr.scan(scanner); found != "" {
		t.Error(found)
	}
	for _, r := range stays {
		if !tr.here(r) {
			t.Error("another case is gone")
		}
	}
	tr.audit()
}
