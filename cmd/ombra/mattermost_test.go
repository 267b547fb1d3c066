package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/BurntSushi/toml"

	"ombra/adapters/mattermost/mattermostfake"
	"ombra/config"
)

// mustMattermost is an office beside a Mattermost server that is not there yet.
func mustMattermost(t *testing.T) (fake *mattermostfake.Server, admin mattermostfake.User, file string) {
	t.Helper()
	fake = mattermostfake.Start(t, mattermostfake.Options{})
	admin = fake.AddUser("root", mattermostfake.SystemAdmin)
	fake.Configure("ServiceSettings", "EnableBotAccountCreation", true)
	fake.Configure("ServiceSettings", "EnableUserAccessTokens", true)
	fake.Configure("ServiceSettings", "DisableBotsWhenOwnerIsDeactivated", false)
	fake.Configure("ServiceSettings", "AllowedUntrustedInternalConnections", "127.0.0.1")
	fake.Configure("EmailSettings", "PushNotificationContents", "generic")
	cfg := *mustConfig(t)
	address := freeAddress(t)
	cfg.Mattermost = config.Mattermost{
		URL: fake.URL(), TokenFile: "mm.token", SlashTokenFile: "mm.slash", CallbackSecretFile: "mm.secret",
		Listen: address, CallbackURL: "http://" + address,
	}
	file = filepath.Join(t.TempDir(), "ombra.toml")
	if err := os.WriteFile(file, []byte(config.Example(cfg)), 0o600); err != nil {
		t.Fatal(err)
	}
	return fake, admin, file
}

// freeAddress is one that nobody listens on just now: others test here too.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

func mattermostCommand(t *testing.T, file string, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	o := &options{config: file, in: strings.NewReader(""), out: &out, err: io.Discard, now: time.Now}
	cmd := newMattermost(o)
	cmd.SetArgs(append([]string{"setup"}, args...))
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	err := cmd.ExecuteContext(t.Context())
	return out.String(), err
}

// TestMattermostSetup: by hand first, then with an administrator's token, then again;
// and what it made serves an office.
func TestMattermostSetup(t *testing.T) {
	fake, admin, file := mustMattermost(t)
	t.Setenv("OMBRA_MM_ADMIN_TOKEN", "")
	out, err := mattermostCommand(t, file)
	if err != nil || !strings.Contains(out, "By hand") || !strings.Contains(out, "http://127.0.0.1:") {
		t.Fatalf("%v\n%s", err, out)
	}
	if len(fake.Callouts()) > 0 {
		t.Error("it reached the server")
	}
	t.Setenv("OMBRA_MM_ADMIN_TOKEN", admin.Token)
	if out, err = mattermostCommand(t, file); err != nil || !strings.Contains(out, "made the bot @ombra") {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, name := range []string{"mm.token", "mm.slash", "mm.secret"} {
		path := filepath.Join(filepath.Dir(file), name)
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", name, info, err)
		}
		if text, _ := os.ReadFile(path); name != "mm.secret" && strings.Contains(out, strings.TrimSpace(string(text))) {
			t.Errorf("what it prints has the secret of %s in it", name)
		}
	}
	if !strings.Contains(out, "MEND    whoever has the role team_admin may manage slash commands") || !strings.Contains(out, "mmctl permissions remove team_admin ") {
		t.Errorf("it does not say who may manage slash commands:\n%s", out)
	}
	fake.SetPermissions("team_admin", "manage_team") // as it says
	owner := `owner = "` + admin.ID + `"`
	if !strings.Contains(out, owner) {
		t.Errorf("it does not say who owns the bot:\n%s", out)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text = bytes.Replace(text, []byte("[mattermost]\n"), []byte("[mattermost]\n"+owner+"\n"), 1)
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err = mattermostCommand(t, file); err != nil || out != "Nothing to change.\n" {
		t.Errorf("again: %v\n%s", err, out)
	}
	mustServeMattermost(t, fake, file)
}

func mustServeMattermost(t *testing.T, fake *mattermostfake.Server, file string) {
	t.Helper()
	restoreLogs(t)
	cfg, err := config.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := createOffice(t.Context(), cfg, time.Now); err != nil {
		t.Fatal(err)
	}
	of, err := openOffice(t.Context(), cfg, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	mustAppoint(t, of, "anna")
	log := &lines{}
	o := &options{in: strings.NewReader(""), out: io.Discard, err: log, now: time.Now}
	s, err := o.newServer(t.Context(), of)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ready, done := make(chan struct{}), make(chan error, 1)
	go func() { done <- s.run(ctx, func() { close(ready) }) }()
	<-ready
	p := greeted(t, fake, "staff")
	if err := p.Pick("report"); err != nil || !strings.Contains(p.Sees().Text, "is anyone in danger now") && !strings.Contains(p.Sees().Text, "Is anyone in danger now") {
		t.Errorf("%v: %s", err, p.Sees().Text)
	}
	for _, f := range s.chats["mattermost"].Check(t.Context()) {
		t.Errorf("%s: %s", f.What, f.Mend)
	}
	stop()
	if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if strings.Contains(log.String(), logForeign) || strings.Contains(log.String(), p.ID) {
		t.Errorf("the log:\n%s", log)
	}
}

// greeted is somebody who has opened the conversation with the bot and was told what
// Mattermost keeps: that comes over the socket, and so at no certain moment.
func greeted(t *testing.T, fake *mattermostfake.Server, name string) *mattermostfake.Person {
	t.Helper()
	p := fake.Seat(name)
	client := fake.Client(p.Token)
	ombra, _, err := client.GetUserByUsername(t.Context(), "ombra", "")
	if err != nil {
		t.Fatal(err)
	}
	bot := mattermostfake.User{ID: ombra.Id}
	inTime(t, "the socket", func() bool { return fake.Sockets(bot) > 0 })
	if _, _, err := client.CreateDirectChannel(t.Context(), p.ID, bot.ID); err != nil {
		t.Fatal(err)
	}
	inTime(t, "the greeting", func() bool { return len(p.Direct()) > 0 })
	return p
}

// inTime waits until something holds.
func inTime(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for until := time.After(10 * time.Second); !holds(); {
		select {
		case <-until:
			t.Fatalf("%s never came", what)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// TestDocsExamplesOfMattermost: what the page gives as a whole table is one that is
// taken.
func TestDocsExamplesOfMattermost(t *testing.T) {
	tables := 0
	for _, m := range regexp.MustCompile("(?ms)^ *```toml\n(.*?)^ *```$").FindAllStringSubmatch(page(t, "mattermost.md"), -1) {
		cfg := mustConfig(t)
		if _, err := toml.Decode(m[1], cfg); err != nil {
			t.Fatalf("%v in\n%s", err, m[1])
		}
		if cfg.Mattermost.On() {
			tables++
		}
		if _, err := config.Parse("ombra.toml", []byte(config.Example(*cfg))); err != nil {
			t.Errorf("%v in\n%s", err, m[1])
		}
	}
	if tables != 2 {
		t.Errorf("%d tables", tables)
	}
}
