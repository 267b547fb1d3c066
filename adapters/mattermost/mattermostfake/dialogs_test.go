package mattermostfake_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	fake "ombra/adapters/mattermost/mattermostfake"
	"ombra/bot/bottest"
)

// TestTrigger: it opens dialogs for its user, several while it lives, without a
// session, and none afterwards or for another.
func TestTrigger(t *testing.T) {
	moved := time.Duration(0)
	d := open(t, fake.Options{Now: func() time.Time { return time.Now().Add(moved) }})
	ctx := context.Background()
	var trigger string
	d.slash = func(f url.Values) any { trigger = f.Get("trigger_id"); return model.CommandResponse{Text: "x"} }
	p := d.srv.Seat("anna")
	must(t, p.Pick(""))
	for _, c := range []*model.Client4{d.client, d.srv.Client("")} {
		_, err := c.OpenInteractiveDialog(ctx, dialog(trigger, d.URL))
		must(t, err)
	}
	if req, open := p.Dialog(); !open || req.Dialog.State != "sealed" || req.TriggerId == trigger {
		t.Errorf("%+v", req)
	}
	for _, bad := range []string{"", "x", trigger[:len(trigger)-8] + "AAAAAAA=", strings.ToUpper(trigger)} {
		if _, err := d.client.OpenInteractiveDialog(ctx, dialog(bad, d.URL)); err == nil {
			t.Errorf("a trigger %q", bad)
		}
	}
	moved = 3100 * time.Millisecond
	_, err := d.client.OpenInteractiveDialog(ctx, dialog(trigger, d.URL))
	refused(t, "after 3 s", err, 400, "interactive_message.decode_trigger_id.expired")
}

// TestInvalidDialog: it gets 200, is shown, and complained about; bytes count.
func TestInvalidDialog(t *testing.T) {
	d := open(t, fake.Options{})
	titles := []string{"Report", strings.Repeat("x", 25), strings.Repeat("ж", 13), ""}
	n := 0
	d.slash = func(f url.Values) any {
		req := dialog(f.Get("trigger_id"), d.URL)
		req.Dialog.Title = titles[n]
		if _, err := d.client.OpenInteractiveDialog(context.Background(), req); err != nil {
			t.Error(err)
		}
		return nil
	}
	p := d.srv.Seat("anna")
	for n = range titles {
		must(t, p.Pick(""))
		if got := len(d.srv.InvalidDialogs()); got != n {
			t.Errorf("%q: %d complaints", titles[n], got)
		}
		if len(p.Sees().Fields) == 0 {
			t.Errorf("%q: not shown", titles[n])
		}
	}
	if !strings.Contains(d.srv.Log(), titles[1]) {
		t.Error("the log does not quote the title")
	}
}

// TestVersions: old servers drop the newer kinds of fields and the next step of
// a dialog, with 200; new ones have them.
func TestVersions(t *testing.T) {
	for version, modern := range map[string]bool{"5.37.0": false, "9.9.0": false, "10.11.0": false, "11.10.0": true} {
		t.Run(version, func(t *testing.T) {
			d := open(t, fake.Options{Version: version, Patience: 50 * time.Millisecond})
			ctx := context.Background()
			d.slash = func(f url.Values) any {
				req := dialog(f.Get("trigger_id"), d.URL+"/submit")
				req.Dialog.Elements = append(req.Dialog.Elements,
					model.DialogElement{DisplayName: "When", Name: "when", Type: "date", Optional: true},
					model.DialogElement{DisplayName: "Files", Name: "files", Type: "file", AllowMultiple: true, Optional: true})
				if _, err := d.client.OpenInteractiveDialog(ctx, req); err != nil {
					t.Error(err)
				}
				return nil
			}
			var sent []model.SubmitDialogRequest
			d.submit = func(r model.SubmitDialogRequest) any {
				if sent = append(sent, r); len(sent) > 1 {
					return nil
				}
				next := dialog("", "").Dialog
				next.Title = "Second"
				return model.SubmitDialogResponse{Type: "form", Form: &next}
			}
			p := d.srv.Seat("anna")
			must(t, p.Pick("report"))
			if has := len(p.Sees().Fields) == 7; has != modern {
				t.Fatalf("%q", p.Sees().Fields)
			}
			values := url.Values{"what": {"x"}}
			if !modern {
				if err := p.Send(values, bottest.FileOf("a.txt", []byte("a"))); err == nil {
					t.Error("a file without a field")
				}
				must(t, p.Send(values))
				if _, open := p.Dialog(); open {
					t.Error("a second step")
				}
				return
			}
			values["when"] = []string{"2026-11-02"}
			must(t, p.Send(values, bottest.FileOf("a.txt", []byte("a"))))
			if !p.Sees().Has("Second") || sent[0].Submission["when"] != "2026-11-02" || len(sent[0].Submission["files"].(string)) != 26 {
				t.Errorf("%+v, %v", p.Sees(), sent)
			}
		})
	}
}

// TestResponseURL: it works five times.
func TestResponseURL(t *testing.T) {
	d := open(t, fake.Options{})
	var to string
	d.slash = func(f url.Values) any { to = f.Get("response_url"); return model.CommandResponse{Text: "first"} }
	p := d.srv.Seat("anna")
	must(t, p.Pick(""))
	for i := range 7 {
		if status := post(t, to, model.CommandResponse{Text: "later"}); (status == 200) != (i < 5) {
			t.Errorf("use %d: %d", i+1, status)
		}
	}
	if status := post(t, to+"x", model.CommandResponse{Text: "later"}); status != 404 {
		t.Errorf("an unknown one: %d", status)
	}
	if got := strings.Count(p.Sees().Text, "later"); got != 5 {
		t.Errorf("%d were shown", got)
	}
}

// TestBare: for the next act trigger and response_url are dead, then no more.
func TestBare(t *testing.T) {
	d := open(t, fake.Options{})
	var opened []bool
	var statuses []int
	d.slash = func(f url.Values) any {
		_, err := d.client.OpenInteractiveDialog(context.Background(), dialog(f.Get("trigger_id"), d.URL))
		opened = append(opened, err == nil)
		statuses = append(statuses, post(t, f.Get("response_url"), model.CommandResponse{Text: "x"}))
		return model.CommandResponse{Text: "x"}
	}
	p := d.srv.Seat("anna")
	must(t, p.Pick(""))
	d.srv.Bare(p.User)
	must(t, p.Pick(""))
	must(t, p.Pick(""))
	if !opened[0] || opened[1] || !opened[2] || statuses[0] != 200 || statuses[1] == 200 || statuses[2] != 200 {
		t.Errorf("%v, %v", opened, statuses)
	}
}

// TestEphemeralUpdate: an ephemeral message cannot be updated by its button, and
// what else was answered is lost with it.
func TestEphemeralUpdate(t *testing.T) {
	d := open(t, fake.Options{})
	d.slash = func(url.Values) any {
		return model.CommandResponse{Text: "x", Attachments: buttons(d.URL+"/press", "Go on")}
	}
	d.press = func(model.PostActionIntegrationRequest) any {
		return model.PostActionIntegrationResponse{Update: &model.Post{Message: "y"}, EphemeralText: "z"}
	}
	p := d.srv.Seat("anna")
	must(t, p.Pick(""))
	if err := p.Press("Go on"); err == nil || strings.Contains(p.Sees().Text, "z") {
		t.Errorf("%v, %s", err, p.Sees().Text)
	}
}

// TestUnreachable: callbacks to private addresses must be allowed.
func TestUnreachable(t *testing.T) {
	d := open(t, fake.Options{})
	d.slash = func(url.Values) any { return model.CommandResponse{Text: "x"} }
	p := d.srv.Seat("anna")
	d.srv.Configure("ServiceSettings", "AllowedUntrustedInternalConnections", "10.0.0.0/8 example.org")
	if err := p.Pick(""); err == nil {
		t.Error("a loopback address is reached")
	}
	d.srv.Configure("ServiceSettings", "AllowedUntrustedInternalConnections", "127.0.0.0/8")
	must(t, p.Pick(""))
}
