package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"ombra/cases"
	"ombra/crypto"
	"ombra/crypto/custody"
)

// restoreLog verifies the log, completes it and says so in it.
func (r *restoration) restoreLog(ctx context.Context, of *office, m manifest) error {
	size, err := of.service.VerifyLog(ctx)
	if err != nil {
		return err
	}
	back := cases.Restoration{Backup: min(m.Day, of.service.Today()), Kept: r.leaves != ""}
	if back.Kept {
		if r.second, err = readSecond(r.leaves, of.logKey.Verifier()); err != nil {
			return err
		}
		if back.Leaves, err = of.missing(ctx, size, r.second); err != nil {
			return err
		}
		for _, s := range r.second.Signed {
			back.Checkpoints = append(back.Checkpoints, cases.Checkpoint{Day: cases.Day(s.Day), Size: s.Size, Note: s.Note})
		}
		r.second.Leaves = back.Leaves
	}
	if err := of.service.Restore(ctx, back); err != nil {
		return err
	}
	if _, err := of.service.VerifyLog(ctx); err != nil {
		return err
	}
	return of.setDone(ctx, jobBackup, back.Backup)
}

func readSecond(dir, verifier string) (custody.Second, error) {
	const mend = "name the right folder; only if it is lost, --without-leaves; nothing was restored"
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return custody.Second{}, fail("there is no second place of the leaves at "+dir, mend)
	}
	second, err := custody.ReadSecond(os.DirFS(dir), verifier)
	var broken *custody.Break
	switch {
	case errors.As(err, &broken) && broken.Kind == custody.BreakVerifier:
		return second, refuse("the leaves in the second place are another office's", mend)
	case err != nil:
		return second, refuse("the leaves in the second place cannot be used: "+err.Error(), mend)
	}
	return second, nil
}

// missing gives the leaves that the log does not have. It must be a beginning of
// what the second place holds, or that is another history.
func (o *office) missing(ctx context.Context, size int64, s custody.Second) ([][]byte, error) {
	var tree custody.Memory
	for _, leaf := range s.Leaves[:min(size, int64(len(s.Leaves)))] {
		tree.Append(leaf)
	}
	want, err := custody.Root(tree.Size(), &tree)
	if err != nil {
		return nil, err
	}
	err = o.db.View(ctx, func(tx cases.Tx) error {
		got, err := custody.Root(tree.Size(), tx.Hashes())
		if err == nil && got != want {
			err = refuse("the leaves in the second place are of another history than the backup",
				"keep both, and ask who wrote them; nothing was restored")
		}
		return err
	})
	return s.Leaves[tree.Size():], err
}

// tell says what is there again, what is not, and what is left to do.
func (r *restoration) tell(root string, u *unpacking) error {
	verifier, err := crypto.ParseSigningKey(string(u.small[entryLogKey]))
	if err != nil {
		return err
	}
	key := verifierFingerprint(verifier.Verifier())
	if r.json {
		return r.writeJSON(map[string]any{
			"folder": root, "origin": u.m.Origin, "gone_from": u.m.Day, "log_fingerprint": key, "leaves_kept": r.leaves != "",
			"leaves_put_back": len(r.second.Leaves), "files": u.m.Files,
		})
	}
	r.say("%s\n", root)
	r.note("The office %s is there again, as it was on %s: %d entries of the log, %d attachments.\n"+
		"Compare the log key with what was printed elsewhere: %s\n\n", u.m.Origin, u.m.Day, u.m.Leaves, u.m.Files, key)
	r.note("Gone is what was filed, written, answered or decided on %s after the backup was made, and later. Say so in\n"+
		"public: who filed on %[1]s or later looks with the receipt, and files again what is not found.\n", u.m.Day)
	switch {
	case r.leaves == "":
		r.note("The log goes on from the backup. Checkpoints that were published since do not fit it, and ombra-desk log\n" +
			"verify will say so: this one break stays.\n")
	case len(r.second.Leaves) > 0:
		r.note("%d entries of the log were put back from their second place. What they committed to is gone.\n", len(r.second.Leaves))
	}
	r.note("Cases that were due for deletion by then are deleted. Those that fell due since wait %d days, shown to nobody:\n"+
		"a hold or an appeal that is made again keeps them.\n", cases.RestoredDays)
	r.nextSteps(u)
	return nil
}

func (r *restoration) nextSteps(u *unpacking) {
	c := ""
	if r.dir != "" {
		c = " -c " + filepath.Join(r.dir, entryConfig)
	}
	r.note("What is left:\n")
	if r.dir != "" {
		r.note("  - set backup.folder, backup.leaves and [monitor] in %s: they are left out, for a drill must not reach the real ones\n", filepath.Join(r.dir, entryConfig))
	}
	r.note("  - ombra check%[1]s; it may ask for ombra log checkpoint%[1]s --day-is-right\n"+
		"  - ombra roster list%[1]s: appoint again who was appointed or changed since %[2]s\n"+
		"  - ombra roster publish%[1]s: the key for sealed filings is new, and what was sealed to the old one cannot be opened\n"+
		"  - ombra serve%[1]s, and the old office nowhere\n", c, u.m.Day)
}
