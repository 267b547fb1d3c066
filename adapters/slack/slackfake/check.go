package slackfake

import "encoding/json"

// CheckBlocks says what Slack would refuse in blocks for a surface ("message",
// "home" or "modal"). CheckView says it of a view.
func CheckBlocks(surface string, raw []byte) []string {
	var all []any
	if json.Unmarshal(raw, &all) != nil {
		return []string{"[ERROR] must be an array [json-pointer:/blocks]"}
	}
	k := &checker{surface: surface, files: true}
	k.blocks("/blocks", all, map[bool]int{true: 50, false: 100}[surface == "message"])
	return k.wrong
}

// CheckView says what Slack would refuse in a view.
func CheckView(raw []byte) []string {
	if len(raw) > 250_000 {
		return []string{"view_too_large"}
	}
	var body obj
	if json.Unmarshal(raw, &body) != nil {
		return []string{"[ERROR] must be an object [json-pointer:/view]"}
	}
	k := &checker{surface: text(body, "type"), files: true}
	k.view(body)
	return k.wrong
}
