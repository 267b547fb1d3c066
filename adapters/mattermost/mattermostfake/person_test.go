package mattermostfake_test

import (
	"context"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"

	fake "ombra/adapters/mattermost/mattermostfake"
	"ombra/bot/bottest"
)

// TestPersonWay: the way of a filing: command, ephemeral buttons, dialog, a
// dialog with a problem, and what comes through the response_url.
func TestPersonWay(t *testing.T) {
	d := open(t, fake.Options{})
	ctx := context.Background()
	var form url.Values
	d.slash = func(f url.Values) any {
		form = f
		return model.CommandResponse{ResponseType: "ephemeral", Text: "**Before** you type \\<b>", Attachments: buttons(d.URL+"/press", "Go on", "Leave")}
	}
	d.press = func(r model.PostActionIntegrationRequest) any {
		if r.Context["token"] != "tok-Go on" || r.UserName != "anna" {
			t.Errorf("pressed: %+v", r)
		}
		if _, err := d.client.OpenInteractiveDialog(ctx, dialog(r.TriggerId, d.URL+"/submit")); err != nil {
			t.Error(err)
		}
		return model.PostActionIntegrationResponse{}
	}
	var sent model.SubmitDialogRequest
	d.submit = func(r model.SubmitDialogRequest) any {
		if sent = r; r.Submission["what"] == "" {
			return model.SubmitDialogResponse{Errors: map[string]string{"what": "Please write a sentence."}}
		}
		go func() { // later
			post(t, form.Get("response_url"), model.CommandResponse{Text: "Received.", ResponseType: "ephemeral", Attachments: buttons(d.URL+"/press", "Go on")})
		}()
		return nil
	}
	p := d.srv.Seat("anna")
	must(t, p.Pick("report"))
	screen := p.Sees()
	if !screen.Private || !strings.Contains(screen.Text, "Before you type <b>") || !reflect.DeepEqual(screen.Buttons, []string{"Go on", "Leave"}) || len(screen.Harm) > 0 {
		t.Fatalf("%+v", screen)
	}
	if form.Get("text") != "report" || form.Get("user_id") != p.ID || form.Get("token") != d.cmd.Token {
		t.Errorf("%v", form)
	}
	must(t, p.Press("Go on"))
	screen = p.Sees()
	want := url.Values{"where": {"Zaunheim"}, "exclude": {"bela"}}
	if !reflect.DeepEqual(screen.Fields, []string{"what", "where", "about", "danger", "exclude"}) || !reflect.DeepEqual(screen.Values, want) || !screen.Private {
		t.Fatalf("%+v", screen)
	}
	must(t, p.Send(url.Values{"about": {"harm"}}))
	screen = p.Sees()
	if screen.Problems["what"] != "Please write a sentence." || screen.Values.Get("about") != "harm" {
		t.Fatalf("%+v", screen)
	}
	must(t, p.Send(url.Values{"what": {"It hit a clinic."}, "danger": {"no"}, "exclude": {"anna"}}))
	if screen = p.Sees(); screen.Text != "Received.\nChoose.\n" || len(screen.Fields) > 0 || !screen.Private {
		t.Fatalf("%+v", screen)
	}
	if sent.UserId != p.ID || sent.State != "sealed" || sent.Type != "dialog_submission" || sent.URL != "" {
		t.Errorf("%+v", sent)
	}
	all := map[string]any{"what": "It hit a clinic.", "where": "Zaunheim", "about": "harm", "danger": "no", "exclude=anna": true, "exclude=bela": false}
	if !reflect.DeepEqual(sent.Submission, all) {
		t.Errorf("%v", sent.Submission)
	}
	if err := p.Send(url.Values{"what": {"again"}}); err == nil {
		t.Error("the dialog is still open")
	}
}

// TestPersonTalks: what is said arrives over the socket, with its files; what the
// bot posts is seen, with its files, and is not private; what it edits or deletes
// changes on the screen.
func TestPersonTalks(t *testing.T) {
	d := open(t, fake.Options{})
	ctx := context.Background()
	answers := make(chan *model.Post, 1)
	listen(t, d, func(p *model.Post) {
		if len(p.FileIds) != 1 || p.Message != "See this." {
			t.Errorf("%+v", p)
			return
		}
		content, _, err := d.client.GetFile(ctx, p.FileIds[0])
		if err != nil || string(content) != "evidence" {
			t.Errorf("%q, %v", content, err)
		}
		up, _, err := d.client.UploadFile(ctx, []byte("sealed"), p.ChannelId, "papers.age")
		if err != nil {
			t.Error(err)
			return
		}
		reply := &model.Post{ChannelId: p.ChannelId, Message: "Kept here.", FileIds: model.StringArray{up.FileInfos[0].Id}}
		model.ParseMessageAttachment(reply, buttons(d.URL+"/press", "Report"))
		reply.Type = ""
		answer, _, err := d.client.CreatePost(ctx, reply)
		if err != nil {
			t.Error(err)
		}
		answers <- answer
	})
	p := d.srv.Seat("anna")
	must(t, p.Say("See this.", bottest.FileOf("e.txt", []byte("evidence"))))
	screen := p.Sees()
	if screen.Private || !strings.Contains(screen.Text, "Kept here.") || !reflect.DeepEqual(screen.Buttons, []string{"Report"}) {
		t.Fatalf("%+v", screen)
	}
	if file, err := screen.File(); err != nil || string(file) != "sealed" || screen.Files[0].Name != "papers.age" {
		t.Errorf("%q, %v", file, err)
	}
	d.press = func(model.PostActionIntegrationRequest) any {
		return model.PostActionIntegrationResponse{Update: &model.Post{Message: "Done.", Props: map[string]any{}}}
	}
	must(t, p.Press("Report"))
	if screen = p.Sees(); !strings.Contains(screen.Text, "Done.") || len(screen.Buttons) > 0 {
		t.Errorf("%+v", screen)
	}
	_, err := d.client.DeletePost(ctx, (<-answers).Id)
	must(t, err)
	if len(p.Direct()) != 0 {
		t.Error("what was deleted is still there")
	}
	channel, _, err := d.client.CreateDirectChannel(ctx, d.bot.ID, p.ID)
	must(t, err)
	// Of two steps that came at once, the last is read; the other stands above it.
	d.slash = func(url.Values) any {
		for _, text := range []string{"Hello.", "The answer."} {
			m := &model.Post{ChannelId: channel.Id, Message: text}
			model.ParseMessageAttachment(m, buttons(d.URL+"/press", "Go on"))
			m.Type = ""
			if _, _, err := d.client.CreatePost(ctx, m); err != nil {
				t.Error(err)
			}
		}
		return nil
	}
	must(t, p.Pick(""))
	if screen = p.Sees(); strings.Contains(screen.Text, "Hello.") || !strings.Contains(screen.Text, "The answer.") || len(p.Direct()) != 2 {
		t.Errorf("%+v", screen)
	}
	// A notice is not an answer.
	_, _, err = d.client.CreatePost(ctx, &model.Post{ChannelId: channel.Id, Message: "Look into it @here."})
	must(t, err)
	if list := p.Unasked(); len(list) != 1 || list[0].Private || len(list[0].Harm) != 1 {
		t.Errorf("%+v", list)
	}
}

// TestPersonReach: another one's buttons are forbidden, whether they are kept or
// ephemeral; his dialog is not, because its URL and state are in its user's hand.
func TestPersonReach(t *testing.T) {
	d := open(t, fake.Options{})
	pressed := 0
	d.slash = func(f url.Values) any {
		if f.Get("text") == "form" {
			if _, err := d.client.OpenInteractiveDialog(context.Background(), dialog(f.Get("trigger_id"), d.URL+"/submit")); err != nil {
				t.Error(err)
			}
			return nil
		}
		return model.CommandResponse{Text: "x", Attachments: buttons(d.URL+"/press", "Go on")}
	}
	d.press = func(model.PostActionIntegrationRequest) any { pressed++; return nil }
	var sent model.SubmitDialogRequest
	d.submit = func(r model.SubmitDialogRequest) any { sent = r; return nil }
	anna, mallory := d.srv.Seat("anna"), d.srv.Seat("mallory")
	must(t, anna.Pick(""))
	must(t, mallory.Reach(anna, "Go on"))
	if pressed != 0 {
		t.Error("another one's button was pressed")
	}
	must(t, anna.Pick("form"))
	f, ok := anna.Dialog()
	if !ok {
		t.Fatal("no dialog")
	}
	if _, err := mallory.Submit(f.URL, "never-opened", f.Dialog.State, map[string]any{"what": strings.Repeat("x", 20000)}); err != nil {
		t.Fatal(err)
	}
	if sent.UserId != mallory.ID || sent.State != "sealed" || len(sent.Submission["what"].(string)) != 20000 {
		t.Errorf("%+v", sent)
	}
	must(t, anna.Cancel())
	if sent.Type != "dialog_cancellation" || !sent.Cancelled {
		t.Errorf("%+v", sent)
	}
}

// TestDraw: what is harmful on a screen is named.
func TestDraw(t *testing.T) {
	d := open(t, fake.Options{})
	p := d.srv.Seat("anna")
	ctx := context.Background()
	channel, _, err := d.client.CreateDirectChannel(ctx, d.bot.ID, p.ID)
	must(t, err)
	for text, harm := range map[string]int{
		"plain": 0, "`@all` ```x```": 0, "@all and @anna, @nobody": 2, "~town-square ~nowhere": 1, "[x](https://a.example)": 1, "![x](https://a.example/i.png)": 1,
		"https://a.example": 1, "\\[x](https:\\//a.example) mail@here.example": 0, "```\n@all [x](y) https://a.example\n```": 0, "a\x1b[31mb": 1, "a\u202eb": 1,
	} {
		_, _, err := d.client.CreatePost(ctx, &model.Post{ChannelId: channel.Id, Message: text})
		must(t, err)
		list := p.Direct()
		if got := list[len(list)-1]; len(got.Harm) != harm {
			t.Errorf("%q: %q", text, got.Harm)
		}
	}
}
