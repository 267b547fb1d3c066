package slack

import (
	"context"
	"crypto/rand"
	"slices"

	"github.com/slack-go/slack"

	"ombra/bot"
)

// greet posts the card of law 7 into a conversation in which nothing of ours
// stands yet. Where people cannot type there, it is on the Home tab.
func (a *Adapter) greet(ctx context.Context, t turn) {
	if a.o.Direct != TypedToo || t.channel == "" || a.told.has("card", t.channel) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	ev := t.ev
	ev.Said = nil
	_ = a.pace.in(ctx, t.channel, func(ctx context.Context) error {
		stands, err := a.stands(ctx, t.channel)
		if err != nil || stands || a.told.has("card", t.channel) {
			return err
		}
		step := a.bot(ctx, ev)
		if !step.Kept {
			return nil
		}
		if err = a.post(ctx, t.channel, step); err == nil {
			a.told.add("card", t.channel)
		}
		return err
	})
}

// stands reports whether a conversation has a message of ours.
func (a *Adapter) stands(ctx context.Context, channel string) (bool, error) {
	me := a.who().user
	found, err := a.find(ctx, channel, func(m slack.Message) bool { return m.User == me || m.BotID != "" })
	if found {
		a.told.add("card", channel)
	}
	return found, err
}

// find looks through the last messages of a conversation.
func (a *Adapter) find(ctx context.Context, channel string, is func(slack.Message) bool) (found bool, err error) {
	err = a.call(ctx, func(ctx context.Context) error {
		h, err := a.api.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{ChannelID: channel, Limit: 15})
		if err == nil {
			found = slices.ContainsFunc(h.Messages, is)
		}
		return err
	})
	return found, err
}

// post posts a kept step. The caller holds the conversation's place in pace.
// Slack has no way to say "the same again": when an answer is lost, the message is
// looked for before it is posted once more.
func (a *Adapter) post(ctx context.Context, channel string, step bot.Step) error {
	name := rand.Text()
	var err error
	for range 3 {
		err = calls(ctx, manner{tries: 4, careful: true}, func(ctx context.Context) error {
			_, _, err := a.api.PostMessageContext(ctx, channel, a.named(step, name)...)
			return err
		})
		if f := faultOf(err); f == nil || !f.maybe || a.o.Direct != TypedToo {
			break
		}
		found, lost := a.find(ctx, channel, func(m slack.Message) bool {
			return slices.ContainsFunc(m.Blocks.BlockSet, func(b slack.Block) bool { return b.ID() == name })
		})
		if found {
			return nil
		}
		if lost != nil {
			break
		}
	}
	return err
}

// room is the direct conversation with a user.
func (a *Adapter) room(ctx context.Context, user string) (string, error) {
	if channel := a.rooms.of(user); channel != "" {
		return channel, nil
	}
	var channel string
	err := a.call(ctx, func(ctx context.Context) error {
		c, _, _, err := a.api.OpenConversationContext(ctx, &slack.OpenConversationParameters{Users: []string{user}})
		if err == nil && c != nil {
			channel = c.ID
		}
		return err
	})
	if err == nil && channel == "" {
		err = &fault{code: "channel_not_found"}
	}
	if err == nil {
		a.rooms.keep(user, channel)
	}
	return channel, err
}

// Tell posts a notice in the direct conversation. Its error is *bot.Undelivered.
func (a *Adapter) Tell(ctx context.Context, to bot.Account, key string, s bot.Step) error {
	user := userOf(to)
	if user == "" {
		return &bot.Undelivered{Gone: true}
	}
	if a.told.has("notice", user, key) {
		return nil
	}
	if !s.Kept {
		return &bot.Undelivered{}
	}
	channel, err := a.room(ctx, user)
	if err != nil {
		return undelivered(err)
	}
	err = a.pace.in(ctx, channel, func(ctx context.Context) error { return a.post(ctx, channel, s) })
	if err != nil {
		return undelivered(err)
	}
	a.told.add("notice", user, key)
	return nil
}
