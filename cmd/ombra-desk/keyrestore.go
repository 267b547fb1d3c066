package main

import (
	"github.com/spf13/cobra"

	"ombra/crypto"
)

func newKeyRestore(d *desk) *cobra.Command {
	o := &keyNewOptions{}
	cmd := &cobra.Command{
		Use:   "restore",
		Short: "Make the key file again from the paper backup",
		Args:  cobra.NoArgs,
		RunE:  runs(func([]string) error { return d.keyRestore(o) }),
	}
	cmd.Flags().StringVar(&o.out, "out", "", "write the key file here and not into the kept folder")
	cmd.Flags().StringVar(&o.enrolment, "enrolment", "", "write the enrolment here (default NAME.enrolment)")
	return cmd
}

func (d *desk) keyRestore(o *keyNewOptions) error {
	t, err := d.terminal()
	if err != nil {
		return err
	}
	first, err := t.secret("The line that begins with AGE-SECRET-KEY")
	if err != nil {
		return err
	}
	var k keys
	if k.id, err = crypto.ParseIdentity(first); err != nil {
		return err
	}
	second, err := t.secret("The line that begins with PRIVATE+KEY")
	if err != nil {
		return err
	}
	if k.signing, err = crypto.ParseSigningKey(second); err != nil {
		return err
	}
	origin, name := k.names()
	if name == "" {
		return refuse("this signing key is an office's, not an ombudsman's", "use the paper that ombra-desk key new printed")
	}
	o.name = name
	return d.finishKeys(d.office(origin), o, k)
}
