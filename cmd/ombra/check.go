package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"ombra/bot"
	catalog "ombra/bot/say"
	"ombra/cases"
	"ombra/config"
)

// A finding is one thing that is not as it should be, with its mend. One that
// need not be mended is something that an operator should know and may want so.
type finding struct {
	What string `json:"what"`
	Mend string `json:"mend"`
	Must bool   `json:"must"`
}

func newCheck(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "check",
		Short: "Look for everything that can be wrong with the office, with its mend",
		Long: `Look for everything that can be wrong with the office, with its mend.

Exits with 1 if something must be mended. It may run while the office is served.`,
		Args: cobra.NoArgs,
		RunE: runs(func(ctx context.Context, _ []string) error { return o.check(ctx) }),
	}
}

func (o *options) check(ctx context.Context) error {
	found, serving := o.findings(ctx)
	must := slices.ContainsFunc(found, func(f finding) bool { return f.Must })
	if o.json {
		if err := o.writeJSON(map[string]any{"ok": !must, "serving": serving, "findings": found}); err != nil {
			return err
		}
	} else {
		o.sayFindings(found)
	}
	if must {
		return &failure{code: exitFailed} // it was all said
	}
	return nil
}

func (o *options) sayFindings(found []finding) {
	for _, f := range found {
		mark := "note"
		if f.Must {
			mark = "MEND"
		}
		o.say("%s  %s\n      %s\n", mark, f.What, f.Mend)
	}
	if len(found) == 0 {
		o.say("Nothing to mend.\n")
	}
}

// findings looks at the configuration first: nothing else can be opened without.
func (o *options) findings(ctx context.Context) (found []finding, serving bool) {
	found = []finding{}
	cfg, err := o.load()
	var problems config.Problems
	if errors.As(err, &problems) {
		for _, p := range problems {
			at := p.File
			if p.Line > 0 {
				at += fmt.Sprintf(":%d", p.Line)
			}
			found = append(found, finding{at + ": " + p.What, p.Mend, true})
		}
		return found, false
	}
	if err != nil {
		return append(found, findingOf(err)), false
	}
	found = append(found, checkWords(cfg)...)
	found = append(found, slackNotes(cfg)...)
	if !cfg.Test && !isOnChat(cfg) {
		found = append(found, finding{"no chat platform is configured", "add [slack] or [mattermost] to the configuration; see docs/slack.md and docs/mattermost.md", true})
	}
	var f facts
	if err := o.askOffice(ctx, cfg, "status", nothing{}, &f); err != nil {
		return append(found, findingOf(err)), false
	}
	if f.Serving && f.Settings != fingerprint(cfg) {
		found = append(found, finding{"the office is served with older settings than the file has", "start it again", true})
	}
	found = append(found, mattermostNotes(cfg, f.Serving)...)
	if !f.Serving {
		found = append(found, platformFindings(ctx, cfg)...)
	}
	return append(found, judge(cfg, f)...), f.Serving
}

func findingOf(err error) finding {
	var f *failure
	if !errors.As(classify(err), &f) {
		return finding{err.Error(), "", true}
	}
	return finding{f.words, f.hint, true}
}

// checkWords looks for words that would not reach their reader: a language
// without a catalog, a card before the form that is too long for a platform.
func checkWords(cfg *config.Config) (found []finding) {
	for _, lang := range cfg.Office.Languages {
		w := catalog.In(lang)
		if base, _, _ := strings.Cut(strings.ToLower(lang), "-"); w.Lang() != base {
			found = append(found, finding{
				fmt.Sprintf("there are no words of the bot's own in %q", lang),
				"people who chose it are answered in English; take it out of office.languages, or live with it", false,
			})
		}
		g := cfg.Gate[lang]
		most := 0
		for _, platform := range []string{"terminal", "slack", "mattermost"} {
			key := "platform." + platform
			if !w.Has(key) {
				continue
			}
			parts := []string{w.Get("test.banner"), w.Get(key), g.Text, w.Get("gate.danger", "contacts", g.Danger)}
			most = max(most, utf8.RuneCountInString(strings.Join(parts, "\n\n")))
		}
		if most > bot.MaxText {
			found = append(found, finding{
				fmt.Sprintf("what is said in %q before anyone types has %d characters too many for a chat's window", lang, most-bot.MaxText),
				"shorten gate." + lang + ".text or danger", true,
			})
		}
	}
	return found
}

// judge says what the facts mean.
func judge(cfg *config.Config, f facts) []finding {
	j := &judgement{cfg: cfg, facts: f}
	j.roster()
	j.accounts()
	j.state()
	j.changes()
	j.backups()
	for _, p := range f.Findings {
		j.must(p.What, p.Mend)
	}
	return j.found
}

type judgement struct {
	facts

	cfg   *config.Config
	found []finding
}

func (j *judgement) must(what, mend string) { j.found = append(j.found, finding{what, mend, true}) }
func (j *judgement) note(what, mend string) { j.found = append(j.found, finding{what, mend, false}) }

// state is about log, notices, disk and clock.
func (j *judgement) state() {
	if !j.LogHolds {
		j.must("the custody log does not hold", "stop the office, keep everything as it is, then: ombra log verify")
	}
	switch {
	case j.LastCheckpoint > j.Today:
		j.must("the clock is before the last checkpoint, of "+string(j.LastCheckpoint), "set the clock; until then nothing is signed and nothing falls due")
	case j.LastCheckpoint != "" && j.LastCheckpoint < j.Today.Add(-2):
		j.must("the last checkpoint is of "+string(j.LastCheckpoint), "nothing happens by itself until then. If the clock is right: ombra log checkpoint --day-is-right")
	}
	if j.Unerased != "" {
		j.must("what was deleted on "+string(j.Unerased)+" still lies in the database's files",
			"end whatever else has the database open, and see that the disk has room for it once more; while the office is served it is tried every minute")
	}
	for _, name := range slices.Sorted(maps.Keys(j.Failing)) {
		j.must(fmt.Sprintf("%s has not been reached: %d notices wait", name, j.Failing[name]), "check the accounts under [ombudsmen."+name+"]")
	}
	switch {
	case j.Free < j.Reserve:
		j.must("the disk is down to its reserve: attachments are refused", "make room")
	case j.Free < 4*j.Reserve:
		j.note("the disk will soon be down to its reserve", "make room: attachments are refused first")
	}
}

// changes tells of settings that bind later than they were written, and of appeals
// that wait for a grant.
func (j *judgement) changes() {
	if j.Stuck {
		j.must("there is an appeal that nobody who holds it may decide",
			"its holders can give it to an ombudsman who did not decide it: ombra-desk act grant; if there is none: ombra roster add")
	}
	for _, c := range j.Changes {
		if c.From <= j.Today && c.On != "" {
			continue
		}
		what := fmt.Sprintf("%s was %s and is %s: it binds from %s on", c.Name, c.Was, c.Value, c.From)
		if c.On == "" {
			what += " at the earliest, once the office is served"
		}
		mend := "nothing, if it is meant; oversight is told"
		if c.Cases != "" {
			what += "; closed cases that go then and would have stayed: " + c.Cases
			mend = "nothing, if it is meant; oversight and ombudsmen are told, and a hold keeps a case: ombra-desk act hold"
		}
		j.note(what, mend)
	}
}

// lapseDays is how long before its end a mandate is found.
const lapseDays = 30

func soon(m mandate, today cases.Day) bool { return m.Serves && m.Until <= today.Add(lapseDays) }
