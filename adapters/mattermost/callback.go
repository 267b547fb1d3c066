package mattermost

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"ombra/bot/say"
)

// A server hands the dialogs' URL to everybody who is shown a dialog, and logs
// the paths of all. So each kind of callback has a path of its own: who knows the
// dialogs' can send dialogs, and those count only with a token.
type paths struct{ slash, press, submit string }

func pathsOf(secret Secret) paths {
	path := func(kind string) string {
		m := hmac.New(sha256.New, []byte(secret.Reveal()))
		m.Write([]byte("ombra-mattermost/1 " + kind))
		return "/" + base64.RawURLEncoding.EncodeToString(m.Sum(nil)[:24])
	}
	return paths{path("slash"), path("press"), path("submit")}
}

// SlashURL is where the slash command has to send what people type, given where
// the server reaches the listener.
func SlashURL(public string, secret Secret) string {
	return strings.TrimRight(public, "/") + pathsOf(secret).slash
}

const (
	maxBody  = 2 << 20 // twenty fields of 3,000 characters, all of them escaped
	maxSlash = 64 << 10
)

// minSecret is how long the secret of the paths must be.
const minSecret = 32

// check refuses what would carry tokens or words over a wire in the clear.
func (o *Options) check() error {
	if err := secure("the address of the server", o.URL); err != nil {
		return err
	}
	if o.Public != "" {
		if err := secure("the address of the callbacks", o.Public); err != nil {
			return err
		}
	}
	o.URL, o.Public = strings.TrimRight(o.URL, "/"), strings.TrimRight(o.Public, "/")
	switch {
	case o.Token.Reveal() == "":
		return errors.New("mattermost: the bot's token is missing")
	case o.Slash.Reveal() == "":
		return errors.New("mattermost: the slash command's token is missing")
	case len(o.Paths.Reveal()) < minSecret:
		return errors.New("mattermost: the secret of the callbacks is missing or too short")
	case (o.CertFile == "") != (o.KeyFile == ""):
		return errors.New("mattermost: a certificate and its key belong together")
	}
	switch o.Attachments {
	case SealedOnly, AnyFile, NoFile:
	default:
		return errors.New("mattermost: attachments are sealed, any or off")
	}
	if o.CertFile == "" && !loopback(o.Listen) {
		return errors.New("mattermost: plain HTTP is taken on a loopback address only; give a certificate, or put a proxy that has one in front")
	}
	if !loopback(o.Listen) && len(o.Sources) == 0 {
		return errors.New("mattermost: say from which addresses the server calls")
	}
	return nil
}

// secure lets plain HTTP through on loopback only.
func secure(what, address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return errors.New("mattermost: " + what + " is no web address")
	case u.Scheme == "https", u.Scheme == "http" && loopback(u.Host):
		return nil
	}
	return errors.New("mattermost: " + what + " is not https, which only loopback may be without")
}

func loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = strings.Trim(address, "[]")
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

func (o *Options) listen() (net.Listener, error) {
	var certs []tls.Certificate
	if o.CertFile != "" {
		c, err := tls.LoadX509KeyPair(o.CertFile, o.KeyFile)
		if err != nil {
			return nil, errors.New("mattermost: the certificate or its key cannot be used")
		}
		certs = append(certs, c)
	}
	l, err := net.Listen("tcp", o.Listen) //nolint:noctx // it takes or refuses at once
	if err != nil {
		return nil, errors.New("mattermost: the listener cannot be opened: is the address taken?")
	}
	if certs != nil {
		l = tls.NewListener(l, &tls.Config{Certificates: certs, MinVersion: tls.VersionTLS12})
	}
	return l, nil
}

// admits tells whether a caller is one of those that the server calls from. What
// a header says of the address is not believed.
func (a *Adapter) admits(remote string) bool {
	at, err := netip.ParseAddrPort(remote)
	if err != nil {
		return false
	}
	ip := at.Addr().Unmap().WithZone("")
	if len(a.o.Sources) == 0 {
		return ip.IsLoopback()
	}
	for _, p := range a.o.Sources {
		if p.Contains(ip) {
			return true
		}
	}
	return false
}

// refused is the answer to all that is refused, whatever the reason: whoever tries
// paths should learn nothing. In a dialog that a person has sent in good faith (to
// paths that were changed meanwhile, or from an address that nobody wrote down) it
// keeps the window open, with all that was typed; elsewhere it shows nothing.
func refused() any {
	return &model.SubmitDialogResponse{Error: say.In("").Get("mattermost.refused")}
}

// ServeHTTP answers the server's callbacks. It says 200 to everything: the server
// logs the body of any other answer beside the user's id.
func (a *Adapter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer := refused()
	defer func() {
		if recover() != nil { // the value may hold what somebody typed
			a.o.Log.LogAttrs(context.Background(), slog.LevelError, logPanicked, here)
			answer = refused()
		}
		write(w, answer)
	}()
	if r.Method != http.MethodPost || !a.admits(r.RemoteAddr) {
		return
	}
	read := a.reader(r.URL.EscapedPath())
	if read == nil {
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return
	}
	t, ok := read(r, body)
	if !ok {
		return
	}
	// A trigger is made anew for every press and command: the same one is the same
	// press. A form may be sent again as it was, but not within a click.
	lasts := time.Minute
	if t.by == bySubmit {
		lasts = a.o.Click
	}
	answer = a.clicks.once(r.URL.EscapedPath(), body, lasts, func() any { return a.callback(t) })
}

func write(w http.ResponseWriter, answer any) {
	b, err := json.Marshal(answer)
	if err != nil {
		b = []byte("{}")
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(b)
}

// reader finds who reads what comes to a path: to its last part, because a proxy
// may leave a folder before it. All three are compared, in constant time.
func (a *Adapter) reader(path string) (read func(*http.Request, []byte) (turn, bool)) {
	path = path[strings.LastIndexByte(path, '/')+1:]
	for _, p := range []struct {
		path string
		read func(*http.Request, []byte) (turn, bool)
	}{{a.paths.slash, a.readSlash}, {a.paths.press, a.readPress}, {a.paths.submit, a.readSubmit}} {
		if subtle.ConstantTimeCompare([]byte("/"+path), []byte(p.path)) == 1 {
			read = p.read
		}
	}
	return read
}
