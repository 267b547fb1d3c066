package mattermost

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mattermost/mattermost/server/public/model"

	"ombra/bot"
	"ombra/bot/say"
)

// Limits, in the server's units: a dialog's are bytes, whatever its documents say
// (Dialog.IsValid). Servers of 9.9 only warn, in a log line that quotes the title;
// newer ones refuse.
const (
	maxTitle       = model.DialogTitleMaxLength
	maxDisplay     = model.DialogElementDisplayNameMaxLength
	maxHelp        = model.DialogElementHelpTextMaxLength
	maxLineDefault = model.DialogElementTextMaxLength
	maxTextDefault = model.DialogElementTextareaMaxLength
	maxRadio       = 5
	maxMessage     = 12_000 // runes; a post has 16,383
	maxPart        = 12_000 // runes of one attachment
	lineful        = 90     // runes after which quoted lines are broken
)

// shapeOf names what a dialog shows apart from its values: with the same shape, it
// can stay open and mean the same.
func shapeOf(s bot.Step) string {
	var b strings.Builder
	for _, f := range s.Fields {
		b.WriteString(f.ID + "\n" + string(f.Kind) + "\n" + f.Label + "\n")
		for _, o := range f.Options {
			b.WriteString(o.Value + "\n" + o.Label + "\n")
		}
	}
	return digest(b.String())
}

// problems are the answer to a dialog in which something is wrong: our words, each
// at its field, and never what was typed.
func problems(s bot.Step) *model.SubmitDialogResponse {
	r := &model.SubmitDialogResponse{Error: plain(s.Text), Errors: map[string]string{}}
	for _, f := range s.Fields {
		if f.Problem == "" || f.Kind == bot.Files {
			continue
		}
		name := f.ID
		if f.Kind == bot.Choices && len(f.Options) > 0 {
			name += BoxSign + f.Options[0].Value
		}
		r.Errors[name] = f.Problem
	}
	return r
}

// inDialog says a step's text in the dialog that was sent. It stays open, and what
// was typed stays in it.
func inDialog(s bot.Step) *model.SubmitDialogResponse {
	return &model.SubmitDialogResponse{Error: plain(s.Text)}
}

// plain is text for where no markup is drawn.
func plain(text string) string { return strings.ReplaceAll(text, "*", "") }

// markup is our own text with its one kind of markup, *bold*, as Mattermost writes
// it; nothing else in it means anything.
func markup(text string) string {
	return strings.NewReplacer(
		"*", "**", `\`, `\\`, "`", "\\`", "_", `\_`, "~", `\~`, "[", `\[`, "]", `\]`, "#", `\#`, "|", `\|`,
	).Replace(visible(text))
}

// visible drops what would let text look other than it is.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && unicode.In(r, unicode.Cc, unicode.Bidi_Control) {
			return -1
		}
		return r
	}, text)
}

// fenced is somebody's words as they are: within a fence nothing is markup, a
// mention or a link. The fence is longer than any in the words, and long lines are
// broken, because a fence does not.
func fenced(text string) string {
	longest, run := 2, 0
	for _, r := range text {
		if r == '`' {
			run++
			longest = max(longest, run)
		} else {
			run = 0
		}
	}
	fence := strings.Repeat("`", longest+1)
	return fence + "text\n" + text + "\n" + fence
}

// broken breaks lines between words, and longer words too.
func broken(text string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(visible(text), "\n") {
		rest := []rune(line)
		for len(rest) > lineful {
			at := lineful
			for i := lineful; i > lineful/2; i-- {
				if rest[i] == ' ' {
					at = i + 1
					break
				}
			}
			b.WriteString(string(rest[:at]) + "\n")
			rest = rest[at:]
		}
		b.WriteString(string(rest) + "\n")
	}
	return strings.TrimRight(b.String(), "\n")
}

// pieces cuts words between lines into parts of at most so many runes.
func pieces(text string, most int) []string {
	var parts []string
	var b strings.Builder
	n := 0
	for line := range strings.SplitSeq(text, "\n") {
		m := utf8.RuneCountInString(line) + 1
		if n > 0 && n+m > most {
			parts, n = append(parts, b.String()), 0
			b.Reset()
		}
		b.WriteString(line + "\n")
		n += m
	}
	if strings.TrimSpace(b.String()) != "" {
		parts = append(parts, b.String())
	}
	return parts
}

// head is title, text and facts.
func head(s bot.Step) string {
	var b strings.Builder
	if s.Title != "" {
		b.WriteString("**" + markup(s.Title) + "**\n\n")
	}
	b.WriteString(markup(s.Text))
	return strings.TrimSpace(b.String() + "\n\n" + facts(s))
}

func facts(s bot.Step) string {
	var b strings.Builder
	for _, f := range s.Facts {
		b.WriteString("**" + markup(f.Label) + ":** " + markup(f.Value) + "\n")
	}
	return b.String()
}

// message draws a card as a message. The same goes for ephemeral ones; what may be
// a kept one is the caller's to know.
func (a *Adapter) message(user string, s bot.Step, serves string) (string, []*model.MessageAttachment) {
	text := head(s)
	var parts []*model.MessageAttachment
	if utf8.RuneCountInString(text) > maxMessage {
		all := pieces(text, maxMessage)
		text = all[0]
		for _, p := range all[1:] {
			parts = append(parts, &model.MessageAttachment{Text: p})
		}
	}
	for _, p := range pieces(broken(s.Quote), maxPart) {
		parts = append(parts, &model.MessageAttachment{Text: fenced(strings.TrimRight(p, "\n"))})
	}
	if len(s.Buttons) > 0 {
		parts = append(parts, &model.MessageAttachment{Actions: a.buttons(user, s.Buttons, serves)})
	}
	return text, parts
}

func (a *Adapter) buttons(user string, list []bot.Button, serves string) []*model.PostAction {
	actions := make([]*model.PostAction, len(list))
	for i, b := range list {
		p := press{Serves: serves}
		switch sealed, ours := strings.CutPrefix(b.Verb, replayVerb); {
		case b.Token != "":
			p.Token = string(b.Token)
		case ours:
			p.Replay = sealed
		default:
			p.Verb = b.Verb
		}
		p.Mark = a.box.mark(user, "press", p.what())
		actions[i] = &model.PostAction{
			Id: "b" + strconv.Itoa(i), Type: model.PostActionTypeButton, Name: visible(b.Label),
			Integration: &model.PostActionIntegration{URL: a.url(a.paths.press), Context: p.values()},
		}
		if b.Heavy {
			actions[i].Style = "danger"
		}
	}
	return actions
}

// values are what a button carries, as it comes back in a press.
func (p press) values() map[string]any {
	values := map[string]any{}
	for key, value := range map[string]string{"v": p.Verb, "t": p.Token, "r": p.Replay, "s": p.Serves, "m": p.Mark} {
		if value != "" {
			values[key] = value
		}
	}
	return values
}

// drawDialog draws a form, or a card with its buttons as choices.
func (a *Adapter) drawDialog(user string, s bot.Step) model.Dialog {
	w := say.In(s.Lang)
	d := model.Dialog{Title: cut(name(s.Title), maxTitle), SubmitLabel: visible(s.Submit), State: string(s.Token)}
	intro := []string{markup(s.Text), facts(s)}
	if quote := broken(s.Quote); strings.TrimSpace(quote) != "" {
		intro = append(intro, fenced(quote))
	}
	if d.Title != s.Title {
		intro = append([]string{"**" + markup(s.Title) + "**"}, intro...)
	}
	if s.IsForm() {
		shape := shapeOf(s)
		d.CallbackId = shape + "." + a.box.mark(user, "form", shape, string(s.Token))
		for _, f := range s.Fields {
			elements, more := draw(f, w, a.newer(datesMajor, datesMinor))
			d.Elements = append(d.Elements, elements...)
			intro = append(intro, more)
		}
	} else {
		d.State, d.SubmitLabel = a.box.seal(user, "card", "card"), w.Get("mattermost.close")
		if next := next(s, w); next != nil {
			d.Elements, d.SubmitLabel = []model.DialogElement{*next}, w.Get("mattermost.next")
		}
	}
	d.IntroductionText = joined(intro)
	return d
}

func joined(parts []string) string {
	var kept []string
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, "\n\n")
}

// next is a card's buttons as one element.
func next(s bot.Step, w say.Words) *model.DialogElement {
	e := &model.DialogElement{Name: NextElement, Type: "radio", DisplayName: cut(w.Get("mattermost.what"), maxDisplay), Optional: true}
	for _, b := range s.Buttons {
		value := "v:" + b.Verb
		if b.Token != "" {
			value = "t:" + string(b.Token)
		}
		e.Options = append(e.Options, &model.PostActionOptions{Text: visible(b.Label), Value: value})
	}
	if len(e.Options) == 0 {
		return nil
	}
	return e
}

// cut shortens to so many bytes, at a word if there is one.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	const more = "…"
	text = text[:most-len(more)]
	for !utf8.ValidString(text) {
		text = text[:len(text)-1]
	}
	if i := strings.LastIndexByte(text, ' '); i > most/2 {
		text = text[:i]
	}
	return strings.TrimSpace(text) + more
}
