package slackfake

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"ombra/bot"
)

// longestSaid is how long a message may be.
const longestSaid = 40_000

// say writes into the direct conversation. Whoever has not looked into it yet
// opens it first.
func (p *Person) say(typed string, files []bot.File) error {
	switch {
	case p.s.app.noMessages:
		return errors.New("there is no Messages tab")
	case p.s.app.readOnly:
		return errors.New("the Messages tab is read-only")
	case utf8.RuneCountInString(typed) > longestSaid:
		return errors.New("the client would make a snippet of so long a text")
	}
	contents, err := readAll(files)
	if err != nil {
		return err
	}
	p.leave()
	p.enter()
	p.mark()
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	m := &message{user: p.u.id, files: contents}
	for _, f := range contents {
		p.upload(f)
		f.shared = true
	}
	if typed = strings.TrimSpace(typed); typed != "" {
		m.text, m.blocks = mangle(typed), written(typed)
	}
	ch := p.s.channels[p.u.dm]
	p.s.post(ch, m)
	p.last = func() error {
		p.s.mu.Lock()
		defer p.s.mu.Unlock()
		p.s.retell(m)
		return nil
	}
	return nil
}

// enter opens the Messages tab if the person looks elsewhere.
func (p *Person) enter() {
	p.s.mu.Lock()
	there := p.u.focus == "dm" && p.u.opened
	p.u.focus = "dm"
	if there {
		p.s.mu.Unlock()
		return
	}
	_ = p.opened("messages")
	p.s.mu.Unlock()
	p.breathe()
}

// retell sends the event of a message once more, under the id that it had.
// s.mu is held.
func (s *Server) retell(m *message) {
	d := s.told[m.ts]
	if d != nil {
		s.start(d, 1, "http_timeout")
	}
}

// Edit changes something that the person said.
func (p *Person) Edit(from, to string) error {
	return p.act(func() error {
		p.s.mu.Lock()
		defer p.s.mu.Unlock()
		ch, m := p.said(from)
		if m == nil {
			return fmt.Errorf("nothing like that was said")
		}
		p.s.change(ch, m, mangle(to), written(to))
		return nil
	})
}

// Delete takes back something that the person said.
func (p *Person) Delete(said string) error {
	return p.act(func() error {
		p.s.mu.Lock()
		defer p.s.mu.Unlock()
		ch, m := p.said(said)
		if m == nil {
			return fmt.Errorf("nothing like that was said")
		}
		p.s.remove(ch, m)
		return nil
	})
}

// said finds a message of the person's. s.mu is held.
func (p *Person) said(text string) (*channel, *message) {
	ch := p.s.channels[p.u.dm]
	for _, m := range slices.Backward(ch.messages) {
		if !m.app && !m.deleted && m.text == mangle(text) {
			return ch, m
		}
	}
	return nil, nil
}

var (
	links = regexp.MustCompile(`https?://[^\s<>]*[^\s<>.,;:!?)'"]`)
	mails = regexp.MustCompile(`[\w.+-]+@[\w-]+(\.[\w-]+)+`)
	both  = regexp.MustCompile(links.String() + `|` + mails.String())
)

// faces are the few pictures that the fake can write as Slack does.
var faces = map[string]string{"😀": "grinning", "💀": "skull", "👍": "+1", "🔥": "fire", "🚨": "rotating_light"}

// mangle is what becomes of typed text in the "text" of a message: what is
// markup is escaped, addresses become links, pictures become names.
func mangle(typed string) string {
	var b strings.Builder
	each(typed, func(kind, part string) {
		esc := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(part)
		switch kind {
		case "link":
			esc = "<" + esc + ">"
		case "mail":
			esc = "<mailto:" + esc + "|" + esc + ">"
		case "emoji":
			esc = ":" + faces[part] + ":"
		}
		b.WriteString(esc)
	})
	return b.String()
}

// written is the rich text of a message, which holds what was typed unescaped.
func written(typed string) []any {
	var parts []any
	each(typed, func(kind, part string) {
		switch kind {
		case "link":
			parts = append(parts, obj{"type": "link", "url": part})
		case "mail":
			parts = append(parts, obj{"type": "link", "url": "mailto:" + part, "text": part})
		case "emoji":
			r, _ := utf8.DecodeRuneInString(part)
			parts = append(parts, obj{"type": "emoji", "name": faces[part], "unicode": fmt.Sprintf("%x", r)})
		default:
			parts = append(parts, obj{"type": "text", "text": part})
		}
	})
	return arr(obj{"type": "rich_text", "block_id": letters(5), "elements": arr(obj{"type": "rich_text_section", "elements": parts})})
}

// each cuts typed text into links, mail addresses, pictures and the rest.
func each(typed string, do func(kind, part string)) {
	for typed != "" {
		at, kind := []int{len(typed), len(typed)}, ""
		if i := both.FindStringIndex(typed); i != nil {
			at, kind = i, "link"
			if !strings.HasPrefix(typed[i[0]:], "http") {
				kind = "mail"
			}
		}
		for face := range faces {
			if i := strings.Index(typed, face); i >= 0 && i < at[0] {
				at, kind = []int{i, i + len(face)}, "emoji"
			}
		}
		if at[0] > 0 {
			do("", typed[:at[0]])
		}
		if kind != "" {
			do(kind, typed[at[0]:at[1]])
		}
		typed = typed[at[1]:]
	}
}
