// Package say holds every word that a person reads, as catalogs that other
// languages can join: a folder per language (en, …) of TOML files, one per
// noun. A phrase is named "table.key"; {slots} in it are filled by name.
//
// English is complete by definition. A language that lacks a phrase shows the
// English one; a test names what is missing. Phrases avoid counts, so that no
// language needs plural rules.
package say

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

//go:embed en
var catalogs embed.FS

// Words is one language's catalog.
type Words struct {
	lang    string
	phrases map[string]string
	english map[string]string
}

var all = mustLoad(catalogs)

// In returns the catalog for a language tag such as "de" or "de-AT", English
// where there is none.
func In(lang string) Words {
	base, _, _ := strings.Cut(strings.ReplaceAll(strings.ToLower(lang), "_", "-"), "-")
	if w, ok := all[base]; ok {
		return w
	}
	return all["en"]
}

// Langs lists the languages that have a catalog, sorted.
func Langs() []string {
	langs := make([]string, 0, len(all))
	for l := range all {
		langs = append(langs, l)
	}
	slices.Sort(langs)
	return langs
}

// Lang is the catalog's own language.
func (w Words) Lang() string { return w.lang }

// Get returns a phrase with its slots filled: Get("a.b", "day", "3 May") fills
// {day}. It panics on an unknown phrase: that is a programmer's mistake, and
// tests walk every phrase. A slot that is not filled stays as it is written.
func (w Words) Get(key string, slots ...string) string {
	text, ok := w.phrases[key]
	if !ok {
		if text, ok = w.english[key]; !ok {
			panic("say: no phrase " + key)
		}
	}
	if len(slots)%2 != 0 {
		panic("say: slots of " + key + " are not pairs")
	}
	pairs := slices.Clone(slots)
	for i := 0; i < len(pairs); i += 2 {
		pairs[i] = "{" + pairs[i] + "}"
	}
	// One pass, so that a slot's value that looks like a slot stays as typed.
	return strings.NewReplacer(pairs...).Replace(text)
}

// Has reports whether a phrase exists.
func (w Words) Has(key string) bool {
	if _, ok := w.phrases[key]; ok {
		return true
	}
	_, ok := w.english[key]
	return ok
}

// Keys lists all phrases, sorted.
func (w Words) Keys() []string {
	keys := make([]string, 0, len(w.english))
	for k := range w.english {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// Missing lists the phrases that fall back to English.
func (w Words) Missing() []string {
	var missing []string
	for _, k := range w.Keys() {
		if _, ok := w.phrases[k]; !ok {
			missing = append(missing, k)
		}
	}
	return missing
}

func mustLoad(files fs.FS) map[string]Words {
	loaded, err := load(files)
	if err != nil {
		panic("say: " + err.Error())
	}
	return loaded
}

func load(files fs.FS) (map[string]Words, error) {
	paths, err := fs.Glob(files, "*/*.toml")
	if err != nil {
		return nil, err
	}
	loaded := map[string]Words{}
	for _, p := range paths {
		lang := path.Dir(p)
		w, ok := loaded[lang]
		if !ok {
			w = Words{lang: lang, phrases: map[string]string{}}
			loaded[lang] = w
		}
		if err := w.read(files, p); err != nil {
			return nil, fmt.Errorf("%s: %w", p, err)
		}
	}
	for l, w := range loaded {
		w.english = loaded["en"].phrases
		loaded[l] = w
	}
	return loaded, nil
}

func (w Words) read(files fs.FS, p string) error {
	text, err := fs.ReadFile(files, p)
	if err != nil {
		return err
	}
	var tables map[string]map[string]string
	meta, err := toml.Decode(string(text), &tables)
	if err != nil {
		return err
	}
	if lost := meta.Undecoded(); len(lost) > 0 {
		return fmt.Errorf("%s stands above the first table", lost[0])
	}
	for table, phrases := range tables {
		for key, phrase := range phrases {
			name := table + "." + key
			if _, twice := w.phrases[name]; twice {
				return fmt.Errorf("%s stands in two files", name)
			}
			w.phrases[name] = strings.TrimSpace(phrase)
		}
	}
	return nil
}
