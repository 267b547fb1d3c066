package slack

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"ombra/bot"
	"ombra/bot/say"
)

// An ack acknowledges a payload, once, with a body or without.
type ack func(body any)

// take answers one payload. It returns when all is shown; intake is a parent of
// no ctx here, because what was begun is finished.
func (a *Adapter) take(ctx context.Context, kind string, payload []byte, done ack) {
	t, err := read(kind, payload, a.o.Verbs)
	if err != nil {
		a.odd(ctx)
		done(nil)
		return
	}
	if !a.ours(t) || t.id != "" && !a.seen.add("event", t.id) {
		done(nil)
		return
	}
	// A button on a message may lead to what was said, and that is kept.
	t.ev.From, t.ev.Via = account(t.team, t.user), bot.Via{Name: via, Exposed: t.how == byMessageButton, Files: a.o.Attachments != NoFile}
	if t.how != byMessage || a.o.Direct == TypedToo {
		t.ev.Recall = a.recaller(t)
	}
	began := time.Now()
	if t.how == bySubmit {
		a.sent(ctx, t, done)
		return
	}
	done(nil)
	switch t.how {
	case byNothing, bySubmit: // acknowledged, and no more
	case byCommand, byShortcut, byHomeButton, byMessageButton, byViewButton:
		a.triggered(ctx, t, began)
	case byClose:
		a.closed(ctx, t)
	case byHome:
		a.publish(ctx, t)
	case byChat:
		a.greet(ctx, t)
	case byMessage:
		a.said(ctx, t)
	}
}

// ours: the workspace, or the organisation, in which the app is installed. People
// of others come over shared channels; who they are, their own workspace says.
func (a *Adapter) ours(t turn) bool {
	me := a.who()
	return t.how == byNothing || t.user != me.user && (t.team == me.team || me.enterprise != "" && t.org == me.enterprise)
}

// answers runs the bot. Files are handed over first: a passcode for a file that
// never came would be worth nothing.
func (a *Adapter) answers(ctx context.Context, t turn) <-chan bot.Step {
	out := make(chan bot.Step, 1)
	go func() {
		if a.links.isHalted() {
			out <- own("", "slack.halted")
			return
		}
		ev, refused := a.complete(ctx, t)
		if refused != nil {
			out <- *refused
			return
		}
		step := a.bot(ctx, ev)
		out <- a.hand(ctx, t, step)
	}()
	return out
}

// complete fills in what a payload only hints at: files, and a message that is
// answered once more.
func (a *Adapter) complete(ctx context.Context, t turn) (bot.Event, *bot.Step) {
	ev := t.ev
	if t.stray {
		step := own("", "slack.stray", "report", "redress", "case", "help")
		return ev, &step
	}
	if t.again != "" {
		m, err := a.recaller(t)(ctx, t.again)
		if err != nil {
			step := own("", "slack.again-gone", "report", "redress", "case")
			return ev, &step
		}
		ev.Said, ev.Via.Exposed = m, true
		return ev, nil
	}
	files, left := a.allowed(t.files)
	switch {
	case left > 0 && (t.how == bySubmit || strings.TrimSpace(ev.Said.Text) == "" && len(files) == 0):
		step := own("", "slack.not-taken-"+a.o.Attachments, "report", "redress")
		return ev, &step
	case t.how == bySubmit:
		ev.Files = a.incoming(files)
	case ev.Said != nil:
		ev.Said.Files = a.incoming(files)
	}
	return ev, nil
}

// sent answers a form within the acknowledgement, where that can be.
func (a *Adapter) sent(ctx context.Context, t turn, done ack) {
	steps := a.answers(ctx, t)
	select {
	case step := <-steps:
		a.answerForm(ctx, t, step, done)
	case <-time.After(a.o.Wait):
		whole := a.moment(t)
		if size(replaced(whole)) <= maxAck {
			done(replaced(whole))
			a.follow(ctx, t, whole.ExternalID, <-steps)
			return
		}
		bare := t
		bare.form = nil
		short := a.moment(bare)
		done(replaced(short))
		name := short.ExternalID
		if whole.ExternalID = rand.Text(); a.arrives(ctx, name, whole) {
			name = whole.ExternalID
		}
		a.follow(ctx, t, name, <-steps)
	}
}

func (a *Adapter) answerForm(ctx context.Context, t turn, step bot.Step, done ack) {
	if problems := problemsFor(t, step); problems != nil {
		done(&slack.ViewSubmissionResponse{ResponseAction: slack.RAErrors, Errors: problems})
		return
	}
	if step.Empty() {
		done(nil)
		return
	}
	view := a.modal(step)
	if answer := replaced(view); size(answer) <= maxAck {
		done(answer)
		return
	}
	wait := a.moment(turn{meta: t.meta})
	done(replaced(wait))
	a.follow(ctx, t, wait.ExternalID, step)
}

// follow puts the answer in the place of a view that came with an
// acknowledgement. The two take different ways, and the answer must not come
// first: it is put into the view of that name, as soon as there is one.
func (a *Adapter) follow(ctx context.Context, t turn, name string, step bot.Step) {
	if step.Empty() || a.arrives(ctx, name, a.modal(step)) {
		return
	}
	a.replace(ctx, t, step)
}

// arriveTime is how long an acknowledgement may be on its way.
const arriveTime = 3 * time.Second

func (a *Adapter) arrives(ctx context.Context, name string, v slack.ModalViewRequest) bool {
	ctx, cancel := context.WithTimeout(ctx, arriveTime)
	defer cancel()
	for {
		err := a.update(ctx, external+name, v)
		if err == nil {
			return true
		}
		if !is(err, "not_found", "view_not_found") || !pause(ctx, 50*time.Millisecond) {
			return false
		}
	}
}

func replaced(v slack.ModalViewRequest) *slack.ViewSubmissionResponse {
	return &slack.ViewSubmissionResponse{ResponseAction: slack.RAUpdate, View: &v}
}

// problemsFor gives what is wrong with the form that is still up, if that is all
// there is to say: then Slack shows it beside the fields, and keeps what was
// typed and attached. The form comes back under a new token, but the old one
// is as good: when its time is over, nothing is said to be wrong with a field.
// Where a value was changed or a file must be attached again, the form is drawn
// anew.
func problemsFor(t turn, s bot.Step) map[string]string {
	if !s.IsForm() || t.form == nil || t.form.title != cut(s.Title, bot.MaxTitle) {
		return nil
	}
	problems := map[string]string{}
	for _, f := range s.Fields {
		if f.Problem != "" {
			problems[f.ID] = f.Problem
		}
		sent, there := t.form.values[f.ID]
		switch {
		case f.Kind == bot.Files:
			if f.Problem != "" {
				return nil
			}
			continue
		case !there:
			return nil
		case len(f.Value) > 0 && !sameValues(f.Value, sent):
			return nil
		}
	}
	if len(problems) == 0 {
		return nil
	}
	return problems
}

func sameValues(a, b []string) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(a, b)
}

// moment is shown while an answer takes long. It is true if we die meanwhile,
// and holds the long texts that were typed, so that they can be copied then.
func (a *Adapter) moment(t turn) slack.ModalViewRequest {
	w := say.In(t.meta.Lang)
	s := bot.Step{Lang: t.meta.Lang, Title: w.Get("slack.wait-title"), Text: w.Get("slack.wait")}
	if t.form != nil && len(t.form.long) > 0 {
		s.Quote = strings.TrimSpace(strings.Join(t.form.long, "\n\n"))
	}
	if s.Quote != "" {
		s.Text += "\n\n" + w.Get("slack.wait-typed")
	}
	v := a.modal(s)
	v.ExternalID = rand.Text()
	return v
}

// triggered answers what came with a trigger: a modal is opened, or the one is
// updated in which a button was pressed.
func (a *Adapter) triggered(ctx context.Context, t turn, began time.Time) {
	steps := a.answers(ctx, t)
	var step bot.Step
	waiting := false
	select {
	case step = <-steps:
	case <-time.After(a.o.Wait - time.Since(began)):
		waiting = true
		moment := a.moment(turn{meta: t.meta})
		if t.view != "" {
			_ = a.update(ctx, t.view, moment)
		} else {
			t.view, _ = a.open(ctx, t, began, moment)
		}
		step = <-steps
	}
	switch {
	case step.Empty():
	case t.view != "":
		if a.update(ctx, t.view, a.modal(step)) == nil {
			return
		}
		if waiting || !a.opened(ctx, t, began, step) {
			a.cover(ctx, t, step)
		}
	case waiting || !a.opened(ctx, t, began, step):
		a.cover(ctx, t, step)
	}
}

func (a *Adapter) opened(ctx context.Context, t turn, began time.Time, step bot.Step) bool {
	_, err := a.open(ctx, t, began, a.modal(step))
	return err == nil
}

// replace updates a modal, and covers the step where it is closed by now.
func (a *Adapter) replace(ctx context.Context, t turn, step bot.Step) {
	if step.Empty() {
		return
	}
	if err := a.update(ctx, t.view, a.modal(step)); err != nil {
		a.cover(ctx, t, step)
	}
}
