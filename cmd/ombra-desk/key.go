package main

import "github.com/spf13/cobra"

func newKey(d *desk) *cobra.Command {
	return group("key", "Make, prove and show an ombudsman's key", newKeyNew(d), newKeyRestore(d), newKeyProve(d), newKeyShow(d))
}
