package slackfake

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"ombra/bot"
	"ombra/bot/bottest"
)

// A Person is a member of the workspace, with a Slack client in hand. One thing
// is done at a time; what comes of it is waited for.
type Person struct {
	s *Server
	u *user

	mu    sync.Mutex // one act at a time
	last  func() error
	since int // what appeared after this is new
	was   int // u.changes then
}

var _ bottest.Person = (*Person)(nil)

// Person gives the member of a name: the same name twice is the same one.
func (s *Server) Person(name string) *Person {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, u := range s.users {
		if u.name == name {
			return u.person
		}
	}
	u := &user{id: id("U"), name: name, dm: id("D"), woken: make(chan struct{})}
	u.person = &Person{s: s, u: u}
	s.users[u.id] = u
	s.channels[u.dm] = &channel{id: u.dm, user: u.id}
	s.name("user", u.id)
	s.name("channel", u.dm)
	if len(name) >= 8 {
		s.name("name", name)
	}
	return u.person
}

// ID is the person's user id.
func (p *Person) ID() string { return p.u.id }

// DM is the id of the person's direct conversation with the bot.
func (p *Person) DM() string { return p.u.dm }

// act does one thing, and waits until what came of it can be seen.
func (p *Person) act(do func() error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.look(do)
}

func (p *Person) look(do func() error) error {
	p.mark()
	err := do()
	linger := p.s.o.Linger
	if linger == 0 {
		linger = 400 * time.Millisecond
	}
	if p.s.o.Eager {
		p.watch(linger)
	} else {
		p.s.quiet(patient, func(still time.Duration) bool {
			changed, _ := p.changed()
			return still > 30*time.Millisecond && (changed && !p.waits() || !changed && still > linger)
		})
	}
	p.s.mu.Lock()
	p.u.bare = false
	p.s.mu.Unlock()
	return err
}

// patient is how long people look at a screen that asks for a moment.
const patient = 15 * time.Second

// waits says whether what is seen asks for a moment.
func (p *Person) waits() bool { return p.s.o.Waiting != nil && p.s.o.Waiting(p.Sees()) }

// changed says whether what is seen has changed since the act began, and gives
// the channel that tells of the next change.
func (p *Person) changed() (bool, <-chan struct{}) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	return p.u.changes > p.was, p.u.woken
}

// watch waits for a change that does not ask for a moment.
func (p *Person) watch(linger time.Duration) {
	timer := time.NewTimer(linger)
	defer timer.Stop()
	for {
		changed, next := p.changed()
		if changed && !p.waits() {
			return
		}
		if changed {
			timer.Reset(patient)
		}
		select {
		case <-next:
		case <-timer.C:
			return
		case <-p.s.ctx.Done():
			return
		}
	}
}

// mark: what appears from here on is what comes of the act.
func (p *Person) mark() {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	p.since, p.was = p.s.seq, p.u.changes
}

// Pick types the slash command with a verb, or opens the Home tab with "". Where
// there is none, it is the Messages tab.
func (p *Person) Pick(verb string) error {
	if verb == "" {
		if p.s.app.home {
			return p.Home()
		}
		return p.Messages()
	}
	return p.Command(p.s.command() + " " + verb)
}

func (s *Server) command() string {
	if s.o.Command != "" || len(s.app.commandNames) == 0 {
		return s.o.Command
	}
	return s.app.commandNames[0]
}

// Command types a line that begins with a slash into the channel.
func (p *Person) Command(line string) error {
	name, rest, _ := strings.Cut(line, " ")
	at, known := p.s.app.commands[name]
	if !known {
		return fmt.Errorf("%s is not a valid command", name)
	}
	return p.act(func() error {
		p.leave()
		p.s.mu.Lock()
		p.u.focus = p.s.general
		payload := obj{
			"token": p.s.verify, "team_id": p.s.team, "team_domain": "fakes", "channel_id": p.s.general, "channel_name": "general",
			"user_id": p.u.id, "user_name": p.u.name, "command": name, "text": rest, "api_app_id": p.s.appID, "is_enterprise_install": "false",
			"response_url": p.s.hookFor(p.u, p.s.general, nil), "trigger_id": p.s.trigger(p.u, ""),
		}
		p.s.mu.Unlock()
		return p.again(payload, func(payload obj) error {
			ack, err := p.s.ask(&delivery{kind: commands, url: at, payload: payload})
			if err != nil {
				return err
			}
			return p.heard(ack)
		})
	})
}

// again does something with a payload, and remembers it for Again.
func (p *Person) again(payload obj, do func(obj) error) error {
	p.last = func() error {
		next := cloned(payload)
		p.s.mu.Lock()
		if _, ok := next["trigger_id"]; ok {
			next["trigger_id"] = p.s.trigger(p.u, text(sub(next, "view"), "id"))
		}
		p.s.mu.Unlock()
		return do(next)
	}
	return do(cloned(payload))
}

// heard shows what was answered to a slash command at once.
func (p *Person) heard(ack []byte) error {
	in, ok := readReply(ack)
	if !ok {
		return nil
	}
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	if code := p.s.say(p.u, p.s.general, nil, in); code != "" {
		return errors.New("the answer is refused: " + code)
	}
	return nil
}

// Shortcut picks a global shortcut, by the name that people see or its callback
// id.
func (p *Person) Shortcut(name string) error {
	callback, ok := p.s.app.shortcuts[name]
	if !ok {
		for _, id := range p.s.app.shortcuts {
			if id == name {
				callback, ok = id, true
			}
		}
	}
	if !ok {
		return fmt.Errorf("no shortcut %q", name)
	}
	return p.act(func() error {
		p.leave()
		p.s.mu.Lock()
		payload := p.s.interaction(p.u, "shortcut")
		payload["callback_id"], payload["trigger_id"] = callback, p.s.trigger(p.u, "")
		p.s.mu.Unlock()
		return p.again(payload, func(payload obj) error {
			_, err := p.s.ask(p.s.touch(payload))
			return err
		})
	})
}

// touch is the delivery of an interaction.
func (s *Server) touch(payload obj) *delivery {
	return &delivery{kind: interactions, url: s.app.interactURL, payload: payload}
}

// interaction begins a payload. s.mu is held.
func (s *Server) interaction(u *user, typ string) obj {
	return obj{
		"type": typ, "token": s.verify, "action_ts": s.ts(), "api_app_id": s.appID, "is_enterprise_install": false, "enterprise": nil,
		"team": obj{"id": s.team, "domain": "fakes"},
		"user": obj{"id": u.id, "username": u.name, "name": u.name, "team_id": s.team},
	}
}

// Again does the last thing once more: what was pressed is pressed twice, what
// was said is delivered twice.
func (p *Person) Again() error {
	return p.act(func() error {
		if p.last == nil {
			return errors.New("nothing was done yet")
		}
		return p.last()
	})
}

// Bare leaves the next act without private means: its triggers are dead, its
// response URLs used up, a modal in which a button is pressed is closed at once,
// one that asks for a moment after a form was sent is closed too, and nothing
// can be whispered. What stands in the answer to a form itself is still shown.
func (p *Person) Bare() {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	p.u.bare = true
}

// Send implements [bottest.Person].
func (p *Person) Send(values url.Values, files ...bot.File) error {
	return p.act(func() error { return p.submit(values, files) })
}

// Press implements [bottest.Person].
func (p *Person) Press(label string) error {
	return p.act(func() error { return p.press(label) })
}

// Say implements [bottest.Person].
func (p *Person) Say(text string, files ...bot.File) error {
	return p.act(func() error { return p.say(text, files) })
}
