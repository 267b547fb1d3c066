package papers_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"

	"ombra/cases/papers"
	"ombra/crypto"
)

var update = flag.Bool("update", false, "write the golden papers anew: only when the format's version changes")

// TestGolden: papers that were made once can be read for ever.
func TestGolden(t *testing.T) {
	for name, write := range map[string]func(*host){"golden": (*host).goldenCase, "golden-rekeyed": (*host).goldenRekeyed} {
		t.Run(name, func(t *testing.T) { golden(t, filepath.Join("testdata", name), write) })
	}
}

func golden(t *testing.T, dir string, write func(*host)) {
	t.Helper()
	if *update {
		writeGolden(t, dir, write)
	}
	get := func(name string) string {
		return string(must[[]byte](t)(os.ReadFile(filepath.Join(dir, name))))
	}
	p := must[*papers.Papers](t)(papers.Open([]byte(get("papers.age")), get("passcode")))
	id := must[crypto.Identity](t)(crypto.ParseIdentity(strings.TrimSpace(get("anna.key"))))
	pins := papers.Pins{Enrolments: map[string]crypto.EnrolNote{}}
	for _, name := range []string{"anna", "bela"} {
		pins.Enrolments[name] = must[crypto.EnrolNote](t)(crypto.OpenEnrol([]byte(get(name + ".enrolment"))))
	}
	th := must[*papers.Thread](t)(p.Read([]age.Identity{id.Age()}, pins))
	if out := text(t, th); out != get("thread.txt") {
		t.Errorf("the thread reads otherwise:\n%s", out)
	}
	if len(th.Warnings) != 0 {
		t.Errorf("%q", th.Warnings)
	}
}

// goldenRekeyed is a case that bela's machine made the next key of and that she
// then withdrew from; anna granted it to dora.
func (h *host) goldenRekeyed() {
	h.rekeyed(h.bela, "note", nil, "anna", "bela")
	h.seal(h.from("note", "a"), string(h.reply(h.bela, crypto.ReplyNote{Once: once("a"), What: "note", Filer: "-", Words: "To do."})))
	h.left(h.bela)
	h.rekeyed(h.anna, "grant", map[string]string{"to": "dora"}, "anna", "dora")
	h.m.Grants = []papers.ManifestGrant{{Holder: "anna"}, {Holder: "dora", Dormant: true}}
	h.seal(h.from("note", "b"), string(h.reply(h.anna, crypto.ReplyNote{Once: once("b"), What: "note", Filer: "-", Words: "Done."})))
	h.put(papers.PastName("bela", 1), mustPerson(h.t, "bela").note)
}

func (h *host) goldenCase() {
	att := h.head("file", "filing")
	att.Name, att.Type = "photo.jpg", "image/jpeg"
	h.seal(att, "JPEG")
	h.more("more", "One thing more.")
	h.seal(h.from("answer", "a"), string(h.reply(h.bela, crypto.ReplyNote{Once: once("a"), What: "answer", Filer: h.filer(), Words: "We have it."})))
	h.checkpoint(8, 0)
	h.checkpoint(16, 8)
}

func writeGolden(t *testing.T, dir string, write func(*host)) {
	t.Helper()
	h := newHost(t).report()
	write(h)
	th := h.read(h.pins())
	for name, b := range map[string][]byte{
		"papers.age": h.file(), "passcode": []byte(h.pass.Reveal()), "anna.key": []byte(h.anna.id.Reveal() + "\n"),
		"anna.enrolment": h.anna.note, "bela.enrolment": h.bela.note, "thread.txt": []byte(text(t, th)),
	} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
