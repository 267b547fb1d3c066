package bottest

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"sync"

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
	out := Screen{Values: url.Values{}, Files: s.Files, Private: !s.Kept}
	for _, f := range s.Fields {
		line(f.Label, f.Help)
		line(f.Problem)
		out.Fields = append(out.Fields, f.ID)
		out.Values[f.ID] = f.Value
	}
	for _, btn := range s.Buttons {
		out.Buttons = append(out.Buttons, btn.Label)
	}
	out.Text = b.String()
	return out
}

// Direct is a Person without a platform: events go straight to the bot.
type Direct struct {
	handle bot.Handler
	who    bot.Account
	via    bot.Via

	mu   sync.Mutex
	step bot.Step               // guarded by mu
	said map[string]bot.Message // guarded by mu
}

// NewDirect seats an account in front of a bot.
func NewDirect(account string, via bot.Via, handle bot.Handler) *Direct {
	return &Direct{handle: handle, who: bot.NewAccount(account), via: via, said: map[string]bot.Message{}}
}

var _ Person = (*Direct)(nil)

func (d *Direct) send(ev bot.Event) error {
	ev.From, ev.Via, ev.Recall = d.who, d.via, d.recall
	step := d.handle(context.Background(), ev)
	d.mu.Lock()
	defer d.mu.Unlock()
	if !step.Empty() {
		d.step = step
	}
	return step.Check()
}

func (d *Direct) recall(_ context.Context, ref string) (*bot.Message, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	m, ok := d.said[ref]
	if !ok {
		return nil, fmt.Errorf("no such message")
	}
	return &m, nil
}

// Pick implements Person.
func (d *Direct) Pick(verb string) error { return d.send(bot.Event{Verb: verb}) }

// Say implements Person.
func (d *Direct) Say(text string, files ...bot.File) error {
	d.mu.Lock()
	ref := fmt.Sprintf("m%d", len(d.said))
	m := bot.Message{Text: text, Files: files, Ref: ref}
	d.said[ref] = m
	d.mu.Unlock()
	return d.send(bot.Event{Said: &m})
}

// Press implements Person.
func (d *Direct) Press(label string) error {
	i := slices.IndexFunc(d.Step().Buttons, func(b bot.Button) bool { return b.Label == label })
	if i < 0 {
		return fmt.Errorf("no button %q on the screen", label)
	}
	b := d.Step().Buttons[i]
	return d.send(bot.Event{Verb: b.Verb, Token: b.Token})
}

// Send implements Person.
func (d *Direct) Send(values url.Values, files ...bot.File) error {
	s := d.Step()
	if !s.IsForm() {
		return fmt.Errorf("no form on the screen")
	}
	sent := url.Values{}
	for _, f := range s.Fields {
		sent[f.ID] = f.Value
		if v, ok := values[f.ID]; ok {
			sent[f.ID] = v
		}
	}
	for id := range values {
		if !slices.Contains(ScreenOf(s).Fields, id) {
			return fmt.Errorf("no field %q on the screen", id)
		}
	}
	return d.send(bot.Event{Token: s.Token, Form: true, Values: sent, Files: files})
}

// Step is the step that is shown, for tests that look inside.
func (d *Direct) Step() bot.Step {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.step
}

// Sees implements Person.
func (d *Direct) Sees() Screen { return ScreenOf(d.Step()) }
