package slack

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"ombra/adapters/slack/slackfake"
	"ombra/bot"
	"ombra/cases"
)

// asks is an office that asks as many questions as it may, each with so many
// options in characters of some kind.
func asks(options int, of string) bot.Forms {
	f := bot.Forms{ID: "big/1"}
	for i := range bot.MaxFields - 6 {
		q := bot.Question{ID: fmt.Sprintf("q%d", i), Kind: bot.Choices, Label: bot.Words{"en": fill(bot.MaxField, of)}, Help: bot.Words{"en": fill(bot.MaxHelp, of)}}
		for j := range options {
			q.Options = append(q.Options, bot.Labelled{ID: fmt.Sprintf("%032d", j), Label: bot.Words{"en": fill(bot.MaxOption, of)}})
		}
		f.Report = append(f.Report, q)
	}
	return f
}

// TestOversize: a form that is let through is shown whole, whatever is chosen in it
// and however it comes back; and forms that are not let through Slack does not show.
func TestOversize(t *testing.T) {
	a := drawn(t)
	for _, of := range []string{"x", "Ж", "漢", "😀", "<"} {
		n := 1
		for over := bot.MaxOptions; over-n > 1; { // the border is between them
			if half := (n + over) / 2; Oversize(asks(half, of).Largest(cases.Report, "en"), AnyFile) > 0 {
				over = half
			} else {
				n = half
			}
		}
		s := asks(n, of).Largest(cases.Report, "en")
		if err := s.Check(); err != nil {
			t.Fatal(err)
		}
		holds(t, a, fmt.Sprintf("%d options of %s", n, of), s)
		text, err := json.Marshal(a.modal(s))
		if err != nil {
			t.Fatal(err)
		}
		if fields := strings.Count(string(text), `"type":"input"`); fields != len(s.Fields) || strings.Contains(string(text), `"block_id":"`+cutID) {
			t.Errorf("%d options of %s: %d of %d fields are shown", n, of, fields, len(s.Fields))
		}
		over, err := json.Marshal(a.modal(asks(bot.MaxOptions, of).Largest(cases.Report, "en")))
		if wrong := slackfake.CheckView(over); err != nil || len(over) < 250_000 && len(wrong) == 0 {
			t.Errorf("%d options of %s: %d bytes are not let through, and Slack would show them", bot.MaxOptions, of, len(over))
		}
	}
}
