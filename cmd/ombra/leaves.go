package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"ombra/cases"
	"ombra/crypto/custody"
)

// copyLeaves brings the second place of the log up to the last checkpoint. It
// goes there without openings: leaves say a day and a padded count, which the
// published checkpoints say too, so the second place may be with somebody else.
// What it appended is synced; what a crash tore is cut off and appended again.
func (o *office) copyLeaves(ctx context.Context) error {
	dir := o.cfg.Backup.Leaves
	if dir == "" {
		return nil
	}
	o.second.Lock()
	defer o.second.Unlock()
	all, err := o.toCopy(ctx)
	if err != nil || len(all) == 0 {
		return err
	}
	if err := os.MkdirAll(filepath.Join(dir, custody.FolderSigned), 0o700); err != nil {
		return err
	}
	if err := o.sameLog(dir); err != nil {
		return err
	}
	last := all[len(all)-1]
	if err := o.appendLeaves(ctx, filepath.Join(dir, custody.FileLeaves), last.Size); err != nil {
		return err
	}
	for _, c := range all {
		if err := o.addOnce(filepath.Join(dir, custody.FolderSigned, string(c.Day)+custody.SuffixSigned), c.Note); err != nil {
			return err
		}
	}
	if err := errors.Join(syncFolder(filepath.Join(dir, custody.FolderSigned)), syncFolder(dir)); err != nil {
		return err
	}
	return o.setDone(ctx, jobLeaves, last.Day)
}

// toCopy lists the checkpoints, if the last one's leaves are not there yet.
func (o *office) toCopy(ctx context.Context) (all []cases.Checkpoint, err error) {
	err = o.db.View(ctx, func(tx cases.Tx) error {
		done, err := tx.Done(jobLeaves)
		signed, err2 := tx.Done("checkpoint")
		if err = errors.Join(err, err2); err == nil && done != signed {
			all, err = tx.Checkpoints(-1)
		}
		return err
	})
	return all, err
}

var errOtherLog = fail("the second place of the leaves holds another log, or another history of this one",
	"keep it as it is, and set backup.leaves to an empty folder")

// sameLog compares the key, or notes it where nothing is yet.
func (o *office) sameLog(dir string) error {
	name := filepath.Join(dir, custody.FileVerifier)
	text, err := os.ReadFile(name) //nolint:gosec // in the folder that the operator names
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return o.addOnce(name, []byte(o.logKey.Verifier()+"\n"))
	case err == nil && strings.TrimSpace(string(text)) != o.logKey.Verifier():
		return errOtherLog
	}
	return err
}

// addOnce puts a file in place that is not there yet.
func (o *office) addOnce(name string, text []byte) error {
	if _, err := os.Lstat(name); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return errors.Join(replace(name, text, 0o600), midnight(o.now(), name))
}

func (o *office) appendLeaves(ctx context.Context, name string, size int64) (err error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // in the folder that the operator names
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close(), midnight(o.now(), name)) }()
	have, err := o.agreed(ctx, f, size)
	if err != nil {
		return err
	}
	if err := f.Truncate(have * int64(custody.LeafLine)); err != nil {
		return err
	}
	if _, err := f.Seek(0, io.SeekEnd); err != nil {
		return err
	}
	for from := have; from < size; from += 1000 {
		var text []byte
		err := o.db.View(ctx, func(tx cases.Tx) error {
			leaves, err := tx.Leaves(from, min(size, from+1000))
			for _, l := range leaves {
				text = append(append(text, l.Leaf...), '\n')
			}
			return err
		})
		if err != nil {
			return err
		}
		if _, err := f.Write(text); err != nil {
			return err
		}
	}
	return f.Sync()
}

// agreed counts the whole lines that are there, and makes sure that the last of
// them is this log's. Commitments are random, so no other history has it.
func (o *office) agreed(ctx context.Context, f *os.File, size int64) (have int64, err error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	have = info.Size() / int64(custody.LeafLine)
	if have == 0 {
		return 0, nil
	}
	if have > size {
		return 0, errOtherLog
	}
	line := make([]byte, custody.LeafLine)
	if _, err := f.ReadAt(line, (have-1)*int64(custody.LeafLine)); err != nil {
		return 0, err
	}
	return have, o.db.View(ctx, func(tx cases.Tx) error {
		leaves, err := tx.Leaves(have-1, have)
		if err == nil && (len(leaves) != 1 || !bytes.Equal(append(leaves[0].Leaf, '\n'), line)) {
			err = errOtherLog
		}
		return err
	})
}

// leavesEvery is how often it is looked whether there is a new checkpoint.
const leavesEvery = 10 * time.Second

// keepLeaves is a part of the server of its own: a folder on another machine may
// hang, and must hold up nothing else.
func (s *server) keepLeaves(ctx context.Context) error {
	tick := time.NewTicker(leavesEvery)
	defer tick.Stop()
	for {
		if err := s.copyLeaves(ctx); err != nil && ctx.Err() == nil {
			s.jobFailed(partLeaves, err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
