package prompt

import (
	"slices"
	"strings"
	"unicode/utf8"

	"ombra/bot"
)

// par is a paragraph of our own words.
func (p *Prompt) par(text string) string { return p.wrap(Clean(text), margin{}) }

// quote is somebody's words. The bar on every line is what tells them from
// ours, so even the longest word is broken to stay behind it.
func (p *Prompt) quote(text string) string {
	return p.wrap(Clean(text), margin{first: "  | ", rest: "  | ", strict: true})
}

// body is what stands above a step's questions or buttons.
func (p *Prompt) body(s bot.Step) string {
	var out strings.Builder
	out.WriteString("\n")
	if s.Title != "" {
		title := oneLine(s.Title)
		out.WriteString(p.wrap(boldOn+title+boldOff, margin{}))
		if !p.Bold {
			out.WriteString(strings.Repeat("-", utf8.RuneCountInString(title)) + "\n")
		}
	}
	if s.Text != "" {
		out.WriteString(p.wrap(markup(Clean(s.Text)), margin{}))
	}
	for _, f := range s.Facts {
		// Facts may hold typed words: the deeper margin keeps their further
		// lines from looking like facts of their own.
		out.WriteString(p.wrap(oneLine(f.Label)+": "+Clean(f.Value), margin{first: "  ", rest: "      "}))
	}
	if s.Quote != "" {
		out.WriteString(p.quote(s.Quote))
	}
	return out.String()
}

// buttons lists a card's buttons.
func (p *Prompt) buttons() string {
	if len(p.card) == 0 {
		return ""
	}
	return "\n" + p.list(p.card, "") + p.par(p.words.Get("prompt.press"))
}

func (p *Prompt) list(buttons []bot.Button, dot string) string {
	var out strings.Builder
	for i, b := range buttons {
		out.WriteString(p.wrap(oneLine(b.Label), margin{first: "  [" + dot + number(i+1) + "] ", rest: "      "}))
	}
	return out.String()
}

// opening says once, above the first question, how a form is used.
func (p *Prompt) opening() string {
	out := p.par(p.words.Get("prompt.commands", "cancel", p.words.Get("prompt.cancel"), "back", p.words.Get("prompt.back")))
	if b := p.form.step.Buttons; len(b) > 0 {
		out += p.par(p.words.Get("prompt.press_form")) + p.list(b, ".")
	}
	return out
}

// question asks the current field, or for the word that sends the form.
func (p *Prompt) question() string {
	f := p.form
	if f.over() {
		return "\n" + p.review()
	}
	fd := *f.field()
	label := oneLine(fd.Label)
	if fd.Optional {
		label = p.words.Get("prompt.optional", "label", label)
	}
	label = boldOn + label + boldOff
	if len(f.ask) > 1 {
		label = p.words.Get("prompt.question", "n", number(f.at+1), "all", number(len(f.ask)), "label", label)
	}
	out := "\n" + p.wrap(label, margin{})
	if fd.Problem != "" {
		out += p.wrap(oneLine(fd.Problem), margin{first: "! ", rest: "  "})
	}
	if fd.Help != "" {
		out += p.par(fd.Help)
	}
	for i, o := range fd.Options {
		out += p.wrap(oneLine(o.Label), margin{first: "  " + number(i+1) + ") ", rest: "     "})
	}
	return out + p.how(fd) + p.current(fd)
}

// how says how an answer of this kind is typed.
func (p *Prompt) how(fd bot.Field) string {
	keys := map[bot.Kind]string{
		bot.Text: "prompt.several_lines", bot.Hidden: "prompt.unseen", bot.Choice: "prompt.one_choice",
		bot.Choices: "prompt.many_choices", bot.Date: "prompt.date", bot.Files: "prompt.paths",
	}
	var parts []string
	if key, ok := keys[fd.Kind]; ok {
		parts = append(parts, p.words.Get(key))
	}
	if fd.Kind == bot.Text {
		parts = append(parts, p.words.Get("prompt.longest", "max", number(longest(fd))))
	}
	if fd.Optional && len(fd.Value) == 0 {
		parts = append(parts, p.words.Get("prompt.skip"))
	}
	if len(parts) == 0 {
		return ""
	}
	return p.par(strings.Join(parts, " "))
}

// current shows what a field holds already, and how to keep it.
func (p *Prompt) current(fd bot.Field) string {
	if len(fd.Value) == 0 {
		return ""
	}
	out := ""
	switch fd.Kind {
	case bot.Text:
		out = p.quote(fd.Value[0])
	case bot.Hidden:
		out = p.par(p.words.Get("prompt.filled"))
	default:
		out = p.par(p.words.Get("prompt.now", "value", oneLine(strings.Join(shown(fd), ", "))))
	}
	keep := p.words.Get("prompt.keep")
	if fd.Optional {
		keep += " " + p.words.Get("prompt.clear")
	}
	return out + p.par(keep)
}

// shown is a field's value in the words of its options.
func shown(fd bot.Field) []string {
	names := slices.Clone(fd.Value)
	for i, v := range names {
		for _, o := range fd.Options {
			if o.Value == v {
				names[i] = o.Label
			}
		}
	}
	return names
}

// review shows a line for each field, and asks for the word that sends.
func (p *Prompt) review() string {
	f := p.form
	out := p.par(p.words.Get("prompt.review"))
	for _, fd := range f.fields {
		value := oneLine(strings.Join(shown(fd), ", "))
		switch {
		case len(fd.Value) == 0:
			value = p.words.Get("prompt.empty")
		case fd.Kind == bot.Hidden:
			value = p.words.Get("prompt.typed")
		}
		out += "  " + p.short(colon(oneLine(fd.Label))+" "+value) + "\n"
	}
	return out + p.par(p.words.Get("prompt.ready", "submit", oneLine(f.step.Submit), "send", p.words.Get("prompt.send"),
		"back", p.words.Get("prompt.back"), "cancel", p.words.Get("prompt.cancel")))
}

// colon ends a label that does not end by itself, as a question does.
func colon(label string) string {
	if strings.HasSuffix(label, "?") || strings.HasSuffix(label, ":") {
		return label
	}
	return label + ":"
}

// short cuts a line to the width of the screen.
func (p *Prompt) short(line string) string {
	width := p.Width
	if width == 0 {
		width = 80
	}
	head, _, more := breakAt(line, max(width-4, 10), true)
	if more {
		return head + "…"
	}
	return head
}
