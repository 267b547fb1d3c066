package main

import (
	"github.com/spf13/cobra"

	"ombra/cases/papers"
	"ombra/crypto"
)

func newReceiptOpen(d *desk) *cobra.Command {
	var out, office, since string
	cmd := &cobra.Command{
		Use:   "open REPLIES.age",
		Short: "Read the replies that a lookup code fetched",
		Long: `Read the replies that a lookup code fetched, with the passcode that was shown.

Signatures are verified with the pinned office file (ombra-desk office pin), or with the one that
--office names.
Believe nothing that is not signed: the chat's administrators could have written
it.

With --since, what came on that day or later is marked as new. Nothing is kept of
it, on this machine or elsewhere.`,
		Args: needs("REPLIES.age"),
		RunE: runs(func(args []string) error { return d.receiptOpen(args[0], out, office, since) }),
	}
	cmd.Flags().StringVar(&out, "out", "", "write attachments into this folder")
	cmd.Flags().StringVar(&since, "since", "", "the day on which you looked last, as YYYY-MM-DD: what is newer is marked")
	officeFlag(cmd, &office)
	return cmd
}

func (d *desk) receiptOpen(name, out, office, since string) error {
	if err := freeFolder(out); err != nil {
		return err
	}
	if err := new(papers.Replies).Since(since); since != "" && err != nil {
		return err // before any secret is asked for
	}
	file, err := d.read(name)
	if err != nil {
		return err
	}
	origin, pins, err := d.officeOf(office)
	if err != nil {
		return err
	}
	replies, err := d.openReplies(file, origin, pins)
	if err != nil {
		return err
	}
	if since != "" {
		if err := replies.Since(since); err != nil {
			return err
		}
	}
	if out != "" {
		if err := d.writeFiles(replies.Items, out); err != nil {
			return err
		}
	}
	if d.json {
		return d.writeJSON(map[string]any{"warnings": replies.Warnings, "items": itemsJSON(replies.Items)})
	}
	return replies.Text(d.out)
}

func (d *desk) openReplies(file []byte, origin string, pins papers.Pins) (*papers.Replies, error) {
	var b *crypto.Bundle
	err := d.withPasscode(file, "Passcode of the replies", func(passcode string) (err error) {
		b, err = crypto.OpenPasscode(file, passcode)
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(pins.Enrolments) == 0 {
		d.note("Without the office file nothing shows who signed: name it with --office office.note. The office publishes it.\n")
	}
	rc, err := d.askReceipt(origin)
	if err != nil {
		return nil, err
	}
	return papers.OpenReplies(b, rc, pins)
}
