package mattermostfake_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"

	fake "ombra/adapters/mattermost/mattermostfake"
)

// A desk is an integration as small as can be: it answers what the test says.
type desk struct {
	*httptest.Server
	srv        *fake.Server
	admin, bot fake.User
	cmd        model.Command
	client     *model.Client4 // the bot's

	mu     sync.Mutex
	slash  func(url.Values) any
	press  func(model.PostActionIntegrationRequest) any
	submit func(model.SubmitDialogRequest) any
	got    []*http.Request
	bodies []string
}

func open(t *testing.T, o fake.Options) *desk {
	t.Helper()
	d := &desk{srv: fake.Start(t, o)}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /slash", func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		d.note(r, r.PostForm.Encode())
		reply(w, call(d, func() func(url.Values) any { return d.slash }, r.PostForm))
	})
	mux.HandleFunc("POST /press", func(w http.ResponseWriter, r *http.Request) {
		reply(w, call(d, func() func(model.PostActionIntegrationRequest) any { return d.press }, read[model.PostActionIntegrationRequest](d, r)))
	})
	mux.HandleFunc("POST /submit", func(w http.ResponseWriter, r *http.Request) {
		reply(w, call(d, func() func(model.SubmitDialogRequest) any { return d.submit }, read[model.SubmitDialogRequest](d, r)))
	})
	d.Server = httptest.NewServer(mux)
	t.Cleanup(d.Close)
	d.admin = d.srv.AddUser("root", fake.SystemAdmin)
	d.bot = d.srv.AddBot("ombra", d.admin)
	d.cmd = d.srv.AddCommand(d.admin, "ombra", d.URL+"/slash")
	d.client = d.srv.Client(d.bot.Token)
	return d
}

func (d *desk) note(r *http.Request, body string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.got, d.bodies = append(d.got, r.Clone(r.Context())), append(d.bodies, body)
}

func call[T any](d *desk, find func() func(T) any, v T) any {
	d.mu.Lock()
	f := find()
	d.mu.Unlock()
	if f == nil {
		return nil
	}
	return f(v)
}

func read[T any](d *desk, r *http.Request) (v T) {
	b, _ := io.ReadAll(r.Body)
	d.note(r, string(b))
	_ = json.Unmarshal(b, &v)
	return v
}

// A refusal is an answer with another status.
type refusal struct {
	status int
	body   string
}

func reply(w http.ResponseWriter, v any) {
	switch v := v.(type) {
	case nil:
	case refusal:
		w.WriteHeader(v.status)
		_, _ = io.WriteString(w, v.body)
	default:
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// dialog is one with a field of each old kind.
func dialog(trigger, to string) model.OpenDialogRequest {
	return model.OpenDialogRequest{TriggerId: trigger, URL: to, Dialog: model.Dialog{
		CallbackId: "cb", Title: "Report", IntroductionText: "*Say* what happened.", SubmitLabel: "Send", State: "sealed", NotifyOnCancel: true,
		Elements: []model.DialogElement{
			{DisplayName: "What happened?", Name: "what", Type: "textarea", MaxLength: 3000},
			{DisplayName: "Where", Name: "where", Type: "text", MaxLength: 150, Optional: true, Default: "Zaunheim"},
			{DisplayName: "About", Name: "about", Type: "select", Options: []*model.PostActionOptions{{Text: "Harm", Value: "harm"}, {Text: "Other", Value: "other"}}},
			{DisplayName: "Danger", Name: "danger", Type: "radio", Options: []*model.PostActionOptions{{Text: "Yes", Value: "yes"}, {Text: "No", Value: "no"}}},
			{DisplayName: "Exclude", Name: "exclude=anna", Type: "bool", Placeholder: "Anna", Optional: true},
			{DisplayName: "Exclude", Name: "exclude=bela", Type: "bool", Placeholder: "Bela", Optional: true, Default: "true"},
		},
	}}
}

func buttons(to string, labels ...string) []*model.MessageAttachment {
	a := &model.MessageAttachment{Text: "Choose."}
	for i, l := range labels {
		a.Actions = append(a.Actions, &model.PostAction{
			Id: "b" + string(rune('0'+i)), Type: "button", Name: l, Integration: &model.PostActionIntegration{URL: to, Context: map[string]any{"token": "tok-" + l}},
		})
	}
	return []*model.MessageAttachment{a}
}
