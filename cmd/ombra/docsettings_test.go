package main

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"ombra/config"
)

// platformDocs are the pages that tell operators what to write and run, with the
// table of the configuration that each is about.
var platformDocs = map[string]string{"slack.md": "slack", "mattermost.md": "mattermost"}

var (
	settingName  = regexp.MustCompile(`^([a-z]+)\.([a-z_.]+)$`)
	settingValue = regexp.MustCompile(`^([a-z_]+) = `)
	bareSetting  = regexp.MustCompile(`^[a-z]+(_[a-z]+)+$`)
	tableName    = regexp.MustCompile(`^\[([a-z]+)(?:\..*)?\]$`)
)

// platformWords look like settings, and are the platforms' own.
var platformWords = []string{"response_url", "trigger_id", "ephemeral_text"}

func page(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../../docs", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// spans are the code spans of a page, outside its blocks.
func spans(text string) (all []string) {
	text = regexp.MustCompile("(?ms)^ *```.*?^ *```$").ReplaceAllString(text, "")
	for _, m := range regexp.MustCompile("`([^`\n]+)`").FindAllStringSubmatch(text, -1) {
		all = append(all, m[1])
	}
	return all
}

// keysOf lists the keys of a table, and of the tables in it.
func keysOf(t reflect.Type, at string, into map[string]bool) {
	for t.Kind() == reflect.Map || t.Kind() == reflect.Slice {
		t, at = t.Elem(), at+"*."
	}
	if t.Kind() != reflect.Struct {
		return
	}
	for i := range t.NumField() {
		key, _, _ := strings.Cut(t.Field(i).Tag.Get("toml"), ",")
		if key == "" || key == "-" {
			continue
		}
		into[at+key] = true
		keysOf(t.Field(i).Type, at+key+".", into)
	}
}

// isKey reports whether a name like gate.en.text is one of a setting.
func isKey(keys map[string]bool, name string) bool {
	parts := strings.Split(name, ".")
	if len(parts) == 3 {
		parts[1] = "*"
		name = parts[0] + ".*." + parts[2]
	}
	return keys[name]
}

// TestDocsNameSettings: every setting that a page names is one, in a sentence and
// in an example.
func TestDocsNameSettings(t *testing.T) {
	keys := map[string]bool{}
	keysOf(reflect.TypeFor[config.Config](), "", keys)
	if !isKey(keys, "gate.en.text") || !isKey(keys, "slack.mode") || isKey(keys, "slack.token") {
		t.Fatalf("the keys are not what they are: %v", keys)
	}
	for name, table := range platformDocs {
		text, seen := page(t, name), map[string]bool{}
		for _, s := range spans(text) {
			key := ""
			switch m := settingName.FindStringSubmatch(s); {
			case m != nil && keys[m[1]]:
				key = s
			case settingValue.MatchString(s):
				key = table + "." + settingValue.FindStringSubmatch(s)[1]
			case bareSetting.MatchString(s) && !slices.Contains(platformWords, s):
				key = table + "." + s
			case tableName.MatchString(s):
				key = tableName.FindStringSubmatch(s)[1]
			default:
				continue
			}
			if seen[key] = true; !isKey(keys, key) {
				t.Errorf("%s names the setting %s, which is none", name, s)
			}
		}
		if len(seen) < 3 {
			t.Errorf("%s names only %v", name, seen)
		}
		mustDecodeExamples(t, name, text)
	}
}

// mustDecodeExamples wants each block of settings to have known keys and types.
func mustDecodeExamples(t *testing.T, name, text string) {
	t.Helper()
	blocks := regexp.MustCompile("(?ms)^ *```toml\n(.*?)^ *```$").FindAllStringSubmatch(text, -1)
	for _, m := range blocks {
		var cfg config.Config
		meta, err := toml.Decode(m[1], &cfg)
		if err != nil {
			t.Errorf("%s: %v in\n%s", name, err, m[1])
			continue
		}
		for _, key := range meta.Undecoded() {
			t.Errorf("%s has %s in an example, which is no setting", name, key)
		}
		if len(meta.Keys()) < 2 {
			t.Errorf("%s: an example without settings:\n%s", name, m[1])
		}
	}
	if len(blocks) == 0 {
		t.Errorf("%s has no example", name)
	}
}

// TestDocsExamplesOfSlack: what the page gives as a whole table is one that is
// taken.
func TestDocsExamplesOfSlack(t *testing.T) {
	cfg := mustConfig(t)
	for _, m := range regexp.MustCompile("(?ms)^```toml\n(.*?)^```$").FindAllStringSubmatch(page(t, "slack.md"), -1) {
		if _, err := toml.Decode(m[1], cfg); err != nil || !cfg.Slack.On() {
			t.Fatalf("%v in\n%s", err, m[1])
		}
		if _, err := config.Parse("ombra.toml", []byte(config.Example(*cfg))); err != nil {
			t.Errorf("%v in\n%s", err, m[1])
		}
	}
}

// docCommand is one as a page writes it, in a sentence or on a line of its own.
var docCommand = regexp.MustCompile(`^ *(?:[A-Z_]+=\S+ )?(ombra(?: +[a-z-]+)+.*)$`)

// TestDocsNameCommands: every command of ombra that a page names is one, with its
// flags.
func TestDocsNameCommands(t *testing.T) {
	root := newRoot(newOptions())
	for name := range platformDocs {
		text, seen := page(t, name), 0
		lines := spans(text)
		for _, m := range regexp.MustCompile("(?ms)^ *```([a-z]*)\n(.*?)^ *```$").FindAllStringSubmatch(text, -1) {
			if m[1] == "" {
				lines = append(lines, strings.Split(m[2], "\n")...)
			}
		}
		for _, line := range lines {
			m := docCommand.FindStringSubmatch(line)
			if m == nil || strings.HasPrefix(m[1], "ombra-") {
				continue
			}
			seen++
			if wrong := unknownIn(root, m[1]); wrong != "" {
				t.Errorf("%s: %s: there is no %s", name, m[1], wrong)
			}
		}
		if seen < 2 {
			t.Errorf("%s names only %d commands", name, seen)
		}
	}
	for _, line := range []string{"ombra slack scopes", "ombra nothing", "ombra init --nothing x"} {
		if unknownIn(root, line) == "" {
			t.Errorf("%q is taken for a command", line)
		}
	}
}

// unknownIn is the first word of a command line that is no command or flag.
func unknownIn(root *cobra.Command, line string) string {
	line, _, _ = strings.Cut(line, "#")
	words := strings.Fields(line)[1:]
	cmd, _, err := root.Find(words)
	if err != nil || cmd == root {
		return words[0]
	}
	if cmd.HasSubCommands() {
		return "end to " + cmd.CommandPath()
	}
	for _, w := range words {
		flag, isFlag := strings.CutPrefix(w, "--")
		flag, _, _ = strings.Cut(flag, "=")
		known := func(flags *pflag.FlagSet) bool { return flags.Lookup(flag) != nil }
		if isFlag && !known(cmd.Flags()) && !known(cmd.InheritedFlags()) {
			return w
		}
	}
	return ""
}
