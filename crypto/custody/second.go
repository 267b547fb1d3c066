package custody

import (
	"bytes"
	"io/fs"
	"path"
	"strings"
)

// The second place of a log is an auditor bundle without openings, to which
// leaves are appended with each checkpoint: enough to put back what a backup
// lacks, and nothing that a reader could open.

// LeafLine is the length of a leaf with its line end: every leaf has the same.
const LeafLine = len(`{"v":1,"day":"2026-11-23","c":"w3K9tLZiQs7/rsW9M7B/KVilSTvGDrVawi7ylWny8t8="}`) + 1

// A Second is what a second place holds, as far as checkpoints cover it.
type Second struct {
	Leaves [][]byte
	Signed []SignedDay // by size
}

// A SignedDay is a checkpoint with the day that its file is named for.
type SignedDay struct {
	Day  string
	Size int64
	Note []byte
}

// ReadSecond reads and verifies the second place of the log with a verifier.
// What was being appended when the disk was lost counts as not there.
func ReadSecond(fsys fs.FS, verifier string) (Second, error) {
	b := &bundle{opened: map[int64]opening{}}
	if err := b.readVerifier(fsys); err != nil {
		return Second{}, err
	}
	if b.verifier != verifier {
		return Second{}, &Break{Kind: BreakVerifier, File: FileVerifier}
	}
	if err := b.readLeaves(whole{fsys}); err != nil {
		return Second{}, err
	}
	if err := b.readSigned(fsys); err != nil {
		return Second{}, err
	}
	v := &verification{bundle: b, report: Report{Acts: map[string]int64{}}}
	for _, leaf := range b.leaves {
		v.tree.Append(leaf)
	}
	if brk := v.checkpoints(); brk != nil {
		return Second{}, brk
	}
	s := Second{Leaves: b.leaves[:v.report.Signed]}
	for _, f := range b.signed {
		day := strings.TrimSuffix(path.Base(f.name), SuffixSigned)
		if !isDay(day) {
			return Second{}, &Break{Kind: BreakForged, File: f.name}
		}
		s.Signed = append(s.Signed, SignedDay{day, f.claimed.Size, f.msg})
	}
	return s, nil
}

// whole is a file system whose files end with their last line end.
type whole struct{ fs.FS }

// ReadFile implements [fs.ReadFileFS].
func (w whole) ReadFile(name string) ([]byte, error) {
	raw, err := fs.ReadFile(w.FS, name)
	return raw[:bytes.LastIndexByte(raw, '\n')+1], err
}
