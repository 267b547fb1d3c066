package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	catalog "ombra/bot/say"
	"ombra/config"
)

func newInit(o *options) *cobra.Command {
	s := &setup{options: o, answers: map[string]*string{}}
	cmd := &cobra.Command{
		Use:   "init [DIR]",
		Short: "Set up a new office: its configuration, database and log key",
		Long: `Set up a new office in DIR (default: this folder): ombra.toml beside a data folder.

On a terminal it asks; without one, or with --yes, everything comes from flags.
It never writes over anything.`,
		Args: cobra.MaximumNArgs(1),
		RunE: runs(func(ctx context.Context, args []string) error {
			return s.run(ctx, cmp.Or(strings.Join(args, ""), "."))
		}),
	}
	for _, q := range questions {
		s.answers[q.flag] = cmd.Flags().String(q.flag, "", q.asks)
	}
	cmd.Flags().BoolVar(&s.test, "test", false, "an office for tests, for good: its cases are marked and in no figure")
	cmd.Flags().BoolVar(&s.yes, "yes", false, "ask nothing; take the default where no flag is given")
	return cmd
}

// setup is one run of init.
type setup struct {
	*options

	answers   map[string]*string // by flag
	test, yes bool
	lines     *bufio.Reader
}

// A question is asked on a terminal, or answered by a flag. One without a
// default has to be answered: its answer is nobody's to assume.
type question struct {
	flag, asks, explains string
	otherwise            string
	check                func(string) error
	only                 func(s *setup) bool // nil: always
}

var questions = []question{
	{
		flag: "origin", asks: "name of this deployment for ever, like ombud.example.org",
		explains: "The name of this deployment for ever, like ombud.example.org. It goes into every\nreceipt and every signature; changing it kills all receipts. It need not be a host.",
		check:    checkOrigin,
	},
	{flag: "name", asks: "what people call the office", check: checkLine},
	{flag: "time-zone", asks: "time zone in which days are counted, like Europe/Vienna", check: checkZone},
	{
		flag: "language", asks: "language in which people are spoken to first", otherwise: "en", check: checkLanguage,
		explains: "There are words for: " + strings.Join(catalog.Langs(), ", ") + ".",
	},
	{
		flag: "profile", asks: "which promise holds: grm, eu-2019-1937 or custom", check: checkProfile,
		explains: `By when filers are acknowledged and answered. Ask whoever knows which law applies;
nothing is assumed here.
  grm           grievance practice, bound to no statute: acknowledged in 2 business
                days, answered 21 days after
  eu-2019-1937  Directive (EU) 2019/1937 Art 9: acknowledged in 7 days, answered 3
                months after. It does not cover some defence and security
                procurement (Art 3), and national law may ask for more.
  custom        days of your own`,
	},
	{flag: "ack-days", asks: "days until a filing is acknowledged", check: checkDays, only: isCustom},
	{flag: "feedback-days", asks: "days from acknowledgement until the filer has an answer", check: checkDays, only: isCustom},
	{
		flag: "forms", asks: "the questions: cyber, workplace, or the path of a TOML file", otherwise: "cyber", check: checkLine,
		explains: "cyber is for people around the procurement and use of offensive cyber capabilities,\nworkplace for any other office.",
	},
	{flag: "slack", asks: "is the office on Slack: yes or no", otherwise: "no", check: checkYesNo},
	{
		flag: "direct-messages", asks: "whether people can write to the app in Slack: on or buttons", check: checkDirect, only: isOnSlack,
		explains: `What people write to the app is kept by Slack, and those who run the workspace can
export it. Before they write they are told so, and led to a private form.
  on       people can write
  buttons  nobody can; everything goes through private forms. For offices at high
           risk`,
	},
}

func isCustom(s *setup) bool { return s.given("profile") == "custom" }

func isOnSlack(s *setup) bool { return s.given("slack") == "yes" }

// given is the answer to a question, if there is one.
func (s *setup) given(flag string) string {
	if a := s.answers[flag]; a != nil {
		return *a
	}
	return ""
}

func (s *setup) run(ctx context.Context, dir string) error {
	file := filepath.Join(dir, "ombra.toml")
	if _, err := os.Lstat(file); !errors.Is(err, fs.ErrNotExist) {
		return fail("there is a configuration at "+file+" already", "choose another folder; an office is never made over")
	}
	if err := s.ask(); err != nil {
		return err
	}
	cfg, err := s.office(dir)
	if err != nil {
		return err
	}
	if err := s.create(ctx, dir, file, cfg); err != nil {
		return err
	}
	return s.next(dir, file)
}

// create makes the office, or leaves nothing behind: half of one would be in the
// way of the next try.
func (s *setup) create(ctx context.Context, dir, file string, cfg *config.Config) (err error) {
	data := cfg.Office.Data
	if cfg.Office.Data, err = filepath.Abs(filepath.Join(dir, data)); err != nil {
		return err
	}
	undo := undoes(cfg.Office.Data)
	defer func() {
		if err != nil {
			err = errors.Join(err, undo())
		}
	}()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := createOffice(ctx, cfg, s.now); err != nil {
		return err
	}
	cfg.Office.Data = data
	return create(file, []byte(config.Example(*cfg)), 0o600)
}

// ask answers every question, or says which flag is missing.
func (s *setup) ask() error {
	in, ok := s.in.(*os.File)
	interactive := ok && !s.yes && term.IsTerminal(int(in.Fd()))
	s.lines = bufio.NewReader(s.in)
	if interactive {
		s.sayPlatforms()
	}
	for _, q := range questions {
		given := s.answers[q.flag]
		if q.only != nil && !q.only(s) {
			if *given != "" {
				return s.needless(q.flag)
			}
			continue
		}
		if *given == "" && interactive {
			if err := s.question(q, given); err != nil {
				return err
			}
			continue
		}
		if *given == "" && (s.yes || s.test) {
			*given = q.otherwise
		}
		if *given == "" {
			return usage("--"+q.flag+" is missing: "+q.asks, "give it, or run this on a terminal, where it asks")
		}
		if err := q.check(*given); err != nil {
			return usage("--"+q.flag+": "+err.Error(), "ombra help init")
		}
	}
	return nil
}

// needless refuses a flag that an earlier answer gives no meaning to.
func (s *setup) needless(flag string) error {
	if flag == "direct-messages" {
		return usage("--direct-messages needs --slack yes", "leave it out, or give --slack yes")
	}
	return usage("--"+flag+" needs --profile custom: "+s.given("profile")+" has days of its own", "leave it out, or give --profile custom")
}

// question asks until the answer can be taken.
func (s *setup) question(q question, answer *string) error {
	if q.explains != "" {
		s.note("\n%s\n", q.explains)
	}
	for {
		s.note("%s%s: ", q.asks, map[bool]string{true: " [" + q.otherwise + "]"}[q.otherwise != ""])
		line, err := s.lines.ReadString('\n')
		if err != nil {
			return fail("the terminal was closed before everything was answered", "start again: nothing was written")
		}
		*answer = cmp.Or(strings.TrimSpace(line), q.otherwise)
		if err := q.check(*answer); err == nil {
			return nil
		} else {
			s.note("%s\n", err)
		}
	}
}

// office is the configuration that the answers make.
func (s *setup) office(dir string) (*config.Config, error) {
	cfg := config.Defaults()
	get := s.given
	cfg.Test = s.test
	cfg.Office.Origin, cfg.Office.Name, cfg.Office.TimeZone = get("origin"), get("name"), get("time-zone")
	cfg.Office.Data, cfg.Office.Forms, cfg.Office.Languages = "data", get("forms"), []string{get("language")}
	cfg.Clocks.Profile = get("profile")
	if isCustom(s) {
		cfg.Clocks.AckDays, _ = strconv.Atoi(get("ack-days"))
		cfg.Clocks.FeedbackDays, _ = strconv.Atoi(get("feedback-days"))
	}
	if isOnSlack(s) {
		cfg.Slack = config.Slack{
			Mode: "socket", BotTokenFile: slackBotFile, AppTokenFile: slackAppFile, DirectMessages: get("direct-messages"), Attachments: "sealed",
		}
	}
	if config.Builtin(cfg.Office.Forms) == nil {
		name := cfg.Office.Forms
		if !filepath.IsAbs(name) {
			name = filepath.Join(dir, name)
		}
		if _, err := os.Stat(name); err != nil || !strings.HasSuffix(name, ".toml") {
			return nil, usage("there is no form set at "+name, "write cyber, workplace, or the path of a .toml file")
		}
	}
	if s.test {
		// A test office works at once. Nobody has to be told where else to go.
		cfg.Gate = map[string]config.Gate{get("language"): {
			Text:   "This office is for tests: file invented cases only. What you file is read by whoever plays its ombudsmen.",
			Danger: "Nobody here can help. Call the emergency services.",
		}}
		cfg.Authorities = []config.Authority{{Name: "None", Contact: "this office is for tests"}}
	}
	var err error
	cfg.Location, err = time.LoadLocation(cfg.Office.TimeZone)
	return &cfg, err
}
