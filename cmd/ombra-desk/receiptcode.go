package main

import "github.com/spf13/cobra"

func newReceiptCode(d *desk) *cobra.Command {
	var office string
	cmd := &cobra.Command{
		Use:   "code",
		Short: "Show the lookup code of a receipt: it finds the case and opens nothing",
		Args:  needs(),
		RunE: runs(func([]string) error {
			rc, err := d.receiptHere(office)
			if err != nil {
				return err
			}
			if d.json {
				return d.writeJSON(map[string]string{"code": rc.Lookup().Hex()})
			}
			d.say("%s\n", rc.Lookup().Hex())
			return nil
		}),
	}
	officeFlag(cmd, &office)
	return cmd
}
