package bottest_test

import (
	"context"
	"errors"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"ombra/bot"
	"ombra/bot/bottest"
	"ombra/bot/say"
	"ombra/cases/papers"
)

var words = say.In("en")

// A chat is a person whom tests can have do what is rarer than in the story:
// send an old form once more, press an old button, do the very same again.
type chat struct {
	t      testing.TB
	handle bot.Handler
	who    bot.Account
	step   bot.Step
	said   map[string]bot.Message
	// each sees every step before the person does.
	each func(ev bot.Event, s bot.Step)
	// recall, if set, fetches messages instead of said.
	recall func(ctx context.Context, ref string) (*bot.Message, error)
	mark   string // part of every message reference
}

func newChat(t testing.TB, o *bottest.Office, account string) *chat {
	return &chat{t: t, handle: o.Bot.Handle, who: bot.NewAccount(account), said: map[string]bot.Message{}}
}

func (c *chat) do(ev bot.Event) bot.Step {
	c.t.Helper()
	ev.From, ev.Via = c.who, bot.Via{Name: "terminal", Exposed: true, Files: true}
	ev.Recall = func(ctx context.Context, ref string) (*bot.Message, error) {
		if c.recall != nil {
			return c.recall(ctx, ref)
		}
		m, ok := c.said[ref]
		if !ok {
			return nil, errors.New("no such message")
		}
		return &m, nil
	}
	s := c.handle(context.Background(), ev)
	if err := s.Check(); err != nil {
		c.t.Errorf("step %q: %v", s.Title, err)
	}
	if c.each != nil {
		c.each(ev, s)
	}
	if !s.Empty() {
		c.step = s
	}
	return c.step
}

func (c *chat) pick(verb string) bot.Step { c.t.Helper(); return c.do(bot.Event{Verb: verb}) }

func (c *chat) say(text string, files ...bot.File) bot.Step {
	c.t.Helper()
	m := bot.Message{Text: text, Files: files, Ref: c.mark + string(rune('a'+len(c.said)))}
	c.said[m.Ref] = m
	return c.do(bot.Event{Said: &m})
}

// press presses the first button whose label has some words.
func (c *chat) press(label string) bot.Step { c.t.Helper(); return c.pressOn(c.step, label) }

func (c *chat) pressOn(s bot.Step, label string) bot.Step {
	c.t.Helper()
	i := slices.IndexFunc(s.Buttons, func(b bot.Button) bool { return strings.Contains(b.Label, label) })
	if i < 0 {
		c.t.Fatalf("no button %q on: %s", label, bottest.ScreenOf(s).Text)
	}
	return c.do(bot.Event{Verb: s.Buttons[i].Verb, Token: s.Buttons[i].Token})
}

func (c *chat) send(values url.Values, files ...bot.File) bot.Step {
	c.t.Helper()
	return c.sendOn(c.step, values, files...)
}

// sendOn sends a form that was shown before, with what it held unless values say
// otherwise.
func (c *chat) sendOn(form bot.Step, values url.Values, files ...bot.File) bot.Step {
	c.t.Helper()
	if !form.IsForm() {
		c.t.Fatalf("no form: %s", bottest.ScreenOf(form).Text)
	}
	sent := url.Values{}
	for _, f := range form.Fields {
		sent[f.ID] = f.Value
	}
	maps.Copy(sent, values)
	return c.do(bot.Event{Token: form.Token, Form: true, Values: sent, Files: files})
}

func (c *chat) sees() string { return bottest.ScreenOf(c.step).Text }

func (c *chat) expect(key string) {
	c.t.Helper()
	if !strings.Contains(c.sees(), words.Get(key)) {
		c.t.Fatalf("want %q, got: %s", key, c.sees())
	}
}

// form goes from the verb to the form.
func (c *chat) form(verb string) bot.Step {
	c.t.Helper()
	c.pick(verb)
	return c.press(words.Get("gate.go-on"))
}

// proved copies the receipt and types the right group back.
func (c *chat) proved() string {
	c.t.Helper()
	rec, err := bottest.ReceiptOn(bottest.ScreenOf(c.step))
	if err != nil {
		c.t.Fatalf("%v: %s", err, c.sees())
	}
	group, err := bottest.GroupOn(bottest.ScreenOf(c.step), rec)
	if err != nil {
		c.t.Fatal(err)
	}
	c.send(url.Values{"group": {group}})
	c.expect("receipt.proved-title")
	return rec
}

// look opens a case with its receipt.
func (c *chat) look(rec string) string {
	c.t.Helper()
	c.pick("case")
	c.send(url.Values{"receipt": {rec}})
	return c.sees()
}

// card opens the first case in the inbox that has some words on its button.
func (c *chat) card(with string) bot.Step {
	c.t.Helper()
	c.pick("inbox")
	return c.press(with)
}

// papers gets the papers of the case whose card is seen, and opens them.
func (c *chat) papers(m *bottest.Machine) (*papers.Thread, string) {
	c.t.Helper()
	c.press(words.Get("act.papers"))
	screen := bottest.ScreenOf(c.step)
	pass, err := bottest.PasscodeOn(screen)
	if err != nil {
		c.t.Fatalf("%v: %s", err, screen.Text)
	}
	file, err := screen.File()
	if err != nil {
		c.t.Fatal(err)
	}
	th, err := m.Open(file, pass)
	if err != nil {
		c.t.Fatal(err)
	}
	return th, pass
}

// sign signs a draft on the papers of the case whose card is seen, and drops it
// into the chat.
func (c *chat) sign(o *bottest.Office, m *bottest.Machine, d papers.Draft) *papers.Thread {
	c.t.Helper()
	th, _ := c.papers(m)
	file, err := m.Sign(th, d, string(o.Cases.Today()))
	if err != nil {
		c.t.Fatal(err)
	}
	c.say("", file)
	c.expect("signed.title")
	return th
}

// textOf is a thread as its reader sees it.
func textOf(t testing.TB, th *papers.Thread) string {
	t.Helper()
	var b strings.Builder
	if err := th.Text(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
