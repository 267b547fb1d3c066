package main

import (
	"github.com/spf13/cobra"

	"ombra/cases/papers"
	"ombra/crypto"
)

func newReceiptOpen(d *desk) *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "open REPLIES.age",
		Short: "Read the replies that a lookup code fetched",
		Long: `Read the replies that a lookup code fetched, with the passcode that was shown.

Signatures are verified with the pinned office file (ombra-desk office pin).
Believe nothing that is not signed: the chat's administrators could have written
it.`,
		Args: cobra.ExactArgs(1),
		RunE: runs(func(args []string) error { return d.receiptOpen(args[0], out) }),
	}
	cmd.Flags().StringVar(&out, "out", "", "write attachments into this folder")
	return cmd
}

func (d *desk) receiptOpen(name, out string) error {
	file, err := d.read(name)
	if err != nil {
		return err
	}
	passcode, err := d.secret(passcodeEnv, "Passcode of the replies")
	if err != nil {
		return err
	}
	b, err := crypto.OpenPasscode(file, passcode)
	if err != nil {
		return err
	}
	at, rc, err := d.receiptHere()
	if err != nil {
		return err
	}
	pins, err := at.pins()
	if err != nil {
		return err
	}
	replies, err := papers.OpenReplies(b, rc, pins.Enrolments)
	if err != nil {
		return err
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
