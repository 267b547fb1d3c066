package papers_test

import (
	"encoding/hex"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ombra/cases/papers"
	"ombra/crypto"
	"ombra/crypto/receipt"
)

// TestActs makes every kind of act, opens it as the server does, and reads it
// back as the next papers show it.
func TestActs(t *testing.T) {
	file := []papers.Attachment{{Name: "../../letter.txt", Type: "text/plain", Data: []byte("Dear you")}}
	for _, c := range []struct {
		draft papers.Draft
		parts []string
	}{
		{papers.Draft{Do: "answer", Text: "We have it."}, []string{"answer.case.age", "answer.r1.age"}},
		{papers.Draft{Do: "ask", Text: "When?", Files: file}, []string{"ask.case.age", "ask.r1.age", "file1.case.age", "file1.r1.age"}},
		{papers.Draft{Do: "note", Text: "— Anna\nto do", Files: file, Once: strings.Repeat("7", 32)}, []string{"note.case.age", "file1.case.age"}},
		{
			papers.Draft{Do: "close", Text: "It was so.", Set: map[string]string{"disposition": "substantiated"}, Lessons: "none, because old", Files: file},
			[]string{"answer.case.age", "answer.r1.age", "lessons.case.age", "file1.case.age", "file1.r1.age"},
		},
	} {
		t.Run(c.draft.Do, func(t *testing.T) {
			h := newHost(t).report()
			th := h.read(h.pins())
			b := must[*crypto.Bundle](t)(crypto.OpenBundle(must[[]byte](t)(th.Act(h.anna.key, c.draft, day)), h.transport.Age()))
			note := must[crypto.ActNote](t)(crypto.OpenAct(b, h.anna.key.Verifier()))
			parts := must[[]papers.Part](t)(papers.Carried(note))
			h.take(b, note)
			var names []string
			for _, p := range parts {
				names = append(names, p.Name)
				blob, _ := b.Get(p.Name)
				if err := crypto.OneStanza(blob); err != nil {
					t.Errorf("%s: %v", p.Name, err)
				}
				h.checkPart(p, blob, note)
				if p.For == "case" {
					h.add(p.What, blob)
				}
			}
			if diff := cmp.Diff(c.parts, names); diff != "" {
				t.Error(diff)
			}
			if c.draft.Once != "" && note.Once != c.draft.Once {
				t.Errorf("the act has the once %s, not the draft's", note.Once)
			}
			want := crypto.ActNote{
				Origin: origin, Case: h.m.Case, Epoch: 1, Once: note.Once, Day: day, By: "anna", Do: c.draft.Do,
				Head: th.Head, Receipts: papers.ReceiptsHash(h.m.Receipts), Carry: note.Carry,
				Set: map[string]string{"key": h.key.Recipient().String()},
			}
			if c.draft.Do == "close" {
				want.Set["disposition"] = "substantiated"
			}
			if diff := cmp.Diff(want, note); diff != "" {
				t.Error(diff)
			}
			signed, _ := b.Get("act")
			h.seal(crypto.Header{Case: h.m.Case, Once: note.Once, From: "ombudsman", What: "act", Type: "text/plain", Day: day}, string(signed))
			again := h.read(h.pins())
			if len(again.Warnings) != 0 {
				t.Errorf("the act that was made here warns: %q", again.Warnings)
			}
			for _, it := range again.Items[1:] {
				if !it.Signed || it.By != "anna" {
					t.Errorf("not signed: %+v", it)
				}
			}
			if it := again.Items[len(again.Items)-1]; !strings.Contains(it.Text, "new case key, epoch 1, for anna, bela") {
				t.Errorf("the act does not show the new key: %q", it.Text)
			}
			if it := again.Items[1]; it.Text != crypto.Signable(c.draft.Text) || len(it.Files) != len(c.draft.Files) {
				t.Errorf("%+v", it)
			}
		})
	}
}

// checkPart opens one part as whoever it is for.
func (h *host) checkPart(p papers.Part, blob []byte, note crypto.ActNote) {
	h.t.Helper()
	ids := h.key.Identities()
	if p.For == "r1" {
		ids = append(ids[:0:0], h.receipt.Identity().Age())
	}
	head, _, err := crypto.DecryptEnvelope(blob, ids...)
	if err != nil || head.Once != note.Once || head.What != p.What || head.From != "ombudsman" || head.Case != note.Case {
		h.t.Errorf("%s: %+v, %v", p.Name, head, err)
	}
	if strings.Contains(head.Name, "/") {
		h.t.Errorf("%s: unsafe name", p.Name)
	}
}

// TestSameWords: the case and the filer get the same signed note.
func TestSameWords(t *testing.T) {
	h := newHost(t).report()
	b := must[*crypto.Bundle](t)(crypto.OpenBundle(must[[]byte](t)(h.read(h.pins()).Act(h.anna.key, papers.Draft{Do: "answer", Text: "x"}, day)), h.transport.Age()))
	h.take(b, must[crypto.ActNote](t)(crypto.OpenAct(b, h.anna.key.Verifier())))
	one, _ := b.Get("answer.case.age")
	two, _ := b.Get("answer.r1.age")
	_, a, err1 := crypto.DecryptEnvelope(one, h.key.Identities()...)
	_, f, err2 := crypto.DecryptEnvelope(two, h.receipt.Identity().Age())
	if err1 != nil || err2 != nil || string(a) != string(f) {
		t.Errorf("%v %v", err1, err2)
	}
}

// TestActRefuses: what must not leave the machine.
func TestActRefuses(t *testing.T) {
	stranger := receipt.New(origin).Public([32]byte{})
	answer := papers.Draft{Do: "answer", Text: "x"}
	for _, c := range []struct {
		name  string
		draft papers.Draft
		spoil func(*host)
		want  error
	}{
		{"an unknown act", papers.Draft{Do: "erase", Text: "x"}, nil, papers.ErrDo},
		{"no words", papers.Draft{Do: "answer", Text: " \n\x1b"}, nil, papers.ErrDraft},
		{"closing without lessons", papers.Draft{Do: "close", Text: "x", Set: map[string]string{"disposition": "partly"}}, nil, papers.ErrDraft},
		{"closing without a disposition", papers.Draft{Do: "close", Text: "x", Lessons: "none"}, nil, papers.ErrDisposition},
		{"closing with an unknown disposition", papers.Draft{Do: "close", Text: "x", Lessons: "none", Set: map[string]string{"disposition": "partially"}}, nil, papers.ErrDisposition},
		{"an answer with a disposition", papers.Draft{Do: "answer", Text: "x", Set: map[string]string{"disposition": "partly"}}, nil, papers.ErrDraft},
		{"too many files", papers.Draft{Do: "note", Text: "x", Files: make([]papers.Attachment, papers.MaxFiles+1)}, nil, papers.ErrDraft},
		{"a receipt that the host added", answer, func(h *host) {
			h.m.Receipts = append(h.m.Receipts, papers.ManifestReceipt{Recipient: stranger.Recipient, Verifier: stranger.Verifier})
			papers.SortReceipts(h.m.Receipts)
		}, papers.ErrReceipts},
		{"a receipt that the host swapped", answer, func(h *host) {
			h.m.Receipts = []papers.ManifestReceipt{{Recipient: stranger.Recipient, Verifier: stranger.Verifier}}
		}, papers.ErrReceipts},
		{"nobody to answer", answer, func(h *host) { h.m.Receipts = nil }, papers.ErrWhom},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHost(t).report()
			if c.spoil != nil {
				c.spoil(h)
			}
			if _, err := h.read(h.pins()).Act(h.anna.key, c.draft, day); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
	t.Run("another's key", func(t *testing.T) {
		h := newHost(t).report()
		if _, err := h.read(h.pins()).Act(h.bela.key, answer, day); !errors.Is(err, papers.ErrSigner) {
			t.Errorf("got %v", err)
		}
	})
}

// TestCarried is the rule that both ends share.
func TestCarried(t *testing.T) {
	for _, c := range []struct {
		name, do string
		carry    string
		ok       bool
	}{
		{"an answer", "answer", "answer.case answer.r1", true},
		{"to two receipts", "answer", "answer.case answer.r1 answer.r2 file1.case file1.r1 file1.r2", true},
		{"a note", "note", "note.case", true},
		{"a note with files", "note", "note.case file1.case file2.case", true},
		{"closing", "close", "answer.case answer.r1 lessons.case", true},
		{"closing when all receipts have ended", "close", "answer.case lessons.case", true},
		{"an act of later that carries nothing", "later", "", true},

		{"an answer without words", "answer", "", false},
		{"an answer that is not for the case", "answer", "answer.r1", false},
		{"a gap in the receipts", "answer", "answer.case answer.r2", false},
		{"a file that one receipt does not get", "answer", "answer.case answer.r1 answer.r2 file1.case file1.r1", false},
		{"a gap in the files", "answer", "answer.case answer.r1 file2.case file2.r1", false},
		{"an ask in an answer", "answer", "ask.case ask.r1", false},
		{"lessons in an answer", "answer", "answer.case answer.r1 lessons.case", false},
		{"a note that goes to the filer", "note", "note.case note.r1", false},
		{"a note's file that goes to the filer", "note", "note.case file1.case file1.r1", false},
		{"lessons that go to the filer", "close", "answer.case answer.r1 lessons.case lessons.r1", false},
		{"closing without lessons", "close", "answer.case answer.r1", false},
		{"an unknown part", "answer", "answer.case answer.r1 extra.case", false},
		{"a second spelling", "answer", "answer.case answer.r01", false},
		{"an act of later that carries", "later", "note.case", false},
		{"file 0", "note", "note.case file0.case", false},
		{"file 21", "note", "note.case file21.case", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			note := crypto.ActNote{Do: c.do, Carry: map[string]string{}}
			for name := range strings.FieldsSeq(c.carry) {
				note.Carry[name+".age"] = ""
			}
			parts, err := papers.Carried(note)
			if (err == nil) != c.ok || c.ok && len(parts) != len(note.Carry) {
				t.Errorf("%d parts, %v", len(parts), err)
			}
		})
	}
}

func FuzzCarried(f *testing.F) {
	f.Add("answer", "answer.case.age answer.r1.age")
	f.Add("close", "answer.case.age lessons.case.age file1.case.age")
	f.Add("note", "note.case.age file99.r99.age")
	f.Fuzz(func(t *testing.T, do, names string) {
		note := crypto.ActNote{Do: do, Carry: map[string]string{}}
		for _, name := range strings.Fields(names) {
			note.Carry[name] = ""
		}
		parts, err := papers.Carried(note)
		if err != nil {
			return
		}
		var got []string
		for _, p := range parts {
			got = append(got, p.Name)
		}
		slices.Sort(got)
		if !slices.Equal(got, slices.Sorted(maps.Keys(note.Carry))) {
			t.Errorf("%q became %q", names, got)
		}
	})
}

// TestReceiptsHash pins the hash: acts sign it.
func TestReceiptsHash(t *testing.T) {
	rs := []papers.ManifestReceipt{{Recipient: "a", Verifier: "b"}, {Recipient: "c", Verifier: "d"}}
	if got := papers.ReceiptsHash(rs); got != sum("a\nb\nc\nd\n") || hex.EncodedLen(32) != len(got) {
		t.Error(got)
	}
}
