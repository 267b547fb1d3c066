package mattermost_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// A form's token is sealed for whoever was shown the form. Others send it: as
// themselves, by way of the server, and straight to the listener in its owner's name.
func TestForgedSubmission(t *testing.T) {
	t.Parallel()
	m := newMallory(t)
	_, _, submit := m.a.Paths()
	anna := m.Seat("anna")
	m.must(anna.Pick("report"), anna.Press(words.Get("gate.go-on")))
	d, _ := m.anna.Dialog()
	m.must(m.anna.Cancel())
	m.a.Forget(m.anna.ID)
	values := map[string]any{"q.what": "forged", "q.concerned": "forged", "q.category": "other", "danger": "no"}
	body := func(user, state, shape string, values any) map[string]any {
		return map[string]any{"type": "dialog_submission", "user_id": user, "state": state, "callback_id": shape, "channel_id": "", "submission": values}
	}
	state, shape := d.Dialog.State, d.Dialog.CallbackId

	got, err := m.me.Submit(d.URL, shape, state, values)
	if err != nil || !strings.Contains(got.Error, words.Get("lost.text")) || len(got.Errors) > 0 {
		t.Errorf("another's token, by way of the server: %+v, %v", got, err)
	}
	for what, b := range map[string]map[string]any{
		"another's token":  body(m.me.ID, state, shape, values),
		"a token cut off":  body(m.anna.ID, state[:len(state)-4], shape, values),
		"a token changed":  body(m.anna.ID, state[:40]+"A"+state[41:], shape, values),
		"a button's token": body(m.me.ID, "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB", shape, values),
		"no mark":          body(m.anna.ID, state, shape[:24], values), "another's mark": body(m.me.ID, state, shape, map[string]any{}),
		"nothing in it":      body(m.anna.ID, "QUFBQUFB", shape, map[string]any{}),
		"the mark of a form": body(m.anna.ID, state, "000000000000000000000000"+shape[24:], values),
	} {
		answer := m.json(what, submit, b)
		m.nothing(what, "{}")
		if !strings.Contains(answer, "too old, or not yours") {
			t.Errorf("%s: %s", what, answer)
		}
	}
	for what, b := range map[string]map[string]any{
		"no token": body(m.anna.ID, "", shape, values), "no shape": body(m.anna.ID, state, "", values), "no user": body("", state, shape, values),
		"cancelled": {"user_id": m.anna.ID, "state": state, "callback_id": shape, "submission": values, "cancelled": true},
		"a list":    body(m.anna.ID, state, shape, map[string]any{"q.what": []string{"forged"}}),
		"no object": body(m.anna.ID, state, shape, "forged"), "a card's button": body(m.anna.ID, "", "", map[string]any{"buttons": "v:inbox"}),
		"a card's button, with a form's token": body(m.anna.ID, state, shape, map[string]any{"buttons": "v:inbox"}),
		"a nameless field":                     body(m.anna.ID, state, shape, map[string]any{"": "forged"}),
		"a field with a long name":             body(m.anna.ID, state, shape, map[string]any{strings.Repeat("n", 201): "forged"}),
	} {
		m.nothing(what, m.json(what, submit, b))
	}
	m.nothing("no JSON", m.send("", submit, "application/json", "{"))
	m.nothing("too long", m.send("", submit, "application/json", `{"x":"`+strings.Repeat("x", 3<<20)+`"}`))
	if m.entries() != m.acts {
		t.Error("something was filed")
	}
}

// A form's own owner sends what the form never showed: names that are not on the
// roster, choices that are none, fields that do not exist, and 20,000 characters
// where 3,000 belong. The server lets all of it through.
func TestForgedFields(t *testing.T) {
	t.Parallel()
	m := newMallory(t)
	me := person{Person: m.me}
	m.must(me.Pick("report"), me.Press(words.Get("gate.go-on")))
	d, _ := m.me.Dialog()
	good := map[string]any{"q.what": "forged", "q.concerned": "forged", "q.category": "other", "danger": "no"}
	with := func(name string, value any) map[string]any {
		c := map[string]any{name: value}
		for k, v := range good {
			if k != name {
				c[k] = v
			}
		}
		return c
	}
	for what, c := range map[string]struct {
		values map[string]any
		at     string
	}{
		"20,000 characters":     {with("q.what", strings.Repeat("forged ", 3000)), "q.what"},
		"no such choice":        {with("q.category", "forged"), "q.category"},
		"nobody of that name":   {with("exclude=forged", true), "exclude=anna"},
		"no answer":             {with("q.what", nil), "q.what"},
		"spaces":                {with("q.what", " \n\t "), "q.what"},
		"a box for a text":      {with("q.what", true), "q.what"},
		"two choices in one":    {with("danger=yes", true), "danger"},
		"a day that is no such": {with("q.when", "forged"), "q.when"},
	} {
		got, err := m.me.Submit(d.URL, d.Dialog.CallbackId, d.Dialog.State, c.values)
		if err != nil || got.Errors[c.at] == "" {
			t.Errorf("%s: %+v, %v", what, got, err)
		}
		if strings.Contains(fmt.Sprint(got), "forged") {
			t.Errorf("%s: an answer says what was typed: %+v", what, got)
		}
	}
	if m.entries() != m.acts {
		t.Error("something was filed")
	}
	if got, err := m.me.Submit(d.URL, d.Dialog.CallbackId, d.Dialog.State, with("forged", "forged")); err != nil || got.Error != "" || len(got.Errors) > 0 {
		t.Errorf("a field that does not exist is no reason to refuse the rest: %+v, %v", got, err)
	}
}

// A submission is taken down and sent again: an hour later, two days later, and a
// hundred times at once.
func TestReplayedSubmission(t *testing.T) {
	t.Parallel()
	m := newMallory(t)
	me := person{Person: m.me}
	m.must(me.Pick("report"), me.Press(words.Get("gate.go-on")))
	d, _ := m.me.Dialog()
	values := map[string]any{"q.what": "The same.", "q.concerned": "The cell", "q.category": "other", "danger": "no"}
	again := func() { _, _ = m.me.Submit(d.URL, d.Dialog.CallbackId, d.Dialog.State, values) }
	cases := func() (n int) {
		for _, name := range names {
			p := m.Seat(name)
			m.must(p.Pick("inbox"))
			n += len(slices.DeleteFunc(p.Sees().Buttons, func(b string) bool { return !caseShape.MatchString(b) }))
		}
		return n
	}
	again()
	_ = m.fake.Settle(settled)
	first := cases()
	done := make(chan struct{})
	for range 100 {
		go func() { again(); done <- struct{}{} }()
	}
	for range 100 {
		<-done
	}
	for _, later := range []time.Duration{time.Hour, 25 * time.Hour, 49 * time.Hour} {
		m.Office.Pass(later)
		again()
	}
	_ = m.fake.Settle(settled)
	if n := cases(); n != first {
		t.Errorf("%d cases, want %d", n, first)
	}
}
