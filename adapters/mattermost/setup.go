package mattermost

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"

	"ombra/bot"
)

// SetupOptions are what an administrator gives once.
type SetupOptions struct {
	URL    string
	Admin  Secret // a token of a system administrator; it is used and kept nowhere
	Bot    string // the bot's user name
	Name   string // the office's, as people read it
	Teams  []string
	Public string // where the server reaches the listener
	Paths  Secret // what the paths of the callbacks are derived from
	// Token is the bot's token if there is one already; a new one is made where it
	// does not work.
	Token Secret
}

// Made is what Setup has made or found. Token is empty if the old one still works.
type Made struct {
	BotID   string
	Owner   string // the user id of the account that owns the bot
	Token   Secret
	Slash   Secret // one line for each team: a command has a token of its own in each
	Changed []string
	Found   []bot.Finding
}

// Trigger is the slash command's word.
const Trigger = "ombra"

// Setup does what an administrator would click. It changes nothing that is as it
// should be, says what it changed, and leaves the server's own settings alone:
// what must be on is found and told. What was made before an error is in Made.
func Setup(ctx context.Context, o SetupOptions) (Made, error) {
	s := &setup{SetupOptions: o, admin: client(o.URL, o.Admin)}
	if err := quiet(); err != nil {
		return s.Made, err
	}
	for what, address := range map[string]string{"the address of the server": o.URL, "the address of the callbacks": o.Public} {
		if err := secure(what, address); err != nil {
			return s.Made, err
		}
	}
	for _, step := range []func(context.Context) error{s.who, s.settings, s.roles, s.bot, s.token, s.commands} {
		if err := step(ctx); err != nil {
			return s.Made, err
		}
	}
	return s.Made, nil
}

type setup struct {
	SetupOptions
	Made

	admin *model.Client4
}

func (s *setup) changed(what string) { s.Changed = append(s.Changed, what) }
func (s *setup) found(what, mend string) {
	s.Found = append(s.Found, bot.Finding{What: what, Mend: mend})
}

func (s *setup) who(ctx context.Context) error {
	me, resp, err := s.admin.GetMe(ctx, "")
	if err != nil {
		fault := faultOf("look at the administrator's token", resp, err)
		switch statusOf(fault) {
		case 0:
			return errors.New("mattermost: nobody answers at " + s.URL)
		case http.StatusUnauthorized:
			return errors.New("mattermost: the server does not take the administrator's token")
		}
		return fault
	}
	if !slices.Contains(strings.Fields(me.Roles), model.SystemAdminRoleId) {
		return errors.New("mattermost: the token is not a system administrator's")
	}
	return nil
}

// settings finds what must be on, and what an office should know.
func (s *setup) settings(ctx context.Context) error {
	cfg, resp, err := s.admin.GetConfig(ctx)
	if err != nil {
		return faultOf("read the server's settings", resp, err)
	}
	on := func(b *bool) bool { return b != nil && *b }
	set := cfg.ServiceSettings
	if !on(set.EnableBotAccountCreation) {
		s.found("ServiceSettings.EnableBotAccountCreation is off", "switch it on for the setup: System Console, Integrations, Bot Accounts")
	}
	if !on(set.EnableUserAccessTokens) {
		s.found("ServiceSettings.EnableUserAccessTokens is off", "switch it on: System Console, Integrations, Integration Management; the bot has nothing else to log in with")
	}
	if set.EnableCommands != nil && !*set.EnableCommands {
		s.found("ServiceSettings.EnableCommands is off: nobody can type /"+Trigger, "switch it on: System Console, Integrations, Integration Management")
	}
	if on(set.DisableBotsWhenOwnerIsDeactivated) {
		s.found("ServiceSettings.DisableBotsWhenOwnerIsDeactivated is on: the bot is switched off with the account that made it",
			"switch it off: System Console, Integrations, Bot Accounts; or run this setup with the token of an account that stays")
	}
	if host := private(s.Public); host != "" {
		allowed := ""
		if set.AllowedUntrustedInternalConnections != nil {
			allowed = *set.AllowedUntrustedInternalConnections
		}
		if !permits(allowed, host) {
			s.found("ServiceSettings.AllowedUntrustedInternalConnections does not name "+host+": the server will not call the callbacks", "add "+host+": System Console, Environment, Developer")
		}
	}
	if c := cfg.EmailSettings.PushNotificationContents; c != nil && *c == model.FullNotification {
		s.found("push notifications carry whole messages", "EmailSettings.PushNotificationContents: a generic one, under System Console, Site Configuration, Notifications; or what the bot says in a conversation leaves the server by way of telephone makers")
	}
	return nil
}

// private is the host of an address that a server does not call by itself.
func private(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	ip, err := netip.ParseAddr(u.Hostname())
	if u.Hostname() == "localhost" || err == nil && (ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast()) {
		return u.Hostname()
	}
	return ""
}

// permits reads the server's list of hosts and networks.
func permits(list, host string) bool {
	ip, _ := netip.ParseAddr(host)
	for _, entry := range strings.FieldsFunc(list, func(r rune) bool { return r == ' ' || r == ',' }) {
		if p, err := netip.ParsePrefix(entry); err == nil && ip.IsValid() && p.Contains(ip) || strings.EqualFold(entry, host) {
			return true
		}
	}
	return false
}

func (s *setup) bot(ctx context.Context) error {
	u, resp, err := s.admin.GetUserByUsername(ctx, s.Bot, "")
	switch {
	case err == nil && !u.IsBot:
		return errors.New("mattermost: the bot's name is a person's: choose another with --bot")
	case err == nil && u.DeleteAt != 0:
		if _, resp, err := s.admin.EnableBot(ctx, u.Id); err != nil {
			return faultOf("switch the bot on", resp, err)
		}
		s.changed("switched the bot @" + s.Bot + " on again")
	case err == nil:
	case statusOf(faultOf("", resp, err)) == http.StatusNotFound:
		b, resp, err := s.admin.CreateBot(ctx, &model.Bot{Username: s.Bot, DisplayName: s.Name, Description: "Report harm, request redress: in private."})
		if err != nil {
			return faultOf("make the bot (is EnableBotAccountCreation on?)", resp, err)
		}
		s.BotID, s.Owner = b.UserId, b.OwnerId
		s.changed("made the bot @" + s.Bot)
		return nil
	default:
		return faultOf("look for the bot", resp, err)
	}
	s.BotID = u.Id
	s.owner(ctx)
	return nil
}

// owner: a bot is switched off with the account that made it, as servers are set up
// by default.
func (s *setup) owner(ctx context.Context) {
	b, _, err := s.admin.GetBot(ctx, s.BotID, "")
	if err != nil {
		return
	}
	s.Owner = b.OwnerId
	if u, _, err := s.admin.GetUser(ctx, b.OwnerId, ""); err == nil && u.DeleteAt != 0 {
		s.found("the account that owns the bot is switched off", "give the bot to an account that stays: mmctl bot assign")
	}
}

func (s *setup) token(ctx context.Context) error {
	if s.SetupOptions.Token.Has() {
		me, resp, err := client(s.URL, s.SetupOptions.Token).GetMe(ctx, "")
		switch {
		case err == nil && me.Id == s.BotID:
			return nil
		case err != nil && statusOf(faultOf("", resp, err)) != http.StatusUnauthorized:
			return faultOf("try the bot's token", resp, err) // it may well work: no second one is made
		}
	}
	t, resp, err := s.admin.CreateUserAccessToken(ctx, s.BotID, "ombra", 0)
	if err != nil {
		return faultOf("make the bot's token (is EnableUserAccessTokens on?)", resp, err)
	}
	s.Made.Token = NewSecret(t.Token)
	s.changed("made a token for the bot")
	return nil
}
