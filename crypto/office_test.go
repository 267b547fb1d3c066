package crypto_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ombra/crypto"
)

func TestOffice(t *testing.T) {
	log := mustSigner(t, origin)
	n := goodOffice(t)
	msg := mustSignNote(t, n, log)
	got, err := crypto.ParseOffice(msg, log.Verifier())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(n, got); diff != "" {
		t.Error(diff)
	}
	if v, err := crypto.OfficeVerifier(msg); err != nil || v != log.Verifier() {
		t.Errorf("pinned %q, %v", v, err)
	}
	if m, ok := got.Mandate("outside"); !ok || m.Role != "backstop" {
		t.Error("the backstop is not found")
	}
	if _, ok := got.Mandate("nobody"); ok {
		t.Error("nobody is found")
	}
	if strings.Count(n.Text(), "\n") != 2 {
		t.Error("the office file is not one line of JSON")
	}
}

// TestOfficeRefuses is what a host that turned bad could publish.
func TestOfficeRefuses(t *testing.T) {
	log := mustSigner(t, origin)
	impostor, err := crypto.NewSigningKey(origin)
	if err != nil {
		t.Fatal(err)
	}
	edit := func(f func(*crypto.OfficeNote)) crypto.OfficeNote { n := goodOffice(t); f(&n); return n }
	for name, n := range map[string]crypto.OfficeNote{
		"own key beside her enrolment": edit(func(n *crypto.OfficeNote) { n.Ombudsmen[0].Recipient = mustIdentity(t).Recipient().String() }),
		"own signing key":              edit(func(n *crypto.OfficeNote) { n.Ombudsmen[0].Verifier = mustSigner(t, origin+"/bela").Verifier() }),
		"an enrolment of bela's":       edit(func(n *crypto.OfficeNote) { n.Ombudsmen[0].Enrolment = n.Ombudsmen[1].Enrolment }),
		"a spoilt enrolment": edit(func(n *crypto.OfficeNote) {
			n.Ombudsmen[0].Enrolment = strings.Replace(n.Ombudsmen[0].Enrolment, "day 2026", "day 2025", 1)
		}),
		"twice the same":            edit(func(n *crypto.OfficeNote) { n.Ombudsmen[1] = n.Ombudsmen[0] }),
		"nobody":                    edit(func(n *crypto.OfficeNote) { n.Ombudsmen = nil }),
		"another role":              edit(func(n *crypto.OfficeNote) { n.Ombudsmen[0].Role = "oversight" }),
		"a mandate backwards":       edit(func(n *crypto.OfficeNote) { n.Ombudsmen[0].Until = "2025-01-01" }),
		"another origin":            edit(func(n *crypto.OfficeNote) { n.Origin = "other.example.org" }),
		"a holder's key as log key": edit(func(n *crypto.OfficeNote) { n.Verifier = mustSigner(t, origin+"/anna").Verifier() }),
		"no day":                    edit(func(n *crypto.OfficeNote) { n.Until = "" }),
		"no transport recipient":    edit(func(n *crypto.OfficeNote) { n.Transport = "" }),
		"no gate":                   edit(func(n *crypto.OfficeNote) { n.Gate = nil }),
		"a gate with an escape":     edit(func(n *crypto.OfficeNote) { n.Gate["en"] = "\x1b[2J" }),
		"forms that are no JSON":    edit(func(n *crypto.OfficeNote) { n.Forms = json.RawMessage(`{`) }),
		"none designated":           edit(func(n *crypto.OfficeNote) { n.Designate = 0 }),
		"no list of authorities":    edit(func(n *crypto.OfficeNote) { n.Authorities = nil }),
		"classic where PQ is required": edit(func(n *crypto.OfficeNote) {
			e := crypto.EnrolNote{
				Origin: origin, Name: "anna", Recipient: mustClassic(t).Recipient().String(),
				Verifier: mustSigner(t, origin+"/anna").Verifier(), Day: "2026-11-23",
			}
			n.Ombudsmen[0].Recipient = e.Recipient
			n.Ombudsmen[0].Enrolment = string(mustSignNote(t, e, mustSigner(t, origin+"/anna")))
		}),
	} {
		t.Run(name, func(t *testing.T) {
			wantRefusal(t, n.Check(), crypto.WhyFormat)
			if n.Text() != "" {
				t.Error("has a text")
			}
			line, err := json.Marshal(n)
			if err != nil {
				return // a note that cannot even be written
			}
			msg, err := log.Sign("ombra-office/1\n" + string(line) + "\n")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := crypto.ParseOffice(msg, log.Verifier()); err == nil {
				t.Error("was taken")
			}
		})
	}
	n := goodOffice(t)
	_, err = crypto.ParseOffice(mustSignText(t, impostor, n.Text()), log.Verifier())
	wantRefusal(t, err, crypto.WhySignature)
	_, err = crypto.OfficeVerifier(mustSignText(t, impostor, n.Text()))
	wantRefusal(t, err, crypto.WhySignature)
	_, err = crypto.ParseOffice(mustSignText(t, impostor, n.Text()), impostor.Verifier())
	wantRefusal(t, err, crypto.WhySignature)
	_, err = n.Sign(impostor)
	wantRefusal(t, err, crypto.WhyKeyMismatch)
}

// TestOfficeHasOneSpelling covers what encoding/json lets pass.
func TestOfficeHasOneSpelling(t *testing.T) {
	log := mustSigner(t, origin)
	good := goodOffice(t).Text()
	for name, s := range map[string]string{
		"a blank":         strings.Replace(good, `{"origin"`, `{ "origin"`, 1),
		"key in capital":  strings.Replace(good, `"origin"`, `"Origin"`, 1),
		"key twice":       strings.Replace(good, `{"origin"`, `{"designate":7,"origin"`, 1),
		"unknown key":     strings.Replace(good, `{"origin"`, `{"x":1,"origin"`, 1),
		"escaped letter":  strings.Replace(good, `"ombud.`, `"\u006fmbud.`, 1),
		"number as 2e0":   strings.Replace(good, `"designate":2`, `"designate":2e0`, 1),
		"blank in forms":  strings.Replace(good, `{"report"`, `{ "report"`, 1),
		"two lines":       strings.Replace(good, `,"gate"`, ",\n\"gate\"", 1),
		"two values":      strings.TrimSuffix(good, "\n") + "{}\n",
		"words after it":  good + "x\n",
		"an empty line":   good + "\n",
		"another magic":   strings.Replace(good, "ombra-office/1", "ombra-office/2", 1),
		"no magic":        strings.TrimPrefix(good, "ombra-office/1\n"),
		"gate out of row": strings.Replace(good, `"en":"Read this first.\nThen write.","hu":"Előbb ezt."`, `"hu":"Előbb ezt.","en":"Read this first.\nThen write."`, 1),
	} {
		t.Run(name, func(t *testing.T) {
			if s == good {
				t.Fatal("the case changes nothing")
			}
			_, err := crypto.ParseOffice(mustSignText(t, log, s), log.Verifier())
			wantRefusal(t, err, crypto.WhyFormat)
		})
	}
}
