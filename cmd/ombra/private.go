package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

const maxPrivate = 1 << 20

// readPrivate reads a small file that only its owner may read. One that others
// can read holds no secret any more, and is refused rather than used.
func readPrivate(path string) ([]byte, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	switch mode := info.Mode(); {
	case !mode.IsRegular() || info.Size() > maxPrivate:
		return nil, fail(path+" is not what it should be", "put back the file from the backup")
	case mode.Perm()&0o077 != 0:
		return nil, fail(fmt.Sprintf("others can read %s (mode %04o)", path, mode.Perm()), "chmod 600 "+path)
	}
	return os.ReadFile(path) //nolint:gosec // the operator or the office names the file
}

// writePrivate puts a file in place whole: a crash leaves the old one or the
// new one. The dates of file and folder say no more than the day: the token keys
// are written when the first form of a day is sealed.
func writePrivate(path string, data []byte, now time.Time) error {
	temp := filepath.Join(filepath.Dir(path), "tmp-"+rand.Text())
	if err := create(temp, data, 0o600); err != nil {
		return err
	}
	if err := errors.Join(midnight(now, temp), os.Rename(temp, path)); err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	return settle(filepath.Dir(path), now)
}

// createPrivate makes a file that must not exist yet.
func createPrivate(path string, data []byte, now time.Time) error {
	if err := create(path, data, 0o600); err != nil {
		return err
	}
	return errors.Join(midnight(now, path), settle(filepath.Dir(path), now))
}

// create writes a new file and syncs it. What could not be written whole is
// taken away again.
func create(path string, data []byte, mode fs.FileMode) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode) //nolint:gosec // the operator or the office names the file
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	// Not left to the umask, which only takes away.
	if err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

// settle makes the names in a folder last.
func settle(dir string, now time.Time) error {
	f, err := os.Open(dir) //nolint:gosec // the operator or the office names the file
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close(), midnight(now, dir))
}

// midnight dates files to the day.
func midnight(now time.Time, paths ...string) error {
	y, m, d := now.Date()
	day := time.Date(y, m, d, 0, 0, 0, 0, now.Location())
	var errs []error
	for _, p := range paths {
		errs = append(errs, os.Chtimes(p, day, day))
	}
	return errors.Join(errs...)
}

// isEmpty reports whether a folder has nothing in it; one that does not exist
// has nothing.
func isEmpty(dir string) (bool, error) {
	f, err := os.Open(dir) //nolint:gosec // the operator or the office names the file
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	defer func() { _ = f.Close() }()
	_, err = f.Readdirnames(1)
	if errors.Is(err, io.EOF) {
		return true, nil
	}
	return false, err
}
