// Package prompt shows a [bot.Step] line by line: to a person at a terminal,
// to a pipe, to anything that can print text and read lines. It knows no
// platform, opens no file and starts no goroutine: lines are pushed in, text
// comes out.
//
// A form is asked field by field. Enter keeps what a field holds or skips an
// optional one; "back" returns to the question before, "cancel" leaves. In a
// field of several lines, which ends with a line of a single full stop, the
// two are written ".back" and ".cancel", because there a line is the person's
// own words. Nothing goes out before the person types "send", so that text
// pasted into the wrong field, which runs on into the next ones, is never
// filed by accident; only a form of one short field goes at once. The buttons
// of a card are numbered, those beside a form are ".1", ".2".
//
//	> report
//	File a report
//	-------------
//	1 of 2: What happened?
//	Several lines are fine. Finish with a line that holds only a full stop.
//	> It was on Tuesday.
//	> .
//
// Every text of a step is made harmless before it is printed ([Clean]): steps
// carry the words of strangers, and a terminal obeys escape sequences. Quoted
// words stand behind a bar on every line, so that they cannot pass for ours.
package prompt

import (
	"net/url"
	"strconv"
	"strings"

	"ombra/bot"
	"ombra/bot/say"
)

// Prompt is the conversation with one person. It is not safe for concurrent
// use. The exported fields may be changed between two calls.
type Prompt struct {
	Width  int                    // of a printed line; zero: 80
	Bold   bool                   // whether ANSI bold may be printed
	Exists func(path string) bool // asked for each path as it is typed; nil: any path will do

	words say.Words
	card  []bot.Button
	sure  *bot.Button // a heavy button that waits for yes or no
	form  *form
	// sent holds the paths of the form that was just sent, by field. No
	// platform hands files back, so when the form returns with a problem in
	// another field, this is what keeps its attachments.
	sent map[string][]string
}

// An Answer is what goes to the bot as an event: a completed form, or a button
// that was pressed. Paths are what was typed into the form's file fields.
type Answer struct {
	Token  bot.Token
	Form   bool
	Verb   string
	Values url.Values
	Paths  []string
}

// New returns a prompt that asks nothing yet.
func New() *Prompt { return &Prompt{words: say.In("en")} }

// Show replaces what is asked by a step and returns the text to print, with
// the first question when the step is a form. The zero step changes nothing.
func (p *Prompt) Show(s bot.Step) string {
	if s.Empty() {
		return ""
	}
	sent := p.sent
	p.words, p.sure, p.form, p.card, p.sent = say.In(s.Lang), nil, nil, nil, nil
	out := p.body(s)
	if s.IsForm() {
		p.form = newForm(s, sent)
		return p.paint(out + p.opening() + p.question())
	}
	p.card = s.Buttons
	return p.paint(out + p.buttons())
}

// Aside prints a step beside what is asked, which stays: a notice. Its buttons
// cannot be pressed by number, so they are shown as the word to type. The
// current question follows again.
func (p *Prompt) Aside(s bot.Step) string {
	if s.Empty() {
		return ""
	}
	out := p.body(s)
	words := say.In(s.Lang)
	for _, b := range s.Buttons {
		if b.Verb != "" {
			out += p.par(words.Get("prompt.by_verb", "label", oneLine(b.Label), "verb", oneLine(b.Verb)))
		}
	}
	if p.form != nil || p.sure != nil {
		out += "\n" + p.again()
	}
	return p.paint(out)
}

// Line takes one typed line, without its end. It returns the text to print
// and, when a form is complete or a button was pressed, the Answer.
//
// When nothing is asked ([Prompt.Idle]) and the line presses no button, it
// returns neither: then the line is the caller's, a verb or a message.
func (p *Prompt) Line(line string) (out string, done *Answer) {
	line = strings.ToValidUTF8(strings.TrimRight(line, "\r\n"), "\uFFFD")
	switch {
	case p.sure != nil:
		out, done = p.confirm(line)
	case p.form != nil:
		out, done = p.fill(line)
	default:
		out, done = p.press(p.card, strings.TrimSpace(line))
	}
	return p.paint(out), done
}

// Hidden reports whether the next line should not be echoed.
func (p *Prompt) Hidden() bool {
	return p.sure == nil && p.form != nil && !p.form.over() && p.form.field().Kind == bot.Hidden
}

// Idle reports whether nothing is asked: a typed line presses a button of the
// card, or it is the caller's.
func (p *Prompt) Idle() bool { return p.form == nil && p.sure == nil }

// press finds the button that a line names, by its number or its label.
func (p *Prompt) press(buttons []bot.Button, line string) (string, *Answer) {
	if line == "" {
		return "", nil
	}
	n, _ := strconv.Atoi(line)
	for i, b := range buttons {
		if n == i+1 || strings.EqualFold(line, oneLine(b.Label)) {
			if b.Heavy {
				p.sure = &b
				return p.again(), nil
			}
			return "", &Answer{Token: b.Token, Verb: b.Verb}
		}
	}
	// One or two digits are a slip of the finger, not something said.
	if isNumber(line) && len(buttons) > 0 {
		return p.par(p.words.Get("prompt.no_button")), nil
	}
	return "", nil
}

// confirm takes the answer to "are you sure?". Anything but a clear yes or no
// asks again.
func (p *Prompt) confirm(line string) (string, *Answer) {
	b := p.sure
	switch {
	case p.means("yes", line):
		p.sure = nil
		return "", &Answer{Token: b.Token, Verb: b.Verb}
	case p.means("no", line):
		p.sure = nil
		return p.again(), nil
	}
	return p.again(), nil
}

// again repeats what is asked now.
func (p *Prompt) again() string {
	switch {
	case p.sure != nil:
		return p.par(p.words.Get("prompt.sure", "label", oneLine(p.sure.Label),
			"yes", p.words.Get("prompt.yes"), "no", p.words.Get("prompt.no")))
	case p.form != nil:
		return p.question()
	}
	return p.buttons()
}

// means reports whether a line is one of the words that people type, in the
// person's language or in English.
func (p *Prompt) means(key, line string) bool {
	return Means(p.words, key, line)
}

// Means reports whether a line is the word "prompt.key" of a catalog, or the
// English one, which is understood in every language.
func Means(words say.Words, key, line string) bool {
	line = strings.TrimSpace(line)
	key = "prompt." + key
	return strings.EqualFold(line, words.Get(key)) || strings.EqualFold(line, say.In("en").Get(key))
}
