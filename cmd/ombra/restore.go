package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/age"
	"github.com/spf13/cobra"

	"ombra/cases"
	"ombra/config"
	"ombra/crypto/custody"
)

// restoration is what the command is given, and what becomes of it.
type restoration struct {
	*options

	file, dir, identity string
	leaves              string
	without, word       bool

	cfg    *config.Config // nil until it is known: with DIR it comes from the backup
	second custody.Second
}

func newRestore(o *options) *cobra.Command {
	r := &restoration{options: o}
	cmd := &cobra.Command{
		Use:   "restore FILE [DIR] --identity KEYFILE",
		Short: "Make the office again from a backup",
		Long: `Make the office again from a backup.

Without DIR the data go where the configuration says, which must be empty. With
DIR, an empty folder, they go to DIR/data, and the settings of the backup to
DIR/ombra.toml: for a drill, or a new machine. Nothing is written over, and what
cannot be restored whole leaves nothing behind.

The log is completed from its second place, backup.leaves of the configuration
or --leaves; then a leaf says that the office was restored. Only --without-leaves
goes on without: checkpoints that were published since the backup will then not
fit, for ever.

Nobody may serve the old office any more: two of them would both go on.`,
		Args: cobra.RangeArgs(1, 2),
		RunE: runs(func(ctx context.Context, args []string) error {
			r.file, r.dir = args[0], strings.Join(args[1:], "")
			return r.run(ctx)
		}),
	}
	cmd.Flags().StringVar(&r.identity, "identity", "", "the age identity that opens the backup; - reads standard input")
	cmd.Flags().StringVar(&r.leaves, "leaves", "", "the second place of the log's leaves (default backup.leaves)")
	cmd.Flags().BoolVar(&r.without, "without-leaves", false, "the second place is lost too: go on without")
	cmd.Flags().BoolVar(&r.word, "day-is-right", false, "it is the backup that has a wrong day")
	return cmd
}

func (r *restoration) run(ctx context.Context) error {
	root, data, err := r.target()
	if err != nil {
		return err
	}
	ids, err := r.identities(r.identity)
	if err != nil {
		return err
	}
	return r.into(ctx, root, data, ids)
}

// into makes the office in a place that is known to be empty.
func (r *restoration) into(ctx context.Context, root, data string, ids []age.Identity) error {
	f, err := os.Open(r.file)
	if errors.Is(err, fs.ErrNotExist) {
		return fail("there is no backup at "+r.file, "name a file that ombra backup wrote")
	}
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // only read from
	plain, err := decrypts(f, ids)
	if err != nil {
		return err
	}
	undo := undoes(root)
	u := &unpacking{data: data, now: r.now(), begin: func(m manifest) error { return r.begin(m, data) }}
	if err = u.read(plain); err == nil {
		err = r.complete(ctx, u, root)
	}
	if err != nil {
		return errors.Join(noRoom(err), undo())
	}
	return r.tell(root, u)
}

// unfinished marks a data folder whose restore has not ended. An office with it
// does not open.
const unfinished = "restoring"

// target finds where to restore to: a folder that is empty, or one in which a
// restore was cut short.
func (r *restoration) target() (root, data string, err error) {
	if r.dir == "" {
		if r.cfg, err = r.load(); err != nil {
			return "", "", err
		}
		root, data = r.cfg.Office.Data, r.cfg.Office.Data
	} else {
		if root, err = filepath.Abs(r.dir); err != nil {
			return "", "", err
		}
		data = filepath.Join(root, config.PortableData)
	}
	if _, err := os.Lstat(root); err == nil {
		if err := checkOwner(root); err != nil { // what root makes there would keep the office from starting
			return root, data, err
		}
	}
	if _, err := os.Lstat(filepath.Join(data, unfinished)); err == nil {
		return root, data, clearFolder(root)
	}
	empty, err := isEmpty(root)
	if err == nil && !empty {
		err = fail("there is something in "+root+" already", "name an empty folder; an office is never written over")
	}
	return root, data, err
}

// begin looks at what the backup says of itself, before anything is written.
func (r *restoration) begin(m manifest, data string) error {
	today := cases.DayOf(r.now())
	if r.cfg != nil {
		today = cases.DayOf(r.now().In(r.cfg.Location))
	}
	switch {
	case r.cfg != nil && r.cfg.Office.Origin != m.Origin:
		return refuse("this backup is of another office, "+m.Origin, "name the configuration of that one, or a DIR; nothing was restored")
	case r.cfg != nil && r.cfg.Test != m.Test:
		return refuse("of the backup and the configuration one is for tests and one is not", "name the right configuration, or a DIR; nothing was restored")
	case today.Add(1) < m.Day && !r.word: // another zone may be a day behind
		return fail("the clock is before the day of the backup, "+string(m.Day),
			"set the clock; if the backup was made on a wrong day: --day-is-right; nothing was restored")
	}
	if r.leaves == "" && r.cfg != nil {
		r.leaves = r.cfg.Backup.Leaves
	}
	switch {
	case r.leaves != "" && r.without:
		return usage("--without-leaves, although a second place is named", "leave one of them out")
	case r.leaves == "" && m.Second && !r.without:
		return usage("this office keeps its leaves in a second place, and none is named",
			"--leaves FOLDER; only if it is lost, --without-leaves")
	}
	if err := os.MkdirAll(filepath.Join(data, "files"), 0o700); err != nil {
		return err
	}
	if err := os.Chmod(data, 0o700); err != nil { //nolint:gosec // a folder needs its x bit
		return err
	}
	return create(filepath.Join(data, unfinished), nil, 0o600)
}

// complete makes an office of what was unpacked.
func (r *restoration) complete(ctx context.Context, u *unpacking, root string) error {
	if err := u.whole(); err != nil {
		return err
	}
	if err := r.settings(u, root); err != nil {
		return err
	}
	now := inZone(r.now, r.cfg.Location)
	for name, file := range map[string]string{entryOrigin: "origin", entryLogKey: "log.key"} {
		if err := createPrivate(filepath.Join(u.data, file), u.small[name], now()); err != nil {
			return err
		}
	}
	if strings.TrimSpace(string(u.small[entryOrigin])) != r.cfg.Office.Origin {
		return errDamaged
	}
	of := &office{cfg: r.cfg, now: now}
	err := of.open(ctx)
	if err == nil {
		err = r.restoreLog(ctx, of, u.m)
	}
	if err = errors.Join(err, of.close()); err != nil {
		return err
	}
	if err := errors.Join(syncFolder(filepath.Join(u.data, "files")), syncFolder(u.data), syncFolder(root)); err != nil {
		return err
	}
	return errors.Join(os.Remove(filepath.Join(u.data, unfinished)), settle(u.data, now()))
}

// settings are the configuration's, or with DIR the backup's. The names that
// stand in those are not believed: they are to be the ones beside the file.
func (r *restoration) settings(u *unpacking, root string) (err error) {
	if r.cfg != nil {
		return nil
	}
	file := filepath.Join(root, entryConfig)
	if err := create(file, u.small[entryConfig], 0o600); err != nil {
		return err
	}
	if u.seen[entryForms] {
		if err := create(filepath.Join(root, entryForms), u.small[entryForms], 0o600); err != nil {
			return err
		}
	}
	if r.cfg, err = config.Load(file); err != nil {
		return refuse("the settings in the backup are refused by this version: "+err.Error(),
			"restore without DIR, with a configuration that ombra check accepts; nothing was restored")
	}
	ours := r.cfg.Office.Forms == config.PortableForms || config.Builtin(r.cfg.Office.Forms) != nil
	if !ours || r.cfg.Office.Data != u.data || r.cfg.Office.Origin != u.m.Origin || r.cfg.Test != u.m.Test {
		return errDamaged
	}
	return nil
}
