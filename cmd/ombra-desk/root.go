package main

import (
	"os"

	"github.com/spf13/cobra"
)

func newRoot(d *desk) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "ombra-desk",
		Short: "Read cases, sign acts, seal reports and verify logs on your own machine",
		Long: `Read cases, sign acts, seal reports and verify logs on your own machine.

Ombudsmen:  key new, key prove, office pin, open, reply, act
Staff:      intake
Filers:     seal, receipt code, receipt open, receipt key
Auditors:   log verify

Secrets are asked for on the terminal. Scripts without one set
OMBRA_DESK_PASSPHRASE_FILE (of the key) and OMBRA_DESK_PASSCODE_FILE (of papers).`,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	cmd.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return usage(err.Error(), c.CommandPath()+" --help") })
	flags := cmd.PersistentFlags()
	flags.StringVar(&d.home, "home", os.Getenv("OMBRA_DESK_HOME"), "folder for keys, pins and kept papers")
	flags.StringVar(&d.origin, "origin", "", "the office, where more than one is known")
	flags.StringVar(&d.keyFile, "key", "", "another key file than the kept one")
	flags.BoolVar(&d.json, "json", false, "write JSON, for machines")
	cmd.AddCommand(
		newKey(d), newOffice(d), newOpen(d), newReply(d), newAct(d),
		newSeal(d), newIntake(d), newReceipt(d), newLog(d), newVersion(d),
	)
	return cmd
}

// group is a command that only has subcommands. Without this cobra takes an
// unknown one for an argument, shows the help and reports success.
func group(use, short string, subs ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{Use: use, Short: short, Args: cobra.NoArgs, RunE: func(*cobra.Command, []string) error {
		return usage("this command needs another word after it", "ombra-desk help "+use)
	}}
	cmd.AddCommand(subs...)
	return cmd
}

// runs wraps what a command does, so that its errors are told apart from cobra's
// own, which are all about usage.
func runs(f func(args []string) error) func(*cobra.Command, []string) error {
	return func(_ *cobra.Command, args []string) error {
		if err := f(args); err != nil {
			return classify(err)
		}
		return nil
	}
}
