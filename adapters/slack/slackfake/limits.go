package slackfake

// The table of limits: what Slack takes, by the type of a block or element, by
// property. Units are characters and entries.

// A rule says what one property may hold.
type rule struct {
	need  bool
	check func(k *checker, at string, v any)
}

type shape map[string]rule

func need(check func(*checker, string, any)) rule { return rule{true, check} }
func may(check func(*checker, string, any)) rule  { return rule{false, check} }

// views are the two kinds of views.
var viewShapes = map[string]shape{
	"modal": {
		"type": need(oneOf("modal")), "title": need(plain(24)), "blocks": need(blocks(100)), "close": may(plain(24)), "submit": may(plain(24)),
		"private_metadata": may(str(0, 3000)), "callback_id": may(str(0, 255)), "external_id": may(str(0, 255)),
		"clear_on_close": may(boolean), "notify_on_close": may(boolean), "submit_disabled": may(boolean),
	},
	"home": {
		"type": need(oneOf("home")), "blocks": need(blocks(100)),
		"private_metadata": may(str(0, 3000)), "callback_id": may(str(0, 255)), "external_id": may(str(0, 255)),
	},
}

// blockShapes: "type" and "block_id" go without saying.
var blockShapes map[string]shape

// elementShapes: "type" and "action_id" go without saying.
var elementShapes map[string]shape

// inBlock says which elements a block takes.
var inBlock = map[string][]string{
	"section": {"button", "checkboxes", "datepicker", "image", "multi_static_select", "overflow", "radio_buttons", "static_select", "timepicker"},
	"actions": {"button", "checkboxes", "datepicker", "overflow", "radio_buttons", "static_select", "timepicker"},
	"input": {
		"checkboxes", "datepicker", "email_text_input", "file_input", "multi_static_select", "number_input", "plain_text_input",
		"radio_buttons", "static_select", "timepicker", "url_text_input",
	},
	"context": {"image", "mrkdwn", "plain_text"},
}

// The tables refer to each other through the checks.
func init() {
	blockShapes = map[string]shape{
		"divider": {},
		"header":  {"text": need(plain(150))},
		"section": {"text": may(anyText(3000)), "fields": may(listOf(1, 10, anyText(2000))), "accessory": may(element("section")), "expand": may(boolean)},
		"context": {"elements": need(listOf(1, 10, element("context")))},
		"actions": {"elements": need(listOf(1, 25, element("actions")))},
		"input": {
			"label": need(plain(2000)), "element": need(element("input")), "hint": may(plain(2000)),
			"optional": may(boolean), "dispatch_action": may(boolean),
		},
		"image":     {"image_url": need(str(1, 3000)), "alt_text": need(str(1, 2000)), "title": may(plain(2000))},
		"rich_text": {"elements": need(listOf(1, 1000, richBlock))},
		"markdown":  {"text": need(str(1, 12000))},
	}
	text := shape{"placeholder": may(plain(150)), "focus_on_load": may(boolean), "dispatch_action_config": may(object), "initial_value": may(str(0, 3000))}
	choice := shape{"placeholder": may(plain(150)), "focus_on_load": may(boolean), "confirm": may(confirm), "options": may(optionList(100, "plain_text")), "option_groups": may(listOf(1, 100, group))}
	elementShapes = map[string]shape{
		"button": {
			"text": need(plain(75)), "value": may(str(0, 2000)), "url": may(str(1, 3000)), "style": may(oneOf("primary", "danger")),
			"confirm": may(confirm), "accessibility_label": may(str(0, 75)),
		},
		"plain_text_input":    with(text, shape{"multiline": may(boolean), "min_length": may(integer(0, 3000)), "max_length": may(integer(1, 3000))}),
		"email_text_input":    text,
		"url_text_input":      text,
		"number_input":        with(text, shape{"is_decimal_allowed": need(boolean), "min_value": may(str(1, 40)), "max_value": may(str(1, 40))}),
		"static_select":       with(choice, shape{"initial_option": may(oneOption("plain_text"))}),
		"multi_static_select": with(choice, shape{"initial_options": may(optionList(100, "plain_text")), "max_selected_items": may(integer(1, 100))}),
		"checkboxes": {
			"options": need(optionList(10, "plain_text", "mrkdwn")), "initial_options": may(optionList(10, "plain_text", "mrkdwn")),
			"confirm": may(confirm), "focus_on_load": may(boolean),
		},
		"radio_buttons": {
			"options": need(optionList(10, "plain_text", "mrkdwn")), "initial_option": may(oneOption("plain_text", "mrkdwn")),
			"confirm": may(confirm), "focus_on_load": may(boolean),
		},
		"overflow":   {"options": need(optionList(5, "plain_text")), "confirm": may(confirm)},
		"datepicker": {"initial_date": may(date), "placeholder": may(plain(150)), "confirm": may(confirm), "focus_on_load": may(boolean)},
		"timepicker": {"initial_time": may(str(5, 5)), "placeholder": may(plain(150)), "confirm": may(confirm), "focus_on_load": may(boolean), "timezone": may(str(1, 100))},
		"file_input": {"filetypes": may(listOf(0, 100, str(1, 20))), "max_files": may(integer(1, 10))},
		"image":      {"image_url": need(str(1, 3000)), "alt_text": need(str(1, 2000))},
	}
}

func with(a, b shape) shape {
	out := shape{}
	for _, s := range []shape{a, b} {
		for k, r := range s {
			out[k] = r
		}
	}
	return out
}
