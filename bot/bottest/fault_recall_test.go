package bottest_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"ombra/bot"
	"ombra/bot/bottest"
	"ombra/cases"
	"ombra/cases/papers"
	"ombra/cases/storetest"
)

var filled = url.Values{"q.concerned": {"Somebody."}, "q.category": {"other"}}

// TestFaultRecall: the message behind a form cannot be fetched for a while.
// Nothing is filed without it and nothing typed is lost. Sent once more, the form
// that came back asks for what is missing, or files it: there is no receipt for
// words that are not there. And the first form files it whole.
func TestFaultRecall(t *testing.T) {
	o := mustOffice(t, bottest.Settings{Names: []string{"anna"}})
	down := func(context.Context, string) (*bot.Message, error) { return nil, errPlatform }
	gone := func(context.Context, string) (*bot.Message, error) { return nil, nil }
	for name, recall := range map[string]func(context.Context, string) (*bot.Message, error){"fails": down, "finds nothing": gone} {
		t.Run(name, func(t *testing.T) {
			c := newChat(t, o, "test:"+name)
			c.say("Said in the conversation."+strings.Repeat(" More.", 700), bottest.FileOf("beside.txt", []byte("beside")))
			c.press(words.Get("said.report"))
			form := c.step
			c.recall = recall
			c.sendOn(form, filled)
			c.expect("error.recall")
			if got := bottest.ScreenOf(c.step).Values["q.concerned"]; len(got) != 1 || got[0] != "Somebody." {
				t.Errorf("what was typed is lost: %v", got)
			}
			c.recall = nil
			whole := func() {
				t.Helper()
				c.proved()
				if th := newest(t, o); !strings.Contains(th, "beside.txt") || !strings.Contains(th, "message.txt") {
					t.Errorf("message or file is missing: %s", th)
				}
			}
			if s := c.send(nil); s.Submit == words.Get("receipt.submit") {
				whole()
			}
			c.sendOn(form, filled)
			whole()
		})
	}
}

// newest reads the newest case as anna.
func newest(t *testing.T, o *bottest.Office) string {
	t.Helper()
	c := newChat(t, o, "test:anna")
	c.card("-")
	th, _ := c.papers(o.Machines["anna"])
	return textOf(t, th)
}

// TestFaultRecallOfSealed: the sealed file cannot be fetched when the button is
// pressed; pressed again later, it is filed once.
func TestFaultRecallOfSealed(t *testing.T) {
	o := mustOffice(t, bottest.Settings{})
	d, err := o.Device()
	if err != nil {
		t.Fatal(err)
	}
	rec, s, err := d.Seal(papers.Filing{Kind: "report", Words: "Sealed."}, string(o.Cases.Today()))
	if err != nil {
		t.Fatal(err)
	}
	c := newChat(t, o, "test:sealer")
	offer := c.say("", bottest.FileOf("sealed.age", s.File))
	c.recall = func(context.Context, string) (*bot.Message, error) { return nil, errPlatform }
	c.pressOn(offer, words.Get("sealed.report"))
	c.expect("error.recall")
	c.recall = func(context.Context, string) (*bot.Message, error) {
		return &bot.Message{Files: []bot.File{badStreams(len(s.File))["breaks on the way"]}}, nil
	}
	c.pressOn(offer, words.Get("sealed.report"))
	c.expect("error.file-fetch")
	c.recall = nil
	for range 2 {
		c.pressOn(offer, words.Get("sealed.report"))
		c.expect("sealed.done-title")
	}
	if _, err := o.Cases.Mine(context.Background(), rec); err != nil {
		t.Error(err)
	}
}

// TestFaultDeletedMessage: somebody opens the form with the text of a message in
// it, and then deletes the message, as a careful person does. The text is in the
// form: it must be possible to send it.
func TestFaultDeletedMessage(t *testing.T) {
	o := mustOffice(t, bottest.Settings{})
	c := newChat(t, o, "test:careful")
	c.say("A short message that fits the field.")
	c.press(words.Get("said.report"))
	c.recall = func(context.Context, string) (*bot.Message, error) { return nil, errPlatform }
	c.send(filled)
	c.proved()
}

// TestFaultManyBytes: a message that fits a field in letters, and not in bytes, is
// filed whole. Mattermost would have cut what the field begins with.
func TestFaultManyBytes(t *testing.T) {
	o := mustOffice(t, bottest.Settings{Names: []string{"anna"}})
	c := newChat(t, o, "test:talker")
	c.say(strings.Repeat("слово ", 400) + "конец")
	c.press(words.Get("said.report"))
	if got := bottest.ScreenOf(c.step).Values["q.what"]; len(got) != 1 || got[0] != words.Get("file.long-message") {
		t.Fatalf("prefilled with %v", got)
	}
	c.send(filled)
	c.proved()
	if th := newest(t, o); !strings.Contains(th, "file message.txt") {
		t.Errorf("the message is lost: %s", th)
	}
}

// TestFaultLongMessage: a message that is longer than the office's own field, but
// not than any field can be, is filed whole all the same.
func TestFaultLongMessage(t *testing.T) {
	o := mustOffice(t, bottest.Settings{Names: []string{"anna"}, Options: func(o *bot.Options) {
		o.Forms = leakForms
		o.Forms.Report = append([]bot.Question(nil), leakForms.Report...)
		o.Forms.Report[0].Max = 1000
		o.Forms.Categories = []bot.Labelled{{ID: "other", Label: bot.Words{"en": "Other"}}}
	}})
	c := newChat(t, o, "test:talker")
	c.say(strings.Repeat("word ", 300) + "the end of it")
	c.press(words.Get("said.report"))
	if got := bottest.ScreenOf(c.step).Values["q.what"]; len(got) != 1 || got[0] != words.Get("file.long-message") {
		t.Fatalf("prefilled with %v", got)
	}
	c.send(filled)
	c.proved()
	if th := newest(t, o); !strings.Contains(th, "file message.txt") {
		t.Errorf("the form says that the message is attached in full, and it is not: %s", th)
	}
}

// TestFaultUnclearIsNotCalledNotStored: a commit that may have happened must not
// be answered with "nothing was stored": it may stand in the case, and whoever
// believes that it does not writes something else instead.
func TestFaultUnclearIsNotCalledNotStored(t *testing.T) {
	st := openShelved(t).(shelved)
	s := &storetest.Faulty{Store: st, At: -1, Fault: storetest.ButStored}
	tr := newTrial(t, s, st, st.shelf)
	c := newChat(t, tr.o, "test:staff")
	c.form("report")
	c.send(url.Values{"q.what": {"x"}, "q.concerned": {"x"}, "q.category": {"other"}})
	rec := c.proved()
	claims := func(what string) {
		t.Helper()
		if strings.Contains(c.sees(), "othing was stored") || strings.Contains(c.sees(), "othing of yours was stored") {
			t.Errorf("%s was stored, and the person reads: %s", what, c.sees())
		}
	}
	strike := func() { *s = storetest.Faulty{Store: st, At: 0, Fault: storetest.ButStored} }
	c.look(rec)
	c.press(words.Get("mine.add"))
	strike()
	c.send(url.Values{"receipt": {rec}, "more": {"What was added."}})
	claims("a follow-up")
	c = newChat(t, tr.o, "test:anna")
	c.card("-")
	strike()
	c.press(words.Get("act.acknowledge"))
	claims("an acknowledgement")
	c.card("-")
	th, _ := c.papers(tr.o.Machines["anna"])
	file, err := tr.o.Machines["anna"].Sign(th, papers.Draft{Do: "answer", Text: "x"}, string(tr.o.Cases.Today()))
	if err != nil {
		t.Fatal(err)
	}
	strike()
	c.say("", file)
	claims("a signed answer")
	if m, err := tr.o.Cases.Mine(context.Background(), parsed(t, rec)); err != nil || m.Stage != cases.Acknowledged || len(m.Replies) != 1 {
		t.Errorf("not stored after all: %+v, %v", m, err)
	}
}
