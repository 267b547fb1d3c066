package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/spf13/cobra"

	"ombra/config"
	"ombra/crypto"
)

// options are what all commands share: the flags and the ways in and out.
type options struct {
	config string
	json   bool

	in       io.Reader
	out, err io.Writer
	now      func() time.Time
	// mute cuts the runtime off from the standard error and returns a way that
	// only this program has; nil leaves it as it is.
	mute func() (io.Writer, error)
}

func newOptions() *options {
	return &options{in: os.Stdin, out: os.Stdout, err: os.Stderr, now: time.Now}
}

func newRoot(o *options) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "ombra",
		Short: "A channel for whistleblowing and redress whose host cannot read it",
		Long: `A channel for whistleblowing and redress whose host cannot read it.

First:   ombra init, then ombra check until it finds nothing, then ombra roster add
Daily:   ombra serve, ombra backup
Outside: ombra roster publish, ombra log export

Ombudsmen, filers and auditors use ombra-desk on their own machines.`,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	flags := cmd.PersistentFlags()
	flags.StringVarP(&o.config, "config", "c", cmp.Or(os.Getenv("OMBRA_CONFIG"), "ombra.toml"), "the configuration")
	flags.BoolVar(&o.json, "json", false, "write JSON, for machines")
	cmd.AddCommand(newInit(o), newCheck(o), isPlain(newServe(o)), isPlain(newTry(o)), newRoster(o), newLog(o), newBackup(o), newRestore(o),
		isPlain(newSlack(o)), isPlain(newMattermost(o)), newVersion(o), isPlain(classified(newDemo())))
	cmd.SetFlagErrorFunc(flagError)
	cmd.PersistentPreRunE = o.refuseJSON
	return cmd
}

// group is a command that only has subcommands. Without this cobra takes an
// unknown one for an argument, shows the help and reports success.
func group(use, short string, subs ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{Use: use, Short: short, Args: cobra.NoArgs, RunE: func(*cobra.Command, []string) error {
		return usage("this command needs another word after it", "ombra help "+use)
	}}
	cmd.AddCommand(subs...)
	return cmd
}

// runs wraps what a command does, so that its errors are told apart from cobra's
// own, which are all about usage.
func runs(f func(ctx context.Context, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		if err := f(cmd.Context(), args); err != nil {
			return classify(err)
		}
		return nil
	}
}

// classified is runs for a command that has its own RunE.
func classified(cmd *cobra.Command) *cobra.Command {
	f := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := f(cmd, args); err != nil {
			return classify(err)
		}
		return nil
	}
	return cmd
}

// say writes to standard output. Whatever it is given passes Clean: a terminal
// obeys what it is sent, and enrolments come from elsewhere.
func (o *options) say(format string, args ...any) {
	_, _ = io.WriteString(o.out, crypto.Clean(fmt.Sprintf(format, args...)))
}

// note writes beside the output, so that a pipe gets only the result.
func (o *options) note(format string, args ...any) {
	_, _ = io.WriteString(o.err, crypto.Clean(fmt.Sprintf(format, args...)))
}

func (o *options) writeJSON(v any) error {
	e := json.NewEncoder(o.out)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// load reads the configuration.
func (o *options) load() (*config.Config, error) {
	cfg, err := config.Load(o.config)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fail("there is no configuration at "+o.config, "ombra init, or name it with --config")
	}
	if err != nil {
		return nil, err
	}
	if found := slackForms(cfg); len(found) > 0 {
		return nil, found
	}
	return cfg, nil
}
