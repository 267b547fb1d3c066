package slackfake

import (
	"bytes"
	"context"
	"io"
	"net/url"
	"slices"
	"strings"

	"ombra/bot"
	"ombra/bot/bottest"
)

// Sees implements [bottest.Person]: the top modal if there is one, else the Home
// tab, else what is new in the conversation that the person looks at. Files that
// came with it are there beside a modal too.
func (p *Person) Sees() bottest.Screen {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	d := &drawing{s: p.s, screen: bottest.Screen{Values: url.Values{}, Problems: map[string]string{}}}
	fresh := p.fresh()
	switch n := len(p.u.stack); {
	case n > 0:
		d.view(p.u.stack[n-1])
	case p.u.focus == "home":
		if p.u.home != nil {
			d.view(p.u.home)
		}
		d.screen.Private = true
	default:
		for _, m := range fresh {
			d.message(m)
		}
	}
	for _, m := range p.fromDM() {
		d.files(m)
	}
	return d.done()
}

// fresh is what is new where the person looks, or else the last thing there: the
// whispers if the newest is one, else the messages. s.mu is held.
func (p *Person) fresh() []*message {
	all := p.placed()
	if len(all) == 0 {
		return nil
	}
	whispered := all[len(all)-1].ephemeral != ""
	from := len(all) - 1
	for from > 0 && all[from-1].seq > p.since && (all[from-1].ephemeral != "") == whispered {
		from--
	}
	return all[from:]
}

// fromDM are the messages with files that came since the person's last act; else
// those of what is seen. s.mu is held.
func (p *Person) fromDM() []*message {
	var all []*message
	for _, m := range p.s.channels[p.u.dm].messages {
		if m.app && !m.deleted && m.seq > p.since {
			all = append(all, m)
		}
	}
	if len(all) == 0 && len(p.u.stack) == 0 && p.u.focus != "home" {
		return p.fresh()
	}
	return all
}

// Inbox is all that the bot has written into the direct conversation and not
// deleted, each message a screen, oldest first.
func (p *Person) Inbox() []bottest.Screen {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	var all []bottest.Screen
	for _, m := range p.s.channels[p.u.dm].messages {
		if !m.app || m.deleted {
			continue
		}
		d := &drawing{s: p.s, screen: bottest.Screen{Values: url.Values{}, Problems: map[string]string{}}}
		d.message(m)
		d.files(m)
		all = append(all, d.done())
	}
	return all
}

// Modals is how many modals are stacked.
func (p *Person) Modals() int {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	return len(p.u.stack)
}

// View is the view that is seen, as Slack would send it: the top modal, or else
// the Home tab. Nil if there is neither.
func (p *Person) View() map[string]any {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	switch n := len(p.u.stack); {
	case n > 0:
		return cloned(p.s.viewObject(p.u.stack[n-1]))
	case p.u.home != nil:
		return cloned(p.s.viewObject(p.u.home))
	}
	return nil
}

// A drawing is a screen that is being read. s.mu is held.
type drawing struct {
	s      *Server
	b      strings.Builder
	screen bottest.Screen
}

func (d *drawing) done() bottest.Screen {
	d.screen.Text = d.b.String()
	if d.screen.Text == "" && len(d.screen.Files) == 0 {
		d.screen.Private = true // nothing is seen, so nothing is kept
	}
	slices.Sort(d.screen.Harm)
	d.screen.Harm = slices.Compact(d.screen.Harm)
	return d.screen
}

func (d *drawing) line(text string) {
	if text = strings.TrimSpace(text); text != "" {
		d.b.WriteString(text + "\n")
	}
}

func (d *drawing) view(v *view) {
	d.screen.Private = true
	d.text(sub(v.body, "title"))
	for _, b := range objs(v.body, "blocks") {
		d.block(b, v)
		if problem := v.problems[text(b, "block_id")]; problem != "" {
			d.line(problem)
			d.screen.Problems[FieldOf(text(sub(b, "element"), "action_id"))] = problem
		}
	}
}

func (d *drawing) message(m *message) {
	d.screen.Private = m.ephemeral != ""
	if len(m.blocks) == 0 {
		d.line(d.marked(m.text, true))
		return
	}
	// What stands in a message's text beside blocks is read out in notices.
	d.marked(m.text, false)
	for _, b := range m.blocks {
		if block, ok := b.(obj); ok {
			d.block(block, nil)
		}
	}
}

func (d *drawing) files(m *message) {
	for _, f := range m.files {
		content := f.content
		d.screen.Files = append(d.screen.Files, bot.File{Name: f.name, Size: int64(f.size), Open: func(context.Context) (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(content)), nil
		}})
	}
}

func (d *drawing) block(b obj, v *view) {
	switch text(b, "type") {
	case "section", "header":
		d.text(sub(b, "text"))
		for _, f := range objs(b, "fields") {
			d.text(f)
		}
	case "context":
		d.context(b)
	case "input":
		d.text(sub(b, "label"))
		d.text(sub(b, "hint"))
	case "image":
		d.text(sub(b, "title"))
		d.screen.Harm = append(d.screen.Harm, "an image from elsewhere")
	case "rich_text":
		for _, part := range objs(b, "elements") {
			d.rich(part)
		}
	case "markdown":
		d.line(text(b, "text"))
		d.screen.Harm = append(d.screen.Harm, "markdown is more than bold")
	}
	if of, ok := strings.CutPrefix(text(b, "block_id"), "problem:"); ok {
		d.screen.Problems[FieldOf(of)] = text(sub(b, "text"), "text")
		for _, e := range objs(b, "elements") {
			d.screen.Problems[FieldOf(of)] += text(e, "text")
		}
	}
	if text(b, "type") == "rich_text" || text(b, "type") == "context" {
		return
	}
	for _, e := range elementsOf(b) {
		d.element(b, e, v)
	}
}

func (d *drawing) context(b obj) {
	for _, e := range objs(b, "elements") {
		if text(e, "type") == "image" {
			d.screen.Harm = append(d.screen.Harm, "an image from elsewhere")
			continue
		}
		d.text(e)
	}
}

func (d *drawing) element(b, e obj, v *view) {
	typ := text(e, "type")
	if typ == "button" {
		label := text(sub(e, "text"), "text")
		d.screen.Buttons = append(d.screen.Buttons, label)
		d.characters(label)
		if text(e, "url") != "" {
			d.screen.Harm = append(d.screen.Harm, "a button that opens "+text(e, "url"))
		}
		return
	}
	key, ok := statefuls[typ]
	if !ok || v == nil {
		return
	}
	field := FieldOf(text(e, "action_id"))
	d.screen.Fields = append(d.screen.Fields, field)
	value, _ := v.typed[text(b, "block_id")][text(e, "action_id")].(obj)
	d.screen.Values[field] = held(value[key])
	for _, o := range options(e) {
		d.text(sub(o, "text"))
	}
}

// held is what a field holds, as values.
func held(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case obj:
		return []string{text(v, "value")}
	case []any:
		var all []string
		for _, one := range v {
			all = append(all, held(one)...)
		}
		return all
	}
	return nil
}
