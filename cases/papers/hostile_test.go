package papers_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"filippo.io/age"

	"ombra/cases/papers"
	"ombra/crypto"
)

// TestHostilePapers: what a host that turned bad, or a platform in between, may
// hand out as papers. Each is refused before a word is read.
func TestHostilePapers(t *testing.T) {
	h := newHost(t).report()
	list := string(must[[]byte](t)(json.Marshal(h.m))) + "\n"
	list = strings.Replace(list, `"flags":null`, `"flags":[]`, 1)
	wrap, paper := h.entries[0], h.entries[3]
	good := []crypto.Entry{wrap, paper}
	with := func(entries ...crypto.Entry) []byte { return h.forge([]byte(list), entries...) }
	swap := func(old, with string) []byte {
		if !strings.Contains(list, old) {
			t.Fatalf("nothing to swap: %s", old)
		}
		return h.forge([]byte(strings.Replace(list, old, with, 1)), good...)
	}
	cut := *h
	cut.m.Papers = append([]papers.ManifestPaper(nil), h.m.Papers...)
	cut.m.Papers[0].Sum = strings.Repeat("0", 64)

	if _, err := papers.Open(with(good...), h.pass.Reveal()); err != nil {
		t.Fatalf("the honest file is refused: %v", err)
	}
	for _, c := range []struct {
		name string
		file []byte
		want error
	}{
		{"an entry that is not listed", with(wrap, paper, crypto.Bytes("paper-000002.age", []byte("x"))), papers.ErrEntries},
		{"an entry of an unknown name", with(wrap, paper, crypto.Bytes("readme.txt", []byte("x"))), papers.ErrEntries},
		{"a paper missing", with(wrap), papers.ErrEntries},
		{"no wrap", with(paper), papers.ErrEntries},
		{"a wrap of an epoch that is not listed", with(wrap, paper, crypto.Bytes("wrap-1.age", []byte("x"))), papers.ErrEntries},
		{"a second spelling of a wrap's name", with(wrap, paper, crypto.Bytes("wrap-00.age", []byte("x"))), papers.ErrEntries},
		{"a proof without its checkpoint", with(wrap, paper, crypto.Bytes("proof-8", []byte("x"))), papers.ErrEntries},
		{"a checkpoint beyond the log", with(wrap, paper, crypto.Bytes("checkpoint-8.note", []byte("x"))), papers.ErrEntries},
		{"a paper that is not the listed one", with(wrap, crypto.Bytes(paper.Name, make([]byte, paper.Size))), papers.ErrSum},
		{"a paper that is longer than listed", with(wrap, crypto.Bytes(paper.Name, make([]byte, paper.Size+1))), papers.ErrSum},
		{"another's enrolment under a name", with(wrap, paper, crypto.Bytes("roster-anna.note", h.bela.note)), papers.ErrEntries},
		{"a sum that does not match", cut.forge(nulls(cut.m), good...), papers.ErrSum},
		{"an unknown key in the list", swap(`"v":`, `"x":1,"v":`), papers.ErrManifest},
		{"a key twice in the list", swap(`"stage":"received"`, `"stage":"closed","stage":"received"`), papers.ErrManifest},
		{"a key missing from the list", swap(`"priority":"",`, ``), papers.ErrManifest},
		{"a key in another case", swap(`"priority"`, `"Priority"`), papers.ErrManifest},
		{"another version", swap("ombra-papers/1", "ombra-papers/2"), papers.ErrManifest},
		{"path traversal by the case's id", swap("7F3K-9QWD", "../../.x"), papers.ErrManifest},
		{"path traversal by a paper's name", swap(`"paper-000001.age"`, `"../paper.age"`), papers.ErrManifest},
		{"an escape sequence in a field", swap(`"category":""`, `"category":"\u001b[2J"`), papers.ErrManifest},
		{"a bidi override in a field", swap(`"category":""`, `"category":"\u202egnihton"`), papers.ErrManifest},
		{"a newline in a field", swap(`"priority":""`, `"priority":"a\nb"`), papers.ErrManifest},
		{"a log key of another office", swap(`"origin":"ombud`, `"origin":"other`), papers.ErrManifest},
		{"a head that is no paper's", swap(`"head":"`+h.m.Head, `"head":"`+strings.Repeat("1", 64)), papers.ErrManifest},
		{"an SSH key as transport", swap(h.m.Transport, "ssh-ed25519 AAAA"), papers.ErrManifest},
		{"no list at all", h.forge([]byte("null\n"), good...), papers.ErrManifest},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := papers.Open(c.file, h.pass.Reveal()); err != c.want { //nolint:errorlint // the very error
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

// nulls is the list as it should be written.
func nulls(m papers.Manifest) papers.Manifest {
	m.Flags = []string{}
	return m
}

// TestBrokenFiles: refusals that come from the layers below.
func TestBrokenFiles(t *testing.T) {
	h := newHost(t).report()
	file := h.file()
	zipped := must[[]byte](t)(seal(t, h.pass, []byte("PK\x03\x04 not a zip")))
	for _, c := range []struct {
		name string
		file []byte
		pass string
		want crypto.Why
	}{
		{"the wrong passcode", file, crypto.NewPasscode().Reveal(), crypto.WhyPasscode},
		{"no passcode", file, "", crypto.WhyPasscode},
		{"no age file", []byte("hello"), h.pass.Reveal(), crypto.WhyNotAge},
		{"cut off", file[:len(file)-1], h.pass.Reveal(), crypto.WhyTruncated},
		{"not a zip", zipped, h.pass.Reveal(), crypto.WhyBadZip},
		{"encrypted to a key", must[[]byte](t)(sealTo(t, h.anna.id.Recipient())), h.pass.Reveal(), crypto.WhyWrongKey},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := papers.Open(c.file, c.pass); crypto.Refused(err) != c.want {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

func seal(t *testing.T, p crypto.Passcode, plain []byte) ([]byte, error) {
	t.Helper()
	r := must[*age.ScryptRecipient](t)(age.NewScryptRecipient(p.Reveal()))
	r.SetWorkFactor(10)
	var b bytes.Buffer
	w, err := age.Encrypt(&b, r)
	if err != nil {
		return nil, err
	}
	_, err = w.Write(plain)
	if cerr := w.Close(); err == nil {
		err = cerr
	}
	return b.Bytes(), err
}

func deflated(t *testing.T, size int) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("manifest.json")
	if err == nil {
		_, err = w.Write(make([]byte, size))
	}
	if cerr := z.Close(); err != nil || cerr != nil {
		t.Fatal(err, cerr)
	}
	return b.Bytes()
}

func sealTo(t *testing.T, to crypto.Recipient) ([]byte, error) {
	t.Helper()
	var b bytes.Buffer
	err := crypto.SealBundle(&b, to, nil)
	return b.Bytes(), err
}

// TestZipBomb: an entry that would grow when unpacked never gets that far.
func TestZipBomb(t *testing.T) {
	h := newHost(t)
	bomb := must[[]byte](t)(seal(t, h.pass, deflated(t, 64<<20)))
	if _, err := papers.Open(bomb, h.pass.Reveal()); crypto.Refused(err) != crypto.WhyBadZip {
		t.Errorf("got %v", err)
	}
}

// TestPackRefuses: the server's end makes nothing that the other refuses.
func TestPackRefuses(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(*host)
		want  error
	}{
		{"a paper missing", func(h *host) { h.drop("paper-000001.age") }, papers.ErrEntries},
		{"no wrap", func(h *host) { h.drop("wrap-0.age") }, papers.ErrEntries},
		{"an entry too many", func(h *host) { h.put("x", nil) }, papers.ErrEntries},
		{"a size that is wrong", func(h *host) { h.put("paper-000001.age", []byte("x")) }, papers.ErrSum},
		{"no papers", func(h *host) { h.m.Papers = nil }, papers.ErrManifest},
		{"receipts out of order", func(h *host) { h.m.Receipts = append(h.m.Receipts, h.m.Receipts[0]) }, papers.ErrManifest},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHost(t).report()
			c.spoil(h)
			if err := papers.Pack(&bytes.Buffer{}, h.pass, h.m, h.entries); err == nil || !strings.Contains(err.Error(), c.want.Error()) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}
