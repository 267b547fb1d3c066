package bottest_test

import (
	"context"
	"path/filepath"
	"testing"

	"ombra/bot/bottest"
	"ombra/cases/sqlite"
)

// open makes an office's database and shelf in a folder of the test's own.
func open(t testing.TB, dir string) (*sqlite.DB, *sqlite.Shelf) {
	t.Helper()
	db, err := sqlite.Open(filepath.Join(dir, "ombra.db"), sqlite.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	shelf, err := sqlite.OpenShelf(filepath.Join(dir, "files"), sqlite.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	return db, shelf
}

func mustOffice(t testing.TB, set bottest.Settings) *bottest.Office {
	t.Helper()
	db, shelf := open(t, privateDir(t))
	o, err := bottest.NewOffice(context.Background(), db, shelf, set)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestStory(t *testing.T) {
	o := mustOffice(t, bottest.Settings{})
	seats := map[string]bottest.Person{}
	w := &bottest.World{
		Office: o,
		Seat: func(account string) bottest.Person {
			if seats[account] == nil {
				seats[account] = o.Person(account)
			}
			return seats[account]
		},
		Tell: func(who, what string) { t.Logf("%-26s %s", who, what) },
	}
	if err := bottest.Story(context.Background(), w); err != nil {
		t.Fatal(err)
	}
}
