package mattermost_test

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
)

func (m *mallory) pressBody(user, trigger string, context map[string]any) map[string]any {
	return map[string]any{
		"user_id": user, "user_name": "anna", "channel_id": strings.Repeat("c", 26), "post_id": strings.Repeat("p", 26), "type": "button",
		"trigger_id": trigger, "context": context,
	}
}

// She presses "Inbox" as anna: with no trigger, with one of her own, with her own
// on which she wrote anna's name, with one that is too old.
func TestForgedPress(t *testing.T) {
	t.Parallel()
	m := newMallory(t)
	slash, press, submit := m.a.Paths()
	inbox := map[string]any{"v": "inbox"}
	own := m.trigger()
	for what, trigger := range map[string]string{
		"no trigger": "", "no trigger at all": "xyz", "her own trigger": own, "her own, renamed": renamed(own, m.me.ID, m.anna.ID),
		"a made-up one": base64.StdEncoding.EncodeToString([]byte("x:" + m.anna.ID + ":1:sig")),
		"a long one":    strings.Repeat("QUFB", 1000),
	} {
		m.nothing(what, m.json(what, press, m.pressBody(m.anna.ID, trigger, inbox)))
	}
	for what, path := range map[string]string{"the slash path": slash, "the dialogs' path": submit, "no path": "/"} {
		m.nothing(what, m.json(what, path, m.pressBody(m.anna.ID, renamed(own, m.me.ID, m.anna.ID), inbox)))
	}
	for what, context := range map[string]any{
		"no value": map[string]any{}, "a long verb": map[string]any{"v": strings.Repeat("inbox", 9)}, "a verb of signs": map[string]any{"v": "in box"},
		"a number": map[string]any{"v": 7}, "no context": nil, "a list": []string{"inbox"}, "a long token": map[string]any{"t": strings.Repeat("t", 1501)},
	} {
		body := m.pressBody(m.me.ID, own, nil)
		body["context"] = context
		m.nothing(what, m.json(what, press, body))
	}
}

// Anna's buttons hold tokens. Mallory copies one, and a button of a cover too, and
// presses them as herself and as anna.
func TestForgedPressOfAnothersToken(t *testing.T) {
	t.Parallel()
	m := newMallory(t)
	_, press, _ := m.a.Paths()
	tokens := m.annasButtons()
	for token, mark := range tokens {
		own := m.trigger()
		m.nothing("as herself", m.json("as herself", press, m.pressBody(m.me.ID, own, map[string]any{"t": token, "m": mark})))
		m.nothing("in its place", m.json("in its place", press, m.pressBody(m.me.ID, own, map[string]any{"r": token, "s": token, "m": mark})))
		for what, context := range map[string]map[string]any{
			"without its mark": {"t": token}, "with another mark": {"t": token, "m": strings.Repeat("A", 24)}, "with its mark on a verb": {"v": "inbox", "m": mark},
			"with a part of its mark": {"t": token, "m": mark[:20]}, "as a replay": {"r": token, "m": mark}, "with a verb beside it": {"t": token, "v": "inbox", "m": mark},
		} {
			m.nothing(what, m.json(what, press, m.pressBody(m.anna.ID, renamed(own, m.me.ID, m.anna.ID), context)))
		}
	}
}

// annasButtons are what the buttons of her inbox carry: tokens and their marks.
func (m *mallory) annasButtons() map[string]string {
	m.Helper()
	tokens := map[string]string{}
	for _, c := range m.fake.Callouts() {
		for _, match := range regexp.MustCompile(`"context":\{"m":"([^"]+)","t":"([^"]+)"\}`).FindAllStringSubmatch(string(c.Answer), -1) {
			tokens[match[2]] = match[1]
		}
	}
	if len(tokens) < 2 {
		m.Fatalf("%d tokens were seen", len(tokens))
	}
	return tokens
}

// Somebody who records what passes sends anna's own press again, when its trigger is
// old. Nothing is shown to whoever sends it; anna finds at most a message that says
// nothing, as she would for a press that took too long.
func TestReplayedPress(t *testing.T) {
	t.Parallel()
	m := newMallory(t)
	_, press, _ := m.a.Paths()
	m.must(m.Seat("anna").Pick("inbox"))
	button := m.anna.Sees().Buttons[0]
	m.must(m.Seat("anna").Press(button))
	_ = m.anna.Cancel()
	m.a.Forget(m.anna.ID)
	list := m.fake.Callouts()
	recorded := list[len(list)-1]
	if !strings.HasSuffix(recorded.URL, press) {
		t.Fatalf("no press was recorded: %s", recorded.URL)
	}
	m.acts = m.entries()
	m.nothing("at once", m.send("at once", press, "application/json", string(recorded.Body)))
	<-time.After(3100 * time.Millisecond) // a trigger's life
	m.send("later", press, "application/json", " "+string(recorded.Body))
	_ = m.fake.Settle(settled)
	for _, told := range notices(m.anna) {
		if !told.Has(words.Get("cover.text")) || caseShape.MatchString(told.Text) {
			t.Errorf("anna was told: %s", told.Text)
		}
	}
	if _, open := m.anna.Dialog(); open || m.entries() != m.acts {
		t.Error("it was done again")
	}
}

// Mallory presses and sends as anna a thousand times, to use up the patience with
// which anna is heard. Anna is heard.
func TestForgedFlood(t *testing.T) {
	t.Parallel()
	m := newMallory(t)
	_, press, submit := m.a.Paths()
	own := renamed(m.trigger(), m.me.ID, m.anna.ID)
	for i := range 1100 { // the bot of these tests hears a thousand times an hour
		name := fmt.Sprint(i)
		m.json("a press", press, m.pressBody(m.anna.ID, own, map[string]any{"v": "help", "x": name}))
		m.json("a form", submit, map[string]any{"user_id": m.anna.ID, "state": "t" + name, "callback_id": "x", "submission": map[string]any{"a": "b"}})
	}
	m.nothing("the flood", "{}")
	m.must(m.Seat("anna").Pick("inbox"))
	if !caseShape.MatchString(strings.Join(m.anna.Sees().Buttons, " ")) {
		t.Errorf("anna is not heard any more: %s", m.anna.Sees().Text)
	}
}
