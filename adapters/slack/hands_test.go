package slack_test

import (
	"net/url"
	"time"

	"ombra/adapters/slack/slackfake"
	"ombra/bot"
)

// calm waits until nothing is under way any more, neither in the workspace nor in
// the office, for as long as people have patience.
func (p *place) calm() {
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); {
		if p.adapter.InFlight() > 0 {
			<-time.After(5 * time.Millisecond)
			continue
		}
		if p.Server.Settle(); p.adapter.InFlight() == 0 {
			return
		}
	}
}

// Hands are those of somebody who looks up when the office has nothing more to
// say, however busy the machine is.
type hands struct {
	*slackfake.Person

	p *place
}

// Person seats somebody.
func (p *place) Person(name string) *hands { return &hands{p.Server.Person(name), p} }

func (h *hands) then(err error) error {
	h.p.calm()
	return err
}

func (h *hands) Pick(verb string) error     { return h.then(h.Person.Pick(verb)) }
func (h *hands) Press(label string) error   { return h.then(h.Person.Press(label)) }
func (h *hands) Command(line string) error  { return h.then(h.Person.Command(line)) }
func (h *hands) Shortcut(name string) error { return h.then(h.Person.Shortcut(name)) }
func (h *hands) Home() error                { return h.then(h.Person.Home()) }
func (h *hands) Messages() error            { return h.then(h.Person.Messages()) }
func (h *hands) Close() error               { return h.then(h.Person.Close()) }
func (h *hands) Dismiss() error             { return h.then(h.Person.Dismiss()) }
func (h *hands) Again() error               { return h.then(h.Person.Again()) }

func (h *hands) Say(text string, files ...bot.File) error {
	return h.then(h.Person.Say(text, files...))
}

func (h *hands) Send(values url.Values, files ...bot.File) error {
	return h.then(h.Person.Send(values, files...))
}

func (h *hands) Reach(owner *hands, label string) error {
	return h.then(h.Person.Reach(owner.Person, label))
}
