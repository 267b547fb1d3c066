package custody_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/fstest"

	"ombra/crypto/custody"
)

// restored is a history whose leaves from 12 to 15 lost their openings, as leaf
// 16 says, or says otherwise.
func restored(note string, lost ...int64) *history {
	h := newHistory("a")
	h.leaves, h.opened = h.leaves[:16], h.opened[:16]
	h.opened[2], h.opened[3] = newHistoryWhole("a").opened[2], newHistoryWhole("a").opened[3]
	h.opened = slices.Clone(h.opened)
	for n := 12; n < 16; n++ {
		h.opened[n] = nil
	}
	h.add(16, "a", custody.Details{Act: custody.ActRestored, Day: "2026-11-25", Note: note, Leaves: lost})
	for n := int64(17); n < 24; n++ {
		h.add(n, "a", custody.Details{Act: custody.ActNoOp, Day: "2026-11-25"})
	}
	return h
}

func newHistoryWhole(seed string) *history {
	h := &history{}
	h.add(0, seed, custody.Details{Act: custody.ActNoOp, Day: "2026-11-23"})
	h.add(1, seed, custody.Details{Act: custody.ActNoOp, Day: "2026-11-23"})
	h.add(2, seed, custody.Opened("2026-11-23", hex1))
	h.add(3, seed, custody.Details{Act: "message", Day: "2026-11-23", Case: "7F3K-9QWD", Hash: hex1})
	return h
}

func TestVerifyRestored(t *testing.T) {
	got, err := custody.Verify(restored(custody.RestoredNote("2026-11-24", true), 12, 13, 14, 15).bundle(t))
	if err != nil || got.Lost != 4 || got.Shredded != 0 || got.Opened != 20 {
		t.Fatalf("%+v, %v", got, err)
	}
	want := custody.Restored{Leaf: 16, Day: "2026-11-25", Backup: "2026-11-24", Kept: true}
	if !slices.Equal(got.Restored, []custody.Restored{want}) {
		t.Errorf("%+v", got.Restored)
	}
	if _, broken := got.BrokenBy(20); broken {
		t.Error("a checkpoint that must fit is excused")
	}
	got, err = custody.Verify(restoredWithout(t).bundle(t))
	if err != nil || got.Lost != 0 {
		t.Fatalf("%+v, %v", got, err)
	}
	for size, want := range map[int64]bool{8: false, 16: false, 17: true, 24: true} {
		if _, broken := got.BrokenBy(size); broken != want {
			t.Errorf("a checkpoint of %d leaves is excused: %v", size, broken)
		}
	}
}

func restoredWithout(t *testing.T) *history {
	t.Helper()
	h := restored(custody.RestoredNote("2026-11-24", false))
	for n := int64(12); n < 16; n++ {
		h.opened[n] = newOpening(n)
	}
	return h
}

func newOpening(n int64) []byte {
	all := newHistory("a")
	return all.opened[n]
}

// TestAttackRestoredHides: an office that wants to lose one entry says that a
// disk did it. Only what came last can have been lost with one.
func TestAttackRestoredHides(t *testing.T) {
	for name, h := range map[string]*history{
		"one leaf further back": restored(custody.RestoredNote("2026-11-24", true), 9, 12, 13, 14, 15),
		"a hole":                restored(custody.RestoredNote("2026-11-24", true), 12, 14, 15),
		"itself":                restored(custody.RestoredNote("2026-11-24", true), 12, 13, 14, 15, 16),
		"no day":                restored("backup= leaves=kept", 12, 13, 14, 15),
		"another note":          restored("rule=5y", 12, 13, 14, 15),
		"nothing named":         restored(custody.RestoredNote("2026-11-24", true)),
	} {
		var broken *custody.Break
		if _, err := custody.Verify(h.bundle(t)); !errors.As(err, &broken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestReadSecond takes what checkpoints cover, and nothing that was torn.
func TestReadSecond(t *testing.T) {
	verifier := mustKey(t, origin).Verifier()
	second := func() fstest.MapFS {
		files := newHistory("a").bundle(t)
		delete(files, custody.FileOpened)
		return files
	}
	got, err := custody.ReadSecond(second(), verifier)
	if err != nil || len(got.Leaves) != 24 || len(got.Signed) != 3 || got.Signed[1].Day != "2026-11-24" || got.Signed[1].Size != 16 {
		t.Fatalf("%d leaves, %+v, %v", len(got.Leaves), got.Signed, err)
	}
	if line := len(newHistory("a").leaves[5]) + 1; line != custody.LeafLine {
		t.Errorf("a leaf has %d bytes, not %d", line, custody.LeafLine)
	}
	torn := second()
	delete(torn, "checkpoints/2026-11-25.note")
	raw := torn[custody.FileLeaves].Data
	torn[custody.FileLeaves].Data = raw[:len(raw)-30]
	if got, err := custody.ReadSecond(torn, verifier); err != nil || len(got.Leaves) != 16 || len(got.Signed) != 2 {
		t.Errorf("torn: %d leaves, %v", len(got.Leaves), err)
	}
	for name, change := range map[string]func(fstest.MapFS){
		"another key": func(f fstest.MapFS) { f[custody.FileVerifier].Data = []byte(mustKey(t, "x.example.org").Verifier()) },
		"short":       func(f fstest.MapFS) { f[custody.FileLeaves].Data = raw[:16*custody.LeafLine] },
		"another leaf": func(f fstest.MapFS) {
			f[custody.FileLeaves].Data = bytes.Replace(raw, []byte("11-24"), []byte("11-23"), 1)
		},
		"no key":  func(f fstest.MapFS) { delete(f, custody.FileVerifier) },
		"no day":  func(f fstest.MapFS) { f["checkpoints/x.note"] = f["checkpoints/2026-11-25.note"] },
		"no leaf": func(f fstest.MapFS) { f[custody.FileLeaves].Data = fmt.Append(nil, "{}\n") },
	} {
		files := second()
		change(files)
		if _, err := custody.ReadSecond(files, verifier); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}
