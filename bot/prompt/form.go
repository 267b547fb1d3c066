package prompt

import (
	"net/url"
	"slices"
	"strings"

	"ombra/bot"
)

// A form that is being filled in. Its own copy of the fields carries the
// answers (Value) and what is wrong with them (Problem).
type form struct {
	step   bot.Step
	fields []bot.Field
	ask    []int    // which fields are asked, in order
	at     int      // where in ask; len(ask) when only "send" is missing
	lines  []string // typed so far, in a field of several lines
}

func newForm(s bot.Step, sent map[string][]string) *form {
	f := &form{step: s, fields: slices.Clone(s.Fields)}
	returned := false
	for i := range f.fields {
		if f.fields[i].Kind == bot.Files {
			f.fields[i].Value = sent[f.fields[i].ID]
		}
		returned = returned || f.fields[i].Problem != ""
	}
	for i, fd := range f.fields {
		// A form that comes back asks only what has to be mended.
		open := fd.Problem != "" || (!fd.Optional && len(fd.Value) == 0)
		if !returned || open {
			f.ask = append(f.ask, i)
		}
	}
	return f
}

// over reports whether every question is answered.
func (f *form) over() bool { return f.at >= len(f.ask) }

func (f *form) field() *bot.Field { return &f.fields[f.ask[f.at]] }

// inText reports whether a line is part of a text, where a bare word is
// content and a command needs its dot.
func (f *form) inText() bool { return !f.over() && f.field().Kind == bot.Text }

// short: one field of one line goes out at once. There is nothing to review.
func (f *form) short() bool {
	return len(f.fields) == 1 && !slices.Contains([]bot.Kind{bot.Text, bot.Files, bot.Choices}, f.fields[0].Kind)
}

// fill takes a line while a form is open.
func (p *Prompt) fill(line string) (string, *Answer) {
	f := p.form
	typed := strings.TrimSpace(line)
	if number, ok := strings.CutPrefix(typed, "."); ok && isNumber(number) && len(f.step.Buttons) > 0 {
		return p.press(f.step.Buttons, number)
	}
	command := typed
	if dotted, ok := strings.CutPrefix(typed, "."); ok {
		command = dotted
	} else if f.inText() {
		command = ""
	}
	switch {
	case p.means("cancel", command):
		p.form = nil
		return p.par(p.words.Get("prompt.cancelled")), nil
	case p.means("back", command):
		return p.back(), nil
	case !f.over():
		return p.answer(line)
	case p.means("send", typed), typed != "" && strings.EqualFold(typed, oneLine(f.step.Submit)):
		return p.finish()
	}
	return p.question(), nil
}

// back goes to the question before. What was typed of a long answer stays as
// its value; its length is checked when it is kept.
func (p *Prompt) back() string {
	f := p.form
	if len(f.lines) > 0 {
		f.field().Value = collected(f.field().Kind, f.lines)
		f.lines = nil
	}
	if f.at == 0 {
		return p.par(p.words.Get("prompt.first")) + p.question()
	}
	f.at--
	return p.question()
}

// answer takes a line for the field that is asked.
func (p *Prompt) answer(line string) (string, *Answer) {
	f := p.form
	fd := f.field()
	typed := strings.TrimSpace(line)
	switch {
	case len(f.lines) == 0 && (typed == "" || typed == "." && several(fd.Kind)):
		return p.keep(typed)
	case len(f.lines) == 0 && typed == "-" && fd.Optional && len(fd.Value) > 0:
		return p.set(nil)
	case fd.Kind == bot.Text && typed != ".":
		f.lines = append(f.lines, line)
		return "", nil
	case fd.Kind == bot.Files && typed != "." && typed != "":
		return p.path(typed), nil
	case several(fd.Kind):
		values := collected(fd.Kind, f.lines)
		f.lines = nil
		return p.set(values)
	case fd.Kind == bot.Choice || fd.Kind == bot.Choices:
		values, ok := choose(fd.Options, typed)
		if !ok {
			return p.wrong(p.words.Get("prompt.no_choice")), nil
		}
		return p.set(values)
	}
	return p.set([]string{typed})
}

// path takes one more path of a file field.
func (p *Prompt) path(typed string) string {
	f := p.form
	switch fd := f.field(); {
	case fd.Max > 0 && len(f.lines) >= fd.Max:
		return p.par(p.words.Get("prompt.many_files", "max", number(fd.Max)))
	case p.Exists != nil && !p.Exists(typed):
		return p.par(p.words.Get("prompt.no_file"))
	}
	f.lines = append(f.lines, typed)
	return p.par(p.words.Get("prompt.attached"))
}

// keep is what Enter does: leave the value as it is, or the field empty.
func (p *Prompt) keep(typed string) (string, *Answer) {
	fd := p.form.field()
	switch {
	case len(fd.Value) > 0:
		return p.set(fd.Value)
	case fd.Optional:
		return p.set(nil)
	case fd.Kind == bot.Text && typed == "":
		return "", nil // an empty first line of a text that has yet to come
	}
	return p.wrong(p.words.Get("prompt.needed")), nil
}

// wrong asks the same field again.
func (p *Prompt) wrong(problem string) string {
	p.form.field().Problem = problem
	return p.question()
}

// set gives the field its answer, when it fits, and goes on.
func (p *Prompt) set(values []string) (string, *Answer) {
	f := p.form
	fd := f.field()
	if len(values) > 0 {
		if over, ok := tooLong(*fd, values[0]); ok {
			return p.cut(values[0], over), nil
		}
		if key := wrongValue(*fd, values); key != "" {
			return p.wrong(p.words.Get(key)), nil
		}
	}
	fd.Value, fd.Problem = values, ""
	if f.at++; f.over() && f.short() {
		return p.finish()
	}
	return p.question(), nil
}

// cut keeps what fits of a text that is too long and shows the rest, so that
// no typed word is lost from sight. A hidden answer is asked for again.
func (p *Prompt) cut(text, over string) string {
	fd := p.form.field()
	limit := number(longest(*fd))
	if fd.Kind == bot.Hidden {
		fd.Value = nil
		return p.wrong(p.words.Get("prompt.too_long_unseen", "max", limit))
	}
	fd.Value = []string{strings.TrimSuffix(text, over)}
	fd.Problem = ""
	return p.par(p.words.Get("prompt.too_long", "max", limit)) + p.quote(over) + p.question()
}

// finish closes the form and makes the answer.
func (p *Prompt) finish() (string, *Answer) {
	f := p.form
	done := &Answer{Token: f.step.Token, Form: true, Values: url.Values{}}
	p.form, p.card, p.sent = nil, nil, map[string][]string{}
	for _, fd := range f.fields {
		switch {
		case len(fd.Value) == 0:
		case fd.Kind == bot.Files:
			done.Paths = append(done.Paths, fd.Value...)
			p.sent[fd.ID] = fd.Value
		default:
			done.Values[fd.ID] = slices.Clone(fd.Value)
		}
	}
	return "", done
}
