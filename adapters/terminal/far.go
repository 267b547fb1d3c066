package terminal

import (
	"context"
	"errors"
	"strings"

	"ombra/bot"
	"ombra/bot/say"
)

// Handle is the bot at the other end, for a [Terminal] on this one. What is said
// stays in that end's memory, so it is recalled there and not here.
func (c *Client) Handle(ctx context.Context, ev bot.Event) bot.Step {
	r := Request{
		Account: strings.TrimPrefix(ev.From.Reveal(), prefix), Lang: ev.Lang,
		Verb: ev.Verb, Token: ev.Token, Form: ev.Form, Values: ev.Values,
	}
	files := ev.Files
	if ev.Said != nil {
		r.Said, files = ev.Said.Text, ev.Said.Files
	}
	room := int64(maxStepFiles)
	for _, f := range files {
		data, err := readAll(ctx, f, room)
		if err != nil {
			return bot.Step{Lang: ev.Lang, Text: say.In(ev.Lang).Get("prompt.not_sent")}
		}
		room -= int64(len(data))
		r.Files = append(r.Files, Upload{Name: f.Name, Data: data})
	}
	step, err := c.Do(r)
	switch {
	case errors.Is(err, errFrame):
		return bot.Step{Lang: ev.Lang, Text: say.In(ev.Lang).Get("prompt.not_sent")}
	case err != nil: // whether it was carried out, nobody here can tell
		return bot.Step{Lang: ev.Lang, Text: say.In(ev.Lang).Get("prompt.unheard")}
	}
	return step
}
