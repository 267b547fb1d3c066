package bottest

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"sync"

	"ombra/bot"
)

// Direct is a Person without a platform: events go straight to the bot.
type Direct struct {
	handle bot.Handler
	who    bot.Account
	via    bot.Via

	mu   sync.Mutex
	step bot.Step               // guarded by mu, like what follows
	said map[string]bot.Message // what a platform would keep of the conversation
	last bot.Event
	bare bool
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
	bare := d.bare
	d.last, d.bare = ev, false
	switch {
	case step.Empty():
	case !bare || step.Kept:
		d.step = step
	case step.Cover != nil:
		d.step = *step.Cover
	}
	return step.Check()
}

// Again does the last thing once more, as a double click and a redelivery do.
func (d *Direct) Again() error {
	d.mu.Lock()
	last := d.last
	d.mu.Unlock()
	return d.send(last)
}

// Bare leaves no private means for the next step: only its cover is shown.
func (d *Direct) Bare() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.bare = true
}

// Reach presses a button that another person sees.
func (d *Direct) Reach(other *Direct, label string) error { return d.press(other.Step(), label) }

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
func (d *Direct) Press(label string) error { return d.press(d.Step(), label) }

func (d *Direct) press(s bot.Step, label string) error {
	i := slices.IndexFunc(s.Buttons, func(b bot.Button) bool { return b.Label == label })
	if i < 0 {
		return fmt.Errorf("no button %q on the screen", label)
	}
	return d.send(bot.Event{Verb: s.Buttons[i].Verb, Token: s.Buttons[i].Token})
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

// NewWorld is a world of Directs: an office, and how its people are seated.
func NewWorld(o *Office, seat func(account string) *Direct) *World {
	seats := map[string]*Direct{}
	at := func(account string) *Direct {
		if seats[account] == nil {
			seats[account] = seat(account)
		}
		return seats[account]
	}
	return &World{Office: o, Seat: func(account string) Person { return at(account) }, Means: Means{
		Again: func(account string) error { return at(account).Again() },
		Reach: func(account, owner, label string) error { return at(account).Reach(at(owner), label) },
		Bare:  func(account string) { at(account).Bare() },
	}}
}
