package prompt_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ombra/bot"
	"ombra/bot/prompt"
)

func TestFormOfEveryKind(t *testing.T) {
	p := prompt.New()
	wantText(t, p.Show(everyKind()), "File a report\n-----", "Say what happened.", "1 of 7: What happened?", "full stop")
	out, done := mustType(t, p, "", "First line.", "", " indented ", "cancel", "", ".", "Room 7", "S3CRET", "2", "3, Anna", "2026-05-03", "/tmp/a.pdf", "b c.txt", "")
	if done != nil {
		t.Fatal("sent without being told to")
	}
	wantText(t, out, "What happened? First line.", "Category: Other, or several", "Leave out: Anna, Carl", "Receipt: (typed, not shown)", "b c.txt", "“File it”")
	if strings.Contains(out, "S3CRET") {
		t.Error("a hidden answer is shown")
	}
	_, done = mustType(t, p, "send")
	want := &prompt.Answer{
		Token: "tok", Form: true, Paths: []string{"/tmp/a.pdf", "b c.txt"},
		Values: url.Values{
			"what": {"First line.\n\n indented \ncancel"}, "where": {"Room 7"}, "code": {"S3CRET"},
			"kind": {"other"}, "not": {"a", "c"}, "day": {"2026-05-03"},
		},
	}
	if diff := cmp.Diff(want, done); diff != "" {
		t.Error(diff)
	}
	if !p.Idle() {
		t.Error("a sent form is still asked")
	}
}

func TestEnter(t *testing.T) {
	field := func(f bot.Field) bot.Step {
		f.ID, f.Label = "f", "F"
		return bot.Step{Title: "T", Submit: "Go", Token: "t", Fields: []bot.Field{f, {ID: "g", Kind: bot.Line, Label: "G", Optional: true}}}
	}
	opts := options("x", "Ex", "y", "Why")
	for _, tc := range []struct {
		name  string
		field bot.Field
		lines []string
		want  url.Values
	}{
		{"keeps a line", bot.Field{Kind: bot.Line, Value: []string{"old"}}, []string{""}, url.Values{"f": {"old"}}},
		{"keeps a text", bot.Field{Kind: bot.Text, Value: []string{"old\nlines"}}, []string{""}, url.Values{"f": {"old\nlines"}}},
		{"full stop keeps a text", bot.Field{Kind: bot.Text, Value: []string{"old"}}, []string{"."}, url.Values{"f": {"old"}}},
		{"keeps choices", bot.Field{Kind: bot.Choices, Options: opts, Value: []string{"x", "y"}}, []string{""}, url.Values{"f": {"x", "y"}}},
		{"keeps a date", bot.Field{Kind: bot.Date, Value: []string{"2026-01-02"}}, []string{""}, url.Values{"f": {"2026-01-02"}}},
		{"skips an optional", bot.Field{Kind: bot.Text, Optional: true}, []string{""}, url.Values{}},
		{"a dash clears", bot.Field{Kind: bot.Line, Optional: true, Value: []string{"old"}}, []string{"-"}, url.Values{}},
		{"a dash is an answer", bot.Field{Kind: bot.Line}, []string{"-"}, url.Values{"f": {"-"}}},
		{"another replaces", bot.Field{Kind: bot.Text, Value: []string{"old"}}, []string{"new", "."}, url.Values{"f": {"new"}}},
		{"a required one insists", bot.Field{Kind: bot.Line}, []string{"", "", "x"}, url.Values{"f": {"x"}}},
		{"a required text insists", bot.Field{Kind: bot.Text}, []string{"", ".", "x", "."}, url.Values{"f": {"x"}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := prompt.New()
			p.Show(field(tc.field))
			_, done := mustType(t, p, append(tc.lines, "", "send")...)
			if done == nil {
				t.Fatal("not sent")
			}
			if diff := cmp.Diff(tc.want, done.Values); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRefused(t *testing.T) {
	for _, tc := range []struct{ name, field, line, says string }{
		{"no such number", "kind", "3", "none of the choices"},
		{"two for one", "kind", "1,harm,2", "choose one only"},
		{"no such name", "not", "1,Dora", "none of the choices"},
		{"only commas", "not", ",", "none of the choices"},
		{"no date", "day", "3 May 2026", "YYYY-MM-DD"},
		{"no day of the calendar", "day", "2026-02-30", "no day of the calendar"},
		{"empty", "day", "", "needs an answer"},
		{"long hidden", "code", "123456789", "at most 8 characters"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := everyKind()
			for _, f := range s.Fields {
				if f.ID == tc.field {
					s.Fields = []bot.Field{f}
				}
			}
			p := prompt.New()
			p.Show(s)
			out, done := p.Line(tc.line)
			if done != nil || p.Idle() {
				t.Fatal("taken")
			}
			wantText(t, out, tc.says, s.Fields[0].Label)
		})
	}
}

func TestTooLongLosesNothing(t *testing.T) {
	p := prompt.New()
	p.Show(everyKind())
	out, _ := mustType(t, p, strings.Repeat("é", 40)+"the end", ".")
	wantText(t, out, "at most 40 characters", "  | the end\n", "  | "+strings.Repeat("é", 40), "Enter keeps")
	out, _ = mustType(t, p, "")
	wantText(t, out, "2 of 7")
	out, _ = mustType(t, p, "elevenletters")
	wantText(t, out, "at most 10", "  | ers\n", "Now: elevenlett")
}

func TestBackAndCancel(t *testing.T) {
	p := prompt.New()
	p.Show(everyKind())
	out, _ := mustType(t, p, "half a", ".back")
	wantText(t, out, "first question", "  | half a\n")
	out, _ = mustType(t, p, "", "BACK")
	wantText(t, out, "1 of 7", "  | half a\n")
	out, done := mustType(t, p, "more", ".cancel")
	wantText(t, out, "nothing was stored")
	if done != nil || !p.Idle() {
		t.Error("cancel did not leave")
	}
}

// A form that comes back asks only what has to be mended, and loses neither
// values nor attachments.
func TestProblems(t *testing.T) {
	p := prompt.New()
	s := everyKind()
	p.Show(s)
	_, done := mustType(t, p, "It broke.", ".", "", "S3CRET", "1", "2", "2026-05-03", "a.pdf", "", "send")
	for i := range s.Fields {
		s.Fields[i].Value = done.Values[s.Fields[i].ID]
	}
	s.Fields[2].Value, s.Fields[2].Problem = nil, "Not a receipt."
	s.Fields[5].Problem = "That day is\nyet to come."
	wantText(t, p.Show(s), "1 of 2: Receipt", "! Not a receipt.")
	out, _ := mustType(t, p, "OTHER")
	wantText(t, out, "2 of 2: When?", "! That day is yet to come.", "Now: 2026-05-03")
	_, again := mustType(t, p, "2026-05-02", "send")
	want := *done
	want.Values = url.Values{"what": {"It broke."}, "code": {"OTHER"}, "kind": {"harm"}, "not": {"b"}, "day": {"2026-05-02"}}
	if diff := cmp.Diff(&want, again); diff != "" {
		t.Error(diff)
	}
	p.Show(bot.Step{Title: "Done", Text: "Done."})
	p.Show(s)
	_, last := mustType(t, p, "OTHER", "2026-05-02", "send")
	if len(last.Paths) != 0 {
		t.Error("attachments of a form that is done came along with another")
	}
}

func TestOneShortFieldGoesAtOnce(t *testing.T) {
	p := prompt.New()
	p.Show(bot.Step{Title: "Case", Submit: "Open", Token: "t", Fields: []bot.Field{{ID: "r", Kind: bot.Hidden, Label: "Receipt"}}})
	if !p.Hidden() {
		t.Error("a hidden field is echoed")
	}
	_, done := mustType(t, p, "  ABCD  ")
	if done == nil || done.Values.Get("r") != "ABCD" || p.Hidden() {
		t.Errorf("got %+v", done)
	}
}

func TestButtons(t *testing.T) {
	card := bot.Step{Title: "Home", Buttons: []bot.Button{
		{Label: "Report", Verb: "report"},
		{Label: "Throw away", Token: "gone", Heavy: true},
	}}
	p := prompt.New()
	wantText(t, p.Show(card), "[1] Report", "[2] Throw away")
	for _, line := range []string{"1", "rePORT", " 1 "} {
		if _, done := p.Line(line); done == nil || done.Verb != "report" || done.Form {
			t.Errorf("%q: %+v", line, done)
		}
	}
	for _, line := range []string{"", "report this", "-1", "0x1", "12345"} {
		if out, done := p.Line(line); out != "" || done != nil {
			t.Errorf("%q was taken", line)
		}
	}
	out, _ := p.Line("3")
	wantText(t, out, "no button")
	out, done := mustType(t, p, "2", "maybe")
	wantText(t, out, "are you sure")
	if done != nil || p.Idle() {
		t.Error("a heavy button went off")
	}
	out, done = mustType(t, p, "no")
	wantText(t, out, "[1] Report")
	if done != nil {
		t.Error("no means no")
	}
	if _, done = mustType(t, p, "throw away", "Yes"); done == nil || done.Token != "gone" {
		t.Errorf("got %+v", done)
	}
}

// An empty step leaves the card in place, another replaces it.
func TestShowReplaces(t *testing.T) {
	p := prompt.New()
	p.Show(bot.Step{Title: "Home", Buttons: []bot.Button{{Label: "Report", Verb: "report"}}})
	p.Show(bot.Step{})
	if _, done := p.Line("1"); done == nil {
		t.Error("the card is gone")
	}
	p.Show(bot.Step{Title: "Other"})
	if _, done := p.Line("1"); done != nil {
		t.Error("a button of a card that is gone was pressed")
	}
}

func TestButtonsBesideAForm(t *testing.T) {
	s := everyKind()
	s.Buttons = []bot.Button{{Label: "What is kept?", Verb: "privacy"}, {Label: "Drop", Token: "d", Heavy: true}}
	p := prompt.New()
	wantText(t, p.Show(s), "[.1] What is kept?")
	out, done := mustType(t, p, "1", "1 of them", ".2")
	wantText(t, out, "“Drop”: are you sure")
	if done != nil {
		t.Fatal("pressed at once")
	}
	out, _ = mustType(t, p, "no")
	wantText(t, out, "1 of 7")
	if _, done = mustType(t, p, ".1"); done == nil || done.Verb != "privacy" || done.Form {
		t.Errorf("got %+v", done)
	}
}

func TestAside(t *testing.T) {
	p := prompt.New()
	p.Show(everyKind())
	mustType(t, p, "It broke.", ".")
	out := p.Aside(bot.Step{Kept: true, Title: "News", Text: "There is news.", Buttons: []bot.Button{{Label: "Inbox", Verb: "inbox"}}})
	wantText(t, out, "There is news.", "Inbox: type inbox", "2 of 7: Where?")
	_, done := mustType(t, p, "", "CODE", "1", "", "2026-05-03", "", "send")
	if done == nil || done.Values.Get("what") != "It broke." {
		t.Error("a notice disturbed the form")
	}
}

func TestFiles(t *testing.T) {
	p := prompt.New()
	p.Exists = func(path string) bool { return path != "gone" }
	p.Show(bot.Step{Title: "T", Submit: "S", Token: "t", Fields: []bot.Field{{ID: "f", Kind: bot.Files, Label: "F", Max: 2, Else: "-"}}})
	out, _ := mustType(t, p, "gone")
	wantText(t, out, "no file under that path")
	out, _ = mustType(t, p, "a", "b", "c")
	wantText(t, out, "No more than 2")
	_, done := mustType(t, p, "", "send")
	if diff := cmp.Diff([]string{"a", "b"}, done.Paths); diff != "" {
		t.Error(diff)
	}
}
