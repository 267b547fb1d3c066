package slackfake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"ombra/bot"
)

// FieldOf is the field that an input stands for: its action_id up to the first
// "#".
func FieldOf(action string) string {
	id, _, _ := strings.Cut(action, "#")
	return id
}

// largestFormFile is what a file_input takes.
const largestFormFile = 10 << 20

// submit fills in the modal that is seen and sends it.
func (p *Person) submit(values url.Values, files []bot.File) error {
	contents, err := readAll(files)
	if err != nil {
		return err
	}
	p.s.mu.Lock()
	v, err := p.fill(values, contents)
	if err != nil || len(v.problems) > 0 {
		p.s.mu.Unlock()
		return err // what is wrong is seen, and nothing is sent
	}
	payload := p.s.interaction(p.u, "view_submission")
	payload["trigger_id"], payload["view"], payload["response_urls"] = p.s.trigger(p.u, v.id), cloned(p.s.viewObject(v)), arr()
	p.s.mu.Unlock()
	return p.again(payload, func(payload obj) error {
		ack, err := p.s.ask(p.s.touch(payload))
		if err != nil {
			return err
		}
		p.s.mu.Lock()
		no := p.s.respond(p.u, v, ack)
		p.s.mu.Unlock()
		if no != nil {
			return fmt.Errorf("the answer is refused: %s %v", no.code, no.messages)
		}
		return p.impatient()
	})
}

// impatient: whoever is left without private means closes a window that asks
// for a moment.
func (p *Person) impatient() error {
	p.s.mu.Lock()
	bare := p.u.bare
	p.s.mu.Unlock()
	if !bare || !p.waits() {
		return nil
	}
	return p.close(0, true)
}

func readAll(files []bot.File) ([]*file, error) {
	var all []*file
	for _, f := range files {
		r, err := f.Open(context.Background())
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(r)
		_ = r.Close()
		if err != nil {
			return nil, err
		}
		all = append(all, &file{name: f.Name, title: f.Name, content: content, size: len(content), uploaded: true})
	}
	return all, nil
}

// upload puts somebody's file into the workspace. s.mu is held.
func (p *Person) upload(f *file) {
	f.id, f.user, f.created = id("F"), p.u.id, p.s.now()
	p.s.files[f.id] = f
	p.s.name("file", f.id)
	if len(f.name) >= 8 {
		p.s.name("file name", f.name)
	}
	p.s.note("file_uploaded", p.u.id, f.id)
}

// fill types values into the top modal, and does what a client checks before it
// sends. s.mu is held.
func (p *Person) fill(values url.Values, files []*file) (*view, error) {
	if len(p.u.stack) == 0 {
		return nil, errors.New("no modal is open")
	}
	v := p.u.stack[len(p.u.stack)-1]
	if v.body["submit"] == nil {
		return nil, errors.New("the modal has no button to submit it")
	}
	left := map[string]bool{}
	for id := range values {
		left[id] = true
	}
	placed := len(files) == 0
	v.problems = map[string]string{}
	for _, b := range objs(v.body, "blocks") {
		e := sub(b, "element")
		if text(b, "type") != "input" || e == nil {
			continue
		}
		block, field := text(b, "block_id"), FieldOf(text(e, "action_id"))
		for _, name := range []string{block, field} {
			if typed, ok := values[name]; ok && left[name] {
				delete(left, name)
				if err := p.typeInto(v, block, e, typed); err != nil {
					return nil, fmt.Errorf("%s: %w", name, err)
				}
			}
		}
		if text(e, "type") == "file_input" && !placed {
			placed = true
			p.attach(v, block, e, files)
		}
		if problem := p.wrong(v, block, b, e); problem != "" {
			v.problems[block] = problem
		}
	}
	for name := range left {
		return nil, fmt.Errorf("no field %q on the screen", name)
	}
	if !placed {
		return nil, errors.New("the modal takes no files")
	}
	p.s.show(p.u, "")
	return v, nil
}

// typeInto puts a value into an input. s.mu is held.
func (p *Person) typeInto(v *view, block string, e obj, typed []string) error {
	typ, action := text(e, "type"), text(e, "action_id")
	typed = slices.DeleteFunc(slices.Clone(typed), func(s string) bool { return s == "" })
	var value any
	key := statefuls[typ]
	switch key {
	case "value", "selected_date", "selected_time":
		if len(typed) > 0 {
			text := typed[0]
			if typ == "plain_text_input" && !yes(e, "multiline") {
				text = strings.NewReplacer("\r", "", "\n", "").Replace(text)
			}
			if _, err := time.Parse(time.DateOnly, text); key == "selected_date" && err != nil {
				return errors.New("the calendar has no such day")
			}
			value = text
		}
	case "selected_option", "selected_options":
		chosen := arr()
		for _, want := range typed {
			o := option(e, want)
			if o == nil {
				return fmt.Errorf("there is no %q to choose", want)
			}
			chosen = append(chosen, o)
		}
		if value = chosen; key == "selected_option" {
			value = nil
			if len(chosen) > 0 {
				value = chosen[0]
			}
		}
	default:
		return errors.New("nothing can be typed there")
	}
	v.typed[block][action] = obj{"type": typ, key: value}
	return nil
}

// attach puts files into a file_input. s.mu is held.
func (p *Person) attach(v *view, block string, e obj, files []*file) {
	ids := arr()
	for _, f := range files {
		p.upload(f)
		ids = append(ids, f.id)
	}
	v.typed[block][text(e, "action_id")] = obj{"type": "file_input", "files": ids}
}

// wrong is what a client says before it sends anything. s.mu is held.
func (p *Person) wrong(v *view, block string, b, e obj) string {
	value, _ := v.typed[block][text(e, "action_id")].(obj)
	key := statefuls[text(e, "type")]
	empty := value[key] == nil
	if many, ok := value[key].([]any); ok {
		empty = len(many) == 0
	}
	if empty {
		if yes(b, "optional") {
			return ""
		}
		return "Please complete this required field."
	}
	switch typed := value[key].(type) {
	case string:
		n := utf8.RuneCountInString(typed)
		least, _ := e["min_length"].(float64)
		most, ok := e["max_length"].(float64)
		if !ok {
			most = 3000
		}
		if text(e, "type") == "plain_text_input" && (n < int(least) || n > int(most)) {
			return fmt.Sprintf("Between %d and %d characters, please.", int(least), int(most))
		}
	case []any:
		if key == "files" {
			return p.tooMuch(e, typed)
		}
		if most, ok := e["max_selected_items"].(float64); ok && len(typed) > int(most) {
			return fmt.Sprintf("At most %d, please.", int(most))
		}
	}
	return ""
}

// tooMuch is what a client says about files. s.mu is held.
func (p *Person) tooMuch(e obj, ids []any) string {
	most, ok := e["max_files"].(float64)
	if !ok {
		most = 10
	}
	if len(ids) > int(most) {
		return fmt.Sprintf("At most %d files, please.", int(most))
	}
	kinds := list(e, "filetypes")
	for _, id := range ids {
		f := p.s.files[id.(string)]
		if f.size > largestFormFile {
			return "A file here may have 10 MB."
		}
		ending := f.name[strings.LastIndex(f.name, ".")+1:]
		if len(kinds) > 0 && !slices.Contains(kinds, any(ending)) {
			return "Files of this kind are not taken here."
		}
	}
	return ""
}
