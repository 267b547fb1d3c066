package crypto

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew: only for a new format, never for an old one")

// The golden files freeze the formats: whatever this package once wrote, it must
// open for ever. Each has its plaintext beside it, which must also still be what
// is written today. (The age files differ with every writing.)

func goldenIdentity(t *testing.T, fill byte) Identity {
	t.Helper()
	id, err := IdentityFromSeed(bytes.Repeat([]byte{fill}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func goldenCaseKey(t *testing.T) CaseKey {
	t.Helper()
	return caseKeyOf("7F3K-9QWD", 1, []Identity{goldenIdentity(t, 0xC1), goldenIdentity(t, 0xC0)})
}

func goldenHeader() Header {
	return Header{
		Case: "7F3K-9QWD", Once: strings.Repeat("9f", 16), From: "filer", What: "report",
		Type: "text/plain; charset=utf-8", Day: "2026-11-23", Filer: strings.Repeat("f1", 32),
		Excluded: []string{"bela"},
		Holders: []Holder{
			{Name: "anna", Recipient: strings.Repeat("a1", 32)},
			{Name: "backstop", Recipient: strings.Repeat("b2", 32), Dormant: true},
		},
	}
}

const (
	goldenText     = "Es begann im Frühjahr.\nWir haben es gemeldet.\n"
	goldenPasscode = "0123456789abcdefghjkmnpqrstvwx"
)

func goldenEntries() []Entry {
	return []Entry{Bytes("thread.txt", []byte(goldenText)), Bytes("empty", nil)}
}

// golden returns a golden file, after writing it when -update is given.
func golden(t *testing.T, name string, write func() ([]byte, error)) []byte {
	t.Helper()
	path := filepath.Join("testdata", "golden", name)
	if *update {
		b, err := write()
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// wantGolden compares a plaintext with the one in the golden folder.
func wantGolden(t *testing.T, name string, got []byte) {
	t.Helper()
	want := golden(t, name, func() ([]byte, error) { return got, nil })
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s: the format has changed: %s", name, diff)
	}
}

func TestGoldenWrap(t *testing.T) {
	holder, key := goldenIdentity(t, 0xA0), goldenCaseKey(t)
	blob := golden(t, "wrap.age", func() ([]byte, error) { return key.Wrap(holder.Recipient()) })
	got, err := Unwrap(blob, "7F3K-9QWD", 1, key.Recipient().String(), holder.Age())
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Recipients()) != 2 || got.Recipients()[0].String() != goldenIdentity(t, 0xC0).Recipient().String() {
		t.Error("epoch 0 is lost")
	}
	wantGolden(t, "wrap.txt", key.open().render())
}

func TestGoldenEnvelope(t *testing.T) {
	key, h := goldenCaseKey(t), goldenHeader()
	h.Len = int64(len(goldenText))
	blob := golden(t, "envelope.age", func() ([]byte, error) {
		return SealBytes(key.Recipient(), h, []byte(goldenText))
	})
	got, body, err := DecryptEnvelope(blob, key.Identities()...)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(h, got); diff != "" || string(body) != goldenText {
		t.Errorf("body %q, header %s", body, diff)
	}
	head, err := h.head()
	if err != nil {
		t.Fatal(err)
	}
	wantGolden(t, "envelope.txt", append(head, goldenText...))
}

func TestGoldenBundle(t *testing.T) {
	transport := goldenIdentity(t, 0xE0)
	blob := golden(t, "bundle.age", func() ([]byte, error) {
		var b bytes.Buffer
		err := SealBundle(&b, transport.Recipient(), goldenEntries())
		return b.Bytes(), err
	})
	got, err := OpenBundle(blob, transport.Age())
	if err != nil {
		t.Fatal(err)
	}
	wantGoldenEntries(t, got)
	var b bytes.Buffer
	if err := WriteBundle(&b, goldenEntries()); err != nil {
		t.Fatal(err)
	}
	wantGolden(t, "bundle.zip", b.Bytes())
}

func TestGoldenPapers(t *testing.T) {
	p := passcodeOf(goldenPasscode)
	blob := golden(t, "papers.age", func() ([]byte, error) {
		var b bytes.Buffer
		err := SealPasscode(&b, p, goldenEntries())
		return b.Bytes(), err
	})
	got, err := OpenPasscode(blob, "01234-56789-ABCDE-FGHJK-MNPQR-STVWX")
	if err != nil {
		t.Fatal(err)
	}
	wantGoldenEntries(t, got)
}

func wantGoldenEntries(t *testing.T, b *Bundle) {
	t.Helper()
	if diff := cmp.Diff([]string{"thread.txt", "empty"}, b.Names()); diff != "" {
		t.Error(diff)
	}
	if text, _ := b.Get("thread.txt"); string(text) != goldenText {
		t.Errorf("the text came back as %q", text)
	}
}
