package mattermost

import (
	"context"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"ombra/bot"
	"ombra/bot/say"
)

// callback answers a callback: with what goes into its body, which is never
// anything that only one person may see. The slash command's body is the
// exception: its token proved who calls.
//
// Work goes on when the caller does not wait any longer; what comes of it then is
// shown by other means.
func (a *Adapter) callback(t turn) any {
	if t.foreign { // the bot is not asked: it would count against whom the form names
		return a.stays(t, "lost.text")
	}
	done := make(chan any, 1)
	late := make(chan struct{})
	a.begin(func() { done <- a.turn(a.work, t, late) }, func() { done <- a.stays(t, "mattermost.broken") })
	timer := time.NewTimer(a.patience)
	defer timer.Stop()
	select {
	case answer := <-done:
		return answer
	case <-timer.C:
		close(late)
		return a.stays(t, "mattermost.late")
	}
}

// stays keeps a form open, with all that was typed, when there is no answer to it.
func (a *Adapter) stays(t turn, why string) any {
	if t.by != bySubmit || t.chosen() {
		return struct{}{}
	}
	return &model.SubmitDialogResponse{Error: say.In(a.known(t.user)).Get(why)}
}

// turn has the bot answer, and shows the step.
func (a *Adapter) turn(ctx context.Context, t turn, late <-chan struct{}) any {
	if m := t.event.Said; m != nil && m.Text == "" && m.Files == nil && m.Ref != "" { // of a replay
		said, err := a.recall(ctx, t.user, m.Ref)
		if err != nil {
			t.event = bot.Event{Token: "-"} // the bot has the words for what is gone
		} else {
			t.event.Said = said
		}
	}
	a.fill(ctx, &t)
	if t.chosen() && !a.pocket.has(t.user) {
		// Whatever came of it could not be shown. A press brings what it can be
		// shown by, so nothing is done before that.
		a.showCover(ctx, t, bot.Step{Lang: t.event.Lang})
		return struct{}{}
	}
	step := a.handle(ctx, t.event)
	defer a.hand(ctx, t, step)
	defer a.clear(ctx, t)
	if step.Empty() {
		return struct{}{}
	}
	switch t.by {
	case bySlash:
		return a.answerSlash(ctx, t, step)
	case byPress:
		a.answerPress(ctx, t, step)
	case bySubmit:
		select {
		case <-late: // the dialog was answered, and nothing can be shown in it any more
			a.answerLate(ctx, t, step)
		default:
			return a.answerSubmit(ctx, t, step)
		}
	case byWord:
		a.answerWord(ctx, t, step)
	}
	return struct{}{}
}

// answerSlash: a form is a dialog, a card the ephemeral answer itself.
func (a *Adapter) answerSlash(ctx context.Context, t turn, s bot.Step) any {
	if s.IsForm() && a.dialog(ctx, t, s) == nil {
		return struct{}{}
	}
	if s.IsForm() {
		t.replay = a.box.seal(t.user, "verb", t.event.Verb)
		s = a.cover(t, s)
	}
	text, parts := a.message(t.user, s, "")
	return &model.CommandResponse{ResponseType: model.CommandResponseTypeEphemeral, Text: text, Attachments: parts, SkipSlackParsing: true}
}

// answerPress: a card goes where the person looks, as an ephemeral post; all else
// into a dialog. The body stays empty: it goes to whoever called.
func (a *Adapter) answerPress(ctx context.Context, t turn, s bot.Step) {
	if !s.IsForm() && a.ephemeral(ctx, t, s, t.channel) {
		return
	}
	err := a.dialog(ctx, t, s)
	if status := statusOf(err); err == nil || !t.sealed && status >= 400 && status < 500 {
		return // shown; or the server refuses the trigger, and nothing else proves that this user pressed
	}
	a.showCover(ctx, t, s)
}

// answerSubmit: what is wrong is said in the dialog, which stays open with all that
// was typed. Whatever else comes of it has only the response_url of the person's
// last slash command, if there is one.
func (a *Adapter) answerSubmit(ctx context.Context, t turn, s bot.Step) any {
	if s.IsForm() && shapeOf(s) == t.shape {
		a.renewals.put(t.user, t.old, s.Token)
		return problems(s)
	}
	kept := !t.chosen() && s.Cover == nil && !s.IsForm() && s.Quote != ""
	if kept && len(s.Buttons) == 0 {
		return inDialog(s) // the same form may be sent again
	}
	if !s.IsForm() && a.ephemeral(ctx, t, s, "") {
		return struct{}{}
	}
	if kept || s.IsForm() && s.Cover == nil && !t.chosen() {
		return inDialog(s)
	}
	if !a.showCover(ctx, t, s) {
		return a.stays(t, "mattermost.unshown")
	}
	return struct{}{}
}

// answerLate shows what came of a dialog that was answered already.
func (a *Adapter) answerLate(ctx context.Context, t turn, s bot.Step) {
	if s.IsForm() && s.Cover == nil {
		// It cannot be shown again; what was typed is given back.
		card := bot.Step{Lang: s.Lang, Title: s.Title, Text: s.Text, Quote: typed(s)}
		if a.ephemeral(ctx, t, card, "") {
			return
		}
	}
	if s.IsForm() || !a.ephemeral(ctx, t, s, "") {
		a.showCover(ctx, t, s)
	}
}

// answerWord answers in the direct conversation. Only what is harmless may stand
// there.
func (a *Adapter) answerWord(ctx context.Context, t turn, s bot.Step) {
	if !s.IsForm() && a.ephemeral(ctx, t, s, t.channel) {
		return
	}
	if s.Kept {
		_ = a.post(ctx, t.user, s, "", "")
		return
	}
	a.showCover(ctx, t, s)
}

// ephemeral shows a card to one person alone, by the response_url of his last slash
// command; with a channel, only if it was given there.
func (a *Adapter) ephemeral(ctx context.Context, t turn, s bot.Step, channel string) bool {
	id, ok := a.pocket.take(t.user, channel)
	if !ok {
		return false
	}
	text, parts := a.message(t.user, s, "")
	answer := &model.CommandResponse{ResponseType: model.CommandResponseTypeEphemeral, Text: text, Attachments: parts, SkipSlackParsing: true}
	return a.callHook(ctx, id, answer) == nil
}

// dialog opens a dialog with the turn's trigger. The server shows it to the user
// for whom the trigger was made, and to nobody else.
func (a *Adapter) dialog(ctx context.Context, t turn, s bot.Step) error {
	if t.trigger == "" {
		return &fault{doing: "open a dialog"}
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	resp, err := a.api.OpenInteractiveDialog(ctx, model.OpenDialogRequest{
		TriggerId: t.trigger, URL: a.url(a.paths.submit), Dialog: a.drawDialog(t.user, s),
	})
	if err != nil {
		return faultOf("open a dialog", resp, err)
	}
	return nil
}

// post posts in the direct conversation. With serves it is taken away when it is
// pressed.
func (a *Adapter) post(ctx context.Context, user string, s bot.Step, key, serves string) error {
	channel, err := a.direct(ctx, user)
	if err != nil {
		return err
	}
	text, parts := a.message(user, s, serves)
	p := &model.Post{ChannelId: channel, Message: text, PendingPostId: a.pending(key)}
	p.AddProp("attachments", parts)
	if key != "" {
		p.AddProp(unasked, true)
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	if _, resp, err := a.api.CreatePost(ctx, p); err != nil {
		return faultOf("post", resp, err)
	}
	return nil
}

// unasked marks a post of the bot's that answers nothing: a notice, the greeting.
const unasked = "unasked"

// pending is the id by which the server knows a post again that is sent twice.
func (a *Adapter) pending(key string) string {
	if key == "" {
		key = model.NewId()
	}
	return "ombra:" + digest(key)
}

// typed collects what a form holds.
func typed(s bot.Step) string {
	var b strings.Builder
	for _, f := range s.Fields {
		if f.Kind != bot.Hidden && len(f.Value) > 0 {
			b.WriteString(f.Label + "\n" + strings.Join(f.Value, "\n") + "\n\n")
		}
	}
	return strings.TrimSpace(b.String())
}
