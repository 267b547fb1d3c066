package crypto_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"testing"

	"ombra/crypto"
)

func sumOf(b string) string {
	s := sha256.Sum256([]byte(b))
	return hex.EncodeToString(s[:])
}

// carried is an act with two entries that are really there.
func carried() (crypto.ActNote, []crypto.Entry) {
	n := goodAct()
	n.Carry = map[string]string{"answer.age": sumOf("one"), "lessons.age": sumOf("two")}
	return n, []crypto.Entry{crypto.Bytes("answer.age", []byte("one")), crypto.Bytes("lessons.age", []byte("two"))}
}

func mustSignNote(tb testing.TB, n texter, k crypto.SigningKey) []byte {
	tb.Helper()
	msg, err := n.Sign(k)
	if err != nil {
		tb.Fatal(err)
	}
	return msg
}

func TestActFile(t *testing.T) {
	month, anna := mustIdentity(t), mustSigner(t, origin+"/anna")
	n, entries := carried()
	var file bytes.Buffer
	if err := crypto.PackAct(&file, month.Recipient(), mustSignNote(t, n, anna), entries); err != nil {
		t.Fatal(err)
	}
	b, err := crypto.OpenBundle(file.Bytes(), month.Age())
	if err != nil {
		t.Fatal(err)
	}
	claimed, err := crypto.ActClaims(b)
	if err != nil || claimed.By != "anna" {
		t.Fatalf("claims %q, %v", claimed.By, err)
	}
	got, err := crypto.OpenAct(b, anna.Verifier())
	if err != nil || got.Text() != n.Text() {
		t.Fatalf("got %+v, %v", got, err)
	}
	if one, ok := b.Get("answer.age"); !ok || string(one) != "one" {
		t.Error("what was carried is not there")
	}
	if err := crypto.OneStanza(file.Bytes()); err != nil {
		t.Errorf("an act file has more than one recipient: %v", err)
	}
	_, err = crypto.OpenAct(b, mustSigner(t, origin+"/bela").Verifier())
	wantRefusal(t, err, crypto.WhySignature)
}

// TestOpenActRefuses is what somebody in the middle, or another ombudsman, could
// try with an act file.
func TestOpenActRefuses(t *testing.T) {
	anna, bela := mustSigner(t, origin+"/anna"), mustSigner(t, origin+"/bela")
	n, entries := carried()
	msg := mustSignNote(t, n, anna)
	inAnnasName := mustSignText(t, bela, n.Text()) // text says anna, signature is bela's
	plain := n
	plain.Carry = nil
	for name, c := range map[string]struct {
		entries  []crypto.Entry
		verifier string
		why      crypto.Why
	}{
		"one left out":        {[]crypto.Entry{crypto.Bytes("act", msg), entries[0]}, anna.Verifier(), crypto.WhyFormat},
		"one added":           {[]crypto.Entry{crypto.Bytes("act", mustSignNote(t, plain, anna)), entries[0]}, anna.Verifier(), crypto.WhyFormat},
		"one exchanged":       {[]crypto.Entry{crypto.Bytes("act", msg), entries[0], crypto.Bytes("lessons.age", []byte("TWO"))}, anna.Verifier(), crypto.WhyFormat},
		"one renamed":         {[]crypto.Entry{crypto.Bytes("act", msg), entries[0], crypto.Bytes("note.age", []byte("two"))}, anna.Verifier(), crypto.WhyFormat},
		"contents swapped":    {[]crypto.Entry{crypto.Bytes("act", msg), crypto.Bytes("answer.age", []byte("two")), crypto.Bytes("lessons.age", []byte("one"))}, anna.Verifier(), crypto.WhyFormat},
		"no act":              {entries, anna.Verifier(), crypto.WhyUnknownFile},
		"in another's name":   {append([]crypto.Entry{crypto.Bytes("act", inAnnasName)}, entries...), bela.Verifier(), crypto.WhySignature},
		"another's signature": {append([]crypto.Entry{crypto.Bytes("act", inAnnasName)}, entries...), anna.Verifier(), crypto.WhySignature},
		"unsigned":            {append([]crypto.Entry{crypto.Bytes("act", []byte(n.Text()))}, entries...), anna.Verifier(), crypto.WhyFormat},
		"a reply instead":     {[]crypto.Entry{crypto.Bytes("act", mustSignNote(t, goodReply(), anna))}, anna.Verifier(), crypto.WhyFormat},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := crypto.OpenAct(mustNoteBundle(t, c.entries...), c.verifier)
			wantRefusal(t, err, c.why)
		})
	}
	if _, err := crypto.OpenAct(mustNoteBundle(t, append([]crypto.Entry{crypto.Bytes("act", msg)}, entries...)...), anna.Verifier()); err != nil {
		t.Errorf("the control is refused: %v", err)
	}
	_, err := crypto.ActClaims(mustNoteBundle(t, entries...))
	wantRefusal(t, err, crypto.WhyUnknownFile)
}

// TestPackActRefuses: mistakes are found on the signer's machine.
func TestPackActRefuses(t *testing.T) {
	to, anna := mustIdentity(t).Recipient(), mustSigner(t, origin+"/anna")
	n, entries := carried()
	msg := mustSignNote(t, n, anna)
	broken := errors.New("disk gone")
	for name, c := range map[string]struct {
		msg     []byte
		entries []crypto.Entry
	}{
		"one left out":  {msg, entries[:1]},
		"one exchanged": {msg, []crypto.Entry{entries[0], crypto.Bytes("lessons.age", []byte("TWO"))}},
		"one twice":     {msg, []crypto.Entry{entries[0], entries[0]}},
		"one unnamed":   {msg, []crypto.Entry{entries[0], crypto.Bytes("note.age", []byte("two"))}},
		"a reply":       {mustSignNote(t, goodReply(), anna), nil},
		"no note":       {[]byte(n.Text()), entries},
		"unreadable": {msg, []crypto.Entry{entries[0], {
			Name: "lessons.age", Size: 3, Open: func() (io.ReadCloser, error) { return nil, broken },
		}}},
	} {
		if err := crypto.PackAct(io.Discard, to, c.msg, c.entries); err == nil {
			t.Errorf("%s was packed", name)
		}
	}
	if _, err := n.Sign(mustSigner(t, origin+"/bela")); err == nil {
		t.Error("bela signed an act of anna's")
	}
}

func TestSealedFile(t *testing.T) {
	month, filer := mustIdentity(t), mustSigner(t, origin+"/filer")
	n := goodClaim(t)
	n.Inner = map[string]string{"att-1.age": sumOf("photo"), "body.age": sumOf("report")}
	inner := []crypto.Entry{crypto.Bytes("body.age", []byte("report")), crypto.Bytes("att-1.age", []byte("photo"))}
	claim := mustSignNote(t, n, filer)
	var file bytes.Buffer
	if err := crypto.PackSealed(&file, month.Recipient(), claim, inner); err != nil {
		t.Fatal(err)
	}
	b, err := crypto.OpenBundle(file.Bytes(), month.Age())
	if err != nil {
		t.Fatal(err)
	}
	if got, err := crypto.OpenSealed(b); err != nil || got.Text() != n.Text() {
		t.Fatalf("got %+v, %v", got, err)
	}

	if _, err := n.Sign(mustSigner(t, origin+"/anna")); crypto.Refused(err) != crypto.WhyKeyMismatch {
		t.Errorf("another key signed the claim: %v", err)
	}
	// Somebody who saw the lookup hash registers it under a key of his own.
	thief, err := crypto.NewSigningKey(origin + "/filer")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		entries []crypto.Entry
		why     crypto.Why
	}{
		"re-signed":     {append([]crypto.Entry{crypto.Bytes("claim", mustSignText(t, thief, n.Text()))}, inner...), crypto.WhySignature},
		"one left out":  {[]crypto.Entry{crypto.Bytes("claim", claim), inner[0]}, crypto.WhyFormat},
		"one exchanged": {[]crypto.Entry{crypto.Bytes("claim", claim), inner[0], crypto.Bytes("att-1.age", []byte("other"))}, crypto.WhyFormat},
		"one added":     {append([]crypto.Entry{crypto.Bytes("claim", claim), crypto.Bytes("own.age", nil)}, inner...), crypto.WhyFormat},
		"no claim":      {inner, crypto.WhyUnknownFile},
		"an act":        {[]crypto.Entry{crypto.Bytes("act", claim)}, crypto.WhyUnknownFile},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := crypto.OpenSealed(mustNoteBundle(t, c.entries...))
			wantRefusal(t, err, c.why)
		})
	}
	if err := crypto.PackSealed(io.Discard, month.Recipient(), claim, inner[:1]); err == nil {
		t.Error("a sealed file without its attachment was packed")
	}
}

func TestInnerSum(t *testing.T) {
	want := sha256.Sum256([]byte("att-1.age " + hexB + "\nbody.age " + hexA + "\n"))
	if crypto.InnerSum(map[string]string{"body.age": hexA, "att-1.age": hexB}) != want {
		t.Error("not the sum of the sorted lines")
	}
}

func TestOpenByNamedSigner(t *testing.T) {
	anna, bela, filer := mustSigner(t, origin+"/anna"), mustSigner(t, origin+"/bela"), mustSigner(t, origin+"/filer")
	reply, note := goodReply(), goodFiler()
	if got, err := crypto.OpenReply(mustSignNote(t, reply, anna), anna.Verifier()); err != nil || got.Words != reply.Words {
		t.Errorf("a reply: %v", err)
	}
	if got, err := crypto.OpenFiler(mustSignNote(t, note, filer), filer.Verifier()); err != nil || got.Words != note.Words {
		t.Errorf("a filer's note: %v", err)
	}
	_, err := crypto.OpenReply(mustSignText(t, bela, reply.Text()), bela.Verifier())
	wantRefusal(t, err, crypto.WhySignature)
	_, err = crypto.OpenFiler(mustSignText(t, anna, note.Text()), anna.Verifier())
	wantRefusal(t, err, crypto.WhySignature)
	elsewhere := mustSigner(t, "other.example.org/anna")
	_, err = crypto.OpenReply(mustSignText(t, elsewhere, reply.Text()), elsewhere.Verifier())
	wantRefusal(t, err, crypto.WhySignature)
}
