package terminal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"ombra/bot"
	"ombra/bot/bottest"
)

// What a person types.

var errTyping = errors.New("that cannot be typed")

// leave leaves whatever is asked.
func (p *typist) leave() {
	for _, word := range []string{".cancel", "no"} {
		if !p.idle() {
			p.line(word)
		}
	}
	p.unsent, p.unfiled = nil, nil
}

// Pick implements bottest.Person.
func (p *typist) Pick(verb string) error {
	p.leave()
	if verb == "" {
		p.act(func() { p.seat.send(context.Background(), bot.Event{}) }) // as on sitting down
		return nil
	}
	p.line(verb)
	return nil
}

// Sees implements bottest.Person.
func (p *typist) Sees() bottest.Screen { return p.screen }

// Say implements bottest.Person.
func (p *typist) Say(text string, files ...bot.File) error {
	p.leave()
	if len(files) > 1 || len(files) == 1 && text != "" {
		return errTyping
	}
	if len(files) == 1 {
		path, err := p.lay(files[0])
		if err == nil {
			p.line("file " + path)
		}
		return err
	}
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if len(lines) > 1 && lines[0] != armorBegin {
		return errTyping
	}
	for _, line := range lines {
		p.line(line)
	}
	return nil
}

// Press implements bottest.Person.
func (p *typist) Press(label string) error {
	i := slices.Index(p.screen.Buttons, label)
	if i < 0 {
		return fmt.Errorf("no button %q on the screen", label)
	}
	dot := map[bool]string{false: "."}[p.idle()]
	p.line(dot + strconv.Itoa(i+1))
	return nil
}

// Send implements bottest.Person. A field that is asked again keeps the form on
// the screen; what was still to be typed is typed with the next Send.
func (p *typist) Send(values url.Values, files ...bot.File) error {
	if p.idle() || !p.step.IsForm() {
		return errors.New("no form on the screen")
	}
	all := url.Values{}
	maps.Copy(all, p.unsent)
	maps.Copy(all, values)
	values, files = all, append(files, p.unfiled...)
	p.unsent, p.unfiled = nil, nil
	typed := map[string]bool{}
	for before := p.answers; p.answers == before; {
		if p.reviews() {
			p.line(words.Get("prompt.send"))
			continue
		}
		f := p.field
		if typed[f.ID] {
			if p.screen.Problems[f.ID] == "" {
				p.screen.Problems[f.ID] = p.screen.Text
			}
			for id := range typed { // taken, and shown again before the form goes
				p.screen.Values[id] = values[id]
			}
			p.unsent, p.unfiled = values, files
			return nil
		}
		typed[f.ID] = true
		lines, err := p.lines(f, values[f.ID], files)
		if err != nil {
			return err
		}
		for _, line := range lines {
			p.line(line)
		}
	}
	return nil
}

// lines is what is typed for a field. Nothing is Enter, but in a text that is
// still to come: there it is the full stop that ends it.
func (p *typist) lines(f bot.Field, values []string, files []bot.File) (lines []string, err error) {
	given := strings.Join(values, "")
	switch {
	case f.Kind == bot.Files:
		for _, file := range files {
			path, err := p.lay(file)
			if err != nil {
				return nil, err
			}
			lines = append(lines, path)
		}
		return append(lines, ""), nil
	case given == "" && f.Kind == bot.Text:
		return []string{"."}, nil
	case f.Kind == bot.Text:
		return append(strings.Split(given, "\n"), "."), nil
	case given != "" && (f.Kind == bot.Choice || f.Kind == bot.Choices):
		for i, o := range f.Options {
			if slices.Contains(values, o.Value) {
				lines = append(lines, strconv.Itoa(i+1))
			}
		}
		return []string{strings.Join(lines, ", ")}, nil
	}
	return []string{given}, nil
}

// lay lays a file where its path can be typed.
func (p *typist) lay(f bot.File) (path string, err error) {
	dir, err := os.MkdirTemp(p.dir, "file")
	if err != nil {
		return "", err
	}
	from, err := f.Open(context.Background())
	if err != nil {
		return "", err
	}
	defer func() { _ = from.Close() }()
	data, err := io.ReadAll(from)
	path = filepath.Join(dir, f.Name)
	return path, errors.Join(err, os.WriteFile(path, data, 0o600))
}
