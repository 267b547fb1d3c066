package bottest

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"strings"

	"ombra/bot"
)

// A Person is somebody at a platform. Each method is one thing that a person
// can do; what comes of it is seen with Sees.
type Person interface {
	// Pick picks a verb from the platform's menu, or opens the bot's place with
	// "".
	Pick(verb string) error
	// Say says something in the direct conversation with the bot.
	Say(text string, files ...bot.File) error
	// Press presses the button of this label on what is seen.
	Press(label string) error
	// Send fills in the form that is seen, by field id, and sends it.
	Send(values url.Values, files ...bot.File) error
	// Sees is what is seen now.
	Sees() Screen
}

// A Screen is what a person sees, however the platform draws it.
type Screen struct {
	Text    string // all the text there is, in order, quotes and facts included
	Fields  []string
	Values  url.Values // what the fields hold
	Buttons []string
	Files   []bot.File
	Private bool // not kept by the platform as a message
	// Problems are what is wrong with fields, by id, as far as it is shown.
	Problems map[string]string
	// Harm names what on the screen would do something: a mention that rings, a
	// link or a format out of somebody's words, a character that a terminal
	// obeys. Only a Person that draws can find any.
	Harm []string
}

// Has reports whether the screen shows some words.
func (s Screen) Has(words string) bool { return strings.Contains(s.Text, words) }

// File reads the first file on the screen.
func (s Screen) File() ([]byte, error) {
	if len(s.Files) == 0 {
		return nil, fmt.Errorf("no file on the screen")
	}
	r, err := s.Files[0].Open(context.Background())
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	return io.ReadAll(r)
}

// ScreenOf draws a step as plainly as possible: what every platform must show.
func ScreenOf(s bot.Step) Screen {
	var b strings.Builder
	line := func(parts ...string) {
		if text := strings.TrimSpace(strings.Join(parts, " ")); text != "" {
			b.WriteString(text + "\n")
		}
	}
	line(s.Title)
	line(s.Text)
	for _, f := range s.Facts {
		line(f.Label+":", f.Value)
	}
	line(s.Quote)
	out := Screen{Values: url.Values{}, Files: s.Files, Private: !s.Kept, Problems: map[string]string{}}
	for _, f := range s.Fields {
		line(f.Label, f.Help)
		line(f.Problem)
		if f.Problem != "" {
			out.Problems[f.ID] = f.Problem
		}
		out.Fields = append(out.Fields, f.ID)
		out.Values[f.ID] = f.Value
	}
	for _, btn := range s.Buttons {
		out.Buttons = append(out.Buttons, btn.Label)
	}
	out.Text = b.String()
	return out
}
