package slackfake

import (
	"fmt"
	"strings"
	"testing"
)

func x(n int) string { return strings.Repeat("ж", n) }

func optionOf(label, value string) obj {
	return obj{"text": say("plain_text", label), "value": value}
}

func manyOptions(n int) []any {
	var all []any
	for i := range n {
		all = append(all, optionOf("o", fmt.Sprint("v", i)))
	}
	return all
}

func manyBlocks(n int) []any {
	var all []any
	for range n {
		all = append(all, obj{"type": "divider"})
	}
	return all
}

func inputOf(element obj) obj {
	return obj{"type": "input", "label": say("plain_text", "F"), "element": element}
}

func actions(elements ...any) obj { return obj{"type": "actions", "elements": elements} }

func buttons(n int) []any {
	var all []any
	for i := range n {
		all = append(all, button("b", fmt.Sprint("a", i)))
	}
	return all
}

func changed(o obj, key string, v any) obj {
	o = cloned(o)
	o[key] = v
	return o
}

// limit is one line of the table: the largest that fits, and what does not.
type limit struct {
	name      string
	fits, not obj
}

func in(blocks ...any) obj { return modal("T", blocks...) }

func limits() []limit {
	button75 := func(n int) obj { return in(actions(button(x(n), "a"))) }
	value := func(n int) obj { return in(actions(changed(button("b", "a"), "value", x(n)))) }
	menu := func(n int) obj {
		return in(inputOf(obj{"type": "static_select", "action_id": "a", "options": manyOptions(n)}))
	}
	boxes := func(n int) obj {
		return in(inputOf(obj{"type": "checkboxes", "action_id": "a", "options": manyOptions(n)}))
	}
	label := func(n int) obj {
		return in(inputOf(obj{"type": "radio_buttons", "action_id": "a", "options": arr(optionOf(x(n), "v"))}))
	}
	typed := func(key string, v any) obj {
		return in(inputOf(obj{"type": "plain_text_input", "action_id": "a", key: v}))
	}
	files := func(n int) obj { return in(inputOf(obj{"type": "file_input", "action_id": "a", "max_files": n})) }
	return []limit{
		{"title", modal(x(24), section("t")), modal(x(25), section("t"))},
		{"submit", changed(in(section("t")), "submit", say("plain_text", x(24))), changed(in(section("t")), "submit", say("plain_text", x(25)))},
		{"close", changed(in(section("t")), "close", say("plain_text", x(24))), changed(in(section("t")), "close", say("plain_text", x(25)))},
		{"callback_id", changed(in(section("t")), "callback_id", x(255)), changed(in(section("t")), "callback_id", x(256))},
		{"private_metadata", changed(in(section("t")), "private_metadata", x(3000)), changed(in(section("t")), "private_metadata", x(3001))},
		{"blocks", in(manyBlocks(100)...), in(manyBlocks(101)...)},
		{"section", in(section(x(3000))), in(section(x(3001)))},
		{"empty section", in(section("t")), in(section(""))},
		{"header", in(obj{"type": "header", "text": say("plain_text", x(150))}), in(obj{"type": "header", "text": say("plain_text", x(151))})},
		{"header in mrkdwn", in(obj{"type": "header", "text": say("plain_text", "t")}), in(obj{"type": "header", "text": say("mrkdwn", "t")})},
		{"block_id", in(changed(section("t"), "block_id", x(255))), in(changed(section("t"), "block_id", x(256)))},
		{"block_id twice", in(input("a", "x", nil), input("b", "x", nil)), in(input("a", "x", nil), input("a", "x", nil))},
		{"action_id twice", in(actions(buttons(2)...)), in(actions(button("1", "a"), button("2", "a")))},
		{"buttons in a row", in(actions(buttons(25)...)), in(actions(buttons(26)...))},
		{"button's text", button75(75), button75(76)},
		{"button's value", value(2000), value(2001)},
		{"options", menu(100), menu(101)},
		{"no options", menu(1), menu(0)},
		{"checkboxes", boxes(10), boxes(11)},
		{"option's text", label(75), label(76)},
		{"max_length", typed("max_length", 3000), typed("max_length", 3001)},
		{"initial_value", typed("initial_value", x(3000)), typed("initial_value", x(3001))},
		{"placeholder", typed("placeholder", say("plain_text", x(150))), typed("placeholder", say("plain_text", x(151)))},
		{"max_files", files(10), files(11)},
		{"label", in(changed(input("a", "x", nil), "label", say("plain_text", x(2000)))), in(changed(input("a", "x", nil), "label", say("plain_text", x(2001))))},
		{"a date", in(inputOf(obj{"type": "datepicker", "action_id": "a", "initial_date": "2026-02-28"})), in(inputOf(obj{"type": "datepicker", "action_id": "a", "initial_date": "2026-02-30"}))},
		{"a property nobody knows", in(section("t")), in(changed(section("t"), "color", "red"))},
		{"an element in the wrong block", in(inputOf(obj{"type": "plain_text_input", "action_id": "a"})), in(actions(obj{"type": "plain_text_input", "action_id": "a"}))},
		{"an input without submit", in(section("t")), changed(in(input("a", "x", nil)), "submit", nil)},
		{"context", in(obj{"type": "context", "elements": arr(say("mrkdwn", "t"))}), in(obj{"type": "context", "elements": arr()})},
	}
}

func TestLimits(t *testing.T) {
	r := newRig(t, Options{Unpaced: true}, 0, nil)
	p := r.Person("anna")
	for _, l := range limits() {
		must(t, p.Dismiss())
		if out := r.call("views.open", obj{"trigger_id": r.triggerOf(p), "view": l.fits}); !yes(out, "ok") {
			t.Errorf("%s: refused: %v", l.name, out)
		}
		out := r.call("views.open", obj{"trigger_id": r.triggerOf(p), "view": l.not})
		if text(out, "error") != "invalid_arguments" || len(list(sub(out, "response_metadata"), "messages")) == 0 {
			t.Errorf("%s: %v", l.name, out)
		}
	}
	var large []any
	for range 99 {
		large = append(large, section(strings.Repeat("x", 2990)))
	}
	r.refused("view_too_large", r.call("views.open", obj{"trigger_id": r.triggerOf(p), "view": in(large...)}))
	m := func(blocks []any) obj { return r.call("chat.postMessage", obj{"channel": p.DM(), "blocks": blocks}) }
	r.taken(m(manyBlocks(50)))
	r.refused("invalid_blocks", m(manyBlocks(51)))
	r.refused("invalid_blocks", m(arr(inputOf(obj{"type": "file_input", "action_id": "a"}))))
}

func TestInitialOptionMustBeTheSame(t *testing.T) {
	e := obj{"type": "static_select", "action_id": "a", "options": manyOptions(2), "initial_option": optionOf("o", "v1")}
	if wrong := CheckView(encode(in(inputOf(e)))); len(wrong) > 0 {
		t.Errorf("%v", wrong)
	}
	e["initial_option"] = optionOf("O", "v1")
	if wrong := CheckView(encode(in(inputOf(e)))); len(wrong) != 1 {
		t.Errorf("%v", wrong)
	}
}

func FuzzCheckView(f *testing.F) {
	for _, l := range limits() {
		f.Add(encode(l.fits))
		f.Add(encode(l.not))
	}
	f.Fuzz(func(_ *testing.T, raw []byte) {
		_ = CheckView(raw)
		_ = CheckBlocks("message", raw)
		_ = CheckManifest(raw)
	})
}
