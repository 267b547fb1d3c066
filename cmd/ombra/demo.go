package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/spf13/cobra"

	"ombra/bot"
	"ombra/bot/bottest"
	"ombra/cases"
	"ombra/cases/sqlite"
	"ombra/config"
)

// newDemo is a working office in one command: no network, no account, no
// configuration. Its keys are throwaways that live as long as it does.
func newDemo() *cobra.Command {
	var dir string
	var tour bool
	c := &cobra.Command{
		Use:   "demo",
		Short: "a working office to try: be staff, an ombudsman or a claimant",
		Long: `demo sets up an office with three ombudsmen, anna, bela and chris, whose
machines it plays, and lets you be anyone in it. With --tour it tells the whole
story by itself, and fails loudly when a step does not hold.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return demo(cmd, dir, tour)
		},
	}
	c.Flags().StringVar(&dir, "dir", "", "where the office keeps its files (a new folder; default: a temporary one)")
	c.Flags().BoolVar(&tour, "tour", false, "tell the story unattended, each line saying who sees what")
	return c
}

// demo plays until it is over or the person is gone: with Ctrl-C, the terminal,
// or what reads the output. Each of them would end the process at once, with the
// temporary folder left behind.
func demo(cmd *cobra.Command, dir string, tour bool) error {
	ctx, unhear := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE)
	defer unhear()
	d, err := newDemoOffice(ctx, dir, tour)
	if err == nil {
		if tour {
			err = d.tour(ctx, cmd.OutOrStdout())
		} else {
			err = d.sit(ctx, cmd.InOrStdin(), cmd.OutOrStdout())
		}
		err = errors.Join(err, d.close())
	}
	if ctx.Err() != nil {
		return &failure{code: exitFailed} // nobody is there to be told
	}
	return err
}

// demoOffice is an office of throwaway keys in a folder of its own.
type demoOffice struct {
	*bottest.Office
	dir   string
	keep  bool // the folder was asked for
	store *sqlite.DB
	shelf *sqlite.Shelf
	bell  bottest.Bell // on the tour: what people are told
}

func newDemoOffice(ctx context.Context, dir string, tour bool) (*demoOffice, error) {
	d := &demoOffice{dir: dir, keep: dir != ""}
	if err := d.folder(); err != nil {
		return nil, err
	}
	var err error
	if d.store, err = sqlite.Open(filepath.Join(d.dir, "ombra.db"), sqlite.Options{Create: true}); err != nil {
		return nil, errors.Join(err, d.close())
	}
	d.shelf, err = sqlite.OpenShelf(filepath.Join(d.dir, "files"), sqlite.Options{Create: true})
	if err != nil {
		return nil, errors.Join(err, d.close())
	}
	set := bottest.Settings{Platforms: []string{"terminal"}}
	if tour {
		set = d.bell.Hang(bottest.Living(set))
	} else {
		withRealForms(&set)
	}
	if d.Office, err = bottest.NewOffice(ctx, d.store, d.shelf, set); err != nil {
		return nil, errors.Join(err, d.close())
	}
	return d, nil
}

// folder makes the office's folder: a new one, so that nothing that is there
// already is mixed up with throwaways.
func (d *demoOffice) folder() error {
	if d.dir == "" {
		var err error
		d.dir, err = os.MkdirTemp("", "ombra-demo-")
		return err
	}
	if err := os.MkdirAll(d.dir, 0o700); err != nil {
		return err
	}
	there, err := os.ReadDir(d.dir)
	if err != nil {
		return err
	}
	if len(there) > 0 {
		return fmt.Errorf("%s is not empty; name a new folder with --dir", d.dir)
	}
	return os.Chmod(d.dir, 0o700) //nolint:gosec // a folder needs its x bit
}

// close stops the office; a temporary folder goes with it.
func (d *demoOffice) close() error {
	var err error
	if d.store != nil {
		err = d.store.Close()
	}
	if !d.keep {
		err = errors.Join(err, os.RemoveAll(d.dir))
	}
	return err
}

// withRealForms asks what an office around offensive cyber capabilities asks.
func withRealForms(set *bottest.Settings) {
	forms := config.Builtin("cyber")
	set.Change = func(o *cases.Office) {
		o.Categories = nil
		for _, c := range forms.Categories {
			o.Categories = append(o.Categories, c.ID)
		}
	}
	set.Options = func(o *bot.Options) { o.Forms = formsOf(forms) }
}

// say prints one line; a demonstration whose output is gone has nothing to do.
func say(w io.Writer, format string, args ...any) {
	_, _ = fmt.Fprintf(w, format+"\n", args...)
}
