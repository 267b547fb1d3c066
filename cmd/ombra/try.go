package main

import (
	"context"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"ombra/adapters/terminal"
	"ombra/bot"
)

// newTry is a seat in an office for tests, so that it can be tried before any
// chat is set up. Whoever may open its socket may speak for anybody, so there is
// none in an office for real cases.
func newTry(o *options) *cobra.Command {
	var save string
	c := &cobra.Command{
		Use:   "try [NAME]",
		Short: "Be anybody in an office for tests, at this terminal",
		Long: `Be anybody in an office that was made for tests and is being served.

NAME is an account of the test platform: that of an ombudsman or of oversight is
what the configuration has as terminal = "NAME"; everybody else is staff. Type
"be NAME" to be somebody else, and "quit" to leave.`,
		Args: cobra.MaximumNArgs(1),
		RunE: runs(func(ctx context.Context, args []string) error {
			return o.try(ctx, strings.Join(args, ""), save)
		}),
	}
	c.Flags().StringVar(&save, "save", ".", "folder for files that the office hands over; nothing is overwritten")
	return c
}

func (o *options) try(ctx context.Context, name, save string) error {
	cfg, err := o.load()
	if err != nil {
		return err
	}
	if !cfg.Test {
		return refuse("only an office that was made for tests can be tried so", "ombra init --test makes one; or: ombra demo")
	}
	client, err := terminal.Dial(path(cfg, "test.sock"))
	if err != nil {
		return fail("the office is not served", "in another terminal: ombra serve")
	}
	defer func() { _ = client.Close() }()
	ctx, unhear := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer unhear()
	return o.trySeat(ctx, client, name, save)
}

// trySeat seats a person until they leave or the office is gone.
func (o *options) trySeat(ctx context.Context, client *terminal.Client, name, save string) error {
	if name == "" {
		name = "staff"
	}
	if err := client.Watch(name); err != nil {
		return fail("no account can have this name", "choose a shorter one")
	}
	ctx, leave := context.WithCancel(ctx)
	defer leave()
	hall, gone := terminal.NewHall(), make(chan struct{})
	go func() { // ends with the connection, which the caller closes
		defer leave()
		defer close(gone)
		for n := range client.Notices() {
			_ = hall.Tell(ctx, terminal.Account(n.Account), n.Key, n.Step) // whoever is not at the terminal now misses it
		}
	}()
	in, ok := o.in.(*os.File)
	var seat *terminal.Terminal
	seat = terminal.New(terminal.Options{
		In: o.in, Out: o.out, TTY: ok && term.IsTerminal(int(in.Fd())), Account: name, Hall: hall, Save: save,
		Verbs: bot.New(bot.Options{}).Verbs(),
		Hook: func(line string) bool {
			name, is := strings.CutPrefix(strings.TrimSpace(line), "be ")
			if name = strings.TrimSpace(name); !is || name == "" || client.Watch(name) != nil {
				return false
			}
			seat.As(name)
			o.say("\nYou are %s.\n", name)
			return true
		},
	}, client.Handle)
	o.say("This office is for tests. You are %s; type \"be NAME\" to be somebody else, \"quit\" to leave.\n", name)
	if err := seat.Run(ctx); err != nil {
		return err
	}
	select {
	case <-gone:
		return fail("the office is not served any more", "in another terminal: ombra serve")
	default:
		return nil
	}
}
