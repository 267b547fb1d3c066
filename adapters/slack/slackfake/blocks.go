package slackfake

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"time"
	"unicode/utf8"
)

// A checker goes through blocks by the table of limits and collects what is
// wrong, in Slack's words as far as they are known.
type checker struct {
	surface string // "modal", "home" or "message"
	files   bool   // files:read was granted
	wrong   []string
	ids     map[string]bool
	actions map[string]bool
	inputs  bool
}

func (k *checker) fault(at, format string, args ...any) {
	k.wrong = append(k.wrong, fmt.Sprintf("[ERROR] "+format+" [json-pointer:%s]", append(args, at)...))
}

func (k *checker) view(body obj) {
	s, ok := viewShapes[text(body, "type")]
	if !ok || text(body, "type") != k.surface {
		k.fault("/view/type", "must be %q", k.surface)
		return
	}
	k.shape("/view", body, s)
	if k.surface == "modal" && k.inputs && body["submit"] == nil {
		k.fault("/view", "missing required field: submit")
	}
}

func (k *checker) shape(at string, o obj, s shape, known ...string) {
	for key, v := range o {
		r, ok := s[key]
		switch {
		case slices.Contains(known, key):
		case !ok:
			k.fault(at, "invalid additional property: %s", key)
		default:
			r.check(k, at+"/"+key, v)
		}
	}
	for key, r := range s {
		if _, ok := o[key]; r.need && !ok {
			k.fault(at, "missing required field: %s", key)
		}
	}
}

// blocks checks a list of blocks.
func (k *checker) blocks(at string, all []any, most int) {
	if k.ids == nil {
		k.ids = map[string]bool{}
	}
	if len(all) > most {
		k.fault(at, "no more than %d items allowed", most)
	}
	for i, v := range all {
		at := fmt.Sprintf("%s/%d", at, i)
		b, _ := v.(obj)
		typ := text(b, "type")
		s, ok := blockShapes[typ]
		if !ok || typ == "markdown" && k.surface != "message" {
			k.fault(at+"/type", "unsupported type: %s", typ)
			continue
		}
		k.id(at+"/block_id", b["block_id"], k.ids)
		k.actions = map[string]bool{}
		k.shape(at, b, s, "type", "block_id")
		if typ == "section" && b["text"] == nil && b["fields"] == nil {
			k.fault(at, "missing required field: text")
		}
		if typ == "input" {
			k.inputs = true
		}
	}
}

// id checks a block_id or action_id: unique among its like.
func (k *checker) id(at string, v any, taken map[string]bool) {
	if v == nil {
		return
	}
	name, ok := v.(string)
	switch {
	case !ok || name == "":
		k.fault(at, "must be a string that is not empty")
	case utf8.RuneCountInString(name) > 255:
		k.fault(at, "must be less than 256 characters")
	case taken[name]:
		k.fault(at, "already exists: %s", name)
	default:
		taken[name] = true
	}
}

func blocks(most int) func(*checker, string, any) {
	return func(k *checker, at string, v any) {
		all, ok := v.([]any)
		if !ok {
			k.fault(at, "must be an array")
			return
		}
		k.blocks(at, all, most)
	}
}

func element(in string) func(*checker, string, any) {
	return func(k *checker, at string, v any) {
		e, _ := v.(obj)
		typ := text(e, "type")
		switch {
		case !slices.Contains(inBlock[in], typ):
			k.fault(at+"/type", "unsupported type: %s", typ)
			return
		case typ == "mrkdwn" || typ == "plain_text":
			anyText(3000)(k, at, v)
			return
		case typ == "file_input" && k.surface != "modal":
			k.fault(at+"/type", "file_input is for modals")
		case typ == "file_input" && !k.files:
			k.fault(at+"/type", "file_input wants the scope files:read")
		case typ != "image":
			k.id(at+"/action_id", e["action_id"], k.actions)
		}
		known := []string{"type", "action_id"}
		if typ == "image" {
			known = known[:1]
		}
		k.shape(at, e, elementShapes[typ], known...)
		k.consistent(at, e)
	}
}

// consistent checks what one property says of another.
func (k *checker) consistent(at string, e obj) {
	switch text(e, "type") {
	case "plain_text_input":
		if most, ok := e["max_length"].(float64); ok && float64(utf8.RuneCountInString(text(e, "initial_value"))) > most {
			k.fault(at+"/initial_value", "must be no longer than max_length")
		}
	case "static_select", "multi_static_select":
		if (e["options"] == nil) == (e["option_groups"] == nil) {
			k.fault(at, "must provide either options or option_groups")
		}
	}
	chosen := objs(e, "initial_options")
	if o := sub(e, "initial_option"); o != nil {
		chosen = append(chosen, o)
	}
	for _, o := range chosen {
		if !slices.ContainsFunc(options(e), func(known obj) bool { return reflect.DeepEqual(known, o) }) {
			k.fault(at, "an initial option must be among the options")
		}
	}
}

func str(least, most int) func(*checker, string, any) {
	return func(k *checker, at string, v any) {
		s, ok := v.(string)
		n := utf8.RuneCountInString(s)
		switch {
		case !ok:
			k.fault(at, "must be a string")
		case n < least:
			k.fault(at, "must be more than %d characters", least-1)
		case n > most:
			k.fault(at, "must be less than %d characters", most+1)
		}
	}
}

func plain(most int) func(*checker, string, any)   { return textOf(most, "plain_text") }
func anyText(most int) func(*checker, string, any) { return textOf(most, "plain_text", "mrkdwn") }

func textOf(most int, kinds ...string) func(*checker, string, any) {
	return func(k *checker, at string, v any) {
		o, _ := v.(obj)
		typ := text(o, "type")
		if !slices.Contains(kinds, typ) {
			k.fault(at, "must be a text object of %v", kinds)
			return
		}
		own := shape{"text": need(str(1, most)), "emoji": may(boolean)}
		if typ == "mrkdwn" {
			own = shape{"text": need(str(1, most)), "verbatim": may(boolean)}
		}
		k.shape(at, o, own, "type")
	}
}

func boolean(k *checker, at string, v any) {
	if _, ok := v.(bool); !ok {
		k.fault(at, "must be a boolean")
	}
}

func object(k *checker, at string, v any) {
	if _, ok := v.(obj); !ok {
		k.fault(at, "must be an object")
	}
}

func integer(least, most int) func(*checker, string, any) {
	return func(k *checker, at string, v any) {
		n, ok := v.(float64)
		if !ok || n != math.Trunc(n) || n < float64(least) || n > float64(most) {
			k.fault(at, "must be an integer from %d to %d", least, most)
		}
	}
}

func oneOf(values ...string) func(*checker, string, any) {
	return func(k *checker, at string, v any) {
		if s, ok := v.(string); !ok || !slices.Contains(values, s) {
			k.fault(at, "must be one of %v", values)
		}
	}
}

func date(k *checker, at string, v any) {
	s, _ := v.(string)
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		k.fault(at, "must be a date: YYYY-MM-DD")
	}
}

func listOf(least, most int, each func(*checker, string, any)) func(*checker, string, any) {
	return func(k *checker, at string, v any) {
		all, ok := v.([]any)
		if !ok || len(all) < least || len(all) > most {
			k.fault(at, "must be an array of %d to %d items", least, most)
			return
		}
		for i, one := range all {
			each(k, fmt.Sprintf("%s/%d", at, i), one)
		}
	}
}

func optionList(most int, kinds ...string) func(*checker, string, any) {
	return listOf(1, most, oneOption(kinds...))
}

func oneOption(kinds ...string) func(*checker, string, any) {
	s := shape{"text": need(textOf(75, kinds...)), "value": need(str(1, 150)), "description": may(textOf(75, kinds...)), "url": may(str(1, 3000))}
	return func(k *checker, at string, v any) {
		o, ok := v.(obj)
		if !ok {
			k.fault(at, "must be an object")
			return
		}
		k.shape(at, o, s)
	}
}

func group(k *checker, at string, v any) {
	o, _ := v.(obj)
	k.shape(at, o, shape{"label": need(plain(75)), "options": need(optionList(100, "plain_text"))})
}

func confirm(k *checker, at string, v any) {
	o, _ := v.(obj)
	k.shape(at, o, shape{
		"title": need(plain(100)), "text": need(anyText(300)), "confirm": need(plain(30)), "deny": need(plain(30)), "style": may(oneOf("primary", "danger")),
	})
}
