package mattermost

import (
	"context"
	"time"

	"ombra/bot"
	"ombra/bot/say"
)

// showCover shows the step's stand-in: ephemerally if that is possible, because
// even a harmless message says when there was something; else as a message.
func (a *Adapter) showCover(ctx context.Context, t turn, s bot.Step) (shown bool) {
	c := a.cover(t, s)
	if a.ephemeral(ctx, t, c, "") {
		return true
	}
	err := a.post(ctx, t.user, c, "", a.box.seal(t.user, "serves", "cover"))
	a.failed(err)
	return err == nil
}

// cover is the step's own, or one whose button does the same again: a message is
// fetched again, a verb is only read. Where neither is to be had, it says that
// there was an answer, and how to get the next one.
func (a *Adapter) cover(t turn, s bot.Step) bot.Step {
	w := say.In(s.Lang)
	again := bot.Button{Label: w.Get("mattermost.show"), Verb: replayVerb + t.replay}
	c := bot.Step{Lang: s.Lang, Title: w.Get("cover.title"), Text: w.Get("cover.text"), Kept: true}
	switch {
	case t.by == byWord && t.replay != "":
		c.Buttons = []bot.Button{again}
	case s.Cover != nil:
		c = *s.Cover
	case t.replay != "":
		c.Buttons = []bot.Button{again}
	case t.event.Token != "" && !t.event.Form: // the button that was pressed, which is bound to the account
		again.Verb, again.Token = "", t.event.Token
		c.Buttons = []bot.Button{again}
	default:
		c.Text = w.Get("mattermost.answered")
		for _, b := range s.Buttons {
			if b.Verb != "" {
				c.Buttons = append(c.Buttons, b)
			}
		}
	}
	if t.by != bySlash {
		c.Text += "\n\n" + w.Get("mattermost.slash")
	}
	return c
}

// replayVerb marks a button of ours: what follows is sealed.
const replayVerb = "\x00"

// clear takes away the cover that was pressed: after a minute, because a second
// click would otherwise meet an error.
func (a *Adapter) clear(ctx context.Context, t turn) {
	if t.served == "" {
		return
	}
	a.later.Go(func() {
		select {
		case <-time.After(servedTime):
		case <-a.ending:
		}
		a.takeAway(ctx, t)
	})
}

const servedTime = time.Minute

// takeAway deletes a post that is the bot's own, in the conversation with whoever
// pressed it; any other stays.
func (a *Adapter) takeAway(ctx context.Context, t turn) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	p, _, err := a.api.GetPost(ctx, t.served, "")
	if err != nil {
		return
	}
	me, err := a.self(ctx)
	channel, err2 := a.direct(ctx, t.user)
	if err == nil && err2 == nil && p.UserId == me && p.ChannelId == channel {
		_, _ = a.api.DeletePost(ctx, p.Id)
	}
}
