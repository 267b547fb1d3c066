package mattermostfake

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"

	"ombra/bot"
)

// Send implements bottest.Person. It checks nothing: a client of one's own need
// not either.
func (p *Person) Send(values url.Values, files ...bot.File) error {
	p.s.mu.Lock()
	f := p.open
	p.s.mu.Unlock()
	if f == nil {
		return errors.New("no form on the screen")
	}
	typed, err := p.fill(f, values, files)
	if err != nil {
		return err
	}
	return p.act(false, func() error { return p.submit(f, typed) })
}

// fill types values into elements: several choices may be boxes of their own.
func (p *Person) fill(f *form, values url.Values, files []bot.File) (map[string]any, error) {
	typed := maps.Clone(f.typed)
	known := map[string]bool{}
	for _, e := range p.elements(f) {
		id, option := p.s.o.Field(e.Name)
		known[id] = true
		if e.Type == "file" {
			ids, err := p.formFiles(files)
			if err != nil {
				return nil, err
			}
			typed[e.Name], files = strings.Join(ids, ","), nil
			continue
		}
		list, set := values[id]
		if !set {
			continue
		}
		switch {
		case e.Type == "bool" && option != "":
			typed[e.Name] = slices.Contains(list, option)
		case e.Type == "bool":
			typed[e.Name] = len(list) > 0 && (list[0] == "true" || list[0] == "yes")
		case e.MultiSelect:
			typed[e.Name] = list
		default:
			typed[e.Name] = strings.Join(list, "")
		}
	}
	for id := range values {
		if !known[id] {
			return nil, fmt.Errorf("no field %q on the screen", id)
		}
	}
	if len(files) > 0 {
		return nil, errors.New("no field for files on the screen")
	}
	return typed, nil
}

func (p *Person) formFiles(files []bot.File) ([]string, error) {
	id, err := p.channelID()
	if err != nil || len(files) == 0 {
		return nil, err
	}
	return p.upload(id, files)
}

// submit sends a dialog through the server and shows what is wrong with it, or
// closes it.
func (p *Person) submit(f *form, typed map[string]any) error {
	answer, err := p.Submit(f.URL, f.Dialog.CallbackId, f.Dialog.State, p.visible(f, typed))
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	f.typed = typed
	if err != nil { // "something went wrong": the dialog stays as it is
		return err
	}
	p.news++
	switch {
	case len(answer.Errors) > 0 || answer.Error != "":
		f.problems, f.problem = answer.Errors, answer.Error
		if f.problems == nil {
			f.problems = map[string]string{}
		}
	case answer.Form != nil:
		p.open = newForm(model.OpenDialogRequest{URL: f.URL, Dialog: *answer.Form})
	case p.open == f:
		p.open = nil
		p.news-- // what comes of it is yet to come
	}
	return nil
}

// visible leaves out what the client did not draw.
func (p *Person) visible(f *form, typed map[string]any) map[string]any {
	sent := map[string]any{}
	for _, e := range p.elements(f) {
		sent[e.Name] = typed[e.Name]
	}
	return sent
}

// Submit sends a dialog that need never have been opened, as any user can: to any
// URL, with any callback id, state and values.
func (p *Person) Submit(to, callbackID, state string, values map[string]any) (model.SubmitDialogResponse, error) {
	id, err := p.channelID()
	if err != nil {
		return model.SubmitDialogResponse{}, err
	}
	b, err := p.request("/actions/dialogs/submit", model.SubmitDialogRequest{
		URL: to, CallbackId: callbackID, State: state, ChannelId: id, TeamId: p.s.TeamID(), Submission: values,
	})
	if err != nil {
		return model.SubmitDialogResponse{}, err
	}
	return decode[model.SubmitDialogResponse](string(b)), nil
}

// Dialog is the dialog that is open: its URL and state are in its user's hand.
func (p *Person) Dialog() (model.OpenDialogRequest, bool) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	if p.open == nil {
		return model.OpenDialogRequest{}, false
	}
	return p.open.OpenDialogRequest, true
}

// Cancel closes the dialog. The integration is told if it asked to be.
func (p *Person) Cancel() error {
	p.s.mu.Lock()
	f := p.open
	p.open = nil
	p.s.mu.Unlock()
	if f == nil || !f.Dialog.NotifyOnCancel {
		return nil
	}
	id, err := p.channelID()
	if err != nil {
		return err
	}
	_, err = p.request("/actions/dialogs/submit", model.SubmitDialogRequest{
		URL: f.URL, CallbackId: f.Dialog.CallbackId, State: f.Dialog.State, ChannelId: id, TeamId: p.s.TeamID(), Cancelled: true,
	})
	if err != nil {
		return err
	}
	return p.s.Settle(p.s.quiet)
}

// onForm finds a button on a dialog: an option of an element that stands for
// buttons, or the one that sends a dialog without fields. Nil: there is none.
func (p *Person) onForm(f *form, label string) func() error {
	if f == nil {
		return nil
	}
	elements := p.elements(f)
	for _, e := range elements {
		if !p.s.o.Buttons(e.Name) {
			continue
		}
		for _, o := range e.Options {
			if o.Text == label {
				typed := maps.Clone(f.typed)
				typed[e.Name] = o.Value
				return func() error { return p.submit(f, typed) }
			}
		}
	}
	if len(elements) == 0 && label == f.Dialog.SubmitLabel {
		return func() error { return p.submit(f, f.typed) }
	}
	return nil
}
