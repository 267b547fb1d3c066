package papers_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ombra/cases/papers"
	"ombra/crypto"
)

func text(t *testing.T, th *papers.Thread) string {
	t.Helper()
	var b strings.Builder
	if err := th.Text(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func sum(s string) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:])
}

// TestThread reads a whole case: report, file, follow-up, answer, note.
func TestThread(t *testing.T) {
	h := newHost(t).report()
	att := h.head("file", "filing")
	att.Name, att.Type = "photo.jpg", "image/jpeg"
	h.seal(att, "JPEG")
	h.more("more", "One thing more.", crypto.FileRef{Hash: sum("LIST"), Name: "list.txt"})
	att = h.head("file", "more")
	att.Name = "list.txt"
	h.seal(att, "LIST")
	h.seal(h.from("answer", "act1"), string(h.reply(h.bela, crypto.ReplyNote{Once: once("act1"), What: "answer", Filer: h.filer(), Words: "We have it."})))
	h.seal(h.from("ask", "act2"), "when was this?")
	th := h.read(h.pins())

	if len(th.Warnings) != 0 {
		t.Errorf("an honest case warns: %q", th.Warnings)
	}
	if diff := cmp.Diff(papers.Card{Category: "misuse", Concerned: "the head of unit"}, th.Conflict); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"cora"}, th.Excluded); diff != "" {
		t.Error(diff)
	}
	want := []struct {
		what, by string
		signed   bool
		text     string
		files    int
	}{
		{"report", "", false, story, 1},
		{"more", "", true, "One thing more.", 1},
		{"answer", "bela", true, "We have it.", 0},
		{"ask", "", false, "when was this?", 0},
	}
	if len(th.Items) != len(want) {
		t.Fatalf("%d items, want %d", len(th.Items), len(want))
	}
	for i, w := range want {
		it := th.Items[i]
		if it.What != w.what || it.By != w.by || it.Signed != w.signed || it.Text != w.text || len(it.Files) != w.files {
			t.Errorf("item %d: %+v, want %+v", i, it, w)
		}
	}
	out := text(t, th)
	for _, words := range []string{"signed by bela", "typed in chat, not signed", "signed by the filer's receipt", "photo.jpg"} {
		if !strings.Contains(out, words) {
			t.Errorf("the text lacks %q:\n%s", words, out)
		}
	}
}

// TestNewKeys: a key that came with the papers is reported, and trusted only
// after a person has pinned it.
func TestNewKeys(t *testing.T) {
	h := newHost(t).report()
	h.seal(h.from("note", "act1"), string(h.reply(h.bela, crypto.ReplyNote{Once: once("act1"), What: "note", Filer: "-", Words: "Mine."})))
	th := h.read(papers.Pins{})
	if len(th.NewKeys) != 2 || th.Items[1].Signed {
		t.Fatalf("%d new keys, signed %v", len(th.NewKeys), th.Items[1].Signed)
	}
	again := h.read(th.Pins(papers.Pins{}))
	if len(again.NewKeys) != 0 || !again.Items[1].Signed || len(again.Warnings) != 0 {
		t.Errorf("after pinning: %d new keys, signed %v, %q", len(again.NewKeys), again.Items[1].Signed, again.Warnings)
	}
}

// TestReopen: the copy that a desk keeps reads the same, and only for its owner.
func TestReopen(t *testing.T) {
	h := newHost(t).report()
	p := must[*papers.Papers](t)(papers.Open(h.file(), h.pass.Reveal()))
	var kept bytes.Buffer
	if err := p.Seal(&kept, h.anna.id.Recipient()); err != nil {
		t.Fatal(err)
	}
	q := must[*papers.Papers](t)(papers.Reopen(kept.Bytes(), h.anna.ids()...))
	if diff := cmp.Diff(p.Manifest(), q.Manifest()); diff != "" {
		t.Error(diff)
	}
	if _, err := papers.Reopen(kept.Bytes(), h.bela.ids()...); crypto.Refused(err) != crypto.WhyWrongKey {
		t.Errorf("for another: %v", err)
	}
}

// TestReplies reads what a lookup code fetches, offline.
func TestReplies(t *testing.T) {
	h := newHost(t).report()
	th := h.read(h.pins())
	file := must[[]byte](t)(th.Act(h.anna.key, papers.Draft{Do: "answer", Text: "We have it.", Files: []papers.Attachment{{Name: "a.txt", Data: []byte("A")}}}, day))
	b := must[*crypto.Bundle](t)(crypto.OpenBundle(file, h.transport.Age()))
	var replies []crypto.Entry
	for _, name := range []string{"answer.r1.age", "file1.r1.age"} {
		blob, _ := b.Get(name)
		replies = append(replies, crypto.Bytes(name, blob))
	}
	other := newHost(t).report()
	got := mustReplies(t, h, h.pins().Enrolments, replies...)
	if len(got.Warnings) != 0 || len(got.Items) != 1 || !got.Items[0].Signed || got.Items[0].Text != "We have it." || len(got.Items[0].Files) != 1 {
		t.Fatalf("%+v", got)
	}
	t.Run("without an enrolment nothing counts as signed", func(t *testing.T) {
		if got := mustReplies(t, h, nil, replies...); got.Items[0].Signed || len(got.Warnings) == 0 {
			t.Errorf("%+v", got)
		}
	})
	t.Run("an answer for another filer", func(t *testing.T) {
		n := h.reply(h.anna, crypto.ReplyNote{Once: once("x"), What: "answer", Filer: other.filer(), Words: "Yours."})
		blob := must[[]byte](t)(crypto.SealBytes(h.receipt.Identity().Recipient(), h.from("answer", "x"), n))
		if got := mustReplies(t, h, h.pins().Enrolments, crypto.Bytes("x", blob)); got.Items[0].Signed || len(got.Warnings) == 0 {
			t.Errorf("%+v", got)
		}
	})
	t.Run("sealed to another receipt", func(t *testing.T) {
		own := must[[]byte](t)(crypto.SealBytes(other.receipt.Identity().Recipient(), other.from("answer", "y"), other.reply(other.anna, crypto.ReplyNote{
			Once: once("y"), What: "answer", Filer: other.filer(), Words: "Yours.",
		})))
		if got := mustReplies(t, other, other.pins().Enrolments, crypto.Bytes("own", own), replies[0]); !got.Items[0].Signed || got.Items[1].Unreadable == "" {
			t.Errorf("beside an own: %+v", got)
		}
		if _, err := openReplies(t, other, nil, replies...); !errors.Is(err, papers.ErrNotYours) {
			t.Errorf("alone: %v", err)
		}
	})
}

func mustReplies(t *testing.T, h *host, enrolments map[string]crypto.EnrolNote, replies ...crypto.Entry) *papers.Replies {
	t.Helper()
	return must[*papers.Replies](t)(openReplies(t, h, enrolments, replies...))
}

func openReplies(t *testing.T, h *host, enrolments map[string]crypto.EnrolNote, replies ...crypto.Entry) (*papers.Replies, error) {
	t.Helper()
	var b bytes.Buffer
	if err := papers.PackReplies(&b, h.pass, replies); err != nil {
		t.Fatal(err)
	}
	bundle := must[*crypto.Bundle](t)(crypto.OpenPasscode(b.Bytes(), h.pass.Reveal()))
	return papers.OpenReplies(bundle, h.receipt, papers.Pins{Enrolments: enrolments})
}
