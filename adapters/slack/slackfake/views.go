package slackfake

import (
	"encoding/json"
	"maps"
	"slices"
)

// taken reads and checks a view that the app sends.
func (s *Server) taken(raw []byte, typ string) (obj, *refusal) {
	if len(raw) > 250_000 {
		return nil, refuse("view_too_large")
	}
	var body obj
	if json.Unmarshal(raw, &body) != nil || body == nil {
		return nil, refuse("invalid_arguments", "[ERROR] must be an object [json-pointer:/view]")
	}
	// Libraries send what is absent as null.
	maps.DeleteFunc(body, func(_ string, v any) bool { return v == nil })
	k := &checker{surface: typ, files: s.may("files:read")}
	k.view(body)
	if len(k.wrong) > 0 {
		return nil, refuse("invalid_arguments", k.wrong...)
	}
	identify(list(body, "blocks"))
	return body, nil
}

// identify gives every block and every element its id, as Slack does.
func identify(blocks []any) {
	for _, b := range blocks {
		block, _ := b.(obj)
		if text(block, "block_id") == "" {
			block["block_id"] = letters(5)
		}
		for _, e := range elementsOf(block) {
			if text(e, "action_id") == "" && text(e, "type") != "image" && text(e, "type") != "mrkdwn" && text(e, "type") != "plain_text" && text(block, "type") != "rich_text" {
				e["action_id"] = letters(5)
			}
		}
	}
}

// elementsOf are the elements of a block, wherever it holds them.
func elementsOf(block obj) []obj {
	all := objs(block, "elements")
	for _, key := range []string{"element", "accessory"} {
		if e := sub(block, key); e != nil {
			all = append(all, e)
		}
	}
	return all
}

// pull uses up a trigger.
func (c *call) pull() (*user, *trigger, *refusal) {
	if no := c.missing("trigger_id", "view"); no != nil {
		return nil, nil, no
	}
	t := c.triggers[c.args["trigger_id"]]
	switch {
	case t == nil:
		return nil, nil, refuse("invalid_trigger_id")
	case t.used:
		return nil, nil, refuse("exchanged_trigger_id")
	case c.now().After(t.until):
		return nil, nil, refuse("expired_trigger_id")
	}
	return c.users[t.user], t, nil
}

func openView(c *call) (obj, *refusal) {
	u, t, no := c.pull()
	if no != nil {
		return nil, no
	}
	body, no := c.taken([]byte(c.args["view"]), "modal")
	if no != nil {
		return nil, no
	}
	if c.external(text(body, "external_id")) != nil {
		return nil, refuse("duplicate_external_id")
	}
	t.used = true
	// A second views.open with a modal open stacks as a push does, up to 3.
	if len(u.stack) >= 3 {
		return nil, refuse("push_limit_reached")
	}
	v := c.put(u, body)
	return obj{"view": c.viewObject(v)}, nil
}

func pushView(c *call) (obj, *refusal) {
	u, t, no := c.pull()
	if no != nil {
		return nil, no
	}
	body, no := c.taken([]byte(c.args["view"]), "modal")
	switch {
	case no != nil:
		return nil, no
	case t.view == "" || len(u.stack) == 0:
		return nil, refuse("no_view_to_push_to")
	case len(u.stack) >= 3:
		return nil, refuse("push_limit_reached")
	}
	t.used = true
	return obj{"view": c.viewObject(c.put(u, body))}, nil
}

// put opens a modal on top of somebody's others. s.mu is held.
func (s *Server) put(u *user, body obj) *view {
	v := &view{id: id("V"), typ: "modal", owner: u.id, body: body, external: text(body, "external_id")}
	v.root = v.id
	if n := len(u.stack); n > 0 {
		v.root, v.previous = u.stack[0].id, u.stack[n-1].id
	}
	s.set(v, body)
	s.views[v.id] = v
	s.name("view", v.id)
	u.stack = append(u.stack, v)
	s.show(u, "")
	return v
}

// set gives a view its content. What was typed into an input that is still
// there stays: a client goes by the ids, not by the new initial value.
func (s *Server) set(v *view, body obj) {
	s.seq++
	old := v.typed
	v.hash, v.body, v.problems = letters(10)+"."+letters(8), body, map[string]string{}
	v.typed = initial(body)
	for block, actions := range old {
		for action, value := range actions {
			now, ok := v.typed[block][action].(obj)
			was, _ := value.(obj)
			if ok && text(now, "type") == text(was, "type") {
				v.typed[block][action] = value
			}
		}
	}
}

func (s *Server) external(name string) *view {
	if name == "" {
		return nil
	}
	for _, v := range s.views {
		if v.external == name {
			return v
		}
	}
	return nil
}

func updateView(c *call) (obj, *refusal) {
	v := c.views[c.args["view_id"]]
	if v == nil {
		v = c.external(c.args["external_id"])
	}
	if c.args["view_id"] == "" && c.args["external_id"] == "" {
		return nil, refuse("invalid_arguments", "[ERROR] missing required field: view_id")
	}
	if no := c.missing("view"); no != nil {
		return nil, no
	}
	if v == nil || v.typ != "modal" {
		return nil, refuse("not_found")
	}
	body, no := c.taken([]byte(c.args["view"]), "modal")
	switch {
	case no != nil:
		return nil, no
	case c.args["hash"] != "" && c.args["hash"] != v.hash:
		return nil, refuse("hash_conflict")
	}
	if other := c.external(text(body, "external_id")); other != nil && other != v {
		return nil, refuse("duplicate_external_id")
	}
	c.set(v, body)
	v.external = text(body, "external_id")
	c.show(c.users[v.owner], "")
	return obj{"view": c.viewObject(v)}, nil
}

func publishView(c *call) (obj, *refusal) {
	if no := c.missing("user_id", "view"); no != nil {
		return nil, no
	}
	u := c.users[c.args["user_id"]]
	switch {
	case !c.app.home:
		return nil, refuse("not_enabled")
	case u == nil:
		return nil, refuse("invalid_arguments", "[ERROR] no such user [json-pointer:/user_id]")
	case c.args["hash"] != "" && u.home != nil && c.args["hash"] != u.home.hash:
		return nil, refuse("hash_conflict")
	}
	body, no := c.taken([]byte(c.args["view"]), "home")
	if no != nil {
		return nil, no
	}
	if u.home == nil {
		u.home = &view{id: id("V"), typ: "home", owner: u.id}
		u.home.root = u.home.id
		c.views[u.home.id] = u.home
		c.name("view", u.home.id)
	}
	c.set(u.home, body)
	c.show(u, "")
	return obj{"view": c.viewObject(u.home)}, nil
}

// shut closes modals of somebody, from the one named upwards. s.mu is held.
func (s *Server) shut(u *user, from *view) (closed []*view) {
	i := slices.Index(u.stack, from)
	if i < 0 {
		return nil
	}
	closed = slices.Clone(u.stack[i:])
	u.stack = u.stack[:i]
	for _, v := range closed {
		delete(s.views, v.id)
	}
	s.show(u, "")
	return closed
}

// respond does what the answer to a view_submission says. s.mu is held.
func (s *Server) respond(u *user, v *view, ack []byte) *refusal {
	var a struct {
		Action string            `json:"response_action"`
		Errors map[string]string `json:"errors"`
		View   json.RawMessage   `json:"view"`
	}
	if len(ack) > 0 && json.Unmarshal(ack, &a) != nil {
		return refuse("invalid_ack")
	}
	if s.views[v.id] != v {
		return nil // it was closed meanwhile
	}
	switch a.Action {
	case "":
		s.shut(u, v)
	case "clear":
		s.shut(u, u.stack[0])
	case "errors":
		return s.mark(u, v, a.Errors)
	case "update", "push":
		body, no := s.taken(a.View, "modal")
		if no != nil {
			return no
		}
		if a.Action == "update" {
			s.set(v, body)
			v.external = text(body, "external_id")
			s.show(u, "")
			return nil
		}
		if len(u.stack) >= 3 {
			return refuse("push_limit_reached")
		}
		s.put(u, body)
	default:
		return refuse("unknown_response_action")
	}
	return nil
}

// mark shows what is wrong with fields. An error that is not an input's is no
// answer at all: the client says that it had trouble connecting.
func (s *Server) mark(u *user, v *view, wrong map[string]string) *refusal {
	if len(wrong) == 0 {
		return refuse("empty_errors")
	}
	for block := range wrong {
		if !slices.ContainsFunc(objs(v.body, "blocks"), func(b obj) bool { return text(b, "block_id") == block && text(b, "type") == "input" }) {
			return refuse("unknown_block_in_errors")
		}
	}
	v.problems = wrong
	s.show(u, "")
	return nil
}
