package bot

import (
	"fmt"
	"strings"

	"ombra/bot/say"
	"ombra/cases"
)

// Largest is the form that people get, in a language, as large as it can come back
// to them: all that can be chosen is chosen, something is wrong with each field,
// and as many can be excluded as there is room for. What is typed is not in it: a
// platform can leave that out and say so, but not a question.
func (f Forms) Largest(kind cases.Kind, lang string) Step {
	v := &visit{say: say.In(lang)}
	var everybody []string
	for i := range MaxOptions {
		everybody = append(everybody, fmt.Sprintf("%032d", i))
	}
	s := Step{
		Lang: lang, Title: v.say.Get("file." + string(kind)), Text: v.say.Get("file.text"),
		Submit: v.say.Get("file.submit"), Token: Token(strings.Repeat("t", maxToken)),
	}
	for _, q := range f.of(kind) {
		s.Fields = append(s.Fields, f.field(q, lang))
	}
	s.Fields = append(s.Fields, v.dangerField(), v.exclusion(everybody), v.ownField(), v.filesUpTo(MaxOptions))
	for i := range s.Fields {
		field := &s.Fields[i]
		field.Problem, field.Value = strings.Repeat("x", MaxField), nil
		for _, o := range field.Options {
			if field.Kind == Choices || len(field.Value) == 0 {
				field.Value = append(field.Value, o.Value)
			}
		}
	}
	return s
}

// field is a question as people see it.
func (f Forms) field(q Question, lang string) Field {
	shown := Field{ID: "q." + q.ID, Kind: q.Kind, Label: q.Label.In(lang), Help: q.Help.In(lang), Max: q.Max, Optional: q.Optional}
	options := q.Options
	if q.ID == "category" {
		options = f.Categories
	}
	for _, o := range options {
		shown.Options = append(shown.Options, Option{Value: o.ID, Label: o.Label.In(lang)})
	}
	return shown
}
