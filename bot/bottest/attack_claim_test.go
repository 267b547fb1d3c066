package bottest_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"strings"
	"testing"

	"ombra/bot/bottest"
	"ombra/cases"
	"ombra/cases/papers"
	"ombra/crypto"
	"ombra/crypto/receipt"
)

// TestAttackInnerReplyAsAct: the host, or a filer, holds anna's signed reply: true
// words under her true signature. It is packed as if it were an act, to make her
// bind by it. Its first line says what it is.
func TestAttackInnerReplyAsAct(t *testing.T) {
	s := newScene(t, bottest.Settings{Names: []string{"anna", "bela"}})
	rec := s.file("staff", told())
	th := s.thread("anna")
	s.seat("anna").say("", s.actFile("anna", th, papers.Draft{Do: "answer", Text: "We will close this."}))
	r, err := receipt.Parse(bottest.Origin, rec)
	if err != nil {
		t.Fatal(err)
	}
	var note []byte
	for _, f := range s.ageFiles() {
		if _, body, err := crypto.DecryptEnvelope(f, r.Identity().Age()); err == nil {
			note = body
		}
	}
	if !bytes.HasPrefix(note, []byte("ombra-reply/1\n")) {
		t.Fatalf("no signed reply: %q", note)
	}
	as := func(entry string, content []byte) []byte {
		var out bytes.Buffer
		if err := crypto.SealBundle(&out, s.o.Recipient(), []crypto.Entry{crypto.Bytes(entry, content)}); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	size := s.size()
	for _, file := range [][]byte{
		as("act", note), as("claim", note), as("act", []byte("close it")), as("act", nil),
		as("act", bytes.Replace(note, []byte("ombra-reply/1"), []byte("ombra-act/1"), 1)),
	} {
		for _, who := range []string{"anna", "mallory"} {
			if screen := s.hand(who, file); stored(screen) || !strings.HasPrefix(screen.Text, phrase.Get("sorry.title")) {
				t.Errorf("%s: %s", who, screen.Text)
			}
		}
	}
	s.grew(size, 0, "a reply as an act")
}

// claimed packs a sealed file around a claim that is not the filer's own.
func (s *scene) claimed(n crypto.ClaimNote, key crypto.SigningKey, inner map[string][]byte) ([]byte, error) {
	msg, err := n.Sign(key)
	if err != nil {
		return nil, err
	}
	var entries []crypto.Entry
	for _, name := range []string{"body.age", "own.age"} {
		if b, ok := inner[name]; ok {
			entries = append(entries, crypto.Bytes(name, b))
		}
	}
	var out bytes.Buffer
	err = crypto.PackSealed(&out, s.o.Recipient(), msg, entries)
	return out.Bytes(), err
}

// opened is what somebody who holds the host's transport key reads of a sealed
// file: the claim, and inner files that stay closed to him.
func (s *scene) opened(file []byte) (claim crypto.ClaimNote, inner map[string][]byte) {
	s.t.Helper()
	b, err := crypto.OpenBundle(file, s.o.Identities()...)
	if err != nil {
		s.t.Fatal(err)
	}
	if claim, err = crypto.OpenSealed(b); err != nil {
		s.t.Fatal(err)
	}
	inner = map[string][]byte{}
	for name := range claim.Inner {
		inner[name], _ = b.Get(name)
	}
	return claim, inner
}

// TestAttackLookupRegisteredFirst: somebody at the host reads the claim of a
// sealed file on its way in, holds the file back, and registers its lookup hash
// under keys of his own, so that the real report finds its place taken. It goes
// in all the same, and the receipt opens the real one.
func TestAttackLookupRegisteredFirst(t *testing.T) {
	for _, early := range []bool{true, false} {
		s := newScene(t, bottest.Settings{})
		mine, sealed := s.sealedFile("The supplier sold it twice.")
		claim, _ := s.opened(sealed.File)
		his, decoy := s.sealedFile("Nothing to see.")
		fake, inner := s.opened(decoy.File)
		fake.Lookup, fake.Nonce, fake.Kind = claim.Lookup, claim.Nonce, "redress"
		file, err := s.claimed(fake, his.Signer(), inner)
		if err != nil {
			t.Fatal(err)
		}
		files := [][]byte{file, sealed.File}
		if !early {
			files = [][]byte{sealed.File, file}
		}
		for _, f := range files {
			p := s.seat("someone")
			p.say("", bottest.FileOf("x.age", f))
			if screen := p.press(p.Sees().Buttons[0]); !stored(screen) {
				t.Errorf("early %v: %s", early, screen.Text)
			}
		}
		m, err := s.o.Cases.Mine(context.Background(), mine)
		if err != nil || m.Kind != cases.Report {
			t.Fatalf("the receipt opens %+v, %v", m, err)
		}
		if screen := s.look("filer", mine.Symbols()); !screen.Has(phrase.Get("kind.report")) || screen.Has(phrase.Get("kind.redress")) {
			t.Errorf("the filer sees %s", screen.Text)
		}
		if s.receiptKnown(his) {
			t.Error("his own receipt opens something")
		}
		// The code alone cannot tell them apart, so it shows both.
		both := s.look("filer", mine.Lookup().Hex())
		if !both.Has(phrase.Get("kind.report")) || !both.Has(phrase.Get("kind.redress")) {
			t.Errorf("the code shows %s", both.Text)
		}
		s.add("filer", mine.Symbols(), "One thing more.")
		if n := len(s.rows("SELECT id FROM papers WHERE kind = 'more'")); n != 1 {
			t.Errorf("%d messages", n)
		}
	}
}

// TestAttackClaimOfAnother: a third party read the claim, and appends to the case
// or files in the filer's name. Without the receipt's key there is no signature,
// and every file that the claim does not name is refused.
func TestAttackClaimOfAnother(t *testing.T) {
	s := newScene(t, bottest.Settings{})
	mine, sealed := s.sealedFile("The supplier sold it twice.")
	claim, inner := s.opened(sealed.File)
	his, decoy := s.sealedFile("I take it all back.")
	_, words := s.opened(decoy.File)
	s.hand("staff", sealed.File)
	size, kept := s.size(), s.count("papers")

	// Signed with his key under the filer's verifier: that is no signature.
	changed := claim
	changed.Inner = map[string]string{"body.age": decoy.Sums["body.age"]}
	if _, err := s.claimed(changed, his.Signer(), words); err == nil {
		t.Error("a claim was signed with a key that it does not name")
	}
	// The filer's own claim, with other words.
	b, err := crypto.OpenBundle(sealed.File, s.o.Identities()...)
	if err != nil {
		t.Fatal(err)
	}
	msg, _ := b.Get("claim")
	forge := func(entries ...crypto.Entry) []byte {
		var out bytes.Buffer
		if err := crypto.SealBundle(&out, s.o.Recipient(), entries); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	for what, file := range map[string][]byte{
		"other words":         forge(crypto.Bytes("claim", msg), crypto.Bytes("body.age", words["body.age"])),
		"a file more":         forge(crypto.Bytes("claim", msg), crypto.Bytes("body.age", inner["body.age"]), crypto.Bytes("att-1.age", words["body.age"])),
		"no words":            forge(crypto.Bytes("claim", msg)),
		"an exclusion more":   forge(crypto.Bytes("claim", bytes.Replace(msg, []byte("kind report\n"), []byte("kind report\nexclude anna\n"), 1)), crypto.Bytes("body.age", inner["body.age"])),
		"another tag":         forge(crypto.Bytes("claim", bytes.Replace(msg, []byte(claim.Tag), []byte(hex.EncodeToString(make([]byte, 32))), 1)), crypto.Bytes("body.age", inner["body.age"])),
		"a claim and nothing": forge(crypto.Bytes("claim", []byte("ombra-claim/1\n"))),
	} {
		if screen := s.hand("mallory", file); stored(screen) || !strings.HasPrefix(screen.Text, phrase.Get("sorry.title")) {
			t.Errorf("%s: %s", what, screen.Text)
		}
	}
	s.grew(size, 0, "a claim of another")
	// Nor by the domain's own door: what is typed under a receipt comes with the
	// receipt's signature, or it is none of that receipt's.
	_, err = s.o.Cases.File(context.Background(), cases.Filing{
		Kind: cases.Report, Source: cases.Typed, Public: mine.Public([32]byte{}), Text: "I take it back.\n",
		Tag: his.Tag, Signer: his.Signer(), Form: cases.Answers{Form: "x/1", Lang: "en", Kind: "report"},
	})
	if err == nil {
		t.Error("words under a receipt are taken without its signature")
	}
	s.grew(size, 0, "words without the receipt")
	if s.count("papers") != kept || s.count("cases") != 1 {
		t.Error("something of it was stored")
	}
	for _, it := range s.thread(s.holder()).Items {
		if it.What == "more" && it.Signed {
			t.Error("his words count as the filer's")
		}
	}
}

// TestAttackSealedForTheWrongPeople: a file made with the stock tool for one
// person only, for a passphrase or with a foreign key is refused in one sentence
// that says what to do, before anything is stored.
func TestAttackSealedForTheWrongPeople(t *testing.T) {
	s := newScene(t, bottest.Settings{})
	var one bytes.Buffer
	w, err := crypto.EncryptTo(&one, s.o.Machines["anna"].Identity.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	_, _ = w.Write([]byte("only for anna"))
	_ = w.Close()
	var pass bytes.Buffer
	if err := crypto.SealPasscode(&pass, crypto.NewPasscode(), []crypto.Entry{crypto.Bytes("a", []byte("b"))}); err != nil {
		t.Fatal(err)
	}
	size := s.size()
	for want, file := range map[string][]byte{
		"refused.old-office-file": one.Bytes(),
		"refused.passphrase":      pass.Bytes(),
		"refused.not-age":         []byte("plain words"),
		"refused.header":          one.Bytes()[:300],
		"refused.truncated":       one.Bytes()[:one.Len()-30],
	} {
		if screen := s.hand("staff", file); !screen.Has(phrase.Get(want)) {
			t.Errorf("%s: %s", want, screen.Text)
		}
	}
	if screen := s.seat("staff").say("", bottest.FileOf("a.age", one.Bytes()), bottest.FileOf("b.age", one.Bytes())); !screen.Has(phrase.Get("error.one-file")) {
		t.Errorf("%s", screen.Text)
	}
	s.grew(size, 0, "a refused file")
}
