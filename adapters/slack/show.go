package slack

import (
	"context"
	"crypto/rand"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"ombra/bot"
	"ombra/bot/say"
)

// triggerTime is a little less than the three seconds that a trigger lives.
const triggerTime = 2900 * time.Millisecond

// open opens a modal. An answer to an earlier try may have been lost, and the
// trigger with it: then the modal is there, under a name of its own.
func (a *Adapter) open(ctx context.Context, t turn, began time.Time, v slack.ModalViewRequest) (id string, err error) {
	if t.trigger == "" {
		return "", &fault{code: "invalid_trigger_id"}
	}
	ctx, cancel := context.WithDeadline(ctx, began.Add(triggerTime))
	defer cancel()
	v.ExternalID = rand.Text()
	maybe := false
	err = a.call(ctx, func(ctx context.Context) error {
		shown, err := a.view(ctx, "views.open", viewCall{Trigger: t.trigger, View: v})
		if f := faultOf(err); f != nil {
			if maybe && is(f, "exchanged_trigger_id", "trigger_exchanged") {
				return nil
			}
			maybe = maybe || f.maybe
			return f
		}
		id = shown
		return nil
	})
	if err == nil && id == "" {
		id = external + v.ExternalID
	}
	return id, err
}

// external marks the name of a modal whose id we never learned.
const external = "external:"

// update puts another view in a modal's place.
func (a *Adapter) update(ctx context.Context, id string, v slack.ModalViewRequest) error {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	c := viewCall{ID: id, View: v}
	if name, ours := strings.CutPrefix(id, external); ours {
		c.ID, c.Name = "", name
	}
	return calls(ctx, manner{tries: 8}, func(ctx context.Context) error {
		_, err := a.view(ctx, "views.update", c)
		return err
	})
}

// publish draws the Home tab. It holds nothing of anybody.
func (a *Adapter) publish(ctx context.Context, t turn) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	step := <-a.answers(ctx, t)
	if !step.Kept {
		return
	}
	_ = a.call(ctx, func(ctx context.Context) error {
		_, err := a.api.PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: t.user, View: a.home(step)})
		return err
	})
}

// said answers a direct message. There is no trigger, so nothing private but what
// is gone on reload: a card is shown so, and a form stays behind its button.
func (a *Adapter) said(ctx context.Context, t turn) {
	if a.o.Direct != TypedToo {
		return
	}
	a.greet(ctx, t)
	t.ev.Via.Exposed = true
	step := <-a.answers(ctx, t)
	switch {
	case step.Empty():
	case step.IsForm():
		a.offer(ctx, t, step)
	default:
		a.whisper(ctx, t, step)
	}
}

// offer shows the cover of a form that answers a message. Its button has the
// message answered once more, with a trigger at hand.
func (a *Adapter) offer(ctx context.Context, t turn, step bot.Step) {
	ref := t.ev.Said.Ref
	if step.Cover == nil || ref == "" {
		a.cover(ctx, t, step)
		return
	}
	c := *step.Cover
	c.Buttons = []bot.Button{{Label: say.In(step.Lang).Get("slack.open"), Token: bot.Token(valueAgain + ref)}}
	a.whisper(ctx, t, c)
}

// closed brings a view back that shows something once: for as long as its
// token lives, which the bot decides.
func (a *Adapter) closed(ctx context.Context, t turn) {
	if t.meta.Back == "" {
		return
	}
	w := say.In(t.meta.Lang)
	a.whisper(ctx, t, bot.Step{
		Lang: t.meta.Lang, Title: w.Get("cover.title"), Text: w.Get("slack.closed"), Kept: true,
		Buttons: []bot.Button{{Label: t.meta.Label, Token: t.meta.Back}},
	})
}

// cover shows what stands in for a step for which no private means is left.
func (a *Adapter) cover(ctx context.Context, t turn, step bot.Step) {
	switch {
	case step.Kept:
		a.whisper(ctx, t, step)
	case step.Cover != nil:
		a.whisper(ctx, t, *step.Cover)
	default:
		a.whisper(ctx, t, own(step.Lang, "slack.lost", "report", "redress", "case"))
	}
}

// whisper shows a card that is gone on reload, where the person is; where that
// fails and the card may be kept, as a message. It never shows a form, and
// whoever calls it with a private step knows that it holds no secret.
func (a *Adapter) whisper(ctx context.Context, t turn, step bot.Step) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	if t.reply != "" && a.respond(ctx, t.reply, step) == nil {
		return
	}
	channel, err := a.room(ctx, t.user)
	if err != nil {
		return
	}
	err = a.pace.in(ctx, channel, func(ctx context.Context) error {
		return a.call(ctx, func(ctx context.Context) error {
			_, err := a.api.PostEphemeralContext(ctx, channel, t.user, a.message(step)...)
			return err
		})
	})
	if err == nil || !step.Kept && step.Cover == nil {
		return
	}
	if !step.Kept {
		step = *step.Cover
	}
	_ = a.pace.in(ctx, channel, func(ctx context.Context) error { return a.post(ctx, channel, step) })
}

// message is what a step becomes in a conversation. The text beside the blocks
// is what a notification shows on a locked screen: the title and no more.
func (a *Adapter) message(step bot.Step) []slack.MsgOption {
	return a.named(step, "")
}

// named is message under a name of its own, by which it can be found again.
func (a *Adapter) named(step bot.Step, name string) []slack.MsgOption {
	blocks := a.card(step)
	if h, ok := blocks[0].(*slack.HeaderBlock); ok {
		h.BlockID = name
	}
	return []slack.MsgOption{
		slack.MsgOptionText(cut(step.Title, bot.MaxTitle), true), slack.MsgOptionBlocks(blocks...),
		slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl(),
	}
}

// own is a card of the adapter's own words.
func own(lang, key string, verbs ...string) bot.Step {
	w := say.In(lang)
	s := bot.Step{Lang: lang, Title: w.Get("slack.title"), Text: w.Get(key), Kept: true}
	for _, v := range verbs {
		s.Buttons = append(s.Buttons, bot.Button{Label: w.Get("verb." + v), Verb: v})
	}
	return s
}
