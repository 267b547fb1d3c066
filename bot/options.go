package bot

import (
	"log/slog"
	"time"

	"ombra/cases"
)

// Words are one text in several languages.
type Words map[string]string

// In gives the text in a language, else in English, else in any.
func (w Words) In(lang string) string {
	if t, ok := w[lang]; ok {
		return t
	}
	if t, ok := w["en"]; ok {
		return t
	}
	for _, t := range w {
		return t
	}
	return ""
}

// A Question is one field of an office's form.
type Question struct {
	ID       string
	Kind     Kind
	Optional bool
	Max      int
	Label    Words
	Help     Words
	Options  []Labelled
}

// Labelled is an id with the words that people read.
type Labelled struct {
	ID    string
	Label Words
}

// Forms are an office's questions. Danger, exclusions and attachments are not
// among them: those the bot asks itself.
type Forms struct {
	ID         string // "cyber/1", stored with each filing
	Report     []Question
	Redress    []Question
	Categories []Labelled
}

func (f Forms) of(kind cases.Kind) []Question {
	if kind == cases.Redress {
		return f.Redress
	}
	return f.Report
}

// An Authority is a body outside to which anybody may turn instead.
type Authority struct{ Name, Contact string }

// Options are what a Bot needs.
type Options struct {
	Cases       *cases.Service
	Origin      string
	Office      string // its name, as people read it
	Keys        *Keyring
	Forms       Forms
	Gate        Words // the office's own words before anyone types
	Danger      Words // emergency contacts
	Authorities []Authority
	// Ombudsmen gives roster names for accounts; an account is the text that its
	// adapter mints.
	Ombudsmen map[string]string
	// Oversight likewise; nobody is both.
	Oversight map[string]string
	Platforms map[string]Platform // by the part of an account before its colon
	Now       func() time.Time
	Log       *slog.Logger
	// PerAccount and OverAll bound events a second; zero means the defaults.
	PerAccount, OverAll float64
}
