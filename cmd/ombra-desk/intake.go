package main

import (
	"os"
	"strings"

	"github.com/spf13/cobra"

	"ombra/cases/papers"
	"ombra/crypto/receipt"
)

type intakeOptions struct {
	sealOptions
	source, received, slip string
}

func newIntake(d *desk) *cobra.Command {
	o := &intakeOptions{}
	cmd := &cobra.Command{
		Use:   "intake --source oral|paper|forwarded --received DAY",
		Short: "Write down a report that did not come through the chat",
		Long: `Write down a report that somebody told you, sent on paper or forwarded, on your own
machine. It becomes a sealed file to hand to the bot, like any other: the office's
server never sees the words. What it does see is that your account sent a file; the
case is dated by the day on which you hand it in, so do that on the same day.

The receipt is on the slip alone. Print the slip, give it to whom the report is
from, and delete the file: the receipt is theirs and you must not keep it. When they
come back with it they are shown what you wrote, and say whether it is right.`,
		Args: needs(),
		RunE: runs(func([]string) error { return d.intake(o) }),
	}
	f := cmd.Flags()
	f.StringVar(&o.source, "source", "", "how it came: "+strings.Join(papers.Sources, ", "))
	f.StringVar(&o.received, "received", "", "the day on which it was said or came, like 2026-11-20")
	f.StringVar(&o.office, "office", "", "the office file, from the office's web site (default: the pinned one)")
	f.StringVar(&o.kind, "kind", "report", "report (harm seen) or redress (harm suffered)")
	f.StringArrayVar(&o.exclude, "exclude", nil, "somebody of the roster who must not see it; may be repeated")
	f.StringVar(&o.text, "text", "", "read the text from a file, or from standard input (-)")
	f.StringArrayVar(&o.attach, "attach", nil, "attach a file; may be repeated")
	f.StringVar(&o.out, "out", "sealed.age", "where to write the sealed file")
	f.StringVar(&o.slip, "slip", "receipt.html", "where to write the slip to print")
	return cmd
}

func (d *desk) intake(o *intakeOptions) error {
	t := papers.Transcript{Source: o.source, Received: o.received, Kind: o.kind, Exclude: o.exclude}
	if err := t.Check(d.today()); err != nil {
		return usage(err.Error(), "--source oral --received "+d.today())
	}
	if o.kind != "report" && o.kind != "redress" {
		return usage("a filing is of the kind report or redress", "--kind report")
	}
	for _, name := range []string{o.out, o.slip} {
		if err := free(name); err != nil {
			return err
		}
	}
	n, err := d.officeFor(o.office)
	if err != nil {
		return err
	}
	to, err := sealTo(n, o.exclude, d.today())
	if err != nil {
		return err
	}
	if t.Words, err = d.words(o.text, "--text", "What was reported, in their words as far as you can?"); err != nil {
		return err
	}
	if strings.TrimSpace(t.Words) == "" {
		return usage("there is no text to seal", "write at least a sentence")
	}
	if t.Files, err = d.attachments(o.attach); err != nil {
		return err
	}
	rc := receipt.New(n.Origin)
	sealed, err := t.Filing().Seal(n, to, rc, d.today())
	if err != nil {
		return err
	}
	return d.handOut(o, rc, sealed)
}

// handOut writes the slip first: a report without it would be one without a way
// back. The receipt is not shown on the screen, where others may look.
func (d *desk) handOut(o *intakeOptions, rc receipt.Receipt, sealed papers.Sealed) error {
	page, err := slipOf(rc, d.today())
	if err != nil {
		return err
	}
	if err := create(o.slip, page); err != nil {
		return err
	}
	if err := create(o.out, sealed.File); err != nil {
		_ = os.Remove(o.slip) // its receipt opens nothing
		return err
	}
	if d.json {
		return d.writeJSON(map[string]any{"slip": o.slip, "file": o.out, "inner": sealed.Sums})
	}
	d.note("Print this slip, hand it over, and delete the file. It holds the receipt:\n")
	d.say("%s\n", o.slip)
	d.remarkSize(len(sealed.File))
	d.note("Hand this file to the bot, today:\n")
	d.say("%s\n", o.out)
	return nil
}
