package sqlite

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"ombra/cases"
	"ombra/cases/storetest"
)

func put(tb testing.TB, s *Shelf, b []byte) string {
	tb.Helper()
	name, err := s.Put(context.Background(), func(w io.Writer) error { _, err := w.Write(b); return err })
	if err != nil {
		tb.Fatal(err)
	}
	return name
}

func files(tb testing.TB, s *Shelf) int {
	tb.Helper()
	list, err := os.ReadDir(s.dir)
	if err != nil {
		tb.Fatal(err)
	}
	return len(list)
}

// TestShelfDates: neither file nor folder says when it was written or read.
func TestShelfDates(t *testing.T) {
	now := time.Date(2026, 11, 23, 13, 37, 42, 0, time.Local)
	s := shelf(t, Options{Now: func() time.Time { return now }})
	name := put(t, s, []byte("sealed"))
	r, err := s.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, r); err != nil {
		t.Fatal(err)
	}
	r.Close()
	for _, path := range []string{filepath.Join(s.dir, name), s.dir} {
		var st unix.Stat_t
		if err := unix.Stat(path, &st); err != nil {
			t.Fatal(err)
		}
		if m := time.Unix(st.Mtim.Unix()); !m.Equal(midnight(now)) {
			t.Errorf("written %v", m)
		}
		if a := time.Unix(st.Atim.Unix()); path != s.dir && !a.Equal(midnight(now)) {
			t.Errorf("read %v", a)
		}
		if path != s.dir && st.Mode&0o777 != 0o600 {
			t.Errorf("mode %o", st.Mode)
		}
	}
}

func TestShelfLeavesNothingHalfDone(t *testing.T) {
	s := shelf(t, Options{})
	_, err := s.Put(context.Background(), func(w io.Writer) error { return errOwn })
	if !errors.Is(err, errOwn) {
		t.Error(err)
	}
	func() {
		defer func() { _ = recover() }()
		_, _ = s.Put(context.Background(), func(w io.Writer) error { panic("x") })
	}()
	ctx, cancel := context.WithCancel(context.Background())
	if _, err = s.Put(ctx, func(w io.Writer) error { cancel(); _, err := w.Write([]byte("x")); return err }); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if n := files(t, s); n != 0 {
		t.Errorf("%d files after failed puts", n)
	}
	// What a crash leaves is swept at the next start; what is not ours stays.
	ours, theirs := filepath.Join(s.dir, unfinished+newName()), filepath.Join(s.dir, "README")
	for _, path := range []string{ours, theirs} {
		if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := OpenShelf(s.dir, Options{}); err != nil {
		t.Fatal(err)
	}
	if n := files(t, s); n != 1 {
		t.Errorf("%d files after opening again, want 1", n)
	}
}

func TestSweep(t *testing.T) {
	s := shelf(t, Options{})
	named, orphan := put(t, s, []byte("a")), put(t, s, []byte("b"))
	s, err := OpenShelf(s.dir, Options{}) // they are of an earlier run now
	if err != nil {
		t.Fatal(err)
	}
	under := put(t, s, []byte("c")) // its row is on the way
	if err := s.Sweep(map[string]bool{named: true}); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{named: true, orphan: false, under: true} {
		r, err := s.Open(name)
		if (err == nil) != want {
			t.Errorf("kept: %v, want %v", err == nil, want)
		}
		if err == nil {
			r.Close()
		}
	}
	s.fresh[under] = time.Now().Add(-2 * young)
	if err := s.Sweep(map[string]bool{named: true}); err != nil || files(t, s) != 1 {
		t.Errorf("%d files, %v", files(t, s), err)
	}
}

func TestShelfRefusedWhenOpenToOthers(t *testing.T) {
	s := shelf(t, Options{})
	if err := os.Chmod(s.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenShelf(s.dir, Options{Create: true}); err == nil {
		t.Error("opened")
	}
}

// TestReserve: below the reserve attachments are refused, and words still fit.
func TestReserve(t *testing.T) {
	db, s := fresh(t), shelf(t, Options{Reserve: 1 << 60})
	_, err := s.Put(context.Background(), func(io.Writer) error { t.Error("it was read"); return nil })
	if !errors.Is(err, cases.ErrFull) {
		t.Errorf("got %v, want ErrFull", err)
	}
	storetest.MustFile(t, db)
	// The reserve may be reached while a file is written, too.
	s = shelf(t, Options{Reserve: 1})
	_, err = s.Put(context.Background(), func(w io.Writer) error {
		s.o.Reserve = 1 << 60
		_, err := w.Write(make([]byte, checkEvery+1))
		return err
	})
	if !errors.Is(err, cases.ErrFull) || files(t, s) != 0 {
		t.Errorf("got %v and %d files, want ErrFull and none", err, files(t, s))
	}
}

// TestFullDisk fills a small file system: attachments first, then filings. All
// that was accepted is there, what was not was called ErrFull, and once there
// is room again all goes on.
func TestFullDisk(t *testing.T) {
	dir := folder(t)
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=6m,mode=0700"); err != nil {
		t.Skip("needs the right to mount a file system")
	}
	t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
	db := open(t, filepath.Join(dir, "ombra.db"), Options{})
	s, err := OpenShelf(filepath.Join(dir, "shelf"), Options{Create: true, Reserve: 3 << 20})
	if err != nil {
		t.Fatal(err)
	}
	blob := storetest.Bytes(200_000)
	var names []string
	for err == nil {
		var name string
		if name, err = s.Put(context.Background(), func(w io.Writer) error { _, err := io.Copy(w, bytes.NewReader(blob)); return err }); err == nil {
			names = append(names, name)
		}
	}
	if !errors.Is(err, cases.ErrFull) || len(names) < 5 {
		t.Fatalf("%d attachments, then %v", len(names), err)
	}
	filed := fileUntilFull(t, db)
	t.Logf("%d attachments, then %d filings in the reserve", len(names), len(filed))
	if err := s.Remove(names...); err != nil {
		t.Fatal(err)
	}
	filed = append(filed, storetest.MustFile(t, db))
	for _, c := range filed {
		storetest.Look(t, db, func(x cases.Tx) error { _, err := x.Case(c.ID, "anna"); return err })
	}
	if size := storetest.CheckLog(t, db); size != int64(3*len(filed)) {
		t.Errorf("%d leaves for %d filings", size, len(filed))
	}
}

func fileUntilFull(t *testing.T, db *DB) (filed []*cases.Case) {
	t.Helper()
	for {
		c := storetest.Case()
		err := db.Update(context.Background(), func(x cases.Tx) error { return storetest.File(x, c) })
		if err == nil {
			filed = append(filed, c)
			continue
		}
		if !errors.Is(err, cases.ErrFull) || len(filed) < 20 {
			t.Fatalf("%d filings, then %v", len(filed), err)
		}
		return filed
	}
}
