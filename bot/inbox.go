package bot

import (
	"context"
	"strings"

	"ombra/cases"
)

// pageSize is how many cases an inbox page shows: a button each.
const pageSize = 10

// inbox lists only what the ombudsman holds a live grant for.
func (b *Bot) inbox(ctx context.Context, v *visit) (Step, error) {
	desk, err := v.o.Cases.Desk(v.who)
	if cases.KindOf(err) == cases.NotFound {
		return v.noDesk(), nil
	}
	if err != nil {
		return Step{}, err
	}
	list, more, err := desk.Inbox(ctx, v.state.Page, pageSize)
	if err != nil {
		return Step{}, err
	}
	s := Step{Title: v.say.Get("inbox.title"), Text: v.say.Get("inbox.text"), Cover: v.cover(v.verb("inbox"))}
	if len(list) == 0 {
		s.Text = v.say.Get("inbox.empty")
	}
	s.Text = strings.TrimSpace(v.ownMandate() + "\n\n" + s.Text)
	for _, c := range list {
		s.Buttons = append(s.Buttons, v.button(v.oneLine(c), state{Do: "card", Case: c.ID}))
	}
	if v.state.Page > 0 {
		s.Buttons = append(s.Buttons, v.button(v.say.Get("inbox.newer"), state{Do: "inbox", Page: v.state.Page - 1}))
	}
	if more {
		s.Buttons = append(s.Buttons, v.button(v.say.Get("inbox.older"), state{Do: "inbox", Page: v.state.Page + 1}))
	}
	if len(list) > 0 {
		s.Buttons = append(s.Buttons, v.actButton()...)
	}
	return s, nil
}

// oneLine names a case in an inbox: nothing of its content.
func (v *visit) oneLine(c *cases.Case) string {
	parts := []string{string(c.ID), v.say.Get("kind." + string(c.Kind)), v.say.Get("stage." + string(c.Stage))}
	if c.Is(cases.Urgent) {
		parts = append(parts, v.say.Get("flag.urgent"))
	}
	if c.Is(cases.Late) {
		parts = append(parts, v.say.Get("flag.late"))
	}
	if c.Is(cases.Stuck) {
		parts = append(parts, v.say.Get("inbox.stuck"))
	}
	line := strings.Join(parts, " · ")
	if r := []rune(line); len(r) > MaxLabel {
		line = string(r[:MaxLabel])
	}
	return line
}
