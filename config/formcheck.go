package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// What every chat platform can show: package bot has the same figures for its
// fields and checks them again over what it builds.
const (
	maxLabel     = 150
	maxHelp      = 150
	maxOption    = 75
	maxOptions   = 80
	maxInput     = 3000
	maxQuestions = 14 // leaves room for what the bot asks itself
)

var (
	setShape = regexp.MustCompile(`^[a-z][a-z0-9-]{0,31}/[1-9][0-9]{0,3}$`)
	idShape  = regexp.MustCompile(`^[a-z][a-z0-9-]{0,31}$`)
)

// Kinds of questions.
var kinds = []string{"line", "text", "choice", "choices", "date"}

// ours are the ids of fields that the bot adds to a form.
var ours = []string{"danger", "consent", "exclude", "own", "files", "attachments", "receipt", "language"}

// Remedies are the five forms in which harm is put right (United Nations Basic
// Principles, GA 60/147). A question called remedies offers no others.
var Remedies = []string{"restitution", "compensation", "rehabilitation", "satisfaction", "non-repetition"}

// Check looks for what is wrong with the set.
func (s *FormSet) Check() Problems {
	var found Problems
	f := formCheck{languages: s.Languages(), bad: func(key, what, mend string) {
		found = append(found, Problem{File: s.file, Line: s.lines.of(key), What: what, Mend: mend})
	}}
	if !setShape.MatchString(s.ID) {
		f.bad("id", "the id of the form set is no name and number", `write one like "cyber/1"`)
	}
	for _, lang := range f.languages {
		if !languageShape.MatchString(lang) {
			f.bad("report", fmt.Sprintf("%q is no language", lang), "write a tag like en or de-AT")
		}
	}
	f.form("report", s.Report)
	f.form("redress", s.Redress)
	f.categories(s.Categories)
	return found
}

// A formCheck checks parts of a form set; every text must be there in each of
// its languages.
type formCheck struct {
	languages []string
	bad       func(key, what, mend string)
}

func (f formCheck) form(name string, questions []Question) {
	if n := len(questions); n == 0 || n > maxQuestions {
		f.bad(name, fmt.Sprintf("the %s form has %d questions", name, n), fmt.Sprintf("write 1 to %d", maxQuestions))
	}
	var ids []string
	for i, q := range questions {
		key := fmt.Sprintf("%s.%d", name, i)
		f.id(key+".id", q.ID, ids)
		if slices.Contains(ours, q.ID) {
			f.bad(key+".id", fmt.Sprintf("%q is asked by Ombra itself", q.ID), "take the question out, or give it another id")
		}
		ids = append(ids, q.ID)
		f.question(key, q)
	}
	for _, must := range []string{"concerned", "category"} {
		if !slices.Contains(ids, must) {
			f.bad(name, fmt.Sprintf("the %s form has no question %q", name, must), "add it: the conflict card shows it")
		}
	}
}

func (f formCheck) id(key, id string, before []string) {
	switch {
	case !idShape.MatchString(id):
		f.bad(key, fmt.Sprintf("%q is no id", id), "write 1 to 32 of a-z 0-9 -, beginning with a letter")
	case slices.Contains(before, id):
		f.bad(key, fmt.Sprintf("the id %q stands twice", id), "give each its own")
	}
}

func (f formCheck) question(key string, q Question) {
	f.words(key+".label", q.Label, maxLabel)
	if len(q.Help) > 0 {
		f.words(key+".help", q.Help, maxHelp)
	}
	picked := q.Kind == "choice" || q.Kind == "choices"
	typed := q.Kind == "line" || q.Kind == "text"
	switch {
	case !slices.Contains(kinds, q.Kind):
		f.bad(key+".kind", fmt.Sprintf("there is no kind %q", q.Kind), "write one of "+strings.Join(kinds, ", "))
	case typed && (q.Max < 1 || q.Max > maxInput):
		f.bad(key+".max", fmt.Sprintf("max is %d", q.Max), fmt.Sprintf("write a number from 1 to %d", maxInput))
	case !typed && q.Max != 0:
		f.bad(key+".max", "only a line or a text has a max", "take it out")
	case q.ID == "category" && (q.Kind != "choice" || len(q.Options) > 0):
		f.bad(key, "category is a choice among [[categories]]", `write kind = "choice", and no options`)
	case q.ID == "concerned" && !typed:
		f.bad(key, "concerned is answered in words", `write kind = "text"`)
	case picked && q.ID != "category":
		f.options(key, q)
	case !picked && len(q.Options) > 0:
		f.bad(key+".options", "only a choice has options", "take them out")
	}
}

func (f formCheck) options(key string, q Question) {
	if n := len(q.Options); n == 0 || n > maxOptions {
		f.bad(key, fmt.Sprintf("the question %q has %d options", q.ID, n), fmt.Sprintf("write 1 to %d", maxOptions))
	}
	var ids []string
	for i, o := range q.Options {
		at := fmt.Sprintf("%s.options.%d", key, i)
		f.id(at+".id", o.ID, ids)
		ids = append(ids, o.ID)
		f.words(at+".label", o.Label, maxOption)
		if q.ID == "remedies" && !slices.Contains(Remedies, o.ID) {
			f.bad(at+".id", fmt.Sprintf("%q is none of the five remedies", o.ID), "write one of "+strings.Join(Remedies, ", "))
		}
	}
}

func (f formCheck) categories(all []Category) {
	if n := len(all); n == 0 || n > maxOptions {
		f.bad("categories", fmt.Sprintf("there are %d categories", n), fmt.Sprintf("write 1 to %d", maxOptions))
	}
	var ids []string
	for i, c := range all {
		key := fmt.Sprintf("categories.%d", i)
		f.id(key+".id", c.ID, ids)
		ids = append(ids, c.ID)
		f.words(key+".label", c.Label, maxOption)
	}
}

// words checks one text in all languages: someone who reads only one of them
// must not meet an empty field.
func (f formCheck) words(key string, w Words, most int) {
	for _, lang := range f.languages {
		text := w[lang]
		switch n := utf8.RuneCountInString(text); {
		case strings.TrimSpace(text) == "":
			f.bad(key, fmt.Sprintf("there are no words in %q", lang), "add "+lang+" = \"…\"")
		case n > most:
			f.bad(key, fmt.Sprintf("this has %d characters in %q", n, lang), fmt.Sprintf("shorten it to %d", most))
		case strings.ContainsFunc(text, hidden):
			f.bad(key, fmt.Sprintf("this holds a control character in %q", lang), "type it again")
		}
	}
	for _, lang := range inOrder(w) {
		if !slices.Contains(f.languages, lang) {
			f.bad(key, fmt.Sprintf("%q is not a language of everything else here", lang), "translate the rest too, or take this out")
		}
	}
}
