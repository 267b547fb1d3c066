package main

import (
	"archive/tar"
	"bytes"
	"database/sql"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ombra/crypto"
)

// An altered entry of a backup that somebody else made to the same public key.
type altered struct {
	name string
	with func(h *tar.Header, text []byte) (*tar.Header, []byte) // a nil header drops it
}

// forged seals another backup out of one.
func (d *drill) forged(backup string, change altered) string {
	d.Helper()
	raw, err := os.ReadFile(backup)
	if err != nil {
		d.Fatal(err)
	}
	key, err := os.ReadFile(d.key)
	if err != nil {
		d.Fatal(err)
	}
	id, err := crypto.ParseIdentity(strings.TrimSpace(string(key)))
	if err != nil {
		d.Fatal(err)
	}
	plain, err := crypto.Decrypt(raw, id.Age())
	if err != nil {
		d.Fatal(err)
	}
	var out bytes.Buffer
	sealed, err := crypto.EncryptTo(&out, id.Recipient())
	if err != nil {
		d.Fatal(err)
	}
	w, r := tar.NewWriter(sealed), tar.NewReader(bytes.NewReader(plain))
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			d.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			d.Fatal(err)
		}
		if strings.HasPrefix(h.Name, change.name) {
			if h, text = change.with(h, text); h == nil {
				continue
			}
			h.Size = int64(len(text))
		}
		if err := w.WriteHeader(h); err != nil {
			d.Fatal(err)
		}
		if _, err := w.Write(text); err != nil {
			d.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), sealed.Close()); err != nil {
		d.Fatal(err)
	}
	return d.write("forged.age", out.Bytes())
}

// TestAttackForgedBackup: somebody who knows the public key, as everybody may,
// lays a backup of their own beside the real ones. It writes nothing outside its
// folder, and nothing half.
func TestAttackForgedBackup(t *testing.T) {
	d, backup := mustBackup(t)
	text := func(from, to string) func(*tar.Header, []byte) (*tar.Header, []byte) {
		return func(h *tar.Header, b []byte) (*tar.Header, []byte) {
			return h, []byte(strings.Replace(string(b), from, to, 1))
		}
	}
	named := func(name string) func(*tar.Header, []byte) (*tar.Header, []byte) {
		return func(h *tar.Header, b []byte) (*tar.Header, []byte) { h.Name = name; return h, b }
	}
	gone := func(*tar.Header, []byte) (*tar.Header, []byte) { return nil, nil }
	db := func(query string) func(*tar.Header, []byte) (*tar.Header, []byte) {
		return func(h *tar.Header, b []byte) (*tar.Header, []byte) { return h, d.changed(b, query) }
	}
	forms, err := os.ReadFile("../../config/forms/cyber.toml")
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := d.write("forms.toml", forms)
	const damaged = "the backup is damaged or cut off"
	for what, c := range map[string]struct {
		altered
		want string
		code int
	}{
		"a path out":       {altered{entryFiles, named("files/../../../evil")}, damaged, exitRefused},
		"an absolute path": {altered{entryFiles, named("/tmp/evil")}, damaged, exitRefused},
		"a key":            {altered{entryFiles, named("keys/transport-2026-11.key")}, damaged, exitRefused},
		"a link": {altered{entryDatabase, func(h *tar.Header, _ []byte) (*tar.Header, []byte) {
			h.Typeflag, h.Linkname = tar.TypeSymlink, "/etc/passwd"
			return h, nil
		}}, damaged, exitRefused},
		"a name that is none":    {altered{entryFiles, named("files/0")}, damaged, exitRefused},
		"no attachment":          {altered{entryFiles, gone}, damaged, exitRefused},
		"no database":            {altered{entryDatabase, gone}, damaged, exitRefused},
		"no padding":             {altered{entryPadding, gone}, damaged, exitRefused},
		"no manifest":            {altered{entryManifest, gone}, "this is no backup of ombra", exitRefused},
		"data elsewhere":         {altered{entryConfig, text(`data = "data"`, `data = "/srv/evil"`)}, damaged, exitRefused},
		"forms elsewhere, there": {altered{entryConfig, text(`forms = "cyber"`, `forms = "`+elsewhere+`"`)}, damaged, exitRefused},
		"forms elsewhere":        {altered{entryConfig, text(`forms = "cyber"`, `forms = "/etc/x.toml"`)}, "the settings in the backup are refused", exitRefused},
		"settings refused":       {altered{entryConfig, text(`forms = `, `former = `)}, "the settings in the backup are refused", exitRefused},
		"another origin":         {altered{entryOrigin, text("ombud", "other")}, damaged, exitRefused},
		"another key":            {altered{entryLogKey, func(h *tar.Header, _ []byte) (*tar.Header, []byte) { return h, d.otherKey("ombud.example.org") }}, "", exitFailed},
		"another office's key":   {altered{entryLogKey, func(h *tar.Header, _ []byte) (*tar.Header, []byte) { return h, d.otherKey("x.example.org") }}, "the log key is damaged", exitFailed},
		"a newer format":         {altered{entryManifest, text("ombra-backup/1", "ombra-backup/2")}, "the backup was written by a newer ombra", exitRefused},
		"another format":         {altered{entryManifest, text("ombra-backup/1", "other")}, "this is no backup of ombra", exitRefused},
		"a key more":             {altered{entryManifest, text(`"test"`, `"more":1,"test"`)}, damaged, exitRefused},
		"the day after":          {altered{entryManifest, text("2026-11-23", "2026-11-26")}, "the clock is before the day of the backup", exitFailed},
		"a newer schema":         {altered{entryDatabase, db("PRAGMA user_version = 99")}, "the backup was written by a newer ombra", exitRefused},
		"code":                   {altered{entryDatabase, db("CREATE VIEW v AS SELECT 1")}, damaged, exitRefused},
		"another log":            {altered{entryDatabase, db("UPDATE log SET leaf = x'7b7d' WHERE n = 3")}, "the custody log does not hold", exitRefused},
		"not for tests":          {altered{entryManifest, text(`"test":true`, `"test":false`)}, damaged, exitRefused},
	} {
		t.Run(what, func(t *testing.T) {
			d.T = t
			d.refused(c.want, c.code, d.forged(backup, c.altered), "--identity", d.key, "--leaves", filepath.Join(d.top, "leaves"))
		})
	}
}

func (d *drill) otherKey(name string) []byte {
	d.Helper()
	k, err := crypto.NewSigningKey(name)
	if err != nil {
		d.Fatal(err)
	}
	return []byte(k.Reveal() + "\n")
}

// changed runs SQL in a copy of a database, past every rule of the store.
func (d *drill) changed(db []byte, query string) []byte {
	d.Helper()
	name := d.write("changed.db", db)
	c, err := sql.Open("sqlite3", name)
	if err != nil {
		d.Fatal(err)
	}
	if _, err := c.ExecContext(d.Context(), query); err != nil {
		d.Fatal(err)
	}
	if err := c.Close(); err != nil {
		d.Fatal(err)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		d.Fatal(err)
	}
	return text
}
