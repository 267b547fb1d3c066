package bottest_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ombra/bot"
	"ombra/bot/bottest"
	"ombra/cases"
)

// size is the number of entries in the custody log.
func (s *scene) size() (n int64) {
	s.t.Helper()
	if err := s.o.Cases.Store.View(context.Background(), func(tx cases.Tx) (err error) {
		n, err = tx.Size()
		return err
	}); err != nil {
		s.t.Fatal(err)
	}
	return n
}

// grew requires that the log has grown by so many entries since it had n.
func (s *scene) grew(n, by int64, what string) {
	s.t.Helper()
	if got := s.size() - n; got != by {
		s.t.Errorf("%s left %d entries in the log, want %d", what, got, by)
	}
}

// rows reads one column of the database, past every rule of the store.
func (s *scene) rows(query string) (list [][]byte) {
	s.t.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(s.dir, "ombra.db")+"?mode=ro")
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(context.Background(), query)
	if err != nil {
		s.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var b []byte
		if err := rows.Scan(&b); err != nil {
			s.t.Fatal(err)
		}
		list = append(list, b)
	}
	if err := rows.Err(); err != nil {
		s.t.Fatal(err)
	}
	return list
}

func (s *scene) count(table string) int {
	s.t.Helper()
	return len(s.rows("SELECT 1 FROM " + table))
}

// bare is all of a step that a person or a platform could compare, without the
// tokens, which are different each time.
func bare(step bot.Step) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%q %q %q %v %q %q", step.Title, step.Text, step.Quote, step.Kept, step.Submit, step.Lang)
	for _, f := range step.Facts {
		fmt.Fprintf(&b, "\nfact %q %q", f.Label, f.Value)
	}
	for _, f := range step.Fields {
		fmt.Fprintf(&b, "\nfield %+v", f)
	}
	for _, x := range step.Buttons {
		fmt.Fprintf(&b, "\nbutton %q %q %v %d", x.Label, x.Verb, x.Heavy, len(x.Token))
	}
	for _, f := range step.Files {
		fmt.Fprintf(&b, "\nfile %q %d", f.Name, f.Size)
	}
	if fmt.Fprintf(&b, "\ntoken %d", len(step.Token)); step.Cover != nil {
		b.WriteString("\ncover " + bare(*step.Cover))
	}
	return b.String()
}

// stored reports whether a step claims that something was stored.
func stored(screen bottest.Screen) bool {
	return slices.ContainsFunc([]string{"receipt.proved-title", "signed.title", "sealed.done-title"}, func(key string) bool {
		return strings.HasPrefix(screen.Text, phrase.Get(key))
	})
}

// keysIn reads the token keys of a key file, by day.
func keysIn(t testing.TB, text []byte) map[string]string {
	t.Helper()
	keys := map[string]string{}
	if err := json.Unmarshal(text, &keys); err != nil || len(keys) == 0 {
		t.Fatalf("%d keys, %v", len(keys), err)
	}
	return keys
}

// everything reads all that lies on the disk of an office, by name.
func (s *scene) everything() map[string][]byte {
	s.t.Helper()
	all := map[string][]byte{}
	err := filepath.WalkDir(s.dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		all[path], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

// lacks requires that bytes stand nowhere on the disk, however they are written.
func (s *scene) lacks(what string, b []byte) {
	s.t.Helper()
	ways := [][]byte{
		b, []byte(hex.EncodeToString(b)), []byte(strings.ToUpper(hex.EncodeToString(b))),
		[]byte(base64.RawStdEncoding.EncodeToString(b)), []byte(base64.RawURLEncoding.EncodeToString(b)),
	}
	for path, content := range s.everything() {
		for _, way := range ways {
			if bytes.Contains(content, way) {
				s.t.Errorf("%s stands in %s", what, filepath.Base(path))
			}
		}
	}
}

// ageFiles are all the age files that an office keeps, in rows and on the shelf.
func (s *scene) ageFiles() (all [][]byte) {
	s.t.Helper()
	all = slices.Concat(s.rows("SELECT blob FROM papers WHERE blob IS NOT NULL"), s.rows("SELECT wrap FROM grants"))
	for path, content := range s.everything() {
		if strings.Contains(path, "/files/") {
			all = append(all, content)
		}
	}
	return all
}
