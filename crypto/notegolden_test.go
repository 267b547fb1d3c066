package crypto

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The golden notes freeze the signed formats: what was signed once must verify
// for ever, and since Ed25519 is deterministic, be signed the same today. The
// act file and the sealed file differ with every writing; they must open.

const goldenOffice = "ombud.example.org"

func goldenSigner(t *testing.T, name string, fill byte) SigningKey {
	t.Helper()
	k, err := SigningKeyFromSeed(name, bytes.Repeat([]byte{fill}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// goldenNote compares a signed note with its file, after writing it for -update.
func goldenNote(t *testing.T, name string, msg []byte, err error) []byte {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	want := goldenNoteFile(t, name, msg)
	if !bytes.Equal(msg, want) {
		t.Errorf("%s is signed differently today", name)
	}
	return want
}

// goldenNoteFile reads a golden file, after writing it for -update.
func goldenNoteFile(t *testing.T, name string, msg []byte) []byte {
	t.Helper()
	path := filepath.Join("testdata", "golden-notes", name)
	if *update {
		if err := os.WriteFile(path, msg, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func goldenActNote() ActNote {
	return ActNote{
		Origin: goldenOffice, Case: "7F3K-9QWD", Once: "000102030405060708090a0b0c0d0e0f", Day: "2026-11-23",
		By: "anna", Do: "close", Head: strings.Repeat("1", 64), Receipts: strings.Repeat("2", 64), Log: 24,
		Set:   map[string]string{"disposition": "substantiated"},
		Carry: map[string]string{"answer.age": hexSum("an answer")},
	}
}

func goldenEnrolNote(t *testing.T) EnrolNote {
	t.Helper()
	return EnrolNote{
		Origin: goldenOffice, Name: "anna", Recipient: goldenIdentity(t, 0xA1).Recipient().String(),
		Verifier: goldenSigner(t, goldenOffice+"/anna", 1).Verifier(), Day: "2026-11-23",
	}
}

func goldenClaimNote(t *testing.T) ClaimNote {
	t.Helper()
	return ClaimNote{
		Origin: goldenOffice, Lookup: strings.Repeat("3", 64), Recipient: goldenIdentity(t, 0xF1).Recipient().String(),
		Verifier: goldenSigner(t, goldenOffice+"/filer", 2).Verifier(), Nonce: strings.Repeat("4", 64),
		Tag: strings.Repeat("5", 64), Kind: "redress", Exclude: []string{"bela"},
		Inner: map[string]string{"body.age": hexSum("a report"), "own.age": hexSum("a copy")},
	}
}

func goldenOfficeNote(t *testing.T, enrolment []byte) OfficeNote {
	t.Helper()
	e := goldenEnrolNote(t)
	return OfficeNote{
		Origin: goldenOffice, Verifier: goldenSigner(t, goldenOffice, 3).Verifier(), Until: "2026-12-31",
		Transport: goldenIdentity(t, 0x71).Recipient().String(), Designate: 1, RequirePQ: true,
		Ombudsmen: []Mandate{{
			Name: e.Name, Role: "ombudsman", Recipient: e.Recipient, Verifier: e.Verifier,
			From: "2026-01-01", Until: "2028-12-31", Enrolment: string(enrolment),
		}},
		Forms: json.RawMessage(`{"report":[{"q":"Was ist geschehen? <&>"}]}`), Gate: map[string]string{"de": "Bitte zuerst lesen."},
		Authorities: []Authority{{Name: "Volksanwaltschaft", Contact: "https://volksanwaltschaft.gv.at"}},
	}
}

func TestGoldenNotes(t *testing.T) {
	anna, filer, log := goldenSigner(t, goldenOffice+"/anna", 1), goldenSigner(t, goldenOffice+"/filer", 2), goldenSigner(t, goldenOffice, 3)

	reply := ReplyNote{
		Origin: goldenOffice, Case: "7F3K-9QWD", Once: strings.Repeat("0a", 16), Day: "2026-11-23", By: "anna",
		What: "answer", Filer: strings.Repeat("6", 64),
		Files: []FileRef{{strings.Repeat("7", 64), "Bescheid Nr. 1.pdf"}},
		Words: Signable("Sehr geehrte Person,\n\nwir haben es geprüft.\n\n— Anna"),
	}
	msg, err := reply.Sign(anna)
	if got, err := OpenReply(goldenNote(t, "reply.note", msg, err), anna.Verifier()); err != nil || got.Words != reply.Words {
		t.Errorf("reply: %v", err)
	}
	more := FilerNote{
		Origin: goldenOffice, Lookup: strings.Repeat("3", 64), Once: strings.Repeat("0b", 16), Day: "2026-11-24",
		Do: "add", Files: []FileRef{{strings.Repeat("8", 64), "foto.jpg"}}, Words: "Noch etwas.",
	}
	msg, err = more.Sign(filer)
	if got, err := OpenFiler(goldenNote(t, "filer.note", msg, err), filer.Verifier()); err != nil || got.Words != more.Words {
		t.Errorf("filer: %v", err)
	}
	accept := more
	accept.Once, accept.Do, accept.Files, accept.Words = strings.Repeat("0c", 16), "accept", nil, "Einverstanden."
	accept.Set = map[string]string{"remedy": "2", "on": strings.Repeat("0a", 16)}
	msg, err = accept.Sign(filer)
	if got, err := OpenFiler(goldenNote(t, "accept.note", msg, err), filer.Verifier()); err != nil || got.Set["remedy"] != "2" {
		t.Errorf("accept: %v", err)
	}
	msg, err = goldenEnrolNote(t).Sign(anna)
	enrolment := goldenNote(t, "enrol.note", msg, err)
	if got, err := OpenEnrol(enrolment); err != nil || got != goldenEnrolNote(t) {
		t.Errorf("enrolment: %v", err)
	}
	office := goldenOfficeNote(t, enrolment)
	msg, err = office.Sign(log)
	if got, err := ParseOffice(goldenNote(t, "office.note", msg, err), log.Verifier()); err != nil || got.Text() != office.Text() {
		t.Errorf("office: %v", err)
	}
}

func TestGoldenNoteFiles(t *testing.T) {
	anna, filer := goldenSigner(t, goldenOffice+"/anna", 1), goldenSigner(t, goldenOffice+"/filer", 2)
	month := goldenIdentity(t, 0x71)

	msg, err := goldenActNote().Sign(anna)
	act := goldenNote(t, "act.note", msg, err)
	var fresh bytes.Buffer
	if err := PackAct(&fresh, month.Recipient(), act, []Entry{Bytes("answer.age", []byte("an answer"))}); err != nil {
		t.Fatal(err)
	}
	b, err := OpenBundle(goldenNoteFile(t, "act-file.age", fresh.Bytes()), month.Age())
	if err != nil {
		t.Fatal(err)
	}
	if got, err := OpenAct(b, anna.Verifier()); err != nil || got.Text() != goldenActNote().Text() {
		t.Errorf("act file: %v", err)
	}

	msg, err = goldenClaimNote(t).Sign(filer)
	claim := goldenNote(t, "claim.note", msg, err)
	fresh.Reset()
	inner := []Entry{Bytes("body.age", []byte("a report")), Bytes("own.age", []byte("a copy"))}
	if err := PackSealed(&fresh, month.Recipient(), claim, inner); err != nil {
		t.Fatal(err)
	}
	if b, err = OpenBundle(goldenNoteFile(t, "sealed-file.age", fresh.Bytes()), month.Age()); err != nil {
		t.Fatal(err)
	}
	if got, err := OpenSealed(b); err != nil || got.Text() != goldenClaimNote(t).Text() {
		t.Errorf("sealed file: %v", err)
	}
}

func TestGoldenChallenge(t *testing.T) {
	anna := goldenIdentity(t, 0xA1)
	file, expect, err := Challenge(goldenOffice, anna.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		goldenNoteFile(t, "challenge.expect", expect[:])
		goldenNoteFile(t, "challenge.age", file)
	}
	// Read back what was frozen: never the fresh one.
	old, err := os.ReadFile(filepath.Join("testdata", "golden-notes", "challenge.age"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(filepath.Join("testdata", "golden-notes", "challenge.expect"))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := Answer(old, goldenOffice, anna.Recipient(), anna.Age())
	if err != nil || len(want) != 32 || !CheckAnswer([32]byte(want), answer) {
		t.Errorf("the frozen challenge is answered otherwise: %v", err)
	}
}

// TestNoteExample pins the worked example of the package comment.
func TestNoteExample(t *testing.T) {
	doc, err := os.ReadFile("notedoc.go")
	if err != nil {
		t.Fatal(err)
	}
	msg, err := os.ReadFile(filepath.Join("testdata", "golden-notes", "act.note"))
	if err != nil {
		t.Fatal(err)
	}
	act := strings.TrimSuffix(string(msg), "\n")
	want := strings.ReplaceAll("//\t"+strings.ReplaceAll(act, "\n", "\n//\t"), "//\t\n", "//\n")
	if !strings.Contains(string(doc), want) {
		t.Error("the example is not the golden act")
	}
}
