package slackfake

import "slices"

// statefuls are elements that hold a value, and the key under which it stands in
// view.state.
var statefuls = map[string]string{
	"plain_text_input": "value", "email_text_input": "value", "number_input": "value", "url_text_input": "value",
	"static_select": "selected_option", "radio_buttons": "selected_option", "multi_static_select": "selected_options",
	"checkboxes": "selected_options", "datepicker": "selected_date", "timepicker": "selected_time", "file_input": "files",
}

// initial is the state of a view that nobody has touched.
func initial(body obj) map[string]map[string]any {
	state := map[string]map[string]any{}
	for _, b := range objs(body, "blocks") {
		for _, e := range elementsOf(b) {
			key, ok := statefuls[text(e, "type")]
			if !ok {
				continue
			}
			block := text(b, "block_id")
			if state[block] == nil {
				state[block] = map[string]any{}
			}
			state[block][text(e, "action_id")] = obj{"type": text(e, "type"), key: start(e, key)}
		}
	}
	return state
}

// start is the initial value of an element, as its state shows it.
func start(e obj, key string) any {
	switch key {
	case "value":
		if v := text(e, "initial_value"); v != "" {
			return v
		}
	case "selected_option":
		if o := sub(e, "initial_option"); o != nil {
			return o
		}
	case "selected_options":
		return arr(list(e, "initial_options")...)
	case "selected_date":
		if v := text(e, "initial_date"); v != "" {
			return v
		}
	case "selected_time":
		if v := text(e, "initial_time"); v != "" {
			return v
		}
	case "files":
		return arr()
	}
	return nil
}

// values is view.state.values. s.mu is held.
func (s *Server) values(v *view) obj {
	out := obj{}
	for block, actions := range v.typed {
		one := obj{}
		for action, value := range actions {
			o := obj{}
			for k, part := range value.(obj) {
				o[k] = part
			}
			if ids, ok := o["files"].([]any); ok {
				files := arr()
				for _, id := range ids {
					if f := s.files[id.(string)]; f != nil {
						files = append(files, s.fileObject(f))
					}
				}
				o["files"] = files
			}
			one[action] = o
		}
		out[block] = one
	}
	return out
}

// options are all options of an element, those in groups too.
func options(e obj) []obj {
	all := objs(e, "options")
	for _, g := range objs(e, "option_groups") {
		all = append(all, objs(g, "options")...)
	}
	return all
}

// option finds one by its value, else by what is read.
func option(e obj, want string) obj {
	all := options(e)
	i := slices.IndexFunc(all, func(o obj) bool { return text(o, "value") == want })
	if i < 0 {
		i = slices.IndexFunc(all, func(o obj) bool { return text(sub(o, "text"), "text") == want })
	}
	if i < 0 {
		return nil
	}
	return all[i]
}
