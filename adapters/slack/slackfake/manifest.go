package slackfake

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

//go:embed testdata/slack-manifest-v2.schema.json
var manifestSchema []byte

//go:embed testdata/manifest.json
var wholeManifest []byte

// Manifest is what is installed if Options name none: it asks for all that the
// fake knows.
func Manifest() []byte { return slices.Clone(wholeManifest) }

// app is what a manifest says.
type app struct {
	scopes, events        []string
	commands              map[string]string // with their URLs
	commandNames          []string
	shortcuts             map[string]string // callback ids, by the name that people see
	shortcutNames         []string
	eventURL, interactURL string
	socket, interactive   bool
	home, noMessages      bool
	readOnly              bool // people cannot type in the Messages tab
}

// paper is as much of a manifest as the fake reads.
type paper struct {
	Features struct {
		Home struct {
			Home     bool  `json:"home_tab_enabled"`
			Messages *bool `json:"messages_tab_enabled"`
			ReadOnly *bool `json:"messages_tab_read_only_enabled"`
		} `json:"app_home"`
		Bot       *struct{} `json:"bot_user"`
		Shortcuts []struct {
			Name, Type string
			Callback   string `json:"callback_id"`
		}
		Commands []struct{ Command, URL string } `json:"slash_commands"`
	}
	OAuth struct {
		Scopes struct{ Bot, User []string }
	} `json:"oauth_config"`
	Settings struct {
		Socket        bool `json:"socket_mode_enabled"`
		Interactivity struct {
			Enabled bool   `json:"is_enabled"`
			URL     string `json:"request_url"`
		}
		Events struct {
			URL string   `json:"request_url"`
			Bot []string `json:"bot_events"`
		} `json:"event_subscriptions"`
	}
}

func readManifest(raw []byte) (*app, error) {
	if raw == nil {
		raw = wholeManifest
	}
	if wrong := CheckManifest(raw); len(wrong) > 0 {
		return nil, fmt.Errorf("the manifest is refused: %s", strings.Join(wrong, "; "))
	}
	var m paper
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, err
	}
	if m.Features.Bot == nil {
		return nil, errors.New("the manifest has no bot_user: nobody could be written to")
	}
	h := m.Features.Home
	a := &app{
		scopes: m.OAuth.Scopes.Bot, events: m.Settings.Events.Bot, commands: map[string]string{}, shortcuts: map[string]string{},
		eventURL: m.Settings.Events.URL, interactURL: m.Settings.Interactivity.URL, socket: m.Settings.Socket, interactive: m.Settings.Interactivity.Enabled,
		home: h.Home, noMessages: h.Messages != nil && !*h.Messages, readOnly: h.ReadOnly == nil || *h.ReadOnly,
	}
	for _, c := range m.Features.Commands {
		a.commands[c.Command] = c.URL
		a.commandNames = append(a.commandNames, c.Command)
	}
	for _, c := range m.Features.Shortcuts {
		if c.Type == "global" {
			a.shortcuts[c.Name] = c.Callback
			a.shortcutNames = append(a.shortcutNames, c.Name)
		}
	}
	return a, a.consistent()
}

// eventScopes are what Slack demands before it sends an event.
var eventScopes = map[string]string{"message.im": "im:history", "app_home_opened": ""}

// consistent refuses what Slack's form refuses and its schema does not.
func (a *app) consistent() error {
	if len(a.commands)+len(a.shortcuts) > 0 && !slices.Contains(a.scopes, "commands") {
		return errors.New("commands and shortcuts want the scope commands")
	}
	if len(a.shortcuts) > 0 && !a.interactive {
		return errors.New("shortcuts want interactivity")
	}
	for _, e := range a.events {
		scope, ok := eventScopes[e]
		if !ok {
			return fmt.Errorf("the fake does not know the event %s", e)
		}
		if scope != "" && !slices.Contains(a.scopes, scope) {
			return fmt.Errorf("the event %s wants the scope %s", e, scope)
		}
	}
	return nil
}

var publishedSchema = sync.OnceValue(func() obj {
	var root obj
	if err := json.Unmarshal(manifestSchema, &root); err != nil {
		panic("slackfake: the schema is not JSON")
	}
	return root
})

// CheckManifest holds an app manifest against Slack's published schema (version
// 2), and says what is wrong with it.
func CheckManifest(raw []byte) []string {
	var m any
	if err := json.Unmarshal(raw, &m); err != nil {
		return []string{"it is not JSON"}
	}
	c := &schema{root: publishedSchema()}
	c.check("", c.root, m)
	slices.Sort(c.wrong)
	return c.wrong
}

// schema is as much of JSON Schema as Slack's uses.
type schema struct {
	root  obj
	wrong []string
}

func (c *schema) fault(at, format string, args ...any) {
	c.wrong = append(c.wrong, at+": "+fmt.Sprintf(format, args...))
}

func (c *schema) check(at string, s obj, v any) {
	if ref := text(s, "$ref"); ref != "" {
		c.check(at, sub(sub(c.root, "definitions"), strings.TrimPrefix(ref, "#/definitions/")), v)
		return
	}
	if alternatives := objs(s, "anyOf"); len(alternatives) > 0 && !slices.ContainsFunc(alternatives, func(a obj) bool { return c.fits(a, v) }) {
		c.fault(at, "fits no alternative")
	}
	if !ofType(s["type"], v) {
		c.fault(at, "is not of type %v", s["type"])
		return
	}
	if all := list(s, "enum"); all != nil && !slices.Contains(all, v) {
		c.fault(at, "is not one of %v", all)
	}
	switch v := v.(type) {
	case string:
		n := float64(utf8.RuneCountInString(v))
		c.between(at, "characters", n, s["minLength"], s["maxLength"])
		if p := text(s, "pattern"); p != "" && !regexp.MustCompile(p).MatchString(v) {
			c.fault(at, "does not look like %s", p)
		}
	case []any:
		c.between(at, "items", float64(len(v)), s["minItems"], s["maxItems"])
		if each := sub(s, "items"); each != nil {
			for i, one := range v {
				c.check(fmt.Sprintf("%s/%d", at, i), each, one)
			}
		}
	case obj:
		c.object(at, s, v)
	}
}

func (c *schema) fits(s obj, v any) bool {
	try := &schema{root: c.root}
	try.check("", s, v)
	return len(try.wrong) == 0
}

func (c *schema) object(at string, s, v obj) {
	c.between(at, "properties", float64(len(v)), s["minProperties"], s["maxProperties"])
	for _, name := range list(s, "required") {
		if _, ok := v[name.(string)]; !ok {
			c.fault(at, "lacks %s", name)
		}
	}
	properties := sub(s, "properties")
	for name, value := range v {
		known := false
		if p, ok := properties[name].(obj); ok {
			known = true
			c.check(at+"/"+name, p, value)
		}
		for pattern, p := range sub(s, "patternProperties") {
			if regexp.MustCompile(pattern).MatchString(name) {
				known = true
				c.check(at+"/"+name, p.(obj), value)
			}
		}
		if extra, ok := s["additionalProperties"].(bool); ok && !extra && !known {
			c.fault(at, "does not know %s", name)
		}
	}
}

func (c *schema) between(at, what string, n float64, least, most any) {
	if least, ok := least.(float64); ok && n < least {
		c.fault(at, "has %v %s, at least %v", n, what, least)
	}
	if most, ok := most.(float64); ok && n > most {
		c.fault(at, "has %v %s, at most %v", n, what, most)
	}
}

func ofType(want, v any) bool {
	switch w := want.(type) {
	case nil:
		return true
	case []any:
		return slices.ContainsFunc(w, func(one any) bool { return ofType(one, v) })
	}
	switch v := v.(type) {
	case string:
		return want == "string"
	case bool:
		return want == "boolean"
	case float64:
		return want == "number" || want == "integer" && v == float64(int64(v))
	case []any:
		return want == "array"
	case obj:
		return want == "object"
	}
	return want == "null"
}
