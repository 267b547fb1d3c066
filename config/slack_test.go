package config

import (
	"strings"
	"testing"
)

func TestSlackIsRefused(t *testing.T) {
	const socket = "[slack]\nmode = \"socket\"\nbot_token_file = \"bot\"\napp_token_file = \"app\"\n"
	const web = "[slack]\nmode = \"http\"\nbot_token_file = \"bot\"\nsigning_secret_file = \"s\"\nlisten = \"127.0.0.1:1\"\nurl = \"https://o.example/slack\"\n"
	for _, good := range []string{"", "[slack]\n", socket, web, socket + "direct_messages = \"buttons\"\nattachments = \"any\"\napi_url = \"http://127.0.0.1:1/api/\"\n"} {
		mustParse(t, office+good)
	}
	for name, test := range map[string]struct{ text, want string }{
		"no mode":             {"[slack]\nlisten = \":1\"\n", ":28: [slack] has settings and no mode"},
		"unknown mode":        {strings.Replace(socket, `"socket"`, `"sockets"`, 1), ":29: slack.mode is none of its words — write one of socket, http"},
		"unknown key":         {socket + "token = \"x\"\n", `:32: unknown key "slack.token"`},
		"no bot token":        {strings.Replace(socket, "bot_token_file", "#", 1), "slack.bot_token_file is missing"},
		"no app token":        {strings.Replace(socket, "app_token_file", "#", 1), "slack.app_token_file is missing"},
		"secret with socket":  {socket + "signing_secret_file = \"s\"\n", ":32: slack.signing_secret_file has no use with this mode"},
		"app token with http": {web + "app_token_file = \"s\"\n", ":34: slack.app_token_file has no use"},
		"no secret":           {strings.Replace(web, "signing_secret_file", "#", 1), "slack.signing_secret_file is missing"},
		"no address":          {strings.Replace(web, "listen", "#", 1), "slack.listen is missing"},
		"odd address":         {strings.Replace(web, "127.0.0.1:1", "here", 1), ":32: slack.listen is no address"},
		"no url":              {strings.Replace(web, "url =", "#", 1), "slack.url is missing"},
		"plain url":           {strings.Replace(web, "https:", "http:", 1), ":33: slack.url is no https address"},
		"url of another path": {strings.Replace(web, "/slack\"", "/other\"", 1), ":33: slack.url is no https address that ends in /slack"},
		"odd api_url":         {socket + "api_url = \"ftp://x\"\n", ":32: slack.api_url is no address"},
		"unknown direct":      {socket + "direct_messages = \"off\"\n", ":32: slack.direct_messages is none of its words — write one of on, buttons"},
		"unknown attachments": {socket + "attachments = \"all\"\n", ":32: slack.attachments is none of its words — write one of sealed, any, off"},
		"wrong type":          {socket + "attachments = false\n", ":32: \"slack.attachments\" has the wrong type"},
	} {
		_, err := Parse("ombra.toml", []byte(office+test.text))
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Count(err.Error(), "\n") > 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSlackExample: whoever takes the marks away before the examples of one mode
// has a table that is taken.
func TestSlackExample(t *testing.T) {
	for _, mode := range slackModes {
		keys := map[string][]string{
			"socket": {"mode", "bot_token_file", "app_token_file", "api_url", "direct_messages", "attachments"},
			"http":   {"mode", "bot_token_file", "signing_secret_file", "listen", "url", "api_url", "direct_messages", "attachments"},
		}[mode]
		before, table, _ := strings.Cut(Example(answers()), "\n[slack]\n")
		table, after, _ := strings.Cut(table, "\n[")
		for _, key := range keys {
			if !strings.Contains(table, "\n# "+key+" = \"") {
				t.Errorf("%s has no example", key)
			}
			table = strings.Replace(table, "\n# "+key+" = ", "\n"+key+" = ", 1)
		}
		table = strings.Replace(table, `mode = "socket"`, `mode = "`+mode+`"`, 1)
		c := mustParse(t, before+"\n[slack]\n"+table+"\n["+after)
		if !c.Slack.On() || c.Slack.DirectMessages != slackDirect[0] || c.Slack.Attachments != slackFiles[0] {
			t.Errorf("%+v", c.Slack)
		}
	}
}
