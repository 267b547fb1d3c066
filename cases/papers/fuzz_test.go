package papers_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"ombra/cases/papers"
	"ombra/crypto"
)

// FuzzOpen lets the fuzzer write the list of contents and one entry of a bundle
// that opens: random bytes would never get past the outer layers.
// What is accepted must be what Pack writes.
func FuzzOpen(f *testing.F) {
	golden := func(name string) []byte {
		b, err := os.ReadFile(filepath.Join("testdata", "golden", name))
		if err != nil {
			f.Fatal(err)
		}
		return b
	}
	b, err := crypto.OpenPasscode(golden("papers.age"), string(golden("passcode")))
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range b.Names() {
		data, _ := b.Get(name)
		list, _ := b.Get("manifest.json")
		f.Add(list, name, data)
	}
	pass := crypto.NewPasscode()
	f.Fuzz(func(t *testing.T, list []byte, name string, data []byte) {
		entries := []crypto.Entry{crypto.Bytes("manifest.json", list)}
		for _, e := range b.Entries()[1:] {
			if e.Name == name {
				e = crypto.Bytes(name, data)
			}
			entries = append(entries, e)
		}
		if _, there := b.Get(name); !there {
			entries = append(entries, crypto.Bytes(name, data))
		}
		var file bytes.Buffer
		if crypto.WriteBundle(&file, entries) != nil {
			return // no name of an entry
		}
		bundle, err := crypto.ReadBundle(file.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		p, err := papers.FromBundle(bundle)
		if err != nil {
			return
		}
		again, err := json.Marshal(p.Manifest())
		if err != nil || !bytes.Equal(append(again, '\n'), list) {
			t.Errorf("a list in another spelling was taken: %v", err)
		}
		if err := papers.Pack(&bytes.Buffer{}, pass, p.Manifest(), entries[2:]); err != nil {
			t.Errorf("what was taken cannot be packed: %v", err)
		}
	})
}
