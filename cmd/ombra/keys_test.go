package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ombra/bot"
)

// TestTransportAges walks through a year, day by day.
func TestTransportAges(t *testing.T) {
	dir := t.TempDir()
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	tr, err := openTransport(dir, func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for ; now.Year() < 2028; now = now.AddDate(0, 0, 1) {
		if err := tr.age(); err != nil {
			t.Fatal(err)
		}
		files, err := filepath.Glob(filepath.Join(dir, "*"))
		if err != nil {
			t.Fatal(err)
		}
		this := filepath.Join(dir, "transport-"+now.Format("2006-01")+".key")
		if !slices.Contains(files, this) || len(files) != len(tr.Identities()) {
			t.Fatalf("%s: %v, %d identities", now.Format(time.DateOnly), files, len(tr.Identities()))
		}
		for _, f := range files {
			month, err := time.Parse("transport-2006-01.key", filepath.Base(f))
			if age := now.Sub(month); err != nil || age > 91*24*time.Hour {
				t.Fatalf("%s: %s is there after %v", now.Format(time.DateOnly), filepath.Base(f), age)
			}
		}
		if now.Day() == 1 && seen[tr.Recipient().String()] {
			t.Fatalf("%s: last month's key is still the one to seal to", now.Format(time.DateOnly))
		}
		seen[tr.Recipient().String()] = true
	}
	if len(seen) != 14 {
		t.Errorf("%d keys in 14 months", len(seen))
	}
}

func TestTransportStays(t *testing.T) {
	dir := t.TempDir()
	tr, err := openTransport(dir, testNow)
	if err != nil {
		t.Fatal(err)
	}
	again, err := openTransport(dir, testNow)
	if err != nil || again.Recipient().String() != tr.Recipient().String() {
		t.Errorf("after a restart the key is another: %v", err)
	}
}

// TestSealedUntilTheLastDay: who takes an office file on its first day and seals
// on its last still has four weeks to hand it in.
func TestSealedUntilTheLastDay(t *testing.T) {
	o := mustOffice(t)
	until := endOfNextMonth(o.service.Today())
	if until != "2026-12-31" {
		t.Errorf("an office file of November is valid until %s", until)
	}
	sealed := o.transport.Recipient().String()
	o.transport.now = func() time.Time { return until.Add(28).Time() }
	if err := o.transport.age(); err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile(path(o.cfg, "keys/transport-2026-11.key"))
	if err != nil || !strings.Contains(string(kept), sealed) {
		t.Errorf("its key is gone: %v", err)
	}
}

func TestPrivateFiles(t *testing.T) {
	name := filepath.Join(t.TempDir(), "token.json")
	f := tokenFile{path: name, now: func() time.Time { return testNow() }}
	if text, err := f.Read(); text != nil || err != nil {
		t.Errorf("none yet: %q, %v", text, err)
	}
	for _, text := range []string{"one", "two"} {
		if err := f.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if got, err := f.Read(); string(got) != text || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
	}
	info, err := os.Stat(name)
	if err != nil || info.Mode().Perm() != 0o600 || !info.ModTime().Equal(testNow().Truncate(24*time.Hour)) {
		t.Errorf("%v, %v: want 0600 and midnight", info.Mode(), info.ModTime())
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(name), "tmp-*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if err := createPrivate(name, []byte("three"), testNow()); !errors.Is(err, os.ErrExist) {
		t.Errorf("what exists was made over: %v", err)
	}
	if err := os.Chmod(name, 0o640); err != nil {
		t.Fatal(err)
	}
	var refused *failure
	if _, err := f.Read(); !errors.As(err, &refused) || !strings.Contains(refused.hint, "chmod 600") {
		t.Errorf("a key that others can read is used: %v", err)
	}
	if _, err := bot.NewKeyring(f, testNow()); err == nil {
		t.Error("a keyring was made of it")
	}
}
