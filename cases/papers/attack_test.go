package papers_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"ombra/cases/papers"
	"ombra/crypto"
	"ombra/crypto/receipt"
)

// warned requires a warning that holds the words.
func warned(t *testing.T, th *papers.Thread, words string) {
	t.Helper()
	if !slices.ContainsFunc(th.Warnings, func(w string) bool { return strings.Contains(w, words) }) {
		t.Errorf("no warning of %q in %q", words, th.Warnings)
	}
}

// TestSwappedWraps: age has no associated data, so a host can hand out the wrap
// of another case, or announce a recipient whose identity it holds itself.
func TestSwappedWraps(t *testing.T) {
	read := func(h *host) error {
		p := must[*papers.Papers](t)(papers.Open(h.file(), h.pass.Reveal()))
		_, err := p.Read(h.anna.ids(), h.pins())
		return err
	}
	t.Run("of another case", func(t *testing.T) {
		h := newHost(t).report()
		other := must[crypto.CaseKey](t)(crypto.NewCaseKey("0000-0000"))
		h.put("wrap-0.age", must[[]byte](t)(other.Wrap(h.anna.id.Recipient())))
		if err := read(h); crypto.Refused(err) != crypto.WhyCaseMismatch {
			t.Errorf("got %v", err)
		}
	})
	t.Run("of a key that the host made", func(t *testing.T) {
		h := newHost(t).report()
		other := must[crypto.CaseKey](t)(crypto.NewCaseKey(h.m.Case))
		h.put("wrap-0.age", must[[]byte](t)(other.Wrap(h.anna.id.Recipient())))
		if err := read(h); crypto.Refused(err) != crypto.WhyKeyMismatch {
			t.Errorf("got %v", err)
		}
	})
	t.Run("for somebody else", func(t *testing.T) {
		h := newHost(t).report()
		h.put("wrap-0.age", must[[]byte](t)(h.key.Wrap(h.bela.id.Recipient())))
		if err := read(h); err != papers.ErrKey { //nolint:errorlint // the very error
			t.Errorf("got %v", err)
		}
	})
	t.Run("garbage for the newest epoch", func(t *testing.T) {
		// A colleague's bad desk, or a host that wants to lock her out.
		h := newHost(t).report()
		next := must[crypto.CaseKey](t)(h.key.Next())
		h.m.Keys = append(h.m.Keys, papers.ManifestKey{Epoch: 1, Recipient: next.Recipient().String(), By: "bela"})
		h.put("wrap-1.age", []byte("garbage"))
		th := h.read(h.pins())
		warned(t, th, "unreadable")
		if th.Items[0].Text != story {
			t.Error("what was readable is not read")
		}
		if _, err := th.Act(h.anna.key, papers.Draft{Do: "note", Text: "x"}, day); err != papers.ErrKey { //nolint:errorlint // the very error
			t.Errorf("an act on a stale epoch: %v", err)
		}
	})
}

// TestExcludedReader: the filer named her, and a host that turned bad wraps the
// case to her all the same. Her own desk shows her nothing.
func TestExcludedReader(t *testing.T) {
	h := newHost(t)
	head := h.first()
	head.Excluded = []string{"anna"}
	h.seal(head, "about anna")
	p := must[*papers.Papers](t)(papers.Open(h.file(), h.pass.Reveal()))
	th, err := p.Read(h.anna.ids(), h.pins())
	if err != papers.ErrExcluded || th != nil { //nolint:errorlint // the very error
		t.Errorf("got %v, %v", th, err)
	}
}

// TestOfficeSwapped: papers of an office or a log that is not the pinned one.
func TestOfficeSwapped(t *testing.T) {
	h := newHost(t).report()
	p := must[*papers.Papers](t)(papers.Open(h.file(), h.pass.Reveal()))
	for name, pins := range map[string]papers.Pins{
		"office": {Origin: "other.example.org"},
		"log":    {Origin: origin, LogVerifier: newHost(t).logKey.Verifier()},
	} {
		if _, err := p.Read(h.anna.ids(), pins); err != papers.ErrOffice { //nolint:errorlint // the very error
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestHostileThread: the host holds the case's public key and can write papers
// of its own. Each shows as what it is.
func TestHostileThread(t *testing.T) {
	stranger := receipt.New(origin)
	for _, c := range []struct {
		name   string
		attack func(*host)
		words  string
		honest int64 // the one paper that is signed as it should be
	}{
		{"a paper of another case", func(h *host) {
			head := h.head("more", "x")
			head.Case = "0000-0000"
			h.seal(head, "moved")
		}, "belongs to another case", 0},
		{"a paper nobody can open", func(h *host) { h.add("more", []byte("garbage")) }, "cannot be read", 0},
		{"the same paper twice", func(h *host) {
			h.more("m", "again")
			blob, _ := bundleOf(h, "paper-000002.age")
			h.add("more", blob)
		}, "a second time", 2},
		{"a second report", func(h *host) { h.seal(h.head("report", "x"), "no, this is the report") }, "claims to be the first", 0},
		{"a relabelled paper", func(h *host) {
			h.seal(h.from("note", "x"), "internal")
			h.m.Papers[1].Kind = "answer"
		}, "listed as another kind", 0},
		{"a note as if from the filer", func(h *host) { h.seal(h.head("note", "x"), "hello") }, "does not write", 0},
		{"a filer's message that nobody signed", func(h *host) { h.seal(h.head("more", "x"), "I take it back") }, "not signed", 0},
		{"a filer's message by another receipt", func(h *host) {
			n := crypto.FilerNote{Origin: origin, Lookup: strings.Repeat("0", 64), Once: once("x"), Day: day, Do: "add", Words: "I take it back"}
			h.seal(h.head("more", "x"), string(must[[]byte](t)(n.Sign(stranger.Signer()))))
		}, "not signed by the receipt", 0},
		{"a filer's message of another act", func(h *host) {
			h.more("x", "yes")
			blob, _ := bundleOf(h, "paper-000002.age")
			_, body, err := crypto.DecryptEnvelope(blob, h.key.Identities()...)
			if err != nil {
				t.Fatal(err)
			}
			h.seal(h.head("more", "y"), string(body))
		}, "Paper 3 is not signed by the receipt", 2},
		{"words put into bela's mouth", func(h *host) {
			n := crypto.ReplyNote{Origin: origin, Case: h.m.Case, Once: once("x"), Day: day, By: "bela", What: "note", Filer: "-", Words: "x"}
			forged := must[crypto.SigningKey](t)(crypto.NewSigningKey(origin + "/bela"))
			h.seal(h.from("note", "x"), string(must[[]byte](t)(n.Sign(forged))))
		}, "not signed with the key", 0},
		{"bela's words in another act", func(h *host) {
			h.seal(h.from("note", "x"), string(h.reply(h.bela, crypto.ReplyNote{Once: once("y"), What: "note", Filer: "-", Words: "x"})))
		}, "another case, act or filer", 0},
		{"bela's note shown as an answer", func(h *host) {
			h.seal(h.from("answer", "x"), string(h.reply(h.bela, crypto.ReplyNote{Once: once("x"), What: "note", Filer: "-", Words: "x"})))
		}, "another case, act or filer", 0},
		{"somebody unknown", func(h *host) {
			dora := mustPerson(t, "dora")
			h.seal(h.from("note", "x"), string(h.reply(dora, crypto.ReplyNote{Once: once("x"), What: "note", Filer: "-", Words: "x"})))
		}, "no key at hand", 0},
		{"a file that was added", func(h *host) {
			h.more("x", "see the file")
			head := h.head("file", "x")
			head.Name = "planted.txt"
			h.seal(head, "planted")
		}, "other files", 2},
		{"a file that was kept back", func(h *host) {
			h.more("x", "see the file", crypto.FileRef{Hash: sum("A"), Name: "a.txt"})
		}, "other files", 2},
		{"a file of nothing", func(h *host) {
			head := h.head("file", "nowhere")
			head.Name = "a.txt"
			h.seal(head, "A")
		}, "belongs to nothing", 0},
		{"an act that nobody signed", func(h *host) { h.seal(h.from("act", "x"), "closed") }, "not written as a signed act", 0},
		{"half of an act kept back", func(h *host) {
			n := crypto.ActNote{
				Origin: origin, Case: h.m.Case, Once: once("x"), Day: day, By: "bela", Do: "note",
				Head: h.m.Head, Receipts: papers.ReceiptsHash(h.m.Receipts), Carry: map[string]string{"note.case.age": strings.Repeat("0", 64)},
			}
			h.seal(h.from("act", "x"), string(must[[]byte](t)(n.Sign(h.bela.key))))
		}, "carried something which is not in these papers", 2},
		{"another key of bela", func(h *host) { h.put("roster-bela.note", mustPerson(t, "bela").note) }, "not the ones that this machine knows", 0},
		{"a receipt of the host's own", func(h *host) {
			pub := stranger.Public([32]byte{})
			h.m.Receipts = append(h.m.Receipts, papers.ManifestReceipt{Recipient: pub.Recipient, Verifier: pub.Verifier})
			papers.SortReceipts(h.m.Receipts)
		}, "No answer is sealed to it", 0},
		{"a message from another receipt", func(h *host) {
			head := h.head("more", "x")
			head.Filer = stranger.Public([32]byte{}).FilerHash()
			h.seal(head, "x")
		}, "another receipt than the report", 0},
		{"a day before the case", func(h *host) {
			head := h.from("note", "x")
			head.Day = "2020-01-01"
			h.seal(head, "x")
		}, "dated before", 0},
		{"an unproved new case key", func(h *host) {
			h.key = must[crypto.CaseKey](t)(h.key.Next())
			h.m.Keys = append(h.m.Keys, papers.ManifestKey{Epoch: 1, Recipient: h.key.Recipient().String(), By: "bela"})
			h.put("wrap-1.age", must[[]byte](t)(h.key.Wrap(h.anna.id.Recipient())))
		}, "no signature shows it", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHost(t).report()
			c.attack(h)
			th := h.read(h.pins())
			warned(t, th, c.words)
			for _, it := range th.Items[1:] {
				if it.Signed && it.N != c.honest {
					t.Errorf("paper %d counts as signed", it.N)
				}
			}
			if th.Items[0].Text != story {
				t.Error("the report is not read any more")
			}
		})
	}
}

func bundleOf(h *host, name string) ([]byte, bool) {
	var b bytes.Buffer
	if err := crypto.WriteBundle(&b, h.entries); err != nil {
		h.t.Fatal(err)
	}
	return must[*crypto.Bundle](h.t)(crypto.ReadBundle(b.Bytes())).Get(name)
}

// TestFirstPaper: without a report in front nothing vouches for the filer, and
// no answer leaves the machine.
func TestFirstPaper(t *testing.T) {
	h := newHost(t)
	h.seal(h.from("note", "x"), "no report here")
	th := h.read(h.pins())
	warned(t, th, "nothing vouches")
	if _, err := th.Act(h.anna.key, papers.Draft{Do: "answer", Text: "x"}, day); err != papers.ErrReceipts { //nolint:errorlint // the very error
		t.Errorf("got %v", err)
	}
}

// TestDropped: papers are only ever added to.
func TestDropped(t *testing.T) {
	h := newHost(t).report()
	h.more("a", "one")
	seen := h.read(h.pins()).Pins(h.pins())
	h.more("b", "two")
	if th := h.read(seen); len(th.Warnings) != 0 {
		t.Errorf("a paper more warns: %q", th.Warnings)
	}
	short := newHost(t)
	short.anna, short.bela, short.logKey, short.receipt = h.anna, h.bela, h.logKey, h.receipt
	short.m.Log.Verifier = h.m.Log.Verifier
	pub := h.receipt.Public([32]byte{})
	short.m.Receipts[0] = papers.ManifestReceipt{Recipient: pub.Recipient, Verifier: pub.Verifier}
	short.put("wrap-0.age", must[[]byte](t)(short.key.Wrap(h.anna.id.Recipient())))
	short.put("roster-anna.note", h.anna.note)
	short.put("roster-bela.note", h.bela.note)
	th := short.report().read(seen)
	warned(t, th, "missing now")
	warned(t, th, "not the one that was there")
}
