package bottest_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"ombra/bot"
	"ombra/bot/bottest"
	"ombra/cases/papers"
	"ombra/crypto"
	"ombra/crypto/receipt"
)

// lived is an office in which something of everything has happened; it returns a
// receipt and who holds the case.
func lived(t *testing.T, set bottest.Settings) (s *scene, rec, name string) {
	t.Helper()
	s = newScene(t, set)
	big := bytes.Repeat([]byte("beacon "), 40<<10)
	rec = s.file("staff", told("chris"), bottest.FileOf("beacon.log", big), bottest.FileOf("small.txt", []byte("a small file")))
	name = s.holder()
	s.card(name).press(phrase.Get("act.acknowledge"))
	s.seat(name).say("", s.actFile(name, s.thread(name), papers.Draft{
		Do: "answer", Text: "We have asked the supplier.", Files: []papers.Attachment{{Name: "letter.txt", Data: []byte("Dear supplier")}},
	}))
	s.add("staff", rec, "Here is more.", bottest.FileOf("more.txt", []byte("more")))
	s.seat(name).say("", s.actFile(name, s.thread(name), papers.Draft{Do: "close", Text: "Done.", Set: map[string]string{"disposition": "substantiated"}, Lessons: "none, because"}))
	if screen := s.look("staff", rec); !screen.Has(phrase.Get("stage.closed")) {
		t.Fatalf("not closed: %s", screen.Text)
	}
	return s, rec, name
}

// TestAttackOperatorReadsEverything: in other systems the operator's one key
// opened all. Root takes the disk, the keys of the running host and its
// configuration, and tries each on everything that is kept.
func TestAttackOperatorReadsEverything(t *testing.T) {
	s, rec, name := lived(t, bottest.Settings{Backstop: "court"})
	files := s.ageFiles()
	if len(files) < 15 {
		t.Fatalf("only %d age files are kept", len(files))
	}
	ids := s.o.Identities() // the one kind of identity that a host has
	for i, f := range files {
		if _, err := crypto.Decrypt(f, ids...); err == nil {
			t.Errorf("file %d opens with the host's keys", i)
		}
		// Who reads a file stands in a row: no file has a reader that no row names.
		if err := crypto.OneStanza(f); err != nil {
			t.Errorf("file %d: %v", i, err)
		}
		if seen, err := crypto.CheckForeign(f, 1<<30); err != nil || !seen.PostQuantum {
			t.Errorf("file %d is not safe for later: %+v %v", i, seen, err)
		}
	}
	for _, words := range []string{"clinic", "targeting cell", "supplier", "beacon", "Here is more", "Done.", "none, because", "small file", "Dear"} {
		s.lacks(words, []byte(words))
	}
	// The control: with the keys of those it is for, the same files open.
	r, err := receipt.Parse(bottest.Origin, rec)
	if err != nil {
		t.Fatal(err)
	}
	opened := 0
	for _, f := range files {
		if _, err := crypto.Decrypt(f, s.o.Machines[name].Identity.Age(), r.Identity().Age()); err == nil {
			opened++
		}
	}
	if opened < 4 {
		t.Errorf("only %d files open for the two whom they are for", opened)
	}
}

// TestAttackReceiptOpensTheReport: whoever seizes a receipt wants the report and
// its author. The receipt opens answers only, and no file of the case.
func TestAttackReceiptOpensTheReport(t *testing.T) {
	s, rec, _ := lived(t, bottest.Settings{})
	r, err := receipt.Parse(bottest.Origin, rec)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range s.ageFiles() {
		plain, err := crypto.Decrypt(f, r.Identity().Age())
		if err == nil && (bytes.Contains(plain, []byte("clinic")) || bytes.Contains(plain, []byte("beacon")) || bytes.Contains(plain, []byte("none, because"))) {
			t.Error("the receipt opens the report, or the lessons")
		}
	}
	screen := s.look("thief", rec)
	if screen.Has("clinic") || screen.Has("none, because") || !screen.Has("We have asked the supplier.") {
		t.Errorf("%s", screen.Text)
	}
}

// TestAttackSizeTells: who watches the disk or a backup compares sizes with what
// somebody was seen to write. Words of any usual length are one size; files fall
// in few.
func TestAttackSizeTells(t *testing.T) {
	sizes := func(n int) string {
		s := newScene(t, bottest.Settings{})
		v := told()
		v["q.what"] = []string{strings.Repeat("x", n)}
		s.file("staff", v)
		return fmt.Sprint(len(s.rows("SELECT blob FROM papers")[0]))
	}
	seen := map[string]bool{}
	for _, n := range []int{1, 20, 300, 900, 1200} {
		seen[sizes(n)] = true
	}
	if len(seen) != 1 {
		t.Errorf("reports of 1 to 1200 letters have %d sizes", len(seen))
	}
	s := newScene(t, bottest.Settings{})
	files := map[int]bool{}
	for i, n := range []int{1, 100, 1000, 3000, 70_000, 70_100, 70_900, 400_000, 401_000, 402_000} {
		s.file(fmt.Sprintf("staff-%d", i), told(), bottest.FileOf("a.bin", bytes.Repeat([]byte{'a'}, n)))
	}
	for _, row := range s.rows("SELECT size FROM papers WHERE kind = 'file'") {
		var n int
		if _, err := fmt.Sscan(string(row), &n); err != nil {
			t.Fatal(err)
		}
		files[n] = true
	}
	if len(files) > 4 {
		t.Errorf("files of ten sizes are kept in %d: %v", len(files), slices.Sorted(maps.Keys(files)))
	}
	wraps := map[int]bool{}
	for _, w := range s.rows("SELECT wrap FROM grants") {
		wraps[len(w)] = true
	}
	if len(wraps) != 1 {
		t.Errorf("wraps have %d sizes", len(wraps))
	}
}

// TestAttackHashConfirmsAGuess: an employer who has the leaked document hashes it
// and looks whether the office has that hash. Nothing that is kept, live or in
// the log, is a hash of words or files without a key; and the same report twice
// has nothing in common.
func TestAttackHashConfirmsAGuess(t *testing.T) {
	leaked := []byte("the leaked document, word by word")
	s := newScene(t, bottest.Settings{})
	recs := []string{
		s.file("one", told(), bottest.FileOf("leaked.pdf", leaked)),
		s.file("two", told(), bottest.FileOf("leaked.pdf", leaked)),
	}
	s.add("one", recs[0], string(leaked), bottest.FileOf("leaked.pdf", leaked))
	for what, guess := range map[string][]byte{
		"the file": leaked, "its name": []byte("leaked.pdf"), "the words": []byte("The tool hit a clinic."),
		"a receipt": []byte(recs[0]), "the account": []byte("test:one"),
	} {
		sum := sha256.Sum256(guess)
		s.lacks("the hash of "+what, sum[:])
		s.lacks(what, guess)
	}
	for _, column := range []string{"sum FROM papers", "tag FROM receipts", "lookup FROM receipts", "once FROM log_open", "nonce FROM log_open", "blob FROM papers", "leaf FROM log"} {
		seen := map[string]bool{}
		rows := s.rows("SELECT DISTINCT " + column)
		for _, row := range rows {
			seen[hex.EncodeToString(row)] = true
		}
		if all := s.rows("SELECT " + column); column != "once FROM papers" && len(rows) != len(all) {
			t.Errorf("%s: the same thing twice", column)
		}
	}
}

// TestAttackFileNames: the name of an attachment says who made it. It is inside
// what is sealed; what a platform is given has the same name each time.
func TestAttackFileNames(t *testing.T) {
	s, _, name := lived(t, bottest.Settings{})
	for _, n := range []string{"beacon.log", "small.txt", "letter.txt", "more.txt"} {
		s.lacks("a file name", []byte(n))
		s.lacks("a file name", []byte(strings.TrimSuffix(n, ".log")))
	}
	if step := s.seat(name).steps; !slices.ContainsFunc(step, func(x bot.Step) bool { return len(x.Files) == 1 && x.Files[0].Name == papers.FileName }) {
		t.Error("no papers were handed out")
	}
	for _, step := range slices.Concat(s.seat(name).steps, s.seat("staff").steps) {
		for _, f := range step.Files {
			if f.Name != papers.FileName && f.Name != papers.RepliesName {
				t.Errorf("a platform is given %q", f.Name)
			}
		}
	}
	for _, it := range s.thread(name).Items[:1] {
		if len(it.Files) != 2 || it.Files[0].Name != "beacon.log" {
			t.Errorf("the reader lost a name: %+v", it.Files)
		}
	}
}

// TestAttackKeySubstitution: an operator who turned bad enrols bela anew, under a
// key of his own, to sign in her name. Anna's machine knows bela's key.
func TestAttackKeySubstitution(t *testing.T) {
	s := newScene(t, bottest.Settings{Names: []string{"anna", "bela"}})
	s.file("staff", told())
	if th := s.thread("anna"); len(th.Warnings) > 0 {
		t.Fatalf("%q", th.Warnings)
	}
	if err := s.o.Appoint(context.Background(), "bela", false); err != nil { // a new machine: the operator's
		t.Fatal(err)
	}
	s.seat("bela").say("", s.forged("bela"))
	th := s.thread("anna")
	if !slices.ContainsFunc(th.Warnings, func(w string) bool { return strings.Contains(w, "keys of bela are not the ones") }) {
		t.Errorf("%q", th.Warnings)
	}
	for _, it := range th.Items {
		if it.By == "bela" && it.Signed {
			t.Error("the false bela counts as signed")
		}
	}
}

// forged is an act by somebody who has no wrap that opens, but the host's view.
func (s *scene) forged(name string) bot.File {
	s.t.Helper()
	th := s.thread("anna")
	th.Me = name
	return s.actFile(name, th, papers.Draft{Do: "note", Text: "bela agrees"})
}
