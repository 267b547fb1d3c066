package bot

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

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
