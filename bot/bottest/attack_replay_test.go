package bottest_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"ombra/bot"
	"ombra/bot/bottest"
	"ombra/cases/papers"
	"ombra/crypto"
	"ombra/crypto/receipt"
)

// sealedFile seals a report on a filer's own device.
func (s *scene) sealedFile(words string, exclude ...string) (receipt.Receipt, papers.Sealed) {
	s.t.Helper()
	device, err := s.o.Device()
	if err != nil {
		s.t.Fatal(err)
	}
	r, sealed, err := device.Seal(papers.Filing{Kind: "report", Words: words, Exclude: exclude}, string(s.o.Cases.Today()))
	if err != nil {
		s.t.Fatal(err)
	}
	return r, sealed
}

// hand hands in a file, and presses on if there is something to press.
func (s *scene) hand(account string, file []byte) bottest.Screen {
	s.t.Helper()
	p := s.seat(account)
	screen := p.say("", bottest.FileOf("sealed.age", file))
	for _, b := range screen.Buttons {
		if b == phrase.Get("sealed.report") {
			return p.press(b)
		}
	}
	return screen
}

func (s *scene) receiptKnown(r receipt.Receipt) bool {
	s.t.Helper()
	_, err := s.o.Cases.Mine(context.Background(), r)
	return err == nil
}

// TestAttackSealedFileReplayed: somebody who can read the conversation hands the
// same sealed file in again, from his account, to see what happens or to fill
// inboxes. It makes no second case, no message and no entry.
func TestAttackSealedFileReplayed(t *testing.T) {
	s := newScene(t, bottest.Settings{})
	r, sealed := s.sealedFile("The supplier sold it twice.")
	first := s.hand("staff", sealed.File)
	if !stored(first) || !s.receiptKnown(r) {
		t.Fatalf("not filed: %s", first.Text)
	}
	size, kept := s.size(), s.count("papers")
	for _, who := range []string{"staff", "mallory"} {
		if again := s.hand(who, sealed.File); again.Text != first.Text {
			t.Errorf("%s sees something else: %s", who, again.Text)
		}
	}
	s.grew(size, 0, "a replay")
	if s.count("papers") != kept || s.count("cases") != 1 {
		t.Error("a replay was stored")
	}
}

// TestAttackStoredFileHandedIn: a thief of the disk hands in what lies there (the
// report, a wrap, a reply) as if it were his sealed file, to have it opened or
// told apart. It is refused in one sentence, and nothing is stored.
func TestAttackStoredFileHandedIn(t *testing.T) {
	s, _, name := lived(t, bottest.Settings{})
	screen := s.card(name).press(phrase.Get("act.papers"))
	handed, _ := s.fileOn(screen)
	size, kept := s.size(), s.count("papers")
	for i, f := range append(s.ageFiles(), handed, handed[:len(handed)-1], []byte("age-encryption.org/v1\n")) {
		screen := s.hand("mallory", f)
		if stored(screen) || !strings.HasPrefix(screen.Text, phrase.Get("sorry.title")) {
			t.Errorf("file %d is taken: %s", i, screen.Text)
		}
	}
	s.grew(size, 0, "a stored file")
	if s.count("papers") != kept || s.count("cases") != 1 {
		t.Error("a stored file was stored again")
	}
}

// TestAttackActReplayed: the platform kept an act file; somebody drops it again,
// later and from elsewhere. From the same account it finds the first one's
// result, also after the case has moved on; from any other it is none of theirs.
func TestAttackActReplayed(t *testing.T) {
	s := newScene(t, bottest.Settings{Names: []string{"anna", "bela"}})
	rec := s.file("staff", told())
	act := s.actFile("anna", s.thread("anna"), papers.Draft{Do: "answer", Text: "We are on it."})
	first := s.seat("anna").say("", act)
	if !stored(first) {
		t.Fatalf("%s", first.Text)
	}
	size := s.size()
	again := s.seat("anna").say("", act)
	if again.Text != first.Text {
		t.Errorf("%s", again.Text)
	}
	if screen := s.seat("bela").say("", act); stored(screen) || !screen.Has(phrase.Get("error.not-found")) {
		t.Errorf("bela gives anna's act: %s", screen.Text)
	}
	help := s.again(bot.Event{From: bot.NewAccount("test:mallory"), Via: bot.Via{Name: "terminal", Exposed: true, Files: true}, Verb: "help"})
	s.seat("mallory").say("", act)
	if got := s.seat("mallory").Step(); bare(got) != bare(help) {
		t.Errorf("a stranger learns that it is an act: %s", bare(got))
	}
	s.grew(size, 0, "a replay")
	s.seat("anna").say("", s.actFile("anna", s.thread("anna"), papers.Draft{Do: "close", Text: "Done.", Set: map[string]string{"disposition": "substantiated"}, Lessons: "none, because"}))
	size = s.size()
	if screen := s.seat("anna").say("", act); !stored(screen) {
		t.Errorf("after the close: %s", screen.Text)
	}
	s.grew(size, 0, "a late replay")
	if screen := s.look("staff", rec); strings.Count(screen.Text, "We are on it.") != 1 {
		t.Errorf("the filer reads: %s", screen.Text)
	}
}

// TestAttackActMoved: a file that anna signed for one case is offered for another
// one, with another text, or opened and packed anew. What is signed names case,
// once and every file; nothing of it can be exchanged.
func TestAttackActMoved(t *testing.T) {
	s := newScene(t, bottest.Settings{Names: []string{"anna", "bela"}})
	s.file("one", told())
	th := s.thread("anna")
	raw, err := s.actBytes("anna", th, papers.Draft{Do: "answer", Text: "Yes."})
	if err != nil {
		t.Fatal(err)
	}
	b, err := crypto.OpenBundle(raw, s.o.Identities()...)
	if err != nil {
		t.Fatal(err)
	}
	other, err := s.actBytes("anna", th, papers.Draft{Do: "answer", Text: "No."})
	if err != nil {
		t.Fatal(err)
	}
	b2, err := crypto.OpenBundle(other, s.o.Identities()...)
	if err != nil {
		t.Fatal(err)
	}
	pack := func(change func(name string, content []byte) ([]byte, bool)) []byte {
		var entries []crypto.Entry
		for _, name := range b.Names() {
			content, _ := b.Get(name)
			if content, ok := change(name, content); ok {
				entries = append(entries, crypto.Bytes(name, content))
			}
		}
		var out bytes.Buffer
		if err := crypto.SealBundle(&out, s.o.Recipient(), entries); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	size := s.size()
	for what, file := range map[string][]byte{
		"another answer": pack(func(name string, c []byte) ([]byte, bool) {
			if name == "answer.r1.age" {
				c, _ = b2.Get(name)
			}
			return c, true
		}),
		"a file left out": pack(func(name string, c []byte) ([]byte, bool) { return c, name != "answer.r1.age" }),
		"another case": pack(func(name string, c []byte) ([]byte, bool) {
			if name == "act" {
				c = bytes.Replace(c, []byte(th.Case), []byte("0000-0000"), 1)
			}
			return c, true
		}),
		"another day": pack(func(name string, c []byte) ([]byte, bool) {
			if name == "act" {
				c = bytes.Replace(c, []byte("2026-11-23"), []byte("2026-11-24"), 1)
			}
			return c, true
		}),
		"bela's name": pack(func(name string, c []byte) ([]byte, bool) {
			if name == "act" {
				c = bytes.ReplaceAll(c, []byte("by anna"), []byte("by bela"))
			}
			return c, true
		}),
	} {
		for _, who := range []string{"anna", "bela"} {
			if screen := s.seat(who).say("", bottest.FileOf(papers.ActName, file)); stored(screen) {
				t.Errorf("%s by %s: %s", what, who, screen.Text)
			}
		}
	}
	s.grew(size, 0, "an act that was changed")
	if screen := s.seat("anna").say("", bottest.FileOf(papers.ActName, raw)); !stored(screen) {
		t.Errorf("the true one is refused: %s", screen.Text)
	}
}

func (s *scene) actBytes(name string, th *papers.Thread, d papers.Draft) ([]byte, error) {
	return th.Act(s.o.Machines[name].Key, d, string(s.o.Cases.Today()))
}

// TestAttackActOnOldPapers: anna closes a case while the filer adds what would
// have changed her mind. The close rests on papers that are no longer current:
// nothing is stored, she is told that her draft is still on her machine, and on
// fresh papers the same draft is taken.
func TestAttackActOnOldPapers(t *testing.T) {
	s := newScene(t, bottest.Settings{Names: []string{"anna", "bela"}})
	rec := s.file("staff", told())
	old := s.thread("anna")
	other := s.thread("bela")
	closing := papers.Draft{Do: "close", Text: "Nothing was found.", Set: map[string]string{"disposition": "unsubstantiated"}, Lessons: "none, because"}
	s.add("staff", rec, "And here is the proof.")
	size, kept := s.size(), s.count("papers")
	if screen := s.seat("anna").say("", s.actFile("anna", old, closing)); !screen.Has(phrase.Get("error.papers-old")) {
		t.Errorf("%s", screen.Text)
	}
	s.grew(size, 0, "a close on old papers")
	if s.count("papers") != kept {
		t.Error("a part of it was stored")
	}
	if screen := s.seat("anna").say("", s.actFile("anna", s.thread("anna"), closing)); !stored(screen) {
		t.Errorf("%s", screen.Text)
	}
	// Two who close at once: the second one finds that it has moved on.
	size = s.size()
	if screen := s.seat("bela").say("", s.actFile("bela", other, closing)); stored(screen) {
		t.Errorf("closed twice: %s", screen.Text)
	}
	s.grew(size, 0, "a second close")
}

// TestAttackOldAct: an act file that was signed long ago turns up, or one from a
// machine whose date is wrong. The transport key of its month is gone anyway; the
// day is looked at all the same.
func TestAttackOldAct(t *testing.T) {
	s := newScene(t, bottest.Settings{Names: []string{"anna", "bela"}})
	s.file("staff", told())
	th := s.thread("anna")
	size := s.size()
	for _, days := range []int{-91, -400, 2, 800} {
		day := string(s.o.Cases.Today().Add(days))
		file, err := th.Act(s.o.Machines["anna"].Key, papers.Draft{Do: "note", Text: "x"}, day)
		if err != nil {
			t.Fatal(err)
		}
		if screen := s.seat("anna").say("", bottest.FileOf(papers.ActName, file)); !screen.Has(phrase.Get("error.act-old")) {
			t.Errorf("%d days: %s", days, screen.Text)
		}
	}
	s.grew(size, 0, "an act of another time")
}
