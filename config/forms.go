package config

import (
	"embed"
	"slices"
	"strings"
)

// builtins are the form sets that come with Ombra.
var builtins = []string{"cyber", "workplace"}

//go:embed forms
var formFiles embed.FS

// A FormSet is the questions of an office, in every language it has them in.
// Not among them, because the bot asks them itself: whether anybody is in
// danger, whom to exclude, and attachments.
type FormSet struct {
	// ID is a name and a version, "cyber/1": it is stored with every filing,
	// so a set whose questions change gets a new number.
	ID         string     `toml:"id" json:"id"`
	Report     []Question `toml:"report" json:"report"`
	Redress    []Question `toml:"redress" json:"redress"`
	Categories []Category `toml:"categories" json:"categories"`

	file  string
	lines lines
}

// A Question is one field of a form. The one called category is a choice among
// the set's Categories and has no Options of its own; the one called concerned
// is what the conflict card shows before anybody opens a case.
type Question struct {
	ID       string   `toml:"id" json:"id"`
	Kind     string   `toml:"kind" json:"kind"` // line, text, choice, choices, date
	Optional bool     `toml:"optional" json:"optional,omitempty"`
	Max      int      `toml:"max" json:"max,omitempty"` // runes of a line or text
	Label    Words    `toml:"label" json:"label"`
	Help     Words    `toml:"help" json:"help,omitempty"`
	Options  []Option `toml:"options" json:"options,omitempty"`
}

// An Option is one answer that can be picked.
type Option struct {
	ID    string `toml:"id" json:"id"`
	Label Words  `toml:"label" json:"label"`
}

// A Category is what a case is about, for the figures.
type Category struct {
	// Stored and counted; never changed.
	ID string `toml:"id" json:"id"`

	// What people pick, per language.
	Label Words `toml:"label" json:"label"`
}

// Words are one text in several languages.
type Words map[string]string

// In gives the text in a language, else in the language it is a variety of,
// else in English, else in whichever comes first.
func (w Words) In(lang string) string {
	base, _, _ := strings.Cut(lang, "-")
	for _, l := range append([]string{lang, base, "en"}, inOrder(w)...) {
		if text, ok := w[l]; ok {
			return text
		}
	}
	return ""
}

// Languages lists what the set's questions are written in.
func (s *FormSet) Languages() []string {
	for _, q := range append(slices.Clone(s.Report), s.Redress...) {
		return inOrder(q.Label)
	}
	return nil
}

// Problem is one with a form, "report" or "redress", that somebody else than
// [FormSet.Check] found.
func (s *FormSet) Problem(form, what, mend string) Problem {
	return Problem{File: s.file, Line: s.lines.of(form), What: what, Mend: mend}
}

func (s *FormSet) speaks(lang string) bool {
	base, _, _ := strings.Cut(lang, "-")
	langs := s.Languages()
	return slices.Contains(langs, lang) || slices.Contains(langs, base)
}

// Builtin gives one of the form sets that come with Ombra, or nil.
func Builtin(name string) *FormSet {
	if !slices.Contains(builtins, name) {
		return nil
	}
	text, err := formFiles.ReadFile("forms/" + name + ".toml")
	if err != nil {
		panic("config: " + err.Error())
	}
	set, found := ParseForms(name+".toml", text)
	if len(found) > 0 {
		panic("config: " + found.Error())
	}
	return set
}

// ParseForms reads a form set as strictly as [Parse] reads the configuration.
// The set is nil when the text could not be read as one.
func ParseForms(name string, text []byte) (*FormSet, Problems) {
	s := &FormSet{file: name}
	var found Problems
	if s.lines, found = decode(name, text, s); len(found) > 0 {
		return nil, found
	}
	return s, s.Check()
}
