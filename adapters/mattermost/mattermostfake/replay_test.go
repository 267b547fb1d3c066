package mattermostfake_test

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	fake "ombra/adapters/mattermost/mattermostfake"
)

// A trace is one recorded exchange with a 9.9 server.
type trace struct {
	Dir, Who, Method, Path, CType, Auth string
	Status                              int
	Req, Resp, Event                    json.RawMessage
	line                                int
}

func traces(t *testing.T) (list []trace) {
	t.Helper()
	f, err := os.Open("testdata/traces.jsonl")
	must(t, err)
	defer func() { _ = f.Close() }()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var x trace
		must(t, json.Unmarshal(lines.Bytes(), &x))
		x.line = len(list)
		list = append(list, x)
	}
	if len(list) != 149 {
		t.Fatalf("%d traces", len(list))
	}
	return list
}

// A replay does again what was recorded, and compares what comes of it. Ids are
// paired as they are met; times, tokens and ids of requests are their own.
type replay struct {
	*desk
	t      *testing.T
	tokens map[string]string // by who
	ids    map[string]string // recorded to ours
	lines  map[string]*listener
}

// TestReplay: every request of the traces gets an answer of the recorded shape,
// every event and every callback is as it was, in the order that it had.
func TestReplay(t *testing.T) {
	d := open(t, fake.Options{TriggerLife: 30 * time.Second})
	r := &replay{desk: d, t: t, tokens: map[string]string{}, ids: map[string]string{}, lines: map[string]*listener{}}
	r.prepare()
	all := traces(t)
	for _, x := range all {
		if x.Dir == "http" {
			<-time.After(2 * time.Millisecond) // so that times differ
			r.http(x)
			r.unrecorded(x.line)
		}
	}
	r.callbacks(all)
	must(t, d.srv.Settle(50*time.Millisecond))
	for _, who := range []string{"alice", "bot"} {
		r.events(who, all)
	}
}

// prepare makes the accounts and channels that were there before.
func (r *replay) prepare() {
	alice := r.srv.AddUser("alice")
	r.tokens = map[string]string{"alice": alice.Token, "bot": r.bot.Token, "admin": r.admin.Token}
	r.ids["3gt5r61dciroinnnuqhrqtwama"], r.ids["nfpmy86wz7r47m3raqftjeywqh"], r.ids["rpuydijxetb5zgsomy7tt7ifuy"] = alice.ID, r.bot.ID, r.admin.ID
	r.ids["zx5368f78pgqumab894t7qjhah"] = r.srv.TeamID()
	_, err := r.srv.Client(r.admin.Token).DeleteCommand(r.t.Context(), r.cmd.Id)
	must(r.t, err)
	name, about := "Intake", "intake bot"
	_, _, err = r.srv.Client(r.admin.Token).PatchBot(r.t.Context(), r.bot.ID, &model.BotPatch{DisplayName: &name, Description: &about})
	must(r.t, err)
	channel, _, err := r.client.CreateDirectChannel(r.t.Context(), r.bot.ID, r.admin.ID)
	must(r.t, err)
	_, _, err = r.client.CreatePost(r.t.Context(), &model.Post{ChannelId: channel.Id, Message: "Please add me to teams and channels."})
	must(r.t, err)
	r.listen("alice")
	r.listen("bot")
	mux := http.NewServeMux()
	for _, path := range []string{"/cmd", "/dialog", "/act", "/"} {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			r.mu.Lock()
			defer r.mu.Unlock()
			reply(w, r.slash(nil))
		})
	}
	r.Config.Handler = mux
	r.slash = func(url.Values) any { return nil }
}

// unrecorded does what only its events and its post were recorded of: a dialog
// opened with a used trigger id and no session, and an answer to a response_url.
func (r *replay) unrecorded(after int) {
	switch after {
	case 25:
		x := traces(r.t)[after]
		x.Who = "nobody"
		r.http(x)
	case 143:
		calls := r.srv.Callouts()
		form, _ := url.ParseQuery(string(calls[len(calls)-1].Body))
		if status := post(r.t, form.Get("response_url"), model.CommandResponse{ResponseType: "in_channel", Text: "CANARYRESPURLCHAN"}); status != 200 {
			r.t.Errorf("response_url: %d", status)
		}
	}
}

// http does one request again.
func (r *replay) http(x trace) {
	name := fmt.Sprintf("trace %d, %s %.60s", x.line, x.Method, x.Path)
	r.integration(x)
	body, path := r.translate(string(x.Req)), r.translate(x.Path)
	if strings.HasPrefix(x.CType, "multipart/") || body == `""` {
		var text string
		must(r.t, json.Unmarshal(x.Req, &text))
		body = r.translate(text)
	}
	if at, since, found := strings.Cut(path, "since="); found {
		path = at + "since=" + r.before(since)
	}
	if strings.HasSuffix(path, "/actions/ok") {
		path, body = r.ephemeralButton()
	}
	body = r.trigger(body)
	req, err := http.NewRequestWithContext(r.t.Context(), x.Method, r.srv.URL()+path, strings.NewReader(body))
	must(r.t, err)
	if token := r.tokens[x.Who]; token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	req.Header.Set("Content-Type", x.CType)
	resp, err := http.DefaultClient.Do(req)
	must(r.t, err)
	got, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	must(r.t, err)
	if resp.StatusCode != x.Status {
		r.t.Errorf("%s: %d %s, recorded was %d", name, resp.StatusCode, got, x.Status)
		return
	}
	var want, ours any
	must(r.t, json.Unmarshal(x.Resp, &want))
	if text, isText := want.(string); isText {
		if text != string(got) {
			r.t.Errorf("%s: %q, recorded was %q", name, got, text)
		}
		return
	}
	must(r.t, json.Unmarshal(got, &ours))
	if list, isList := want.([]any); isList {
		byName(list)
		byName(ours.([]any))
	}
	r.same(name, want, ours)
}

// byName orders channels: by ids the order is chance.
func byName(list []any) {
	slices.SortStableFunc(list, func(a, b any) int {
		x, y := a.(map[string]any), b.(map[string]any)
		return strings.Compare(fmt.Sprint(x["display_name"], len(fmt.Sprint(x["total_msg_count"]))), fmt.Sprint(y["display_name"], len(fmt.Sprint(y["total_msg_count"]))))
	})
}

// before finds a time before what was missed: that of the last post that was not.
func (r *replay) before(string) string {
	p, _, err := r.client.GetPost(r.t.Context(), r.ids["yr6ia79ftprs7fp17crwn7wo8o"], "")
	must(r.t, err)
	return fmt.Sprint(p.CreateAt)
}

// trigger puts our trigger id in place of the recorded one.
func (r *replay) trigger(body string) string {
	var req map[string]any
	if json.Unmarshal([]byte(body), &req) != nil || req["dialog"] == nil {
		return body
	}
	old, _ := base64.StdEncoding.DecodeString(req["trigger_id"].(string))
	short, _, _ := strings.Cut(string(old), ":")
	for _, c := range r.srv.Callouts() {
		form, _ := url.ParseQuery(string(c.Body))
		signed, _ := base64.StdEncoding.DecodeString(form.Get("trigger_id"))
		if ours, _, _ := strings.Cut(string(signed), ":"); ours != "" && (ours == r.ids[short] || r.ids[short] == "") {
			req["trigger_id"] = form.Get("trigger_id")
		}
	}
	b, _ := json.Marshal(req)
	return string(b)
}

// integration lets the integration answer as it did then.
func (r *replay) integration(x trace) {
	var answer any
	var resp map[string]any
	_ = json.Unmarshal(x.Resp, &resp)
	switch {
	case strings.HasSuffix(x.Path, "/execute") && x.Status == 200:
		delete(resp, "trigger_id")
		if list, ok := resp["attachments"].([]any); ok {
			action := list[0].(map[string]any)["actions"].([]any)[0].(map[string]any)
			delete(action, "cookie")
			action["integration"] = map[string]any{"url": r.URL + "/act"}
		}
		answer = resp
	case strings.HasSuffix(x.Path, "/submit") && x.Status == 200:
		answer = resp
	case x.Status >= 400:
		answer = refusal{500, "CANARYBODY"}
	case strings.HasSuffix(x.Path, "/actions/yes"):
		answer = map[string]any{"update": map[string]any{"message": "CANARYACTUPDATE updated", "props": map[string]any{}}, "ephemeral_text": "CANARYACTEPH ok"}
	}
	r.mu.Lock()
	r.slash = func(url.Values) any { return answer }
	r.mu.Unlock()
}
