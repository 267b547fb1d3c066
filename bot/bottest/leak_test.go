package bottest_test

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ombra/bot"
	"ombra/bot/bottest"
	"ombra/cases"
	"ombra/cases/sqlite"
	"ombra/crypto/custody"
)

// odd is when everything in the leak test happens: nothing else has this time.
var odd = time.Date(2026, 11, 24, 13, 37, 42, 0, time.UTC)

// leakForms ask for text in every way there is.
var leakForms = bot.Forms{
	ID: "leak/1",
	Report: []bot.Question{
		{ID: "what", Kind: bot.Text, Max: 3000, Label: bot.Words{"en": "What happened?"}},
		{ID: "concerned", Kind: bot.Line, Max: 300, Label: bot.Words{"en": "Who is concerned?"}},
		{ID: "contact", Kind: bot.Hidden, Max: 300, Optional: true, Label: bot.Words{"en": "How can you be reached?"}},
		{ID: "category", Kind: bot.Choice, Label: bot.Words{"en": "What is it about?"}},
		{ID: "when", Kind: bot.Date, Optional: true, Label: bot.Words{"en": "When was it?"}},
	},
	Redress: []bot.Question{
		{ID: "what", Kind: bot.Text, Max: 3000, Label: bot.Words{"en": "What harm was done?"}},
		{ID: "for", Kind: bot.Line, Max: 300, Label: bot.Words{"en": "For whom?"}},
		{ID: "category", Kind: bot.Choice, Label: bot.Words{"en": "What is it about?"}},
	},
	Categories: []bot.Labelled{{ID: "unintended-harm", Label: bot.Words{"en": "Unintended harm"}}},
}

// A leak is an office where everything that anybody types is a canary.
type leak struct {
	*testing.T
	*bottest.Scanner
	*bottest.Office
	dir, temp string
	db        *sqlite.DB
	store     *talkative
	logs      *recorder
	told      *platform
	errors    []error // as a caller would log them
}

func newLeak(t *testing.T) *leak {
	l := &leak{T: t, Scanner: bottest.NewScanner(), dir: filepath.Join(privateDir(t), "office"), temp: t.TempDir(), logs: &recorder{}, told: &platform{}}
	for _, name := range []string{"TMPDIR", "SQLITE_TMPDIR"} {
		t.Setenv(name, l.temp)
	}
	l.KnowTime("the moment", odd)
	if err := os.Mkdir(l.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	var shelf *sqlite.Shelf
	l.db, shelf = openAt(t, l.dir, func() time.Time { return odd })
	set := bottest.Settings{
		Names: []string{"anna", "bela", "chris", "dora"}, Backstop: "outside", Start: odd,
		Change: func(o *cases.Office) { o.TypedReplies, o.Categories, o.Reserve = true, []string{"unintended-harm"}, 2 },
		Options: func(o *bot.Options) {
			o.Forms, o.Log, o.Platforms = leakForms, slog.New(l.logs), map[string]bot.Platform{"chat": l.told}
			o.Ombudsmen = map[string]string{}
			for _, name := range []string{"anna", "bela", "chris", "dora", "outside"} {
				o.Ombudsmen["chat:"+name+l.Plant("account of "+name)] = name
			}
			l.told.accounts = o.Ombudsmen
		},
	}
	var err error
	l.store = &talkative{Store: l.db}
	if l.Office, err = bottest.NewOffice(context.Background(), l.store, shelf, set); err != nil {
		t.Fatal(err)
	}
	return l
}

// A talkative store fails once, with an error that says more than it should.
type talkative struct {
	cases.Store
	err error
}

func (s *talkative) Update(ctx context.Context, f func(cases.Tx) error) error {
	if err := s.err; err != nil {
		s.err = nil
		return err
	}
	return s.Store.Update(ctx, f)
}

func openAt(t testing.TB, dir string, now func() time.Time) (*sqlite.DB, *sqlite.Shelf) {
	t.Helper()
	o := sqlite.Options{Create: true, Now: now}
	db, err := sqlite.Open(filepath.Join(dir, "ombra.db"), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	shelf, err := sqlite.OpenShelf(filepath.Join(dir, "files"), o)
	if err != nil {
		t.Fatal(err)
	}
	return db, shelf
}

// seat gives somebody an account that names them, a team and a channel, and
// looks at every step before they do: what a platform may keep holds nothing of
// anybody, and no token shows what is in it.
func (l *leak) seat(name string) *chat {
	account := "chat:T" + l.Plant("team of "+name) + "/D" + l.Plant("channel of "+name) + "/" + name + "." + l.Plant("name of "+name)
	for known, who := range l.told.accounts {
		if who == name {
			account = known
		}
	}
	c := newChat(l, l.Office, account)
	c.mark = "p" + l.Plant("message ids of "+name) + "-"
	hint := "en-" + l.Plant("language of "+name)
	c.handle = func(ctx context.Context, ev bot.Event) bot.Step {
		ev.Lang = hint
		if ev.Values != nil {
			ev.Values.Set("user_email", l.Plant("address")+"@example.org")
		}
		return l.Bot.Handle(ctx, ev)
	}
	c.each = func(_ bot.Event, s bot.Step) { l.step(s) }
	return c
}

func (l *leak) step(s bot.Step) {
	l.Helper()
	if c := s.Cover; c != nil {
		l.step(*c)
	}
	for _, b := range s.Buttons {
		l.clean("a button's token", string(b.Token))
	}
	l.clean("a form's token", string(s.Token))
	screen := bottest.ScreenOf(s)
	if rec, err := bottest.ReceiptOn(screen); err == nil && s.IsForm() {
		l.receipt(rec)
	}
	if pass, err := bottest.PasscodeOn(screen); err == nil {
		l.Know("passcode", pass)
		l.Know("passcode", strings.ReplaceAll(pass, "-", ""))
	}
	if s.Kept {
		l.clean("a kept step", screen.Text+strings.Join(screen.Buttons, "\n"))
	}
}

func (l *leak) clean(where, text string) {
	l.Helper()
	l.cleanAll(l.String(where, text))
}

func (l *leak) cleanAll(found []bottest.Finding) {
	l.Helper()
	if len(found) > 0 {
		l.Errorf("leaked:\n%s", bottest.Lines(found))
	}
}

// text is what somebody types: a canary, said so often that no page of a store
// can cut every one of them in two.
func (l *leak) text(what string) string {
	c := l.Plant(what)
	return fmt.Sprintf("It was %s; I say %s. Ask %s.", c, c, c)
}

// fill types a canary into every field of the form that is seen.
func (l *leak) fill(c *chat, what string) url.Values {
	v := url.Values{}
	for _, f := range c.step.Fields {
		switch {
		case f.Kind == bot.Date:
			l.Know("a date", "1931-07-09")
			v.Set(f.ID, "1931-07-09")
		case f.Kind == bot.Choice && len(f.Value) == 0:
			v.Set(f.ID, f.Options[0].Value)
		case f.Kind == bot.Line || f.Kind == bot.Hidden || f.Kind == bot.Text:
			v.Set(f.ID, l.text(what+", field "+f.ID))
		}
	}
	return v
}

// photo is a file whose name and inner data name its maker.
func (l *leak) photo(what string, size int) bot.File {
	exif := "Exif\x00\x00II*\x00" + l.Plant("EXIF of "+what) + "\x00GPS" + l.Plant("place in "+what)
	b := append([]byte{0xff, 0xd8, 0xff, 0xe1, byte((len(exif) + 2) >> 8), byte(len(exif) + 2)}, exif...)
	for c := l.Plant("content of " + what); len(b) < size; {
		b = append(b, c...)
	}
	return bottest.FileOf("IMG-"+l.Plant("name of "+what)+".jpg", b)
}

// receipt makes a receipt known in every form that it has.
func (l *leak) receipt(symbols string) string {
	r := parsed(l, symbols)
	secret := r.Secret()
	l.Know("receipt", symbols)
	l.Know("receipt", strings.ReplaceAll(symbols, "-", ""))
	for i := range 7 {
		l.Know("groups of a receipt", r.Group(i)+r.Group((i+1)%7))
	}
	l.KnowBytes("secret of a receipt", secret[:])
	l.Know("lookup code", r.Lookup().Hex())
	code, err := hex.DecodeString(r.Lookup().Hex())
	if err != nil {
		l.Fatal(err)
	}
	l.KnowBytes("lookup code", code)
	l.KnowBytes("submission key", r.SubmissionKey())
	return symbols
}

// scan looks at everything there is outside people's own machines.
func (l *leak) scan(when string) {
	l.Helper()
	for _, dir := range []string{l.dir, l.temp} {
		found, err := l.Folder(dir)
		if err != nil {
			l.Fatal(err)
		}
		if len(found) > 0 {
			l.Errorf("%s:\n%s", when, bottest.Lines(found))
		}
	}
	l.clean("the log of the process", l.logs.String())
	for _, err := range l.errors {
		l.clean("an error", fmt.Sprintf("%v %+v %#v", err, err, err.Error()))
	}
	l.cleanAll(l.String("notices", l.told.text()))
}

func (l *leak) bundle() fs.FS {
	l.Helper()
	log, err := l.Cases.Log(context.Background())
	if err != nil {
		l.Fatal(err)
	}
	b := bottest.AuditBundle(log)
	if _, err := custody.Verify(b); err != nil {
		l.Error(err)
	}
	return b
}

// badFile fails with an error that says more than it should.
func (l *leak) badFile(what string, panics bool) bot.File {
	c := l.Plant("error of " + what)
	f := bottest.FileOf("x-"+l.Plant("name of "+what), []byte("x"))
	f.Open = func(context.Context) (io.ReadCloser, error) {
		if panics {
			panic("fetching https://files.example/" + c)
		}
		return nil, &url.Error{Op: "Get", URL: "https://files.example/" + c, Err: errors.New(c)}
	}
	return f
}
