package custody_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/tlog"

	"ombra/crypto/custody"
)

// A history is a log as an office keeps it: three days of eight leaves. Leaf 20
// says that leaves 2 and 3 were shredded.
type history struct {
	leaves [][]byte
	opened [][]byte // lines of opened.jsonl, nil where shredded
}

func newHistory(seed string) *history {
	h := &history{}
	for n := range int64(24) {
		d := custody.Details{Act: custody.ActNoOp, Day: fmt.Sprintf("2026-11-%02d", 23+n/8)}
		switch n {
		case 2:
			d = custody.Opened(d.Day, hex1)
		case 3:
			d.Act, d.Case, d.Hash = "message", "7F3K-9QWD", hex1
		case 9:
			d = custody.Opened(d.Day, strings.Repeat("0", 64))
		case 20:
			d.Act, d.Note, d.Leaves = custody.ActShredded, "rule=closed months=0 closed=2026-11-23 due=2026-11-23", []int64{2, 3}
		}
		h.add(n, seed, d)
	}
	h.opened[2], h.opened[3] = nil, nil
	return h
}

func (h *history) add(n int64, seed string, d custody.Details) {
	nonce := sha256.Sum256(fmt.Append(nil, seed, n))
	h.leaves = append(h.leaves, custody.Leaf(d.Day, nonce, d.JSON()))
	h.opened = append(h.opened, custody.OpenedLine(n, nonce, d.JSON()))
}

func (h *history) checkpoint(tb testing.TB, size int64) custody.Checkpoint {
	tb.Helper()
	var m custody.Memory
	for _, l := range h.leaves[:size] {
		m.Append(l)
	}
	return checkpointAt(tb, size, &m)
}

// bundle writes what an auditor gets.
func (h *history) bundle(tb testing.TB) fstest.MapFS {
	tb.Helper()
	k := mustKey(tb, origin)
	files := fstest.MapFS{
		"vkey":         {Data: []byte(k.Verifier() + "\n")},
		"leaves.jsonl": {Data: append(bytes.Join(h.leaves, []byte("\n")), '\n')},
		"opened.jsonl": {Data: bytes.Join(h.opened, nil)},
	}
	for i, size := range []int64{8, 16, 24} {
		files[fmt.Sprintf("checkpoints/2026-11-%02d.note", 23+i)] = &fstest.MapFile{Data: mustSign(tb, k, h.checkpoint(tb, size))}
	}
	return files
}

// lines edits a file of lines.
func lines(files fstest.MapFS, name string, edit func([]string) []string) {
	all := strings.SplitAfter(strings.TrimSuffix(string(files[name].Data), "\n"), "\n")
	all[len(all)-1] += "\n"
	files[name] = &fstest.MapFile{Data: []byte(strings.Join(edit(all), ""))}
}

func without(n int) func([]string) []string {
	return func(s []string) []string { return append(s[:n:n], s[n+1:]...) }
}

func TestVerify(t *testing.T) {
	got, err := custody.Verify(newHistory("a").bundle(t))
	if err != nil {
		t.Fatal(err)
	}
	want := custody.Report{
		Origin: origin, Leaves: 24, Signed: 24, Checkpoints: 3, Opened: 22, Shredded: 2,
		First: "2026-11-23", Last: "2026-11-25",
		Acts: map[string]int64{"no-op": 20, "opened": 1, "shredded": 1},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestVerifyUnsignedTail(t *testing.T) {
	h := newHistory("a")
	files := h.bundle(t)
	delete(files, "checkpoints/2026-11-25.note")
	got, err := custody.Verify(files)
	if err != nil || got.Signed != 16 || got.Leaves != 24 || got.Checkpoints != 2 {
		t.Errorf("got %+v, %v", got, err)
	}
}

// TestVerifyBreaks breaks a log in every way that an office could, and wants
// each named exactly.
func TestVerifyBreaks(t *testing.T) {
	const leaves, opened, last = "leaves.jsonl", "opened.jsonl", "checkpoints/2026-11-25.note"
	other := newHistory("b")
	for name, c := range map[string]struct {
		damage func(fstest.MapFS)
		want   custody.Break
	}{
		"altered leaf": {func(f fstest.MapFS) {
			lines(f, leaves, func(s []string) []string { s[12] = string(other.leaves[12]) + "\n"; return s })
		}, custody.Break{Kind: custody.BreakAltered, File: leaves, From: 12, To: 13}},
		"leaf with another day": {func(f fstest.MapFS) {
			lines(f, leaves, func(s []string) []string { s[0] = strings.Replace(s[0], "-23", "-22", 1); return s })
		}, custody.Break{Kind: custody.BreakAltered, File: leaves, From: 0, To: 1}},
		"altered leaf among shredded ones": {func(f fstest.MapFS) {
			lines(f, leaves, func(s []string) []string { s[2] = string(other.leaves[2]) + "\n"; return s })
		}, custody.Break{Kind: custody.BreakRoot, File: "checkpoints/2026-11-23.note", From: 0, To: 8}},
		"malformed leaf": {func(f fstest.MapFS) {
			lines(f, leaves, func(s []string) []string { s[5] = " " + s[5]; return s })
		}, custody.Break{Kind: custody.BreakMalformed, File: leaves, From: 5, To: 6}},
		"file cut within a leaf": {func(f fstest.MapFS) {
			f[leaves].Data = bytes.TrimSuffix(f[leaves].Data, []byte("\n"))
		}, custody.Break{Kind: custody.BreakMalformed, File: leaves, From: 23, To: 24}},
		"dropped leaf": {func(f fstest.MapFS) {
			lines(f, leaves, without(9))
		}, custody.Break{Kind: custody.BreakDropped, File: leaves, From: 9, To: 10}},
		"dropped first leaf": {func(f fstest.MapFS) {
			lines(f, leaves, without(0))
		}, custody.Break{Kind: custody.BreakDropped, File: leaves, From: 0, To: 1}},
		"dropped shredded leaf": {func(f fstest.MapFS) {
			lines(f, leaves, without(3))
		}, custody.Break{Kind: custody.BreakDropped, File: leaves, From: 2, To: 4}},
		"dropped on the last day": {func(f fstest.MapFS) {
			lines(f, leaves, without(18))
		}, custody.Break{Kind: custody.BreakDropped, File: leaves, From: 18, To: 19}},
		"inserted leaf": {func(f fstest.MapFS) {
			lines(f, leaves, func(s []string) []string {
				return append(append(append([]string{}, s[:10]...), string(other.leaves[10])+"\n"), s[10:]...)
			})
		}, custody.Break{Kind: custody.BreakInserted, File: leaves, From: 10, To: 11}},
		"truncated log": {func(f fstest.MapFS) {
			lines(f, leaves, func(s []string) []string { return s[:19] })
		}, custody.Break{Kind: custody.BreakTruncated, File: leaves, From: 19, To: 24}},
		"empty log": {func(f fstest.MapFS) {
			f[leaves].Data = nil
		}, custody.Break{Kind: custody.BreakTruncated, File: leaves, From: 0, To: 8}},
		"wrong root": {func(f fstest.MapFS) {
			bad := newHistory("a").checkpoint(t, 24)
			bad.Root = tlog.Hash{1}
			f[last].Data = mustSign(t, mustKey(t, origin), bad)
		}, custody.Break{Kind: custody.BreakRoot, File: last, From: 16, To: 24}},
		"rewritten leaf and opening": {func(f fstest.MapFS) {
			lines(f, leaves, func(s []string) []string { s[17] = string(other.leaves[17]) + "\n"; return s })
			lines(f, opened, func(s []string) []string { s[15] = string(other.opened[17]); return s })
		}, custody.Break{Kind: custody.BreakRoot, File: last, From: 16, To: 24}},
		"forged checkpoint": {func(f fstest.MapFS) {
			f[last].Data = bytes.Replace(f[last].Data, []byte("\n24\n"), []byte("\n23\n"), 1)
		}, custody.Break{Kind: custody.BreakForged, File: last}},
		"checkpoint of another key": {func(f fstest.MapFS) {
			c := newHistory("a").checkpoint(t, 24)
			c.Origin = "other.example.org"
			f[last].Data = mustSign(t, mustKey(t, c.Origin), c)
		}, custody.Break{Kind: custody.BreakForged, File: last}},
		"no checkpoint but words": {func(f fstest.MapFS) {
			f[last].Data = []byte("trust us\n")
		}, custody.Break{Kind: custody.BreakForged, File: last}},
		"forked history": {func(f fstest.MapFS) {
			f["checkpoints/2026-11-24.note"].Data = mustSign(t, mustKey(t, origin), other.checkpoint(t, 16))
		}, custody.Break{Kind: custody.BreakForked, File: "checkpoints/2026-11-24.note"}},
		"two checkpoints of one size": {func(f fstest.MapFS) {
			f["checkpoints/elsewhere.note"] = &fstest.MapFile{Data: mustSign(t, mustKey(t, origin), other.checkpoint(t, 24))}
		}, custody.Break{Kind: custody.BreakForked, File: "checkpoints/elsewhere.note"}},
		"no checkpoints": {func(f fstest.MapFS) {
			maps.DeleteFunc(f, func(name string, _ *fstest.MapFile) bool { return strings.HasPrefix(name, "checkpoints/") })
		}, custody.Break{Kind: custody.BreakUnsigned, File: "checkpoints"}},
		"no key": {func(f fstest.MapFS) {
			f["vkey"].Data = []byte("ombud.example.org\n")
		}, custody.Break{Kind: custody.BreakVerifier, File: "vkey"}},
		"entry that does not open": {func(f fstest.MapFS) {
			lines(f, opened, func(s []string) []string { s[10] = string(other.opened[12]); return s })
		}, custody.Break{Kind: custody.BreakOpening, File: opened, From: 12, To: 13}},
		"entry that says something else": {func(f fstest.MapFS) {
			f[opened].Data = bytes.Replace(f[opened].Data, []byte(`"lookup":"0`), []byte(`"lookup":"1`), 1)
		}, custody.Break{Kind: custody.BreakOpening, File: opened, From: 9, To: 10}},
		"malformed entry": {func(f fstest.MapFS) {
			lines(f, opened, func(s []string) []string { s[10] = " " + s[10]; return s })
		}, custody.Break{Kind: custody.BreakOpening, File: opened, From: 12, To: 13}},
		"missing opening": {func(f fstest.MapFS) {
			lines(f, opened, without(5))
		}, custody.Break{Kind: custody.BreakMissing, File: opened, From: 7, To: 8}},
		"shredding without its leaf": {func(f fstest.MapFS) {
			lines(f, opened, without(18))
		}, custody.Break{Kind: custody.BreakMissing, File: opened, From: 2, To: 3}},
		"shredding that was forged": {func(f fstest.MapFS) {
			f[opened].Data = bytes.Replace(f[opened].Data, []byte(`[2,3]`), []byte(`[1,2,3]`), 1)
		}, custody.Break{Kind: custody.BreakMissing, File: opened, From: 2, To: 3}},
		"shredded leaf that opens": {func(f fstest.MapFS) {
			full := newHistory("a")
			full.opened = nil
			full.leaves = nil
			full.add(2, "a", custody.Opened("2026-11-23", hex1))
			lines(f, opened, func(s []string) []string {
				return append(append(append([]string{}, s[:2]...), string(full.opened[0])), s[2:]...)
			})
		}, custody.Break{Kind: custody.BreakShredding, File: opened, From: 20, To: 21}},
		"opening of no leaf": {func(f fstest.MapFS) {
			f[opened].Data = append(f[opened].Data, custody.OpenedLine(99, [32]byte{}, custody.Opened(day, hex1).JSON())...)
		}, custody.Break{Kind: custody.BreakOpening, File: opened, From: 99, To: 100}},
	} {
		t.Run(name, func(t *testing.T) {
			files := newHistory("a").bundle(t)
			c.damage(files)
			_, err := custody.Verify(files)
			var got *custody.Break
			if !errors.As(err, &got) {
				t.Fatalf("err = %v, want a break", err)
			}
			if diff := cmp.Diff(c.want, *got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestVerifyUnreadable(t *testing.T) {
	for _, name := range []string{"vkey", "leaves.jsonl", "opened.jsonl"} {
		files := newHistory("a").bundle(t)
		delete(files, name)
		_, err := custody.Verify(files)
		var brk *custody.Break
		if err == nil || errors.As(err, &brk) {
			t.Errorf("without %s: err = %v", name, err)
		}
	}
}

func TestBreakError(t *testing.T) {
	for want, b := range map[string]custody.Break{
		"altered leaf: leaf 12 (leaves.jsonl)":                    {Kind: custody.BreakAltered, File: "leaves.jsonl", From: 12, To: 13},
		"wrong root: within leaves 16 to 23 (checkpoints/x.note)": {Kind: custody.BreakRoot, File: "checkpoints/x.note", From: 16, To: 24},
		"forged checkpoint (checkpoints/x.note)":                  {Kind: custody.BreakForged, File: "checkpoints/x.note"},
	} {
		if b.Error() != want {
			t.Errorf("got %q, want %q", b.Error(), want)
		}
	}
}

func FuzzVerify(f *testing.F) {
	files := newHistory("a").bundle(f)
	f.Add(files["leaves.jsonl"].Data, files["opened.jsonl"].Data, files["checkpoints/2026-11-25.note"].Data)
	f.Fuzz(func(t *testing.T, leaves, opened, signed []byte) {
		damaged := maps.Clone(files)
		damaged["leaves.jsonl"] = &fstest.MapFile{Data: leaves}
		damaged["opened.jsonl"] = &fstest.MapFile{Data: opened}
		damaged["checkpoints/2026-11-25.note"] = &fstest.MapFile{Data: signed}
		r, err := custody.Verify(fs.FS(damaged))
		// The key never signed anything else, so only what it signed may pass.
		if err == nil && (r.Checkpoints != 3 || !bytes.HasPrefix(leaves, files["leaves.jsonl"].Data)) {
			t.Fatalf("another log was verified: %+v", r)
		}
	})
}
