package sqlite

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"ombra/cases"
	"ombra/cases/storetest"
)

// TestCopy copies while others file. The copy is whole, closed, and has nothing
// of what was deleted.
func TestCopy(t *testing.T) {
	db := fresh(t)
	for range 20 {
		storetest.MustFile(t, db)
	}
	canary := storetest.Bytes(64)
	storetest.Must(t, db, func(x cases.Tx) error {
		return x.(*tx).write(`INSERT INTO log_checkpoint (day, size, note) VALUES ('2026-11-23', 0, ?)`, canary)
	})
	storetest.Must(t, db, func(x cases.Tx) error { return x.(*tx).write(`DELETE FROM log_checkpoint`) })
	var wg sync.WaitGroup
	wg.Go(func() {
		for range 50 {
			storetest.MustFile(t, db)
		}
	})
	to := filepath.Join(filepath.Dir(db.path), "copy")
	found, err := db.Copy(t.Context(), to)
	wg.Wait()
	if err != nil || found.Leaves < 60 || found.Leaves > 210 || found.Leaves%3 != 0 || found.Schema < 1 {
		t.Fatalf("%+v, %v", found, err)
	}
	info, err := os.Stat(to)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if text, err := os.ReadFile(to); err != nil || string(text[:6]) != "SQLite" || bytes.Contains(text, canary) {
		t.Errorf("the copy is not clean: %v", err)
	}
	if again, err := Inspect(to); err != nil || again.Leaves != found.Leaves {
		t.Errorf("%+v, %v", again, err)
	}
	if left, err := filepath.Glob(to + "?*"); err != nil || len(left) > 0 {
		t.Errorf("beside it is %v, %v", left, err)
	}
	if _, err := db.Copy(t.Context(), to); err == nil {
		t.Error("a file was written over")
	}
	back := open(t, to, Options{})
	if size := storetest.CheckLog(t, back); size != found.Leaves {
		t.Errorf("%d leaves", size)
	}
	storetest.MustFile(t, back)
}

// TestInspectRefuses what is no database of ours, is damaged, or would run code.
func TestInspectRefuses(t *testing.T) {
	db := fresh(t)
	for range 10 {
		storetest.MustFile(t, db)
	}
	dir := folder(t)
	good := filepath.Join(dir, "good")
	if _, err := db.Copy(t.Context(), good); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name string, text []byte) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	changed := func(name, sql string) string {
		name = write(name, whole)
		c, err := connect(dsn(name, "&_journal_mode=DELETE"))
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(c.script(sql), c.close()); err != nil {
			t.Fatal(err)
		}
		return name
	}
	torn := append([]byte(nil), whole...)
	copy(torn[5*pageSize:], storetest.Bytes(pageSize))
	for name, want := range map[string]error{
		write("empty", nil):                                  ErrDamaged,
		write("text", []byte("not SQLite")):                  ErrDamaged,
		write("cut", whole[:len(whole)/2/pageSize*pageSize]): ErrDamaged,
		write("torn", torn):                                  ErrDamaged,
		changed("other", "PRAGMA application_id = 7"):        ErrDamaged,
		changed("newer", "PRAGMA user_version = 999"):        ErrNewer,
		changed("trigger", "CREATE TRIGGER t AFTER INSERT ON jobs BEGIN DELETE FROM log_open; END"):                          ErrDamaged,
		changed("path", "UPDATE papers SET blob = NULL, shelf = '../../etc/passwd' WHERE id = (SELECT min(id) FROM papers)"): ErrDamaged,
	} {
		if _, err := Inspect(name); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", filepath.Base(name), err, want)
		}
	}
}

// TestCopyOnAFullDisk says so, and what it began is the caller's to take away.
func TestCopyOnAFullDisk(t *testing.T) {
	db := fresh(t)
	for range 30 {
		storetest.MustFile(t, db)
	}
	dir := folder(t)
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=64k,mode=0700"); err != nil {
		t.Skip("needs the right to mount a file system")
	}
	t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
	if _, err := db.Copy(t.Context(), filepath.Join(dir, "copy")); !errors.Is(err, cases.ErrFull) {
		t.Errorf("%v, want ErrFull", err)
	}
}
