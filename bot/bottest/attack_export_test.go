package bottest_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ombra/bot"
	"ombra/bot/bottest"
	"ombra/cases/papers"
)

// export is what a platform keeps and hands to whoever has power over it: what
// was said, files in both directions, and every step that may be kept.
func (s *scene) export() (texts []string, files [][]byte) {
	s.t.Helper()
	read := func(list []bot.File) {
		for _, f := range list {
			r, err := f.Open(s.t.Context())
			if err != nil {
				s.t.Fatal(err)
			}
			b, err := io.ReadAll(r)
			if err != nil {
				s.t.Fatal(err)
			}
			files = append(files, b)
		}
	}
	for _, p := range s.seats {
		for _, ev := range p.sent {
			read(ev.Files)
			if ev.Said != nil {
				read(ev.Said.Files)
				texts = append(texts, ev.Said.Text)
			}
		}
		for _, step := range p.steps {
			read(step.Files)
			if step.Cover != nil {
				step = *step.Cover
			}
			if !step.Kept {
				continue
			}
			texts = append(texts, bare(step))
			for _, b := range step.Buttons {
				texts = append(texts, string(b.Token))
			}
		}
	}
	return texts, files
}

var caseShaped = regexp.MustCompile(`\b[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}\b`)

// TestAttackExportJoinedWithDatabase: an official gets the platform's export with
// its accounts, and a copy of the office's disk. If any file, hash or id stood in
// both, an account would lead to a case. Nothing does: sealed files, acts, papers
// and replies all travel in a wrapping of their own.
func TestAttackExportJoinedWithDatabase(t *testing.T) {
	s, rec, name := lived(t, bottest.Settings{})
	r, sealed := s.sealedFile("The supplier sold it twice.")
	s.hand("sealer", sealed.File)
	s.look("sealer", r.Lookup().Hex())
	s.look("staff", rec)
	s.seat("staff").press(phrase.Get("mine.files"))
	s.seat("staff").fill(url.Values{"receipt": {rec}})
	texts, files := s.export()
	if len(files) < 8 || len(texts) < 20 {
		t.Fatalf("only %d files and %d texts", len(files), len(texts))
	}
	disk := s.everything()
	for i, f := range files {
		sum := sha256.Sum256(f)
		s.lacks("the hash of a file of the platform", sum[:])
		for at := 128; at+32 <= len(f); at += 512 { // past what every age file begins with
			for path, content := range disk {
				if bytes.Contains(content, f[at:at+32]) {
					t.Fatalf("file %d of the platform has bytes of %s", i, filepath.Base(path))
				}
			}
		}
	}
	ids := s.rows("SELECT lower(hex(code)) FROM cases") // that there are some
	for _, text := range texts {
		if caseShaped.MatchString(text) {
			t.Errorf("the platform keeps the id of a case: %s", text)
		}
	}
	if len(ids) != 2 || len(s.held(name)) == 0 {
		t.Errorf("%d cases", len(ids))
	}
	// The control: bytes of a stored file are found.
	stored := s.ageFiles()[0]
	if !slices.ContainsFunc([][]byte{disk[filepath.Join(s.dir, "ombra.db")], disk[filepath.Join(s.dir, "ombra.db-wal")]}, func(b []byte) bool {
		return bytes.Contains(b, stored[1000:1032])
	}) {
		t.Error("the scan finds nothing at all")
	}
}

// TestAttackComplianceExport: platforms export what was typed and who saw it. On
// the sealed route no word is ever typed or shown there: not on the way in, not in
// a lookup by code, not in the replies.
func TestAttackComplianceExport(t *testing.T) {
	s := newScene(t, bottest.Settings{})
	device, err := s.o.Device()
	if err != nil {
		t.Fatal(err)
	}
	r, sealed, err := device.Seal(papers.Filing{
		Kind: "report", Words: "canary-words", Files: []papers.Attachment{{Name: "canary-name.pdf", Data: []byte("canary-file")}},
	}, string(s.o.Cases.Today()))
	if err != nil {
		t.Fatal(err)
	}
	s.hand("staff", sealed.File)
	name := s.holder()
	if th := s.thread(name); !strings.Contains(th.Items[0].Text, "canary-words") {
		t.Fatal("the control: anna does not read it")
	}
	s.seat(name).say("", s.actFile(name, s.thread(name), papers.Draft{Do: "answer", Text: "canary-answer"}))
	screen := s.look("staff", r.Lookup().Hex())
	if _, err := bottest.PasscodeOn(screen); err != nil {
		t.Fatalf("no replies: %s", screen.Text)
	}
	for _, p := range s.seats {
		for _, step := range p.steps {
			if strings.Contains(bare(step), "canary") {
				t.Errorf("a platform shows %s", bare(step))
			}
		}
		for _, ev := range p.sent {
			if strings.Contains(ev.Values.Encode(), "canary") || strings.Contains(ev.Values.Encode(), r.Symbols()) {
				t.Error("words were typed")
			}
		}
	}
	_, files := s.export()
	for _, f := range files {
		if bytes.Contains(f, []byte("canary")) {
			t.Error("words in a file")
		}
	}
}

// TestAttackShownHashIsStored: the screen shows hashes to compare with the filer's
// device. One that stands in the database too, were it kept by a platform or only
// photographed, would lead from the account to the case. The copy for the receipt
// is stored as it came.
func TestAttackShownHashIsStored(t *testing.T) {
	s := newScene(t, bottest.Settings{})
	device, err := s.o.Device()
	if err != nil {
		t.Fatal(err)
	}
	_, sealed, err := device.Seal(papers.Filing{
		Kind: "report", Words: "The supplier sold it twice.", Own: true, Files: []papers.Attachment{{Name: "a.pdf", Data: []byte("a")}},
	}, string(s.o.Cases.Today()))
	if err != nil {
		t.Fatal(err)
	}
	screen := s.hand("staff", sealed.File)
	hashes := regexp.MustCompile(`\b[0-9a-f]{64}\b`).FindAllString(screen.Text, -1)
	if len(hashes) < 2 {
		t.Fatalf("no hashes: %s", screen.Text)
	}
	for _, h := range hashes {
		raw, err := hex.DecodeString(h)
		if err != nil {
			t.Fatal(err)
		}
		s.lacks("a hash that was shown", raw)
	}
}
