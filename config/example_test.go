package config

import (
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// answers is an office in which nothing is missing.
func answers() Config {
	c := Defaults()
	c.Office.Origin = "ombud.example.org"
	c.Office.Name = "Ombuds office \"North\""
	c.Office.Data = "data"
	c.Office.TimeZone = "Europe/Vienna"
	c.Office.Forms = "cyber"
	c.Clocks.Profile = "grm"
	c.Gate = map[string]Gate{"en": {Text: "Nothing classified here.\nUse the \\cleared\\ \"\"\"route\"\"\".", Danger: "Call 112."}}
	c.Authorities = []Authority{
		{Name: "The commissioner", Contact: "commissioner.example.org"},
		{Name: "The parliament", Contact: "parliament.example.org"},
	}
	c.Ombudsmen = map[string]Accounts{
		"anna": {Slack: "T0123ABCD/U0456EFGH", Terminal: "anna"},
		"bela": {Mattermost: "abcdefghijklmnopqrstuvwxyz"},
	}
	c.Oversight = map[string]Accounts{"vera": {Terminal: "vera"}}
	return c
}

func mustParse(tb testing.TB, text string) *Config {
	tb.Helper()
	c, err := Parse("ombra.toml", []byte(text))
	if err != nil {
		tb.Fatalf("%v\n%s", err, text)
	}
	return c
}

func TestExampleIsAccepted(t *testing.T) {
	every := answers()
	every.Test = true
	every.Office.TypedReplies = true
	every.Office.RequirePQ = false
	every.Office.Hours = []int{0, 8, 23}
	every.Retention = Retention{Months: 12, OutOfMandateMonths: 12, NoticeDays: 30, QuietHour: 0}
	every.Figures = Figures{FewerThan: 10}
	every.Clocks = Clocks{
		Profile: "custom", AckDays: 3, AssessDays: 9, FeedbackMonths: 2, ExtendedMonths: 4,
		WarnDays: 1, ReleaseDays: 30, AbsenceDays: 10, CoolingOffDays: 14, AloneDays: 30,
	}
	every.Mattermost = Mattermost{
		URL: "https://chat.example", TokenFile: "token", SlashTokenFile: "slash", CallbackSecretFile: "secret", Listen: "10.0.0.1:8088", CallbackURL: "https://o.example/mm",
		Sources: []string{"10.1.2.3", "10.9.0.0/16"}, CertFile: "cert", KeyFile: "key", Attachments: "off",
	}
	every.Slack = Slack{Mode: "http", BotTokenFile: "bot", SigningSecretFile: "secret", Listen: "127.0.0.1:8087", URL: "https://o.example/slack", APIURL: "http://127.0.0.1:1/api/", DirectMessages: "buttons", Attachments: "off"}
	every.Categories = []Category{{ID: "one", Label: Words{"en": "One"}}, {ID: "two", Label: Words{"en": "Two"}}}
	for name, want := range map[string]Config{"least": answers(), "every": every} {
		t.Run(name, func(t *testing.T) {
			got := *mustParse(t, Example(want))
			skip := cmp.Options{cmpopts.IgnoreUnexported(Config{}), cmpopts.IgnoreFields(Config{}, "FormSet", "Location"), cmpopts.EquateEmpty()}
			if diff := cmp.Diff(want, got, skip); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What an operator has not answered must not be mistaken for an answer.
func TestExampleWithoutAnswersIsRefusedEverywhere(t *testing.T) {
	_, err := Parse("ombra.toml", []byte(Example(Defaults())))
	for _, key := range []string{"office.origin", "office.name", "office.data", "time zone", "form set", "profile", "gate.en.text", "gate.en.danger", "authorities.0.name", "authorities.0.contact"} {
		if err == nil || !strings.Contains(strings.ReplaceAll(err.Error(), "this origin", "office.origin"), key) {
			t.Errorf("nothing is said about %s:\n%v", key, err)
		}
	}
}

func TestEachKeyHasAComment(t *testing.T) {
	docs := fieldDocs()
	var walk func(reflect.Type)
	walk = func(typ reflect.Type) {
		for f := range fields(typ) {
			if docs[typ.Name()+"."+f.Name] == "" {
				t.Errorf("%s.%s has no comment", typ.Name(), f.Name)
			}
			inner := f.Type
			if k := inner.Kind(); k == reflect.Map || k == reflect.Slice {
				inner = inner.Elem()
			}
			if inner.Kind() == reflect.Struct {
				walk(inner)
			}
		}
	}
	walk(reflect.TypeFor[Config]())
	if text := Example(answers()); strings.Contains(text, "#\n") {
		t.Errorf("an empty comment:\n%s", text)
	}
}

// Whoever takes the marks away before the examples has people in both tables.
func TestExampleNamesNobodyTwice(t *testing.T) {
	c := answers()
	c.Ombudsmen, c.Oversight = nil, nil
	text := Example(c)
	for _, name := range []string{"[ombudsmen.anna]\n# terminal = \"anna\"", "[oversight.vera]\n# terminal = \"vera\""} {
		if !strings.Contains(text, name) {
			t.Errorf("there is no %q", name)
		}
		text = strings.ReplaceAll(text, "# "+name, strings.ReplaceAll(name, "# ", ""))
	}
	mustParse(t, text)
}
