package main_test

import (
	"bytes"
	"encoding/hex"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ombra/cases/papers"
	"ombra/crypto"
	"ombra/crypto/custody"
	"ombra/crypto/receipt"
)

// The documents that this file holds to the tree.
var theDocs = []string{"threat-model.md", "design.md", "formats.md", "operations.md", "slack.md", "mattermost.md", "filer.md", "ombudsman.md"}

// forPeople are those that name no file of the project.
var forPeople = []string{"filer.md", "ombudsman.md"}

const docsRoot = "../.."

func readDoc(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(docsRoot, "docs", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

var (
	codeSpan    = regexp.MustCompile("`([^`\n]+)`")
	mdLink      = regexp.MustCompile(`\]\(([^)#]+)[^)]*\)`)
	docBlock    = regexp.MustCompile("(?ms)^```(.*?)\n(.*?)^```$")
	docPath     = regexp.MustCompile(`^(adapters|bot|cases|cmd|config|crypto|docs|\.ci)/[A-Za-z0-9_./*-]*$`)
	docTestName = regexp.MustCompile(`^(Test|Fuzz|Example)[A-Z][A-Za-z0-9]*(/[A-Za-z0-9]+)*$`)
	tableHead   = regexp.MustCompile(`(?m)^CREATE TABLE (\w+) \(\n((?:.*\n)*?)\) STRICT;`)
	columnRow   = regexp.MustCompile(`(?m)^  (\w+) +(INTEGER|TEXT|BLOB)\b`)
)

// docSpans are the code spans of a document, outside its fenced blocks.
func docSpans(text string) []string {
	var all []string
	for _, m := range codeSpan.FindAllStringSubmatch(docBlock.ReplaceAllString(text, ""), -1) {
		all = append(all, m[1])
	}
	return all
}

// TestDocsNameFiles: a file or folder that a document names is there.
func TestDocsNameFiles(t *testing.T) {
	for _, name := range theDocs {
		text, seen := readDoc(t, name), 0
		for _, s := range docSpans(text) {
			if !docPath.MatchString(s) {
				continue
			}
			seen++
			if found, err := filepath.Glob(filepath.Join(docsRoot, strings.TrimSuffix(s, "/"))); err != nil || len(found) == 0 {
				t.Errorf("%s names %s, which is not there", name, s)
			}
		}
		for _, m := range mdLink.FindAllStringSubmatch(text, -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			if _, err := os.Stat(filepath.Join(docsRoot, "docs", m[1])); err != nil {
				t.Errorf("%s links to %s, which is not there", name, m[1])
			}
		}
		if seen == 0 && !slices.Contains(forPeople, name) {
			t.Errorf("%s names no file at all", name)
		}
	}
}

// TestDocsNameTests: a promise that rests on a test names one that exists.
func TestDocsNameTests(t *testing.T) {
	var tests bytes.Buffer
	walkHouse(t, func(name string, d fs.DirEntry) {
		// Rules of a store are tests too, which its own test file only calls.
		if strings.HasSuffix(name, "_test.go") || path.Dir(name) == "cases/storetest" {
			b, err := os.ReadFile(filepath.Join(docsRoot, name))
			if err != nil {
				t.Fatal(err)
			}
			tests.Write(b)
		}
	})
	for _, name := range theDocs {
		for _, s := range docSpans(readDoc(t, name)) {
			if !docTestName.MatchString(s) {
				continue
			}
			parts := strings.Split(s, "/")
			if !strings.Contains(tests.String(), "func "+parts[0]+"(") {
				t.Errorf("%s names %s, which is not there", name, s)
			}
			for _, sub := range parts[1:] {
				if !strings.Contains(tests.String(), `"`+sub+`"`) {
					t.Errorf("%s names %s, and there is no %q", name, s, sub)
				}
			}
		}
	}
}

// TestDocsPromiseNothingElse: words that no document of ours may use, because
// what they say is not so.
func TestDocsPromiseNothingElse(t *testing.T) {
	for _, name := range theDocs {
		text := strings.ToLower(readDoc(t, name))
		for _, span := range docSpans(text) { // names of code say nothing to anybody
			text = strings.ReplaceAll(text, "`"+span+"`", "")
		}
		for _, word := range []string{
			"anonymous to", "unbreakable", "unhackable", "military", "erase", "wipe", "100 %", "tamper-proof",
			"tamper proof", "immutable", "forward-secret",
		} {
			if strings.Contains(text, word) {
				t.Errorf("%s says %q", name, word)
			}
		}
	}
}

// goldenDirs are the folders of files that must open for ever.
var goldenDirs = []string{
	"crypto/testdata/golden", "crypto/testdata/golden-notes", "crypto/receipt/testdata", "crypto/custody/testdata",
	"cases/papers/testdata/golden", "cases/papers/testdata/golden-rekeyed",
}

// TestDocsNameEveryGolden: formats.md is where one looks for what a golden file
// holds.
func TestDocsNameEveryGolden(t *testing.T) {
	text := readDoc(t, "formats.md")
	for _, dir := range goldenDirs {
		err := fs.WalkDir(os.DirFS(docsRoot), dir, func(name string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && d.Name() == "fuzz":
				return fs.SkipDir
			case !d.IsDir() && !strings.Contains(text, name) && !strings.Contains(text, "`"+path.Dir(name)+"/`"):
				t.Errorf("formats.md does not name %s", name)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// TestDocsExamples: a fenced block whose head names a file is that file, or
// what opens from it. A … stands for what is left out of a line, and alone on a
// line for any number of lines.
func TestDocsExamples(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range docBlock.FindAllStringSubmatch(readDoc(t, "formats.md"), -1) {
		head := strings.Fields(m[1])
		if len(head) < 2 {
			continue
		}
		seen[head[1]] = true
		want, shown := strings.TrimSuffix(exampleOf(t, head[1]), "\n"), strings.TrimSuffix(m[2], "\n")
		if head[0] == "json" { // one line there, several here
			shown = strings.Join(strings.Split(shown, "\n"), "")
		}
		if !likeBlock(shown).MatchString("\n" + want) {
			t.Errorf("the example of %s is not what is there", head[1])
		}
	}
	for _, name := range []string{
		"crypto/receipt/testdata/vector.txt", "crypto/testdata/golden/wrap.txt", "crypto/testdata/golden/envelope.txt",
		"cases/papers/testdata/golden/papers.age#manifest.json", "crypto/testdata/golden-notes/act.note",
		"crypto/custody/testdata/record.proof",
	} {
		if !seen[name] {
			t.Errorf("formats.md has no example of %s", name)
		}
	}
}

// likeBlock matches what a block shows, each line after a line end.
func likeBlock(shown string) *regexp.Regexp {
	var b strings.Builder
	b.WriteString(`\A`)
	for line := range strings.SplitSeq(shown, "\n") {
		if strings.TrimSpace(line) == "…" {
			b.WriteString(`(?:\n[^\n]*)*?`)
			continue
		}
		parts := strings.Split(line, "…")
		for j := range parts {
			parts[j] = regexp.QuoteMeta(parts[j])
		}
		b.WriteString(`\n` + strings.Join(parts, `[^\n]*`))
	}
	return regexp.MustCompile(b.String() + `\z`)
}

// exampleOf reads a golden file, or one entry of what opens from it.
func exampleOf(t *testing.T, name string) string {
	t.Helper()
	file, entry, inside := strings.Cut(name, "#")
	raw, err := os.ReadFile(filepath.Join(docsRoot, file))
	if err != nil {
		t.Fatal(err)
	}
	if !inside {
		return string(raw)
	}
	if file == "crypto/testdata/golden-notes/challenge.age" {
		plain, err := crypto.Decrypt(raw, seedIdentity(t, 0xA1).Age())
		if err != nil {
			t.Fatal(err)
		}
		return string(plain)
	}
	b := bundleIn(t, file, raw)
	if entry == "" {
		return strings.Join(b.Names(), "\n")
	}
	text, ok := b.Get(entry)
	if !ok {
		t.Fatalf("%s has no %s", file, entry)
	}
	return string(text)
}

func bundleIn(t *testing.T, file string, raw []byte) *crypto.Bundle {
	t.Helper()
	var b *crypto.Bundle
	var err error
	switch path.Base(file) {
	case "papers.age":
		pass, perr := os.ReadFile(filepath.Join(docsRoot, path.Dir(file), "passcode"))
		if perr != nil {
			t.Fatal(perr)
		}
		b, err = crypto.OpenPasscode(raw, string(pass))
	case "bundle.zip":
		b, err = crypto.ReadBundle(raw)
	default:
		b, err = crypto.OpenBundle(raw, seedIdentity(t, 0x71).Age())
	}
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return b
}

// seedIdentity is the identity of a seed of one repeated byte, as golden files use.
func seedIdentity(t *testing.T, b byte) crypto.Identity {
	t.Helper()
	id, err := crypto.IdentityFromSeed(bytes.Repeat([]byte{b}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// TestDocsReceipt: the values of the worked receipt belong together.
func TestDocsReceipt(t *testing.T) {
	values := map[string]string{}
	for _, m := range docBlock.FindAllStringSubmatch(readDoc(t, "formats.md"), -1) {
		if !strings.HasSuffix(m[1], "crypto/receipt/testdata/vector.txt") {
			continue
		}
		for line := range strings.SplitSeq(m[2], "\n") {
			key, value, _ := strings.Cut(line, " ")
			values[key] = value
		}
	}
	r, err := receipt.Parse("ombud.example.org", values["symbols"])
	if err != nil {
		t.Fatalf("the receipt: %v", err)
	}
	code, err := receipt.ParseCode(values["code"])
	if err != nil {
		t.Fatalf("the lookup code: %v", err)
	}
	hash, nonce := code.Hash(), r.LogNonce()
	for key, got := range map[string]string{
		"code": r.Lookup().Hex(), "lookup": hex.EncodeToString(hash[:]), "nonce": hex.EncodeToString(nonce[:]),
		"identity": r.Identity().Reveal(), "verifier": r.Signer().Verifier(),
		"filer": crypto.FilerHash(r.Identity().Recipient().String(), r.Signer().Verifier()),
	} {
		if values[key] != got {
			t.Errorf("%s: %q is written, %q is so", key, values[key], got)
		}
	}
}

// TestDocsForms: the examples that no golden file holds parse.
func TestDocsForms(t *testing.T) {
	text := readDoc(t, "formats.md")
	forms, details, notes := 0, 0, 0
	for _, m := range docBlock.FindAllStringSubmatch(text, -1) {
		switch {
		case strings.Contains(m[2], "-- ombra-form/1 --"):
			forms++
			if _, _, ok := papers.FormBlock(m[2]); !ok {
				t.Errorf("a form block that does not parse:\n%s", m[2])
			}
		case m[1] == "details":
			for line := range strings.SplitSeq(strings.TrimSpace(m[2]), "\n") {
				details++
				if _, err := custody.ParseDetails([]byte(line)); err != nil {
					t.Errorf("details that do not parse: %s", line)
				}
			}
		case strings.HasSuffix(m[1], "act.note"):
			notes++
			claimed, err := crypto.NoteText([]byte(m[2]))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := crypto.ParseAct(claimed); err != nil {
				t.Errorf("the act: %v", err)
			}
		}
	}
	if forms == 0 || details == 0 || notes == 0 {
		t.Errorf("%d form blocks, %d details, %d acts in formats.md", forms, details, notes)
	}
}

// addedColumn is a column that a later schema brought.
var addedColumn = regexp.MustCompile(`(?m)^ALTER TABLE (\w+) ADD COLUMN (\w+) `)

// readSchema reads the numbered files in their order.
func readSchema(t *testing.T) (all string) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(docsRoot, "cases/sqlite/schema/*.sql"))
	if err != nil || len(names) == 0 {
		t.Fatal("no schema")
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all += string(text)
	}
	return all
}

// TestDocsSchema: each column of the database is explained under its table, and
// no other.
func TestDocsSchema(t *testing.T) {
	schema := readSchema(t)
	text := readDoc(t, "formats.md")
	tables := tableHead.FindAllStringSubmatch(schema, -1)
	added := addedColumn.FindAllStringSubmatch(schema, -1)
	if len(tables) != strings.Count(schema, "CREATE TABLE") || len(added) != strings.Count(schema, "ALTER TABLE") {
		t.Fatal("a table that this test cannot read")
	}
	for _, table := range tables {
		_, section, ok := strings.Cut(text, "### Table `"+table[1]+"`\n")
		if !ok {
			t.Errorf("formats.md does not explain the table %s", table[1])
			continue
		}
		section, _, _ = strings.Cut(section, "\n#")
		var want, got []string
		for _, c := range columnRow.FindAllStringSubmatch(table[2], -1) {
			want = append(want, c[1])
		}
		for _, c := range added {
			if c[1] == table[1] {
				want = append(want, c[2])
			}
		}
		for row := range strings.SplitSeq(section, "\n") {
			if cell, ok := strings.CutPrefix(row, "| `"); ok {
				name, _, _ := strings.Cut(cell, "`")
				got = append(got, name)
			}
		}
		if !slices.Equal(want, got) {
			t.Errorf("table %s has the columns %v, formats.md explains %v", table[1], want, got)
		}
	}
}
