package main

import (
	"bytes"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"ombra/config"
	"ombra/crypto"
)

var (
	typedLine = regexp.MustCompile(`(?m)^(?:sudo -u ombra )?((?:ombra|ombra-desk) [^\n]*)$`)
	typedSpan = regexp.MustCompile("`((?:ombra|ombra-desk) [^`]+)`")
	tomlBlock = regexp.MustCompile("(?ms)^```\n(\\[[a-z]+\\]\n.*?)^```$")
)

// TestOperationsNamesCommands: whatever the page tells an operator to type is
// there, flags and all.
func TestOperationsNamesCommands(t *testing.T) {
	text, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	desk := mustDesk(t)
	seen := map[string]bool{}
	for _, m := range append(typedLine.FindAllStringSubmatch(string(text), -1), typedSpan.FindAllStringSubmatch(string(text), -1)...) {
		words := strings.Fields(m[1])
		if words[0] == "ombra-desk" {
			checkDesk(t, desk, words[1:])
			continue
		}
		cmd, rest, err := newRoot(newOptions()).Find(words[1:])
		if err != nil || cmd.Name() == "ombra" || len(cmd.Commands()) > 0 && len(rest) > 0 && !strings.HasPrefix(rest[0], "-") {
			t.Errorf("there is no command %q", m[1])
			continue
		}
		seen[cmd.CommandPath()] = true
		for _, w := range rest {
			name, isFlag := strings.CutPrefix(w, "--")
			name, _, _ = strings.Cut(name, "=")
			var flag *pflag.Flag
			if isFlag {
				if flag = cmd.Flags().Lookup(name); flag == nil {
					flag = cmd.InheritedFlags().Lookup(name)
				}
				if flag == nil {
					t.Errorf("%q has no --%s", cmd.CommandPath(), name)
				}
			}
		}
	}
	for _, want := range []string{
		"ombra init", "ombra check", "ombra serve", "ombra backup", "ombra restore", "ombra log checkpoint", "ombra roster add",
		"ombra roster away", "ombra roster back", "ombra roster until", "ombra roster remove",
	} {
		if !seen[want] {
			t.Errorf("the page does not name %q", want)
		}
	}
}

func checkDesk(t *testing.T, desk string, words []string) {
	t.Helper()
	var names []string
	for _, w := range words {
		if strings.HasPrefix(w, "-") || strings.ContainsAny(w, ".ABCDEFGHIJKLMNOPQRSTUVWXYZ") {
			break
		}
		names = append(names, w)
	}
	help, err := exec.CommandContext(t.Context(), desk, append(names, "--help")...).CombinedOutput()
	if err != nil || !bytes.Contains(help, []byte("ombra-desk "+strings.Join(names, " "))) {
		t.Errorf("there is no ombra-desk %v: %v", names, err)
	}
	for _, w := range words {
		if strings.HasPrefix(w, "--") && !bytes.Contains(help, []byte(w)) {
			t.Errorf("ombra-desk %v has no %s", names, w)
		}
	}
}

// TestOperationsSettings: the settings on the page are taken.
func TestOperationsSettings(t *testing.T) {
	text, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := tomlBlock.FindAllStringSubmatch(string(text), -1)
	if len(blocks) != 2 {
		t.Fatalf("%d blocks", len(blocks))
	}
	cfg := mustConfig(t)
	id, err := crypto.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	whole, _, _ := strings.Cut(config.Example(*cfg), "[backup]")
	for _, b := range blocks {
		whole += strings.ReplaceAll(b[1], "age1pq1…", id.Recipient().String())
	}
	if _, err := config.Parse("ombra.toml", []byte(whole)); err != nil {
		t.Error(err)
	}
}
