package bottest

import (
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"ombra/bot"
	"ombra/cases/papers"
)

// lawSeven: what the platform sees and keeps is read before the first field.
func lawSeven(s *stage) {
	p := s.player("staff")
	home := p.pick("")
	keeps := words.Get("platform." + s.Via.Name)
	if !shows(home, keeps) || !shows(home, words.Get("home.title")) || len(home.Fields) > 0 {
		s.t.Errorf("home does not begin with what the platform sees: %s", home.Text)
	}
	for _, verb := range []string{"report", "redress"} {
		if label := words.Get("verb." + verb); !home.has(label) {
			s.t.Errorf("no button %q at home: %q", label, home.Buttons)
		}
		gate := p.pick(verb)
		if !shows(gate, keeps) || !shows(gate, "Call 112.") || !shows(gate, "Write nothing classified here") || len(gate.Fields) > 0 {
			s.t.Errorf("%s does not begin with the office's words: %s", verb, gate.Text)
		}
		if form := p.press(words.Get("gate.go-on")); !slices.Contains(form.Fields, "q.what") {
			s.t.Errorf("%s has no form: %s", verb, form.Text)
		}
	}
}

// mend sends a form until nothing is wrong with it any more, and each time only
// what is said to be wrong; its files again where that is said.
func (p *player) mend(right url.Values, files ...bot.File) {
	p.s.t.Helper()
	for range len(right) + 2 {
		problems, mended := p.Sees().Problems, url.Values{}
		if len(problems) == 0 {
			return
		}
		var again []bot.File
		for id, problem := range problems {
			switch value, ok := right[id]; {
			case ok:
				mended[id] = value
			case id == "files":
				again = files
			default:
				p.s.t.Fatalf("something is wrong with %s: %s", id, problem)
			}
		}
		p.send(mended, again...)
	}
	p.s.t.Fatalf("the form does not end: %q", p.Sees().Problems)
}

// kept requires a field of the form that is seen to hold what was typed.
func (p *player) kept(id, text string) {
	p.s.t.Helper()
	if got := p.Sees().Values[id]; len(got) != 1 || got[0] != text {
		p.s.t.Errorf("%s holds %.200q, want %.200q", id, got, text)
	}
}

// formComesBack: what is wrong is said at its field. Nothing that was typed has
// to be typed again, and nothing is stored until all is right.
func formComesBack(s *stage) {
	p := s.player("staff")
	p.form("report")
	before, text := s.acts(), strings.Repeat("What I saw. ", 100)+"End"
	form := good(url.Values{"q.what": {text}, "q.concerned": {""}, "q.category": {""}, "q.when": {"2026-11-02"}})
	list := s.inForm(FileOf("list.txt", []byte("the list")))
	p.send(form, list...)
	if len(p.Sees().Problems) == 0 {
		s.t.Fatalf("no problem is shown: %s", p.Sees().Text)
	}
	p.kept("q.what", text)
	if s.acts() != before {
		s.t.Error("half a form was stored")
	}
	p.mend(url.Values{"q.concerned": {"The cell"}, "q.category": {"other"}}, list...)
	p.receipt()
	th := s.thread("anna")
	if len(th.Items[0].Files) != len(list) {
		s.t.Errorf("%d files arrived, want %d", len(th.Items[0].Files), len(list))
	}
	for _, want := range []string{text, "The cell", "Something else", "2026-11-02"} {
		if !strings.Contains(th.Items[0].Text, want) {
			s.t.Errorf("%.40q did not arrive", want)
		}
	}
	if !slices.Equal(th.Excluded, []string{"chris"}) {
		s.t.Errorf("excluded: %q", th.Excluded)
	}
}

// restIsKept: a receipt is checked by the bot alone, so this form comes back on
// every platform. What is lost of it, a file, is said to be.
func restIsKept(s *stage) {
	p, rec := s.report("staff", nil)
	p.opens(rec)
	p.press(words.Get("mine.add"))
	text, file := "One thing more: it was on a Tuesday.", FileOf("more.txt", []byte("Tuesday"))
	wrong := rec[:len(rec)-1] + map[bool]string{true: "0", false: "1"}[rec[len(rec)-1] != '0']
	p.send(url.Values{"receipt": {wrong}, "more": {text}}, s.inForm(file)...)
	if p.Sees().Problems["receipt"] == "" {
		s.t.Fatalf("a mistyped receipt was taken: %s", p.Sees().Text)
	}
	p.kept("more", text)
	lost := p.Sees().Problems["files"] != ""
	p.send(url.Values{"receipt": {rec}})
	p.sees("add.done")
	more := item(s.thread("anna"), "more")
	if !strings.Contains(more.Text, text) {
		s.t.Errorf("the words were lost: %q", more.Text)
	}
	if s.hasFormFiles() && len(more.Files) == 0 && !lost {
		s.t.Error("the file was lost without a word")
	}
}

// inForm gives the files that may go into a form here.
func (w *World) inForm(files ...bot.File) []bot.File {
	if !w.hasFormFiles() {
		return nil
	}
	return files
}

func (w *World) hasFormFiles() bool { return w.Lacks[FormFiles] == "" }

// expiredForm: a form of yesterday comes back with everything in it; after the
// keys are gone it can only be copied, but whole.
func expiredForm(s *stage) {
	p := s.player("staff")
	p.form("report")
	text := strings.Repeat("It began long ago. ", 150) + "End"
	s.Office.Pass(25 * time.Hour)
	before := s.acts()
	p.send(good(url.Values{"q.what": {text}}))
	p.sees("file.stale")
	p.kept("q.what", text)
	if s.acts() != before {
		s.t.Error("an expired form was stored")
	}
	p.send(nil)
	p.receipt()
	th := s.thread("anna")
	if !strings.Contains(th.Items[0].Text, text) || !slices.Equal(th.Excluded, []string{"chris"}) {
		s.t.Error("what was typed did not arrive whole")
	}
	p.form("report")
	s.Office.Pass(49 * time.Hour)
	before = s.acts()
	p.send(good(url.Values{"q.what": {text}}))
	p.sees("lost.text")
	if !shows(p.Sees(), text) || len(p.Sees().Fields) > 0 || s.acts() != before {
		s.t.Errorf("what was typed is not given back: %s", p.Sees().Text)
	}
}

// everyKind: one answer to each kind of field, and none to what is optional.
func everyKind(s *stage) {
	s.report("staff", url.Values{"q.when": {"2026-11-02"}, "exclude": {"chris", "bela"}})
	th := s.thread("anna")
	s.told(th, "The tool hit a clinic in Zaunheim.", "The targeting cell", "Unintended harm to people outside", "2026-11-02", "No")
	if slices.Sort(th.Excluded); !slices.Equal(th.Excluded, []string{"bela", "chris"}) {
		s.t.Errorf("excluded: %q", th.Excluded)
	}
	p := s.player("claimant")
	p.form("redress")
	p.send(url.Values{"q.what": {"Eleven days."}, "q.category": {"other"}, "q.remedies": {"restitution", "non-repetition"}, "danger": {"yes"}})
	p.receipt()
	with := words.Get("kind.redress")
	th, err := s.papers(s.holder(with), with)
	s.must(err)
	s.told(th, "Eleven days.", "Something else", "Restore what was taken", "A guarantee that it does not happen again", "Yes, but notify nobody at once")
	if text := th.Items[0].Text; strings.Contains(text, "Money for the harm") || strings.Contains(text, "Who must not see this?") {
		s.t.Errorf("it holds what was not answered: %s", text)
	}
}

// told requires answers in a report, each a line of its own.
func (s *stage) told(th *papers.Thread, answers ...string) {
	s.t.Helper()
	lines := strings.Split(th.Items[0].Text, "\n")
	for _, want := range answers {
		if !slices.Contains(lines, want) {
			s.t.Errorf("%q did not arrive: %s", want, th.Items[0].Text)
		}
	}
}

// long makes a text of so many runes, of one to four bytes each, in lines of
// lineful runes.
func long(runes, lineful int) string {
	var b strings.Builder
	for n, at := 0, 0; n < runes; n++ {
		switch at++; {
		case n == runes-1:
			b.WriteRune('Ω')
		case at == lineful:
			b.WriteRune('\n')
			at = 0
		case at > 1 && at < lineful-1 && n%9 == 8:
			b.WriteRune(' ')
		default:
			b.WriteRune([]rune("aжß漢😀z語")[n%7])
		}
	}
	return b.String()
}

// longText: a field holds as many runes as it says, however many bytes they
// are. One more is refused, and not cut off in silence.
func longText(s *stage) {
	what, who, more := long(3000, 80), long(300, 301), long(bot.MaxInput, 100)
	p, rec := s.report("staff", url.Values{"q.what": {what}, "q.concerned": {who}})
	p.opens(rec)
	p.press(words.Get("mine.add"))
	p.send(url.Values{"receipt": {rec}, "more": {more}})
	p.sees("add.done")
	th := s.thread("anna")
	for _, want := range []string{what, who, more} {
		if !strings.Contains(th.Items[0].Text, want) && !strings.Contains(item(th, "more").Text, want) {
			s.t.Errorf("%d runes did not arrive whole", utf8.RuneCountInString(want))
		}
	}
	for id, text := range map[string]string{"q.what": long(3001, 80), "q.concerned": long(301, 302)} {
		p.form("report")
		before := s.acts()
		p.send(good(url.Values{id: {text}}))
		if p.Sees().Problems[id] == "" || s.acts() != before {
			s.t.Errorf("one rune too many for %s is taken, or not said to be wrong: %.300s", id, p.Sees().Text)
		}
	}
}

// longQuote: as many words as a step can quote are read whole.
func longQuote(s *stage) {
	p, rec := s.report("staff", nil)
	answer := long(bot.MaxQuote-200, bot.MaxQuote)
	s.answers("anna", papers.Draft{Text: answer})
	if screen := p.opens(rec); !shows(screen, answer) || !shows(screen, "signed by anna") {
		s.t.Errorf("the answer is not read whole: %d runes are shown", utf8.RuneCountInString(screen.Text))
	}
}
