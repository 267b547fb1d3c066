package main

import (
	"os"

	"github.com/spf13/cobra"

	"ombra/crypto"
)

func newKeyRestore(d *desk) *cobra.Command {
	o := &keyNewOptions{}
	cmd := &cobra.Command{
		Use:   "restore",
		Short: "Make the key file again from the paper backup",
		Args:  needs(),
		RunE:  runs(func([]string) error { return d.keyRestore(o) }),
	}
	cmd.Flags().StringVar(&o.out, "out", "", "write the key file here and not into the kept folder")
	cmd.Flags().StringVar(&o.enrolment, "enrolment", "", "write the enrolment here (default NAME.enrolment)")
	return cmd
}

func (d *desk) keyRestore(o *keyNewOptions) error {
	if err := d.placeFor(o); err != nil {
		return err
	}
	var k keys
	err := d.fromPaper("The line that begins with AGE-SECRET-KEY", func(line string) (err error) {
		k.id, err = crypto.ParseIdentity(line)
		return err
	})
	if err != nil {
		return err
	}
	err = d.fromPaper("The line that begins with PRIVATE+KEY", func(line string) (err error) {
		k.signing, err = crypto.ParseSigningKey(line)
		return err
	})
	if err != nil {
		return err
	}
	origin, name := k.names()
	if name == "" {
		return refuse("this signing key is an office's, not an ombudsman's", "use the paper that ombra-desk key new printed")
	}
	o.name = name
	return d.finishKeys(d.office(origin), o, k)
}

// placeFor checks what is known before the two lines are typed; whose they are
// is not yet.
func (d *desk) placeFor(o *keyNewOptions) error {
	out := o.out
	if out == "" && d.origin != "" {
		out = d.office(d.origin).path("key.age")
	}
	if _, err := os.Lstat(out); out != "" && err == nil {
		return errKeyThere
	}
	if o.enrolment == "" {
		return nil
	}
	return free(o.enrolment)
}

// fromPaper asks for a line of the paper backup. No file takes its place: a copy
// of both secrets in one would outlive this command.
func (d *desk) fromPaper(prompt string, parse func(line string) error) error {
	t, err := d.terminal("copy the key file from where it still is")
	if err != nil {
		return err
	}
	return d.retry("", always, func() error {
		line, err := t.secret(prompt)
		if err != nil {
			return err
		}
		return parse(line)
	})
}
