package papers_test

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	"ombra/cases/papers"
	"ombra/crypto"
)

// TestExcludedInside: the exclusion that the filer sealed on their own device
// counts, whatever the host wrote outside.
func TestExcludedInside(t *testing.T) {
	h := newHost(t)
	h.m.Source = "sealed"
	lookup := h.receipt.Lookup().Hash()
	in := h.head("report", "inside")
	in.Case, in.Lookup, in.Excluded = "", hex.EncodeToString(lookup[:]), []string{"anna"}
	inner := must[[]byte](t)(crypto.SealBytes(h.anna.id.Recipient(), in, []byte("about anna")))
	head := h.first()
	head.Inner = "age"
	h.seal(head, string(inner))
	p := must[*papers.Papers](t)(papers.Open(h.file(), h.pass.Reveal()))
	if _, err := p.Read(h.anna.ids(), h.pins()); err != papers.ErrExcluded { //nolint:errorlint // the very error
		t.Errorf("got %v", err)
	}
}

// TestSealedReport: what was sealed on a device is read with the own key, and
// its sum is shown.
func TestSealedReport(t *testing.T) {
	lookup := func(h *host) string {
		l := h.receipt.Lookup().Hash()
		return hex.EncodeToString(l[:])
	}
	inside := func(h *host, in crypto.Header, to person) *papers.Thread {
		h.m.Source = "sealed"
		inner := must[[]byte](t)(crypto.SealBytes(to.id.Recipient(), in, []byte("sealed words")))
		head := h.first()
		head.Inner = "age"
		h.seal(head, string(inner))
		h.claim(map[string]string{"body.age": sum(string(inner))}, "cora")
		th := h.read(h.pins())
		if th.Items[0].Inner != sum(string(inner)) {
			t.Error("the sum of the inner file is not shown")
		}
		return th
	}
	t.Run("as it should be", func(t *testing.T) {
		h := newHost(t)
		in := h.head("report", "in")
		in.Case, in.Lookup = "", lookup(h)
		if th := inside(h, in, h.anna); th.Items[0].Text != "sealed words" || !th.Items[0].Signed || len(th.Warnings) != 0 {
			t.Errorf("%+v", th)
		}
	})
	t.Run("of another receipt", func(t *testing.T) {
		h := newHost(t)
		in := newHost(t).head("report", "in")
		in.Case, in.Lookup = "", lookup(h)
		warned(t, inside(h, in, h.anna), "sealed for another filing")
	})
	t.Run("an inner envelope that names a case", func(t *testing.T) {
		h := newHost(t)
		warned(t, inside(h, h.head("report", "in"), h.anna), "sealed for another filing")
	})
	t.Run("to others only", func(t *testing.T) {
		h := newHost(t)
		in := h.head("report", "in")
		in.Case, in.Lookup = "", lookup(h)
		if th := inside(h, in, h.bela); th.Items[0].Unreadable == "" {
			t.Errorf("%+v", th.Items[0])
		}
	})
	t.Run("not sealed at all", func(t *testing.T) {
		h := newHost(t)
		h.m.Source = "sealed"
		h.seal(h.first(), "the host wrote this")
		warned(t, h.read(h.pins()), "the host has read it")
	})
}

// TestStock: a bare file of stock age is words if it can be, else a file.
func TestStock(t *testing.T) {
	for body, isText := range map[string]bool{"plain words\n": true, "\x00\x01": false, "\x1b[2J": false} {
		h := newHost(t)
		h.m.Source = "stock"
		var b bytes.Buffer
		w, err := crypto.EncryptTo(&b, h.anna.id.Recipient())
		if err != nil {
			t.Fatal(err)
		}
		_, _ = w.Write([]byte(body))
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		head := h.first()
		head.Inner = "age"
		h.seal(head, b.String())
		it := h.read(h.pins()).Items[0]
		if (it.Text == body) != isText || (len(it.Files) == 1) == isText {
			t.Errorf("%q: %+v", body, it)
		}
	}
}

// claim adds the claim of the first filing, as the filer's device signed it.
func (h *host) claim(inner map[string]string, exclude ...string) {
	h.t.Helper()
	pub := h.receipt.Public([32]byte{})
	n := crypto.ClaimNote{
		Origin: origin, Lookup: hex.EncodeToString(pub.Lookup[:]), Recipient: pub.Recipient, Verifier: pub.Verifier,
		Nonce: hex.EncodeToString(pub.Nonce[:]), Tag: strings.Repeat("0", 64), Kind: "report", Exclude: exclude, Inner: inner,
	}
	h.seal(h.head("act", "filing"), string(must[[]byte](h.t)(n.Sign(h.receipt.Signer()))))
}

// device seals words as the filer's device does.
func (h *host) device(what, words string) string {
	h.t.Helper()
	lookup := h.receipt.Lookup().Hash()
	in := h.head(what, "device")
	in.Case, in.Lookup = "", hex.EncodeToString(lookup[:])
	if what == "file" {
		in.Name = "letter.txt"
	}
	return string(must[[]byte](h.t)(crypto.SealBytes(h.anna.id.Recipient(), in, []byte(words))))
}

// TestClaim: anybody can write to the ombudsmen's keys, the host too. What the
// filer's device signed tells whose words these are.
func TestClaim(t *testing.T) {
	for _, c := range []struct {
		name   string
		attack func(h *host, body, file string)
		words  string
		signed bool
	}{
		{"as it should be", func(h *host, body, file string) {
			h.claim(map[string]string{"body.age": sum(body), "att-1.age": sum(file), "own.age": sum("own")}, "cora")
		}, "", true},
		{"no claim", func(*host, string, string) {}, "no signature of the receipt", false},
		{"other words", func(h *host, _, file string) {
			h.claim(map[string]string{"body.age": sum("the true one"), "att-1.age": sum(file)}, "cora")
		}, "not what the filer's device signed", false},
		{"another file", func(h *host, body, _ string) {
			h.claim(map[string]string{"body.age": sum(body), "att-1.age": sum("the true one")}, "cora")
		}, "not what the filer's device signed", false},
		{"a file kept back", func(h *host, body, file string) {
			h.claim(map[string]string{"body.age": sum(body), "att-1.age": sum(file), "att-2.age": sum("gone")}, "cora")
		}, "is missing from these papers", true},
		{"the claim of another receipt", func(h *host, body, file string) {
			h.receipt = newHost(t).receipt
			h.claim(map[string]string{"body.age": sum(body), "att-1.age": sum(file)}, "cora")
			h.m.Papers[2].Kind = "act"
		}, "the claim of another receipt", false},
		{"an exclusion that the host made up", func(h *host, body, file string) {
			h.claim(map[string]string{"body.age": sum(body), "att-1.age": sum(file)})
		}, "whom the filer did not exclude", true},
		{"an exclusion that the host forgot", func(h *host, body, file string) {
			h.claim(map[string]string{"body.age": sum(body), "att-1.age": sum(file)}, "bela", "cora")
		}, "whom the host did not exclude", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHost(t)
			h.m.Source = "sealed"
			body, file := h.device("report", "sealed words"), h.device("file", "letter")
			head, att := h.first(), h.head("file", "filing")
			head.Inner, att.Inner = "age", "age"
			h.seal(head, body)
			h.seal(att, file)
			c.attack(h, body, file)
			th := h.read(h.pins())
			if c.words != "" {
				warned(t, th, c.words)
			} else if len(th.Warnings) != 0 {
				t.Errorf("warns: %q", th.Warnings)
			}
			it := th.Items[0]
			if it.Signed != c.signed || it.Text != "sealed words" || len(it.Files) != 1 || it.Files[0].Name != "letter.txt" {
				t.Errorf("%+v", it)
			}
		})
	}
	t.Run("it excludes the reader", func(t *testing.T) {
		h := newHost(t)
		h.m.Source = "sealed"
		body, head := h.device("report", "about anna"), h.first()
		head.Inner = "age"
		h.seal(head, body)
		h.claim(map[string]string{"body.age": sum(body)}, "anna")
		p := must[*papers.Papers](t)(papers.Open(h.file(), h.pass.Reveal()))
		if _, err := p.Read(h.anna.ids(), h.pins()); err != papers.ErrExcluded { //nolint:errorlint // the very error
			t.Errorf("got %v", err)
		}
	})
}
