package terminal

import (
	"context"
	"io"
	"slices"
	"strings"

	"ombra/bot"
	"ombra/bot/prompt"
)

// line takes one line and reports whether to go on.
func (t *Terminal) line(ctx context.Context, line string) bool {
	if t.armor != nil {
		t.collect(ctx, line)
		return true
	}
	t.mu.Lock()
	idle := t.prompt.Idle()
	t.mu.Unlock()
	if idle && t.hooked(ctx, line) {
		return true
	}
	t.mu.Lock()
	out, done := t.prompt.Line(line)
	t.write(out)
	t.mu.Unlock()
	switch {
	case done != nil:
		t.send(ctx, t.event(done))
	case idle && out == "":
		return t.idle(ctx, line)
	}
	return true
}

func (t *Terminal) hooked(ctx context.Context, line string) bool {
	if t.o.Hook == nil {
		return false
	}
	before := t.who()
	if !t.o.Hook(line) {
		return false
	}
	if t.who() != before {
		t.send(ctx, bot.Event{})
	}
	return true
}

// idle takes a line that nothing asked for.
func (t *Terminal) idle(ctx context.Context, line string) bool {
	words := t.words()
	typed := strings.TrimSpace(line)
	first, rest, _ := strings.Cut(typed, " ")
	verb := strings.ToLower(first)
	switch {
	case typed == "":
	case prompt.Means(words, "quit", typed):
		return false
	case typed == armorBegin:
		t.armor = &armor{}
		t.print(words.Get("prompt.sealed", "cancel", words.Get("prompt.cancel")) + "\n")
		t.collect(ctx, typed)
	case prompt.Means(words, "file", first):
		f, err := t.o.Files(rest)
		if err != nil {
			t.print(words.Get("prompt.no_file") + "\n" + words.Get("prompt.which_file", "file", words.Get("prompt.file")) + "\n")
			break
		}
		t.say(ctx, bot.Message{Files: []bot.File{f}})
	case slices.Contains(t.o.Verbs, verb):
		if strings.TrimSpace(rest) != "" {
			t.print(words.Get("prompt.rest") + "\n")
		}
		t.send(ctx, bot.Event{Verb: verb})
	default:
		t.say(ctx, bot.Message{Text: strings.ToValidUTF8(line, "\uFFFD")})
	}
	return true
}

func (t *Terminal) say(ctx context.Context, m bot.Message) {
	m.Ref = t.said.keep(t.who(), m)
	t.send(ctx, bot.Event{Said: &m})
}

// event makes what the prompt answered into an event. A file that went away
// since its path was typed travels on as one that cannot be opened: the bot
// then asks for it again and keeps the rest, as it does on every platform.
func (t *Terminal) event(a *prompt.Answer) bot.Event {
	ev := bot.Event{Verb: a.Verb, Token: a.Token, Form: a.Form, Values: a.Values}
	for _, path := range a.Paths {
		f, err := t.o.Files(path)
		if err != nil {
			f = bot.File{Name: base(path), Open: func(context.Context) (io.ReadCloser, error) { return nil, errNoFile }}
		}
		ev.Files = append(ev.Files, f)
	}
	return ev
}
