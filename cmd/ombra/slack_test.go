package main

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ombra/adapters/slack/slackfake"
	"ombra/bot/bottest"
	catalog "ombra/bot/say"
	"ombra/config"
)

// A workspace is an office of its own process in a Slack of this one, set up as
// docs/slack.md says.
type workspace struct {
	*served
	fake   *slackfake.Server
	listen string
}

// ombra runs the program and returns what it prints, and whether it succeeded.
func ombra(t *testing.T, args ...string) (out string, ok bool) {
	t.Helper()
	var both bytes.Buffer
	cmd := exec.Command("ombra", args...)
	cmd.Stdout, cmd.Stderr = &both, &both
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return both.String(), err == nil
}

// mustWorkspace makes the office, edits its configuration, makes the app from what
// the program prints, and stores its secrets.
func mustWorkspace(t *testing.T, mode string) *workspace {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "o")
	w := &workspace{served: &served{t: t, file: filepath.Join(dir, "ombra.toml")}, listen: freeAddress(t)}
	if out, ok := ombra(
		t, "init", "--test", "--origin", "ombud.example.org", "--name", "Test office", "--time-zone", "Europe/Vienna",
		"--profile", "grm", "--slack", "yes", "--direct-messages", "on", dir,
	); !ok {
		t.Fatal(out)
	}
	if mode == "http" {
		w.edit(`mode = "socket"`, `mode = "http"`, `app_token_file = `, `# app_token_file = `, `# signing_secret_file = `, `signing_secret_file = `,
			`# listen = "127.0.0.1:8087"`, `listen = "`+w.listen+`"`, `# url = "https`, `url = "https`)
	}
	manifest, ok := ombra(t, "slack", "manifest", "-c", w.file)
	if !ok {
		t.Fatal(manifest)
	}
	var err error
	if w.fake, err = slackfake.New(slackfake.Options{Manifest: []byte(manifest)}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.fake.Close() })
	w.edit(`# api_url = "http://127.0.0.1:9000/api/"`, `api_url = "`+w.fake.API()+`"`)
	if w.cfg, err = config.Load(w.file); err != nil {
		t.Fatal(err)
	}
	w.inside(func(o *office) { mustAppoint(t, o, "anna") })
	return w
}

// edit changes the configuration, each old by its new.
func (w *workspace) edit(pairs ...string) {
	w.t.Helper()
	text, err := os.ReadFile(w.file)
	if err != nil {
		w.t.Fatal(err)
	}
	for i := 0; i < len(pairs); i += 2 {
		if strings.Count(string(text), "\n"+pairs[i]) != 1 {
			w.t.Fatalf("the configuration has not one %q", pairs[i])
		}
	}
	for i := 0; i < len(pairs); i += 2 {
		text = []byte(strings.Replace(string(text), "\n"+pairs[i], "\n"+pairs[i+1], 1))
	}
	if err := os.WriteFile(w.file, text, 0o600); err != nil {
		w.t.Fatal(err)
	}
}

func (w *workspace) keep(name, secret string) {
	w.t.Helper()
	file := filepath.Join(filepath.Dir(w.file), name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o700), os.WriteFile(file, []byte(secret+"\n"), 0o600)); err != nil {
		w.t.Fatal(err)
	}
}

// checks runs check, and wants lines in what it says and whether something is to
// be mended.
func (w *workspace) checks(well bool, want ...string) {
	w.t.Helper()
	out, ok := ombra(w.t, "check", "-c", w.file)
	for _, line := range want {
		if !strings.Contains(out, line) {
			w.t.Errorf("check does not say %q:\n%s", line, out)
		}
	}
	if ok != well || well == strings.Contains(out, "MEND") {
		w.t.Errorf("check is well: %v, want %v:\n%s", ok, well, out)
	}
}

// TestSlackOffice: from nothing to a report that is filed, and back with the
// receipt, over both ways; check says what lacks on the way, and the signal of a
// service manager ends it.
func TestSlackOffice(t *testing.T) {
	for _, mode := range []string{"socket", "http"} {
		t.Run(mode, func(t *testing.T) {
			w := mustWorkspace(t, mode)
			w.checks(false, "MEND  there is no ", "keys/slack-bot.token", "docs/slack.md")
			w.keep("keys/slack-bot.token", "xoxb-wrong")
			w.keep("keys/slack-app.token", w.fake.AppToken())
			w.keep("keys/slack.secret", w.fake.SigningSecret())
			w.checks(false, "MEND  "+catalog.In("en").Get("slack.check-bot-token"))
			w.keep("keys/slack-bot.token", w.fake.BotToken())
			w.checks(false, "anna has no account")
			w.edit("# [ombudsmen.anna]\n# terminal = \"anna\"", "[ombudsmen.anna]\nslack = \""+w.fake.Team()+"/"+w.fake.Person("anna").ID()+"\"")
			w.checks(true)
			w.story(mode)
		})
	}
}

func (w *workspace) story(mode string) {
	t := w.t
	t.Helper()
	server, stderr := w.mustStart()
	if mode == "http" {
		w.fake.SetRequestURL("http://" + w.listen + "/slack")
		if err := w.fake.VerifyURL(); err != nil {
			t.Fatal(err)
		}
	} else {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if !w.fake.WaitForConnections(ctx, 2) {
			t.Fatal("no two connections")
		}
	}
	say := catalog.In("en")
	dora := w.fake.Person("dora-of-accounting")
	for _, err := range []error{
		dora.Home(), dora.Press(say.Get("verb.report")), dora.Press(say.Get("gate.go-on")), dora.Send(filled(dora.View())),
	} {
		if err != nil {
			t.Fatalf("%v: %s", err, dora.Sees().Text)
		}
	}
	receipt, err := bottest.ReceiptOn(dora.Sees())
	if err != nil {
		t.Fatalf("%v: %s", err, dora.Sees().Text)
	}
	if err := errors.Join(dora.Dismiss(), dora.Shortcut("case"), dora.Send(url.Values{"receipt": {receipt}})); err != nil {
		t.Fatal(err)
	}
	if s := dora.Sees(); !s.Private || !s.Has(say.Get("stage.received")) {
		t.Errorf("the receipt shows: %s", s.Text)
	}
	w.checks(true)
	w.fake.Person("anna").Becomes(slackfake.Deactivated)
	w.checks(false, "MEND  "+say.Get("slack.check-deactivated", "name", "anna"), say.Get("slack.mend-deactivated", "name", "anna"))
	mustStop(t, server, stderr)
	inTime(t, "the end of all connections", func() bool { return w.fake.Connections() == 0 })
	w.mustKnowNobody(stderr.String(), receipt)
}

// filled answers what a form has to be told.
func filled(view map[string]any) url.Values {
	values := url.Values{}
	blocks, _ := view["blocks"].([]any)
	for _, b := range blocks {
		block, _ := b.(map[string]any)
		e, _ := block["element"].(map[string]any)
		if name, _ := block["block_id"].(string); e != nil && block["optional"] != true && e["initial_option"] == nil {
			values.Set(name, "The tool hit a clinic.")
			if options, _ := e["options"].([]any); len(options) > 0 {
				first, _ := options[0].(map[string]any)
				values.Set(name, first["value"].(string))
			}
		}
	}
	return values
}

// mustKnowNobody looks through the log and what is on disk for whom the workspace
// knows. The configuration beside it names the ombudsman.
func (w *workspace) mustKnowNobody(log, receipt string) {
	t := w.t
	t.Helper()
	scan := bottest.NewScanner()
	scan.Know("the receipt", receipt)
	known := 0
	for _, n := range w.fake.Names() {
		if len(n.Value) >= 8 {
			scan.Know(n.What, n.Value)
			known++
		}
	}
	found := scan.String("the log", log)
	disk, err := scan.FS("the office", os.DirFS(w.cfg.Office.Data))
	if lines := bottest.Lines(append(found, disk...)); lines != "" || err != nil || known < 5 {
		t.Errorf("%d names: %v %s", known, err, lines)
	}
	if strings.Contains(log, logForeign) || !strings.Contains(log, logStopped) {
		t.Errorf("the log:\n%s", log)
	}
	if _, err := os.Stat(path(w.cfg, "ombra.db-wal")); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the journal was not moved into the database")
	}
}

// TestSlackNotes: what a switch costs is said, and is no fault.
func TestSlackNotes(t *testing.T) {
	for name, test := range map[string]struct {
		slack config.Slack
		mm    config.Mattermost
		want  string
	}{
		"not there":          {},
		"all on":             {slack: config.Slack{Mode: "socket"}},
		"buttons":            {slack: config.Slack{Mode: "socket", DirectMessages: "buttons"}},
		"no files":           {slack: config.Slack{Mode: "socket", Attachments: "off"}, want: "slack.attachments is off"},
		"another way beside": {slack: config.Slack{Mode: "socket", Attachments: "off"}, mm: config.Mattermost{URL: "https://chat.example"}},
	} {
		cfg := mustConfig(t)
		cfg.Slack, cfg.Mattermost = test.slack, test.mm
		found := slackNotes(cfg)
		if test.want == "" && len(found) > 0 || test.want != "" && (len(found) != 1 || found[0].Must || !strings.Contains(found[0].What, test.want)) {
			t.Errorf("%s: %+v", name, found)
		}
	}
}
