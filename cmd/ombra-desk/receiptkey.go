package main

import "github.com/spf13/cobra"

func newReceiptKey(d *desk) *cobra.Command {
	var office string
	cmd := &cobra.Command{
		Use:   "key",
		Short: "Show the age key of a receipt, to open replies with stock age",
		Long: `Show the age key of a receipt, to open replies with stock age.

Do not paste it anywhere: programs that look for leaked secrets know its form, and
would point at you.`,
		Args: needs(),
		RunE: runs(func([]string) error {
			rc, err := d.receiptHere(office)
			if err != nil {
				return err
			}
			if d.json {
				return d.writeJSON(map[string]string{"identity": rc.Identity().Reveal()})
			}
			d.say("%s\n", rc.Identity().Reveal())
			return nil
		}),
	}
	officeFlag(cmd, &office)
	return cmd
}
