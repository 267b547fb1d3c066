package bottest

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"ombra/bot"
	"ombra/cases/papers"
)

// hostile are words that attack whoever shows them. Each is one line and says
// where it is seen.
var hostile = []string{
	"0visible \x1b[2J\x1b]0;owned\x07\x1b[31m", "1visible\x00\x08\x7f\u009b31m", "2visible\u202egnp.exe\u2066 \ufeff\u200b",
	"3visible <!channel> <!here> <@U012AB3CD> <#C012AB3CD> <!subteam^S012AB3CD>", "4visible @all @here @channel @anna ~town-square",
	"5visible *b* _i_ ~s~ `c` **b** > q # h - l", "6visible ``` code ``` ~~~ code", "7visible <https://x.example|click> [click](https://x.example) ![x](https://x.example/i.png)",
	"8visible &lt;!channel&gt; &amp; <script>alert(1)</script>", "  [1] Acknowledge 9visible", "10visible " + strings.Repeat("x", 1500),
	"11visible :skull: \\*x\\* | a | b | $x$ {{.}} %s ${x}", "12visible 2026-11-23, signed by anna:", "13visible \u05e9\u05dc\u05d5\u05dd \u202b\u0639\u0631\u0628\u202c",
}

// hostileWords: words are shown as they are read, wherever they come from. They
// ring nobody, they are no link and no button, and nothing else changes.
func hostileWords(s *stage) {
	plain, first := s.report("plain", nil)
	s.answers("anna", papers.Draft{Text: "Thank you.", Files: []papers.Attachment{{Name: "plain.txt", Data: []byte("x")}}})
	usual := plain.opens(first)

	all := strings.Join(hostile, "\n")
	p, rec := s.report("staff", url.Values{"q.what": {all}, "q.concerned": {hostile[3] + hostile[4]}, "exclude": {"chris"}})
	s.allVisible("the papers", s.textOf(s.thread("anna")))
	s.answers("anna", papers.Draft{Text: all, Files: []papers.Attachment{{Name: hostile[3] + ".txt", Data: []byte("x")}}})
	screen := p.opens(rec)
	s.allVisible("the answer", screen.Text)
	if !slices.Equal(screen.Buttons, usual.Buttons) || len(screen.Fields) > 0 {
		s.t.Errorf("words made buttons %q and fields %q, want %q", screen.Buttons, screen.Fields, usual.Buttons)
	}
	p.form("report")
	p.send(good(url.Values{"q.what": {all}, "q.concerned": {""}}))
	if len(p.Sees().Problems) == 0 {
		s.t.Errorf("no problem is shown: %s", p.Sees().Text)
	}
	p.mend(url.Values{"q.concerned": {"The cell"}})
	p.receipt()
	s.allVisible("what was mended", s.textOf(s.thread("anna")))
	p.form("report")
	s.Office.Pass(73 * time.Hour)
	lost := p.send(good(url.Values{"q.what": {all}}))
	p.sees("lost.text")
	s.allVisible("what is given back", lost.Text)
	if len(lost.Buttons) != 3 || len(lost.Fields) > 0 {
		s.t.Errorf("words made buttons %q and fields %q", lost.Buttons, lost.Fields)
	}
	for i, line := range hostile {
		offer := p.say(line)
		p.sees("said.title")
		if !offer.has(words.Get("said.report")) || len(offer.Buttons) != 2 {
			s.t.Errorf("%d: %q", i, offer.Buttons)
		}
		p.press(words.Get("said.report"))
	}
}

func (s *stage) allVisible(where, text string) {
	s.t.Helper()
	for i := range hostile {
		if !strings.Contains(squeeze(text), fmt.Sprintf("%dvisible", i)) {
			s.t.Errorf("%s: %q is not shown: %.2000s", where, hostile[i], text)
		}
	}
}

// saidIsOffered: what is said is not filed. The private form has it.
func saidIsOffered(s *stage) {
	exposure := map[bool]string{true: "said.kept", false: "said.gone"}[s.Via.Exposed]
	before := s.acts()
	for _, text := range []string{"I saw the list of targets, and it is wrong.", long(3001, 4000)} {
		p := s.player("staff")
		p.say(text)
		p.sees("said.title")
		p.sees(exposure)
		p.press(words.Get("said.report"))
		if fits := len(text) < 3000; fits {
			p.kept("q.what", text)
		} else {
			p.kept("q.what", words.Get("file.long-message"))
		}
		if s.acts() != before {
			s.t.Error("what was said was filed")
		}
		form := good(nil)
		delete(form, "q.what") // as it is
		p.send(form)
		p.receipt()
		report := s.thread("anna").Items[0]
		if len(report.Files) > 0 {
			report.Text = string(report.Files[0].Data)
		}
		if !strings.Contains(report.Text, text) {
			s.t.Errorf("what was said did not arrive: %.300s", report.Text)
		}
		before = s.acts()
	}
}

// saidReceipt: a receipt that was said opens nothing and is called exposed.
func saidReceipt(s *stage) {
	p, rec := s.report("staff", nil)
	p.say(rec)
	p.sees("exposed.title")
	if shows(p.Sees(), rec) || shows(p.Sees(), words.Get("mine.stage")) {
		s.t.Errorf("it is repeated or used: %s", p.Sees().Text)
	}
}

// covers: with no private means left, a cover is shown that gives nothing away,
// and its button leads back.
func covers(s *stage) {
	s.without(Covering, s.Bare != nil)
	p := s.player("staff")
	p.form("report")
	if screen := s.covered(p, func() error { return p.Person.Send(good(nil)) }); screen.Text != "" {
		rec := p.receipt()
		if p.opens(rec); !shows(p.Sees(), words.Get("mine.stage")) {
			s.t.Errorf("the receipt opens nothing: %s", p.Sees().Text)
		}
		p.pick("case")
		screen = s.covered(p, func() error { return p.Person.Send(url.Values{"receipt": {rec}}) })
		if screen.Text != "" && !slices.Contains(screen.Fields, "receipt") {
			s.t.Errorf("no way back to the case: %s", screen.Text)
		}
	}
	anna := s.player("anna")
	list := s.holds("anna")
	if inbox := s.covered(anna, func() error { return anna.Person.Pick("inbox") }); inbox.Text != "" && !slices.Equal(slices.DeleteFunc(inbox.Buttons, isOther), list) {
		s.t.Errorf("the inbox shows %q, want %q", inbox.Buttons, list)
	}
	anna.pick("inbox")
	card := anna.press(list[0])
	anna.pick("inbox")
	if back := s.covered(anna, func() error { return anna.Person.Press(list[0]) }); back.Text != "" && back.Text != card.Text {
		s.t.Errorf("the cover of a card leads to %s", back.Text)
	}
	if back := s.covered(anna, func() error { return anna.Person.Press(words.Get("act.papers")) }); back.Text != "" && back.Text != card.Text {
		s.t.Errorf("the cover of the papers leads to %s", back.Text)
	}
	if back := s.covered(p, func() error { return p.Person.Say("I saw it too.") }); back.Text != "" && !back.has(words.Get("said.report")) {
		s.t.Errorf("the cover of an offer leads to %s", back.Text)
	}
}

// covered does something without private means, and returns what the cover's
// button leads to: nothing if the platform had a private means all the same.
func (s *stage) covered(p *player, act func() error) Screen {
	s.t.Helper()
	s.Bare(p.account)
	s.must(act())
	s.settle()
	cover := p.Sees()
	s.look(cover)
	if !isCover(cover) {
		if !cover.Private {
			s.t.Errorf("no cover, and it is kept: %s", cover.Text)
		}
		return Screen{}
	}
	screen := p.press(cover.Buttons[0])
	for _, key := range []string{"lost.text", "sorry.title", "cover.text"} {
		if shows(screen, words.Get(key)) {
			s.t.Errorf("a cover leads to: %s", screen.Text)
		}
	}
	return screen
}

// anothersButton: whoever presses a button that another one sees has pressed
// nothing, and learns nothing.
func anothersButton(s *stage) {
	s.without(Reaching, s.Reach != nil)
	s.report("staff", nil)
	anna := s.opensCard("anna")
	before := s.acts()
	for _, label := range []string{words.Get("act.acknowledge"), words.Get("act.papers")} {
		for _, who := range []string{"chris", "stranger", "bela"} {
			s.player(who).pick("")
			s.must(s.Reach(who, "anna", label))
			s.settle()
			screen := s.player(who).Sees()
			s.look(screen)
			if caseShape.MatchString(screen.Text) || len(screen.Files) > 0 || len(screen.Fields) > 0 || passcodeShape.MatchString(screen.Text) {
				s.t.Errorf("%s pressed anna's %q: %s", who, label, screen.Text)
			}
		}
	}
	if s.acts() != before {
		s.t.Error("it was done")
	}
	if anna.press(words.Get("act.acknowledge")); !shows(anna.Sees(), words.Get("stage.acknowledged")) {
		s.t.Errorf("it does nothing in anna's hand either: %s", anna.Sees().Text)
	}
	stranger := s.player("stranger")
	if screen := stranger.pick("inbox"); shows(screen, words.Get("inbox.text")) || shows(screen, words.Get("inbox.empty")) {
		s.t.Errorf("a stranger has an inbox: %s", screen.Text)
	}
}

// sameAgain: what is sent or pressed twice is done once, and finds what came of
// it the first time.
func sameAgain(s *stage) {
	s.without(Repeating, s.Again != nil)
	again := func(p *player, what string, act func(), same func(before, after Screen) bool) {
		act()
		first, acts := p.Sees(), s.acts()
		for range 2 {
			s.must(s.Again(p.account))
			s.settle()
			s.look(p.Sees())
			if s.acts() != acts || !same(first, p.Sees()) {
				s.t.Errorf("%s again: %d acts more, %s", what, s.acts()-acts, p.Sees().Text)
			}
		}
	}
	sameText := func(a, b Screen) bool { return a.Text == b.Text && slices.Equal(a.Buttons, b.Buttons) }
	p := s.player("staff")
	p.form("report")
	again(p, "filing", func() { p.send(good(nil)) }, func(a, b Screen) bool { return receiptShape.FindString(a.Text) == receiptShape.FindString(b.Text) })
	rec := p.receipt()
	p.opens(rec)
	p.press(words.Get("mine.add"))
	again(p, "adding", func() { p.send(url.Values{"receipt": {rec}, "more": {"One thing more."}}) }, sameText)
	anna := s.opensCard("anna")
	again(anna, "acknowledging", func() { anna.press(words.Get("act.acknowledge")) }, sameText)
	anna.press(words.Get("act.assess"))
	again(anna, "assessing", func() {
		anna.send(url.Values{"category": {"other"}, "priority": {"high"}, "urgent": {"no"}, "stage": {"investigating"}})
	}, sameText)
	th := s.thread("anna")
	file, err := s.Office.Machines["anna"].Sign(th, papers.Draft{Do: "answer", Text: "Thank you."}, string(s.Office.Cases.Today()))
	s.must(err)
	again(anna, "answering", func() { anna.say("", file) }, sameText)
}

// noticesOnce: whoever holds a case is told, once and without content, that it
// is time to look. Nobody else is told anything.
func noticesOnce(s *stage) {
	s.without(Telling, s.Notices != nil && s.Notify != nil)
	everybody := []string{"anna", "bela", "chris", "staff"}
	for _, who := range everybody {
		s.player(who).pick("")
	}
	const text = "The tool hit a clinic that nobody knows."
	s.report("staff", url.Values{"q.what": {text}})
	heard := func(who string) []Screen { s.settle(); return s.Notices(who) }
	told := func(when string, want ...int) {
		s.t.Helper()
		for i, who := range everybody {
			if !s.soon(func() bool { return len(heard(who)) >= want[i] }) || len(heard(who)) != want[i] {
				s.t.Errorf("%s: %s was told %d times, want %d", when, who, len(heard(who)), want[i])
			}
		}
	}
	s.deliver()
	told("at once", 0, 0, 0, 0)
	for range 24 {
		s.Office.Pass(time.Hour)
	}
	s.deliver()
	told("the next day", 1, 1, 0, 0)
	s.Office.Pass(24 * time.Hour)
	s.deliver()
	told("and the day after", 1, 1, 0, 0)

	news := bot.Step{Lang: "en", Title: "News", Text: "There is news for you.", Kept: true, Buttons: []bot.Button{{Label: words.Get("verb.inbox"), Verb: "inbox"}}}
	for range 2 {
		s.must(s.Notify("anna", "the same key", news))
	}
	told("a key twice", 2, 1, 0, 0)
	s.must(s.Notify("anna", "another key", news))
	told("another key", 3, 1, 0, 0)
	for _, screen := range append(heard("anna"), heard("bela")...) {
		s.look(screen)
		all := screen.Text + strings.Join(screen.Buttons, "\n")
		if caseShape.MatchString(all) || strings.Contains(all, text) || len(screen.Files) > 0 || !screen.has(words.Get("verb.inbox")) {
			s.t.Errorf("a notice with content, or without a way on: %s", all)
		}
	}
	if !shows(heard("bela")[0], words.Get("notice.news")) {
		s.t.Errorf("bela was told: %s", heard("bela")[0].Text)
	}
	if len(s.holds("anna")) != 1 {
		s.t.Error("there is nothing to look at")
	}
}
