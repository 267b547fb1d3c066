package mattermost

import (
	"slices"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"ombra/bot"
	"ombra/bot/say"
)

// draw turns a field into elements of the kinds that the oldest servers know, and
// into words for the introduction where an element has no room for them. With days,
// the server has a picker for days.
func draw(f bot.Field, w say.Words, days bool) (elements []model.DialogElement, intro string) {
	e := model.DialogElement{Name: f.ID, Optional: f.Optional}
	e.DisplayName, e.HelpText, intro = labels(f)
	if f.Problem != "" {
		intro = joined([]string{intro, "**" + markup(f.Label) + ":** " + markup(f.Problem)})
	}
	value := firstOf(f)
	switch f.Kind {
	case bot.Files:
		return nil, markup(f.Else)
	case bot.Choices:
		return boxes(f, intro)
	case bot.Choice:
		e.Type, e.Default, e.Options = "select", value, options(f)
		if len(f.Options) <= maxRadio && !f.Optional {
			e.Type = "radio"
		}
		return []model.DialogElement{e}, intro
	default:
		entry(&e, f, w, days)
	}
	most := maxLineDefault
	if e.Type == "textarea" {
		most = maxTextDefault
	}
	if len(value) <= most {
		e.Default = value
	} else {
		intro = joined([]string{intro, "**" + markup(f.Label) + ":** " + markup(w.Get("mattermost.too-long"))})
	}
	return []model.DialogElement{e}, intro
}

// entry makes an element one that somebody types into, or picks a day with. It takes
// more than the bot does, which says what is too long: the client cuts off in silence.
func entry(e *model.DialogElement, f bot.Field, w say.Words, days bool) {
	switch f.Kind {
	case bot.Date:
		e.Type, e.Placeholder, e.MaxLength = "text", w.Get("mattermost.date"), 40
		if days && f.Optional && isDay(firstOf(f)) {
			e.Type, e.Placeholder, e.MaxLength = "date", "", 0
		}
	case bot.Text:
		e.Type, e.MaxLength = "textarea", 20_000
	case bot.Hidden:
		e.Type, e.SubType, e.MaxLength = "text", "password", 2*f.Max+200
	case bot.Line:
		e.Type, e.MaxLength = "text", 2*f.Max+200
		if len(firstOf(f)) > maxLineDefault {
			e.Type = "textarea"
		}
	case bot.Choice, bot.Choices, bot.Files: // nobody types into these
	}
}

func firstOf(f bot.Field) string {
	if len(f.Value) == 0 {
		return ""
	}
	return f.Value[0]
}

// isDay: what was typed and is no day stays where it can be mended by typing.
func isDay(value string) bool {
	_, err := time.Parse(time.DateOnly, value)
	return value == "" || err == nil
}

func options(f bot.Field) []*model.PostActionOptions {
	var list []*model.PostActionOptions
	for _, o := range f.Options {
		list = append(list, &model.PostActionOptions{Text: name(o.Label), Value: o.Value})
	}
	return list
}

// name is text that something is called by: there must be something to see.
func name(text string) string {
	if text = visible(text); strings.TrimSpace(text) == "" {
		return "…"
	}
	return text
}

// boxes are a field that takes several choices: a box each; help is at the first. A
// box is never required: an empty one is an answer.
func boxes(f bot.Field, intro string) ([]model.DialogElement, string) {
	if len(f.Options) == 0 {
		return nil, intro
	}
	elements := make([]model.DialogElement, len(f.Options))
	for i, o := range f.Options {
		e := model.DialogElement{
			Name: f.ID + BoxSign + o.Value, Type: "bool", Optional: true, DisplayName: cut(name(f.Label), maxDisplay),
			Placeholder: cut(name(o.Label), model.DialogElementBoolMaxLength),
		}
		if e.Placeholder != name(o.Label) {
			intro = joined([]string{intro, markup(o.Label)})
		}
		if slices.Contains(f.Value, o.Value) {
			e.Default = "true"
		}
		elements[i] = e
	}
	_, elements[0].HelpText, _ = labels(f)
	return elements, intro
}

// labels finds room for label and help: the name of an element has 24 bytes, its
// help text 150, the introduction enough.
func labels(f bot.Field) (display, help, intro string) {
	label, text := name(f.Label), visible(f.Help)
	if len(label) <= maxDisplay {
		if len(text) <= maxHelp {
			return label, text, ""
		}
		return label, "", "**" + markup(label) + ":** " + markup(text)
	}
	display = cut(label, maxDisplay)
	switch all := label + " " + text; {
	case text == "" && len(label) <= maxHelp:
		return display, label, ""
	case len(all) <= maxHelp:
		return display, all, ""
	case len(label) <= maxHelp:
		return display, label, "**" + markup(label) + "** " + markup(text)
	}
	return display, "", "**" + markup(label) + "** " + markup(text)
}
