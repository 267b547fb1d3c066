package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ombra/config"
)

// TestMattermostSetupFails: what failed is said with what to do, and nothing claims
// that there was nothing to change.
func TestMattermostSetupFails(t *testing.T) {
	_, _, file := mustMattermost(t)
	t.Setenv("OMBRA_MM_ADMIN_TOKEN", "none")
	out, err := mattermostCommand(t, file)
	if err == nil || strings.Contains(out, "Nothing to change") {
		t.Errorf("%v\n%s", err, out)
	}
	f, ok := err.(*failure) //nolint:errorlint // as report sees it
	if !ok || f.code != exitFailed || !strings.Contains(f.words, "administrator's token") || f.hint == "" {
		t.Errorf("%#v", err)
	}
}

// TestCheckAsksEachPlatform: what lacks for one platform hides nothing of another.
func TestCheckAsksEachPlatform(t *testing.T) {
	_, _, file := mustMattermost(t)
	cfg, err := config.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Dir(file)
	cfg.Slack = config.Slack{Mode: "socket", BotTokenFile: filepath.Join(dir, "bot"), AppTokenFile: filepath.Join(dir, "app")}
	said := ""
	for _, f := range platformFindings(t.Context(), cfg) {
		said += f.What + "\n"
	}
	for _, want := range []string{cfg.Mattermost.TokenFile, cfg.Slack.BotTokenFile} {
		if !strings.Contains(said, "there is no "+want) {
			t.Errorf("nothing about %s:\n%s", filepath.Base(want), said)
		}
	}
}

// TestMattermostNotes: what check cannot see is said.
func TestMattermostNotes(t *testing.T) {
	cfg := mustConfig(t)
	if found := mattermostNotes(cfg, false); len(found) > 0 {
		t.Errorf("not on Mattermost: %+v", found)
	}
	cfg.Mattermost = config.Mattermost{URL: "https://chat.example"}
	if found := mattermostNotes(cfg, false); len(found) != 2 || found[0].Must || found[1].Must {
		t.Errorf("%+v", found)
	}
	cfg.Mattermost.Owner = "w7ys8ebutbyujqxbnbzqp9czbo"
	if found := mattermostNotes(cfg, true); len(found) > 0 {
		t.Errorf("served, and the owner known: %+v", found)
	}
}

// TestMattermostPeople: oversight is looked for like the ombudsmen.
func TestMattermostPeople(t *testing.T) {
	_, _, file := mustMattermost(t)
	cfg, err := config.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{cfg.Mattermost.TokenFile, cfg.Mattermost.SlashTokenFile, cfg.Mattermost.CallbackSecretFile} {
		if err := os.WriteFile(name, []byte("x\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cfg.Ombudsmen = map[string]config.Accounts{"anna": {Mattermost: "a"}, "bela": {}}
	cfg.Oversight = map[string]config.Accounts{"vera": {Mattermost: "v"}}
	o, err := mattermostOptions(cfg)
	if err != nil || len(o.People) != 2 || o.People["a"] != "anna" || o.People["v"] != "vera" {
		t.Errorf("%v %v", err, o.People)
	}
}
