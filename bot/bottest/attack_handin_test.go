package bottest_test

import (
	"context"
	"net/url"
	"testing"

	"ombra/bot"
	"ombra/bot/bottest"
	"ombra/cases/papers"
)

// TestAttackHandInOfAnother: somebody sends anna's form from his account, presses
// her button, or hands in what she signed through a form of his own. He does
// nothing, and learns nothing that an unknown case would not tell him too.
func TestAttackHandInOfAnother(t *testing.T) {
	s := newScene(t, bottest.Settings{Names: []string{"anna", "bela", "chris"}})
	s.file("staff", told("chris"))
	s.thread("bela")
	act := s.actFile("anna", s.thread("anna"), papers.Draft{Do: "answer", Text: "We are on it."})
	form := s.actForm("anna").Step()
	for _, who := range []string{"bela", "chris", "mallory"} {
		ev := bot.Event{From: bot.NewAccount("test:" + who), Via: bot.Via{Name: "terminal", Files: true}, Token: form.Token, Form: true, Files: []bot.File{act}}
		s.isLost("anna's form from "+who, ev)
		s.seat("anna").pick("inbox")
		ev = bot.Event{From: ev.From, Via: ev.Via, Token: button(t, s.seat("anna").Step(), phrase.Get("hand.act"))}
		s.isLost("anna's button from "+who, ev)
	}
	s.file("other", told("anna", "bela")) // so that chris has an inbox, too
	unknown := s.actFile("chris", s.thread("chris"), papers.Draft{Do: "answer", Text: "No."})
	for _, who := range []string{"bela", "chris"} {
		s.wrongFile(s.actForm(who), "error.not-found", nil, act)
	}
	s.wrongFile(s.actForm("bela"), "error.not-found", nil, unknown)
	if screen := s.actForm("anna").fill(nil, act); !stored(screen) {
		t.Errorf("in anna's hand: %s", screen.Text)
	}
}

// button finds a button's token.
func button(t *testing.T, s bot.Step, label string) bot.Token {
	t.Helper()
	for _, b := range s.Buttons {
		if b.Label == label {
			return b.Token
		}
	}
	t.Fatalf("no button %q", label)
	return ""
}

// TestAttackHandInByAFormerOmbudsman: who was an ombudsman when the form opened and is none
// any more, and whoever never was one, has no such form: the answer is that to an
// unknown word.
func TestAttackHandInByAFormerOmbudsman(t *testing.T) {
	s := newScene(t, bottest.Settings{})
	s.file("staff", told("chris"))
	act := s.actFile("anna", s.thread("anna"), papers.Draft{Do: "answer", Text: "We are on it."})
	form := s.actForm("anna").Step()
	size := s.size()
	o := s.options
	o.Ombudsmen = map[string]string{}
	step := bot.New(o).Handle(context.Background(), bot.Event{
		From: bot.NewAccount("test:anna"), Via: bot.Via{Name: "terminal", Files: true}, Token: form.Token, Form: true, Files: []bot.File{act},
	})
	if step.Title != phrase.Get("help.title") {
		t.Errorf("%s", bare(step))
	}
	s.grew(size, 0, "a former ombudsman's act")
}

// TestAttackExclusionBesideTheSameFile: a bare age file was dropped into the
// conversation; the answer was lost, and its form is sent again, now excluding an
// ombudsman who holds it. He must get nothing of the second.
func TestAttackExclusionBesideTheSameFile(t *testing.T) {
	s := newScene(t, bottest.Settings{})
	p := s.seat("staff")
	p.say("", s.bareFile("I saw it.", "anna", "bela", "chris"))
	p.fill(url.Values{"kind": {"report"}})
	sent, rec := p.last(), s.receiptOn(p.Sees())
	holder := s.holder()
	sent.Values = url.Values{"kind": {"report"}, "exclude": {holder}}
	moved := bottest.ScreenOf(s.again(sent))
	if s.receiptOn(moved) == rec || !moved.Has(phrase.Get("receipt.moved")) || len(s.held(holder)) != 1 {
		t.Errorf("%s holds %q; %s", holder, s.held(holder), moved.Text)
	}
}

// TestAttackExclusionNotInTheFile: who is chosen beside a file of ombra-desk that does not
// exclude him would get the case all the same. So it is not filed, and that is said.
func TestAttackExclusionNotInTheFile(t *testing.T) {
	s := newScene(t, bottest.Settings{Names: []string{"anna", "bela", "chris", "dora"}})
	_, sealed := s.sealedFile("The supplier sold it twice.", "chris")
	p := s.sealedForm("staff", "report")
	size := s.size()
	screen := p.fill(url.Values{"exclude": {"dora"}}, bottest.FileOf("sealed.age", sealed.File))
	if !screen.Has(phrase.Get("error.left-in")) || screen.Values.Get("exclude") != "dora" || screen.Problems["files"] == "" {
		t.Errorf("%s", screen.Text)
	}
	s.grew(size, 0, "a file that excludes too few")
	if screen = p.fill(url.Values{"exclude": {"chris"}}, bottest.FileOf("sealed.age", sealed.File)); !stored(screen) {
		t.Errorf("%s", screen.Text)
	}
}
