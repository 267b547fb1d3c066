package config

import (
	"net"
	"net/netip"
	"net/url"
	"reflect"
	"strings"
)

// Mattermost is the table [mattermost]; ombra mattermost setup makes the files.
type Mattermost struct {
	// The address of the server, like https://chat.example.org. Without it the office is not on Mattermost.
	URL string `toml:"url,omitempty"`

	// The file that holds the bot's token, mode 0600. Relative to this file, like the others.
	TokenFile string `toml:"token_file,omitempty" like:"keys/mattermost.token"`

	// The file that holds the slash command's token, a line for each team.
	SlashTokenFile string `toml:"slash_token_file,omitempty" like:"keys/mattermost.slash"`

	// The file that holds the secret of the callbacks' paths.
	CallbackSecretFile string `toml:"callback_secret_file,omitempty" like:"keys/mattermost.callbacks"`

	// The address and port to listen on, like 127.0.0.1:8088. Without a certificate it must be one of this machine only.
	Listen string `toml:"listen,omitempty" like:"127.0.0.1:8088"`

	// Where the server finds that address, directly or through a proxy, like https://ombra.example.org/mm.
	// Plain http is taken for this machine only.
	CallbackURL string `toml:"callback_url,omitempty" like:"https://ombra.example.org/mm"`

	// The addresses and networks that the server, or the proxy, calls from, like ["10.1.2.3", "10.9.0.0/16"].
	// Nobody else is answered. Without any: this machine.
	Sources []string `toml:"sources,omitempty"`

	// The file with the certificate that the listener shows, and its key; without, a proxy does TLS.
	CertFile string `toml:"cert_file,omitempty" like:"keys/callbacks.crt"`

	// The key of the certificate.
	KeyFile string `toml:"key_file,omitempty" like:"keys/callbacks.key"`

	// The user id of the account that owns the bot, as ombra mattermost setup says it: with it, ombra check
	// tells when that account is switched off.
	Owner string `toml:"owner,omitempty"`

	// Which files are taken from the conversation: sealed (the usual; only those that end in .age), any (Mattermost
	// keeps them, deleted or not) or off.
	Attachments string `toml:"attachments,omitempty" like:"sealed"`
}

// On reports whether the office is on Mattermost.
func (m Mattermost) On() bool { return m.URL != "" }

// files are the paths in the table.
func (m *Mattermost) files() []*string {
	return []*string{&m.TokenFile, &m.SlashTokenFile, &m.CallbackSecretFile, &m.CertFile, &m.KeyFile}
}

// Prefixes are the sources as networks. Those that cannot be read are left out;
// Check has refused them.
func (m Mattermost) Prefixes() []netip.Prefix {
	var list []netip.Prefix
	for _, s := range m.Sources {
		if p, ok := prefix(s); ok {
			list = append(list, p)
		}
	}
	return list
}

func prefix(text string) (netip.Prefix, bool) {
	if ip, err := netip.ParseAddr(text); err == nil {
		return netip.PrefixFrom(ip.Unmap(), ip.Unmap().BitLen()), true
	}
	p, err := netip.ParsePrefix(text)
	return p.Masked(), err == nil
}

func (k *checker) mattermost() {
	m := k.Mattermost
	if !m.On() {
		if !reflect.ValueOf(m).IsZero() {
			k.bad("mattermost", "[mattermost] has settings and no url", "write the address of the server, or take the settings out")
		}
		return
	}
	k.private("mattermost.url", m.URL, "https://chat.example.org")
	for key, value := range map[string]string{
		"token_file": m.TokenFile, "slash_token_file": m.SlashTokenFile, "callback_secret_file": m.CallbackSecretFile,
		"listen": m.Listen, "callback_url": m.CallbackURL,
	} {
		if strings.TrimSpace(value) == "" {
			k.bad("mattermost."+key, "mattermost."+key+" is missing", "see docs/mattermost.md; ombra mattermost setup makes the files")
		}
	}
	if m.CallbackURL != "" {
		k.private("mattermost.callback_url", m.CallbackURL, "https://ombra.example.org/mm")
	}
	if m.Owner != "" && !mattermostShape.MatchString(m.Owner) {
		k.bad("mattermost.owner", "mattermost.owner is no user id", "write the 26 letters and digits that ombra mattermost setup says")
	}
	if m.Attachments != "" {
		k.oneOf("mattermost.attachments", m.Attachments, []string{"sealed", "any", "off"})
	}
	k.listener(m)
}

// listener: whoever reaches it can say that anybody did anything, so it takes plain
// http from this machine only, and from elsewhere only what it was told of.
func (k *checker) listener(m Mattermost) {
	if (m.CertFile == "") != (m.KeyFile == "") {
		k.bad("mattermost.cert_file", "a certificate and its key belong together", "write both cert_file and key_file, or neither")
	}
	host, _, err := net.SplitHostPort(m.Listen)
	switch {
	case m.Listen == "":
	case err != nil:
		k.bad("mattermost.listen", "mattermost.listen is no address with a port", "write it like 127.0.0.1:8088")
	case !isLoopback(host) && m.CertFile == "":
		k.bad("mattermost.listen", "the listener would take plain http from elsewhere", "write cert_file and key_file, or listen on 127.0.0.1 behind a proxy that does TLS")
	case !isLoopback(host) && len(m.Sources) == 0:
		k.bad("mattermost.sources", "nothing says from where the server calls", "write its address into mattermost.sources")
	}
	for _, s := range m.Sources {
		if p, ok := prefix(s); !ok || p.Bits() == 0 {
			k.bad("mattermost.sources", "this is no address or network, or all of them", "write them like [\"10.1.2.3\", \"10.9.0.0/16\"]")
		}
	}
}

// private wants https, or this machine.
func (k *checker) private(key, text, like string) {
	u, err := url.Parse(text)
	if err == nil && isURL(text, "http") && isLoopback(u.Hostname()) || isURL(text, "https") {
		return
	}
	k.bad(key, key+" is no https address", "write it like "+like)
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}
