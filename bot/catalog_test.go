package bot

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"ombra/bot/say"
)

// TestPhrasesExist: every key that stands in the code is in the catalog. Keys
// that are put together are walked by the story and the table tests.
func TestPhrasesExist(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) < 10 {
		t.Fatalf("found %d files: %v", len(files), err)
	}
	key := regexp.MustCompile(`Get\("([a-z]+\.[a-z-]*[a-z])"[,)]`)
	found := 0
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range key.FindAllStringSubmatch(string(text), -1) {
			found++
			if !say.In("en").Has(m[1]) {
				t.Errorf("%s: no phrase %s", f, m[1])
			}
		}
	}
	if found < 50 {
		t.Errorf("only %d phrases looked up: the pattern is wrong", found)
	}
}

// TestRefusalsFitAField: what can be wrong with a file that is handed in through a
// form stands at its field, whole.
func TestRefusalsFitAField(t *testing.T) {
	above := []string{"error.nobody", "error.seal-again", "error.left-in"} // these are about the filing, and stand above it
	for _, lang := range say.Langs() {
		found := 0
		for _, key := range say.In(lang).Keys() {
			if !strings.HasPrefix(key, "refused.") && !strings.HasPrefix(key, "error.") || slices.Contains(above, key) {
				continue
			}
			found++
			if n := utf8.RuneCountInString(say.In(lang).Get(key)); n > MaxField {
				t.Errorf("%s, %s: %d runes, at most %d fit", lang, key, n, MaxField)
			}
		}
		if found < 60 {
			t.Errorf("%s: only %d phrases", lang, found)
		}
	}
}
