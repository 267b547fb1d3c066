package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"ombra/cases"
)

// named is what the commands about one of the roster take.
type named struct {
	Name  string    `json:"name"`
	From  cases.Day `json:"from,omitempty"`
	Until cases.Day `json:"until,omitempty"`
}

// absence is what roster.away gives.
type absence struct {
	From   cases.Day `json:"from"`
	Until  cases.Day `json:"until"`
	Long   bool      `json:"long"`   // dormant grants are released on its first day
	Now    bool      `json:"now"`    // which has come
	Closed bool      `json:"closed"` // nobody could be given a case on that day
	Days   int       `json:"days"`   // the office's longest absence that is waited out
}

func (o *office) rosterAway(ctx context.Context, n named) (absence, error) {
	a, err := o.service.SetAway(ctx, n.Name, n.From, n.Until)
	return absence{a.From, a.Until, a.Long, a.Now, a.Closed, o.service.Office.Absence}, err
}

func (o *office) rosterAbsence(ctx context.Context, n named) (absence, error) {
	a, err := o.service.PlanAway(ctx, n.Name, n.From, n.Until)
	return absence{From: a.From, Until: a.Until, Long: a.Long, Now: a.Now, Days: o.service.Office.Absence}, err
}

func (o *office) rosterBack(ctx context.Context, n named) (nothing, error) {
	return nothing{}, o.service.Back(ctx, n.Name)
}

func (o *office) rosterUntil(ctx context.Context, n named) (nothing, error) {
	return nothing{}, o.service.MoveEnd(ctx, n.Name, n.Until)
}

// left is what roster.leaving and roster.remove give.
type left struct {
	Held     int  `json:"held"`     // open cases that they held
	Alone    int  `json:"alone"`    // of these: nobody else can open them
	Backstop bool `json:"backstop"` // they are the outside body
	Closed   bool `json:"closed"`   // afterwards: nobody can be given a case
}

func (o *office) rosterLeaving(ctx context.Context, n named) (left, error) {
	l, err := o.service.Leaving(ctx, n.Name)
	m, _ := o.service.Ombudsman(n.Name)
	return left{Held: l.Held, Alone: l.Alone, Backstop: m.Backstop}, err
}

func (o *office) rosterRemove(ctx context.Context, n named) (left, error) {
	l, err := o.rosterLeaving(ctx, n)
	if err == nil {
		err = o.service.Remove(ctx, n.Name)
	}
	l.Closed = !o.service.Open()
	return l, err
}

func newRosterAway(o *options) *cobra.Command {
	yes := false
	cmd := &cobra.Command{
		Use:   "away NAME FROM UNTIL",
		Short: "Enter an absence: no new cases in these days",
		Long: `Enter an absence: no new cases in these days.

FROM and UNTIL are its first and last day, like 2026-12-21 2027-01-08. Whoever is
away still sees their cases and hears of them, and what filers were promised stays.
An absence longer than clocks.absence_days counts as not being there: from its first
day on the reserve is given the open cases that lack a holder, and keeps them. There
is one absence at a time: another one takes its place, and one that goes on from it
counts from the first day of both. ombra roster back takes it back; a long one that
has begun asks first, since what the reserve has seen cannot be taken back.`,
		Args: needs("NAME", "FROM", "UNTIL"),
		RunE: runs(func(ctx context.Context, args []string) error {
			return o.rosterAway(ctx, named{Name: args[0], From: cases.Day(args[1]), Until: cases.Day(args[2])}, yes)
		}),
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return cmd
}

func (o *options) rosterAway(ctx context.Context, n named, yes bool) error {
	var a absence
	if err := o.ask(ctx, "roster.absence", n, &a); err != nil {
		return err
	}
	if a.Now {
		o.note("That is longer than %d days: the reserve is given the open cases that lack a holder at once, and keeps them.\n", a.Days)
		if err := o.confirm(yes, n.Name+" is away from "+string(a.From)+" to "+string(a.Until)+"?"); err != nil {
			return err
		}
	}
	if err := o.ask(ctx, "roster.away", n, &a); err != nil {
		return err
	}
	if o.json {
		return o.writeJSON(a)
	}
	o.say("%s is away from %s to %s.\n", n.Name, a.From, a.Until)
	if a.Long && !a.Now {
		o.note("That is longer than %d days: from %s on the reserve is given the open cases that lack a holder,\n"+
			"and keeps them. Take it back before if that should not be: ombra roster back %s\n", a.Days, a.From, n.Name)
	}
	if a.Closed {
		o.note("On the first of these days nobody could be given a case, and nothing can be filed: appoint somebody, with ombra roster add.\n")
	}
	return nil
}

func newRosterBack(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "back NAME",
		Short: "End an absence today, or take back one that was planned",
		Args:  needs("NAME"),
		RunE: runs(func(ctx context.Context, args []string) error {
			if err := o.ask(ctx, "roster.back", named{Name: args[0]}, &nothing{}); err != nil {
				return err
			}
			if o.json {
				return o.writeJSON(map[string]string{"back": args[0]})
			}
			o.say("%s is not away.\n", args[0])
			return nil
		}),
	}
}

func newRosterUntil(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "until NAME DAY",
		Short: "Move the last day of a mandate: renew it, or let somebody resign",
		Long: `Move the last day of a mandate: renew it, or let somebody resign.

A longer mandate keeps the keys that were proved, and gives back what was seen if it
had lapsed and nobody else has signed since. A shorter one leaves time to grant open
cases to colleagues; after that day they are out of sight. To end it at once: ombra
roster remove.`,
		Args: needs("NAME", "DAY"),
		RunE: runs(func(ctx context.Context, args []string) error {
			n := named{Name: args[0], Until: cases.Day(args[1])}
			if err := o.ask(ctx, "roster.until", n, &nothing{}); err != nil {
				return err
			}
			if o.json {
				return o.writeJSON(n)
			}
			o.say("The mandate of %s ends on %s.\n", n.Name, n.Until)
			o.note("Publish the office file anew: ombra roster publish\n")
			return nil
		}),
	}
}

func newRosterRemove(o *options) *cobra.Command {
	yes := false
	cmd := &cobra.Command{
		Use:   "remove NAME",
		Short: "Take somebody off the roster, at once and for good",
		Long: `Take somebody off the roster, at once and for good.

They lose sight of every case in the same moment, and do not get it back by a later
appointment. Where too few holders remain the reserve is given the case, then the
backstop. Their copies of case keys are
deleted only after another holder has signed an act on the case: before, that could
lock everybody out. What they opened already they know, and papers on their machine
still open there. Somebody who resigns in peace: ombra roster until.`,
		Args: needs("NAME"),
		RunE: runs(func(ctx context.Context, args []string) error { return o.rosterRemove(ctx, args[0], yes) }),
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return cmd
}

func (o *options) rosterRemove(ctx context.Context, name string, yes bool) error {
	n := named{Name: name}
	var l left
	if err := o.ask(ctx, "roster.leaving", n, &l); err != nil {
		return err
	}
	o.note("%s", l.warns(name))
	if err := o.confirm(yes, "Remove "+name+"?"); err != nil {
		return err
	}
	if err := o.ask(ctx, "roster.remove", n, &l); err != nil {
		return err
	}
	if o.json {
		return o.writeJSON(l)
	}
	o.say("%s is removed.\n", name)
	o.note("1. Take [ombudsmen.%s] out of the configuration, and start the office again.\n"+
		"2. Publish the office file anew: ombra roster publish\n", name)
	if l.Closed {
		o.note("Nobody can be given a case any more, and nothing can be filed: appoint somebody, with ombra roster add.\n")
	}
	return nil
}

// warns says what a removal means before it is done.
func (l left) warns(name string) string {
	words := fmt.Sprintf("%s loses sight of every case at once and for good, of %d open ones now. Where too few holders\n"+
		"remain, the reserve and then the backstop are given the case, and keep it.\n", name, l.Held)
	if l.Alone > 0 {
		words += fmt.Sprintf("NOBODY ELSE can open %d of them, now or later, unless %s grants them to a colleague before.\n", l.Alone, name)
	}
	if l.Backstop {
		words += "This is a backstop: without one, a filer who excludes everybody else cannot file.\n"
	}
	return words
}

// confirm asks on a terminal, unless that was answered beforehand.
func (o *options) confirm(yes bool, question string) error {
	if yes {
		return nil
	}
	in, ok := o.in.(*os.File)
	if !ok || !term.IsTerminal(int(in.Fd())) {
		return usage("this has to be confirmed, and nobody is at a terminal: "+question, "answer beforehand with --yes")
	}
	o.note("%s [y/N] ", question)
	line, err := bufio.NewReader(in).ReadString('\n')
	if answer := strings.ToLower(strings.TrimSpace(line)); err != nil || answer != "y" && answer != "yes" {
		return refuse("nothing was changed", "")
	}
	return nil
}
