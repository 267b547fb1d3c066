package sqlite

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"ombra/cases"
	"ombra/cases/storetest"
)

// mustShred files cases, shreds the first of them, and returns the rest with
// what is to be found of the first nowhere.
func mustShred(t *testing.T, db *DB) (kept []*cases.Case, canaries [][]byte) {
	t.Helper()
	for range 20 {
		kept = append(kept, storetest.MustFile(t, db))
	}
	gone := kept[0]
	for _, g := range gone.Grants {
		canaries = append(canaries, g.Wrap[:64])
	}
	if traces(t, db.path, canaries) != len(canaries) {
		t.Fatal("the search finds nothing before the shredding either")
	}
	storetest.Must(t, db, func(x cases.Tx) error { _, _, err := x.Shred(gone.ID); return err })
	return kept[1:], canaries
}

func mustBeThere(t *testing.T, db *DB, kept []*cases.Case) {
	t.Helper()
	for _, c := range kept {
		storetest.Look(t, db, func(x cases.Tx) error { _, err := x.Case(c.ID, ""); return err })
	}
	storetest.CheckLog(t, db)
}

// TestKilledBetweenTheSteps keeps what the folder holds at each step of a renewal,
// which is what a kill leaves there, with a filing after each. From every one of
// them an office starts that has all that was filed until then, and nothing that
// was shredded comes back.
func TestKilledBetweenTheSteps(t *testing.T) {
	db := fresh(t)
	kept, canaries := mustShred(t, db)
	filed := map[string]int{}
	var steps []string
	folders := map[string]string{}
	db.step = func(step string) {
		steps = append(steps, step)
		folders[step] = folder(t)
		mustCopyFiles(t, filepath.Dir(db.path), folders[step])
		filed[step] = len(kept)
		if step == "copied" || step == "renewed" { // the others hold the writer
			kept = append(kept, storetest.MustFile(t, db))
		}
	}
	if err := db.Erase(t.Context()); err != nil {
		t.Fatal(err)
	}
	mustBeThere(t, db, kept)
	if n := traces(t, db.path, canaries); n != 0 {
		t.Errorf("%d traces", n)
	}
	if !slices.Equal(steps, []string{"copied", "caught up", "alone", "renamed", "renewed"}) {
		t.Fatalf("steps: %q", steps)
	}
	for _, step := range steps {
		t.Run(step, func(t *testing.T) {
			db := open(t, filepath.Join(folders[step], "ombra.db"), Options{})
			mustBeThere(t, db, kept[:filed[step]])
			storetest.MustFile(t, db)
			if err := db.Erase(t.Context()); err != nil {
				t.Fatal(err)
			}
			if n := traces(t, db.path, canaries); n != 0 {
				t.Errorf("%d traces", n)
			}
			mustBeThere(t, db, kept[:filed[step]])
		})
	}
}

func mustCopyFiles(t *testing.T, from, to string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(to, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			err = os.Chmod(path, 0o600)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestAttackOldFileIsCarved: a thief of the disk looks through the blocks of the
// file that was replaced. A file with another name is its owner's, though.
func TestAttackOldFileIsCarved(t *testing.T) {
	for _, named := range []bool{false, true} {
		t.Run(fmt.Sprint(named), func(t *testing.T) {
			db := fresh(t)
			mustShred(t, db)
			if named {
				if err := os.Link(db.path, filepath.Join(t.TempDir(), "kept.db")); err != nil {
					t.Fatal(err)
				}
			}
			old, err := os.Open(db.path)
			if err != nil {
				t.Fatal(err)
			}
			defer old.Close()
			if err := db.Erase(t.Context()); err != nil {
				t.Fatal(err)
			}
			b, err := io.ReadAll(old)
			if err != nil || len(b) == 0 {
				t.Fatal(len(b), err)
			}
			if zero := len(bytes.Trim(b, "\x00")) == 0; zero == named {
				t.Errorf("the old file is empty: %v", zero)
			}
		})
	}
}

// TestRenewalStops at once, wherever it is, with all in its place.
func TestRenewalStops(t *testing.T) {
	db := fresh(t)
	kept, canaries := mustShred(t, db)
	for _, at := range []string{"copied", "renewed"} {
		ctx, cancel := context.WithCancel(t.Context())
		db.step = func(step string) {
			if step == at {
				cancel()
			}
		}
		if err := db.Erase(ctx); err == nil {
			t.Errorf("%s: it went on", at)
		}
		mustBeThere(t, db, kept)
		kept = append(kept, storetest.MustFile(t, db))
	}
	db.step = nil
	if err := db.Erase(t.Context()); err != nil || traces(t, db.path, canaries) != 0 {
		t.Errorf("not erased the next time: %v", err)
	}
	mustBeThere(t, db, kept)
}

// TestIdleConnectionOutside: an operator's sqlite3 that reads nothing does not keep
// what was deleted in the files, and does not lose a filing when it ends.
func TestIdleConnectionOutside(t *testing.T) {
	db := fresh(t)
	outside, err := connect(readerDSN(db.path))
	if err != nil {
		t.Fatal(err)
	}
	if err := outside.exec("SELECT count(*) FROM sqlite_schema"); err != nil {
		t.Fatal(err)
	}
	kept, canaries := mustShred(t, db)
	if err := db.Erase(t.Context()); err != nil || traces(t, db.path, canaries) != 0 {
		t.Errorf("not erased: %v", err)
	}
	kept = append(kept, storetest.MustFile(t, db))
	if err := outside.close(); err != nil {
		t.Fatal(err)
	}
	kept = append(kept, storetest.MustFile(t, db))
	mustBeThere(t, db, kept)
}

// TestEraseWhileSomebodyReads: short views come all the time; none fails, and
// Erase finds its moment.
func TestEraseWhileSomebodyReads(t *testing.T) {
	db := fresh(t)
	kept, canaries := mustShred(t, db)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	for range 2 * readers {
		go func() {
			for ctx.Err() == nil {
				err := db.View(context.Background(), func(x cases.Tx) error {
					_, err := x.Case(kept[0].ID, "")
					<-time.After(time.Millisecond)
					return err
				})
				if err != nil {
					ended <- err
					return
				}
			}
			ended <- nil
		}()
	}
	if err := db.Erase(t.Context()); err != nil || traces(t, db.path, canaries) != 0 {
		t.Errorf("not erased: %v", err)
	}
	stop()
	for range 2 * readers {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}
