package main

import "fmt"

// How old the last backup may be before it is a note, and before it must be
// mended. What was filed since is lost with the disk.
const (
	backupNote = 2
	backupMust = 7
)

// backups finds what a lost disk would take. An office for tests may do without.
func (j *judgement) backups() {
	j.wait()
	if j.cfg.Backup.Recipient == "" {
		if !j.cfg.Test {
			j.must("there is no backup recipient: a lost disk loses every case", "on another machine: age-keygen -pq; its public key under [backup], then: ombra backup, every day")
		}
		return
	}
	switch last := j.LastBackup; {
	case last == "":
		j.must("there is no backup yet: a lost disk loses every case", "ombra backup, every day")
	case last > j.Today:
		j.note("the last backup is of "+string(last)+", which has not come yet", "set the clock")
	case last < j.Today.Add(-backupMust):
		j.must("the last backup is of "+string(last), "ombra backup, every day; what was filed since is lost with the disk")
	case last < j.Today.Add(-backupNote):
		j.note("the last backup is of "+string(last), "ombra backup, every day; what was filed since is lost with the disk")
	}
	switch {
	case j.cfg.Backup.Leaves == "":
		j.note("the leaves of the log have no second place: after a restore the log would not fit checkpoints that were published", "set backup.leaves to a folder on another machine")
	case j.LastLeaves < j.LastCheckpoint && j.LastCheckpoint != "":
		j.must("the leaves of the last checkpoint, of "+string(j.LastCheckpoint)+", are not in their second place", "look at "+j.cfg.Backup.Leaves+"; then, or while the office is served: ombra log checkpoint")
	}
}

// wait tells of a restoration, as long as anything waits because of it.
func (j *judgement) wait() {
	if r := j.Restored; r.Day != "" && j.Today < r.Over() {
		j.note(fmt.Sprintf("the office was restored on %s from the backup of %s: cases that fell due for deletion between them wait until %s", r.Day, r.Backup, r.Over()),
			"have holds and appeals of those days made again before then")
	}
}
