package custody

import "strings"

// A Restored is what a restored leaf says: the office came back from a backup.
type Restored struct {
	Leaf   int64  // its own number
	Day    string // on which it was restored
	Backup string // the backup's day
	// Kept says that the leaves between the backup and the disaster were put
	// back from their second place. If not, the log went on from the backup, and
	// no checkpoint from in between fits it: this is the one break that an honest
	// office can have, and it names its place.
	Kept bool
}

const (
	noteBackup = "backup="
	noteKept   = " leaves=kept"
	noteLost   = " leaves=lost"
)

// RestoredNote is the note of a restored leaf: "backup=2026-11-23 leaves=kept".
func RestoredNote(backup string, kept bool) string {
	if kept {
		return noteBackup + backup + noteKept
	}
	return noteBackup + backup + noteLost
}

func parseRestored(n int64, d Details) (r Restored, ok bool) {
	rest, ok := strings.CutPrefix(d.Note, noteBackup)
	backup, kept := strings.CutSuffix(rest, noteKept)
	if !kept {
		var lost bool
		backup, lost = strings.CutSuffix(rest, noteLost)
		ok = ok && lost
	}
	return Restored{Leaf: n, Day: d.Day, Backup: backup, Kept: kept}, ok && isDay(backup)
}

// restored notes a restored leaf. What it says is lost must be the end of the
// log before it: a restoration cannot lose single leaves further back, and one
// that says so hides them.
func (v *verification) restored(n int64, d Details) bool {
	r, ok := parseRestored(n, d)
	for i, gone := range d.Leaves {
		ok = ok && gone == n-int64(len(d.Leaves)-i)
	}
	if ok {
		v.report.Restored = append(v.report.Restored, r)
	}
	return ok
}

// gone counts a leaf that opens no more because leaf by says so.
func (v *verification) gone(by int64) {
	for _, r := range v.report.Restored {
		if r.Leaf == by {
			v.report.Lost++
			return
		}
	}
	v.report.Shredded++
}

// BrokenBy finds the restoration that explains why a checkpoint of so many
// leaves, which was seen elsewhere, does not fit.
func (r Report) BrokenBy(size int64) (Restored, bool) {
	for _, at := range r.Restored {
		if !at.Kept && at.Leaf < size {
			return at, true
		}
	}
	return Restored{}, false
}
