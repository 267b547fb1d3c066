package config

import (
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/google/go-cmp/cmp"
)

// Everything in TOML that could shift the count of lines, or look like a key.
func TestScanLines(t *testing.T) {
	const text = "\ufeff# a = 1\n" +
		"a = '''\nb = 2 \\'''\n" +
		"c = \"\"\"one\\\"\"\"\n[no]\ntwo\"\"\"\"\"\r\n" +
		"d = [ # ]\n  \"]\", '[',\n  {e = 1},\n]\n" +
		"f . \"g h\" = \"\\\" # \" # = [\n" +
		"[[i]]\n[i.j]\nk = 1\n[[i]]\nl = 2\n" +
		"[[i.m]]\nn = 1\n[[i.m]]\nn = 2\n" +
		"['o.p']\nq = 1\n"
	var tree map[string]any
	if _, err := toml.Decode(text[len("\ufeff"):], &tree); err != nil {
		t.Fatal(err) // the scan is only ever given what parsed
	}
	want := lines{
		"a": 2, "c": 4, "d": 7, "f": 11, "f.g h": 11,
		"i": 12, "i.0": 12, "i.0.j": 13, "i.0.j.k": 14, "i.1": 15, "i.1.l": 16,
		"i.1.m": 17, "i.1.m.0": 17, "i.1.m.0.n": 18, "i.1.m.1": 19, "i.1.m.1.n": 20,
		"o": 21, "o.p": 21, "o.p.q": 22,
	}
	got := scanLines(text)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for key, n := range map[string]int{"i.1.m.1.x": 19, "d.2.e": 7, "x.y": 0, "": 0} {
		if got.of(key) != n {
			t.Errorf("%s: line %d, want %d", key, got.of(key), n)
		}
	}
}
