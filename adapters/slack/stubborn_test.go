package slack_test

import (
	"context"
	"net/url"
	"slices"
	"time"

	"ombra/bot"
	"ombra/bot/bottest"
)

// A stubborn person does what people do when Slack says that it had trouble:
// they wait a moment and do it again. Before each act something goes wrong.
type stubborn struct {
	bottest.Person

	p     *place
	wrong func()
}

// try acts until Slack has no trouble, or what was to be acted on is gone.
func (s stubborn) try(act func() error, still func() bool) (err error) {
	s.p.Mend() // of the act before
	s.wrong()
	for range 6 {
		err = act()
		if err == nil || !still() {
			return nil
		}
		s.p.reached()
	}
	return err
}

// reached waits until Slack can reach the office again.
func (p *place) reached() {
	ctx, done := context.WithTimeout(context.Background(), 10*time.Second)
	defer done()
	if p.adapter.Addr() == "" {
		p.WaitForConnections(ctx, 2)
	}
}

// again does something until Slack takes it.
func (p *place) again(act func() error) (err error) {
	for range 6 {
		if err = act(); err == nil {
			break
		}
		p.calm()
		p.reached()
	}
	return err
}

func (s stubborn) Pick(verb string) error {
	return s.try(func() error { return s.Person.Pick(verb) }, func() bool { return true })
}

func (s stubborn) Press(label string) error {
	return s.try(func() error { return s.Person.Press(label) }, func() bool { return slices.Contains(s.Sees().Buttons, label) })
}

func (s stubborn) Send(values url.Values, files ...bot.File) error {
	fields := s.Sees().Fields
	return s.try(func() error { return s.Person.Send(values, files...) }, func() bool { return slices.Equal(s.Sees().Fields, fields) })
}

// Say waits longer: an event that nobody took comes again after a minute, and
// once more after five.
func (s stubborn) Say(text string, files ...bot.File) error {
	before := s.whispers()
	err := s.try(func() error { return s.Person.Say(text, files...) }, func() bool { return false })
	for range 2 {
		if s.whispers() > before {
			break
		}
		s.p.reached()
		s.p.Advance(5 * time.Minute)
		s.p.calm()
	}
	return err
}

// whispers is how often somebody was answered where they typed.
func (s stubborn) whispers() (n int) {
	for _, c := range s.p.Calls() {
		if c.Method == "chat.postEphemeral" && c.Error == "" {
			n++
		}
	}
	return n
}
