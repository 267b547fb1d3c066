package crypto_test

import (
	"bytes"
	"crypto/sha256"
	"testing"

	"ombra/crypto"
)

// fuzzText: whatever parses is spelt as Text spells it, is well formed, and can
// be signed; nothing parses as two kinds.
func fuzzText(f *testing.F, kind string) {
	f.Helper()
	all := texts(f)
	for _, c := range all {
		f.Add(c.text)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := all[kind].parse(s)
		if err != nil {
			if crypto.Refused(err) != crypto.WhyFormat {
				t.Fatalf("err = %v", err)
			}
			return
		}
		if n.Text() != s || n.Check() != nil {
			t.Fatalf("%q does not round-trip", s)
		}
		for other, c := range all {
			if _, err := c.parse(s); err == nil && other != kind {
				t.Fatalf("%q is also %s", s, other)
			}
		}
		mustSignText(t, mustSigner(t, origin), s)
	})
}

func FuzzParseAct(f *testing.F)   { fuzzText(f, "act") }
func FuzzParseReply(f *testing.F) { fuzzText(f, "reply") }
func FuzzParseFiler(f *testing.F) { fuzzText(f, "filer") }
func FuzzParseEnrol(f *testing.F) { fuzzText(f, "enrol") }
func FuzzParseClaim(f *testing.F) { fuzzText(f, "claim") }

// FuzzOffice signs what the fuzzer makes up, so that parsing is reached.
func FuzzOffice(f *testing.F) {
	log := mustSigner(f, origin)
	f.Add(goodOffice(f).Text())
	f.Fuzz(func(t *testing.T, s string) {
		msg, err := log.Sign(s)
		if err != nil {
			return
		}
		n, err := crypto.ParseOffice(msg, log.Verifier())
		if err != nil {
			return
		}
		if n.Text() != s {
			t.Fatalf("%q does not round-trip", s)
		}
	})
}

// FuzzNoteText: a note has one spelling, so text and signature give the bytes.
func FuzzNoteText(f *testing.F) {
	k := mustSigner(f, origin)
	good := mustSignText(f, k, "ombra-test/1\nsay yes\n")
	f.Add(good)
	f.Add(mustSignText(f, k, "\n\n"))
	f.Fuzz(func(t *testing.T, msg []byte) {
		text, err := crypto.NoteText(msg)
		opened, operr := crypto.OpenNote(msg, k.Verifier())
		if err != nil {
			if operr == nil {
				t.Fatal("a note that has no text opens")
			}
			return
		}
		if !bytes.HasPrefix(msg, []byte(text+"\n— ")) || bytes.Count(msg[len(text):], []byte("\n")) != 2 {
			t.Fatalf("%q is not text and one signature", msg)
		}
		if operr == nil && !bytes.Equal(msg, mustSignText(t, k, opened)) {
			t.Fatal("a second spelling opens")
		}
	})
}

// FuzzAnswer: no file makes Answer say anything but an HMAC over its own nonce.
func FuzzAnswer(f *testing.F) {
	seed := sha256.Sum256([]byte("fuzz"))
	id, err := crypto.IdentityFromSeed(seed[:])
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte("ombra-enrol/1 " + origin + " " + id.Recipient().String() + " " + hexA))
	f.Add([]byte("AGE-SECRET-KEY-PQ-1"))
	f.Fuzz(func(t *testing.T, plain []byte) {
		var file bytes.Buffer
		w, err := crypto.EncryptTo(&file, id.Recipient())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(plain); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		answer, err := crypto.Answer(file.Bytes(), origin, id.Recipient(), id.Age())
		head := []byte("ombra-enrol/1 " + origin + " " + id.Recipient().String() + " ")
		if err == nil && (len(answer) != 64 || !bytes.HasPrefix(plain, head) || len(plain) != len(head)+64) {
			t.Fatalf("%q was answered", plain)
		}
	})
}
