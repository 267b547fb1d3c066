package main

import (
	"slices"

	"github.com/spf13/cobra"
)

func newReseal(d *desk) *cobra.Command {
	o := &actOptions{do: "reseal"}
	var number int64
	cmd := actCommand(d, o, "reseal", "Seal what came from the filer's device again, for those who came later")
	cmd.Long = `Seal what came from the filer's device again, for those who came later.

A report that was sealed on the filer's own device opens to the ombudsmen of that
day alone, not to whom the case was granted later. This makes a copy for everybody
who holds the case, words and files, signed by you. The original stays.`
	for _, flag := range []string{"file", "attach", "again"} {
		_ = cmd.Flags().MarkHidden(flag) // what is copied is in the papers
	}
	cmd.Flags().Int64Var(&number, "paper", 0, "the number of the paper, where there are several")
	cmd.RunE = runs(func(args []string) error { return d.reseal(args, o, number) })
	return cmd
}

func (d *desk) reseal(args []string, o *actOptions, number int64) error {
	if o.file != "" || len(o.attach) > 0 || o.again {
		return usage("this act takes no words of yours", "write a note beside it: ombra-desk act note")
	}
	id, err := d.actOn(args, o)
	if err != nil {
		return err
	}
	if err := free(o.out); err != nil {
		return err
	}
	r, err := d.openFor(id, o.papers)
	if err != nil {
		return err
	}
	t, err := r.read()
	if err != nil {
		return err
	}
	all := t.Sealed()
	switch {
	case number == 0 && len(all) == 1:
		number = all[0]
	case number == 0 && len(all) > 1:
		return usage("more than one paper was sealed on the filer's device", "name one: --paper N; ombra-desk open shows the numbers")
	case number != 0 && !slices.Contains(all, number):
		number = 0
	}
	draft, err := t.Reseal(number)
	if err != nil {
		return err
	}
	if err := d.heed(t, o.yes); err != nil {
		return err
	}
	return d.signDraft(r, t, o, keptDraft{Draft: draft})
}
