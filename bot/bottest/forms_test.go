package bottest_test

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"ombra/bot"
	"ombra/bot/bottest"
)

// A opened is a form with good answers, as somebody has it before them.
type opened struct {
	who  string
	step bot.Step
	good url.Values
	file []bot.File // without which it is not good

	recall func(context.Context, string) (*bot.Message, error)
}

func (f opened) event(values url.Values, files ...bot.File) bot.Event {
	return bot.Event{
		From: bot.NewAccount("test:" + f.who), Via: bot.Via{Name: "terminal", Exposed: true, Files: true},
		Token: f.step.Token, Form: true, Values: values, Files: files, Recall: f.recall,
	}
}

// everyForm opens every form that there is, in an office that allows all.
func everyForm(t *testing.T) (*scene, map[string]opened) {
	t.Helper()
	s := newScene(t, bottest.Settings{Names: []string{"anna", "bela", "chris", "dora", "emil"}, Change: typed})
	rec := s.file("staff", told("chris", "dora", "emil"))
	group, err := bottest.GroupOn(s.seat("staff").Sees(), rec)
	if err != nil {
		t.Fatal(err)
	}
	forms := map[string]opened{"prove": {who: "staff", step: s.seat("staff").Step(), good: url.Values{"group": {group}}}}
	forms["report"] = opened{who: "one", step: s.formOf("one"), good: url.Values{
		"q.what": {"The tool hit a clinic."}, "q.concerned": {"The targeting cell"}, "q.category": {"other"}, "q.when": {"2026-11-01"},
		"danger": {"yes"}, "exclude": {"chris", "dora"},
	}}
	p := s.seat("two")
	p.pick("redress")
	p.press(phrase.Get("gate.go-on"))
	forms["redress"] = opened{who: "two", step: p.Step(), good: url.Values{
		"q.what": {"Eleven days without files."}, "q.category": {"other"}, "q.remedies": {"restitution", "satisfaction"}, "danger": {"no"}, "exclude": {"chris"},
	}}
	s.card("anna").press(phrase.Get("act.acknowledge"))
	s.seat("anna").press(phrase.Get("act.assess"))
	forms["assess"] = opened{who: "anna", step: s.seat("anna").Step(), good: url.Values{"category": {"other"}, "priority": {"high"}, "urgent": {"yes"}, "stage": {"investigating"}}}
	s.card("anna").press(phrase.Get("act.answer"))
	forms["reply"] = opened{who: "anna", step: s.seat("anna").Step(), good: url.Values{"reply": {"We are on it."}}}
	s.seat("staff").pick("case")
	forms["case"] = opened{who: "staff", step: s.seat("staff").Step(), good: url.Values{"receipt": {rec}}}
	s.look("staff", rec)
	s.seat("staff").press(phrase.Get("mine.add"))
	forms["add"] = opened{who: "staff", step: s.seat("staff").Step(), good: url.Values{"receipt": {rec}, "more": {"One thing more."}}}
	s.look("staff", rec)
	s.seat("staff").press(phrase.Get("own.replace"))
	forms["replace"] = opened{who: "staff", step: s.seat("staff").Step(), good: url.Values{"receipt": {rec}, "why": {"It was seen."}}}
	_, sealed := s.sealedFile("The supplier sold it twice.")
	_, inner := s.opened(sealed.File)
	s.seat("three").say("", bottest.FileOf("stock.age", inner["body.age"]))
	s.said = s.seat("three").last().Said
	forms["stock"] = opened{who: "three", step: s.seat("three").Step(), good: url.Values{"kind": {"redress"}, "exclude": {"chris"}}, recall: s.recall}
	forms["hand"] = opened{
		who: "four", step: s.sealedForm("four", "redress").Step(), good: url.Values{"exclude": {"chris"}},
		file: []bot.File{bottest.FileOf("stock.age", inner["body.age"])},
	}
	return s, forms
}

// bad lists what is wrong for a field, with the sentence that it should get.
func bad(f bot.Field) map[string][]string {
	wrong := map[string][]string{}
	add := func(key string, values ...string) { wrong[fmt.Sprintf("%s|%q", key, values)] = values }
	if !f.Optional && f.Kind != bot.Files && f.ID != "group" {
		add("field.missing")
		add("field.missing", "")
		add("field.missing", " \t\n ")
	}
	switch f.Kind {
	case bot.Line, bot.Text, bot.Hidden:
		if f.ID == "receipt" {
			add("case.mistyped", "0000", "1111")
			add("case.mistyped", strings.Repeat("7", 5000))
			add("case.mistyped", "\x1b[2J\x00<b>*x*")
			break
		}
		if f.ID == "group" {
			for _, typed := range []string{"", "0000", "\x1b[2J", strings.Repeat("x", 10_000), "é\xff"} {
				add("receipt.wrong-group", typed)
			}
			break
		}
		if !f.Optional {
			add("field.missing", "\x00\x01\u202e\ufeff") // nothing that anybody could see
		}
		add("field.long", strings.Repeat("ü", f.Max+1))
		add("field.one", "one", "two")
	case bot.Choice:
		add("field.choice", "foreign")
		add("field.choice", f.Options[0].Label)
		add("field.choice", f.Options[0].Value+"\x00")
		add("field.one", f.Options[0].Value, f.Options[len(f.Options)-1].Value)
	case bot.Choices:
		add("field.choice", "foreign")
		add("field.choice", f.Options[0].Value, "<script>")
		add("field.choice", strings.ToUpper(f.Options[0].Value))
	case bot.Date:
		for _, typed := range []string{"yesterday", "2026-13-01", "2026-02-30", "1.11.2026", "2026-11-1", "2026-11-01T13:37:42Z", "\x1b[2J"} {
			add("field.date", typed)
		}
	case bot.Files:
	}
	return wrong
}

// comesBack requires the same form again, with one sentence and everything else
// that was typed.
func comesBack(t *testing.T, step bot.Step, field, want string, typed url.Values) {
	t.Helper()
	if !step.IsForm() || step.Check() != nil {
		t.Errorf("no form comes back: %v %s", step.Check(), bare(step))
		return
	}
	screen := bottest.ScreenOf(step)
	for _, f := range step.Fields {
		if f.ID == field && f.Problem != want && want != "" {
			t.Errorf("%s gets %q, want %q", f.ID, f.Problem, want)
		}
		if f.ID != field && f.Problem != "" {
			t.Errorf("%s is blamed: %q", f.ID, f.Problem)
		}
		if f.ID != field && f.ID != "receipt" && f.ID != "group" && !slices.Equal(screen.Values[f.ID], typed[f.ID]) {
			t.Errorf("%s is lost: %q", f.ID, screen.Values[f.ID])
		}
		if f.ID == "receipt" && len(f.Value) > 0 {
			t.Error("a receipt is shown again")
		}
	}
}

// TestBadInput: no platform and no adapter is believed. Every wrong value in every
// field of every form gets one clear sentence at its field, stores nothing, and
// loses nothing that was typed elsewhere.
func TestBadInput(t *testing.T) {
	s, forms := everyForm(t)
	tried := 0
	for _, name := range slices.Sorted(maps.Keys(forms)) {
		f := forms[name]
		for _, field := range f.step.Fields {
			for _, what := range slices.Sorted(maps.Keys(bad(field))) {
				key, _, _ := strings.Cut(what, "|")
				t.Run(name+"/"+field.ID+"/"+fmt.Sprintf("%.40s", what), func(t *testing.T) {
					values := maps.Clone(f.good)
					values[field.ID] = bad(field)[what]
					size := s.size()
					step := s.again(f.event(values))
					if s.size() != size {
						t.Errorf("something was stored: %.300s", bare(step))
					} else {
						comesBack(t, step, field.ID, phrase.Get(key, "max", strconv.Itoa(field.Max)), values)
					}
				})
				tried++
			}
		}
	}
	if tried < 60 {
		t.Errorf("only %d values were tried", tried)
	}
	// The control: the good answers are taken, after all of that.
	for _, name := range slices.Sorted(maps.Keys(forms)) {
		step := s.again(forms[name].event(forms[name].good, forms[name].file...))
		if filed := name == "report" || name == "redress" || name == "stock" || name == "hand" || name == "replace"; step.IsForm() != filed || filed && step.Title != phrase.Get("receipt.title") {
			t.Errorf("%s: good answers come back: %.300s", name, bare(step))
		}
	}
	if s.count("cases") < 3 {
		t.Errorf("%d cases", s.count("cases"))
	}
}

// TestBadInputExclude: browsers send empty boxes, and a platform may send a choice
// twice. An exclusion that is not exactly one of the roster must neither be lost
// nor keep a report out.
func TestBadInputExclude(t *testing.T) {
	for _, exclude := range [][]string{{""}, {"chris", ""}, {"chris", "chris"}, {" "}, {}} {
		s := newScene(t, bottest.Settings{})
		v := sent("staff", "").Values
		v["exclude"] = exclude
		ev := sent("staff", s.formOf("staff").Token)
		ev.Values = v
		step := s.again(ev)
		if step.Title != phrase.Get("receipt.title") {
			t.Errorf("%q: %.300s", exclude, step.Text)
			continue
		}
		if slices.Contains(exclude, "chris") && len(s.held("chris")) > 0 {
			t.Errorf("%q: chris holds it", exclude)
		}
		if th := s.thread(s.holder()); len(th.Warnings) > 0 || slices.Contains(th.Excluded, "chris") != slices.Contains(exclude, "chris") {
			t.Errorf("%q: %q %q", exclude, th.Excluded, th.Warnings)
		}
	}
}
