package slackfake

import (
	"errors"
	"fmt"
	"slices"
)

// A spot is a button where it is.
type spot struct {
	block, element obj
	view           *view
	message        *message
}

// find finds the button of a label on what is seen: in the top modal if there is
// one, else where the person looks, else further up in the conversation. s.mu is
// held.
func (p *Person) find(label string) (*spot, error) {
	if n := len(p.u.stack); n > 0 {
		if s := inBlocks(list(p.u.stack[n-1].body, "blocks"), label); s != nil {
			s.view = p.u.stack[n-1]
			return s, nil
		}
		return nil, fmt.Errorf("no button %q in the modal", label)
	}
	if p.u.focus == "home" && p.u.home != nil {
		if s := inBlocks(list(p.u.home.body, "blocks"), label); s != nil {
			s.view = p.u.home
			return s, nil
		}
		return nil, fmt.Errorf("no button %q on the Home tab", label)
	}
	for _, m := range slices.Backward(p.placed()) {
		if s := inBlocks(m.blocks, label); s != nil {
			s.message = m
			return s, nil
		}
	}
	return nil, fmt.Errorf("no button %q on the screen", label)
}

// placed are the bot's messages and whispers where the person looks, oldest
// first. s.mu is held.
func (p *Person) placed() []*message {
	at := p.u.focus
	if at == "dm" || at == "home" || at == "" {
		at = p.u.dm
	}
	all := slices.Clone(p.s.channels[at].messages)
	for _, m := range p.u.seen {
		if m.channel == at {
			all = append(all, m)
		}
	}
	all = slices.DeleteFunc(all, func(m *message) bool { return m.deleted || !m.app })
	slices.SortStableFunc(all, func(a, b *message) int { return a.seq - b.seq })
	return all
}

func inBlocks(blocks []any, label string) *spot {
	for _, b := range blocks {
		block, _ := b.(obj)
		for _, e := range elementsOf(block) {
			if text(e, "type") == "button" && text(sub(e, "text"), "text") == label {
				return &spot{block: block, element: e}
			}
		}
	}
	return nil
}

func (p *Person) press(label string) error {
	p.s.mu.Lock()
	at, err := p.find(label)
	if err != nil {
		p.s.mu.Unlock()
		return err
	}
	payload := cloned(p.pressed(at))
	var closed []obj
	if p.u.bare {
		closed = p.shut(0, true)
	}
	p.s.mu.Unlock()
	return p.again(payload, func(payload obj) error {
		_, err := p.s.ask(p.s.touch(payload))
		told := closed
		closed = nil
		return errors.Join(err, p.tellClosed(told))
	})
}

// pressed is the payload of a button. s.mu is held.
func (p *Person) pressed(at *spot) obj {
	payload := p.s.interaction(p.u, "block_actions")
	delete(payload, "action_ts")
	action := obj{
		"type": "button", "action_id": text(at.element, "action_id"), "block_id": text(at.block, "block_id"),
		"text": at.element["text"], "action_ts": p.s.ts(),
	}
	for _, key := range []string{"value", "style", "url"} {
		if v := text(at.element, key); v != "" {
			action[key] = v
		}
	}
	payload["actions"] = arr(action)
	if v := at.view; v != nil {
		payload["trigger_id"] = p.s.trigger(p.u, map[bool]string{true: v.id}[v.typ == "modal"])
		payload["container"] = obj{"type": "view", "view_id": v.id}
		payload["view"] = p.s.viewObject(v)
		return payload
	}
	m := at.message
	payload["trigger_id"] = p.s.trigger(p.u, "")
	payload["container"] = obj{"type": "message", "message_ts": m.ts, "channel_id": m.channel, "is_ephemeral": m.ephemeral != ""}
	payload["channel"] = obj{"id": m.channel, "name": map[bool]string{true: "directmessage", false: "general"}[m.channel == p.u.dm]}
	payload["response_url"] = p.s.hookFor(p.u, m.channel, m)
	payload["state"] = obj{"values": obj{}}
	if m.ephemeral == "" {
		payload["message"] = p.s.object(m)
	}
	return payload
}

// Reach presses, as this person, a button that another one sees: a client that
// lies. What the other one sees is copied into this one's hands first, so that
// the app can only answer to this one.
func (p *Person) Reach(owner *Person, label string) error {
	return p.act(func() error {
		p.s.mu.Lock()
		at, err := owner.find(label)
		if err != nil {
			p.s.mu.Unlock()
			return err
		}
		switch {
		case at.view != nil && at.view.typ == "modal":
			p.u.stack = nil
			at.view = p.s.put(p.u, cloned(at.view.body))
		case at.view != nil:
			at.view = &view{id: id("V"), typ: "home", owner: p.u.id, hash: letters(8), body: cloned(at.view.body)}
		default:
			m := *at.message
			m.before = nil
			m.ephemeral = p.u.id
			p.s.whisper(p.u, p.u.dm, &m)
			at.message = &m
		}
		payload := p.pressed(at)
		p.s.mu.Unlock()
		_, err = p.s.ask(p.s.touch(payload))
		return err
	})
}
