package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ombra/bot"
	"ombra/config"
)

// bigForms asks questions with so many options each.
func bigForms(options int) string {
	var b strings.Builder
	b.WriteString("id = \"big/1\"\n")
	question := func(form, id, kind string) {
		fmt.Fprintf(&b, "[[%s]]\nid = %q\nkind = %q\nlabel.en = \"A question\"\n", form, id, kind)
	}
	for _, form := range []string{"report", "redress"} {
		question(form, "concerned", "text")
		b.WriteString("max = 300\n")
		question(form, "category", "choice")
		for i := range 12 {
			if question(form, fmt.Sprintf("q%d", i), "choices"); form == "redress" {
				b.WriteString("options = [{ id = \"a\", label.en = \"Yes\" }]\n")
				continue
			}
			b.WriteString("options = [\n")
			for j := range options {
				fmt.Fprintf(&b, "  { id = \"o%d\", label.en = \"%s\" },\n", j, strings.Repeat("Ж", bot.MaxOption))
			}
			b.WriteString("]\n")
		}
	}
	b.WriteString("[[categories]]\nid = \"other\"\nlabel.en = \"Other\"\n")
	return b.String()
}

// TestSlackForms: questions that Slack could not show are refused by name and line,
// by an office on Slack and by no other.
func TestSlackForms(t *testing.T) {
	for name, test := range map[string]struct {
		options int
		slack   config.Slack
		refused bool
	}{
		"a few":          {5, config.Slack{Mode: "socket"}, false},
		"too many":       {bot.MaxOptions, config.Slack{Mode: "socket"}, true},
		"not on Slack":   {bot.MaxOptions, config.Slack{}, false},
		"and with files": {bot.MaxOptions, config.Slack{Mode: "http", Attachments: "off"}, true},
	} {
		cfg := mustConfig(t)
		set, wrong := config.ParseForms("big.toml", []byte(bigForms(test.options)))
		if len(wrong) > 0 {
			t.Fatal(wrong)
		}
		cfg.FormSet, cfg.Slack = set, test.slack
		found := slackForms(cfg)
		if !test.refused && len(found) == 0 {
			continue
		}
		if !test.refused || len(found) != 1 || found[0].Line != 2 || !strings.HasPrefix(found.Error(), "big.toml:2: the report form is ") {
			t.Errorf("%s: %v", name, found)
		}
	}
}

// TestBuiltinFormsFitSlack: those that come with Ombra, with as many categories as
// an office may have.
func TestBuiltinFormsFitSlack(t *testing.T) {
	for _, name := range []string{"cyber", "workplace"} {
		cfg := mustConfig(t)
		cfg.Slack.Mode, cfg.FormSet = "socket", config.Builtin(name)
		cfg.FormSet.Categories = nil
		for i := range bot.MaxOptions {
			cfg.FormSet.Categories = append(cfg.FormSet.Categories, config.Category{ID: fmt.Sprintf("c%d", i), Label: config.Words{"en": strings.Repeat("😀", bot.MaxOption)}})
		}
		if found := slackForms(cfg); len(found) > 0 {
			t.Errorf("%s: %v", name, found)
		}
	}
}

// TestSlackFormsAreRefused: every command that reads the configuration says so.
func TestSlackFormsAreRefused(t *testing.T) {
	w := mustWorkspace(t, "socket")
	if err := os.WriteFile(filepath.Join(filepath.Dir(w.file), "big.toml"), []byte(bigForms(bot.MaxOptions)), 0o600); err != nil {
		t.Fatal(err)
	}
	w.edit(`forms = "cyber"`, `forms = "big.toml"`)
	for _, args := range [][]string{{"check"}, {"serve"}, {"slack", "manifest"}} {
		out, ok := ombra(t, append(args, "-c", w.file)...)
		if ok || !strings.Contains(out, "big.toml:2: the report form is ") || strings.Contains(out, "redress") {
			t.Errorf("%v: %v\n%s", args, ok, out)
		}
	}
}
