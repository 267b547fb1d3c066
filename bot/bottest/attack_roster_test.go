package bottest_test

import (
	"context"
	"strings"
	"testing"

	"ombra/bot/bottest"
	"ombra/cases"
	"ombra/cases/papers"
)

// staffed is an office with an outside body, in which three weeks are a long
// absence.
func staffed() bottest.Settings {
	return bottest.Settings{
		Names: []string{"anna", "bela", "chris"}, Backstop: "outside",
		Change: func(o *cases.Office) { o.Absence, o.Oversight = 21, []string{"vera"} },
	}
}

// due does what is due now, whatever that draws, and goes on with bytes that are
// the same in both.
func (w *twin) due(t *testing.T, seed uint64) {
	t.Helper()
	for _, j := range w.o.Cases.Jobs() {
		if j.Name != "checkpoint" { // each night's
			w.must(j.Do(context.Background()))
		}
	}
	w.then(t, seed)
}

// alike has each hour of a night go on with the same bytes, and the keys of tokens
// made of them, whatever the hour's jobs drew: somebody may be given a case.
func (w *twin) alike(t *testing.T) {
	w.hourly = func(hour int) {
		w.then(t, uint64(1000+hour))
		w.seat("stranger").pick("help")
	}
}

func (s *scene) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// removed plays chris's days after the office removed him. His account works on.
func removed(t *testing.T, goesOn bool) *twin {
	ctx := context.Background()
	w := newTwinIn(t, "chris", staffed())
	w.alike(t)
	w.file("one", told("anna"))
	w.busy(3, "bela")
	rec := w.file("two", told("bela"))
	w.then(t, 50)
	th := w.thread("chris")
	kept := w.actFile("chris", th, papers.Draft{Do: "note", Text: "one word more"})
	old := w.seat("chris").sent // with the buttons of cards, papers and inbox
	w.must(w.o.Cases.Remove(ctx, "chris"))
	w.due(t, 51)
	if goesOn {
		w.then(t, 99)
		w.seat("anna").say("", w.actFile("anna", w.thread("anna"), papers.Draft{Do: "ask", Text: "Who else knows?"}))
		w.add("two", rec, "It was chris.")
		v := told()
		v["danger"] = []string{"notify"}
		w.file("three", v)
	}
	w.then(t, 2)
	w.looks()
	w.seat("stranger").pick("xyzzy")
	help, pressed := bare(w.seat("stranger").Step()), 0
	for _, ev := range old {
		if ev.Token == "" {
			continue
		}
		if pressed++; bare(w.again(ev)) != help {
			t.Errorf("an old button: %s", bare(w.again(ev)))
		}
	}
	if pressed < 2 {
		t.Errorf("%d old buttons", pressed)
	}
	w.seat("chris").say("", kept) // signed while he held it
	w.take("kept act")
	guess := *th
	guess.Case = "0000-0000"
	w.seat("chris").say("", w.actFile("chris", &guess, papers.Draft{Do: "answer", Text: "x"}))
	w.take("guess")
	w.night(t, 3)
	w.looks()
	w.night(t, 4)
	w.looks()
	return w
}

// TestAttackRemovedKeepsAccount: an ombudsman is removed, and nobody took his chat
// account out of the configuration. He presses every button that he ever got, hands
// in what he signed, guesses. He is answered like any stranger, to the last byte
// the same whether his cases go on or not, new ones come or not; of notices he gets
// the one that says so.
func TestAttackRemovedKeepsAccount(t *testing.T) {
	same(t, removed(t, false), removed(t, false))
	with, without := removed(t, true), removed(t, false)
	same(t, with, without)
	if with.size() != without.size() || with.count("papers") <= without.count("papers") {
		t.Errorf("logs of %d and %d, %d and %d papers", with.size(), without.size(), with.count("papers"), without.count("papers"))
	}
	var notices []string
	for _, got := range with.got {
		if strings.HasPrefix(got, "notice ") {
			notices = append(notices, got)
		}
	}
	if len(notices) != 1 || !strings.Contains(notices[0], phrase.Get("notice.removed")) {
		t.Errorf("told: %q", notices)
	}
	// Like a stranger: a word that nobody knows, an old button, an act.
	stranger := with.seat("stranger")
	stranger.pick("xyzzy")
	help := bare(stranger.Step())
	for _, verb := range []string{"inbox", "help", "overdue", "search 7F3K-9QWD"} {
		if with.seat("chris").pick(verb); bare(with.seat("chris").Step()) != help {
			t.Errorf("%s: %s", verb, bare(with.seat("chris").Step()))
		}
	}
	// The control: the same buttons of anna's lead to her cases.
	if len(with.held("anna")) == 0 {
		t.Error("anna holds nothing")
	}
}

// misses plays chris's days while anna is removed or away; a case may be there that
// excludes him, and that somebody else is given for her.
func misses(t *testing.T, hidden bool, how func(w *twin)) *twin {
	w := newTwinIn(t, "chris", staffed())
	w.alike(t)
	w.file("one", told("anna"))
	w.busy(4, "bela") // anna and chris hold these
	w.looks()
	w.opens(true)
	if hidden {
		w.then(t, 99)
		w.hide(t)
	}
	w.then(t, 2)
	how(w)
	w.due(t, 5)
	w.looks()
	w.opens(true)
	w.night(t, 3)
	w.looks()
	w.opens(false)
	w.night(t, 4)
	w.looks()
	w.opens(false)
	return w
}

// TestAttackAbsenceTells: a case excludes chris. Then anna, who holds it, is removed
// or goes away for long, and the outside body is given the case for her. Chris knows
// who is missing, since the roster is public, and watches what follows: notices, the
// holders on his own cards, the log's size. Every byte is the same as if the case
// were not there.
func TestAttackAbsenceTells(t *testing.T) {
	ctx := context.Background()
	for name, how := range map[string]func(w *twin){
		"removed": func(w *twin) { w.must(w.o.Cases.Remove(ctx, "anna")) },
		"away": func(w *twin) {
			today := w.o.Cases.Today()
			_, err := w.o.Cases.SetAway(ctx, "anna", today, today.Add(40))
			w.must(err)
		},
		"mandate ended": func(w *twin) { w.must(w.o.Cases.MoveEnd(ctx, "anna", w.o.Cases.Today())) },
	} {
		t.Run(name, func(t *testing.T) {
			same(t, misses(t, false, how), misses(t, false, how))
			with, without := misses(t, true, how), misses(t, false, how)
			same(t, with, without)
			if with.size() != without.size() || with.count("cases") != without.count("cases")+1 {
				t.Errorf("logs of %d and %d", with.size(), without.size())
			}
			if a, b := len(with.held("outside")), len(without.held("outside")); a != b+1 {
				t.Errorf("the outside body holds %d and %d", a, b)
			}
		})
	}
}
