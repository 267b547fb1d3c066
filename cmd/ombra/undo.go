package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// undoes gives a way to take back what is about to be made in a folder that is
// empty or does not exist, and nothing that was there before. It is asked before
// anything is made.
func undoes(dir string) func() error {
	nothing := func() error { return nil }
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nothing
	}
	if empty, err := isEmpty(dir); err != nil || !empty {
		return nothing
	}
	if _, err := os.Lstat(dir); err == nil {
		return func() error { return clearFolder(dir) }
	}
	// The folders above that are missing are made too.
	first := dir
	for up := filepath.Dir(first); up != first; up = filepath.Dir(up) {
		if _, err := os.Lstat(up); !errors.Is(err, fs.ErrNotExist) {
			break
		}
		first = up
	}
	return func() error { return os.RemoveAll(first) }
}

// clearFolder removes what is in a folder, and leaves the folder.
func clearFolder(dir string) error {
	list, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var errs []error
	for _, e := range list {
		errs = append(errs, os.RemoveAll(filepath.Join(dir, e.Name())))
	}
	return errors.Join(errs...)
}
