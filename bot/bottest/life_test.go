package bottest_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"ombra/bot"
	"ombra/bot/bottest"
	"ombra/cases"
)

// A spoiling makes an office worse than it should be.
type spoiling struct {
	office func(*cases.Office)
	store  func(cases.Store) cases.Store
	say    func(*bot.Step) bool
}

// lives tells the story and what comes after it.
func lives(t *testing.T, start time.Time, spoil spoiling) error {
	t.Helper()
	dir := privateDir(t)
	db, shelf := open(t, dir)
	store := cases.Store(db)
	if spoil.store != nil {
		store = spoil.store(store)
	}
	bell, set := &bottest.Bell{}, bottest.Settings{Start: start, Change: spoil.office}
	if spoil.say != nil {
		set.Options = func(o *bot.Options) { o.Platforms["test"] = mouth{bell, spoil.say} }
	}
	o, err := bottest.NewOffice(t.Context(), store, shelf, bell.Hang(bottest.Living(set)))
	if err != nil {
		t.Fatal(err)
	}
	seats := map[string]bottest.Person{}
	w := &bottest.World{
		Office: o,
		Seat: func(account string) bottest.Person {
			if seats[account] == nil {
				seats[account] = o.Person(account)
			}
			return seats[account]
		},
		Tell:  func(who, what string) { t.Logf("%-26s %s", who, what) },
		Means: bottest.Means{Notices: bell.Heard},
	}
	if err := bottest.Story(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	return bottest.Life(t.Context(), w, dir)
}

// TestLife: after the story time passes, and everything that waits for it holds.
func TestLife(t *testing.T) {
	if err := lives(t, firstDay, spoiling{}); err != nil {
		t.Fatal(err)
	}
}

// TestLifeOnAnyDay: the demonstration begins today, whatever day that is.
func TestLifeOnAnyDay(t *testing.T) {
	if os.Getenv("OMBRA_LONG") == "" {
		t.Skip("set OMBRA_LONG=1")
	}
	for _, day := range []string{"2026-11-26", "2026-11-27", "2026-11-28", "2026-11-29", "2027-01-30", "2027-01-31", "2027-02-01", "2028-02-29"} {
		t.Run(day, func(t *testing.T) {
			if err := lives(t, cases.Day(day).Time().Add(23*time.Hour+59*time.Minute), spoiling{}); err != nil {
				t.Error(err)
			}
		})
	}
}

// careless leaves the traces of what was deleted in the files.
type careless struct{ cases.Store }

func (careless) Erase(context.Context) error { return nil }

// lenient leaves a case in the sight of whoever withdrew from it.
type lenient struct{ cases.Store }

func (l lenient) Update(ctx context.Context, f func(cases.Tx) error) error {
	return l.Store.Update(ctx, func(tx cases.Tx) error { return f(lenientTx{tx}) })
}

type lenientTx struct{ cases.Tx }

func (l lenientTx) Put(c *cases.Case) error {
	for i, g := range c.Grants {
		if g.State == cases.Hidden {
			c.Grants[i].State = cases.Live
		}
	}
	return l.Tx.Put(c)
}

// A mouth tells people something else than it is given, or nothing.
type mouth struct {
	*bottest.Bell
	say func(*bot.Step) bool
}

func (m mouth) Tell(ctx context.Context, to bot.Account, key string, s bot.Step) error {
	if !m.say(&s) {
		return nil
	}
	return m.Bell.Tell(ctx, to, key, s)
}

// TestLifeFailsLoudly: an office that does not do what is promised is found out,
// and where.
func TestLifeFailsLoudly(t *testing.T) {
	for name, x := range map[string]struct {
		spoil spoiling
		where string
	}{
		"nobody is told":     {spoiling{say: func(*bot.Step) bool { return false }}, "the next morning: [anna bela"},
		"notices say more":   {spoiling{say: func(s *bot.Step) bool { s.Text += " 7F3K-9QWD"; return true }}, "the next morning: a notice to "},
		"nobody in reserve":  {spoiling{office: func(o *cases.Office) { o.Reserve = 0 }}, "a late case: "},
		"nothing released":   {spoiling{office: func(o *cases.Office) { o.Release = 0 }}, "a late case: after 6 days"},
		"sight is kept":      {spoiling{store: func(s cases.Store) cases.Store { return lenient{s} }}, "an ombudsman withdraws: "},
		"no time to think":   {spoiling{office: func(o *cases.Office) { o.CoolingOff = 0 }}, "a withdrawal: "},
		"nothing is deleted": {spoiling{office: func(o *cases.Office) { o.Keeping.Months = 12 }}, "deletion: after 40 days"},
		"traces stay":        {spoiling{store: func(s cases.Store) cases.Store { return careless{s} }}, "deletion: deleted, and still there"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := lives(t, firstDay, x.spoil)
			if err == nil || !strings.HasPrefix(err.Error(), x.where) {
				t.Errorf("want %q, got %v", x.where, err)
			}
		})
	}
}
