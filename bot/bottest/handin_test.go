package bottest_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/url"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"ombra/bot"
	"ombra/bot/bottest"
	"ombra/cases/papers"
)

// actForm opens the form for signed acts from an ombudsman's inbox.
func (s *scene) actForm(name string) *seat {
	s.t.Helper()
	s.held(name)
	s.seat(name).press(phrase.Get("hand.act"))
	return s.seat(name)
}

// sealedForm opens the form for sealed files behind the gate of a verb.
func (s *scene) sealedForm(account, verb string) *seat {
	s.t.Helper()
	s.seat(account).pick(verb)
	s.seat(account).press(phrase.Get("hand.sealed"))
	return s.seat(account)
}

// bareFile is an age file made by the stock tool for some ombudsmen.
func (s *scene) bareFile(words string, names ...string) bot.File {
	s.t.Helper()
	list := ""
	for _, name := range names {
		list += s.o.Machines[name].Identity.Recipient().String() + "\n"
	}
	to, err := age.ParseRecipients(strings.NewReader(list))
	if err != nil {
		s.t.Fatal(err)
	}
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to...)
	if err != nil {
		s.t.Fatal(err)
	}
	_, _ = w.Write([]byte(words))
	if err := w.Close(); err != nil {
		s.t.Fatal(err)
	}
	return bottest.FileOf("letter.age", out.Bytes())
}

// wrongFile sends the form that is seen: it comes back, with one sentence at the
// file, and nothing is stored.
func (s *scene) wrongFile(p *seat, want string, values url.Values, files ...bot.File) {
	s.t.Helper()
	size, disk := s.size(), len(s.everything())
	screen := p.fill(values, files...)
	if screen.Problems["files"] != phrase.Get(want, "limit", "25") {
		s.t.Errorf("want %s at the file, got %q: %s", want, screen.Problems["files"], screen.Text)
	}
	if !p.Step().IsForm() || s.size() != size || len(s.everything()) != disk {
		s.t.Errorf("%s: no form, or something is stored", want)
	}
	for id, v := range values {
		if strings.Join(screen.Values[id], ",") != strings.Join(v, ",") {
			s.t.Errorf("%s: %s holds %q, want %q", want, id, screen.Values[id], v)
		}
	}
}

// TestHandInWrongFiles: whatever is wrong with a file is one sentence at it, in
// both forms, and stores nothing in any place; the right file files afterwards.
func TestHandInWrongFiles(t *testing.T) {
	s := newScene(t, bottest.Settings{Names: []string{"anna", "bela"}})
	s.file("staff", told())
	act := s.actFile("anna", s.thread("anna"), papers.Draft{Do: "answer", Text: "We are on it."})
	r, sealed := s.sealedFile("The supplier sold it twice.")
	words := func(n int) func() io.Reader {
		return func() io.Reader { return strings.NewReader(strings.Repeat("x", n)) }
	}
	one := s.bareFile("only for anna", "anna")
	wrong := map[string][]bot.File{
		"field.missing":           nil,
		"error.one-file":          {act, bottest.FileOf("sealed.age", sealed.File)},
		"error.file-too-large":    {fileOf("big.age", 27<<20, words(1), nil)},
		"error.file-too-large ":   {fileOf("negative.age", -1, words(1), nil)},
		"error.file-fetch":        {fileOf("gone.age", 5, nil, errors.New("403 https://files.example/U123"))},
		"error.file-changed":      {fileOf("short.age", 50, words(5), nil)},
		"error.file-changed ":     {fileOf("long.age", 5, words(50), nil)},
		"error.internal":          {{Name: "x.age", Size: 5, Open: func(context.Context) (io.ReadCloser, error) { panic("U123") }}},
		"refused.not-age":         {bottest.FileOf("x.age", []byte("plain words"))},
		"refused.old-office-file": {one},
	}
	for want, files := range wrong {
		want = strings.TrimRight(want, " ")
		s.wrongFile(s.actForm("anna"), want, nil, files...)
		s.wrongFile(s.sealedForm("staff", "report"), want, url.Values{"exclude": {"bela"}}, files...)
	}
	p := s.actForm("anna")
	s.wrongFile(p, "refused.not-act", nil, bottest.FileOf("sealed.age", sealed.File))
	s.wrongFile(p, "refused.not-act", nil, s.bareFile("for both", "anna", "bela"))
	if screen := p.fill(nil, act); !stored(screen) {
		t.Errorf("the true act is refused: %s", screen.Text)
	}
	p = s.sealedForm("anna", "report")
	s.wrongFile(p, "refused.is-act", nil, act)
	s.wrongFile(s.sealedForm("staff", "report"), "refused.unknown-file", nil, act)
	if screen := p.fill(nil, bottest.FileOf("sealed.age", sealed.File)); !stored(screen) || !s.receiptKnown(r) {
		t.Errorf("the true file is refused: %s", screen.Text)
	}
	s.checkSteps()
}

// TestHandInExpired: a form that was open for a day comes back with what was
// chosen, and takes the file then; days later it is nothing any more.
func TestHandInExpired(t *testing.T) {
	s := newScene(t, bottest.Settings{Names: []string{"anna", "bela", "chris"}})
	s.file("staff", told("chris"))
	th := s.thread("anna")
	act := s.actFile("anna", th, papers.Draft{Do: "answer", Text: "We are on it."})
	stock := s.bareFile("I saw it.", "anna", "bela")
	anna, staff := s.actForm("anna"), s.sealedForm("staff", "report")
	s.o.Pass(25 * time.Hour)
	for _, p := range []*seat{anna, staff} {
		file := map[*seat]bot.File{anna: act, staff: stock}[p]
		var chosen url.Values
		if p == staff {
			chosen = url.Values{"exclude": {"chris"}}
		}
		s.wrongFile(p, "file.files-again", chosen, file)
		if !p.Sees().Has(phrase.Get("file.stale")) {
			t.Errorf("it is not said why: %s", p.Sees().Text)
		}
	}
	if screen := anna.fill(nil, act); !stored(screen) {
		t.Errorf("the act: %s", screen.Text)
	}
	s.receiptOn(staff.fill(nil, stock))
	if list := s.held("chris"); len(list) > 0 {
		t.Errorf("what was chosen is lost: chris holds %q", list)
	}
	form := s.sealedForm("staff", "report").Step()
	s.o.Pass(73 * time.Hour)
	s.isLost("a form of days ago", bot.Event{From: bot.NewAccount("test:staff"), Via: bot.Via{Name: "terminal", Files: true}, Token: form.Token, Form: true, Files: []bot.File{stock}})
}

// TestHandInConflict: an act that the case has left behind is a Conflict, said at
// the file; nothing is stored.
func TestHandInConflict(t *testing.T) {
	s := newScene(t, bottest.Settings{Names: []string{"anna", "bela"}})
	rec := s.file("staff", told())
	th := s.thread("anna")
	closing := papers.Draft{Do: "close", Text: "Done.", Set: map[string]string{"disposition": "substantiated"}, Lessons: "none, because"}
	old, answer := s.actFile("anna", th, closing), s.actFile("anna", th, papers.Draft{Do: "answer", Text: "Late."})
	s.add("staff", rec, "One thing more.")
	s.wrongFile(s.actForm("anna"), "error.papers-old", nil, old)
	fresh := s.actFile("anna", s.thread("anna"), closing)
	if screen := s.actForm("anna").fill(nil, fresh); !stored(screen) {
		t.Fatalf("%s", screen.Text)
	}
	s.wrongFile(s.actForm("anna"), "error.moved-on", nil, answer)
	s.o.Pass(91 * 24 * time.Hour)
	s.wrongFile(s.actForm("anna"), "error.act-old", nil, answer)
}

// TestHandInAgain: a form that is sent twice files once and shows the same; with
// another file, the case has both; with an exclusion that a holder falls under, it
// is a case of its own, although the file is the same.
func TestHandInAgain(t *testing.T) {
	s := newScene(t, bottest.Settings{})
	stock := s.bareFile("I saw it.", "anna", "bela", "chris")
	p := s.sealedForm("staff", "redress")
	p.fill(nil, stock)
	sent := p.last()
	rec := s.receiptOn(p.Sees())
	size := s.size()
	for range 2 {
		if again := bottest.ScreenOf(s.again(sent)); s.receiptOn(again) != rec {
			t.Error("the same again has another receipt")
		}
	}
	s.grew(size, 0, "the same again")
	sent.Files = []bot.File{s.bareFile("I saw more.", "anna", "bela", "chris")}
	changed := bottest.ScreenOf(s.again(sent))
	if s.receiptOn(changed) != rec || !changed.Has(phrase.Get("receipt.amended")) || s.count("cases") != 1 {
		t.Errorf("another file in the same form: %s", changed.Text)
	}
	holder := s.holder()
	sent.Values, sent.Files = url.Values{"exclude": {holder}}, []bot.File{stock}
	moved := bottest.ScreenOf(s.again(sent))
	next := s.receiptOn(moved)
	if next == rec || !moved.Has(phrase.Get("receipt.moved")) || s.count("cases") != 2 || len(s.held(holder)) != 1 {
		t.Errorf("%s holds %q; %s", holder, s.held(holder), moved.Text)
	}
	size = s.size()
	if again := bottest.ScreenOf(s.again(sent)); s.receiptOn(again) != next {
		t.Error("the same exclusion again has another receipt")
	}
	s.grew(size, 0, "the same exclusion again")
	if screen := s.look("staff", rec); !screen.Has(phrase.Get("kind.redress")) {
		t.Errorf("the first receipt opens: %s", screen.Text)
	}

	r, sealed := s.sealedFile("The supplier sold it twice.")
	p = s.sealedForm("staff", "report")
	first := p.fill(nil, bottest.FileOf("sealed.age", sealed.File))
	size = s.size()
	if again := s.again(p.last()); bottest.ScreenOf(again).Text != first.Text || !s.receiptKnown(r) {
		t.Errorf("the sealed file again: %s", again.Text)
	}
	s.grew(size, 0, "the sealed file again")
}

// TestHandInNewRoster: somebody joins while the form is open, whom the filer could
// not exclude. A bare file waits for another look; one of ombra-desk has its own say.
func TestHandInNewRoster(t *testing.T) {
	s := newScene(t, bottest.Settings{Names: []string{"anna", "bela"}})
	stock := s.bareFile("I saw it.", "anna", "bela")
	_, sealed := s.sealedFile("The supplier sold it twice.")
	bareForm, sealedForm := s.sealedForm("staff", "report"), s.sealedForm("sealer", "report")
	if err := s.o.Appoint(t.Context(), "dora", false); err != nil {
		t.Fatal(err)
	}
	size := s.size()
	if screen := bareForm.fill(nil, stock); !screen.Has(phrase.Get("file.new-roster")) {
		t.Errorf("%s", screen.Text)
	}
	s.grew(size, 0, "a form with an old roster")
	s.receiptOn(bareForm.fill(url.Values{"exclude": {"dora"}}, stock))
	if screen := sealedForm.fill(nil, bottest.FileOf("sealed.age", sealed.File)); !stored(screen) {
		t.Errorf("%s", screen.Text)
	}
}

// TestHandInNobodyLeft: exclusions that leave nobody are said above the form, with
// the bodies outside; and an office in which nobody could read takes nothing.
func TestHandInNobodyLeft(t *testing.T) {
	s := newScene(t, bottest.Settings{Names: []string{"anna", "bela"}})
	stock := s.bareFile("I saw it.", "anna", "bela")
	p := s.sealedForm("staff", "report")
	screen := p.fill(url.Values{"exclude": {"anna", "bela"}}, stock)
	if !screen.Has(phrase.Get("error.nobody")) || !screen.Has("Parliamentary Ombudsman") || !p.Step().IsForm() {
		t.Errorf("%s", screen.Text)
	}
	s.o.Pass(1000 * 24 * time.Hour) // the last day of their mandates
	p.pick("report")
	s.o.Pass(20 * time.Hour)
	size := s.size()
	if screen := p.press(phrase.Get("hand.sealed")); !screen.Has(phrase.Get("closed.title")) || p.Step().IsForm() {
		t.Errorf("%s", screen.Text)
	}
	s.grew(size, 0, "an office without ombudsmen")
}

// TestHandInIsNotOffered: where forms take no files there is no such button.
func TestHandInIsNotOffered(t *testing.T) {
	s := newScene(t, bottest.Settings{})
	s.file("staff", told("chris"))
	for who, verbs := range map[string][]string{"staff": {"report", "redress"}, "anna": {"inbox", "report"}} {
		p := bottest.NewDirect("test:"+who, bot.Via{Name: "terminal"}, s.o.Bot.Handle)
		for _, verb := range verbs {
			if err := p.Pick(verb); err != nil {
				t.Fatal(err)
			}
			screen := p.Sees()
			if verb == "inbox" {
				if err := p.Press(screen.Buttons[0]); err != nil {
					t.Fatal(err)
				}
				screen.Buttons = append(screen.Buttons, p.Sees().Buttons...)
			}
			for _, b := range screen.Buttons {
				if b == phrase.Get("hand.act") || b == phrase.Get("hand.sealed") {
					t.Errorf("%s is offered %q", who, b)
				}
			}
		}
	}
}
