package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// ErrInUse is answered while another process has the database open.
var ErrInUse = errors.New("sqlite: the database is in use: another ombra has it open; stop it first, or use the command while it serves")

// private refuses a database that others on the machine could read, by its
// folder or its files.
func private(path string, create bool) error {
	if err := closed(filepath.Dir(path), true); err != nil {
		return err
	}
	if err := closed(path, false); create && errors.Is(err, fs.ErrNotExist) {
		// The file that SQLite makes would have a mode of SQLite's.
		f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600) //nolint:gosec // the operator names the database
		if err != nil {
			return fmt.Errorf("sqlite: %w", err)
		}
		return f.Close()
	} else if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("sqlite: there is no database: run ombra init for a new office, ombra restore for one with a backup: %w", err)
	} else if err != nil {
		return err
	}
	for _, end := range []string{"-wal", "-shm", ".lock"} {
		if err := closed(path+end, false); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// closed checks that a file or folder is what it should be and open to its
// owner alone.
func closed(path string, dir bool) error {
	info, err := os.Lstat(path) //nolint:gosec // the operator names the database and the shelf
	if dir {
		info, err = os.Stat(path) //nolint:gosec // the operator names the database and the shelf
	}
	if err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	want := "600"
	if dir {
		want = "700"
	}
	switch mode := info.Mode(); {
	case dir != mode.IsDir() || !dir && !mode.IsRegular():
		return fmt.Errorf("sqlite: %s is not what it should be", path)
	case mode.Perm()&0o077 != 0:
		return fmt.Errorf("sqlite: others can reach %s (mode %04o): run chmod %s on it", path, mode.Perm(), want)
	}
	return nil
}

// lock keeps other processes out, for as long as the file is open. The file
// stays when it is closed: one who removes it lets two in.
func lock(path string) (*os.File, error) {
	f, err := os.OpenFile(path+".lock", os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // the operator names the database
	if err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		_ = f.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, ErrInUse
		}
		return nil, fmt.Errorf("sqlite: lock: %w", err)
	}
	return f, nil
}

// midnight is when the day of a moment began.
func midnight(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, t.Location())
}

// date makes files tell no more than the day they were written.
func date(now time.Time, paths ...string) error {
	var errs []error
	for _, p := range paths {
		if err := os.Chtimes(p, midnight(now), midnight(now)); err != nil {
			errs = append(errs, fmt.Errorf("sqlite: date: %w", bare(err)))
		}
	}
	return errors.Join(errs...)
}
