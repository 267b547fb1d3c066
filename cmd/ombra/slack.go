package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/spf13/cobra"

	"ombra/adapters/slack"
	"ombra/cases"
	"ombra/config"
)

func newSlack(o *options) *cobra.Command {
	return group("slack", "What Slack needs to know",
		&cobra.Command{
			Use:   "manifest",
			Short: "Print the app manifest for this configuration",
			Long: `Print the app manifest for this configuration, to paste on api.slack.com/apps.

It asks for the least rights that will do: what [slack] switches off takes its
right with it. Without [slack] it is the manifest of an office that calls Slack
and whose people may write to the bot.`,
			Args: cobra.NoArgs,
			RunE: runs(func(context.Context, []string) error { return o.slackManifest() }),
		})
}

func (o *options) slackManifest() error {
	cfg, err := o.load()
	if err != nil {
		return err
	}
	s := cfg.Slack
	_, err = o.out.Write(slack.Manifest(slack.Plan{
		Name: cmp.Or(cfg.Office.Name, "Ombra"), Mode: s.Mode, URL: s.URL, Direct: s.DirectMessages, Attachments: s.Attachments,
	}))
	return err
}

// Where init says that the tokens are, beside the configuration.
const (
	slackBotFile = "keys/slack-bot.token"
	slackAppFile = "keys/slack-app.token"
)

// slackNotes are about settings that are as somebody wants them, and cost something
// that is easily forgotten.
func slackNotes(cfg *config.Config) []finding {
	s := cfg.Slack
	if !s.On() || cfg.Mattermost.On() || s.Attachments != "off" {
		return nil
	}
	return []finding{{
		"ombudsmen cannot hand in signed files through Slack, so no case can be answered with a signature or closed: slack.attachments is off",
		"with slack.attachments = \"sealed\" they can; or give them [mattermost] beside it", false,
	}}
}

// slackForms refuses questions that are more than Slack shows in one view: nobody
// could open the form.
func slackForms(cfg *config.Config) (found config.Problems) {
	if !cfg.Slack.On() {
		return nil
	}
	forms := formsOf(cfg.FormSet)
	for _, kind := range []cases.Kind{cases.Report, cases.Redress} {
		for _, lang := range cfg.FormSet.Languages() {
			over := slack.Oversize(forms.Largest(kind, lang), cmp.Or(cfg.Slack.Attachments, slack.SealedOnly))
			if over > 0 {
				found = append(found, cfg.FormSet.Problem(
					string(kind), fmt.Sprintf("the %s form is %d KB larger in %q than Slack shows", kind, (over+1023)>>10, lang),
					"offer fewer or shorter options, or ask fewer questions",
				))
			}
		}
	}
	return found
}

// slackOptions reads what [slack] names.
func slackOptions(cfg *config.Config) (slack.Options, error) {
	s := cfg.Slack
	o := slack.Options{
		Mode: s.Mode, Listen: s.Listen, APIURL: s.APIURL, Direct: s.DirectMessages, Attachments: s.Attachments, People: map[string]string{},
	}
	for _, from := range []struct {
		file string
		into *slack.Secret
	}{{s.BotTokenFile, &o.BotToken}, {s.AppTokenFile, &o.AppToken}, {s.SigningSecretFile, &o.SigningSecret}} {
		if from.file == "" {
			continue
		}
		text, err := readPrivate(from.file)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return o, fail("there is no "+from.file, "docs/slack.md says where Slack shows what belongs there; chmod 600 it")
		case err != nil:
			return o, err
		}
		if strings.TrimSpace(string(text)) == "" {
			return o, fail(from.file+" is empty", "see docs/slack.md for what belongs there")
		}
		*from.into = slack.Hide(strings.TrimSpace(string(text)))
	}
	ombudsmen, oversight := cfg.Names()
	for _, people := range []map[string]string{ombudsmen, oversight} {
		for account, name := range people {
			o.People[account] = name
		}
	}
	return o, nil
}
