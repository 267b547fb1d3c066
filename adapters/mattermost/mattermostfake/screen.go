package mattermostfake

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"

	"ombra/bot"
	"ombra/bot/bottest"
)

// shown is a message on somebody's screen.
type shown struct {
	wirePost
	ephemeral bool
	gone      bool // deleted
}

// A form is an open dialog: what was typed into it, and what is wrong with it.
type form struct {
	model.OpenDialogRequest
	typed    map[string]any // by element
	problems map[string]string
	problem  string
}

// A button is what can be pressed on a message: a button, or an option of a menu.
type button struct {
	label, post, action, option, cookie string
}

func (m *shown) buttons() (list []button) {
	for _, a := range attachments(m.Props) {
		for _, act := range a.Actions {
			if act.Type == model.PostActionTypeSelect {
				for _, o := range act.Options {
					list = append(list, button{o.Text, m.ID, act.Id, o.Value, act.Cookie})
				}
				continue
			}
			if !act.Disabled {
				list = append(list, button{act.Name, m.ID, act.Id, "", act.Cookie})
			}
		}
	}
	return list
}

func attachments(props map[string]any) []*model.MessageAttachment {
	p := &model.Post{}
	p.SetProps(props)
	return p.Attachments()
}

// A sheet is a screen that is being drawn.
type sheet struct {
	s     *Server
	text  strings.Builder
	harm  []string
	rings bool
}

func (t *sheet) plain(lines ...string) {
	for _, l := range lines {
		t.harm = append(t.harm, commands(l)...)
		if strings.TrimSpace(l) != "" {
			t.text.WriteString(l + "\n")
		}
	}
}

func (t *sheet) marked(lines ...string) {
	for _, l := range lines {
		text, harm := t.s.draw(l, t.rings)
		t.harm = append(t.harm, harm...)
		if text != "" {
			t.text.WriteString(text + "\n")
		}
	}
}

func (t *sheet) message(m *shown) {
	t.rings = !m.ephemeral
	t.marked(m.Message)
	for _, a := range attachments(m.Props) {
		t.marked(a.Pretext)
		t.plain(a.AuthorName)
		t.marked(a.Title, a.Text)
		for _, f := range a.Fields {
			value, _ := f.Value.(string)
			t.marked(f.Title, value)
		}
		t.plain(a.Footer)
	}
	t.rings = false
}

// screen draws messages, and the dialog that is open over them: then only what
// is private beside it, and files. The caller holds mu.
func (p *Person) screen(messages []*shown, f *form) bottest.Screen {
	t := &sheet{s: p.s}
	out := bottest.Screen{Values: url.Values{}, Problems: map[string]string{}, Private: f != nil}
	if f != nil {
		p.drawForm(t, f, &out)
	}
	kept := false
	for _, m := range messages {
		if m.gone {
			continue
		}
		buttons := m.buttons()
		if f == nil || m.ephemeral {
			t.message(m)
			for _, b := range buttons {
				out.Buttons = append(out.Buttons, b.label)
			}
		}
		out.Private = out.Private || m.ephemeral
		// A file comes as a message of its own; it is judged by its bytes.
		kept = kept || f == nil && !m.ephemeral && (len(m.FileIDs) == 0 || len(buttons) > 0)
		if m.Metadata != nil {
			for _, info := range m.Metadata.Files {
				out.Files = append(out.Files, p.file(info))
			}
		}
	}
	out.Private = out.Private && !kept
	out.Text, out.Harm = t.text.String(), t.harm
	return out
}

func (p *Person) drawForm(t *sheet, f *form, out *bottest.Screen) {
	t.plain(f.Dialog.Title)
	t.marked(f.Dialog.IntroductionText, f.problem)
	for _, e := range p.elements(f) {
		t.plain(e.DisplayName)
		t.marked(e.HelpText)
		t.plain(f.problems[e.Name])
		if e.Type == "bool" {
			t.plain(e.Placeholder)
		}
		if p.s.o.Buttons(e.Name) {
			for _, o := range e.Options {
				out.Buttons = append(out.Buttons, o.Text)
			}
			continue
		}
		id, option := p.s.o.Field(e.Name)
		if !slices.Contains(out.Fields, id) {
			out.Fields = append(out.Fields, id)
		}
		if why := f.problems[e.Name]; why != "" {
			out.Problems[id] = why
		}
		switch v := f.typed[e.Name].(type) {
		case string:
			if v != "" {
				out.Values[id] = append(out.Values[id], v)
			}
		case []string:
			out.Values[id] = append(out.Values[id], v...)
		case bool:
			if v {
				out.Values[id] = append(out.Values[id], map[bool]string{true: "true", false: option}[option == ""])
			}
		}
	}
}

// elements are those that the person's client draws.
func (p *Person) elements(f *form) (list []model.DialogElement) {
	for _, e := range f.Dialog.Elements {
		if p.s.knows(e.Type) {
			list = append(list, e)
		}
	}
	return list
}

func newForm(req model.OpenDialogRequest) *form {
	f := &form{OpenDialogRequest: req, typed: map[string]any{}, problems: map[string]string{}}
	for _, e := range req.Dialog.Elements {
		switch {
		case e.Type == "bool":
			f.typed[e.Name] = strings.EqualFold(e.Default, "true")
		case e.MultiSelect && e.Default != "":
			f.typed[e.Name] = strings.Split(strings.ReplaceAll(e.Default, " ", ""), ",")
		default:
			f.typed[e.Name] = e.Default
		}
	}
	return f
}

var errNotThere = errors.New("mattermostfake: the file cannot be read any more")

func (p *Person) file(info *model.FileInfo) bot.File {
	return bot.File{Name: info.Name, Size: info.Size, Open: func(context.Context) (io.ReadCloser, error) {
		status, body := p.s.do(p.Token, http.MethodGet, api+"/files/"+info.Id, "", nil)
		if status != http.StatusOK {
			return nil, errNotThere
		}
		return io.NopCloser(bytes.NewReader(body)), nil
	}}
}
