package bot

import (
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"
)

// A Step is what a person sees next. With Fields it is a form, else a card;
// the zero Step shows nothing. It is private unless it says Kept.
type Step struct {
	Lang    string // for the adapter's few own words
	Title   string
	Text    string // ours; *bold* is the only markup
	Facts   []Fact
	Quote   string // theirs; never markup
	Fields  []Field
	Submit  string // the label of the form's button
	Token   Token  // of the form
	Buttons []Button
	Files   []File
	Kept    bool // may be shown as a message that the platform keeps
	// Cover is shown where no private means is left. It is itself Kept, holds
	// nothing, and its button leads back here.
	Cover *Step
}

// A Fact is a labelled line.
type Fact struct{ Label, Value string }

// Kind is the kind of a field.
type Kind string

// The kinds of fields. A platform without one shows it by others: a date as a
// line, several choices as yes/no boxes, files as the text in Field.Else.
const (
	Line    Kind = "line"    // one line of text
	Text    Kind = "text"    // several lines
	Hidden  Kind = "hidden"  // one line, not echoed where the platform can avoid it
	Choice  Kind = "choice"  // one of Options
	Choices Kind = "choices" // any of Options
	Date    Kind = "date"    // YYYY-MM-DD
	Files   Kind = "files"   // attachments
)

// A Field asks for one thing. Value is what it holds already (an earlier
// answer, kept when the form comes back), Problem what is wrong with it.
type Field struct {
	ID       string
	Kind     Kind
	Label    string
	Help     string
	Max      int // runes (Line, Text, Hidden) or number of files
	Optional bool
	Options  []Option
	Value    []string
	Problem  string
	Else     string // shown in the field's place where a platform has no such kind
}

// An Option is one choice of a field.
type Option struct{ Value, Label string }

// A Button leads on: by a verb anybody may type (then it may live for weeks)
// or by a token (then it is bound to the account, and short-lived). A Heavy
// one is pressed with care.
type Button struct {
	Label string
	Verb  string
	Token Token
	Heavy bool
}

// Limits that every platform holds. Units are runes.
const (
	MaxTitle   = 24 // Slack's and Mattermost's modal title
	MaxText    = 2900
	MaxFacts   = 25
	MaxLabel   = 75 // a button's
	MaxField   = 150
	MaxHelp    = 150
	MaxOption  = 75
	MaxOptions = 80
	MaxFields  = 20
	MaxButtons = 20
	MaxSubmit  = 24
	MaxInput   = 3000
	// MaxQuote is all that a form can hold, so that what was typed can always be
	// given back whole. Adapters split it.
	MaxQuote = MaxFields * MaxInput
)

// IsForm tells a form from a card.
func (s Step) IsForm() bool { return len(s.Fields) > 0 }

// Empty reports whether there is nothing to show.
func (s Step) Empty() bool {
	return s.Title == "" && s.Text == "" && s.Quote == "" && len(s.Facts) == 0 && !s.IsForm() && len(s.Files) == 0 && len(s.Buttons) == 0
}

// Check tells whether the step fits every platform, and whether it keeps the
// rules of privacy. Tests run it over each step in each language; nothing runs
// it in production, where a step that is slightly too long is still better
// shown than withheld.
func (s Step) Check() error {
	if s.Empty() {
		return nil
	}
	checks := []error{
		fits("title", s.Title, 1, MaxTitle),
		fits("text", s.Text, 0, MaxText),
		fits("quote", s.Quote, 0, MaxQuote),
		atMost("facts", len(s.Facts), MaxFacts),
		atMost("fields", len(s.Fields), MaxFields),
		atMost("buttons", len(s.Buttons), MaxButtons),
		s.checkForm(),
		s.checkPrivacy(),
	}
	for _, f := range s.Facts {
		checks = append(checks, fits("fact label", f.Label, 1, MaxField), fits("fact value", f.Value, 1, 2000))
	}
	for _, f := range s.Fields {
		checks = append(checks, f.check())
	}
	for _, b := range s.Buttons {
		checks = append(checks, b.check())
	}
	return errors.Join(checks...)
}

func (s Step) checkForm() error {
	switch {
	case s.IsForm() && s.Token == "":
		return errors.New("a form needs a token")
	case s.IsForm():
		return fits("submit", s.Submit, 1, MaxSubmit)
	case s.Token != "":
		return errors.New("a card has no token of its own")
	}
	return nil
}

// checkPrivacy: a kept step holds nothing of anybody's, and a cover is one that
// leads back.
func (s Step) checkPrivacy() error {
	if s.Kept && (s.IsForm() || s.Quote != "") {
		return errors.New("a kept step holds neither a form nor anybody's words")
	}
	if c := s.Cover; c != nil {
		if !c.Kept || c.Cover != nil || len(c.Buttons) == 0 {
			return errors.New("a cover is kept, has a button back and no cover")
		}
		if err := c.Check(); err != nil {
			return fmt.Errorf("cover: %w", err)
		}
	}
	return nil
}

func (f Field) check() error {
	kinds := []Kind{Line, Text, Hidden, Choice, Choices, Date, Files}
	switch {
	case f.ID == "" || len(f.ID) > 40:
		return errors.New("a field needs an id of at most 40 bytes")
	case !slices.Contains(kinds, f.Kind):
		return fmt.Errorf("field %s: unknown kind", f.ID)
	case f.Max < 0 || f.Max > MaxInput:
		return fmt.Errorf("field %s: at most %d", f.ID, MaxInput)
	case (f.Kind == Choice || f.Kind == Choices) && (len(f.Options) == 0 || len(f.Options) > MaxOptions):
		return fmt.Errorf("field %s: options", f.ID)
	case f.Kind == Files && f.Else == "":
		return fmt.Errorf("field %s: files need words for platforms without them", f.ID)
	}
	errs := []error{fits("label", f.Label, 1, MaxField), fits("help", f.Help, 0, MaxHelp), fits("problem", f.Problem, 0, MaxField)}
	for _, o := range f.Options {
		errs = append(errs, fits("option", o.Label, 1, MaxOption), fits("option value", o.Value, 1, MaxOption))
	}
	return errors.Join(errs...)
}

func (b Button) check() error {
	if (b.Verb == "") == (b.Token == "") {
		return errors.New("a button has a verb or a token")
	}
	return fits("button", b.Label, 1, MaxLabel)
}

func fits(what, s string, least, most int) error {
	if n := utf8.RuneCountInString(s); n < least || n > most {
		return fmt.Errorf("%s: %d runes, want %d to %d", what, n, least, most)
	}
	return nil
}

func atMost(what string, n, most int) error {
	if n > most {
		return fmt.Errorf("%s: %d, at most %d", what, n, most)
	}
	return nil
}
