package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPortable: what is put elsewhere is the same office, and reaches nothing of
// the first place.
func TestPortable(t *testing.T) {
	set, err := os.ReadFile("forms/workplace.toml")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	text := strings.Replace(office, `forms = "workplace"`, `forms = "questions/own.toml"`, 1) +
		"[backup]\nfolder = \"/srv/backups\"\nleaves = \"/srv/leaves\"\nkeep_days = 9\n[monitor]\nlisten = \"127.0.0.1:9464\"\n" +
		"[slack]\nmode = \"socket\"\nbot_token_file = \"/etc/ombra/slack-bot.token\"\napp_token_file = \"app.token\"\ndirect_messages = \"on\"\n"
	text = strings.Replace(text, `data = "data"`, `data = "/var/lib/office"`, 1)
	write := func(name string, text []byte) {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("a/ombra.toml", []byte(text))
	write("a/questions/own.toml", set)
	first, err := Load(filepath.Join(dir, "a/ombra.toml"))
	if err != nil {
		t.Fatal(err)
	}
	moved, forms := first.Portable()
	write("b/ombra.toml", []byte(moved))
	write("b/forms.toml", forms)
	second, err := Load(filepath.Join(dir, "b/ombra.toml"))
	if err != nil {
		t.Fatal(err)
	}
	if second.Office.Data != filepath.Join(dir, "b/data") || second.Backup != (Backup{KeepDays: 9}) || second.Monitor != (Monitor{}) {
		t.Errorf("%+v %+v %+v", second.Office, second.Backup, second.Monitor)
	}
	if second.Slack.BotTokenFile != filepath.Join(dir, "b/keys/slack-bot.token") || second.Slack.AppTokenFile != filepath.Join(dir, "b/keys/app.token") {
		t.Errorf("it finds the tokens of the first place: %+v", second.Slack)
	}
	second.Office.Data, second.Office.Forms = first.Office.Data, first.Office.Forms
	if got, _ := second.Portable(); got != moved {
		t.Error("it is another office")
	}
}
