package config

import (
	"slices"
	"strings"
	"testing"

	"ombra/bot"
	"ombra/cases"
	"ombra/cases/papers"
)

// config may import neither package, and repeats what it has to know of them.

func TestProfilesAgreeWithCases(t *testing.T) {
	for name := range cases.Profiles {
		if !slices.Contains(Profiles, name) {
			t.Errorf("nobody can choose %s", name)
		}
	}
	for _, name := range Profiles {
		if _, ok := cases.Profiles[name]; !ok && name != custom {
			t.Errorf("%s promises nothing", name)
		}
	}
}

func TestRemediesAgreeWithPapers(t *testing.T) {
	if !slices.Equal(Remedies, papers.Forms) {
		t.Errorf("asked for %v, given are %v", Remedies, papers.Forms)
	}
	for _, f := range papers.Forms {
		if !strings.Contains(papers.ErrForm.Error(), f) {
			t.Errorf("the refusal does not name %s", f)
		}
	}
}

func TestLimitsAgreeWithBot(t *testing.T) {
	for name, pair := range map[string][2]int{
		"label":   {maxLabel, bot.MaxField},
		"help":    {maxHelp, bot.MaxHelp},
		"option":  {maxOption, bot.MaxOption},
		"options": {maxOptions, bot.MaxOptions},
		"input":   {maxInput, bot.MaxInput},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: %d here, %d in bot", name, pair[0], pair[1])
		}
	}
	for _, kind := range kinds {
		if !slices.Contains([]bot.Kind{bot.Line, bot.Text, bot.Choice, bot.Choices, bot.Date}, bot.Kind(kind)) {
			t.Errorf("bot has no kind %s", kind)
		}
	}
}
