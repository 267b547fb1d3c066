package config

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

func TestBuiltinForms(t *testing.T) {
	for _, name := range builtins {
		t.Run(name, func(t *testing.T) {
			set := Builtin(name)
			if set.ID != name+"/1" || !slices.Contains(set.Languages(), "en") {
				t.Errorf("%s in %v", set.ID, set.Languages())
			}
			for _, q := range append(slices.Clone(set.Report), set.Redress...) {
				if n := len(q.Label.In("en")); n > 60 {
					t.Errorf("%s: a label of %d bytes is cut on some platforms", q.ID, n)
				}
			}
			remedies := set.Redress[slices.IndexFunc(set.Redress, func(q Question) bool { return q.ID == "remedies" })]
			if len(remedies.Options) != len(Remedies) {
				t.Errorf("%d remedies are offered", len(remedies.Options))
			}
		})
	}
	if Builtin("../config") != nil || Builtin("") != nil {
		t.Error("a form set that is none")
	}
}

// The office file carries the set as JSON to machines that do not know TOML.
func TestFormsAsJSON(t *testing.T) {
	text, err := json.Marshal(Builtin("cyber"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"id":"cyber/1"`, `"kind":"choice"`, `"label":{"en":"What happened?"}`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
}

func TestWords(t *testing.T) {
	w := Words{"en": "yes", "de": "ja", "de-CH": "jo"}
	for lang, want := range map[string]string{"de": "ja", "de-CH": "jo", "de-AT": "ja", "fr": "yes", "": "yes"} {
		if got := w.In(lang); got != want {
			t.Errorf("%q: %q, want %q", lang, got, want)
		}
	}
	if (Words{"uk": "tak"}).In("fr") != "tak" || (Words{}).In("en") != "" {
		t.Error("without English")
	}
}

const forms = `id = "small/1"
[[report]]
id = "concerned"
kind = "text"
max = 10
label.en = "Who?"
label.de = "Wer?"
[[report]]
id = "category"
kind = "choice"
label = {en = "What?", de = "Was?"}
[[report]]
id = "how"
kind = "choices"
label = {en = "How?", de = "Wie?"}
[[report.options]]
id = "so"
label = {en = "So", de = "So"}
[[redress]]
id = "concerned"
kind = "line"
max = 10
label = {en = "Who?", de = "Wer?"}
[[redress]]
id = "category"
kind = "choice"
label = {en = "What?", de = "Was?"}
[[categories]]
id = "a"
label = {en = "A", de = "A"}
`

func TestParseForms(t *testing.T) {
	set, found := ParseForms("our.toml", []byte(forms))
	if len(found) > 0 {
		t.Fatal(found)
	}
	if got := strings.Join(set.Languages(), " "); got != "de en" {
		t.Errorf("languages %s", got)
	}
	if !set.speaks("de-AT") || set.speaks("fr") {
		t.Error("languages that the set speaks")
	}
}

func TestFormsRefused(t *testing.T) {
	for _, test := range []struct{ name, old, new, want string }{
		{"unknown key", "max = 10", "maxx = 10", `our.toml:5: unknown key "report.0.maxx" — did you mean "max"?`},
		{"id of the set", "small/1", "small", "our.toml:1: the id of the form set"},
		{"id", `"how"`, `"How"`, `our.toml:13: "How" is no id`},
		{"id twice", `"how"`, `"category"`, `our.toml:13: the id "category" stands twice`},
		{"asked by the bot", `"how"`, `"exclude"`, `our.toml:13: "exclude" is asked by Ombra itself`},
		{"kind", `"choices"`, `"many"`, `our.toml:14: there is no kind "many"`},
		{"no max", "max = 10\n", "", "our.toml:2: max is 0"},
		{"max", "max = 10", "max = 3001", "our.toml:5: max is 3001"},
		{"max of a choice", `kind = "choices"`, "kind = \"choices\"\nmax = 3", "our.toml:15: only a line or a text has a max"},
		{"no concerned", `"concerned"`, `"who"`, `our.toml:2: the report form has no question "concerned"`},
		{"concerned as a date", "kind = \"text\"\nmax = 10", `kind = "date"`, "our.toml:2: concerned is answered in words"},
		{"category in words", "kind = \"choice\"\n", "kind = \"text\"\nmax = 1\n", "our.toml:8: category is a choice"},
		{"option id", `id = "so"`, `id = "SO"`, `our.toml:17: "SO" is no id`},
		{"remedies", `"how"`, `"remedies"`, `our.toml:17: "so" is none of the five remedies`},
		{"language missing", `de = "Wie?"`, `de = ""`, `our.toml:15: there are no words in "de"`},
		{"language of one text", `de = "Wie?"`, `de = "Wie?", fr = "?"`, `our.toml:15: "fr" is not a language of everything else`},
		{"label too long", `"How?"`, `"` + strings.Repeat("x", 151) + `"`, `our.toml:15: this has 151 characters in "en"`},
		{"option too long", `"So", de`, `"` + strings.Repeat("x", 76) + `", de`, `our.toml:18: this has 76 characters`},
		{"help too long", `kind = "choices"`, "kind = \"choices\"\nhelp.en = \"" + strings.Repeat("x", 151) + "\"\nhelp.de = \"x\"", `our.toml:15: this has 151 characters`},
		{"control character", `"How?"`, `"H\u0007w?"`, "our.toml:15: this holds a control character"},
		{"options of a line", `kind = "choices"`, "kind = \"line\"\nmax = 3", "our.toml:17: only a choice has options"},
		{"no category", "[[categories]]\nid = \"a\"\nlabel = {en = \"A\", de = \"A\"}", "", "there are 0 categories"},
		{"no redress", "[[redress]]\nid = \"category\"", "[[report]]\nid = \"x\"", `the redress form has no question "category"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			text := strings.Replace(forms, test.old, test.new, 1)
			if text == forms {
				t.Fatal("the test changes nothing")
			}
			if _, found := ParseForms("our.toml", []byte(text)); !strings.Contains(found.Error(), test.want) {
				t.Errorf("got\n%v\nwant\n%s", found, test.want)
			}
		})
	}
	many := forms + strings.Repeat("[[redress]]\nid = \"x\"\nkind = \"date\"\nlabel = {en = \"x\", de = \"x\"}\n", 13)
	if _, found := ParseForms("our.toml", []byte(many)); !strings.Contains(found.Error(), "the redress form has 15 questions") {
		t.Error(found)
	}
}
