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

// An insurance is what the tour shows of backups: one from before a case was
// deleted, one from after, and what comes of each when the machine is lost.
type insurance struct {
	*demoOffice
	w   *bottest.World
	of  *office
	dir string
	key crypto.Identity // its owner keeps it away from the host
	old backedUp        // made before the deletion
}

// insured gets everything ready, and sees to it that the first backup is made when
// it is time.
func (d *demoOffice) insured(ctx context.Context, w *bottest.World) (*insurance, error) {
	i := &insurance{demoOffice: d, w: w}
	var err error
	if i.dir, err = os.MkdirTemp("", "ombra-demo-"); err != nil {
		return nil, err
	}
	if i.key, err = crypto.NewIdentity(); err == nil {
		i.of, err = d.asServed(ctx, i.dir, i.key.Recipient())
	}
	if err != nil {
		return nil, errors.Join(err, i.close())
	}
	w.Eve = i.before
	return i, nil
}

func (i *insurance) close() error { return os.RemoveAll(i.dir) }

// before makes the backup that has a case which is deleted that night.
func (i *insurance) before(ctx context.Context) (err error) {
	i.old, err = i.of.backup(ctx, backupTo{filepath.Join(i.dir, "older")})
	if err == nil {
		i.w.Tell("the operator", "makes a backup, as every day")
	}
	return err
}

// tell backs the office up, loses it, and makes it again elsewhere, with what the
// commands backup and restore do. Then those who were there look at it.
func (i *insurance) tell(ctx context.Context) error {
	i.w.Begin("a backup, and the machine is lost")
	done, err := i.of.backup(ctx, backupTo{})
	if err != nil {
		return err
	}
	if done.Files == 0 {
		return errors.New("the backup has no attachment, and so shows too little")
	}
	i.w.Tell("the operator", fmt.Sprintf(
		"makes the next backup: one age file with the database, %d entries of the log and what lies beside it, to a key that the host does not have", done.Leaves,
	))
	if err := i.compared(done.File); err != nil {
		return err
	}
	if err := errors.Join(bottest.AfterBackup(ctx, i.w), i.of.copyLeaves(ctx)); err != nil {
		return err
	}
	back, err := i.restored(ctx, done.File, "restored")
	if err != nil {
		return err
	}
	i.w.Tell("the operator", "restores the backup in another place with that key; what the log lacks comes from its second place")
	if err := errors.Join(i.lookedAt(ctx, back, bottest.Restored), back.close()); err != nil {
		return err
	}
	return i.older(ctx)
}

// compared opens both backups with their key and looks for the deleted case: it is
// in the older one, which shows that the search finds it, and not in the newer.
func (i *insurance) compared(newer string) error {
	var found [2]int
	for n, file := range []string{i.old.File, newer} {
		plain, err := i.opened(file)
		if err != nil {
			return err
		}
		list := i.w.Deleted.Bytes("the backup", plain)
		if found[n] = len(list); n == 1 && len(list) > 0 {
			return fmt.Errorf("the backup holds a case that was deleted before it: %s", bottest.Lines(list))
		}
	}
	if found[0] == 0 {
		return errors.New("the search does not find the case in the backup that was made while it was kept")
	}
	i.w.Tell("the key's owner", fmt.Sprintf(
		"opens both backups and searches them. This one has nothing of the deleted case. The one from before has %d traces, sealed as they were:"+
			" until the last such backup is destroyed, an ombudsman's key and the backup's together open the case", found[0],
	))
	return nil
}

func (i *insurance) opened(file string) ([]byte, error) {
	f, err := os.Open(file) //nolint:gosec // a backup that the tour made
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read from
	plain, err := decrypts(f, []age.Identity{i.key.Age()})
	if err != nil {
		return nil, err
	}
	return io.ReadAll(plain)
}

// older restores the backup from before the deletion: what was due then goes again
// before anybody is served.
func (i *insurance) older(ctx context.Context) error {
	i.w.Begin("an older backup is restored")
	back, err := i.restored(ctx, i.old.File, "again")
	if err != nil {
		return err
	}
	found, err := i.w.Deleted.Folder(back.cfg.Office.Data)
	if err == nil && len(found) > 0 {
		err = fmt.Errorf("what was deleted came back with a backup: %s", bottest.Lines(found))
	}
	if err != nil {
		return errors.Join(err, back.close())
	}
	i.w.Tell("the operator", "has only the backup from before the deletion, and restores it. The case was due on that day:"+
		" it is deleted again before anybody is served, and nothing of it is left in any file")
	return errors.Join(i.lookedAt(ctx, back, bottest.RestoredOlder), back.close())
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
	for _, folder := range []string{cfg.Backup.Folder, filepath.Join(dir, "older")} {
		if err := os.Mkdir(folder, 0o700); err != nil {
			return nil, err
		}
	}
	of := &office{cfg: &cfg, now: inZone(d.Now, s.Zone), db: d.store, shelf: d.shelf, logKey: d.LogKey, service: d.Cases}
	today := d.Cases.Today()
	return of, errors.Join(of.setDone(ctx, mark(true), today), of.setDone(ctx, markOfKey(d.LogKey.Verifier()), today))
}

// restored makes the office again from a backup, and nothing else of it but the
// settings and the second place of the log.
func (i *insurance) restored(ctx context.Context, file, name string) (*office, error) {
	cfg := *i.of.cfg
	cfg.Office.Data = filepath.Join(i.dir, name)
	r := &restoration{options: &options{out: io.Discard, err: io.Discard, now: i.Now}, file: file, cfg: &cfg}
	if err := r.into(ctx, cfg.Office.Data, cfg.Office.Data, []age.Identity{i.key.Age()}); err != nil {
		return nil, err
	}
	return openOffice(ctx, &cfg, i.Now)
}

// lookedAt seats those who were there before in front of the office that came
// back, and has its log verified.
func (i *insurance) lookedAt(ctx context.Context, back *office, look func(context.Context, *bottest.World) error) error {
	b, _, err := back.newBot(slog.New(slog.DiscardHandler), nil)
	if err != nil {
		return err
	}
	again := &bottest.World{
		Office: &bottest.Office{Cases: back.service, Bot: b, Machines: i.Machines, LogKey: i.LogKey},
		Seat:   seatsOf(b), Tell: i.w.Tell, Receipts: i.w.Receipts, Papers: i.w.Papers,
	}
	if err := look(ctx, again); err != nil {
		return err
	}
	return i.audited(ctx, back)
}

// audited verifies the log of the restored office as an auditor does who is given
// its bundle. The day's checkpoint was signed before the machine was lost, so the leaf
// that says that the office was restored comes under the next one.
func (i *insurance) audited(ctx context.Context, back *office) error {
	i.Pass(24 * time.Hour)
	if _, err := back.service.Checkpoint(ctx, false); err != nil {
		return err
	}
	bundle, err := back.logExport(ctx, nothing{})
	if err != nil {
		return err
	}
	dir := filepath.Join(i.dir, "bundle of "+filepath.Base(back.cfg.Office.Data))
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
	i.w.Tell("an auditor", fmt.Sprintf(
		"verifies the log of the restored office: it fits every checkpoint, says that it was restored, and has %d entries whose place is kept and whose words are lost", report.Lost,
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
