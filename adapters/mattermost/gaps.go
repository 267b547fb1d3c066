package mattermost

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"ombra/bot"
)

// lookBack is how far a bot that was just started looks back for messages that
// nobody answered.
const lookBack = 24 * time.Hour

// overlap is looked through again each time: posts are not always there in the order
// of their times.
const overlap = time.Minute

const maxStood = 10_000

// mendGap asks each direct channel for what was said while nobody listened: since the
// last time that all of them were looked through. What was heard later proves nothing
// of what came before it.
func (a *Adapter) mendGap(ctx context.Context, me string) error {
	a.mu.Lock()
	heard, since := a.last, a.looked
	a.mu.Unlock()
	started := since == 0
	if started {
		since = time.Now().Add(-lookBack).UnixMilli()
	}
	channels, err := a.directs(ctx, me)
	if err != nil {
		return err
	}
	for _, c := range channels {
		if c.TotalMsgCount == 0 && c.CreateAt >= since {
			a.greetIn(ctx, me, c)
		}
		stands := [2]int64{c.LastPostAt, c.TotalMsgCount}
		if c.LastPostAt < since || a.stood[c.Id] == stands {
			continue
		}
		call, cancel := context.WithTimeout(ctx, callTime)
		list, resp, err := a.api.GetPostsSince(call, c.Id, since-1, false)
		cancel()
		if err != nil {
			err = faultOf("ask for what was missed", resp, err)
			if s := statusOf(err); s == http.StatusForbidden || s == http.StatusNotFound {
				continue // it is no conversation of the bot's any more
			}
			return err
		}
		a.missed(ctx, me, list, since, started)
		if len(a.stood) >= maxStood {
			clear(a.stood)
		}
		a.stood[c.Id] = stands
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.looked = max(since, heard-overlap.Milliseconds())
	return nil
}

// missed answers what was said since then, in its order; older posts that were
// changed are in the list too. After a start, what the bot has answered already is
// what stands before its own last answer.
func (a *Adapter) missed(ctx context.Context, me string, list *model.PostList, since int64, started bool) {
	posts := make([]*model.Post, 0, len(list.Posts))
	for _, p := range list.Posts {
		posts = append(posts, p)
		if started && p.UserId == me && p.GetProp(unasked) == nil {
			since = max(since, p.CreateAt)
		}
	}
	slices.SortFunc(posts, func(x, y *model.Post) int { return int(x.CreateAt - y.CreateAt) })
	for _, p := range posts {
		if p.CreateAt < since {
			a.isNew(me, p) // it is not answered now, nor the next time
		} else {
			a.said(ctx, me, p)
		}
	}
}

// directs lists the bot's direct channels: all at once where the server can, else
// by way of its teams, each of which has them all.
func (a *Adapter) directs(ctx context.Context, me string) ([]*model.Channel, error) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	all, resp, err := a.api.GetChannelsForUserWithLastDeleteAt(ctx, me, 0)
	if err != nil {
		teams, _, err2 := a.api.GetTeamsForUser(ctx, me, "")
		if err2 != nil || len(teams) == 0 {
			return nil, faultOf("list the conversations", resp, err)
		}
		if all, resp, err = a.api.GetChannelsForTeamForUser(ctx, teams[0].Id, me, false, ""); err != nil {
			return nil, faultOf("list the conversations", resp, err)
		}
	}
	return slices.DeleteFunc(all, func(c *model.Channel) bool { return c.Type != model.ChannelTypeDirect }), nil
}

// said answers a message in the direct conversation, once: the bot's own posts,
// edits, and what the server adds itself are no messages. It waits for a place when
// too many are being answered.
func (a *Adapter) said(ctx context.Context, me string, p *model.Post) {
	if a.isNew(me, p) && !p.IsFromOAuthBot() {
		a.queue(ctx, func() { a.answerSaid(ctx, p) })
	}
}

// isNew tells once that a post is a message to the bot.
func (a *Adapter) isNew(me string, p *model.Post) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.last = max(a.last, p.UpdateAt)
	return p.UserId != me && p.DeleteAt == 0 && p.Type == model.PostTypeDefault && p.OriginalId == "" && idShape.MatchString(p.Id) && a.seen.add(p.Id)
}

func (a *Adapter) answerSaid(ctx context.Context, p *model.Post) {
	m, err := a.messageOf(ctx, p)
	if err != nil {
		a.failed(err)
		m = &bot.Message{Text: p.Message, Ref: p.Id} // its files are fetched again with it
	}
	t := turn{by: byWord, user: p.UserId, channel: p.ChannelId, replay: a.box.seal(p.UserId, "said", p.Id), event: bot.Event{Said: m}}
	a.turn(ctx, t, nil)
}

// greet says what the platform keeps before anybody types (law 7): when a direct
// conversation with the bot is opened.
func (a *Adapter) greet(ctx context.Context, me string, ev *model.WebSocketEvent) {
	user := ""
	for _, key := range []string{"creator_id", "teammate_id"} {
		if id, _ := ev.GetData()[key].(string); id != me && idShape.MatchString(id) {
			user = id
		}
	}
	channel := ev.GetBroadcast().ChannelId
	if user == "" || !idShape.MatchString(channel) || strings.EqualFold(user, me) {
		return
	}
	a.welcome(ctx, user, channel)
}

// greetIn does the same where nobody heard that the conversation was opened: nothing
// stands in it yet.
func (a *Adapter) greetIn(ctx context.Context, me string, c *model.Channel) {
	if user := c.GetOtherUserIdForDM(me); idShape.MatchString(user) && !strings.EqualFold(user, me) {
		a.welcome(ctx, user, c.Id)
	}
}

// welcome shows the home card in a conversation, once.
func (a *Adapter) welcome(ctx context.Context, user, channel string) {
	a.mu.Lock()
	fresh := a.seen.add("greeted " + channel)
	a.mu.Unlock()
	if !fresh {
		return
	}
	a.queue(ctx, func() {
		t := turn{by: byWord, user: user, channel: channel}
		a.fill(ctx, &t)
		t.event.Via.Exposed = false
		if home := a.handle(ctx, t.event); home.Kept && !home.Empty() {
			if err := a.post(ctx, user, home, "home "+channel, ""); err != nil {
				a.failed(err)
			}
		}
	})
}
