package main

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"time"

	"ombra/cases"
	"ombra/cases/sqlite"
	"ombra/config"
	"ombra/crypto"
)

// A backup is a tar in an age file to one recipient, so that stock tools open it
// too. Its entries, in this order, dated to the day and padded like everything
// else that lies about:
//
//	ombra-backup   JSON: what this is (manifest)
//	origin, log.key
//	ombra.toml     the settings in use, and forms.toml if the questions are the office's own
//	ombra.db       the database, written anew
//	files/<32 hex> what is too large for it
//	padding        zeros
//
// What opens files on their way in (keys/) is never in it: it has to die, also
// for whoever finds an old backup.
const (
	entryManifest = "ombra-backup"
	entryOrigin   = "origin"
	entryLogKey   = "log.key"
	entryConfig   = config.PortableFile
	entryForms    = config.PortableForms
	entryDatabase = "ombra.db"
	entryFiles    = "files/"
	entryPadding  = "padding"
)

const backupFormat = "ombra-backup/1"

// A manifest says what is in a backup. A reader refuses a key that it does not
// know, and another format.
type manifest struct {
	Format string    `json:"format"`
	Origin string    `json:"origin"`
	Test   bool      `json:"test"`
	Day    cases.Day `json:"day"`
	Schema int       `json:"schema"`
	Leaves int64     `json:"leaves"` // of the log
	Files  int       `json:"files"`
	Second bool      `json:"second"` // whether leaves have a second place
}

// An archive writes the tar.
type archive struct {
	ctx context.Context
	tar *tar.Writer
	out *counted
	day time.Time
}

// counted counts what passes, and stops when nobody waits any more.
type counted struct {
	ctx context.Context
	w   io.Writer
	n   int64
}

func (c *counted) Write(b []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := c.w.Write(b)
	c.n += int64(n)
	return n, err
}

// seal writes the backup, with the database from a copy of it.
func (o *office) seal(ctx context.Context, w io.Writer, to crypto.Recipient, copied string, c sqlite.Copy) error {
	sealed, err := crypto.EncryptTo(w, to)
	if err != nil {
		return err
	}
	out := &counted{ctx: ctx, w: sealed}
	a := &archive{ctx: ctx, tar: tar.NewWriter(out), out: out, day: o.now()}
	if err := o.fill(a, copied, c); err != nil {
		return err
	}
	if err := a.finish(); err != nil {
		return err
	}
	return sealed.Close()
}

func (o *office) fill(a *archive, copied string, c sqlite.Copy) error {
	head, err := json.Marshal(manifest{
		Format: backupFormat, Origin: o.cfg.Office.Origin, Test: o.cfg.Test, Day: o.service.Today(), Schema: c.Schema,
		Leaves: c.Leaves, Files: len(c.Shelved), Second: o.cfg.Backup.Leaves != "",
	})
	if err != nil {
		return err
	}
	text, forms := o.cfg.Portable()
	for _, e := range []struct {
		name string
		text []byte
	}{
		{entryManifest, head},
		{entryOrigin, []byte(o.cfg.Office.Origin + "\n")},
		{entryLogKey, []byte(o.logKey.Reveal() + "\n")},
		{entryConfig, []byte(text)},
		{entryForms, forms},
	} {
		if e.text == nil {
			continue
		}
		if err := a.add(e.name, int64(len(e.text)), bytes.NewReader(e.text)); err != nil {
			return err
		}
	}
	db, err := os.Open(copied) //nolint:gosec // a name of ours in the office's folder
	if err != nil {
		return err
	}
	if err := a.file(entryDatabase, db); err != nil {
		return err
	}
	for _, name := range c.Shelved {
		f, err := o.shelf.Open(name)
		if cases.KindOf(err) == cases.NotFound {
			return fail("a case was deleted while the backup was made", "ombra backup again")
		}
		if err != nil {
			return err
		}
		if err := a.file(entryFiles+name, f); err != nil {
			return err
		}
	}
	return nil
}

// file adds what lies on disk, and closes it.
func (a *archive) file(name string, f io.ReadCloser) (err error) {
	defer func() { err = errors.Join(err, f.Close()) }()
	sized, ok := f.(interface{ Stat() (fs.FileInfo, error) })
	if !ok {
		return errors.New("backup: a file without a size")
	}
	info, err := sized.Stat()
	if err != nil {
		return err
	}
	return a.add(name, info.Size(), f)
}

func (a *archive) add(name string, size int64, r io.Reader) error {
	y, m, d := a.day.Date()
	h := &tar.Header{
		Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o600, ModTime: time.Date(y, m, d, 0, 0, 0, 0, time.UTC), Format: tar.FormatPAX,
	}
	if err := a.tar.WriteHeader(h); err != nil {
		return err
	}
	n, err := io.Copy(a.tar, r)
	if err == nil && n != size {
		err = io.ErrUnexpectedEOF
	}
	return err
}

const tarBlock = 512

// finish pads the whole to a bucket, so that a row of backups does not tell
// whoever keeps them how much came in on which day.
func (a *archive) finish() error {
	if err := a.tar.Flush(); err != nil {
		return err
	}
	// The header of the padding and the end take three blocks; PAX has no
	// record for so small a file. A bucket is a number of whole blocks.
	total := a.out.n + 3*tarBlock
	pad := crypto.Bucket(total) - total
	if err := a.add(entryPadding, pad, io.LimitReader(zeros{}, pad)); err != nil {
		return err
	}
	return a.tar.Close()
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}
