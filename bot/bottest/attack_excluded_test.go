package bottest_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"ombra/bot"
	"ombra/bot/bottest"
	"ombra/cases/papers"
)

// excluded plays chris's days, with or without a case that excludes him.
func excluded(t *testing.T, hidden bool) *twin {
	w := newTwin(t, "chris")
	visible := w.file("one", told("anna"))
	w.busy(3, "bela")
	w.looks()
	w.opens(true)
	id := "0000-0000"
	if hidden {
		w.then(t, 99)
		id = w.hide(t)
	}
	w.then(t, 2)
	w.looks()
	th := w.opens(true)
	w.seat("chris").press(phrase.Get("card.back"))
	w.seat("chris").press(phrase.Get("act.acknowledge"))
	w.take("acknowledged")
	// He has guessed the id, and signs an act on it.
	guess := *th
	guess.Case = id
	w.seat("chris").say("", w.actFile("chris", &guess, papers.Draft{Do: "note", Text: "x"}))
	w.take("guess")
	w.seat("chris").say("", w.actFile("chris", th, papers.Draft{Do: "answer", Text: "We are on it."}))
	w.take("signed")
	w.add("one", visible, "One thing more.")
	w.file("two", told("anna"))
	w.looks()
	w.opens(true)
	w.night(t, 3)
	w.looks()
	w.opens(false)
	w.night(t, 4)
	w.opens(false)
	return w
}

// TestAttackHiddenRow: in other systems a case that was hidden from somebody still
// counted, was announced, or left a gap in what he saw. Chris's whole days are
// played twice, with the same random bytes, with and without a case that excludes
// him: home, help, roster, forms, inbox, cards, papers of other cases, notices with
// their keys and hours, his own acts, an act on the very id, the log's size. Every
// byte is the same (of checkpoints and their proofs: every size).
func TestAttackHiddenRow(t *testing.T) {
	same(t, excluded(t, false), excluded(t, false)) // the control: nothing else differs
	with, without := excluded(t, true), excluded(t, false)
	same(t, with, without)
	if with.count("cases") != without.count("cases")+1 || with.size() != without.size() {
		t.Errorf("%d and %d cases, logs of %d and %d", with.count("cases"), without.count("cases"), with.size(), without.size())
	}
	// The control of the control: bela's days do differ.
	with, without = excluded(t, true), excluded(t, false)
	a, b := with.seat("bela").pick("inbox"), without.seat("bela").pick("inbox")
	if slices.Equal(a.Buttons, b.Buttons) {
		t.Error("the hidden case is hidden from everybody")
	}
}

// amended plays a holder's days: the filer sends the form again, and excludes him.
func amended(t *testing.T, who string, hidden bool) (w *twin, first, second string) {
	w = newTwin(t, who)
	w.then(t, 5)
	first = w.file("one", told())
	w.busy(1, who)
	form := w.seat("one").last()
	w.looks()
	w.opens(true)
	if hidden {
		w.then(t, 99)
		form.Values = told(who)
		form.Values["danger"] = []string{"no"}
		form.Values["q.what"] = []string{"It was " + who + " who hit the clinic."}
		step := w.again(form)
		second = w.receiptOn(bottest.ScreenOf(step))
		if !strings.Contains(step.Text, phrase.Get("receipt.moved")) {
			t.Errorf("the filer is not told: %s", bare(step))
		}
		if again := w.again(form); w.receiptOn(bottest.ScreenOf(again)) != second {
			t.Error("the same again makes a third receipt")
		}
	}
	w.then(t, 6)
	w.looks()
	w.opens(true)
	w.add("one", first, "One thing more.")
	w.night(t, 7)
	w.looks()
	w.opens(false)
	return w, first, second
}

// TestAttackAmendedReport: somebody files, learns afterwards that the official who
// now holds the report is the one it is about, goes back and excludes him. Were
// that a message to the first case, he would read it. It is a case of its own
// under a new receipt; his days are the same to the last byte as if it had never
// been sent, and both receipts live on.
func TestAttackAmendedReport(t *testing.T) {
	probe, _, _ := amended(t, "anna", false)
	who := "anna"
	if len(probe.held("anna")) == 0 {
		who = "bela"
	}
	with, first, second := amended(t, who, true)
	without, _, _ := amended(t, who, false)
	same(t, with, without)
	if first == second || with.count("cases") != without.count("cases")+1 {
		t.Fatalf("%d cases", with.count("cases"))
	}
	if len(with.held(who)) != 1 {
		t.Error("he holds the second one too")
	}
	for _, rec := range []string{first, second} {
		if screen := with.look("one", rec); !screen.Has(phrase.Get("stage.received")) {
			t.Errorf("a receipt is dead: %s", screen.Text)
		}
	}
	for _, name := range []string{"anna", "bela", "chris"} {
		if name == who || len(with.held(name)) == 0 {
			continue
		}
		if th := with.thread(name); th.Filer != "" && slices.Contains(th.Excluded, who) && strings.Contains(th.Items[0].Text, "It was "+who) {
			return
		}
	}
	t.Error("nobody reads the second one")
}

// TestAttackStrangersVerbs: a stranger types the verbs of an ombudsman. To him
// they do not exist: the answer is that to any unknown word, to the last byte.
func TestAttackStrangersVerbs(t *testing.T) {
	s := newScene(t, bottest.Settings{})
	s.file("staff", told("chris"))
	p := s.seat("stranger")
	p.pick("xyzzy")
	want := bare(p.Step())
	for _, verb := range []string{"inbox", "overdue", "numbers", "card", "card.papers", "file.receipt", "help"} {
		if p.pick(verb); bare(p.Step()) != want {
			t.Errorf("%s is answered otherwise", verb)
		}
	}
	// Buttons and forms of anna's in a stranger's or chris's hand are nobody's.
	card := s.card("anna").Step()
	for _, b := range card.Buttons {
		if b.Token == "" {
			continue
		}
		var seen []string
		for _, who := range []string{"test:stranger", "test:chris"} {
			for _, token := range []bot.Token{b.Token, "nonsense"} {
				seen = append(seen, bare(s.again(bot.Event{From: bot.NewAccount(who), Via: bot.Via{Name: "terminal", Files: true}, Token: token, Values: url.Values{}})))
			}
		}
		if len(slices.Compact(seen)) != 1 || !strings.Contains(seen[0], phrase.Get("lost.text")) {
			t.Errorf("%s tells a stranger something: %q", b.Label, seen)
		}
	}
}
