package bottest

import (
	"context"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ombra/bot"
	"ombra/cases/papers"
	"ombra/cases/sqlite"
)

// Monday is when offices begin that [OpenOffice] opens: after the first fixed
// hour of a Monday.
var Monday = time.Date(2026, 11, 23, 10, 13, 37, 0, time.UTC)

// OpenOffice makes an office on a real database in a folder of the test's own.
// Its clock stands until it is moved.
func OpenOffice(t testing.TB, set Settings) *Office {
	t.Helper()
	if set.Start.IsZero() {
		set.Start = Monday
	}
	dir := filepath.Join(t.TempDir(), "office")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
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
	o, err := NewOffice(context.Background(), db, shelf, set)
	if err != nil {
		t.Fatal(err)
	}
	o.Dir = dir
	return o
}

// report files a report that excludes chris: anna and bela hold it. Some answers
// may be other ones.
func (s *stage) report(account string, other url.Values, files ...bot.File) (*player, string) {
	s.t.Helper()
	p := s.player(account)
	p.form("report")
	p.send(good(other), files...)
	return p, p.receipt()
}

// good are answers that are fine, but for the other ones.
func good(other url.Values) url.Values {
	form := url.Values{
		"q.what": {"The tool hit a clinic in Zaunheim."}, "q.concerned": {"The targeting cell"}, "q.category": {"unintended-harm"}, "exclude": {"chris"},
	}
	maps.Copy(form, other)
	return form
}

// isCase tells the buttons of cases in an inbox.
func isCase(button string) bool { return caseShape.MatchString(button) }

func isOther(button string) bool { return !isCase(button) }

// holds lists the cases in somebody's inbox.
func (s *stage) holds(name string) (list []string) {
	s.t.Helper()
	for _, b := range s.player(name).pick("inbox").Buttons {
		if isCase(b) {
			list = append(list, b)
		}
	}
	return list
}

// opensCard opens the newest case that somebody holds.
func (s *stage) opensCard(name string) *player {
	s.t.Helper()
	list := s.holds(name)
	if len(list) == 0 {
		s.t.Fatalf("%s holds no case", name)
	}
	p := s.player(name)
	p.press(list[0])
	return p
}

// thread opens the papers of the newest case that somebody holds.
func (s *stage) thread(name string) *papers.Thread {
	s.t.Helper()
	list := s.holds(name)
	if len(list) == 0 {
		s.t.Fatalf("%s holds no case", name)
	}
	th, err := s.papers(name, list[0])
	s.must(err)
	return th
}

// answers signs an answer on the newest case that somebody holds.
func (s *stage) answers(name string, d papers.Draft) {
	s.t.Helper()
	d.Do = "answer"
	s.note(url.Values{"": {d.Text}})
	s.must(s.sign(name, s.holds(name)[0], d))
}

// item finds the newest item of a kind.
func item(th *papers.Thread, what string) papers.Item {
	for _, it := range slices.Backward(th.Items) {
		if it.What == what {
			return it
		}
	}
	return papers.Item{}
}

// textOf is a thread as its reader sees it.
func (s *stage) textOf(th *papers.Thread) string {
	s.t.Helper()
	var b strings.Builder
	s.must(th.Text(&b))
	return b.String()
}

// acts counts what the custody log holds, before any checkpoint too.
func (s *stage) acts() int {
	s.t.Helper()
	n, err := s.Office.Cases.VerifyLog(context.Background())
	s.must(err)
	return int(n)
}

// soon waits until something holds.
func (s *stage) soon(holds func() bool) bool { return soon(holds) }

// deliver tells the notices that are due now.
func (s *stage) deliver() {
	s.t.Helper()
	s.must(s.World.deliver(context.Background()))
}
