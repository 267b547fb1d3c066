package slack

import (
	"bytes"
	"encoding/json"
	"slices"

	"ombra/bot/say"
)

// Plan is what an app manifest depends on.
type Plan struct {
	Name        string // of the app, as people see it
	Mode        string
	URL         string // where Slack reaches us, for HTTP
	Direct      string
	Attachments string
}

// The manifest is written out here, because the SDK's leaves out whatever is
// false, and Slack takes what is left out for true.
type manifest struct {
	Metadata struct {
		Version int `json:"major_version"`
	} `json:"_metadata"`
	Display struct {
		Name        string `json:"name"`
		Description string `json:"description"`
	} `json:"display_information"`
	Features struct {
		Home struct {
			Home     bool `json:"home_tab_enabled"`
			Messages bool `json:"messages_tab_enabled"`
			ReadOnly bool `json:"messages_tab_read_only_enabled"`
		} `json:"app_home"`
		Bot struct {
			Name   string `json:"display_name"`
			Online bool   `json:"always_online"`
		} `json:"bot_user"`
		Shortcuts []shortcut     `json:"shortcuts"`
		Commands  []slashCommand `json:"slash_commands"`
	} `json:"features"`
	OAuth struct {
		Scopes struct {
			Bot []string `json:"bot"`
		} `json:"scopes"`
	} `json:"oauth_config"`
	Settings struct {
		Events struct {
			URL string   `json:"request_url,omitempty"`
			Bot []string `json:"bot_events"`
		} `json:"event_subscriptions"`
		Interactivity struct {
			Enabled bool   `json:"is_enabled"`
			URL     string `json:"request_url,omitempty"`
		} `json:"interactivity"`
		Org      bool `json:"org_deploy_enabled"`
		Socket   bool `json:"socket_mode_enabled"`
		Rotation bool `json:"token_rotation_enabled"`
	} `json:"settings"`
}

type shortcut struct {
	Name        string `json:"name"`
	Type        string `json:"type"`
	Callback    string `json:"callback_id"`
	Description string `json:"description"`
}

type slashCommand struct {
	Command     string `json:"command"`
	URL         string `json:"url,omitempty"`
	Description string `json:"description"`
	Hint        string `json:"usage_hint"`
	Escape      bool   `json:"should_escape"`
}

// Manifest prints the app manifest for a plan: JSON with the least scopes that
// will do. What is switched off takes its scope with it.
func Manifest(p Plan) []byte {
	o := Options{Mode: p.Mode, Direct: p.Direct, Attachments: p.Attachments}.withDefaults()
	w := say.In("")
	var m manifest
	m.Metadata.Version = 2
	m.Display.Name, m.Display.Description = cut(p.Name, 35), w.Get("slack.app")
	f := &m.Features
	f.Home.Home, f.Home.Messages, f.Home.ReadOnly = true, true, o.Direct == ButtonsOnly
	f.Bot.Name, f.Bot.Online = cut(p.Name, 35), true
	for _, verb := range []string{"report", "redress", "case"} {
		f.Shortcuts = append(f.Shortcuts, shortcut{w.Get("verb." + verb), "global", verb, w.Get("slack.shortcut-" + verb)})
	}
	url := ""
	if o.Mode == HTTP {
		url = p.URL
	}
	f.Commands = []slashCommand{{Command: "/ombra", URL: url, Description: w.Get("slack.command"), Hint: w.Get("slack.command-hint")}}
	m.OAuth.Scopes.Bot = o.scopes()
	s := &m.Settings
	s.Events.URL, s.Events.Bot = url, o.events()
	s.Interactivity.Enabled, s.Interactivity.URL = true, url
	s.Socket = o.Mode == Socket
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(m); err != nil {
		panic("slack: the manifest does not marshal")
	}
	return b.Bytes()
}

// scopes are the rights that the options need, sorted.
func (o Options) scopes() []string {
	list := []string{"chat:write", "commands", "files:write", "im:write"}
	if o.Attachments != NoFile {
		list = append(list, "files:read")
	}
	if o.Direct == TypedToo {
		list = append(list, "im:history")
	}
	slices.Sort(list)
	return list
}

func (o Options) events() []string {
	if o.Direct == TypedToo {
		return []string{"app_home_opened", "message.im"}
	}
	return []string{"app_home_opened"}
}
