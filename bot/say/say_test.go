package say

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode"

	"github.com/BurntSushi/toml"
	"github.com/google/go-cmp/cmp"
)

var slot = regexp.MustCompile(`\{[a-z_]+\}`)

func slots(phrase string) []string {
	s := slot.FindAllString(phrase, -1)
	slices.Sort(s)
	return slices.Compact(s)
}

// Every phrase of every language: it can be shown, its slots are well formed
// and the same as in English, and English has it.
func TestCatalogs(t *testing.T) {
	for _, lang := range Langs() {
		for key, phrase := range all[lang].phrases {
			english, ok := all["en"].phrases[key]
			if !ok {
				t.Errorf("%s: %s is not in English", lang, key)
			}
			if diff := cmp.Diff(slots(english), slots(phrase)); diff != "" {
				t.Errorf("%s: %s has other slots: %s", lang, key, diff)
			}
			if rest := slot.ReplaceAllString(phrase, ""); strings.ContainsAny(rest, "{}") {
				t.Errorf("%s: %s has a broken slot", lang, key)
			}
			if strings.TrimSpace(phrase) == "" {
				t.Errorf("%s: %s is empty", lang, key)
			}
			if strings.ContainsFunc(phrase, func(r rune) bool {
				return r != '\n' && unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)
			}) {
				t.Errorf("%s: %s holds a control character", lang, key)
			}
		}
	}
	if len(In("en").Missing()) != 0 {
		t.Error("English is not complete")
	}
}

// The decoder drops a phrase that stands above the first table without a word,
// so the files themselves are looked at.
func TestEveryPhraseIsInATable(t *testing.T) {
	paths, err := fs.Glob(catalogs, "*/*.toml")
	if err != nil || len(paths) == 0 {
		t.Fatal("no catalogs", err)
	}
	for _, p := range paths {
		var top map[string]any
		if _, err := toml.DecodeFS(catalogs, p, &top); err != nil {
			t.Fatal(err)
		}
		for name, table := range top {
			if _, ok := table.(map[string]any); !ok {
				t.Errorf("%s: %s stands above the first table", p, name)
			}
		}
	}
}

// The words that people type at a prompt are single ones and differ, in each
// language and from the English ones, which are always understood.
func TestTypedWordsDiffer(t *testing.T) {
	for _, lang := range Langs() {
		meaning := map[string]string{}
		for _, l := range []string{"en", lang} {
			for _, key := range []string{"cancel", "back", "send", "yes", "no", "quit", "file"} {
				word := strings.ToLower(In(l).Get("prompt." + key))
				if other, taken := meaning[word]; taken && other != key {
					t.Errorf("%s: %q means %s and %s", lang, word, other, key)
				}
				if strings.ContainsFunc(word, unicode.IsSpace) {
					t.Errorf("%s: %q is more than one word", lang, word)
				}
				meaning[word] = key
			}
		}
	}
}

func mustLoadText(tb testing.TB, files map[string]string) map[string]Words {
	tb.Helper()
	m := fstest.MapFS{}
	for name, text := range files {
		m[name] = &fstest.MapFile{Data: []byte(text)}
	}
	loaded, err := load(m)
	if err != nil {
		tb.Fatal(err)
	}
	return loaded
}

func TestFallback(t *testing.T) {
	loaded := mustLoadText(t, map[string]string{
		"en/a.toml": "[a]\nx = 'X'\ny = ' Y '\n[b]\nz = 'Z'",
		"de/a.toml": "[a]\nx = 'Iks'",
	})
	de := loaded["de"]
	if got := de.Get("a.x") + de.Get("a.y") + de.Get("b.z"); got != "IksYZ" {
		t.Errorf("got %q", got)
	}
	if diff := cmp.Diff([]string{"a.y", "b.z"}, de.Missing()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"a.x", "a.y", "b.z"}, de.Keys()); diff != "" {
		t.Error(diff)
	}
	if !de.Has("b.z") || de.Has("b.y") || de.Lang() != "de" {
		t.Error("Has or Lang")
	}
}

func TestIn(t *testing.T) {
	for _, lang := range []string{"", "en", "EN-gb", "tlh", "../en", "en\x00"} {
		if got := In(lang).Lang(); got != "en" {
			t.Errorf("%q: got %q", lang, got)
		}
	}
}

func TestSlots(t *testing.T) {
	w := mustLoadText(t, map[string]string{"en/a.toml": "[a]\nx = '{one} and {two} and {one}'"})["en"]
	// What looks like a slot in a value is somebody's words.
	if got := w.Get("a.x", "one", "{two}", "two", "{one}"); got != "{two} and {one} and {two}" {
		t.Errorf("got %q", got)
	}
}

func TestProgrammersMistakes(t *testing.T) {
	w := mustLoadText(t, map[string]string{"en/a.toml": "[a]\nx = '{one}'"})["en"]
	odd := strings.Fields("one") // so that no linter sees it
	for name, f := range map[string]func(){
		"unknown phrase": func() { w.Get("a.y") },
		"odd slots":      func() { w.Get("a.x", odd...) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			f()
		})
	}
}

func TestBadCatalogs(t *testing.T) {
	for name, files := range map[string]fstest.MapFS{
		"twice":    {"en/a.toml": {Data: []byte("[a]\nx='1'")}, "en/b.toml": {Data: []byte("[a]\nx='1'")}},
		"no TOML":  {"en/a.toml": {Data: []byte("[a")}},
		"a number": {"en/a.toml": {Data: []byte("[a]\nx=1")}},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := load(files); err == nil {
				t.Error("loaded")
			}
		})
	}
}
