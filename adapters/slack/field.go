package slack

import (
	"slices"
	"time"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"ombra/bot"
)

// longMark is in the action ids of fields of several lines. What was typed there
// is shown again while somebody waits.
const longMark = "#t"

// action names an input. The part behind the mark differs from drawing to
// drawing: an input whose names stay the same keeps what was typed before,
// whatever value it is given.
func (d *drawing) action(f bot.Field) string {
	if f.Kind == bot.Text {
		return f.ID + longMark + d.nonce
	}
	return f.ID + "#x" + d.nonce
}

// field draws one field, and above it what is wrong with it.
func (d *drawing) field(f bot.Field) {
	if f.Problem != "" {
		d.add(note("problem:"+f.ID, "⚠ "+f.Problem))
	}
	if f.Kind == bot.Files && d.files == NoFile {
		d.add(note("else:"+f.ID, f.Else))
		return
	}
	help := f.Help
	if f.Kind == bot.Files {
		help = d.words.Get("slack.files-" + d.files)
	}
	var hint *slack.TextBlockObject
	if help != "" {
		hint = plain(help)
	}
	d.add(slack.NewInputBlock(f.ID, plain(f.Label), hint, d.element(f)).WithOptional(f.Optional))
}

func (d *drawing) element(f bot.Field) slack.BlockElement {
	id := d.action(f)
	switch f.Kind {
	case bot.Choice:
		e := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, nil, id, options(f.Options)...)
		e.Placeholder = plain(d.words.Get("slack.choose"))
		if chosen := chosen(f); len(chosen) > 0 {
			e.InitialOption = chosen[0]
		}
		return e
	case bot.Choices:
		return d.several(f, id)
	case bot.Date:
		e := slack.NewDatePickerBlockElement(id)
		if _, err := time.Parse(time.DateOnly, first(f.Value)); err == nil {
			e.InitialDate = first(f.Value)
		}
		return e
	case bot.Files:
		e := slack.NewFileInputBlockElement(id).WithMaxFiles(min(max(f.Max, 1), maxFiles))
		if d.files == SealedOnly {
			e = e.WithFileTypes("age")
		}
		return e
	default: // lines of text; nothing here can hide what is typed
		e := slack.NewPlainTextInputBlockElement(nil, id)
		e.Multiline, e.MaxLength = f.Kind == bot.Text, bot.MaxInput
		if f.Max > 0 && f.Max < bot.MaxInput {
			e.MaxLength = f.Max
		}
		if v := first(f.Value); utf8.RuneCountInString(v) <= e.MaxLength {
			e.InitialValue = v
		}
		return e
	}
}

// several are boxes to check, or a menu where there are too many.
func (d *drawing) several(f bot.Field, id string) slack.BlockElement {
	if len(f.Options) <= maxChecks {
		e := slack.NewCheckboxGroupsBlockElement(id, options(f.Options)...)
		e.InitialOptions = chosen(f)
		return e
	}
	e := slack.NewOptionsMultiSelectBlockElement(slack.MultiOptTypeStatic, plain(d.words.Get("slack.choose")), id, options(f.Options)...)
	e.InitialOptions = chosen(f)
	return e
}

func options(list []bot.Option) []*slack.OptionBlockObject {
	all := make([]*slack.OptionBlockObject, len(list))
	for i, o := range list {
		all[i] = slack.NewOptionBlockObject(o.Value, plain(cut(o.Label, bot.MaxOption)), nil)
	}
	return all
}

// chosen are the options that a field holds already: the very same ones, or
// Slack refuses the view.
func chosen(f bot.Field) []*slack.OptionBlockObject {
	return options(slices.DeleteFunc(slices.Clone(f.Options), func(o bot.Option) bool { return !slices.Contains(f.Value, o.Value) }))
}

func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}
