package mattermostfake_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"

	fake "ombra/adapters/mattermost/mattermostfake"
	"ombra/bot/bottest"
)

// TestKeeps goes through every way that words can take, each with a canary, and
// finds each where the reference says that a server keeps it, and nowhere else.
func TestKeeps(t *testing.T) {
	d := open(t, fake.Options{Audit: true})
	ctx := context.Background()
	scan := bottest.NewScanner()
	plant := scan.Plant
	p := d.srv.Seat("anna")
	anna := d.srv.Client(p.Token)

	first := say(t, d, p.User, plant("a direct message"))
	text := plant("an edited message")
	_, _, err := anna.PatchPost(ctx, first.Id, &model.PostPatch{Message: &text})
	must(t, err)
	_, err = anna.DeletePost(ctx, first.Id)
	must(t, err)
	botPost := &model.Post{ChannelId: first.ChannelId, Message: plant("a message of the bot")}
	model.ParseMessageAttachment(botPost, buttons(d.URL+"/press", plant("a button")))
	botPost.Attachments()[0].Actions[0].Integration.Context["token"] = plant("the context of a button")
	made, _, err := d.client.CreatePost(ctx, botPost)
	must(t, err)
	_, err = d.client.DeletePost(ctx, made.Id)
	must(t, err)
	_, _, err = anna.UploadFile(ctx, []byte(plant("a file never posted")), first.ChannelId, plant("the name of a file")+".txt")
	must(t, err)

	d.slash = func(f url.Values) any {
		if strings.Contains(f.Get("text"), "bad") {
			return refusal{400, plant("the body of a bad answer")}
		}
		req := dialog(f.Get("trigger_id"), d.URL+"/submit")
		req.Dialog.State, req.Dialog.Elements[0].Default = plant("the state of a dialog"), plant("a default in a dialog")
		if _, err := d.client.OpenInteractiveDialog(ctx, req); err != nil {
			t.Error(err)
		}
		return model.CommandResponse{Text: plant("an ephemeral answer"), Attachments: buttons(d.URL+"/press", plant("an ephemeral button"))}
	}
	d.submit = func(model.SubmitDialogRequest) any {
		return model.SubmitDialogResponse{Error: plant("a problem in a dialog")}
	}
	must(t, p.Pick("report "+plant("words after a slash command")))
	must(t, p.Send(url.Values{"what": {plant("words in a dialog")}}))
	if err := p.Pick("bad"); err == nil {
		t.Error("a bad answer is none")
	}

	want := map[string]string{
		"a direct message": "db/posts", "an edited message": "db/posts", "a message of the bot": "db/posts",
		"a button": "audit db/posts", "the context of a button": "audit db/posts",
		"a file never posted": "data db/fileinfo", "the name of a file": "audit db/fileinfo name",
		"words after a slash command": "audit", "the body of a bad answer": "audit log",
	}
	found, err := scan.FS("mm", d.srv.Export())
	must(t, err)
	got := map[string]map[string]bool{}
	for _, f := range found {
		where := strings.TrimPrefix(f.Where, "mm/")
		switch {
		case strings.HasPrefix(where, "data/"):
			where = "data"
		case strings.HasPrefix(where, "the name of"):
			where = "name"
		}
		if got[f.What] == nil {
			got[f.What] = map[string]bool{}
		}
		got[f.What][where] = true
	}
	for what, places := range want {
		for _, place := range strings.Fields(places) {
			if !got[what][place] {
				t.Errorf("%s is not in %s: %v", what, place, got[what])
			}
			delete(got[what], place)
		}
		if len(got[what]) > 0 {
			t.Errorf("%s is also in %v", what, got[what])
		}
		delete(got, what)
	}
	if len(got) > 0 {
		t.Errorf("kept: %v", got)
	}
	// Paths and ids are in the log.
	for _, piece := range []string{`"url":"/api/v4/posts"`, `"url_path":"/submit"`, `"command":"ombra"`, p.ID} {
		if !strings.Contains(d.srv.Log(), piece) {
			t.Errorf("the log has no %s", piece)
		}
	}
}

// TestKeepsWithoutAudit: then the words of a slash command are nowhere.
func TestKeepsWithoutAudit(t *testing.T) {
	d := open(t, fake.Options{})
	scan := bottest.NewScanner()
	p := d.srv.Seat("anna")
	d.slash = func(url.Values) any { return model.CommandResponse{Text: "x"} }
	must(t, p.Pick("report "+scan.Plant("words after a slash command")))
	if found, err := scan.FS("mm", d.srv.Export()); err != nil || len(found) > 0 {
		t.Errorf("%s, %v", bottest.Lines(found), err)
	}
	if d.srv.Audit() != "" {
		t.Error("there is an audit file")
	}
}
