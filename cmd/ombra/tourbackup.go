package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"filippo.io/age"

	"ombra/bot"
	"ombra/bot/bottest"
	"ombra/config"
	"ombra/crypto"
	"ombra/crypto/custody"
)

// disaster backs the office up, loses it, and makes it again elsewhere, with what
// the commands backup and restore do. Then those who were there look at it.
func (d *demoOffice) disaster(ctx context.Context, w *bottest.World) (err error) {
	dir, err := os.MkdirTemp("", "ombra-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	key, err := crypto.NewIdentity() // its owner keeps it away from the host
	if err != nil {
		return err
	}
	of, err := d.asServed(ctx, dir, key.Recipient())
	if err != nil {
		return err
	}
	done, err := of.backup(ctx, backupTo{})
	if err != nil {
		return err
	}
	if done.Files == 0 {
		return errors.New("the backup has no attachment, and so shows too little")
	}
	w.Tell("the operator", fmt.Sprintf(
		"makes a backup: one age file with the database, %d entries of the log and what was attached (%d), to a key that the host does not have", done.Leaves, done.Files,
	))
	if err := errors.Join(bottest.AfterBackup(ctx, w), of.copyLeaves(ctx)); err != nil {
		return err
	}
	back, err := d.restored(ctx, of, done.File, dir, key)
	if err != nil {
		return err
	}
	w.Tell("the operator", "restores it in another place with that key, and the leaves that the backup lacks from their second place")
	return errors.Join(d.lookedAt(ctx, back, w), back.close())
}

// asServed is the demonstration's office as the commands know one: with settings,
// and the marks that an office made by ombra init has.
func (d *demoOffice) asServed(ctx context.Context, dir string, to crypto.Recipient) (*office, error) {
	cfg, s := config.Defaults(), d.Cases.Office
	cfg.Test, cfg.Location, cfg.FormSet = true, s.Zone, config.Builtin("cyber")
	cfg.Office.Origin, cfg.Office.Name, cfg.Office.Data = s.Origin, "the Example Ombuds Office", d.dir
	cfg.Office.Designate, cfg.Office.Reserve = s.Designate, s.Reserve
	cfg.Clocks.Profile, cfg.Retention.Months, cfg.Retention.QuietHour = s.Profile.Name, s.Keeping.Months, s.Quiet
	cfg.Gate = map[string]config.Gate{"en": {Text: "This is a demonstration.", Danger: "Call 112."}}
	cfg.Backup.Recipient, cfg.Backup.Folder, cfg.Backup.Leaves = to.String(), filepath.Join(dir, "backups"), filepath.Join(dir, "leaves")
	cfg.Ombudsmen = map[string]config.Accounts{}
	for name := range d.Machines {
		cfg.Ombudsmen[name] = config.Accounts{Terminal: name}
	}
	if err := os.Mkdir(cfg.Backup.Folder, 0o700); err != nil {
		return nil, err
	}
	of := &office{cfg: &cfg, now: inZone(d.Now, s.Zone), db: d.store, shelf: d.shelf, logKey: d.LogKey, service: d.Cases}
	today := d.Cases.Today()
	return of, errors.Join(of.setDone(ctx, mark(true), today), of.setDone(ctx, markOfKey(d.LogKey.Verifier()), today))
}

// restored makes the office again from its backup, and nothing else of it but the
// settings and the second place of the log.
func (d *demoOffice) restored(ctx context.Context, of *office, file, dir string, key crypto.Identity) (*office, error) {
	cfg := *of.cfg
	cfg.Office.Data = filepath.Join(dir, "restored")
	r := &restoration{options: &options{out: io.Discard, err: io.Discard, now: d.Now}, file: file, cfg: &cfg}
	if err := r.into(ctx, cfg.Office.Data, cfg.Office.Data, []age.Identity{key.Age()}); err != nil {
		return nil, err
	}
	return openOffice(ctx, &cfg, d.Now)
}

// lookedAt seats those who were there before in front of the office that came
// back, and has its log verified.
func (d *demoOffice) lookedAt(ctx context.Context, back *office, w *bottest.World) error {
	b, _, err := back.newBot(slog.New(slog.DiscardHandler), nil)
	if err != nil {
		return err
	}
	again := &bottest.World{
		Office: &bottest.Office{Cases: back.service, Bot: b, Machines: d.Machines, LogKey: d.LogKey},
		Seat:   seatsOf(b), Tell: w.Tell, Receipts: w.Receipts, Papers: w.Papers,
	}
	if err := bottest.Restored(ctx, again); err != nil {
		return err
	}
	return d.audited(ctx, back, w)
}

// audited verifies the log of the restored office as an auditor does who is given
// its bundle. The day's checkpoint was signed before the machine was lost, so the leaf
// that says that the office was restored comes under the next one.
func (d *demoOffice) audited(ctx context.Context, back *office, w *bottest.World) error {
	d.Pass(24 * time.Hour)
	if _, err := back.service.Checkpoint(ctx, false); err != nil {
		return err
	}
	bundle, err := back.logExport(ctx, nothing{})
	if err != nil {
		return err
	}
	dir := filepath.Join(back.cfg.Office.Data, "..", "bundle")
	if err := bundle.write(dir); err != nil {
		return err
	}
	report, err := custody.Verify(os.DirFS(dir))
	if err != nil {
		return err
	}
	if len(report.Restored) != 1 || !report.Restored[0].Kept || report.Lost == 0 {
		return fmt.Errorf("the log does not say that the office was restored: %+v", report)
	}
	w.Tell("an auditor", fmt.Sprintf(
		"verifies the log of the restored office against every checkpoint: it says that it was restored, and %d entries say nothing any more", report.Lost,
	))
	return nil
}

// seatsOf seats people in front of a bot: the same account is the same person.
func seatsOf(b *bot.Bot) func(account string) bottest.Person {
	seats := map[string]bottest.Person{}
	return func(account string) bottest.Person {
		if seats[account] == nil {
			seats[account] = bottest.NewDirect("terminal:"+account, bot.Via{Name: "terminal", Files: true}, b.Handle)
		}
		return seats[account]
	}
}
