package main

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"ombra/crypto/custody"
)

func newLog(d *desk) *cobra.Command {
	return group("log", "Verify the custody log", newLogVerify(d))
}

func newLogVerify(d *desk) *cobra.Command {
	var seen []string
	cmd := &cobra.Command{
		Use:   "verify DIR",
		Short: "Recompute an auditor bundle and name the first break",
		Long: `Recompute an auditor bundle and name the first break.

Whoever holds the log's key can rewrite the whole log and sign it anew. So compare
with checkpoints that were seen elsewhere: those named with --checkpoint, and the
last one in the papers read on this machine, which is compared by itself.`,
		Args: needs("DIR"),
		RunE: runs(func(args []string) error { return d.logVerify(args[0], seen) }),
	}
	cmd.Flags().StringArrayVar(&seen, "checkpoint", nil, "a checkpoint that was seen elsewhere; may be repeated")
	return cmd
}

// verified is what is reported of a log that holds.
type verified struct {
	Origin      string             `json:"origin"`
	Key         string             `json:"key_fingerprint"`
	Leaves      int64              `json:"leaves"`
	Signed      int64              `json:"signed"`
	Checkpoints int                `json:"checkpoints"`
	Opened      int64              `json:"opened"`
	Shredded    int64              `json:"shredded"`
	Lost        int64              `json:"lost"`
	Restored    []custody.Restored `json:"restored"`
	First       string             `json:"first_day"`
	Last        string             `json:"last_day"`
	Acts        map[string]int64   `json:"acts"`
	Compared    int                `json:"compared"`
}

func (d *desk) logVerify(dir string, seen []string) error {
	if info, err := os.Stat(dir); err != nil || !info.IsDir() { //nolint:gosec // the user names the folder
		return fail("there is no such folder", "unpack the auditor bundle first, and name its folder")
	}
	r, err := custody.Verify(os.DirFS(dir))
	var broken *custody.Break
	switch {
	case errors.As(err, &broken):
		return err
	case err != nil: // nothing was compared yet: it lacks a part
		return fail(strings.TrimPrefix(err.Error(), "custody: "), "name the whole folder that ombra log export wrote")
	}
	vkey, err := os.ReadFile(filepath.Join(dir, custody.FileVerifier)) //nolint:gosec // the user names the folder
	if err != nil {
		return err
	}
	verifier := string(bytes.TrimSpace(vkey))
	compared, err := d.compare(dir, verifier, r, seen)
	if err != nil {
		return err
	}
	v := verified{r.Origin, fingerprint(verifier), r.Leaves, r.Signed, r.Checkpoints, r.Opened, r.Shredded, r.Lost, r.Restored, r.First, r.Last, r.Acts, compared}
	if d.json {
		return d.writeJSON(v)
	}
	d.say("The log of %s holds: %d leaves from %s to %s, %d of them under %d checkpoints; %d open, %d shredded.\n",
		v.Origin, v.Leaves, v.First, v.Last, v.Signed, v.Checkpoints, v.Opened, v.Shredded)
	for _, act := range slices.Sorted(maps.Keys(v.Acts)) {
		d.say("  %-14s %d\n", act, v.Acts[act])
	}
	for _, at := range v.Restored {
		d.say("Restored on %s from the backup of %s, as leaf %d says. %s\n", at.Day, at.Backup, at.Leaf, map[bool]string{
			true:  "What the leaves between them committed to is lost; no leaf is.",
			false: "The leaves between them are lost: no checkpoint from in between fits.",
		}[at.Kept])
	}
	d.say("Log key %s. Compared with %d checkpoints from elsewhere.\n", v.Key, v.Compared)
	return nil
}

// compare holds the bundle to what was seen outside it.
func (d *desk) compare(dir, verifier string, r custody.Report, seen []string) (int, error) {
	var outside [][]byte
	for _, name := range seen {
		msg, err := d.readNote(name)
		if err != nil {
			return 0, err
		}
		outside = append(outside, msg)
	}
	pins, err := d.office(r.Origin).pins()
	if err != nil {
		return 0, err
	}
	if pins.LogVerifier != "" && pins.LogVerifier != verifier {
		return 0, refuse("this bundle is of a log with another key than the pinned one", "ask the office in person")
	}
	if pins.LastSize > 0 {
		outside = append(outside, pins.LastCheckpoint)
	}
	leaves, err := os.ReadFile(filepath.Join(dir, custody.FileLeaves)) //nolint:gosec // the user names the folder
	if err != nil {
		return 0, err
	}
	var tree custody.Memory
	for line := range bytes.SplitSeq(bytes.TrimSuffix(leaves, []byte("\n")), []byte("\n")) {
		tree.Append(line)
	}
	for _, msg := range outside {
		if err := matches(&tree, verifier, msg, r); err != nil {
			return 0, err
		}
	}
	return len(outside), nil
}

func matches(tree *custody.Memory, verifier string, msg []byte, r custody.Report) error {
	c, err := custody.OpenCheckpoint(msg, verifier)
	if err != nil {
		return refuse("a checkpoint from elsewhere is not signed by this log", "check that it belongs to this office")
	}
	root, err := custody.Root(min(c.Size, tree.Size()), tree)
	fits := err == nil && root == c.Root && c.Size <= tree.Size()
	if at, ok := r.BrokenBy(c.Size); ok && !fits {
		return refuse(fmt.Sprintf("the log was restored from the backup of %s without the leaves after it: a checkpoint seen elsewhere knows %d leaves, and from leaf %d on they are others",
			at.Backup, c.Size, at.Leaf), "this one break is what a lost disk leaves; ask what was lost, and keep the checkpoint")
	}
	if c.Size > tree.Size() {
		return refuse("the bundle is shorter than a checkpoint seen elsewhere", "ask for the whole log; if there is none, entries were taken out")
	}
	if !fits {
		return refuse("the bundle's history is another than a checkpoint seen elsewhere shows", "keep both: the log was rewritten")
	}
	return nil
}
