package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"ombra/bot"
	"ombra/cases"
	"ombra/cases/sqlite"
	"ombra/config"
	"ombra/crypto"
)

// An office is everything opened from a configuration. One process has it open.
type office struct {
	cfg       *config.Config
	now       func() time.Time // in the office's zone
	db        *sqlite.DB
	shelf     *sqlite.Shelf
	logKey    crypto.SigningKey
	transport *transport
	service   *cases.Service
	platforms map[string]bot.Platform // of a server; else nil

	second sync.Mutex // held while leaves go to their second place
}

// diskReserve is how much of the disk attachments leave free. It holds some
// ten thousand filings in words.
const diskReserve = 256 << 20

// The mark of a test office is a row that is written when it is made and never
// again: were it only in the configuration, real cases could be made to
// disappear from the figures, or test cases to appear in them.
const (
	markTest = "office-test"
	markReal = "office-real"
)

func mark(test bool) string {
	if test {
		return markTest
	}
	return markReal
}

// markOfKey says which log key an office was made with. Another of the same
// origin would sign a log that no earlier checkpoint fits.
func markOfKey(verifier string) string {
	return "office-key-" + strings.ReplaceAll(verifierFingerprint(verifier), " ", "")
}

// path names a file of the office's data.
func path(cfg *config.Config, name string) string { return filepath.Join(cfg.Office.Data, name) }

// inZone gives the time where the office is: only its day is ever kept.
func inZone(now func() time.Time, zone *time.Location) func() time.Time {
	return func() time.Time { return now().In(zone) }
}

// createOffice makes the data of a new office in a folder that is empty or does
// not exist.
func createOffice(ctx context.Context, cfg *config.Config, now func() time.Time) error {
	now = inZone(now, cfg.Location)
	empty, err := isEmpty(cfg.Office.Data)
	switch {
	case err != nil:
		return err
	case !empty:
		return fail("there is something in the data folder already", "choose another folder; an office is never made over")
	}
	for _, dir := range []string{cfg.Office.Data, path(cfg, "keys")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	if err := os.Chmod(cfg.Office.Data, 0o700); err != nil { //nolint:gosec // a folder needs its x bit
		return err
	}
	key, err := crypto.NewSigningKey(cfg.Office.Origin)
	if err != nil {
		return err
	}
	if err := createPrivate(path(cfg, "log.key"), []byte(key.Reveal()+"\n"), now()); err != nil {
		return err
	}
	if err := createPrivate(path(cfg, "origin"), []byte(cfg.Office.Origin+"\n"), now()); err != nil {
		return err
	}
	return createDatabase(ctx, cfg, now, key.Verifier())
}

func createDatabase(ctx context.Context, cfg *config.Config, now func() time.Time, verifier string) (err error) {
	o := sqlite.Options{Create: true, Now: now}
	db, err := sqlite.Open(path(cfg, "ombra.db"), o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, err := sqlite.OpenShelf(path(cfg, "files"), o); err != nil {
		return err
	}
	return db.Update(ctx, func(tx cases.Tx) error {
		day := cases.DayOf(now())
		return errors.Join(tx.SetDone(mark(cfg.Test), day), tx.SetDone(markOfKey(verifier), day))
	})
}

// openOffice opens the data of an office. It refuses what was changed under it:
// the origin, the test mark, the owner.
func openOffice(ctx context.Context, cfg *config.Config, now func() time.Time) (*office, error) {
	o := &office{cfg: cfg, now: inZone(now, cfg.Location)}
	if err := o.checkFolder(); err != nil {
		return nil, err
	}
	if err := o.open(ctx); err != nil {
		return nil, errors.Join(err, o.close())
	}
	return o, nil
}

func (o *office) checkFolder() error {
	// Files that root makes in somebody else's folder would keep the office
	// from starting.
	if err := checkOwner(o.cfg.Office.Data); err != nil {
		return err
	}
	if _, err := os.Lstat(path(o.cfg, unfinished)); err == nil {
		return fail("a restore into "+o.cfg.Office.Data+" was cut short", "ombra restore again, into the same folder")
	}
	text, err := readPrivate(path(o.cfg, "origin"))
	if errors.Is(err, fs.ErrNotExist) {
		return fail("there is no office in "+o.cfg.Office.Data, "ombra init for a new one; check office.data if there should be one")
	}
	if err != nil {
		return err
	}
	if strings.TrimSpace(string(text)) != o.cfg.Office.Origin {
		return fail("office.origin is not the one under which this office was set up",
			"put the old one back: every receipt, key and signature has it inside")
	}
	return nil
}

func (o *office) open(ctx context.Context) (err error) {
	if o.logKey, err = readLogKey(path(o.cfg, "log.key"), o.cfg.Office.Origin); err != nil {
		return err
	}
	opts := sqlite.Options{Now: o.now, Reserve: diskReserve}
	if o.db, err = sqlite.Open(path(o.cfg, "ombra.db"), opts); err != nil {
		return err
	}
	if err := o.dropCopy(); err != nil { // nobody else is making one
		return err
	}
	if err := o.checkMarks(ctx); err != nil {
		return err
	}
	if o.shelf, err = sqlite.OpenShelf(path(o.cfg, "files"), opts); err != nil {
		return err
	}
	if err := os.MkdirAll(path(o.cfg, "keys"), 0o700); err != nil { // a restored office has none
		return err
	}
	if o.transport, err = openTransport(path(o.cfg, "keys"), o.now); err != nil {
		return err
	}
	o.service, err = cases.New(ctx, cases.Options{
		Store: o.db, Shelf: o.shelf, Office: officeOf(o.cfg), LogKey: o.logKey, Transport: o.transport, Now: o.now,
	})
	return err
}

func (o *office) checkMarks(ctx context.Context) error {
	var made, signs cases.Day
	err := o.db.View(ctx, func(tx cases.Tx) (err error) {
		if made, err = tx.Done(mark(o.cfg.Test)); err != nil {
			return err
		}
		signs, err = tx.Done(markOfKey(o.logKey.Verifier()))
		return err
	})
	switch {
	case err != nil:
		return err
	case made == "" && o.cfg.Test:
		return fail("this office was not made for tests", "take test = true out of the configuration; for tests, make another office")
	case made == "":
		return fail("this office was made for tests, for good", "put test = true back; for real cases, make another office")
	case signs == "":
		return fail(path(o.cfg, "log.key")+" is not this office's key", "put back log.key from the backup: another key would break the log")
	}
	return nil
}

// sweep removes the large files that no row names.
func (o *office) sweep(ctx context.Context) error {
	var keep map[string]bool
	err := o.db.View(ctx, func(tx cases.Tx) (err error) {
		keep, err = tx.Shelved()
		return err
	})
	if err != nil {
		return err
	}
	return o.shelf.Sweep(keep)
}

// close may be called on an office that was opened halfway.
func (o *office) close() error {
	if o.db == nil {
		return nil
	}
	return o.db.Close()
}

// newBot makes the conversation of the office.
func (o *office) newBot(log *slog.Logger, platforms map[string]bot.Platform) (*bot.Bot, *bot.Keyring, error) {
	keys, err := bot.NewKeyring(tokenFile{path: path(o.cfg, "keys/token.json"), now: o.now}, o.now())
	if err != nil {
		return nil, nil, fmt.Errorf("token keys: %w", err)
	}
	o.platforms = platforms
	opts := bot.Options{
		Cases: o.service, Origin: o.cfg.Office.Origin, Office: o.cfg.Office.Name, Keys: keys, Forms: formsOf(o.cfg.FormSet),
		Gate: bot.Words{}, Danger: bot.Words{}, Platforms: platforms, Now: o.now, Log: log,
	}
	for lang, g := range o.cfg.Gate {
		opts.Gate[lang], opts.Danger[lang] = g.Text, g.Danger
	}
	for _, a := range o.cfg.Authorities {
		opts.Authorities = append(opts.Authorities, bot.Authority{Name: a.Name, Contact: a.Contact})
	}
	opts.Ombudsmen, opts.Oversight = o.cfg.Names()
	return bot.New(opts), keys, nil
}
