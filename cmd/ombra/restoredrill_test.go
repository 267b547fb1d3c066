package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"ombra/bot/bottest"
	"ombra/crypto"
	"ombra/crypto/custody"
)

// A told is what is known of an office from before its disk was lost.
type told struct {
	before, after []string // receipts, by whether the backup has their cases
	backup        string
	transport     string
}

// story lives through four days: the backup is of the second, and is made while
// the office is served.
func (d *drill) story() (s told) {
	// The day's checkpoint first: what is filed comes under the next day's.
	d.must("log", "checkpoint", "-c", d.file)
	d.served(d.file, func(socket string) {
		s.before = append(s.before, d.files(socket, "dora", false), d.files(socket, "emil", true))
	})
	d.day(1)
	d.must("log", "checkpoint", "-c", d.file)
	d.served(d.file, func(socket string) {
		s.before = append(s.before, d.files(socket, "fritz", true))
		s.backup = strings.SplitN(d.must("backup", "-c", d.file), "\n", 2)[0]
		s.after = append(s.after, d.files(socket, "gerda", true))
	})
	d.day(2)
	d.must("log", "checkpoint", "-c", d.file)
	d.served(d.file, func(socket string) { s.after = append(s.after, d.files(socket, "hans", false)) })
	d.day(3)
	d.must("log", "checkpoint", "-c", d.file)
	of := d.open(d.file)
	s.transport = of.transport.Recipient().String()
	if err := of.close(); err != nil {
		d.Fatal(err)
	}
	d.publish(d.file)
	if len(d.published) != 4 {
		d.Fatalf("%d checkpoints in four days", len(d.published))
	}
	return s
}

// TestRestoreDrill: the disk is lost on the fourth day. Every receipt from before
// the backup opens its case in another place; the log holds against each
// checkpoint that was published, if the leaves have a second place, and else has
// exactly one break.
func TestRestoreDrill(t *testing.T) {
	for _, second := range []bool{true, false} {
		t.Run(fmt.Sprintf("second place %v", second), func(t *testing.T) {
			d := mustDrill(t, second)
			s := d.story()
			if found, err := d.scan.Folder(filepath.Join(d.top, "backups")); err != nil || len(found) > 0 {
				t.Errorf("in the backup: %v\n%s", err, bottest.Lines(found))
			}
			d.inside(s.backup)
			dated := func(name string) {
				if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 || info.ModTime().UTC().Format("15:04") != "23:00" { // midnight in Vienna
					t.Errorf("%s: %v %v", filepath.Base(name), info, err)
				}
			}
			dated(s.backup)
			shelf := d.shelf(filepath.Join(d.top, "data"))
			if err := os.RemoveAll(filepath.Join(d.top, "data")); err != nil {
				t.Fatal(err)
			}

			d.day(6)
			dir := filepath.Join(d.TempDir(), "elsewhere")
			args := []string{"restore", s.backup, dir, "--identity", d.key}
			if second {
				if said, code := d.does(args...); code != exitUsage || !strings.Contains(said, "--without-leaves") {
					t.Errorf("without a word about the leaves: %d\n%s", code, said)
				}
				args = append(args, "--leaves", filepath.Join(d.top, "leaves"))
			}
			said := d.must(args...)
			if !strings.Contains(said, "Gone is what was filed, written, answered or decided on 2026-11-24") {
				t.Errorf("it says\n%s", said)
			}
			back := d.shelf(filepath.Join(dir, "data"))
			if len(shelf) != 3 || len(back) != 2 { // one came after the backup
				t.Errorf("%d attachments, %d are back", len(shelf), len(back))
			}
			for name, sum := range back {
				if shelf[name] != sum {
					t.Error("an attachment came back as something else")
				}
			}
			d.restored(dir, s, second)
		})
	}
}

// shelf hashes the attachments of an office.
func (d *drill) shelf(data string) map[string][32]byte {
	d.Helper()
	names, err := filepath.Glob(filepath.Join(data, "files", "*"))
	if err != nil {
		d.Fatal(err)
	}
	sums := map[string][32]byte{}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			d.Fatal(err)
		}
		sums[filepath.Base(name)] = sha256.Sum256(text)
	}
	return sums
}

// inside opens the backup as its owner does with stock tools.
func (d *drill) inside(file string) {
	d.Helper()
	id, err := os.ReadFile(d.key)
	if err != nil {
		d.Fatal(err)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		d.Fatal(err)
	}
	key, err := crypto.ParseIdentity(strings.TrimSpace(string(id)))
	if err != nil {
		d.Fatal(err)
	}
	plain, err := crypto.Decrypt(raw, key.Age())
	if err != nil {
		d.Fatal(err)
	}
	if int64(len(plain)) != crypto.Bucket(int64(len(plain))) {
		d.Errorf("%d bytes are no bucket", len(plain))
	}
	// Sealed again inside, but for what is clear in the database anyway.
	if found := d.scan.Bytes("the opened backup", plain); len(found) > 0 {
		d.Errorf("%s", bottest.Lines(found))
	}
	for _, never := range []string{"token.json", "transport-"} {
		if bytes.Contains(plain, []byte(never)) {
			d.Errorf("%s is in the backup", never)
		}
	}
	if ids, err := filepath.Glob(filepath.Join(d.top, "data/keys/transport-*")); err != nil || len(ids) == 0 {
		d.Error("the control: there is no transport identity")
	} else if text, err := readIdentity(ids[0]); err != nil || bytes.Contains(plain, []byte(text.Reveal())) {
		d.Error("a transport identity is in the backup")
	}
}

// restored looks at the office that came back.
func (d *drill) restored(dir string, s told, second bool) {
	d.Helper()
	file := filepath.Join(dir, "ombra.toml")
	if said, code := d.does("check", "-c", file); code == exitOK || !strings.Contains(said, "--day-is-right") {
		d.Errorf("check says %d\n%s", code, said)
	}
	if said, code := d.does("log", "export", filepath.Join(d.TempDir(), "early"), "-c", file); (code == exitOK) == second || second && !strings.Contains(said, "no checkpoint covers the leaf") {
		d.Errorf("an early export: %d\n%s", code, said)
	}
	d.must("log", "checkpoint", "--day-is-right", "-c", file)
	d.served(file, func(socket string) {
		for i, r := range s.before {
			if err := d.opens(socket, r); err != nil {
				d.Errorf("receipt %d from before the backup: %v", i, err)
			}
		}
		for i, r := range s.after {
			if err := d.opens(socket, r); err == nil {
				d.Errorf("receipt %d from after the backup opens something", i)
			}
		}
		again := d.files(socket, "gerda", false)
		if err := d.opens(socket, again); err != nil {
			d.Errorf("filed again: %v", err)
		}
	})
	of := d.open(file)
	if of.transport.Recipient().String() == s.transport {
		d.Error("the transport identity is the old one")
	}
	if err := of.close(); err != nil {
		d.Fatal(err)
	}
	d.verify(file, second)
}

// verify holds the log that came back to everything that was published.
func (d *drill) verify(file string, second bool) {
	d.Helper()
	desk := mustDesk(d.T)
	d.day(7)
	d.must("log", "checkpoint", "-c", file)
	bundle := filepath.Join(d.TempDir(), "bundle")
	d.must("log", "export", bundle, "-c", file)
	report, err := custody.Verify(os.DirFS(bundle))
	if err != nil || len(report.Restored) != 1 || report.Restored[0].Kept != second || report.Restored[0].Backup != "2026-11-24" || (report.Lost > 0) != second {
		d.Errorf("%+v, %v", report, err)
	}
	broken := 0
	for day, note := range d.published {
		seen := filepath.Join(d.TempDir(), day)
		if err := os.WriteFile(seen, note, 0o600); err != nil {
			d.Fatal(err)
		}
		cmd := exec.Command(desk, "--home", filepath.Join(d.top, "auditor"), "log", "verify", bundle, "--checkpoint", seen)
		out, err := cmd.CombinedOutput()
		var exit *exec.ExitError
		switch {
		case err == nil && bytes.Contains(out, []byte("Restored on 2026-11-29 from the backup of 2026-11-24")):
		case errors.As(err, &exit) && bytes.Contains(out, []byte("restored from the backup of 2026-11-24 without the leaves after it")):
			broken++
		default:
			d.Errorf("%s: %v\n%s", day, err, out)
		}
	}
	if want := map[bool]int{true: 0, false: 2}[second]; broken != want { // of the two days after
		d.Errorf("%d checkpoints do not fit, want %d", broken, want)
	}
}
