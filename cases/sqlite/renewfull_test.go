package sqlite

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"ombra/cases"
	"ombra/cases/storetest"
)

// TestFullDiskDuringRenewal: on a small file system, once refused before it began
// and once in the middle. Filings go on, and it works when there is room.
func TestFullDiskDuringRenewal(t *testing.T) {
	dir := folder(t)
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=8m,mode=0700"); err != nil {
		t.Skip("needs the right to mount a file system")
	}
	t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
	db := open(t, filepath.Join(dir, "ombra.db"), Options{Reserve: 2 << 20})
	kept, canaries := mustShred(t, db)
	if err := db.move(); err != nil {
		t.Fatal(err)
	}
	ballast := filepath.Join(dir, "ballast")
	info, err := os.Stat(db.path)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ reserve, left int64 }{
		{2 << 20, info.Size() + 2<<20 - 100_000}, // it would need some of the reserve
		{-info.Size(), info.Size() / 2},          // others fill the disk after it was asked
	} {
		db.o.Reserve = c.reserve
		mustLeave(t, dir, ballast, c.left)
		if err := db.Erase(t.Context()); !errors.Is(err, cases.ErrFull) {
			t.Fatalf("%d bytes left: %v", c.left, err)
		}
		if _, err := os.Stat(db.fresh()); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the copy is left, %v", err)
		}
		kept = append(kept, storetest.MustFile(t, db))
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if err := db.Erase(t.Context()); err != nil || traces(t, db.path, canaries) != 0 {
		t.Errorf("with room: %v", err)
	}
	mustBeThere(t, db, kept)
}

// mustLeave makes a file so large that so much room is left.
func mustLeave(t *testing.T, dir, ballast string, room int64) {
	t.Helper()
	if err := os.Remove(ballast); err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		t.Fatal(err)
	}
	free := int64(st.Bavail) * st.Bsize
	if free <= room {
		t.Fatalf("%d bytes are free, fewer than %d", free, room)
	}
	if err := os.WriteFile(ballast, make([]byte, free-room), 0o600); err != nil {
		t.Fatal(err)
	}
}
