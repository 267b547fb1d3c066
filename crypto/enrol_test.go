package crypto_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"filippo.io/age"

	"ombra/crypto"
)

func TestEnrol(t *testing.T) {
	anna := mustSigner(t, origin+"/anna")
	n := goodEnrol(t)
	msg := mustSignNote(t, n, anna)
	if got, err := crypto.OpenEnrol(msg); err != nil || got != n {
		t.Errorf("got %+v, %v", got, err)
	}
	// A host puts its own age key into her enrolment.
	swapped := bytes.Replace(msg, []byte(n.Recipient), []byte(mustIdentity(t).Recipient().String()), 1)
	_, err := crypto.OpenEnrol(swapped)
	wantRefusal(t, err, crypto.WhySignature)
	_, err = n.Sign(mustSigner(t, origin+"/bela"))
	wantRefusal(t, err, crypto.WhyKeyMismatch)
}

func TestChallenge(t *testing.T) {
	id := mustIdentity(t)
	file, expect, err := crypto.Challenge(origin, id.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	answer, err := crypto.Answer(file, origin, id.Recipient(), id.Age())
	if err != nil {
		t.Fatal(err)
	}
	if !crypto.CheckAnswer(expect, answer) || !crypto.CheckAnswer(expect, " "+strings.ToUpper(answer)+"\n") {
		t.Error("the right answer is not taken")
	}
	other, _, err := crypto.Challenge(origin, id.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	stale, err := crypto.Answer(other, origin, id.Recipient(), id.Age())
	if err != nil {
		t.Fatal(err)
	}
	for _, wrong := range []string{"", stale, answer[1:], answer + "0"} {
		if crypto.CheckAnswer(expect, wrong) {
			t.Errorf("%q is taken", wrong)
		}
	}
	if _, _, err := crypto.Challenge("Bad Origin", id.Recipient()); err == nil {
		t.Error("a challenge of no office was made")
	}
	if _, _, err := crypto.Challenge(origin, crypto.Recipient{}); err == nil {
		t.Error("a challenge to nobody was made")
	}
}

// TestAnswerIsNoOracle: a host hands out as "challenge" whatever it would like
// to have read. Nothing but a challenge of this office to this key is answered.
func TestAnswerIsNoOracle(t *testing.T) {
	id := mustIdentity(t)
	to := id.Recipient()
	key := mustCaseKey(t)
	wrap, err := key.Wrap(to)
	if err != nil {
		t.Fatal(err)
	}
	sealed := func(plain string) []byte {
		var b bytes.Buffer
		w, err := crypto.EncryptTo(&b, to)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(plain)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	right := "ombra-enrol/1 " + origin + " " + to.String() + " " + hexA
	if _, err := crypto.Answer(sealed(right), origin, to, id.Age()); err != nil {
		t.Fatalf("the control is refused: %v", err)
	}
	elsewhere, _, err := crypto.Challenge("other.example.org", to)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		file []byte
		why  crypto.Why
	}{
		"a wrap":           {wrap, crypto.WhyFormat},
		"words":            {sealed("words"), crypto.WhyFormat},
		"nothing":          {sealed(""), crypto.WhyFormat},
		"another office":   {elsewhere, crypto.WhyFormat},
		"a newline more":   {sealed(right + "\n"), crypto.WhyFormat},
		"a line before":    {sealed("x\n" + right), crypto.WhyFormat},
		"short nonce":      {sealed(right[:len(right)-2]), crypto.WhyFormat},
		"nonce in capital": {sealed(strings.ToUpper(right)), crypto.WhyFormat},
		"another key":      {sealed(strings.Replace(right, to.String(), mustIdentity(t).Recipient().String(), 1)), crypto.WhyFormat},
		"no age file":      {[]byte(right), crypto.WhyNotAge},
	} {
		t.Run(name, func(t *testing.T) {
			answer, err := crypto.Answer(c.file, origin, to, id.Age())
			wantRefusal(t, err, c.why)
			if answer != "" || err != nil && strings.Contains(err.Error(), hexA) {
				t.Error("something came out")
			}
		})
	}
	_, err = crypto.Answer(sealed(right), origin, to, []age.Identity{mustIdentity(t).Age()}...)
	wantRefusal(t, err, crypto.WhyWrongKey)
}

func goodOffice(tb testing.TB) crypto.OfficeNote {
	tb.Helper()
	n := crypto.OfficeNote{
		Origin: origin, Verifier: mustSigner(tb, origin).Verifier(), Until: "2026-12-31",
		Transport: mustIdentity(tb).Recipient().String(), Designate: 2, RequirePQ: true,
		Forms:       json.RawMessage(`{"report":[{"q":"What happened? <b>&"}]}`),
		Gate:        map[string]string{"en": "Read this first.\nThen write.", "hu": "Előbb ezt."},
		Authorities: []crypto.Authority{{Name: "Alapvető Jogok Biztosa", Contact: "https://www.ajbh.hu"}},
	}
	for i, name := range []string{"anna", "bela", "outside"} {
		e := crypto.EnrolNote{
			Origin: origin, Name: name, Recipient: mustIdentity(tb).Recipient().String(),
			Verifier: mustSigner(tb, origin+"/"+name).Verifier(), Day: "2026-11-23",
		}
		n.Ombudsmen = append(n.Ombudsmen, crypto.Mandate{
			Name: name, Role: []string{"ombudsman", "ombudsman", "backstop"}[i], Recipient: e.Recipient, Verifier: e.Verifier,
			From: "2026-01-01", Until: "2028-12-31", Enrolment: string(mustSignNote(tb, e, mustSigner(tb, origin+"/"+name))),
		})
	}
	return n
}
