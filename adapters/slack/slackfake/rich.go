package slackfake

import "slices"

// richBlock checks a part of a rich_text block.
func richBlock(k *checker, at string, v any) {
	o, _ := v.(obj)
	own := shape{"elements": need(listOf(0, 10000, richElement))}
	switch text(o, "type") {
	case "rich_text_section":
	case "rich_text_quote":
		own["border"] = may(integer(0, 1))
	case "rich_text_preformatted":
		own["border"], own["language"] = may(integer(0, 1)), may(str(0, 50))
	case "rich_text_list":
		own = shape{
			"elements": need(listOf(1, 1000, richBlock)), "style": need(oneOf("bullet", "ordered")),
			"indent": may(integer(0, 8)), "offset": may(integer(0, 1_000_000)), "border": may(integer(0, 1)),
		}
	default:
		k.fault(at+"/type", "unsupported type: %s", text(o, "type"))
		return
	}
	k.shape(at, o, own, "type")
}

var richShapes = map[string]shape{
	"text":      {"text": need(str(1, 1_000_000)), "style": may(object)},
	"link":      {"url": need(str(1, 3000)), "text": may(str(0, 3000)), "style": may(object), "unsafe": may(boolean)},
	"emoji":     {"name": need(str(1, 100)), "unicode": may(str(0, 100)), "style": may(object)},
	"user":      {"user_id": need(str(1, 50)), "style": may(object)},
	"usergroup": {"usergroup_id": need(str(1, 50)), "style": may(object)},
	"channel":   {"channel_id": need(str(1, 50)), "style": may(object)},
	"broadcast": {"range": need(oneOf("here", "channel", "everyone")), "style": may(object)},
	"date":      {"timestamp": need(integer(0, 1<<40)), "format": need(str(1, 200)), "url": may(str(1, 3000)), "fallback": may(str(0, 300))},
}

func richElement(k *checker, at string, v any) {
	o, _ := v.(obj)
	s, ok := richShapes[text(o, "type")]
	if !ok {
		k.fault(at+"/type", "unsupported type: %s", text(o, "type"))
		return
	}
	k.shape(at, o, s, "type")
	for style := range sub(o, "style") {
		if !slices.Contains([]string{"bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"}, style) {
			k.fault(at+"/style", "invalid additional property: %s", style)
		}
	}
}
