package slack

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"ombra/bot"
	"ombra/bot/say"
)

// checkTime bounds all of a check: somebody waits at a terminal.
const checkTime = time.Minute

// Check asks Slack about tokens, scopes and people, and looks at the connections.
// Each finding says what to click. It asks for no right that serving does not
// need: who is a guest Slack would only tell an app that may read everybody's
// profile.
func (a *Adapter) Check(ctx context.Context) []bot.Finding {
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	scopes, err := a.whoami(ctx)
	if err != nil {
		return []bot.Finding{tokenFinding(err)}
	}
	if kind := a.kindFindings(); kind != nil {
		return kind // what such a token may do says nothing about the app
	}
	found := scopeFindings(a.o.scopes(), scopes)
	if a.o.Mode == Socket {
		found = append(found, a.links.findings(ctx)...)
	}
	return append(found, a.peopleFindings(ctx)...)
}

// finding takes both of its sentences from the catalog.
func finding(key string, slots ...string) bot.Finding {
	w := say.In("")
	return bot.Finding{What: w.Get("slack.check-"+key, slots...), Mend: w.Get("slack.mend-"+key, slots...)}
}

// dead are the codes of a token that is none, or none any more.
var dead = []string{"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive", "not_allowed_token_type"}

func tokenFinding(err error) bot.Finding {
	if is(err, dead...) {
		return finding("bot-token")
	}
	return finding("away")
}

// kindFindings: a person's token can do all that the person can, and one that is
// rotated dies within twelve hours.
func (a *Adapter) kindFindings() []bot.Finding {
	switch token := a.o.BotToken.reveal(); {
	case strings.HasPrefix(token, "xoxe."):
		return []bot.Finding{finding("rotation")}
	case !strings.HasPrefix(token, "xoxb-"):
		return []bot.Finding{finding("bot-kind")}
	}
	return nil
}

func scopeFindings(needed, granted []string) (found []bot.Finding) {
	for _, s := range needed {
		if !slices.Contains(granted, s) {
			found = append(found, finding("scope-missing", "scope", s))
		}
	}
	for _, s := range granted {
		// What Slack says is printed on a terminal.
		if !slices.Contains(needed, s) && len(s) <= 40 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz:._-") == "" {
			found = append(found, finding("scope-extra", "scope", s))
		}
	}
	return found
}

func (a *Adapter) peopleFindings(ctx context.Context) (found []bot.Finding) {
	me := a.who()
	for _, account := range slices.Sorted(maps.Keys(a.o.People)) {
		rest, ours := strings.CutPrefix(account, prefix)
		team, user, _ := strings.Cut(rest, "/")
		name := a.o.People[account]
		switch {
		case !ours:
		case team != me.team && me.enterprise == "":
			found = append(found, finding("workspace", "name", name, "team", me.team))
		case user == me.user:
			found = append(found, finding("robot", "name", name))
		default:
			if key := a.whyNot(ctx, user); key != "" {
				found = append(found, finding(key, "name", name))
			}
		}
	}
	return found
}

// whyNot says why somebody cannot be messaged, or should not be. It asks Slack
// even about those whose conversation is known: they may have left since.
func (a *Adapter) whyNot(ctx context.Context, user string) (key string) {
	var room *slack.Channel
	err := a.call(ctx, func(ctx context.Context) (err error) {
		room, _, _, err = a.api.OpenConversationContext(ctx, &slack.OpenConversationParameters{Users: []string{user}, ReturnIM: true})
		return err
	})
	switch {
	case is(err, "user_disabled"), err == nil && room.IsUserDeleted:
		return "deactivated"
	case is(err, "cannot_dm_bot"):
		return "robot"
	case is(err, "user_not_visible"):
		return "hidden"
	case is(err, "user_not_found", "users_not_found", "channel_not_found"):
		return "nobody"
	case is(err, "missing_scope"):
		return "" // that is a finding of its own
	case err != nil:
		return "unsure"
	case room.IsExtShared:
		return "stranger"
	}
	return ""
}

// findings are about Socket Mode. Where the office is not served just now, there
// are no connections, and one is opened to hear how many others there are.
func (l *links) findings(ctx context.Context) []bot.Finding {
	l.a.mu.Lock()
	serving := l.a.handle != nil
	l.a.mu.Unlock()
	if !serving {
		return l.tryOne(ctx)
	}
	l.mu.Lock()
	halted, refused, up := l.halted, l.refused, l.kept[0] != nil && l.kept[1] != nil
	l.mu.Unlock()
	switch {
	case halted:
		return []bot.Finding{finding("halted")}
	case refused == "link_disabled":
		return []bot.Finding{finding("socket-off")}
	case refused != "" && !up:
		return []bot.Finding{linkFinding(&fault{code: refused})}
	case !up:
		return []bot.Finding{finding("links")}
	}
	return nil
}

// tryOne opens a connection for a moment. Nobody answers people meanwhile, with
// it or without. Slack may still count one that was closed just now, an office's
// or an earlier check's, so one too many is looked at again.
func (l *links) tryOne(ctx context.Context) []bot.Finding {
	for tries := 4; ; tries-- {
		key, err := l.hears(ctx)
		switch {
		case err != nil:
			return []bot.Finding{linkFinding(err)}
		case key == "":
			return nil
		case key != "others" || tries == 1 || !pause(ctx, l.a.o.Foreign/12):
			return []bot.Finding{finding(key)}
		}
	}
}

// hears opens a connection, and says what Slack's first words on it mean.
func (l *links) hears(ctx context.Context) (key string, err error) {
	c, err := l.dial(ctx)
	if err != nil {
		return "", err
	}
	defer l.closed(c)
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case c.disabled():
		return "socket-off", nil
	case !l.since.IsZero():
		return "others", nil
	}
	return "", nil
}

func linkFinding(err error) bot.Finding {
	switch {
	case is(err, "missing_scope"):
		return finding("app-scope")
	case is(err, dead...):
		return finding("app-token")
	}
	return finding("links")
}
