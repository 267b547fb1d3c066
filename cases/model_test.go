package cases_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"testing/cryptotest"
	"time"

	"pgregory.net/rapid"

	"ombra/bot/bottest"
	"ombra/cases"
	"ombra/cases/sqlite"
	"ombra/crypto/custody"
	"ombra/crypto/receipt"
)

// everybody is the roster of the model; the last is the backstop.
var everybody = []string{"anna", "bela", "chris", "dora", "outside"}

// A matter is what the model knows of a case.
type matter struct {
	id       cases.ID
	rec      receipt.Receipt
	filing   cases.Filing
	excluded []string
	live     []string // holders
	dormant  []string // the reserve first
	lapsed   []string // holders whose mandate ended
	drawn    int
	clock    clock
	out      []string // withdrew
	hidden   []string // withdrew, and nobody has signed since
	epoch    int
	moved    cases.Day // the day of the last paper
	stage    cases.Stage
	flags    cases.Flags
	papers   int
	replies  int
	said     []string // every word of the filer, each once
	touched  bool     // something was done since it was looked at whether an appeal can end
}

func (m *matter) open() bool { return m.stage != cases.Closed }

// A model is an office, and what must be true of it by a few plain rules.
type model struct {
	*rapid.T
	o       *bottest.Office
	db      *sqlite.DB
	all     []*matter
	until   map[string]cases.Day // mandates; the backstop's too
	away    map[string]cases.Day // the last day
	gone    map[string]cases.Day // the first
	size    int64                // of the log
	signed  int64                // at the last checkpoint
	sign    cases.Day
	warned  map[string]cases.Day // of which last day each was told
	leaves  []cases.Leaf
	tree    custody.Memory // of these leaves
	steps   int            // since the log was verified whole
	people  int            // changes of the roster
	seen    map[*matter]string
	waiting map[string]bool // notices: whom, about what, day, hour
	words   int
}

var ctx = context.Background()

func newModel(t *rapid.T, dir string) *model {
	dir, err := os.MkdirTemp(dir, "office")
	m := &model{T: t, until: map[string]cases.Day{}, away: map[string]cases.Day{}, gone: map[string]cases.Day{}, warned: map[string]cases.Day{}, waiting: map[string]bool{}, seen: map[*matter]string{}}
	m.must(err)
	m.db, err = sqlite.Open(filepath.Join(dir, "ombra.db"), sqlite.Options{Create: true})
	m.must(err)
	shelf, err := sqlite.OpenShelf(filepath.Join(dir, "files"), sqlite.Options{Create: true})
	m.must(err)
	m.o, err = bottest.NewOffice(ctx, m.db, shelf, bottest.Settings{
		Names: everybody[:4], Backstop: everybody[4], Start: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC),
		Change: func(o *cases.Office) {
			o.TypedReplies, o.Absence, o.Warn, o.Release, o.CoolingOff = true, 3, 2, 14, 7
		},
	})
	m.must(err)
	for _, o := range m.o.Cases.Roster() {
		m.until[o.Name] = o.Until
	}
	m.size = int64(2 * len(everybody)) // each appointed and proved
	return m
}

func (m *model) must(err error) {
	m.Helper()
	if err != nil {
		m.Fatalf("%v", err)
	}
}

func (m *model) today() cases.Day { return m.o.Cases.Today() }

func (m *model) serves(name string) bool { return m.until[name] >= m.today() }

// eligible are those whom the next draw may give a case.
func (m *model) eligible(excluded []string) int {
	n := 0
	for _, name := range everybody[:4] {
		if m.serves(name) && m.away[name] < m.today() && !slices.Contains(excluded, name) {
			n++
		}
	}
	return n
}

func (m *model) note(to, about string, due cases.Day, hour int) {
	m.waiting[fmt.Sprintf("%s %s %s %d", to, about, due, hour)] = true
}

func (m *model) tell(c *matter, actor string, urgent bool) {
	c.touched = true
	for _, name := range c.live {
		if name == actor || !m.serves(name) {
			continue
		}
		m.note(name, "news", m.today().Add(1), 0)
		if urgent {
			m.note(name, "danger", m.today(), -1)
		}
	}
}

func (m *model) say() string {
	m.words++
	return fmt.Sprintf("words number %d.", m.words)
}

func (m *model) someCase(label string) *matter {
	if len(m.all) == 0 {
		m.Skip()
	}
	return rapid.SampledFrom(m.all).Draw(m.T, label)
}

func (m *model) some(label string, of []string) string { return rapid.SampledFrom(of).Draw(m.T, label) }

func (m *model) chance(label string) bool { return rapid.Bool().Draw(m.T, label) }

// names draws some of the roster to exclude.
func (m *model) names() []string {
	list := rapid.SliceOfNDistinct(rapid.SampledFrom(everybody), 0, 4, rapid.ID[string]).Draw(m.T, "excluded")
	return list
}

func (m *model) files() []cases.Attachment {
	n := rapid.SampledFrom([]int{0, 0, 100, 70_000}).Draw(m.T, "attached")
	if n == 0 {
		return nil
	}
	return []cases.Attachment{{Name: "a.bin", Type: "text/plain", Size: int64(n), Open: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(make([]byte, n))), nil
	}}}
}

// same runs an act once or more: more often changes nothing.
func (m *model) same(act func() error) error {
	m.Helper()
	err := act()
	if err == nil && m.chance("again") {
		m.must(act())
	}
	return err
}

// refused checks how an act failed: nothing of it may be stored, which the
// invariants see.
func (m *model) refused(err error, kind cases.ErrorKind) {
	m.Helper()
	if err == nil || cases.KindOf(err) != kind {
		m.Fatalf("got %v, want %v", err, kind)
	}
}

func (m *model) service(f func(tx cases.Tx) error) {
	m.Helper()
	m.must(m.db.View(ctx, f))
}

// hurried has rubbish taken away less often: these tests make much of it, and keep
// little.
func hurried(t *testing.T) {
	t.Helper()
	was := debug.SetGCPercent(400)
	t.Cleanup(func() { debug.SetGCPercent(was) })
}

// bounded says how much is tried, quickly and with OMBRA_LONG.
func bounded(t *testing.T, checks, steps, longChecks, longSteps string) {
	t.Helper()
	hurried(t)
	if os.Getenv("OMBRA_LONG") != "" {
		checks, steps = longChecks, longSteps
	}
	for name, value := range map[string]string{"rapid.checks": checks, "rapid.steps": steps, "rapid.nofailfile": "true", "rapid.shrinktime": "4s"} {
		if f := flag.Lookup(name); f != nil && f.Value.String() == f.DefValue {
			was := f.DefValue
			t.Cleanup(func() { _ = flag.Set(name, was) })
			if err := flag.Set(name, value); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestModel has people do things in any order, and holds the office to the
// model after each.
func TestModel(t *testing.T) {
	bounded(t, "18", "26", "150", "60")
	dir := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		// The office draws keys and holders itself: a failure must come again.
		cryptotest.SetGlobalRandom(t, rapid.Uint64().Draw(rt, "luck"))
		m := newModel(rt, dir)
		defer func() { _ = m.db.Close() }()
		rt.Repeat(map[string]func(*rapid.T){
			"":           m.check,
			"file":       m.act(m.file),
			"resubmit":   m.act(m.resubmit),
			"amend":      m.act(m.amend),
			"add":        m.act(m.add),
			"filer acts": m.act(m.filerAct),
			"press":      m.act(m.press),
			"press more": m.act(m.press),
			"type":       m.act(m.typeReply),
			"sign":       m.act(m.signAct),
			"sign old":   m.act(m.signOld),
			"pass":       m.act(m.pass),
			"checkpoint": m.act(m.checkpoint),
			"deliver":    m.act(m.deliver),
			"mandate":    m.act(m.mandate),
			"away":       m.act(m.goAway),
		})
		m.endAll()
	})
}

// act hands the rapid.T of one step to a method.
func (m *model) act(f func()) func(*rapid.T) {
	return func(t *rapid.T) {
		was := m.T
		m.T = t
		defer func() { m.T = was }()
		f()
	}
}

func sortedNames(names ...string) []string { return slices.Sorted(slices.Values(names)) }

func join(said []string) string { return strings.Join(said, "\n") }
