package main_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The house rules of docs/design.md, checked over everything that is built.
// The linter has the same arrows; this test sees what is imported indirectly,
// and says why.

const module = "ombra/"

// arrows say which packages of ours a folder may import; the longest folder
// that fits a package counts. A folder may always import itself.
var arrows = []struct {
	folder string
	may    []string
	why    string
}{
	{"crypto", []string{"crypto/..."}, "it is pure functions over bytes, to be audited alone"},
	{"crypto/receipt", []string{"crypto"}, "a receipt needs keys and nothing else"},
	{"crypto/custody", []string{"crypto"}, "the log is verified by outsiders, who trust no other code of ours"},
	{"cases", []string{"crypto/...", "cases/papers"}, "an account or a platform must have no way into what is kept"},
	{"cases/papers", []string{"crypto/..."}, "it runs on an ombudsman's machine too, without store and rules"},
	{"cases/sqlite", []string{"cases", "crypto/..."}, "a store implements cases.Store and knows nothing above it"},
	{"cases/storetest", []string{"cases", "crypto/..."}, "it tests any store, so it knows none"},
	{"bot", []string{"bot/say", "cases", "crypto/receipt"}, "the conversation sees receipts but no keys, and names no platform or store"},
	{"bot/say", nil, "words depend on nothing"},
	{"bot/prompt", []string{"bot", "bot/say"}, "it shows steps and decides nothing"},
	{"bot/bottest", []string{"bot", "bot/say", "bot/prompt", "cases/...", "crypto/...", "config"}, "it plays the people and their machines, on a real store, but no platform"},
	{"adapters", []string{"bot", "bot/say", "bot/prompt"}, "an adapter translates; it decides nothing about a case, holds no key and knows no other adapter"},
	{"config", []string{"crypto"}, "it parses recipients and names, and knows no other rule"},
	{"cmd/ombra", []string{"adapters/...", "bot/...", "cases/...", "config", "crypto/..."}, "it wires everything, and nobody imports a command"},
	{"cmd/ombra-desk", []string{"cases/papers", "crypto/..."}, "it runs on people's own machines, without the host's code"},
}

// bans hold for everything a package brings along, however indirectly.
var bans = []struct {
	folder string
	never  []string
	why    string
}{
	{"crypto", []string{"database/sql", "net/http"}, "it keeps nothing and reaches nothing"},
	{"cases/papers", []string{"database/sql", "net/http"}, "an ombudsman's machine opens papers offline"},
	{"cmd/ombra-desk", []string{"database/sql", "github.com/mattn/go-sqlite3"}, "it is built without cgo for three systems"},
	{"bot", []string{"database/sql", "github.com/slack-go/", "github.com/mattermost/"}, "the conversation is tested without a network or a database"},
	{"config", []string{"database/sql", "net/http"}, "it reads one file"},
}

// homes are where a module stays.
var homes = []struct{ module, folder, why string }{
	{"database/sql", "cases/sqlite", "the only SQL is there"},
	{"github.com/mattn/go-sqlite3", "cases/sqlite", "the only SQL is there"},
	{"github.com/slack-go/", "adapters/slack", "chat SDKs stay in their adapter"},
	{"github.com/mattermost/", "adapters/mattermost", "it brings 42 modules along"},
}

// A listed is what go list says of a package.
type listed struct {
	ImportPath string
	Dir        string
	GoFiles    []string
	CgoFiles   []string
	Imports    []string
	Deps       []string

	folder     string // below the module
	isForTests bool
}

func packages(t *testing.T) []listed {
	t.Helper()
	var all []listed
	d := json.NewDecoder(bytes.NewReader(goTool(t, "list", "-e", "-json=ImportPath,Dir,GoFiles,CgoFiles,Imports,Deps", "./...")))
	for {
		var p listed
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		p.folder = strings.TrimPrefix(p.ImportPath, module)
		p.isForTests = under(p.folder, "bot/bottest") || under(p.folder, "cases/storetest") || strings.HasSuffix(p.folder, "fake")
		all = append(all, p)
	}
	if len(all) < 3 {
		t.Fatalf("go list knows only %d packages", len(all))
	}
	return all
}

func TestArrows(t *testing.T) {
	for _, p := range packages(t) {
		best := -1
		for i, a := range arrows {
			if under(p.folder, a.folder) && (best < 0 || len(a.folder) > len(arrows[best].folder)) {
				best = i
			}
		}
		if best < 0 {
			t.Errorf("%s has no place in the house: give it an arrow, with its reason", p.folder)
			continue
		}
		for _, path := range p.Imports {
			to, ours := strings.CutPrefix(path, module)
			if ours && !under(to, p.folder) && !allowed(to, arrows[best].may) && !fakeOfItsAdapter(p, to) {
				t.Errorf("%s imports %s: %s", p.folder, to, arrows[best].why)
			}
		}
	}
}

// A fake platform may be wired to its own adapter, and seats the people of the
// story.
func fakeOfItsAdapter(p listed, to string) bool {
	fake := p.isForTests && strings.HasPrefix(p.folder, "adapters/")
	return fake && (under(p.folder, to) && to != "adapters" || to == "bot/bottest")
}

func TestBans(t *testing.T) {
	for _, p := range packages(t) {
		for _, b := range bans {
			if !under(p.folder, b.folder) || p.isForTests {
				continue
			}
			for _, path := range p.Deps {
				if slices.ContainsFunc(b.never, func(ban string) bool { return is(path, ban) }) {
					t.Errorf("%s brings %s along: %s", p.folder, path, b.why)
				}
			}
		}
	}
}

func TestModulesStayAtHome(t *testing.T) {
	for _, p := range packages(t) {
		for _, h := range homes {
			for _, path := range p.Imports {
				if is(path, h.module) && !under(p.folder, h.folder) {
					t.Errorf("%s imports %s, which stays in %s: %s", p.folder, path, h.folder, h.why)
				}
			}
		}
	}
}

func TestPackageComments(t *testing.T) {
	for _, p := range packages(t) {
		files := append(slices.Clone(p.GoFiles), p.CgoFiles...)
		if len(files) == 0 {
			continue // tests only
		}
		commented := slices.ContainsFunc(files, func(name string) bool {
			f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, parser.PackageClauseOnly|parser.ParseComments)
			return err == nil && f.Doc.Text() != ""
		})
		if !commented {
			t.Errorf("%s has no package comment", p.folder)
		}
	}
}

func TestFilesAreShort(t *testing.T) {
	const most = 500
	walkHouse(t, func(path string, d fs.DirEntry) {
		if d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return
		}
		text, err := os.ReadFile(filepath.Join("../..", path))
		if err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(text, []byte("\n")); n > most {
			t.Errorf("%s has %d lines, more than %d: split it by noun", path, n, most)
		}
	})
}

func TestFolders(t *testing.T) {
	top := []string{"adapters", "bot", "cases", "cmd", "config", "crypto", "docs", "dist", "data"}
	drawers := []string{"util", "utils", "common", "pkg", "internal", "models", "helpers", "misc"}
	walkHouse(t, func(path string, d fs.DirEntry) {
		switch {
		case !d.IsDir():
		case !strings.Contains(path, "/") && !slices.Contains(top, path):
			t.Errorf("no room is called %s", path)
		case slices.Contains(drawers, filepath.Base(path)):
			t.Errorf("%s: a helper lives beside its caller", path)
		}
	})
}

// age is the one dependency in which every promise rests: it changes when a
// person has read what changed, never by the way.
func TestAgeVersion(t *testing.T) {
	const read = "v1.3.2"
	if got := strings.TrimSpace(string(goTool(t, "list", "-m", "-f", "{{.Version}}{{with .Replace}} replaced{{end}}", "filippo.io/age"))); got != read {
		t.Errorf("age is %s; %s is the one that was read", got, read)
	}
}

// walkHouse visits what is in the repository, except what begins with a dot.
func walkHouse(t *testing.T, visit func(path string, d fs.DirEntry)) {
	t.Helper()
	seen := 0
	err := fs.WalkDir(os.DirFS("../.."), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == "." {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata") {
			return fs.SkipDir
		}
		seen++
		visit(path, d)
		return nil
	})
	if err != nil || seen == 0 {
		t.Fatalf("%d entries seen: %v", seen, err)
	}
}

func goTool(t *testing.T, args ...string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = "../.."
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return out
}

// under: a folder is under itself.
func under(folder, parent string) bool {
	return folder == parent || strings.HasPrefix(folder, parent+"/")
}

// is tells whether an import is what a rule names; a name that ends in a slash
// stands for everything below.
func is(path, name string) bool {
	return path == strings.TrimSuffix(name, "/") || strings.HasPrefix(path, strings.TrimSuffix(name, "/")+"/")
}

func allowed(to string, may []string) bool {
	return slices.ContainsFunc(may, func(m string) bool {
		parent, below := strings.CutSuffix(m, "/...")
		return to == parent || below && under(to, parent)
	})
}
