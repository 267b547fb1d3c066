package bottest

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"ombra/bot"
	"ombra/bot/say"
	"ombra/cases/papers"
)

// A World is where the story plays: an office and a platform that seats people.
type World struct {
	Office *Office
	// Seat gives the person of an account; the same account twice is the same
	// person.
	Seat func(account string) Person
	// Begin hears the title of each chapter, Tell each line of it: who sees what.
	// Nil is silence.
	Begin func(title string)
	Tell  func(who, what string)
	// Settle waits until what was said or pressed is answered, where a platform
	// answers later. Nil is at once.
	Settle func()
	Means
	// Eve is called on the day on which a case is deleted, before it is. Nil is
	// nothing.
	Eve func(ctx context.Context) error

	// What the story leaves behind, for those who look into it afterwards.
	Receipts map[string]string
	Papers   map[string]Kept // the first that each ombudsman got
	Deleted  *Scanner        // knows what was stored of the case that was deleted
}

// Kept is a file that a platform kept, and what opened it.
type Kept struct {
	File     []byte
	Passcode string
	Machine  *Machine
}

// words finds a phrase of the catalog: a person presses what is written there.
var words = say.In("en")

// Story tells the whole of it and stops at the first thing that does not hold.
func Story(ctx context.Context, w *World) error {
	w.Receipts, w.Papers = map[string]string{}, map[string]Kept{}
	if w.Tell == nil {
		w.Tell = func(string, string) {}
	}
	return w.tell(ctx, []chapter{
		{"a report that excludes an ombudsman", w.report},
		{"an answer, and the way back", w.answer},
		{"a sealed report", w.sealed},
		{"a redress request", w.redress},
		{"a remedy", w.remedies},
		{"closing", w.closing},
		{"the log", w.log},
	})
}

type chapter struct {
	name string
	tell func(context.Context) error
}

// tell stops at the first chapter that does not hold.
func (w *World) tell(ctx context.Context, chapters []chapter) error {
	for _, c := range chapters {
		if w.Begin != nil {
			w.Begin(c.name)
		}
		if err := c.tell(ctx); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	return nil
}

// file goes from the verb to the proved receipt.
func (w *World) file(p Person, verb string, values url.Values, files ...bot.File) (string, error) {
	if err := do(p.Pick(verb), p.Press(words.Get("gate.go-on"))); err != nil {
		return "", err
	}
	if err := p.Send(values, files...); err != nil {
		return "", err
	}
	return w.prove(p)
}

// prove copies the receipt from the screen and types a group of it back: wrong
// first, as people do.
func (w *World) prove(p Person) (string, error) {
	screen := p.Sees()
	rec, err := ReceiptOn(screen)
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, screen.Text)
	}
	if !screen.Private {
		return "", fmt.Errorf("the receipt stands in a message")
	}
	if err := p.Send(url.Values{"group": {"0000"}}); err != nil {
		return "", err
	}
	if screen = p.Sees(); !screen.Has(words.Get("receipt.wrong-group")) {
		return "", fmt.Errorf("a wrong group was taken")
	}
	group, err := GroupOn(screen, rec)
	if err != nil {
		return "", err
	}
	if err := p.Send(url.Values{"group": {strings.ToLower(group)}}); err != nil {
		return "", err
	}
	if !p.Sees().Has(words.Get("receipt.proved-title")) {
		return "", fmt.Errorf("the right group was not taken")
	}
	return rec, nil
}

// look opens a case with a receipt.
func (w *World) look(p Person, rec string) (Screen, error) {
	if err := do(p.Pick("case")); err != nil {
		return Screen{}, err
	}
	err := p.Send(url.Values{"receipt": {rec}})
	return p.Sees(), err
}

// inbox lists what an ombudsman sees.
func (w *World) inbox(name string) (Person, Screen, error) {
	p := w.Seat(name)
	err := p.Pick("inbox")
	return p, p.Sees(), err
}

// card opens the only case, or the one that has a word on its button.
func (w *World) card(name, with string) (Person, error) {
	p, screen, err := w.inbox(name)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(screen.Buttons, func(b string) bool { return strings.Contains(b, with) && strings.Contains(b, "-") })
	if i < 0 {
		return nil, fmt.Errorf("%s sees no case %q in the inbox", name, with)
	}
	return p, p.Press(screen.Buttons[i])
}

// papers fetches a case's papers and opens them on the ombudsman's machine.
func (w *World) papers(name, with string) (*papers.Thread, error) {
	p, err := w.card(name, with)
	if err != nil {
		return nil, err
	}
	if err := p.Press(words.Get("act.papers")); err != nil {
		return nil, err
	}
	screen := p.Sees()
	pass, err := PasscodeOn(screen)
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, screen.Text)
	}
	file, err := screen.File()
	if err != nil {
		return nil, err
	}
	m := w.Office.Machines[name]
	t, err := m.Open(file, pass)
	if err != nil {
		return nil, err
	}
	if len(t.Warnings) > 0 {
		return nil, fmt.Errorf("the papers warn: %s", strings.Join(t.Warnings, "; "))
	}
	if _, first := w.Papers[name]; !first {
		w.Papers[name] = Kept{File: file, Passcode: pass, Machine: m}
	}
	return t, nil
}

// sign signs a draft on fresh papers and drops it into the chat.
func (w *World) sign(name, with string, d papers.Draft) error {
	t, err := w.papers(name, with)
	if err != nil {
		return err
	}
	file, err := w.Office.Machines[name].Sign(t, d, string(w.Office.Cases.Today()))
	if err != nil {
		return err
	}
	p := w.Seat(name)
	if err := p.Say("", file); err != nil {
		return err
	}
	w.settle()
	if !p.Sees().Has(words.Get("signed.title")) {
		return fmt.Errorf("the act was not taken: %s", p.Sees().Text)
	}
	return nil
}

func (w *World) settle() {
	if w.Settle != nil {
		w.Settle()
	}
}

// has reads a thread for some words.
func has(t *papers.Thread, what string) bool {
	var b bytes.Buffer
	if err := t.Text(&b); err != nil {
		return false
	}
	return strings.Contains(b.String(), what)
}

// do is the first error.
func do(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
