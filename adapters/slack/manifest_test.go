package slack_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ombra/adapters/slack"
	"ombra/adapters/slack/slackfake"
)

// plans is every way in which the switches can stand.
func plans() (all []slack.Plan) {
	for _, mode := range []string{slack.Socket, slack.HTTP} {
		for _, direct := range []string{slack.TypedToo, slack.ButtonsOnly} {
			for _, files := range []string{slack.SealedOnly, slack.AnyFile, slack.NoFile} {
				all = append(all, slack.Plan{Name: "Ombra", Mode: mode, URL: "https://o.example/slack", Direct: direct, Attachments: files})
			}
		}
	}
	return all
}

type object = map[string]any

func manifestOf(t *testing.T, p slack.Plan) object {
	t.Helper()
	var m object
	must(t, json.Unmarshal(slack.Manifest(p), &m))
	return m
}

// at follows keys into JSON; nil where there is nothing.
func at(m object, path string) any {
	keys := strings.Split(path, "/")
	for _, k := range keys[:len(keys)-1] {
		m, _ = m[k].(object)
	}
	return m[keys[len(keys)-1]]
}

// TestManifests: each is valid by Slack's schema and says of every switch what the
// switch says, or is by itself. What Slack would take for true if it were left out is
// written.
func TestManifests(t *testing.T) {
	for _, p := range append(plans(), slack.Plan{Name: "Ombra"}) {
		if wrong := slackfake.CheckManifest(slack.Manifest(p)); len(wrong) > 0 {
			t.Errorf("%+v: %q", p, wrong)
		}
		m := manifestOf(t, p)
		typed, socket := p.Direct != slack.ButtonsOnly, p.Mode != slack.HTTP
		scopes, events := []any{"chat:write", "commands", "files:write", "im:write"}, []any{"app_home_opened"}
		if p.Attachments != slack.NoFile {
			scopes = append(scopes, "files:read")
		}
		if typed {
			scopes, events = append(scopes, "im:history"), append(events, "message.im")
		}
		slices.SortFunc(scopes, func(a, b any) int { return strings.Compare(a.(string), b.(string)) })
		var at0 any
		if !socket {
			at0 = p.URL
		}
		command := at(m, "features/slash_commands").([]any)[0].(object)
		for what, pair := range map[string][2]any{
			"scopes": {at(m, "oauth_config/scopes/bot"), scopes}, "a person's scopes": {at(m, "oauth_config/scopes/user"), nil},
			"events": {at(m, "settings/event_subscriptions/bot_events"), events},
			"socket": {at(m, "settings/socket_mode_enabled"), socket}, "interactive": {at(m, "settings/interactivity/is_enabled"), true},
			"url of events": {at(m, "settings/event_subscriptions/request_url"), at0}, "url of presses": {at(m, "settings/interactivity/request_url"), at0},
			"url of the command": {command["url"], at0}, "command": {command["command"], "/ombra"},
			"read only": {at(m, "features/app_home/messages_tab_read_only_enabled"), !typed}, "messages": {at(m, "features/app_home/messages_tab_enabled"), true},
			"home": {at(m, "features/app_home/home_tab_enabled"), true}, "organisation": {at(m, "settings/org_deploy_enabled"), false},
			"rotation": {at(m, "settings/token_rotation_enabled"), false}, "names": {command["should_escape"], false},
		} {
			if diff := cmp.Diff(pair[1], pair[0]); diff != "" {
				t.Errorf("%+v: %s (-want +got)\n%s", p, what, diff)
			}
		}
	}
}

// TestManifestNames: an office's name of any kind is one that Slack takes.
func TestManifestNames(t *testing.T) {
	for _, name := range []string{"O", strings.Repeat("n", 75), strings.Repeat("Ё", 75), "Ombudsmen & <friends> \"\\"} {
		p := slack.Plan{Name: name}
		if wrong := slackfake.CheckManifest(slack.Manifest(p)); len(wrong) > 0 {
			t.Errorf("%s: %q", name, wrong)
		}
		if got := at(manifestOf(t, p), "display_information/name").(string); !strings.HasPrefix(name, strings.TrimSuffix(got, "…")) {
			t.Errorf("%s became %s", name, got)
		}
	}
}

// understood is what the fake's reading of the schema knows, beside what only
// explains. It leaves out that items differ and that one text is an address.
var understood = []string{
	"$ref", "additionalProperties", "anyOf", "definitions", "enum", "items", "maxItems", "maxLength", "maxProperties", "minItems", "minLength",
	"minProperties", "pattern", "patternProperties", "properties", "required", "type",
	"$schema", "default", "description", "format", "title", "uniqueItems", "_note", "regex",
}

// TestSchemaIsUnderstood: the schema says nothing that its reader passes over, and
// the reader refuses a manifest with anything in it bent.
func TestSchemaIsUnderstood(t *testing.T) {
	raw, err := os.ReadFile("slackfake/testdata/slack-manifest-v2.schema.json")
	must(t, err)
	var schema object
	must(t, json.Unmarshal(raw, &schema))
	for word := range keywords(schema, map[string]bool{}) {
		if !slices.Contains(understood, word) {
			t.Errorf("the schema says %s", word)
		}
	}
	for path, bent := range map[string]any{
		"display_information/name": strings.Repeat("n", 36), "display_information": nil, "features/app_home/home_tab_enabled": "yes",
		"features/slash_commands": []any{object{"command": "ombra", "description": "x"}}, "features/shortcuts": []any{object{"name": "x", "type": "else", "callback_id": "x", "description": "x"}},
		"oauth_config/scopes/bot": []any{1}, "settings/socket_mode_enabled": 1, "settings/event_subscriptions/bot_events": "all",
		"settings/interactivity/is_enabled": nil, "settings/unheard": true, "features/bot_user/display_name": "",
	} {
		m := manifestOf(t, slack.Plan{Name: "Ombra"})
		keys := strings.Split(path, "/")
		inside := m
		for _, k := range keys[:len(keys)-1] {
			inside = inside[k].(object)
		}
		if bent == nil {
			delete(inside, keys[len(keys)-1])
		} else {
			inside[keys[len(keys)-1]] = bent
		}
		text, err := json.Marshal(m)
		must(t, err)
		if len(slackfake.CheckManifest(text)) == 0 {
			t.Errorf("with %s bent it is still taken", path)
		}
	}
}

// keywords gathers the keywords of a schema.
func keywords(schema object, into map[string]bool) map[string]bool {
	for key, v := range schema {
		into[key] = true
		switch key {
		case "properties", "patternProperties", "definitions":
			for _, one := range v.(object) {
				keywords(one.(object), into)
			}
		case "items":
			keywords(v.(object), into)
		case "anyOf":
			for _, one := range v.([]any) {
				keywords(one.(object), into)
			}
		}
	}
	return into
}

// without is the manifest of a plan with a scope taken out of it, and the event
// that Slack ties to that scope.
func without(t *testing.T, p slack.Plan, scope string) []byte {
	t.Helper()
	m := manifestOf(t, p)
	drop := func(path, name string) {
		inside := m
		keys := strings.Split(path, "/")
		for _, k := range keys[:len(keys)-1] {
			inside = inside[k].(object)
		}
		list := inside[keys[len(keys)-1]].([]any)
		inside[keys[len(keys)-1]] = slices.DeleteFunc(list, func(v any) bool { return v == name })
	}
	drop("oauth_config/scopes/bot", scope)
	if scope == "im:history" {
		drop("settings/event_subscriptions/bot_events", "message.im")
	}
	text, err := json.Marshal(m)
	must(t, err)
	return text
}
