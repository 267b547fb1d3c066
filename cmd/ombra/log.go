package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"ombra/cases"
	"ombra/crypto/custody"
)

func newLog(o *options) *cobra.Command {
	return group("log", "Sign, verify and hand over the custody log",
		newLogCheckpoint(o), newLogVerify(o), newLogExport(o))
}

type checkpoint struct {
	Word bool `json:"word"` // the operator says that the day is right
}

type checkpointed struct {
	New bool `json:"new"` // false: today's was signed before
}

func (o *office) logCheckpoint(ctx context.Context, c checkpoint) (checkpointed, error) {
	done, err := o.service.Checkpoint(ctx, c.Word)
	if err != nil {
		return checkpointed{}, err
	}
	if err := o.copyLeaves(ctx); err != nil {
		return checkpointed{}, fail("signed, but the leaves did not reach their second place: "+classify(err).Error(),
			"ombra check; while the office is served it is tried again and again")
	}
	return checkpointed{done}, nil
}

func newLogCheckpoint(o *options) *cobra.Command {
	var c checkpoint
	cmd := &cobra.Command{
		Use:   "checkpoint",
		Short: "Sign today's size and root of the log, if that was not done yet",
		Long: `Sign today's size and root of the log, if that was not done yet.

An office that is served does so every day by itself. When more than two days have
passed since the last time, nothing happens by itself any more: the clock may have
jumped, and a wrong day would delete, release and announce. If the office was only
switched off for long, say so with --day-is-right.`,
		Args: cobra.NoArgs,
		RunE: runs(func(ctx context.Context, _ []string) error {
			var done checkpointed
			if err := o.ask(ctx, "log.checkpoint", c, &done); err != nil {
				return err
			}
			if o.json {
				return o.writeJSON(done)
			}
			o.say("%s\n", map[bool]string{true: "signed", false: "today's checkpoint was signed before"}[done.New])
			return nil
		}),
	}
	cmd.Flags().BoolVar(&c.Word, "day-is-right", false, "the clock did not jump: the office was switched off")
	return cmd
}

type verified struct {
	Entries int64 `json:"entries"`
}

func (o *office) logVerify(ctx context.Context, _ nothing) (verified, error) {
	size, err := o.service.VerifyLog(ctx)
	return verified{size}, err
}

func newLogVerify(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "verify",
		Short: "Recompute the whole log as it lies on disk",
		Long: `Recompute the whole log as it lies on disk: every entry, every checkpoint.

Whoever holds log.key can rewrite all of it and sign it anew; only checkpoints
that were seen elsewhere show that. So outsiders verify a bundle: ombra log
export, and on their machine ombra-desk log verify.`,
		Args: cobra.NoArgs,
		RunE: runs(func(ctx context.Context, _ []string) error {
			var v verified
			if err := o.ask(ctx, "log.verify", nothing{}, &v); err != nil {
				return err
			}
			if o.json {
				return o.writeJSON(v)
			}
			o.say("the log holds: %d entries\n", v.Entries)
			return nil
		}),
	}
}

// exported is the auditor bundle of package custody: texts by their names.
type exported struct {
	Files   map[string]string `json:"files"`
	Entries int64             `json:"entries"` // of the log, those after the last checkpoint too
}

// logExport gives everything up to the last checkpoint and nothing after it: the
// live end of the log tells how much happened today.
func (o *office) logExport(ctx context.Context, _ nothing) (exported, error) {
	l, err := o.service.Log(ctx)
	if err != nil {
		return exported{}, err
	}
	if len(l.Checkpoints) == 0 {
		return exported{}, fail("there is no checkpoint yet", "ombra log checkpoint")
	}
	last := l.Checkpoints[len(l.Checkpoints)-1]
	if n := len(l.Leaves); n > 0 && l.Leaves[n-1].Details == nil && o.service.Restored().Day >= last.Day {
		// The leaf that says why comes after it: an auditor would find a drop.
		return exported{}, fail("the office was restored, and no checkpoint covers the leaf that says so yet",
			"ombra log checkpoint; if today's was signed before the disk was lost, tomorrow")
	}
	var size int64
	err = o.db.View(ctx, func(tx cases.Tx) (err error) {
		size, err = tx.Size()
		return err
	})
	if err != nil {
		return exported{}, err
	}
	var leaves, opened strings.Builder
	for _, leaf := range l.Leaves {
		leaves.Write(leaf.Leaf)
		leaves.WriteByte('\n')
		if leaf.Details != nil {
			opened.Write(custody.OpenedLine(leaf.N, leaf.Nonce, leaf.Details))
		}
	}
	e := exported{Entries: size, Files: map[string]string{
		custody.FileVerifier: l.Verifier + "\n",
		custody.FileLeaves:   leaves.String(),
		custody.FileOpened:   opened.String(),
	}}
	for _, c := range l.Checkpoints {
		e.Files[custody.FolderSigned+"/"+string(c.Day)+custody.SuffixSigned] = string(c.Note)
	}
	return e, nil
}

func newLogExport(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "export DIR",
		Short: "Write the bundle for an auditor: the log up to the last checkpoint",
		Long: `Write the bundle for an auditor: the log up to the last checkpoint.

It opens every entry: what was done to which case, by which ombudsman, and on which day. No word of
a case is in it. Hand it to auditors only; checkpoints alone may be published.`,
		Args: needs("DIR"),
		RunE: runs(func(ctx context.Context, args []string) error { return o.logExport(ctx, args[0]) }),
	}
}

func (o *options) logExport(ctx context.Context, dir string) error {
	empty, err := isEmpty(dir)
	switch {
	case err != nil:
		return err
	case !empty:
		return fail("there is something in "+dir+" already", "name a folder that does not exist")
	}
	var e exported
	if err := o.ask(ctx, "log.export", nothing{}, &e); err != nil {
		return err
	}
	undo := undoes(dir)
	if err := e.write(dir); err != nil {
		return errors.Join(err, undo()) // half a bundle would be taken for a whole one
	}
	// What an auditor would find is better found here.
	report, err := custody.Verify(os.DirFS(dir))
	if err != nil {
		return err
	}
	if o.json {
		return o.writeJSON(map[string]any{"folder": dir, "entries": report.Leaves, "of": e.Entries, "checkpoints": report.Checkpoints})
	}
	o.say("%s\n", dir)
	o.note("%d of %d entries, %d checkpoints, verified. For auditors: ombra-desk log verify %s\n",
		report.Leaves, e.Entries, report.Checkpoints, dir)
	if e.Entries > report.Leaves {
		o.note("Only what a checkpoint covers is handed over; the others come under the next checkpoint, once a day.\n")
	}
	return nil
}

func (e exported) write(dir string) error {
	if err := os.MkdirAll(filepath.Join(dir, custody.FolderSigned), 0o700); err != nil {
		return err
	}
	for name, text := range e.Files {
		if !filepath.IsLocal(name) {
			return errRequest
		}
		if err := create(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}
