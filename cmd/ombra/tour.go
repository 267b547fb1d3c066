package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"ombra/bot/bottest"
	"ombra/cases"
	"ombra/cases/papers"
	"ombra/crypto"
	"ombra/crypto/receipt"
)

// tour tells the story unattended. Everything it says it has checked; the first
// thing that does not hold ends it with an error.
func (d *demoOffice) tour(ctx context.Context, out io.Writer) (err error) {
	start, began := time.Now(), d.Now()
	s := &screen{out: out, now: d.Now}
	w := &bottest.World{
		Office: d.Office, Seat: seatsOf(d.Bot), Begin: s.begin, Tell: s.tell,
		Means: bottest.Means{Notices: d.bell.Heard},
	}
	lost, err := d.insured(ctx, w)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lost.close()) }()
	say(out, "%s", tourIntro)
	if err := bottest.Story(ctx, w); err != nil {
		return fmt.Errorf("the story does not hold: %w", err)
	}
	if err := bottest.Life(ctx, w, d.dir); err != nil {
		return fmt.Errorf("what comes after it does not hold: %w", err)
	}
	if err := lost.tell(ctx); err != nil {
		return fmt.Errorf("the backup does not hold: %w", err)
	}
	say(out, "\nThe story holds: %d lines, each checked, in %s. The office is %d days older.",
		s.lines, time.Since(start).Round(100*time.Millisecond), int(d.Now().Sub(began).Hours()/24))
	if !d.keep {
		say(out, "With --dir DIR its files stay, to be opened by hand with the stock age tool.")
		return nil
	}
	return d.byHand(ctx, out, w)
}

// byHand lays out what stock age opens: an ombudsman's key (a throwaway, so it
// may lie here in the clear), her wrap of the case key, the report, and a reply
// with the key that a receipt gives.
func (d *demoOffice) byHand(ctx context.Context, out io.Writer, w *bottest.World) error {
	dir := filepath.Join(d.dir, "by-hand")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	files, err := d.leftBehind(ctx, w)
	if err != nil {
		return err
	}
	for name, data := range files {
		if len(data) == 0 {
			return errors.New("the story left too little behind")
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			return err
		}
	}
	say(out, `
What the office keeps is in %s. With stock age 1.3 or newer:

  cd %s
  age -d -i anna.key wrap.age | age -d -i - report.age | tail -n +4
  age -d -i receipt.key reply.age | tail -n +4

The first opens anna's wrap of the case key with her own key, and the report with
what was in it. The second opens her answer with the key that the receipt gives
(ombra-desk receipt key prints it).`, d.dir, dir)
	return nil
}

// leftBehind takes apart what anna was given and what the receipt opens.
func (d *demoOffice) leftBehind(ctx context.Context, w *bottest.World) (map[string][]byte, error) {
	kept := w.Papers["anna"]
	bundle, err := crypto.OpenPasscode(kept.File, kept.Passcode)
	if err != nil {
		return nil, err
	}
	r, err := receipt.Parse(bottest.Origin, w.Receipts["staff"])
	if err != nil {
		return nil, err
	}
	mine, err := d.Cases.Mine(ctx, r)
	if err != nil {
		return nil, err
	}
	reply, err := firstReply(ctx, mine)
	wrap, _ := bundle.Get(papers.WrapName(0))
	report, _ := bundle.Get(papers.PaperName(1))
	return map[string][]byte{
		"anna.key": []byte(kept.Machine.Identity.Reveal() + "\n"), "wrap.age": wrap, "report.age": report,
		"receipt.key": []byte(r.Identity().Reveal() + "\n"), "reply.age": reply,
	}, err
}

// firstReply takes the first answer out of what a lookup code fetches.
func firstReply(ctx context.Context, mine *cases.Mine) ([]byte, error) {
	folder, err := mine.Folder(ctx)
	if err != nil || folder == nil {
		return nil, err
	}
	var file bytes.Buffer
	if err := folder.Write(&file); err != nil {
		return nil, err
	}
	bundle, err := crypto.OpenPasscode(file.Bytes(), folder.Passcode)
	if err != nil {
		return nil, err
	}
	reply, _ := bundle.Get(papers.ReplyName(1))
	return reply, nil
}
