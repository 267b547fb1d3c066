package bottest_test

import (
	"errors"
	"strings"
	"testing"

	"filippo.io/age"

	"ombra/bot"
	"ombra/bot/bottest"
	"ombra/cases"
	"ombra/cases/papers"
)

// withdrawn plays chris's days after he withdrew from a case, which goes on
// without him or never moves again.
func withdrawn(t *testing.T, goesOn bool) *twin {
	w := newTwin(t, "chris")
	w.file("one", told("anna"))
	w.busy(3, "bela")
	rec := w.file("two", told("bela"))
	w.then(t, 50)
	held := w.thread("chris")
	kept := w.actFile("chris", held, papers.Draft{Do: "note", Text: "one word more"})
	if screen := w.seat("chris").say("", w.actFile("chris", held, papers.Draft{Do: "recuse", Text: "It is about my sister."})); !screen.Has(phrase.Get("signed.recused")) {
		t.Fatalf("not withdrawn: %s", screen.Text)
	}
	if goesOn {
		w.then(t, 99)
		// Nothing that moves a promised day: of that anna is told at night, and the
		// random bytes which that takes would be missing in the other one.
		w.card("anna").press(phrase.Get("act.wait"))
		w.seat("anna").say("", w.actFile("anna", w.thread("anna"), papers.Draft{Do: "ask", Text: "Who else knows?"}))
		w.add("two", rec, "My brother chris.")
	}
	w.then(t, 2)
	w.looks()
	w.opens(true)
	w.seat("chris").say("", kept) // signed while he held it
	w.take("kept act")
	guess := *held
	guess.Me = "chris"
	w.seat("chris").say("", w.actFile("chris", &guess, papers.Draft{Do: "answer", Text: "x"}))
	w.take("new act")
	w.night(t, 3)
	w.looks()
	w.opens(false)
	w.night(t, 4)
	w.looks()
	w.opens(false)
	return w
}

// TestAttackRecusedWatches: he withdrew because the case concerns him, and would
// like to know how it goes on. His days are the same to the last byte whether it
// goes on or not: home, help, roster, inbox, cards and papers of other cases,
// notices with their hours, his old act file handed in, the log's size.
func TestAttackRecusedWatches(t *testing.T) {
	same(t, withdrawn(t, false), withdrawn(t, false))
	with, without := withdrawn(t, true), withdrawn(t, false)
	same(t, with, without)
	if with.size() != without.size() || with.count("papers") <= without.count("papers") {
		t.Errorf("logs of %d and %d, %d and %d papers", with.size(), without.size(), with.count("papers"), without.count("papers"))
	}
	// The control: anna's days do differ.
	a, b := with.thread("anna"), without.thread("anna")
	if len(a.Items) == len(b.Items) || len(a.Warnings)+len(b.Warnings) > 0 {
		t.Errorf("%d and %d items, %q %q", len(a.Items), len(b.Items), a.Warnings, b.Warnings)
	}
}

// TestAttackAccountTakenOver: somebody has anna's chat account, on her own or by
// an administrator's help, and none of her keys. He can press what chat may
// press, each with a leaf in her name, and fetch papers that he cannot open. He
// answers nothing, closes nothing, grants nothing, and takes nobody out.
func TestAttackAccountTakenOver(t *testing.T) {
	s := newScene(t, bottest.Settings{Names: []string{"anna", "bela"}})
	rec := s.file("staff", told())
	thief, err := bottest.NewMachine(bottest.Origin, "anna") // keys of his own, in her name
	if err != nil {
		t.Fatal(err)
	}
	screen := s.card("anna").press(phrase.Get("act.papers"))
	file, pass := s.fileOn(screen)
	if strings.Contains(screen.Text, "clinic") {
		t.Error("the chat shows the report")
	}
	p, err := papers.Open(file, pass)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Read([]age.Identity{thief.Identity.Age()}, papers.Pins{}); !errors.Is(err, papers.ErrKey) {
		t.Errorf("the papers: %v", err)
	}
	// What can be signed without the case's key, and what a true thread would sign.
	th := s.thread("anna")
	forged := []bot.File{}
	for _, d := range []papers.Draft{
		{Do: "answer", Text: "Nothing was found."},
		{Do: "note", Text: "x"},
		{Do: "recuse", Text: "x"},
		{Do: "grant", Set: map[string]string{"to": "bela"}},
		{Do: "close", Text: "x", Lessons: "none, because", Set: map[string]string{"disposition": "unsubstantiated"}},
	} {
		f, err := th.Act(thief.Key, d, string(s.o.Cases.Today()))
		if err != nil {
			t.Fatal(err)
		}
		forged = append(forged, bottest.FileOf(papers.ActName, f))
	}
	f, err := p.Unreadable(thief.Key, []age.Identity{thief.Identity.Age()}, papers.Pins{}, papers.NewOnce(), string(s.o.Cases.Today()))
	if err != nil {
		t.Fatal(err)
	}
	forged = append(forged, bottest.FileOf(papers.ActName, f))
	size, kept := s.size(), s.count("papers")
	for i, f := range forged {
		if screen := s.seat("anna").say("", f); stored(screen) {
			t.Errorf("forged act %d is taken: %s", i, screen.Text)
		}
	}
	s.grew(size, 0, "forged acts")
	// Every button of the card: none of them is one of those.
	var pressed []string
	for _, b := range s.card("anna").Step().Buttons {
		for _, do := range []cases.Verb{cases.Answer, cases.Ask, cases.Note, cases.Close, cases.GrantCase, cases.Recuse, cases.TellUnreadable} {
			if b.Label == phrase.Get("act."+string(do)) {
				t.Errorf("%q can be pressed", b.Label)
			}
		}
		pressed = append(pressed, b.Label)
	}
	if len(pressed) < 5 || s.count("papers") != kept {
		t.Errorf("buttons %q, %d papers more", pressed, s.count("papers")-kept)
	}
	size = s.size()
	s.card("anna").press(phrase.Get("act.acknowledge"))
	s.grew(size, 1, "a press")
	if screen := s.look("staff", rec); screen.Has("Nothing was found") {
		t.Errorf("the filer reads: %s", screen.Text)
	}
}
