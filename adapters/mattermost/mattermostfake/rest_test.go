package mattermostfake_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"

	fake "ombra/adapters/mattermost/mattermostfake"
)

// refused requires a status and the id of an error.
func refused(t *testing.T, what string, err error, status int, id string) {
	t.Helper()
	var app *model.AppError
	if !errors.As(err, &app) || app.StatusCode != status || app.Id != id {
		t.Errorf("%s: %v, want %d %s", what, err, status, id)
	}
}

// TestPermissions: what a plain bot may not.
func TestPermissions(t *testing.T) {
	d := open(t, fake.Options{})
	ctx := context.Background()
	anna, bela := d.srv.AddUser("anna"), d.srv.AddUser("bela")
	p := say(t, d, anna, "a secret")
	const forbidden = "api.context.permissions.app_error"
	_, _, err := d.client.CreatePostEphemeral(ctx, &model.PostEphemeral{UserID: anna.ID, Post: &model.Post{ChannelId: p.ChannelId, Message: "x"}})
	refused(t, "ephemeral", err, 403, forbidden)
	_, err = d.client.DeletePost(ctx, p.Id)
	refused(t, "delete of another's post", err, 403, forbidden)
	_, _, err = d.client.PatchPost(ctx, p.Id, &model.PostPatch{Message: &anna.Name})
	refused(t, "edit of another's post", err, 403, forbidden)
	_, _, err = d.client.CreateCommand(ctx, &model.Command{TeamId: d.srv.TeamID(), Trigger: "x", URL: d.URL, Method: "P"})
	refused(t, "command", err, 403, forbidden)
	_, _, err = d.client.CreateBot(ctx, &model.Bot{Username: "x"})
	refused(t, "bot", err, 403, forbidden)
	_, _, err = d.client.CreateUserAccessToken(ctx, d.bot.ID, "x", 0)
	refused(t, "token", err, 403, forbidden)
	_, _, err = d.client.GetConfig(ctx)
	refused(t, "config", err, 403, forbidden)
	_, _, err = d.srv.Client(bela.Token).GetPost(ctx, p.Id, "")
	refused(t, "another's direct channel", err, 403, forbidden)
	_, _, err = d.srv.Client("").GetMe(ctx, "")
	refused(t, "no session", err, 401, "api.context.session_expired.app_error")
	// With the permission in everybody's role it may, as recorded.
	admin := d.srv.Client(d.admin.Token)
	role, _, err := admin.GetRoleByName(ctx, "system_user")
	must(t, err)
	permissions := append(role.Permissions, "create_post_ephemeral")
	_, _, err = admin.PatchRole(ctx, role.Id, &model.RolePatch{Permissions: &permissions})
	must(t, err)
	_, _, err = d.client.CreatePostEphemeral(ctx, &model.PostEphemeral{UserID: anna.ID, Post: &model.Post{ChannelId: p.ChannelId, Message: "x"}})
	must(t, err)
	// An administrator reads every direct channel.
	if seen, _, err := admin.GetPost(ctx, p.Id, ""); err != nil || seen.Message != "a secret" {
		t.Errorf("%v", err)
	}
}

// TestLimits: of a post, of a file.
func TestLimits(t *testing.T) {
	d := open(t, fake.Options{MaxFile: 1000})
	ctx := context.Background()
	anna := d.srv.AddUser("anna")
	c := d.srv.Client(anna.Token)
	p := say(t, d, anna, strings.Repeat("ß", 16383))
	_, _, err := c.CreatePost(ctx, &model.Post{ChannelId: p.ChannelId, Message: strings.Repeat("x", 16384)})
	refused(t, "a long post", err, 400, "model.post.is_valid.msg.app_error")
	_, _, err = c.CreatePost(ctx, &model.Post{ChannelId: p.ChannelId})
	if err == nil {
		t.Error("an empty post")
	}
	_, _, err = c.UploadFile(ctx, make([]byte, 1000), p.ChannelId, "a.bin")
	must(t, err)
	_, _, err = c.UploadFile(ctx, make([]byte, 1001), p.ChannelId, "a.bin")
	refused(t, "a large file", err, 413, "api.file.upload_file.too_large_detailed.app_error")
}

// TestFiles: one that was not posted is its sender's alone; one that was, the
// channel's, until the post is deleted.
func TestFiles(t *testing.T) {
	d := open(t, fake.Options{})
	ctx := context.Background()
	anna := d.srv.AddUser("anna")
	c := d.srv.Client(anna.Token)
	channel := say(t, d, anna, "x").ChannelId
	up, _, err := c.UploadFile(ctx, []byte("one"), channel, "../one.TXT")
	must(t, err)
	info := up.FileInfos[0]
	if info.Name != "one.TXT" || info.Extension != "txt" || info.Size != 3 || info.PostId != "" {
		t.Errorf("%+v", info)
	}
	_, _, err = d.client.GetFile(ctx, info.Id)
	refused(t, "a file that was not posted", err, 403, "api.context.permissions.app_error")
	p, _, err := c.CreatePost(ctx, &model.Post{ChannelId: channel, FileIds: model.StringArray{info.Id}})
	must(t, err)
	if again, _, err := c.CreatePost(ctx, &model.Post{ChannelId: channel, Message: "again", FileIds: model.StringArray{info.Id}}); err != nil || len(again.FileIds) > 0 {
		t.Error("a file is in two posts")
	}
	if b, _, err := d.client.GetFile(ctx, info.Id); err != nil || string(b) != "one" {
		t.Errorf("%q, %v", b, err)
	}
	if i, _, err := d.client.GetFileInfo(ctx, info.Id); err != nil || i.PostId != p.Id {
		t.Errorf("%+v, %v", i, err)
	}
	_, err = c.DeletePost(ctx, p.Id)
	must(t, err)
	for _, client := range []*model.Client4{c, d.client, d.srv.Client(d.admin.Token)} {
		_, _, err = client.GetFile(ctx, info.Id)
		refused(t, "a deleted file", err, 404, "app.file_info.get.app_error")
	}
	raw, _, err := c.UploadFileAsRequestBody(ctx, []byte("raw"), channel, "raw.bin")
	if err != nil || raw.FileInfos[0].Name != "raw.bin" {
		t.Errorf("%v", err)
	}
}

// TestPages: posts come newest first, page by page.
func TestPages(t *testing.T) {
	d := open(t, fake.Options{})
	anna := d.srv.AddUser("anna")
	var channel string
	for _, text := range []string{"1", "2", "3"} {
		channel = say(t, d, anna, text).ChannelId
	}
	list, _, err := d.client.GetPostsForChannel(context.Background(), channel, 0, 2, "", false, false)
	must(t, err)
	if len(list.Order) != 2 || list.Posts[list.Order[0]].Message != "3" || list.PrevPostId == "" {
		t.Errorf("%+v", list)
	}
	list, _, err = d.client.GetPostsForChannel(context.Background(), channel, 1, 2, "", false, false)
	must(t, err)
	if len(list.Order) != 1 || list.Posts[list.Order[0]].Message != "1" || list.PrevPostId != "" {
		t.Errorf("%+v", list)
	}
}

// TestSetup: what an administrator does to make the bot, and what stands in the
// way on a server as installed.
func TestSetup(t *testing.T) {
	d := open(t, fake.Options{})
	ctx := context.Background()
	admin := d.srv.Client(d.admin.Token)
	d.srv.Configure("ServiceSettings", "EnableBotAccountCreation", false)
	_, _, err := admin.CreateBot(ctx, &model.Bot{Username: "other", DisplayName: "Other", Description: "An office"})
	refused(t, "bot", err, 403, "api.bot.create_disabled")
	on := true
	config := &model.Config{}
	config.ServiceSettings.EnableBotAccountCreation = &on
	patched, _, err := admin.PatchConfig(ctx, config)
	must(t, err)
	if !*patched.ServiceSettings.EnableBotAccountCreation || *patched.FileSettings.MaxFileSize != 100<<20 {
		t.Error("the patch changed too little, or too much")
	}
	made, _, err := admin.CreateBot(ctx, &model.Bot{Username: "other", DisplayName: "Other", Description: "An office"})
	must(t, err)
	if made.OwnerId != d.admin.ID || made.DisplayName != "Other" {
		t.Errorf("%+v", made)
	}
	token, _, err := admin.CreateUserAccessToken(ctx, made.UserId, "for ombra", 0)
	must(t, err)
	me, _, err := d.srv.Client(token.Token).GetMe(ctx, "")
	if err != nil || me.Id != made.UserId || !me.IsBot || me.Username != "other" {
		t.Errorf("%+v, %v", me, err)
	}
	_, err = admin.RevokeUserAccessToken(ctx, token.Id)
	must(t, err)
	_, resp, _ := d.srv.Client(token.Token).GetMe(ctx, "")
	if resp.StatusCode != 401 {
		t.Errorf("a revoked token: %d", resp.StatusCode)
	}
	_, _, err = admin.DisableBot(ctx, made.UserId)
	must(t, err)
	_, resp, _ = admin.GetBot(ctx, made.UserId, "")
	if resp.StatusCode != 404 {
		t.Errorf("a disabled bot: %d", resp.StatusCode)
	}
	if found, _, err := admin.GetUserByUsername(ctx, "ombra", ""); err != nil || found.Id != d.bot.ID {
		t.Errorf("%v", err)
	}
	list, _, err := admin.ListCommands(ctx, d.srv.TeamID(), true)
	if err != nil || len(list) != 1 || list[0].Token != d.cmd.Token {
		t.Errorf("%v", err)
	}
	_, _, err = admin.CreateCommand(ctx, &model.Command{TeamId: d.srv.TeamID(), Trigger: "Ombra", URL: d.URL, Method: "P"})
	refused(t, "a second command", err, 400, "api.command.duplicate_trigger.app_error")
	fresh, _, err := admin.RegenCommandToken(ctx, d.cmd.Id)
	if err != nil || fresh == d.cmd.Token {
		t.Errorf("%v", err)
	}
	list[0].URL = d.URL + "/other"
	if updated, _, err := admin.UpdateCommand(ctx, list[0]); err != nil || updated.URL != d.URL+"/other" || updated.Token != fresh {
		t.Errorf("%+v, %v", updated, err)
	}
}

// TestPing: the version stands in a header; the client configuration is refused
// to today's client by old servers.
func TestPing(t *testing.T) {
	for version, want := range map[string]int{"5.37.0": 501, "9.9.0": 501, "10.11.0": 200} {
		d := open(t, fake.Options{Version: version})
		status, resp, err := d.srv.Client("").GetPing(context.Background())
		if err != nil || status != "OK" || !strings.HasPrefix(resp.ServerVersion, version+".") {
			t.Errorf("%s: %s, %s, %v", version, status, resp.ServerVersion, err)
		}
		if _, resp, _ := d.client.GetClientConfig(context.Background(), ""); resp.StatusCode != want {
			t.Errorf("%s: %d", version, resp.StatusCode)
		}
		_, resp, _ = d.client.GetChannelsForUserWithLastDeleteAt(context.Background(), d.bot.ID, 0)
		if (resp.StatusCode == 404) != (version == "5.37.0") {
			t.Errorf("%s: %d", version, resp.StatusCode)
		}
	}
}
