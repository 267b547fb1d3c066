package slackfake

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// without is the whole manifest less some words.
func without(words ...string) []byte {
	m := string(Manifest())
	for _, w := range words {
		m = strings.ReplaceAll(m, w, "")
	}
	return []byte(m)
}

func TestTokensAndScopes(t *testing.T) {
	r := newRig(t, Options{Manifest: without(`, "files:read"`)}, 0, nil)
	for _, x := range []struct{ want, token, method string }{
		{"not_authed", "", "auth.test"},
		{"invalid_auth", "xoxb-nobody", "auth.test"},
		{"not_allowed_token_type", r.BotToken(), "apps.connections.open"},
		{"not_allowed_token_type", r.AppToken(), "chat.postMessage"},
		{"unknown_method", r.BotToken(), "chat.shout"},
		{"missing_scope", r.BotToken(), "users.info"},
		{"missing_scope", r.BotToken(), "conversations.info"},
		{"missing_scope", r.BotToken(), "files.info"},
	} {
		r.refused(x.want, r.post(x.token, x.method, nil))
	}
	if no := r.call("users.info", nil); text(no, "needed") != "users:read" || !strings.Contains(text(no, "provided"), "chat:write") {
		t.Errorf("%v", no)
	}
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, r.API()+"auth.test", strings.NewReader("token="+r.BotToken()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := http.DefaultClient.Do(req)
	must(t, err)
	defer res.Body.Close()
	if got := res.Header.Get("X-OAuth-Scopes"); got != "commands,chat:write,im:write,im:history,files:write" {
		t.Errorf("scopes %q", got)
	}
	p := r.Person("anna")
	v := modal("x", obj{"type": "input", "label": say("plain_text", "F"), "element": obj{"type": "file_input", "action_id": "f"}})
	r.refused("invalid_arguments", r.call("views.open", obj{"trigger_id": r.triggerOf(p), "view": v}))
}

func (r *rig) triggerOf(p *Person) string {
	r.Server.mu.Lock()
	defer r.Server.mu.Unlock()
	return r.trigger(p.u, "")
}

func TestTriggers(t *testing.T) {
	r := newRig(t, Options{Still: true}, 0, nil)
	p := r.Person("anna")
	v := modal("x", section("y"))
	open := func(trigger string) obj { return r.call("views.open", obj{"trigger_id": trigger, "view": v}) }
	r.refused("invalid_trigger_id", open("1.2.3"))
	first := r.triggerOf(p)
	r.taken(open(first))
	r.refused("exchanged_trigger_id", open(first))
	late := r.triggerOf(p)
	r.Advance(3*time.Second + time.Millisecond)
	r.refused("expired_trigger_id", open(late))
	r.taken(open(r.triggerOf(p)))
	r.taken(open(r.triggerOf(p)))
	r.refused("push_limit_reached", open(r.triggerOf(p)))
	must(t, p.Dismiss())
	r.refused("no_view_to_push_to", r.call("views.push", obj{"trigger_id": r.triggerOf(p), "view": v}))
}

func TestViews(t *testing.T) {
	r := newRig(t, Options{}, 0, nil)
	p := r.Person("anna")
	opened := sub(r.taken(r.call("views.open", obj{"trigger_id": r.triggerOf(p), "view": modal("A", input("b", "what", nil), input("c", "more", nil))})), "view")
	must(t, ignore(p.Send(values("what", "typed", "more", "kept too"))))
	update := func(with obj) obj { return r.call("views.update", with) }
	// The same ids keep what was typed, new ones take the new value.
	next := modal("B", input("b", "what", obj{"initial_value": "new"}), input("c", "more#2", obj{"initial_value": "new"}))
	r.taken(update(obj{"view_id": opened["id"], "hash": opened["hash"], "view": next}))
	if got := p.Sees().Values; got.Get("what") != "typed" || got.Get("more") != "new" {
		t.Errorf("%v", got)
	}
	r.refused("hash_conflict", update(obj{"view_id": opened["id"], "hash": opened["hash"], "view": next}))
	must(t, p.Dismiss())
	r.refused("not_found", update(obj{"view_id": opened["id"], "view": next}))
	home := obj{"type": "home", "blocks": arr(section("*Hello*"))}
	r.refused("invalid_arguments", r.call("views.publish", obj{"user_id": p.ID(), "view": modal("x", section("y"))}))
	r.taken(r.call("views.publish", obj{"user_id": p.ID(), "view": home}))
	must(t, p.Pick(""))
	if s := p.Sees(); !s.Has("*Hello*") || !s.Private {
		t.Errorf("%+v", s)
	}
	if bytes.Contains(r.Export(), []byte("Hello")) {
		t.Error("the Home tab is kept")
	}
}

// ignore is for what nobody answers: here the app has no socket.
func ignore(error) error { return nil }

func TestPace(t *testing.T) {
	r := newRig(t, Options{Still: true}, 0, nil)
	p := r.Person("anna")
	post := func() obj { return r.call("chat.postMessage", obj{"channel": p.DM(), "text": "x"}) }
	for range 20 {
		r.taken(post())
	}
	r.refused("ratelimited", post())
	r.Advance(time.Second)
	r.taken(post())
	r.refused("ratelimited", post())
	r.taken(r.call("chat.postMessage", obj{"channel": r.Person("bela").DM(), "text": "x"}))
}

func TestMessages(t *testing.T) {
	r := newRig(t, Options{}, 1, nil)
	p := r.Person("anna")
	r.refused("channel_not_found", r.call("chat.postMessage", obj{"channel": "C1", "text": "x"}))
	r.refused("not_in_channel", r.call("chat.postMessage", obj{"channel": r.general, "text": "x"}))
	r.refused("no_text", r.call("chat.postMessage", obj{"channel": p.DM()}))
	r.refused("msg_too_long", r.call("chat.postMessage", obj{"channel": p.DM(), "text": strings.Repeat("x", 40001)}))
	r.refused("invalid_blocks", r.call("chat.postMessage", obj{"channel": p.DM(), "blocks": arr(section(strings.Repeat("x", 3001)))}))
	r.refused("user_not_in_channel", r.call("chat.postEphemeral", obj{"channel": p.DM(), "user": r.Person("bela").ID(), "text": "x"}))
	m := r.taken(r.call("chat.postMessage", obj{"channel": p.ID(), "text": "first version"}))
	r.taken(r.call("chat.update", obj{"channel": m["channel"], "ts": m["ts"], "text": "second version"}))
	r.taken(r.call("chat.delete", obj{"channel": m["channel"], "ts": m["ts"]}))
	r.refused("message_not_found", r.call("chat.delete", obj{"channel": m["channel"], "ts": m["ts"]}))
	r.taken(r.call("chat.postEphemeral", obj{"channel": p.DM(), "user": p.ID(), "text": "whispered"}))
	if s := p.Sees(); !s.Private || !s.Has("whispered") {
		t.Errorf("%+v", s)
	}
	must(t, p.Say("Hello <b> & https://x.example 😀"))
	said := r.envelopes("message")
	ev := sub(sub(said[len(said)-1], "payload"), "event")
	if text(ev, "text") != "Hello &lt;b&gt; &amp; <https://x.example> :grinning:" {
		t.Errorf("%q", text(ev, "text"))
	}
	r.refused("cant_update_message", r.call("chat.update", obj{"channel": p.DM(), "ts": ev["ts"], "text": "x"}))
	h := r.taken(r.call("conversations.history", obj{"channel": p.DM(), "latest": ev["ts"], "oldest": ev["ts"], "inclusive": true, "limit": 1}))
	if all := objs(h, "messages"); len(all) != 1 || text(all[0], "user") != p.ID() {
		t.Errorf("%v", h)
	}
	kept := string(r.Export())
	for _, words := range []string{"first version", "second version", "Hello &lt;b&gt;"} {
		if !strings.Contains(kept, words) {
			t.Errorf("%q is not kept", words)
		}
	}
	if strings.Contains(kept, "whispered") {
		t.Error("a whisper is kept")
	}
}

func TestFiles(t *testing.T) {
	r := newRig(t, Options{}, 1, nil)
	p := r.Person("anna")
	put := func(n int, content string) obj {
		out := r.taken(r.call("files.getUploadURLExternal", obj{"filename": "a b.age", "length": n}))
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, text(out, "upload_url"), strings.NewReader(content))
		res, err := http.DefaultClient.Do(req)
		must(t, err)
		defer res.Body.Close()
		out["status"] = res.StatusCode
		return out
	}
	r.refused("invalid_arguments", r.call("files.getUploadURLExternal", obj{"filename": "a", "length": 0}))
	if short := put(4, "abc"); short["status"] == 200 {
		t.Error("a file that is too short is taken")
	} else {
		r.refused("file_not_found", r.call("files.completeUploadExternal", obj{"files": arr(obj{"id": short["file_id"]}), "channel_id": p.DM()}))
	}
	f := put(3, "abc")
	r.refused("channel_not_found", r.call("files.completeUploadExternal", obj{"files": arr(obj{"id": f["file_id"]}), "channel_id": p.ID()}))
	r.taken(r.call("files.completeUploadExternal", obj{"files": arr(obj{"id": f["file_id"]}), "channel_id": p.DM()}))
	r.refused("file_not_found", r.call("files.completeUploadExternal", obj{"files": arr(obj{"id": f["file_id"]}), "channel_id": p.DM()}))
	if got, err := p.Sees().File(); err != nil || string(got) != "abc" {
		t.Errorf("%q %v", got, err)
	}
	must(t, p.Say("", fileOf("mine.bin", "\x00\xff")))
	said := r.envelopes("message")
	file := objs(sub(sub(said[len(said)-1], "payload"), "event"), "files")[0]
	get := func(token string) string {
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, text(file, "url_private"), nil)
		req.Header.Set("Authorization", "Bearer "+token)
		res, err := http.DefaultClient.Do(req)
		must(t, err)
		defer res.Body.Close()
		b, _ := io.ReadAll(res.Body)
		return fmt.Sprint(res.StatusCode, " ", string(b))
	}
	if got := get(r.BotToken()); got != "200 \x00\xff" {
		t.Errorf("%q", got)
	}
	if got := get("xoxb-other"); !strings.HasPrefix(got, "200 <!DOCTYPE") {
		t.Errorf("%q", got)
	}
	r.refused("cant_delete_file", r.call("files.delete", obj{"file": file["id"]}))
	if !bytes.Contains(r.Export(), []byte("\x00\xff")) {
		t.Error("a file is not kept")
	}
}

func TestResponseURL(t *testing.T) {
	r := newRig(t, Options{}, 1, nil)
	p := r.Person("anna")
	post := func(to, body string) int {
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, to, strings.NewReader(body))
		res, err := http.DefaultClient.Do(req)
		must(t, err)
		res.Body.Close()
		return res.StatusCode
	}
	must(t, p.Pick("x"))
	to := text(sub(r.envelopes("slash_commands")[0], "payload"), "response_url")
	for i := range 7 {
		if got := post(to, `{"text":"number"}`); (got == 200) != (i < 5) {
			t.Errorf("post %d: %d", i, got)
		}
	}
	if s := p.Sees(); !s.Private || !s.Has("number") {
		t.Errorf("%+v", s)
	}
	must(t, p.Pick("x"))
	to = text(sub(r.envelopes("slash_commands")[1], "payload"), "response_url")
	r.Advance(30*time.Minute + time.Second)
	if got := post(to, `{"text":"late"}`); got != 404 {
		t.Errorf("late: %d", got)
	}
}

func TestFaults(t *testing.T) {
	r := newRig(t, Options{}, 0, nil)
	p := r.Person("anna")
	post := func() obj { return r.call("chat.postMessage", obj{"channel": p.DM(), "text": "x"}) }
	r.Break(Fault{Method: "chat.postMessage", Kind: Throttled, Times: 2})
	r.Break(Fault{Method: "*", Kind: Broken})
	r.Break(Fault{Method: "chat.postMessage", Kind: Lost})
	r.refused("ratelimited", post())
	r.refused("ratelimited", post())
	if out := post(); yes(out, "ok") {
		t.Error("not broken")
	}
	if len(p.Inbox()) != 0 {
		t.Error("a failed call did something")
	}
	r.refused("no answer", post())
	if len(p.Inbox()) != 1 {
		t.Error("a lost answer undid the call")
	}
	r.taken(post())
	r.Break(Fault{Method: "*", Kind: Broken, Times: -1})
	for range 3 {
		if yes(post(), "ok") {
			t.Error("not broken")
		}
	}
	r.Mend()
	r.taken(post())
	r.Break(Fault{Method: "chat.postMessage", Kind: Silent})
	ctx, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer stop()
	req, _ := http.NewRequestWithContext(ctx, http.MethodPost, r.API()+"chat.postMessage", nil)
	res, err := http.DefaultClient.Do(req)
	if err == nil {
		res.Body.Close()
	}
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("an answer in spite of silence: %v", err)
	}
}
