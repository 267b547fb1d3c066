package bottest

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"testing/fstest"

	"ombra/cases"
	"ombra/crypto/custody"
)

// log: the daily checkpoint, and an auditor who believes nothing.
func (w *World) log(ctx context.Context) error {
	if _, err := w.Office.Cases.Checkpoint(ctx, true); err != nil {
		return err
	}
	size, err := w.Office.Cases.VerifyLog(ctx)
	if err != nil {
		return err
	}
	l, err := w.Office.Cases.Log(ctx)
	if err != nil {
		return err
	}
	report, err := custody.Verify(AuditBundle(l))
	if err != nil {
		return err
	}
	if size%8 != 0 {
		return fmt.Errorf("the log shows its size: %d entries", size)
	}
	w.Tell("an auditor", fmt.Sprintf(
		"verifies the log of all acts offline, with no key but the published one: %d entries, %s; none is missing or changed",
		report.Signed, count(len(l.Checkpoints), "signed checkpoint"),
	))
	return nil
}

// AuditBundle writes a log as the files that an auditor gets.
func AuditBundle(l cases.Log) fstest.MapFS {
	var leaves, opened []byte
	files := fstest.MapFS{"vkey": {Data: []byte(l.Verifier + "\n")}}
	for _, leaf := range l.Leaves {
		leaves = append(append(leaves, leaf.Leaf...), '\n')
		if leaf.Details != nil {
			opened = append(opened, custody.OpenedLine(leaf.N, leaf.Nonce, leaf.Details)...)
		}
	}
	files["leaves.jsonl"] = &fstest.MapFile{Data: leaves}
	files["opened.jsonl"] = &fstest.MapFile{Data: opened}
	for _, c := range l.Checkpoints {
		files[fmt.Sprintf("checkpoints/%d.note", c.Size)] = &fstest.MapFile{Data: c.Note}
	}
	return files
}

func keys[V any](m map[string]V) iter.Seq[string] { return maps.Keys(m) }

// count names some things.
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
