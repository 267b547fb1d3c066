package mattermost

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"ombra/bot"
)

// pingTime is how long the server may take to call the listener back.
const pingTime = 5 * time.Second

// Check looks for what can be wrong between the server and the bot: its account, the
// callbacks, the accounts of the ombudsmen, the account that owns the bot: which one
// that is, only an administrator is told, so Setup has to have said it.
func (a *Adapter) Check(ctx context.Context) []bot.Finding {
	call, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	me, resp, err := a.api.GetMe(call, "")
	switch status := statusOf(faultOf("", resp, err)); {
	case err != nil && status == http.StatusUnauthorized:
		return []bot.Finding{{What: "Mattermost refuses the bot's token", Mend: "ombra mattermost setup makes a new one, and switches the bot on again; the old one may have been revoked, or the bot switched off, as it is with the account that owns it"}}
	case err != nil:
		return []bot.Finding{{What: "Mattermost does not answer", Mend: "check mattermost.url, and that the server runs"}}
	}
	var found []bot.Finding
	if !me.IsBot {
		found = append(found, bot.Finding{What: "the token in Mattermost belongs to a person", Mend: "make a bot with ombra mattermost setup: a person's token reads all that the person can"})
	}
	if a.o.Owner != "" && a.gone(ctx, a.o.Owner) {
		found = append(found, bot.Finding{
			What: "the account that owns the bot in Mattermost is switched off, and the bot may be switched off with it",
			Mend: "give the bot to an account that stays: mmctl bot assign; then write that account's user id into mattermost.owner",
		})
	}
	found = append(found, a.checkPeople(ctx)...)
	if a.listener == nil { // the office is not served now, so nobody could answer
		return found
	}
	return append(found, a.checkCallbacks(ctx, me.Id)...)
}

func (a *Adapter) checkPeople(ctx context.Context) (found []bot.Finding) {
	for _, id := range slices.Sorted(maps.Keys(a.o.People)) {
		if f := a.checkPerson(ctx, id, a.o.People[id]); f != (bot.Finding{}) {
			found = append(found, f)
		}
	}
	return found
}

// checkPerson says why somebody cannot be told anything, or should not be.
func (a *Adapter) checkPerson(ctx context.Context, id, name string) bot.Finding {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	table := "[ombudsmen." + name + "] or [oversight." + name + "]"
	u, resp, err := a.api.GetUser(ctx, id, "")
	switch status := statusOf(faultOf("", resp, err)); {
	case err != nil && (status == http.StatusNotFound || status == http.StatusBadRequest):
		return bot.Finding{
			What: name + " has no account in Mattermost under that user id",
			Mend: "in the System Console, under Users, open " + name + ", copy the user id of 26 letters and digits, and write it as mattermost under " + table,
		}
	case err != nil:
		return bot.Finding{What: "Mattermost did not say whether " + name + " has an account", Mend: "look again in a minute"}
	case u.DeleteAt != 0:
		return bot.Finding{
			What: name + " has no account in Mattermost that is switched on",
			Mend: "if " + name + " still serves, activate it in the System Console under Users; else take " + table + " out of the configuration",
		}
	case u.IsBot:
		return bot.Finding{
			What: "the account of " + name + " in Mattermost is a bot's, not a person's",
			Mend: "in the System Console, under Users, copy the user id of " + name + "'s own account, and write it as mattermost under " + table,
		}
	}
	return bot.Finding{}
}

var (
	unreached = []bot.Finding{{
		What: "Mattermost does not reach the callbacks: slash command, buttons and dialogs do not work",
		Mend: "check mattermost.callback_url, sources and listen; for a private address also AllowedUntrustedInternalConnections on the server",
	}}
	untried = []bot.Finding{{
		What: "it could not be tried whether Mattermost reaches the callbacks: the bot cannot post in the conversation with itself",
		Mend: "try again in a moment; if it stays so, type /ombra help, and look at the bot's permissions",
	}}
)

// checkCallbacks has the bot press a button of its own, in the conversation with
// itself: the press comes back through the server, as everybody's do.
func (a *Adapter) checkCallbacks(ctx context.Context, me string) []bot.Finding {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	channel, _, err := a.api.CreateDirectChannel(ctx, me, me)
	if err != nil {
		return untried
	}
	name, heard := a.listenFor()
	defer a.ponged(name)
	p := &model.Post{ChannelId: channel.Id, Message: "check"}
	p.AddProp("attachments", []*model.MessageAttachment{{Actions: []*model.PostAction{{
		Id: "b0", Type: model.PostActionTypeButton, Name: "check",
		Integration: &model.PostActionIntegration{URL: a.url(a.paths.press), Context: map[string]any{"p": name}},
	}}}})
	p, _, err = a.api.CreatePost(ctx, p)
	if err != nil {
		return untried
	}
	defer func() { _, _ = a.api.DeletePost(context.WithoutCancel(ctx), p.Id) }()
	if _, err := a.api.DoPostAction(ctx, p.Id, "b0"); err != nil {
		return unreached
	}
	select {
	case <-heard:
		return nil
	case <-time.After(pingTime):
	case <-ctx.Done():
	}
	return unreached
}

// listenFor waits for a press of that name, which nobody else is told.
func (a *Adapter) listenFor() (name string, heard <-chan struct{}) {
	c := make(chan struct{})
	name = model.NewId()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.pings[name] = c
	return name, c
}

func (a *Adapter) ponged(name string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if heard, ok := a.pings[name]; ok {
		close(heard)
		delete(a.pings, name)
	}
}
