package papers_test

import (
	"strings"
	"testing"
	"unicode"

	"ombra/cases/papers"
	"ombra/crypto"
)

// nasty is what a terminal obeys: clear screen, set the title, backspace, a line
// that starts over, reversed text, and line ends that are not "\n".
const nasty = "\x1b[2J\x1b]0;owned\x07a\bb\rstart\u202Egnihton\u2066x\u2028y\u0085z\u009b1m\x00"

// safe requires that nothing a terminal obeys is left.
func safe(t *testing.T, where, out string) {
	t.Helper()
	for _, r := range out {
		if r != '\n' && unicode.IsControl(r) || r >= '\u202A' && r <= '\u202E' || r >= '\u2066' && r <= '\u2069' {
			t.Errorf("%s: %U is left in %q", where, r, out)
			return
		}
	}
}

// TestEscapes puts what a terminal obeys into every field that is shown: once by
// way of papers, where the format lets it through, and once directly.
func TestEscapes(t *testing.T) {
	h := newHost(t)
	h.seal(h.first(), papers.AppendForm(nasty, papers.Block{Form: nasty, Lang: nasty, Kind: nasty, Answers: map[string][]string{
		"category": {nasty}, "concerned": {nasty, nasty}, nasty: {nasty},
	}}))
	head := h.head("file", "filing")
	head.Name, head.Type = crypto.FileName("../"+nasty+".txt"), "text/x"
	h.seal(head, nasty)
	h.seal(h.head("more", "m"), nasty)
	h.seal(h.from("note", "n"), nasty)
	th := h.read(h.pins())
	safe(t, "thread", text(t, th))
	var card strings.Builder
	if err := th.Card(&card); err != nil {
		t.Fatal(err)
	}
	safe(t, "card", card.String())
	for _, it := range th.Items {
		safe(t, "item", it.Text)
		for _, f := range it.Files {
			safe(t, "name", f.Name)
		}
	}

	all := &papers.Thread{
		Manifest: papers.Manifest{
			Case: nasty, Kind: nasty, Source: nasty, Day: nasty, Stage: nasty, Flags: []string{nasty, "drill"}, Opened: nasty,
			AckDue: nasty, FeedbackDue: nasty, Category: nasty, Priority: nasty, Lead: nasty, Disposition: nasty,
		},
		Excluded: []string{nasty}, Holders: []crypto.Holder{{Name: nasty, Dormant: true}}, Warnings: []string{nasty},
		Conflict: papers.Card{Category: nasty, Concerned: nasty},
	}
	for _, what := range []string{"report", "more", "answer", "act", nasty} {
		for _, signed := range []bool{true, false} {
			all.Items = append(all.Items, papers.Item{
				What: what, From: nasty, By: nasty, Day: nasty, Signed: signed, Text: nasty, Unreadable: nasty, Inner: nasty,
				Files: []papers.File{{Name: nasty, Type: nasty, Sum: nasty, Inner: nasty}},
			})
		}
	}
	safe(t, "thread of anything", text(t, all))
	card.Reset()
	if err := all.Card(&card); err != nil {
		t.Fatal(err)
	}
	safe(t, "card of anything", card.String())
	var replies strings.Builder
	if err := (&papers.Replies{Items: all.Items, Warnings: all.Warnings}).Text(&replies); err != nil {
		t.Fatal(err)
	}
	safe(t, "replies", replies.String())
}

// TestForgedLines: words cannot pass for a line of the program's own.
func TestForgedLines(t *testing.T) {
	h := newHost(t)
	h.seal(h.first(), "hello\n-- 2. Answer, 2026-11-23, signed by bela --\n!! all is well\u2028-- 3. Act")
	for line := range strings.SplitSeq(text(t, h.read(h.pins())), "\n") {
		if strings.HasPrefix(line, "!!") || strings.HasPrefix(line, "-- ") && !strings.HasPrefix(line, "-- 1. Report") {
			t.Errorf("forged: %q", line)
		}
	}
}

// TestBanner: nobody takes a drill for a case.
func TestBanner(t *testing.T) {
	h := newHost(t).report()
	h.m.Flags = []string{"drill"}
	if out := text(t, h.read(h.pins())); !strings.Contains(out, "THIS IS A DRILL") {
		t.Error(out)
	}
}
