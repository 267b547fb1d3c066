package main

import (
	"github.com/spf13/cobra"

	"ombra/crypto"
)

func newKeyProve(d *desk) *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "prove CHALLENGE.age",
		Short: "Prove that your key is not lost: answer the office's challenge",
		Args:  needs("CHALLENGE.age"),
		RunE:  runs(func(args []string) error { return d.keyProve(args[0], out) }),
	}
	cmd.Flags().StringVar(&out, "out", "", "write the answer to this file")
	return cmd
}

func (d *desk) keyProve(name, out string) error {
	if out != "" {
		if err := free(out); err != nil {
			return err
		}
	}
	challenge, err := d.read(name)
	if err != nil {
		return err
	}
	at, err := d.known()
	if err != nil {
		return err
	}
	k, err := d.unlock(at.origin)
	if err != nil {
		return err
	}
	// Answer takes challenges only: a host could send a stored file as one, to
	// have it decrypted.
	answer, err := crypto.Answer(challenge, at.origin, k.id.Recipient(), k.ids()...)
	if err != nil {
		return err
	}
	if out != "" {
		return create(out, []byte(answer+"\n"))
	}
	if d.json {
		return d.writeJSON(map[string]string{"answer": answer})
	}
	d.say("%s\n", answer)
	return nil
}
