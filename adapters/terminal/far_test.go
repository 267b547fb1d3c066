package terminal

import (
	"context"
	"errors"
	"io"
	"testing"

	"ombra/bot"
)

// TestFarSaysWhatItCannot: what does not go through is not sent, and of what got
// no answer nobody claims to know whether it arrived.
func TestFarSaysWhatItCannot(t *testing.T) {
	_, path, stop := mustServe(t, func(_ context.Context, ev bot.Event) bot.Step { return bot.Step{Text: "got " + ev.Verb} })
	c := mustDial(t, path)
	from := Account("dora")
	if s := c.Handle(t.Context(), bot.Event{From: from, Verb: "help"}); s.Text != "got help" {
		t.Error(s.Text)
	}
	gone := bot.File{Name: "x", Open: func(context.Context) (io.ReadCloser, error) { return nil, errors.New("gone") }}
	if s := c.Handle(t.Context(), bot.Event{From: from, Said: &bot.Message{Files: []bot.File{gone}}}); s.Text != words.Get("prompt.not_sent") {
		t.Error(s.Text)
	}
	stop()
	if s := c.Handle(t.Context(), bot.Event{From: from, Verb: "help"}); s.Text != words.Get("prompt.unheard") {
		t.Error(s.Text)
	}
}
