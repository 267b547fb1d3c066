package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"ombra/adapters/mattermost"
	"ombra/config"
)

func newMattermost(o *options) *cobra.Command {
	s := &mattermostSetup{options: o}
	setup := &cobra.Command{
		Use:   "setup",
		Short: "Make the bot, its token, the slash command and the callbacks' secret",
		Long: `Make the bot, its token, the slash command and the callbacks' secret, as far as
they are not there, and print exactly what was changed.

It needs the token of a system administrator, which is used once and kept
nowhere: put it into OMBRA_MM_ADMIN_TOKEN, or name a file that holds it. Without
one it prints what an administrator has to do by hand.`,
		Args: cobra.NoArgs,
		RunE: runs(func(ctx context.Context, _ []string) error { return s.run(ctx) }),
	}
	flags := setup.Flags()
	flags.StringVar(&s.tokenFile, "admin-token-file", "", "the file that holds the token of a system administrator")
	flags.StringVar(&s.bot, "bot", "ombra", "the bot's user name")
	flags.StringSliceVar(&s.teams, "team", nil, "only for this team (may be given again); without: for all")
	return group("mattermost", "What Mattermost needs to know", setup)
}

type mattermostSetup struct {
	*options

	tokenFile, bot string
	teams          []string
}

func (s *mattermostSetup) run(ctx context.Context) error {
	cfg, err := s.load()
	if err != nil {
		return err
	}
	m := cfg.Mattermost
	if !m.On() {
		return fail("there is no [mattermost] in the configuration", "write the table first: see docs/mattermost.md; the files need not exist yet")
	}
	admin, err := s.admin()
	if err != nil {
		return err
	}
	secret, made, err := s.secret(m.CallbackSecretFile)
	if err != nil {
		return err
	}
	if made {
		s.say("wrote   %s: the secret of the callbacks' paths\n", m.CallbackSecretFile)
	}
	if !admin.Has() {
		return s.steps(cfg, secret)
	}
	old, err := readSecret(m.TokenFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	done, err := mattermost.Setup(ctx, mattermost.SetupOptions{
		URL: m.URL, Admin: admin, Bot: s.bot, Name: cfg.Office.Name, Teams: s.teams, Public: m.CallbackURL, Paths: secret, Token: old,
	})
	// What was made must not be lost because something after it failed.
	if kept := s.keep(m, done); kept != nil {
		return kept
	}
	if err != nil {
		return setupError(err)
	}
	if len(done.Changed) == 0 && len(done.Found) == 0 && (done.Owner == "" || done.Owner == m.Owner) {
		s.say("Nothing to change.\n")
	}
	return nil
}

// setupError says what to do: the adapter's words name the step alone.
func setupError(err error) error {
	var f *failure
	words, ours := strings.CutPrefix(err.Error(), "mattermost: ")
	if errors.As(err, &f) || !ours {
		return err
	}
	return fail(words, "mend that and run it again: what was made stays. The token is a system administrator's, from "+
		"Mattermost: picture, Profile, Security, Personal Access Tokens")
}

// keep writes the files and says what was done.
func (s *mattermostSetup) keep(m config.Mattermost, done mattermost.Made) error {
	for _, c := range done.Changed {
		s.say("changed %s\n", c)
	}
	for _, f := range []struct {
		path   string
		secret mattermost.Secret
		what   string
	}{{m.TokenFile, done.Token, "the bot's token"}, {m.SlashTokenFile, done.Slash, "the slash command's token"}} {
		if !f.secret.Has() {
			continue
		}
		if old, err := readSecret(f.path); err == nil && old.Reveal() == f.secret.Reveal() {
			continue
		}
		if err := writePrivate(f.path, []byte(f.secret.Reveal()+"\n"), s.now()); err != nil {
			return err
		}
		s.say("wrote   %s: %s\n", f.path, f.what)
	}
	if done.Owner != "" && done.Owner != m.Owner {
		s.say("WRITE   owner = %q into [mattermost]: it is the account that owns the bot, and ombra check tells when it leaves\n", done.Owner)
	}
	for _, f := range done.Found {
		s.say("MEND    %s\n        %s\n", f.What, f.Mend)
	}
	return nil
}

// admin reads the administrator's token. It is never an argument: those are seen by
// everybody on the machine.
func (s *mattermostSetup) admin() (mattermost.Secret, error) {
	if s.tokenFile != "" {
		return readSecret(s.tokenFile)
	}
	return mattermost.NewSecret(strings.TrimSpace(os.Getenv("OMBRA_MM_ADMIN_TOKEN"))), nil
}

func (s *mattermostSetup) secret(path string) (secret mattermost.Secret, made bool, err error) {
	secret, err = readSecret(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return secret, false, err
	}
	secret = mattermost.NewSecret(rand.Text() + rand.Text())
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return secret, false, err
	}
	return secret, true, createPrivate(path, []byte(secret.Reveal()+"\n"), s.now())
}

// steps is what an administrator does by hand.
func (s *mattermostSetup) steps(cfg *config.Config, secret mattermost.Secret) error {
	m := cfg.Mattermost
	s.say(`No administrator's token was given, so nothing was changed in Mattermost. By hand:

 1. System Console, Integrations: switch on bot accounts and personal access tokens;
    switch off "Disable bot accounts when owner is deactivated". If the callbacks have
    a private address, name it under Environment, Developer, "Allow untrusted internal
    connections".
 2. Integrations, Bot Accounts, Add: user name %s, role Member. Put the token that is
    shown into %s (mode 0600).
 3. In each team, Integrations, Slash Commands, Add: trigger word %s, method POST,
    autocomplete on, and this request URL, which is a secret:
      %s
    Put the token that is shown into %s (mode 0600), a line for each team.
 4. System Console, User Management, Permissions: take "Manage Slash Commands" from team
    administrators and everybody else. Whoever has it can read that token and type as
    anybody.
 5. Have the bot join each team. Then: ombra check
`, s.bot, m.TokenFile, mattermost.Trigger, mattermost.SlashURL(m.CallbackURL, secret), m.SlashTokenFile)
	return nil
}

func readSecret(path string) (mattermost.Secret, error) {
	text, err := readPrivate(path)
	if err != nil {
		return mattermost.NewSecret(""), err
	}
	return mattermost.NewSecret(strings.TrimSpace(string(text))), nil
}

// mattermostOptions reads what [mattermost] names.
func mattermostOptions(cfg *config.Config) (mattermost.Options, error) {
	m := cfg.Mattermost
	o := mattermost.Options{
		URL: m.URL, Listen: m.Listen, Public: m.CallbackURL, Sources: m.Prefixes(), CertFile: m.CertFile, KeyFile: m.KeyFile,
		Attachments: mattermost.Attachments(cmp.Or(m.Attachments, string(mattermost.SealedOnly))), People: map[string]string{}, Owner: m.Owner,
	}
	for _, from := range []struct {
		file string
		into *mattermost.Secret
	}{{m.TokenFile, &o.Token}, {m.SlashTokenFile, &o.Slash}, {m.CallbackSecretFile, &o.Paths}} {
		secret, err := readSecret(from.file)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return o, fail("there is no "+from.file, "ombra mattermost setup makes it; see docs/mattermost.md")
		case err != nil:
			return o, err
		case !secret.Has():
			return o, fail(from.file+" is empty", "ombra mattermost setup writes it; see docs/mattermost.md")
		}
		*from.into = secret
	}
	for _, people := range []map[string]config.Accounts{cfg.Ombudsmen, cfg.Oversight} {
		for name, a := range people {
			if a.Mattermost != "" {
				o.People[a.Mattermost] = name
			}
		}
	}
	return o, nil
}

// mattermostNotes are about what check cannot see just now.
func mattermostNotes(cfg *config.Config, serving bool) (found []finding) {
	m := cfg.Mattermost
	if !m.On() {
		return nil
	}
	if m.Owner == "" {
		found = append(found, finding{
			"it is not known which account owns the bot in Mattermost: if that is switched off, the bot is too",
			"ombra mattermost setup with an administrator's token says it; write it as owner under [mattermost]", false,
		})
	}
	if !serving {
		found = append(found, finding{
			"whether Mattermost reaches the callbacks is looked at only while the office is served",
			"ombra serve, then ombra check beside it", false,
		})
	}
	return found
}
