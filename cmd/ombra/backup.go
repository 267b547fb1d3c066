package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"ombra/cases"
	"ombra/crypto"
)

func newBackup(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "backup [DIR]",
		Short: "Write the whole office into one age file to the backup recipient",
		Long: `Write the whole office into one age file to the backup recipient.

It goes to DIR, or to backup.folder of the configuration, under the office's
origin and the day; a second one on a day replaces the first. In it are the
database, the attachments, the origin, the log key and the settings, among them
the ombudsmen's accounts. Not in it are the keys of form state and the transport
identities, which die so that old files stay closed.

It may run while the office is served; the server writes it then, so DIR must be
a place where the server may write. Backups of the same office in DIR that are
older than backup.keep_days are removed: what the office deletes lives on in them.`,
		Args: cobra.MaximumNArgs(1),
		RunE: runs(func(ctx context.Context, args []string) error { return o.backup(ctx, strings.Join(args, "")) }),
	}
}

// backupTo is what the command backup takes.
type backupTo struct {
	Folder string `json:"folder"` // absolute; empty: the configuration's
}

type backedUp struct {
	File    string    `json:"file"`
	Size    int64     `json:"size"`
	Day     cases.Day `json:"day"`
	Leaves  int64     `json:"leaves"`
	Files   int       `json:"files"`
	Removed int       `json:"removed"` // older ones
}

func (o *options) backup(ctx context.Context, folder string) error {
	var err error
	if folder != "" {
		if folder, err = filepath.Abs(folder); err != nil {
			return err
		}
	}
	var done backedUp
	if err := o.ask(ctx, "backup", backupTo{folder}, &done); err != nil {
		return err
	}
	if o.json {
		return o.writeJSON(done)
	}
	o.say("%s\n", done.File)
	o.note("%d entries of the log and %d attachments. Read back and compared; whether it opens only a restore shows:\n"+
		"try it elsewhere with ombra restore %s DIR --identity KEYFILE\n", done.Leaves, done.Files, done.File)
	if done.Removed > 0 {
		o.note("%d older backups were removed.\n", done.Removed)
	}
	return nil
}

// copyName is the database's copy while a backup is made. What a crash leaves
// of it goes with the next start or backup.
const copyName = "backup.tmp"

// backup is done for whoever has the office open.
func (o *office) backup(ctx context.Context, to backupTo) (done backedUp, err error) {
	if o.cfg.Backup.Recipient == "" {
		return done, fail("no backup recipient is configured",
			"on another machine: age-keygen -pq -o backup.key; its public key goes under [backup] as recipient")
	}
	recipient, err := crypto.ParseRecipient(o.cfg.Backup.Recipient)
	if err != nil {
		return done, err
	}
	if to.Folder == "" {
		to.Folder = o.cfg.Backup.Folder
	}
	if err := o.checkBackupFolder(to.Folder); err != nil {
		return done, err
	}
	copied := path(o.cfg, copyName)
	if err := o.dropCopy(); err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, o.dropCopy()) }()
	c, err := o.db.Copy(ctx, copied)
	if err != nil {
		return done, err
	}
	today := o.service.Today()
	done = backedUp{File: o.backupFile(to.Folder, today), Day: today, Leaves: c.Leaves, Files: len(c.Shelved)}
	done.Size, err = o.place(done.File, func(w io.Writer) error { return o.seal(ctx, w, recipient, copied, c) })
	if err != nil {
		return backedUp{}, err
	}
	done.Removed, err = o.prune(ctx, to.Folder, today)
	return done, errors.Join(err, o.setDone(ctx, jobBackup, today))
}

// dropCopy takes away the copy of the database and what SQLite puts beside it.
func (o *office) dropCopy() error {
	left, err := filepath.Glob(path(o.cfg, copyName) + "*")
	if err != nil {
		return err
	}
	errs := make([]error, 0, len(left))
	for _, name := range left {
		errs = append(errs, os.Remove(name))
	}
	if len(left) > 0 {
		errs = append(errs, midnight(o.now(), o.cfg.Office.Data))
	}
	return errors.Join(errs...)
}

// The names under which jobs of this program note their day.
const (
	jobBackup = "backup"
	jobLeaves = "leaves"
)

func (o *office) setDone(ctx context.Context, job string, day cases.Day) error {
	return o.db.Update(ctx, func(tx cases.Tx) error { return tx.SetDone(job, day) })
}

func (o *office) checkBackupFolder(folder string) error {
	if folder == "" {
		return usage("there is no folder for the backup", "name one: ombra backup DIR, or set backup.folder")
	}
	data, err := filepath.EvalSymlinks(o.cfg.Office.Data)
	if err != nil {
		return err
	}
	to, err := filepath.EvalSymlinks(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return fail("there is no folder "+folder, "make it, with mode 0700, where the user of the service may write")
	}
	if err != nil {
		return err
	}
	if rel, err := filepath.Rel(data, to); err == nil && filepath.IsLocal(rel) {
		return fail("a backup in the data folder is lost with it", "name another folder")
	}
	return nil
}

// backupFile has the same length every day, and tells the origin, which is
// public: two offices may share a folder.
func (o *office) backupFile(folder string, day cases.Day) string {
	return filepath.Join(folder, o.cfg.Office.Origin+"-"+string(day)+backupSuffix)
}

const backupSuffix = ".age"

// place writes a file under a name of its own, reads it back, and only then
// gives it its name.
func (o *office) place(name string, write func(io.Writer) error) (size int64, err error) {
	temp := filepath.Join(filepath.Dir(name), "."+filepath.Base(name)+".part")
	if err := os.Remove(temp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, err
	}
	f, err := os.OpenFile(temp, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // in the folder that the operator names
	if err != nil {
		return 0, err
	}
	kept := false
	defer func() {
		if !kept {
			err = errors.Join(err, os.Remove(temp))
		}
	}()
	sum := sha256.New()
	buffered := bufio.NewWriterSize(f, 1<<20)
	err = write(io.MultiWriter(buffered, sum))
	if err = errors.Join(err, buffered.Flush(), f.Sync(), f.Close()); err != nil {
		return 0, err
	}
	if size, err = readBack(temp, sum.Sum(nil)); err != nil {
		return 0, err
	}
	if err := errors.Join(midnight(o.now(), temp), os.Rename(temp, name)); err != nil {
		return 0, err
	}
	kept = true
	return size, syncFolder(filepath.Dir(name))
}

// readBack is all that can be verified without the identity: that the file holds
// what was written, and is an age file to exactly one recipient.
func readBack(name string, sum []byte) (size int64, err error) {
	f, err := os.Open(name) //nolint:gosec // the file just written
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	h, head := sha256.New(), &bytes.Buffer{}
	r := io.TeeReader(f, h)
	if _, err := io.CopyN(head, r, maxAgeHeader); err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	rest, err := io.Copy(io.Discard, r)
	if err != nil {
		return 0, err
	}
	if !bytes.Equal(h.Sum(nil), sum) || crypto.OneStanza(head.Bytes()) != nil {
		return 0, fail("what was written to "+filepath.Dir(name)+" reads back as something else", "the disk is failing: use another one")
	}
	return int64(head.Len()) + rest, nil
}

const maxAgeHeader = 64 << 10

func syncFolder(dir string) error {
	f, err := os.Open(dir) //nolint:gosec // the operator names the folder
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// prune removes this office's backups that are too old to be kept. Not on the
// word of a clock that may have jumped: two years ahead it would take them all.
func (o *office) prune(ctx context.Context, folder string, today cases.Day) (removed int, err error) {
	var last cases.Day
	err = o.db.View(ctx, func(tx cases.Tx) (err error) {
		last, err = tx.Done("checkpoint")
		return err
	})
	if err != nil || last == "" || last > today || last < today.Add(-2) {
		return 0, err
	}
	list, err := os.ReadDir(folder)
	if err != nil {
		return 0, err
	}
	for _, e := range list {
		day, ok := o.dayOfBackup(e.Name())
		if !ok || !e.Type().IsRegular() || day >= today.Add(-o.cfg.Backup.KeepDays) {
			continue
		}
		if err := os.Remove(filepath.Join(folder, e.Name())); err != nil {
			return removed, fmt.Errorf("remove an old backup: %w", err)
		}
		removed++
	}
	return removed, nil
}

func (o *office) dayOfBackup(name string) (cases.Day, bool) {
	rest, ok := strings.CutPrefix(name, o.cfg.Office.Origin+"-")
	text, isAge := strings.CutSuffix(rest, backupSuffix)
	day := cases.Day(text)
	return day, ok && isAge && len(text) == len("2026-11-23") && cases.DayOf(day.Time()) == day
}
