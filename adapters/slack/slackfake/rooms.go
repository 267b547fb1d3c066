package slackfake

import (
	"errors"
	"slices"
)

// Home opens the Home tab.
func (p *Person) Home() error {
	return p.act(func() error {
		p.leave()
		p.s.mu.Lock()
		defer p.s.mu.Unlock()
		p.u.focus, p.u.atHome = "home", true
		return p.opened("home")
	})
}

// Messages opens the direct conversation with the bot.
func (p *Person) Messages() error {
	if p.s.app.noMessages {
		return errors.New("there is no Messages tab")
	}
	return p.act(func() error {
		p.leave()
		p.s.mu.Lock()
		defer p.s.mu.Unlock()
		p.u.focus = "dm"
		return p.opened("messages")
	})
}

// opened tells the app which tab was opened. s.mu is held.
func (p *Person) opened(tab string) error {
	ev := obj{"type": "app_home_opened", "user": p.u.id, "channel": p.u.dm, "tab": tab, "event_ts": p.s.ts()}
	p.u.opened = p.u.opened || tab == "messages"
	if tab == "home" && p.u.home != nil {
		ev["view"] = p.s.viewObject(p.u.home)
	}
	p.s.event("app_home_opened", ev)
	return nil
}

// breathe lets what was done before come to rest.
func (p *Person) breathe() {
	if !p.s.o.Eager {
		p.s.Settle()
	}
}

// leave closes what covers everything else, as people must before they do
// something elsewhere.
func (p *Person) leave() {
	p.s.mu.Lock()
	p.u.atHome = false
	payloads := p.shut(0, true)
	p.s.mu.Unlock()
	if len(payloads) > 0 {
		_ = p.tellClosed(payloads)
		p.breathe()
	}
	p.mark()
}

// Close presses the close button of the modal that is seen.
func (p *Person) Close() error {
	return p.act(func() error {
		p.s.mu.Lock()
		top := len(p.u.stack) - 1
		p.s.mu.Unlock()
		if top < 0 {
			return errors.New("no modal is open")
		}
		return p.close(top, false)
	})
}

// Dismiss closes all modals at once, by the cross in the corner.
func (p *Person) Dismiss() error {
	return p.act(func() error { return p.close(0, true) })
}

// close closes modals from one upwards, and tells the app where it wanted that.
func (p *Person) close(from int, cleared bool) error {
	p.s.mu.Lock()
	payloads := p.shut(from, cleared)
	p.s.mu.Unlock()
	return p.tellClosed(payloads)
}

// shut closes modals from one upwards, and returns what the app wants to be told
// of it. s.mu is held.
func (p *Person) shut(from int, cleared bool) (payloads []obj) {
	if from < 0 || from >= len(p.u.stack) {
		return nil
	}
	if yes(p.u.stack[len(p.u.stack)-1].body, "clear_on_close") {
		from, cleared = 0, true
	}
	for _, v := range slices.Backward(p.s.shut(p.u, p.u.stack[from])) {
		if yes(v.body, "notify_on_close") {
			payload := p.s.interaction(p.u, "view_closed")
			payload["view"], payload["is_cleared"] = cloned(p.s.viewObject(v)), cleared
			payloads = append(payloads, payload)
		}
	}
	return payloads
}

func (p *Person) tellClosed(payloads []obj) error {
	for _, payload := range payloads {
		if _, err := p.s.ask(p.s.touch(payload)); err != nil {
			return err
		}
	}
	return nil
}
