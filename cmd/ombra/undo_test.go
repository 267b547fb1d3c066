package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestUndo takes back what was made since, and nothing that was there.
func TestUndo(t *testing.T) {
	top := t.TempDir()
	for _, dir := range []string{"here", "full"} {
		if err := os.Mkdir(filepath.Join(top, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(top, "full", "mine"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for dir, left := range map[string]string{"new/a/b": "", "here": "here", "here/new": "here", "full": "full/made"} {
		undo := undoes(filepath.Join(top, dir))
		made := filepath.Join(top, dir, "made")
		if err := os.MkdirAll(made, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := undo(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(made); errors.Is(err, fs.ErrNotExist) == (dir == "full") {
			t.Errorf("%s: %v", dir, err)
		}
		first, _, _ := strings.Cut(dir, "/")
		if _, err := os.Stat(filepath.Join(top, first)); (err == nil) != (left != "") {
			t.Errorf("%s: %v", first, err)
		}
	}
}

// TestInitLeavesNothing: what keeps the configuration from being written keeps
// no half office.
func TestInitLeavesNothing(t *testing.T) {
	cfg := mustConfig(t)
	dir := filepath.Join(t.TempDir(), "office")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	cfg.Office.Data = "data"
	s := &setup{options: &options{now: testNow}}
	if err := s.create(t.Context(), dir, filepath.Join(dir, "missing", "ombra.toml"), cfg); err == nil {
		t.Fatal("the control: it was made")
	}
	if empty, err := isEmpty(dir); err != nil || !empty {
		t.Errorf("something is left: %v", err)
	}
}

// TestFullDiskSaysWhatToDo: the path alone would not.
func TestFullDiskSaysWhatToDo(t *testing.T) {
	var f *failure
	err := classify(fmt.Errorf("write: %w", &fs.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}))
	if !errors.As(err, &f) || !strings.Contains(f.hint, "make room") {
		t.Errorf("%v", err)
	}
}
