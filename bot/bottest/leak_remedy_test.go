package bottest_test

import (
	"bytes"
	"net/url"
	"slices"

	"ombra/bot/bottest"
	"ombra/cases/papers"
)

// remedies takes a remedy through its whole ledger, with a canary in all that
// ombudsman and filer write.
func (l *leak) remedies() {
	c := l.seat("a claimant of a remedy")
	c.form("redress")
	c.send(l.fill(c, "a claim"))
	rec := c.proved()
	who := slices.IndexFunc([]string{"anna", "bela", "dora", "chris"}, func(name string) bool { return l.newest(name) })
	name := []string{"anna", "bela", "dora", "chris"}[who]
	m, o := l.Machines[name], l.seat(name)
	sign := func(do string, set map[string]string) {
		o.card(l.inbox(name)[0][:9])
		o.sign(l.Office, m, papers.Draft{Do: do, Text: l.text("words of " + do), Set: set, Files: []papers.Attachment{
			{Name: l.Plant("name of a file of " + do), Data: bytes.Repeat([]byte(l.Plant("a file of "+do)), 9000)},
		}})
	}
	answer := func(button, do string) {
		c.look(rec)
		c.press(words.Get(button, "number", "1"))
		v := l.fill(c, "an answer to a remedy")
		v.Set("answer", l.text("an answer that is none"))
		v.Set("receipt", rec)
		c.send(v)
		c.expect("field.choice")
		v.Set("answer", do)
		l.storeSays()
		c.send(v)
		c.expect("error.unavailable")
		c.send(v)
		c.expect("mine.title")
	}
	one, due := map[string]string{"remedy": "1"}, map[string]string{"remedy": "1", "due": string(l.Cases.Today().Add(9))}
	sign("recommend", map[string]string{"form": "satisfaction", "due": string(l.Cases.Today())})
	sign("agreed", one)
	sign("offer", due)
	answer("remedy.button-accept", "contest")
	sign("offer", due)
	answer("remedy.button-accept", "accept")
	sign("delivered", one)
	answer("remedy.button-confirm", "missing")
	sign("delivered", one)
	answer("remedy.button-confirm", "confirm")
	sign("recommend", map[string]string{"form": "non-repetition", "due": string(l.Cases.Today())})
	sign("refused", map[string]string{"remedy": "2"})
	c.press(words.Get("mine.files"))
	c.send(url.Values{"receipt": {rec}})
}

// newest says whether somebody's newest case is a redress request that nobody
// has acknowledged.
func (l *leak) newest(name string) bool {
	list := l.inbox(name)
	return len(list) > 0 && bottest.Screen{Text: list[0]}.Has(words.Get("kind.redress")) && bottest.Screen{Text: list[0]}.Has(words.Get("stage.received"))
}
