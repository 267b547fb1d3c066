package sqlite

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ombra/cases"
	"ombra/cases/storetest"
)

const victim = "OMBRA_SQLITE_VICTIM"

// TestMain turns the test into the process that TestKill kills.
func TestMain(m *testing.M) {
	if dir := os.Getenv(victim); dir != "" {
		_, _ = fmt.Fprintln(os.Stdout, fileForEver(os.Stdout, dir))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// fileForEver files cases with an attachment from several callers and prints
// the id and the shelf name of each that was accepted.
func fileForEver(out io.Writer, dir string) error {
	db, err := Open(filepath.Join(dir, "ombra.db"), Options{Create: true})
	if err != nil {
		return err
	}
	s, err := OpenShelf(filepath.Join(dir, "shelf"), Options{Create: true})
	if err != nil {
		return err
	}
	errs := make(chan error)
	for range 6 {
		go func() {
			for {
				if err := fileOne(out, db, s); err != nil {
					errs <- err
				}
			}
		}()
	}
	go func() {
		for {
			errs <- vacuumOne(db)
		}
	}()
	for {
		if err := <-errs; err != nil {
			return err
		}
	}
}

// vacuumOne rewrites the database beside the filings, so that some kills meet it.
func vacuumOne(db *DB) error {
	ctx, cancel := context.WithTimeout(context.Background(), 500*time.Millisecond)
	defer cancel()
	if err := db.writer.turn(context.Background(), func() error { db.writer.dirty = true; return nil }); err != nil {
		return err
	}
	if err := db.Erase(ctx); err != nil && !errors.Is(err, cases.ErrStillRead) && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}

func fileOne(out io.Writer, db *DB, s *Shelf) error {
	c := storetest.Case()
	name, err := s.Put(context.Background(), func(w io.Writer) error {
		_, err := io.WriteString(w, strings.Repeat(string(c.ID), 10_000))
		return err
	})
	if err != nil {
		return err
	}
	err = db.Update(context.Background(), func(x cases.Tx) error {
		if err := storetest.File(x, c); err != nil {
			return err
		}
		return x.AddPaper(&cases.Paper{Case: c.ID, Kind: cases.PaperFile, Day: storetest.Day, Entry: c.Entry, Shelf: name})
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s %s\n", c.ID, name) // one write
	return err
}

// TestKill kills a process under load again and again. All that it had accepted
// is there, with its attachment whole, and the log verifies.
func TestKill(t *testing.T) {
	dir := folder(t)
	accepted := map[cases.ID]string{}
	for round := range 6 {
		for id, name := range killed(t, dir, time.Duration(60+40*round)*time.Millisecond) {
			accepted[id] = name
		}
		start := time.Now()
		db, s := open(t, filepath.Join(dir, "ombra.db"), Options{}), openShelf(t, filepath.Join(dir, "shelf"))
		if took := time.Since(start); took > time.Second {
			t.Errorf("recovery took %v", took)
		}
		size := storetest.CheckLog(t, db)
		for id, name := range accepted {
			storetest.Look(t, db, func(x cases.Tx) error { _, err := x.Case(id, "anna"); return err })
			checkFile(t, s, id, name)
		}
		var keep map[string]bool
		storetest.Look(t, db, func(x cases.Tx) (err error) { keep, err = x.Shelved(); return err })
		if err := s.Sweep(keep); err != nil {
			t.Fatal(err)
		}
		if left, err := filepath.Glob(filepath.Join(dir, "etilqs_*")); err != nil || len(left) > 0 {
			t.Errorf("VACUUM's draft is left: %d, %v", len(left), err)
		}
		if left, err := filepath.Glob(filepath.Join(dir, "*.fresh*")); err != nil || len(left) > 0 {
			t.Errorf("a copy is left: %d, %v", len(left), err)
		}
		if files(t, s) != len(keep) || int64(len(keep))*3 != size || len(keep) < len(accepted) {
			t.Errorf("%d files, %d named, %d leaves, %d accepted", files(t, s), len(keep), size, len(accepted))
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if len(accepted) == 0 {
		t.Error("nothing was accepted before the kills")
	}
	t.Logf("%d filings accepted", len(accepted))
}

// killed runs the victim, kills it some time after its first filing, and
// returns what it had said it accepted.
func killed(t *testing.T, dir string, after time.Duration) map[cases.ID]string {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), victim+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := map[cases.ID]string{}
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadString('\n')
		if err != nil { // killed; half a line is no promise
			break
		}
		id, name, ok := strings.Cut(strings.TrimSpace(line), " ")
		if _, good := code(cases.ID(id)); !ok || !good {
			t.Errorf("the victim says %q", line)
			break
		}
		if len(said) == 0 {
			time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
		}
		said[cases.ID(id)] = name
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	return said
}

func openShelf(t *testing.T, dir string) *Shelf {
	t.Helper()
	s, err := OpenShelf(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func checkFile(t *testing.T, s *Shelf, id cases.ID, name string) {
	t.Helper()
	r, err := s.Open(name)
	if err != nil {
		t.Error(err)
		return
	}
	defer r.Close()
	if b, err := io.ReadAll(r); err != nil || string(b) != strings.Repeat(string(id), 10_000) {
		t.Errorf("an attachment of %d bytes, %v", len(b), err)
	}
}
