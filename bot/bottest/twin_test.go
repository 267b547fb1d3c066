package bottest_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
	"testing/cryptotest"
	"time"

	"ombra/bot"
	"ombra/bot/bottest"
	"ombra/cases/papers"
	"ombra/crypto"
)

// A twin is one of two offices that live the same days with the same random
// bytes: whatever differs in what somebody receives comes from the one thing that
// happened in one of them only.
type twin struct {
	*scene
	who  string
	got  []string // everything that who received
	post *postbox

	hourly func(hour int) // after the jobs of an hour of the night; nil: nothing
}

func newTwin(t *testing.T, who string) *twin {
	t.Helper()
	return newTwinIn(t, who, bottest.Settings{Names: []string{"anna", "bela", "chris"}})
}

// newTwinIn is newTwin in an office of a test's own.
func newTwinIn(t *testing.T, who string, set bottest.Settings) *twin {
	t.Helper()
	cryptotest.SetGlobalRandom(t, 1)
	w := &twin{who: who, post: &postbox{}}
	set.Options = func(o *bot.Options) {
		o.Platforms = map[string]bot.Platform{"test": w.post}
		o.Oversight = map[string]string{"test:vera": "vera"}
	}
	w.scene = newScene(t, set)
	w.post.s = w.scene
	w.night(t, 1)
	return w
}

// then goes on with new random bytes, the same in both.
func (w *twin) then(t *testing.T, seed uint64) { cryptotest.SetGlobalRandom(t, seed) }

// night lets a day end: its checkpoint, and the hours of the next with their notices.
func (w *twin) night(t *testing.T, seed uint64) {
	t.Helper()
	if _, err := w.o.Cases.Checkpoint(context.Background(), true); err != nil {
		t.Fatal(err)
	}
	w.then(t, seed) // so many no-ops were drawn as the day needed
	for hour := range 24 {
		w.o.Pass(time.Hour)
		for _, j := range w.o.Cases.Jobs() {
			if j.Name != "checkpoint" {
				if err := j.Do(context.Background()); err != nil {
					w.t.Fatal(err)
				}
			}
		}
		if w.hourly != nil {
			w.hourly(hour)
		}
		for _, n := range w.post.deliver() {
			if n.to == "test:"+w.who {
				w.got = append(w.got, fmt.Sprintf("notice %s %s %s", n.when, n.key, n.step))
			}
		}
	}
}

// busy makes the day's number of entries one that a case more does not lift over
// the next step of the padding: the steps are what the log may show.
func (w *twin) busy(filings int, without string) {
	w.t.Helper()
	for range filings {
		w.file("busy", told(without))
	}
}

// take takes down a step to the last byte, with its tokens and files.
func (w *twin) take(what string) {
	w.t.Helper()
	step := w.seat(w.who).Step()
	text := what + ": " + bare(step) + "\n" + string(step.Token)
	for _, b := range step.Buttons {
		text += "\n" + string(b.Token)
	}
	for i := range step.Files {
		f, err := w.seat(w.who).Sees().File()
		if err != nil || i > 0 {
			w.t.Fatal(err)
		}
		text += fmt.Sprintf("\n%x", sha256.Sum256(f))
	}
	w.got = append(w.got, text)
}

// looks is all that can be looked at without a case.
func (w *twin) looks() {
	w.t.Helper()
	p := w.seat(w.who)
	for _, verb := range []string{"", "help", "roster", "privacy", "inbox", "report", "overdue", "numbers", "search 7F3K-9QWD"} {
		p.pick(verb)
		w.take(verb)
	}
	p.press(phrase.Get("verb.privacy"))
	p.pick("report")
	p.press(phrase.Get("gate.go-on")) // who can be excluded
	w.take("form")
}

// opens is all that can be looked at of a case that is held, opened papers
// included. whole: down to the bytes of the file; a checkpoint in it must differ,
// and counts by its size.
func (w *twin) opens(whole bool) *papers.Thread {
	w.t.Helper()
	p := w.card(w.who)
	w.take("card")
	screen := p.press(phrase.Get("act.papers"))
	file, pass := w.fileOn(screen)
	if whole {
		w.take("papers")
	}
	b, err := crypto.OpenPasscode(file, pass)
	if err != nil {
		w.t.Fatal(err)
	}
	text := fmt.Sprintf("file of %d under %s", len(file), pass)
	for _, name := range b.Names() {
		content, _ := b.Get(name)
		if strings.HasPrefix(name, "checkpoint") || strings.HasPrefix(name, "proof") {
			content = make([]byte, len(content))
		}
		text += fmt.Sprintf("\n%s %d %x", name, len(content), sha256.Sum256(content))
	}
	th, err := w.o.Machines[w.who].Open(file, pass)
	if err != nil {
		w.t.Fatal(err)
	}
	w.got = append(w.got, text, fmt.Sprintf("log of %d, %q", th.Log.Size, th.Warnings))
	return th
}

// same compares what two received.
func same(t *testing.T, with, without *twin) {
	t.Helper()
	for i := range max(len(with.got), len(without.got)) {
		if i >= len(with.got) || i >= len(without.got) {
			t.Fatalf("%d things received with the hidden case, %d without", len(with.got), len(without.got))
		}
		if a, b := with.got[i], without.got[i]; a != b {
			t.Fatalf("thing %d differs.\nwith:\n%s\nwithout:\n%s", i, a, b)
		}
	}
	if len(with.got) < 20 {
		t.Errorf("only %d things were compared", len(with.got))
	}
}

// hide files a case that excludes chris, in danger, and works on it.
func (w *twin) hide(t *testing.T) string {
	t.Helper()
	v := told("chris")
	v["danger"] = []string{"notify"}
	v["q.what"] = []string{"Chris sold it."}
	rec := w.file("three", v, bottest.FileOf("chris.txt", []byte("Chris sold it.")))
	id := string(w.heldID("anna"))
	w.card("anna").press(phrase.Get("act.acknowledge"))
	w.seat("anna").say("", w.actFile("anna", w.thread("anna"), papers.Draft{Do: "ask", Text: "Who else knows?"}))
	w.add("three", rec, "Nobody.")
	return id
}
