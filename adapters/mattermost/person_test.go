package mattermost_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"ombra/adapters/mattermost"
	"ombra/adapters/mattermost/mattermostfake"
	"ombra/bot"
	"ombra/bot/bottest"
	"ombra/bot/say"
)

var words = say.In("en")

// A person is the fake's, who knows what people know: that a cover is pressed, also
// one that is shown to them alone.
type person struct {
	*mattermostfake.Person

	follows bool // a cover that stands in a message too; the suite presses those itself
}

func (p person) Pick(verb string) error   { return p.then(p.Person.Pick(verb)) }
func (p person) Press(label string) error { return p.then(p.Person.Press(label)) }
func (p person) Say(text string, files ...bot.File) error {
	return p.then(p.Person.Say(text, files...))
}

func (p person) Send(values url.Values, files ...bot.File) error {
	return p.then(p.Person.Send(values, files...))
}

func (p person) then(err error) error {
	if err != nil {
		return err
	}
	screen := p.Person.Sees()
	if len(screen.Buttons) == 0 || len(screen.Fields) > 0 || !screen.Has(words.Get("cover.text")) {
		return nil
	}
	same := !slices.ContainsFunc(screen.Buttons, func(b string) bool { return b != screen.Buttons[0] })
	if same && (p.follows || screen.Private || len(screen.Buttons) > 1) { // twice: it was posted twice
		return p.Press(screen.Buttons[0])
	}
	return nil
}

// story tells the story alone, without the rest of the suite.
func story(t *testing.T, w *bottest.World) {
	t.Helper()
	follows(w)
	if err := bottest.Story(t.Context(), w); err != nil {
		t.Error(err)
	}
}

// follows has everybody press covers, as people do.
func follows(w *bottest.World) {
	seat := w.Seat
	w.Seat = func(name string) bottest.Person {
		p, _ := seat(name).(person)
		p.follows = true
		return p
	}
}

// again does the last thing once more, and looks behind a cover.
func (p person) again() error {
	if err := p.Again(); err != nil {
		return err
	}
	if s := p.Person.Sees(); len(s.Buttons) == 1 && len(s.Fields) == 0 && s.Has(words.Get("cover.text")) {
		return p.Person.Press(s.Buttons[0])
	}
	return nil
}

// Sees leaves out what a card shows only when it is a dialog.
func (p person) Sees() bottest.Screen {
	s := p.Person.Sees()
	if d, open := p.Dialog(); open && len(d.Dialog.Elements) == 1 && d.Dialog.Elements[0].Name == mattermost.NextElement {
		s.Text = strings.Replace(s.Text, words.Get("mattermost.what")+"\n", "", 1)
	}
	return s
}

// notices are what somebody was told, but for the greeting.
func notices(p *mattermostfake.Person) []bottest.Screen {
	return slices.DeleteFunc(p.Unasked(), func(s bottest.Screen) bool { return s.Has(words.Get("home.title")) })
}
