package slackfake

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ombra/bot/bottest"
)

func TestClientRefusesBeforeItSends(t *testing.T) {
	r := newRig(t, Options{}, 1, nil)
	p := r.Person("anna")
	menu := obj{"type": "static_select", "action_id": "kind", "options": manyOptions(3)}
	boxes := obj{"type": "checkboxes", "action_id": "who", "options": manyOptions(3)}
	upload := obj{"type": "file_input", "action_id": "files", "max_files": 1, "filetypes": arr("age")}
	v := in(input("what", "what", obj{"max_length": 5}), changed(inputOf(menu), "optional", true), changed(inputOf(boxes), "optional", true), changed(inputOf(upload), "optional", true))
	r.taken(r.call("views.open", obj{"trigger_id": r.triggerOf(p), "view": v}))
	must(t, p.Send(nil))
	must(t, p.Send(values("what", "too long")))
	must(t, p.Send(values("what", "fine"), fileOf("a.txt", "x")))
	if p.Sees().Problems["files"] == "" || len(r.envelopes("view_submission")) > 0 {
		t.Errorf("%+v", p.Sees())
	}
	for _, bad := range []map[string][]string{{"nothing": {"x"}}, {"kind": {"v9"}}} {
		if err := p.Send(bad); err == nil {
			t.Errorf("%v was typed", bad)
		}
	}
	must(t, p.Send(values("what", "fine", "kind", "v2", "who", "v0", "who", "v1"), fileOf("a.age", "x")))
	sent := r.envelopes("view_submission")
	if len(sent) != 1 {
		t.Fatalf("%d were sent", len(sent))
	}
	all := string(encode(sub(sub(sub(sent[0], "payload"), "view"), "state")))
	for _, part := range []string{`"value":"fine"`, `"value":"v2"`, `"value":"v0"`, `"name":"a.age"`, `"url_private_download"`} {
		if !strings.Contains(all, part) {
			t.Errorf("no %s in %s", part, all)
		}
	}
	if p.Modals() != 0 {
		t.Error("an empty answer does not close the modal")
	}
}

func TestAnswersThatAreRefused(t *testing.T) {
	var answer obj
	r := newRig(t, Options{}, 1, func(obj) any { return answer })
	for name, a := range map[string]obj{
		"an error at no field":   {"response_action": "errors", "errors": obj{"other": "x"}},
		"no errors":              {"response_action": "errors", "errors": obj{}},
		"an action nobody knows": {"response_action": "close"},
		"a view too wide":        {"response_action": "update", "view": modal(x(25), section("t"))},
	} {
		p := r.Person(name)
		r.taken(r.call("views.open", obj{"trigger_id": r.triggerOf(p), "view": in(input("what", "what", nil))}))
		answer = a
		if err := p.Send(values("what", "x")); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

func TestHarm(t *testing.T) {
	r := newRig(t, Options{Unpaced: true}, 0, nil)
	p := r.Person("anna")
	rich := func(e obj) obj {
		return obj{"type": "rich_text", "elements": arr(obj{"type": "rich_text_preformatted", "elements": arr(e)})}
	}
	for harmful, blocks := range map[bool][]any{
		true: {
			section("<@U1>"), section("<!channel>"), section("<https://x.example|click>"), section("see https://x.example"), section("a@b.example"),
			section("_soft_"), section("~gone~"), section("`code`"), section("&gt; quote"), section("\u202egnp"), section("\x07"),
			obj{"type": "header", "text": say("plain_text", "a\x1b[31m")},
			rich(obj{"type": "broadcast", "range": "here"}), rich(obj{"type": "text", "text": "a", "style": obj{"italic": true}}),
		},
		false: {
			section("*bold* and a_b_c, 3 &gt; 2, ~/home"), section("&lt;!channel&gt; @here"),
			obj{"type": "section", "text": say("plain_text", "<!channel> _x_ https://x.example")},
			rich(obj{"type": "text", "text": "<!channel> `x` https://x.example"}),
			obj{"type": "section", "text": obj{"type": "mrkdwn", "verbatim": true, "text": "www https://x.example"}},
		},
	} {
		for _, b := range blocks {
			r.taken(r.call("chat.postMessage", obj{"channel": p.DM(), "text": "t", "blocks": arr(b)}))
			inbox := p.Inbox()
			if got := inbox[len(inbox)-1]; len(got.Harm) > 0 != harmful {
				t.Errorf("%v: %q", b, got.Harm)
			}
		}
	}
	if got := p.Sees(); got.Private || !got.Has("www") {
		t.Errorf("%+v", got)
	}
}

func TestReachAgainBare(t *testing.T) {
	r := newRig(t, Options{Waiting: func(s bottest.Screen) bool { return s.Has("One moment") }}, 1, nil)
	results := make(chan string, 20)
	r.reply = func(o obj) any {
		p := sub(o, "payload")
		switch text(p, "type") {
		case "block_actions":
			out := r.call("views.update", obj{"view_id": sub(p, "view")["id"], "view": in(section("pressed by " + text(sub(p, "user"), "name")))})
			results <- text(out, "error")
			results <- text(r.call("views.open", obj{"trigger_id": p["trigger_id"], "view": in(section("x"))}), "error")
		case "view_submission":
			return obj{"response_action": "update", "view": in(section("One moment"))}
		}
		return nil
	}
	anna, bela := r.Person("anna"), r.Person("bela")
	v := in(input("what", "what", nil), actions(button("Go", "go")))
	r.taken(r.call("views.open", obj{"trigger_id": r.triggerOf(anna), "view": v}))
	must(t, bela.Reach(anna, "Go"))
	if !bela.Sees().Has("pressed by bela") && bela.Modals() == 0 || !slices.Contains(anna.Sees().Buttons, "Go") {
		t.Errorf("%+v %+v", bela.Sees(), anna.Sees())
	}
	<-results
	<-results
	anna.Bare()
	must(t, anna.Press("Go"))
	if a, b := <-results, <-results; a != "not_found" || b != "expired_trigger_id" {
		t.Errorf("%q %q", a, b)
	}
	n := len(r.envelopes("block_actions"))
	must(t, anna.Again())
	got := r.envelopes("block_actions")
	a, b := sub(got[n-1], "payload"), sub(got[len(got)-1], "payload")
	if len(got) != n+1 || text(a, "trigger_id") == text(b, "trigger_id") || !bytes.Equal(encode(obj{"a": a["actions"]}), encode(obj{"a": b["actions"]})) {
		t.Errorf("again: %v %v", a, b)
	}
	must(t, anna.Dismiss())
	r.taken(r.call("views.open", obj{"trigger_id": r.triggerOf(anna), "view": v}))
	anna.Bare()
	must(t, anna.Send(values("what", "x")))
	if anna.Modals() != 0 {
		t.Error("somebody without private means waits")
	}
}

func TestProblemBlocksAndClosing(t *testing.T) {
	r := newRig(t, Options{}, 1, nil)
	p := r.Person("anna")
	note := obj{"type": "context", "block_id": "problem:what#2", "elements": arr(say("plain_text", "Too short"))}
	v := changed(in(note, input("what", "what#2", nil)), "notify_on_close", true)
	r.taken(r.call("views.open", obj{"trigger_id": r.triggerOf(p), "view": v}))
	if s := p.Sees(); s.Problems["what"] != "Too short" {
		t.Errorf("%+v", s)
	}
	must(t, p.Say("something else"))
	if got := r.envelopes("view_closed"); len(got) != 1 || sub(got[0], "payload")["is_cleared"] != true {
		t.Errorf("%v", got)
	}
	if len(r.envelopes("app_home_opened")) != 1 {
		t.Error("the conversation was not opened before something was said")
	}
	if p.Modals() != 0 {
		t.Error("somebody writes through a modal")
	}
}

func TestManifest(t *testing.T) {
	for name, m := range map[string][]byte{
		"not JSON":           []byte("{"),
		"no name":            without(`"name": "Fake"`),
		"unknown property":   bytes.Replace(Manifest(), []byte(`"settings": {`), []byte(`"settings": {"colour": "red",`), 1),
		"event, no scope":    without(`"im:history", `),
		"command, no scope":  without(`"commands", `),
		"an unknown event":   bytes.Replace(Manifest(), []byte("app_home_opened\", "), []byte("tokens_revoked\", "), 1),
		"a long description": bytes.Replace(Manifest(), []byte("Opens the form"), []byte(x(151)), 1),
	} {
		if s, err := New(Options{Manifest: m}); err == nil {
			_ = s.Close()
			t.Errorf("%s: installed", name)
		}
	}
	r := newRig(t, Options{Manifest: []byte(strings.Replace(strings.Replace(string(Manifest()), `"messages_tab_enabled": true`, `"messages_tab_enabled": false`, 1), `"home_tab_enabled": true`, `"home_tab_enabled": false`, 1))}, 0, nil)
	p := r.Person("anna")
	r.refused("messages_tab_disabled", r.call("chat.postMessage", obj{"channel": p.DM(), "text": "x"}))
	r.refused("not_enabled", r.call("views.publish", obj{"user_id": p.ID(), "view": obj{"type": "home", "blocks": arr(section("t"))}}))
	if p.Say("x") == nil || p.Messages() == nil || p.Command("/omrba report") == nil || p.Shortcut("none") == nil {
		t.Error("something was done that cannot be")
	}
}

// TestCrowd: many at once do not wait for each other.
func TestCrowd(t *testing.T) {
	r := newRig(t, Options{Eager: true, Unpaced: true, Linger: 5 * time.Second}, 2, nil)
	r.reply = formApp(&r)
	began := time.Now()
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			p := r.Person(fmt.Sprint("person ", i))
			for range 3 {
				if err := errors.Join(p.Pick("report"), p.Send(values("what", "It broke."))); err != nil || !p.Sees().Has("You wrote") {
					t.Errorf("%d: %v %+v", i, err, p.Sees())
				}
			}
		})
	}
	all.Wait()
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
}
