package main

import (
	"errors"
	"net/url"
	"regexp"
	"strings"

	"ombra/adapters/terminal"
	"ombra/bot"
	catalog "ombra/bot/say"
)

// A filer files one report through the wire, and can send the same form again.
type filer struct {
	account string
	client  *terminal.Client
	token   bot.Token
	values  url.Values
	files   []terminal.Upload
}

func newFiler(socket, account string) (*filer, error) {
	c, err := terminal.Dial(socket)
	return &filer{account: account, client: c}, err
}

func (f *filer) close() { _ = f.client.Close() }

var (
	errStep = errors.New("another step than expected")
	errBusy = errors.New("told to try again in a minute")
)

// unexpected tells being throttled, which happens to a crowd, from what must
// not happen.
func unexpected(s bot.Step) error {
	if strings.Contains(s.Text, catalog.In("en").Get("error.throttled")) {
		return errBusy
	}
	return errStep
}

// form opens the form and fills it in.
func (f *filer) form() error {
	gate, err := f.client.Do(terminal.Request{Account: f.account, Verb: "report"})
	if err != nil {
		return err
	}
	if len(gate.Buttons) == 0 || gate.Buttons[0].Token == "" {
		return unexpected(gate)
	}
	form, err := f.client.Do(terminal.Request{Account: f.account, Token: gate.Buttons[0].Token})
	if err != nil {
		return err
	}
	if !form.IsForm() {
		return unexpected(form)
	}
	f.token, f.values = form.Token, url.Values{}
	for _, field := range form.Fields {
		switch {
		case len(field.Value) > 0:
			f.values[field.ID] = field.Value
		case field.Optional:
		case field.Kind == bot.Choice, field.Kind == bot.Choices:
			f.values.Set(field.ID, field.Options[0].Value)
		case field.Kind == bot.Date:
			f.values.Set(field.ID, "2026-11-23")
		default:
			f.values.Set(field.ID, "What "+f.account+" has to say.")
		}
	}
	return nil
}

var receiptShape = regexp.MustCompile(`(?:[0-9A-Z]{4}-){6}[0-9A-Z]{4}`)

// send sends the form and returns the receipt that is shown.
func (f *filer) send() (string, error) {
	step, err := f.client.Do(terminal.Request{Account: f.account, Token: f.token, Form: true, Values: f.values, Files: f.files})
	if err != nil {
		return "", err
	}
	shown := receiptShape.FindString(step.Text)
	if shown == "" {
		return "", unexpected(step)
	}
	return shown, nil
}

// opens opens a case with a receipt.
func (f *filer) opens(receipt string) error {
	ask, err := f.client.Do(terminal.Request{Account: f.account, Verb: "case"})
	if err != nil {
		return err
	}
	if !ask.IsForm() {
		return unexpected(ask)
	}
	step, err := f.client.Do(terminal.Request{
		Account: f.account, Token: ask.Token, Form: true, Values: url.Values{"receipt": {strings.TrimSpace(receipt)}},
	})
	if err != nil {
		return err
	}
	if step.IsForm() || len(step.Facts) == 0 { // it asks again
		return unexpected(step)
	}
	return nil
}

func replaceAll(text, before, after string) string { return strings.ReplaceAll(text, before, after) }
