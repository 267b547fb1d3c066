package main

import (
	"github.com/spf13/cobra"

	"ombra/cases/papers"
)

func newUnreadable(d *desk) *cobra.Command {
	var file, out string
	cmd := &cobra.Command{
		Use:   "unreadable [CASE]",
		Short: "Say that a case does not open with your key",
		Long: `Say that a case does not open with your key.

Sign this when ombra-desk open says that none of your keys opens the case, or that
the newest case key does not open. It flags the case to oversight and tells the
other holders; any of them can grant the case to you again. CASE names papers
that are kept here.`,
		Args: atMost("CASE"),
		RunE: runs(func(args []string) error { return d.unreadable(args, file, out) }),
	}
	cmd.Flags().StringVar(&file, "papers", "", "the papers that do not open")
	cmd.Flags().StringVar(&out, "out", papers.ActName, "where to write the act file")
	return cmd
}

func (d *desk) unreadable(args []string, name, out string) error {
	o := &actOptions{do: "unreadable", papers: name}
	id, err := d.actOn(args, o)
	if err != nil {
		return err
	}
	if err := free(out); err != nil {
		return err
	}
	r, err := d.openFor(id, name)
	if err != nil {
		return err
	}
	file, err := r.p.Unreadable(r.k.signing, r.k.ids(), r.pins, papers.NewOnce(), d.today())
	if err != nil {
		return err
	}
	if err := create(out, file); err != nil {
		return err
	}
	if d.json {
		return d.writeJSON(map[string]string{"file": out, "case": r.p.Manifest().Case, "do": o.do})
	}
	d.note("Signed. Drop this file into the chat:\n")
	d.say("%s\n", out)
	return nil
}
