package bottest_test

import (
	"bytes"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ombra/bot"
	"ombra/bot/bottest"
	"ombra/cases/papers"
	"ombra/crypto/receipt"
)

// lookSince opens a case and says when it was looked at last.
func (s *scene) lookSince(account, receipt, day string) bottest.Screen {
	s.t.Helper()
	p := s.seat(account)
	p.pick("case")
	return p.fill(url.Values{"receipt": {receipt}, "since": {day}})
}

// TestChangedSince: what came on the day or later is said and marked, for the
// receipt and for its lookup code; what is no day is said at the field, which keeps
// it; and a wrong receipt does not cost the day.
func TestChangedSince(t *testing.T) {
	s := newScene(t, bottest.Settings{})
	rec, name := s.file("staff", told()), s.holder()
	answer := func(text string) {
		s.seat(name).say("", s.actFile(name, s.thread(name), papers.Draft{Do: "answer", Text: text}))
	}
	first := string(s.o.Cases.Today())
	answer("The first.")
	s.o.Pass(5 * 24 * time.Hour)
	today := string(s.o.Cases.Today())
	answer("The second.")
	mark := phrase.Get("since.mark")
	for _, x := range []struct {
		day   string
		marks int
		says  string
	}{
		{"", 0, ""},
		{first, 2, phrase.Get("since.answer", "number", "2")},
		{string(s.o.Cases.Today().Add(-1)), 1, phrase.Get("since.answer", "number", "1")},
		{today, 1, phrase.Get("since.answer", "number", "1")},
	} {
		screen := s.lookSince("staff", rec, x.day)
		if strings.Count(screen.Text, mark) != x.marks || !screen.Has(x.says) {
			t.Errorf("since %q: %s", x.day, screen.Text)
		}
	}
	s.o.Pass(24 * time.Hour)
	if screen := s.lookSince("staff", rec, string(s.o.Cases.Today())); !screen.Has(phrase.Get("since.nothing")) || strings.Contains(screen.Text, mark) {
		t.Errorf("nothing is new, and it says: %s", screen.Text)
	}
	r, err := receipt.Parse(bottest.Origin, rec)
	if err != nil {
		t.Fatal(err)
	}
	if screen := s.lookSince("staff", r.Lookup().Hex(), today); !screen.Has(phrase.Get("since.answer", "number", "1")) {
		t.Errorf("by code: %s", screen.Text)
	}
	for _, wrong := range []string{"yesterday", "2026-13-01", string(s.o.Cases.Today().Add(1))} {
		screen := s.lookSince("staff", rec, wrong)
		if screen.Problems["since"] == "" || screen.Has("The first.") || strings.Contains(screen.Text, rec) {
			t.Errorf("%s: %s", wrong, screen.Text)
		}
	}
	if screen := s.lookSince("staff", rec[:len(rec)-1], today); screen.Problems["receipt"] == "" || len(screen.Values["since"]) != 1 || screen.Values["since"][0] != today {
		t.Errorf("a mistyped receipt: %+v", screen)
	}
}

// TestLookLeavesNothing: a filer comes back, and says when they were here last.
// Whoever copies the disk before and after finds not one byte and not one date
// that differs: not by the receipt, nor by its lookup code, nor by a wrong one.
func TestLookLeavesNothing(t *testing.T) {
	s := newScene(t, bottest.Settings{})
	rec, name := s.file("staff", told()), s.holder()
	s.seat(name).say("", s.actFile(name, s.thread(name), papers.Draft{Do: "answer", Text: "We have it.", Files: []papers.Attachment{{Name: "large.bin", Data: make([]byte, 200<<10)}}}))
	r, err := receipt.Parse(bottest.Origin, rec)
	if err != nil {
		t.Fatal(err)
	}
	s.look("staff", rec) // what a first look makes in memory and in locks is there
	day := string(s.o.Cases.Today())
	before, dates := s.everything(), s.dates()
	if len(before) < 4 {
		t.Fatalf("only %d files", len(before))
	}
	for _, typed := range []string{rec, r.Lookup().Hex(), receipt.New(bottest.Origin).Symbols(), "nonsense"} {
		s.lookSince("staff", typed, day)
	}
	p := s.seat("staff")
	s.look("staff", rec)
	p.press(phrase.Get("mine.files"))
	p.fill(url.Values{"receipt": {rec}})
	if len(p.Step().Files) != 1 {
		t.Fatal("no file of replies")
	}
	s.read(p.Step().Files[0])
	after, now := s.everything(), s.dates()
	if len(after) != len(before) {
		t.Errorf("%d files before, %d after", len(before), len(after))
	}
	for path, b := range before {
		if !bytes.Equal(after[path], b) {
			t.Errorf("%s is not what it was", filepath.Base(path))
		}
		if !now[path].Equal(dates[path]) {
			t.Errorf("%s is dated %s, was %s", filepath.Base(path), now[path], dates[path])
		}
	}
	s.add("staff", rec, "And this leaves something.") // the control
	changed := false
	for path, b := range s.everything() {
		changed = changed || !bytes.Equal(before[path], b)
	}
	if !changed {
		t.Error("the scan does not see what an act writes")
	}
}

// dates are those of the last write of each file.
func (s *scene) dates() map[string]time.Time {
	s.t.Helper()
	all := map[string]time.Time{}
	err := filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := os.Stat(path)
		if err == nil {
			all[path] = info.ModTime()
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

// TestAttackSinceDatesTheFiler: somebody found a receipt, and would like to know on
// which days its owner was here, to compare with the accounts that talked to the
// bot. They ask day by day what is new. Of the owner's own words the card says the
// same for every day.
func TestAttackSinceDatesTheFiler(t *testing.T) {
	s := newScene(t, bottest.Settings{})
	rec := s.file("staff", told())
	first := s.o.Cases.Today()
	s.o.Pass(3 * 24 * time.Hour)
	s.add("staff", rec, "One thing more.")
	s.o.Pass(3 * 24 * time.Hour)
	s.add("staff", rec, "And another.")
	s.o.Pass(2 * 24 * time.Hour)
	seen := map[string]bool{}
	for day := first; day <= s.o.Cases.Today(); day = day.Add(1) {
		text := s.lookSince("finder", rec, string(day)).Text
		seen[strings.ReplaceAll(text, phrase.Get("since.label", "day", string(day)), "")] = true
	}
	if len(seen) != 1 {
		t.Errorf("the days differ: %v", seen)
	}
}

// read drains a file as a platform does that fetches it.
func (s *scene) read(f bot.File) {
	s.t.Helper()
	r, err := f.Open(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	var b bytes.Buffer
	if _, err := b.ReadFrom(r); err != nil {
		s.t.Fatal(err)
	}
}
