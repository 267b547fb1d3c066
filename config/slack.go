package config

import (
	"net"
	"net/url"
	"slices"
	"strings"
)

// Slack is the table [slack].
type Slack struct {
	// How Slack reaches the office: socket (the office calls Slack; no port is opened) or http (Slack
	// calls the office; needs listen, url and a proxy that does TLS). Without it the office is not on Slack.
	Mode string `toml:"mode,omitempty" like:"socket"`

	// The file that holds the bot token (xoxb-…), mode 0600. Relative to this file, like the others.
	BotTokenFile string `toml:"bot_token_file,omitempty" like:"keys/slack-bot.token"`

	// The file that holds the app token (xapp-…), mode 0600; only with mode socket.
	AppTokenFile string `toml:"app_token_file,omitempty" like:"keys/slack-app.token"`

	// The file that holds the signing secret, mode 0600; only with mode http.
	SigningSecretFile string `toml:"signing_secret_file,omitempty" like:"keys/slack.secret"`

	// The address and port to listen on; only with mode http.
	Listen string `toml:"listen,omitempty" like:"127.0.0.1:8087"`

	// Where Slack finds that address, through the proxy; only with mode http. The path must end in /slack.
	URL string `toml:"url,omitempty" like:"https://ombra.example.org/slack"`

	// Another server that speaks as Slack does, for tests. Without it: Slack itself.
	APIURL string `toml:"api_url,omitempty" like:"http://127.0.0.1:9000/api/"`

	// Whether people can write to the app: on (the usual), or buttons, where nobody can type what Slack
	// would keep; for offices at high risk.
	DirectMessages string `toml:"direct_messages,omitempty" like:"on"`

	// Which files are taken: sealed (the usual; those that end in .age), any (Slack keeps them, and only
	// their owner can delete them there) or off, where signed files are not taken in Slack either.
	Attachments string `toml:"attachments,omitempty" like:"sealed"`
}

// On reports whether the office is on Slack.
func (s Slack) On() bool { return s.Mode != "" }

// The words that the table may have; the first of each is the usual one.
var (
	slackModes  = []string{"socket", "http"}
	slackDirect = []string{"on", "buttons"}
	slackFiles  = []string{"sealed", "any", "off"}
)

func (k *checker) slack() {
	s := k.Slack
	if !s.On() {
		if s != (Slack{}) {
			k.bad("slack", "[slack] has settings and no mode", "write mode = \"socket\", or take the settings out")
		}
		return
	}
	k.oneOf("slack.mode", s.Mode, slackModes)
	if s.DirectMessages != "" {
		k.oneOf("slack.direct_messages", s.DirectMessages, slackDirect)
	}
	if s.Attachments != "" {
		k.oneOf("slack.attachments", s.Attachments, slackFiles)
	}
	k.needed("slack.bot_token_file", s.BotTokenFile, true, "name the file that holds the bot token (xoxb-…)")
	web := s.Mode == "http"
	k.needed("slack.app_token_file", s.AppTokenFile, !web, "name the file that holds the app token (xapp-…)")
	k.needed("slack.signing_secret_file", s.SigningSecretFile, web, "name the file that holds the signing secret")
	k.needed("slack.listen", s.Listen, web, "write an address and a port, like 127.0.0.1:8087")
	k.needed("slack.url", s.URL, web, "write where Slack finds it, like https://ombra.example.org/slack")
	if _, _, err := net.SplitHostPort(s.Listen); s.Listen != "" && err != nil {
		k.bad("slack.listen", "slack.listen is no address with a port", "write it like 127.0.0.1:8087")
	}
	if s.URL != "" && !isURL(s.URL, "https") || s.URL != "" && !strings.HasSuffix(s.URL, "/slack") {
		k.bad("slack.url", "slack.url is no https address that ends in /slack", "write it like https://ombra.example.org/slack")
	}
	if s.APIURL != "" && !isURL(s.APIURL, "https", "http") {
		k.bad("slack.api_url", "slack.api_url is no address", "write it like http://127.0.0.1:9000/api/, or leave it out for Slack itself")
	}
}

// needed: a setting of the other mode is a mistake about what protects the office.
func (k *checker) needed(key, value string, wanted bool, mend string) {
	switch {
	case wanted && strings.TrimSpace(value) == "":
		k.bad(key, key+" is missing", mend)
	case !wanted && value != "":
		k.bad(key, key+" has no use with this mode", "take it out, or change slack.mode")
	}
}

func (k *checker) oneOf(key, value string, words []string) {
	if !slices.Contains(words, value) {
		k.bad(key, key+" is none of its words", "write one of "+strings.Join(words, ", "))
	}
}

func isURL(text string, schemes ...string) bool {
	u, err := url.Parse(text)
	return err == nil && slices.Contains(schemes, u.Scheme) && u.Host != "" && u.User == nil && u.RawQuery == "" && u.Fragment == ""
}

// files names the files that are read beside the configuration.
func (s *Slack) files() []*string {
	return []*string{&s.BotTokenFile, &s.AppTokenFile, &s.SigningSecretFile}
}
