package bottest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"ombra/bot"
	"ombra/bot/bottest"
	"ombra/cases"
	"ombra/cases/papers"
	"ombra/crypto/receipt"
)

func parsed(t testing.TB, symbols string) receipt.Receipt {
	t.Helper()
	r, err := receipt.Parse(bottest.Origin, symbols)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestLeak: everything that people type, upload, are called and are shown, with
// a canary in each, goes through the whole of an office. Afterwards none of it
// is on disk, in a log, in an error, in a notice, in what a platform keeps, or
// with the auditor; and nothing there dates anything closer than a day.
func TestLeak(t *testing.T) {
	l := newLeak(t)
	rec := l.reporter()
	l.talker()
	l.claimant()
	l.sealers()
	l.strangers()
	l.holders()
	l.remedies()
	l.back(rec)
	l.jobs()
	l.scan("while the database is open")
	l.noClock()
	dated(t, filepath.Join(l.dir, "files"))
	found, err := l.FS("the auditor's bundle", l.bundle())
	if err != nil {
		t.Error(err)
	}
	l.cleanAll(found)
	l.proveScan()
	if err := l.db.Close(); err != nil {
		t.Error(err)
	}
	l.scan("when the database is closed")
	dated(t, l.dir)
}

// reporter files with files, sends it again, then with other words, then with
// another exclusion.
func (l *leak) reporter() string {
	c := l.seat("a reporter")
	c.pick("")
	form := c.form("report")
	v := l.fill(c, "report")
	v.Set("exclude", "chris")
	files := []bot.File{l.photo("a small photo", 3000), l.photo("a large photo", 200_000)}
	c.sendOn(form, v, l.badFile("a file that cannot be fetched", false))
	c.expect("error.file-fetch")
	c.sendOn(form, v, l.badFile("a file that panics", true))
	c.expect("error.internal")
	v.Set("q.category", l.text("a choice that is none"))
	c.sendOn(form, v)
	c.expect("field.choice")
	v.Set("q.category", "unintended-harm")
	l.storeSays()
	c.sendOn(form, v, files...)
	c.expect("error.unavailable")
	c.sendOn(form, v, files...)
	rec := c.proved()
	v.Set("q.what", l.text("changed words"))
	c.sendOn(form, v, files...)
	if again := c.proved(); again != rec {
		l.Error("changed words got another receipt")
	}
	holder := slices.IndexFunc([]string{"anna", "bela", "dora"}, func(name string) bool { return len(l.inbox(name)) > 0 })
	v["exclude"] = []string{"chris", []string{"anna", "bela", "dora"}[max(0, holder)]}
	v.Set("danger", "notify")
	c.sendOn(form, v)
	c.expect("receipt.moved")
	c.send(url.Values{"group": {l.Plant("what is no group")}})
	c.expect("receipt.wrong-group")
	c.proved()
	return rec
}

// storeSays has the store fail once, and say too much.
func (l *leak) storeSays() {
	l.store.err = fmt.Errorf("writing %s: %w", l.Plant("what the store says"), &url.Error{Op: "Put", URL: l.Plant("where the store is"), Err: errPlatform})
}

func (l *leak) inbox(name string) []string {
	c := l.seat(name)
	c.pick("inbox")
	return slices.DeleteFunc(bottest.ScreenOf(c.step).Buttons, func(b string) bool { return !strings.Contains(b, "-") })
}

// talker types into the conversation what belongs into a form.
func (l *leak) talker() {
	c := l.seat("a talker")
	c.pick("report " + l.text("words after a verb"))
	c.say(l.text("a direct message") + " mail me at " + l.Plant("an address") + "@example.org")
	c.press(words.Get("said.report"))
	c.send(url.Values{"q.concerned": {l.text("somebody concerned")}, "q.category": {"unintended-harm"}})
	c.proved()
	c.say(l.text("a long message") + strings.Repeat(" and more", 600))
	c.press(words.Get("said.redress"))
	c.send(l.fill(c, "a form beside a message"))
	rec := c.proved()
	c.say("my receipt is " + rec)
	c.expect("exposed.title")
	c.recall = func(context.Context, string) (*bot.Message, error) {
		return nil, &url.Error{Op: "Get", URL: "https://chat.example/" + l.Plant("a message's address"), Err: errors.New(l.Plant("the platform's reason"))}
	}
	c.say(l.text("a message that is gone"))
	c.press(words.Get("said.report"))
	c.send(l.fill(c, "a form beside a message that is gone"))
}

func (l *leak) claimant() {
	c := l.seat("a claimant")
	c.form("redress")
	v := l.fill(c, "redress")
	v.Set("danger", "notify")
	c.send(v, l.photo("a claimant's photo", 100))
	c.proved()
}

// sealers hand in files that were sealed on their own devices.
func (l *leak) sealers() {
	d, err := l.Device()
	if err != nil {
		l.Fatal(err)
	}
	rec, s, err := d.Seal(papers.Filing{Kind: "report", Words: l.text("sealed words"), Exclude: []string{"dora"}, Own: true, Files: []papers.Attachment{
		{Name: l.Plant("name of a sealed file"), Data: []byte(l.text("a sealed file"))},
		{Name: "large", Data: bytes.Repeat([]byte(l.Plant("a large sealed file")), 9000)},
	}}, string(l.Cases.Today()))
	if err != nil {
		l.Fatal(err)
	}
	l.receipt(rec.Symbols())
	c := l.seat("a sealer")
	c.say(l.text("beside the file"), bottest.FileOf(l.Plant("name of the sealed file")+".age", s.File))
	c.press(words.Get("sealed.report"))
	c.expect("sealed.done-title")

	var stock bytes.Buffer
	var list strings.Builder
	for _, r := range d.Recipients {
		list.WriteString(r.String() + "\n")
	}
	to, err := age.ParseRecipients(strings.NewReader(list.String()))
	if err != nil {
		l.Fatal(err)
	}
	w, err := age.Encrypt(&stock, to...)
	if err != nil {
		l.Fatal(err)
	}
	_, _ = w.Write([]byte(l.text("words in a bare age file")))
	_ = w.Close()
	c.say("", bottest.FileOf("report.age", stock.Bytes()))
	c.send(url.Values{"kind": {"redress"}, "exclude": {"dora"}})
	c.proved()
	l.handers(d, stock.Bytes())
}

// strangers try what does not work.
func (l *leak) strangers() {
	c := l.seat("a stranger")
	c.do(bot.Event{Token: bot.Token(l.text("no token")), Form: true, Values: url.Values{"q.what": {l.text("words with a bad token")}}})
	unknown := receipt.New(bottest.Origin)
	for _, typed := range []string{l.receipt(unknown.Symbols()), l.text("no receipt"), unknown.Lookup().Hex()} {
		c.look(typed)
	}
	c.pick("inbox " + l.Plant("a verb"))
	_, err := l.Cases.Mine(context.Background(), unknown)
	l.errors = append(l.errors, err)
	_, err = l.Cases.Inspect([]byte(l.text("no age file")))
	l.errors = append(l.errors, err)
	_, err = l.Cases.File(context.Background(), cases.Filing{Kind: cases.Kind(l.Plant("a kind")), Text: l.text("of no kind")})
	l.errors = append(l.errors, err)
	_, err = l.Cases.Desk(l.Plant("a name"))
	l.errors = append(l.errors, err)
}

// holders do everything that an ombudsman can do, on each case in the inbox.
func (l *leak) holders() {
	for _, name := range []string{"anna", "bela", "dora"} {
		m := l.Machines[name]
		for i, button := range l.inbox(name) {
			if strings.Contains(button, words.Get("stage.closed")) {
				continue
			}
			c := l.seat(name)
			c.card(button)
			if strings.Contains(button, words.Get("stage.received")) {
				c.press(words.Get("act.acknowledge"))
			}
			l.storeSays()
			card := c.step
			c.press(words.Get("act.lead"))
			c.expect("error.unavailable")
			c.pressOn(card, words.Get("act.lead"))
			c.press(words.Get("act.answer"))
			c.send(url.Values{"reply": {l.text("a typed reply of " + name)}})
			c.papers(m)
			for _, d := range []papers.Draft{
				{Do: "answer", Text: l.text("a signed answer"), Files: []papers.Attachment{
					{Name: l.Plant("name of an answer's file"), Data: bytes.Repeat([]byte(l.Plant("an answer's file")), 9000)},
				}},
				{Do: "note", Text: l.text("a note")},
				{Do: "close", Text: l.text("a final answer"), Lessons: l.text("lessons"), Set: map[string]string{"disposition": "partly"}},
			} {
				if d.Do == "close" && (name != "anna" || i > 0) {
					continue
				}
				c.card(button[:9])
				if d.Do == "note" {
					l.handsIn(c, m, d)
					continue
				}
				c.sign(l.Office, m, d)
			}
		}
	}
}

// back: filers come back with receipt and lookup code.
func (l *leak) back(rec string) {
	c := l.seat("somebody who comes back")
	c.look(rec)
	c.press(words.Get("mine.add"))
	v := l.fill(c, "more")
	v.Set("receipt", rec)
	c.send(v, l.photo("proof", 90_000))
	c.expect("add.done")
	c.press(words.Get("mine.files"))
	c.send(url.Values{"receipt": {rec}})
	c.look(parsed(l, rec).Lookup().Hex())
	c.look(rec)
	c.press(words.Get("own.replace"))
	v = l.fill(c, "why it is replaced")
	v.Set("receipt", rec)
	c.send(v)
	l.receipt(c.proved())
}

// jobs: what happens by itself. The clock stands at the odd time for all of it.
func (l *leak) jobs() {
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	for _, j := range l.Cases.Jobs() {
		if err := j.Do(ctx); err != nil {
			l.Error(err)
		}
	}
	l.Pass(24 * time.Hour)
	l.KnowTime("the moment a day later", l.Now())
	for _, j := range l.Cases.Jobs() {
		if err := j.Do(ctx); err != nil {
			l.Error(err)
		}
	}
	l.Bot.Deliver(ctx)
	if l.told.text() == "" {
		l.Error("nobody was told anything")
	}
	if _, err := l.Cases.VerifyLog(context.Background()); err != nil {
		l.Error(err)
	}
}

// proveScan plants a canary where a careless column would hold one, and a log
// line would show one: the scan must find both, or it has proved nothing.
func (l *leak) proveScan() {
	c := bottest.NewScanner()
	canary := c.Plant("planted")
	err := l.db.Update(context.Background(), func(tx cases.Tx) error { return tx.SetDone(canary, l.Cases.Today()) })
	if err != nil {
		l.Fatal(err)
	}
	where := ""
	found, err := c.Folder(l.dir)
	for _, f := range found {
		where += f.Where + " "
	}
	if err != nil || !strings.Contains(where, "ombra.db-wal") {
		l.Errorf("a canary in the journal was not found: %q, %v", where, err)
	}
}
