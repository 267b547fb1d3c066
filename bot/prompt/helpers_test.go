package prompt_test

import (
	"strings"
	"testing"

	"ombra/bot"
	"ombra/bot/prompt"
)

func everyKind() bot.Step {
	return bot.Step{
		Title: "File a report", Text: "Say what *happened*.", Submit: "File it", Token: "tok",
		Fields: []bot.Field{
			{ID: "what", Kind: bot.Text, Label: "What happened?", Max: 40},
			{ID: "where", Kind: bot.Line, Label: "Where?", Optional: true, Max: 10},
			{ID: "code", Kind: bot.Hidden, Label: "Receipt", Max: 8},
			{ID: "kind", Kind: bot.Choice, Label: "Category", Options: options("harm", "Harm", "other", "Other, or several")},
			{ID: "not", Kind: bot.Choices, Label: "Leave out", Optional: true, Options: options("a", "Anna", "b", "Ben", "c", "Carl")},
			{ID: "day", Kind: bot.Date, Label: "When?"},
			{ID: "files", Kind: bot.Files, Label: "Files", Optional: true, Max: 2, Else: "none"},
		},
	}
}

func options(pairs ...string) []bot.Option {
	var o []bot.Option
	for i := 0; i < len(pairs); i += 2 {
		o = append(o, bot.Option{Value: pairs[i], Label: pairs[i+1]})
	}
	return o
}

// mustType pushes lines and returns the last text and the answer. An answer
// before the last line is a failure.
func mustType(tb testing.TB, p *prompt.Prompt, lines ...string) (string, *prompt.Answer) {
	tb.Helper()
	for i, l := range lines {
		out, done := p.Line(l)
		if i == len(lines)-1 {
			return out, done
		}
		if done != nil {
			tb.Fatalf("answered at line %d of %d", i+1, len(lines))
		}
	}
	return "", nil
}

func wantText(tb testing.TB, out string, parts ...string) {
	tb.Helper()
	for _, part := range parts {
		if !strings.Contains(out, part) {
			tb.Errorf("no %q in:\n%s", part, out)
		}
	}
}
