package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"

	"golang.org/x/sys/unix"

	"ombra/bot"
	"ombra/cases"
	"ombra/config"
)

// facts are what whoever has the office open can tell of it. Judging them is
// check's business.
type facts struct {
	Serving        bool           `json:"serving"`
	Settings       string         `json:"settings"` // fingerprint of the configuration in use
	Today          cases.Day      `json:"today"`
	Open           bool           `json:"open"` // somebody could be given a case
	Roster         []mandate      `json:"roster"`
	Entries        int64          `json:"entries"` // of the log
	LogHolds       bool           `json:"log_holds"`
	LastCheckpoint cases.Day      `json:"last_checkpoint,omitempty"`
	LastBackup     cases.Day      `json:"last_backup,omitempty"`
	LastLeaves     cases.Day      `json:"last_leaves,omitempty"` // the checkpoint whose leaves are in their second place
	Restored       cases.Restored `json:"restored"`
	Unerased       cases.Day      `json:"unerased,omitempty"` // when something was deleted that is still in the files
	Changes        []cases.Change `json:"changes,omitempty"`  // of the settings that destroy or release
	Stuck          bool           `json:"stuck,omitempty"`    // an appeal that nobody may decide
	Failing        map[string]int `json:"failing,omitempty"`  // notices not taken, by roster name
	Free           int64          `json:"free"`               // bytes of disk
	Reserve        int64          `json:"reserve"`
	Findings       []bot.Finding  `json:"findings,omitempty"` // of the platforms
}

// failingTries is how often a notice was refused before somebody is told: by
// then it has waited for hours.
const failingTries = 10

func (o *office) status(ctx context.Context, _ nothing) (facts, error) {
	f := facts{
		Serving: o.platforms != nil, Settings: fingerprint(o.cfg), Today: o.service.Today(), Open: o.service.Open(),
		Failing: map[string]int{}, Reserve: diskReserve, Restored: o.service.Restored(),
	}
	f.Roster, _ = o.rosterList(ctx, nothing{})
	size, err := o.service.VerifyLog(ctx)
	if err != nil && !errors.Is(err, cases.ErrLog) {
		return f, err
	}
	f.Entries, f.LogHolds = size, err == nil
	if f.Changes, err = o.service.Changes(ctx); err != nil {
		return f, err
	}
	if err := o.db.View(ctx, f.read); err != nil {
		return f, err
	}
	for _, p := range o.platforms {
		f.Findings = append(f.Findings, p.Check(ctx)...)
	}
	f.Free, err = o.free()
	return f, err
}

// free is how many bytes of disk are left.
func (o *office) free() (int64, error) {
	var disk unix.Statfs_t
	err := unix.Statfs(o.cfg.Office.Data, &disk)
	return int64(disk.Bavail) * int64(disk.Bsize), err //nolint:unconvert,gosec // other systems have other types
}

// read takes what only the database knows.
func (f *facts) read(tx cases.Tx) error {
	waiting, err := tx.Waiting(f.Today.Add(1), 24)
	if err != nil {
		return err
	}
	for _, n := range waiting {
		if n.Tries >= failingTries {
			f.Failing[n.To]++
		}
	}
	if f.Stuck, err = cases.AnyStuck(tx); err != nil {
		return err
	}
	if f.Unerased, err = cases.Owed(tx); err != nil {
		return err
	}
	all, err := tx.Checkpoints(-1)
	if err != nil {
		return err
	}
	if len(all) > 0 {
		f.LastCheckpoint = all[len(all)-1].Day
	}
	if f.LastBackup, err = tx.Done(jobBackup); err != nil {
		return err
	}
	f.LastLeaves, err = tx.Done(jobLeaves)
	return err
}

// fingerprint names a configuration, to tell whether a server runs with the one
// in the file.
func fingerprint(cfg *config.Config) string {
	text, err := json.Marshal(struct {
		C *config.Config
		F *config.FormSet
	}{cfg, cfg.FormSet})
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}
