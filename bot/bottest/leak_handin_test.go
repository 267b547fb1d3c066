package bottest_test

import (
	"net/url"

	"ombra/bot/bottest"
	"ombra/cases/papers"
)

// handers hand the same kinds of files in through a form: at first one that cannot
// be fetched, one that is none, and when the store fails.
func (l *leak) handers(d bottest.Device, stock []byte) {
	c := l.seat("somebody who hands in")
	rec, s, err := d.Seal(papers.Filing{Kind: "report", Words: l.text("words sealed for a form"), Exclude: []string{"dora"}}, string(l.Cases.Today()))
	if err != nil {
		l.Fatal(err)
	}
	l.receipt(rec.Symbols())
	c.pick("redress")
	form := c.press(words.Get("hand.sealed"))
	v := url.Values{"exclude": {"dora"}}
	c.sendOn(form, v, l.badFile("a sealed file that cannot be fetched", false))
	c.expect("error.file-fetch")
	c.sendOn(form, v, l.badFile("a sealed file that panics", true))
	c.expect("error.internal")
	c.sendOn(form, url.Values{"exclude": {l.text("no name in a form for files")}}, bottest.FileOf("x.age", stock))
	c.expect("field.choice")
	c.sendOn(form, v, bottest.FileOf(l.Plant("name of a file that is not sealed"), []byte(l.text("words that are not sealed"))))
	c.expect("refused.not-age")
	l.storeSays()
	c.sendOn(form, v, bottest.FileOf(l.Plant("name of a bare file in a form")+".age", stock))
	c.expect("error.unavailable")
	c.sendOn(form, v, bottest.FileOf(l.Plant("name of a bare file in a form, again")+".age", stock))
	c.proved()
	c.pick("report")
	c.press(words.Get("hand.sealed"))
	c.send(v, bottest.FileOf(l.Plant("name of a sealed file in a form")+".age", s.File))
	c.expect("sealed.done-title")
}

// handsIn hands in what was signed through a form, when the store fails and again.
func (l *leak) handsIn(c *chat, m *bottest.Machine, d papers.Draft) {
	card := c.step
	th, _ := c.papers(m)
	file, err := m.Sign(th, d, string(l.Cases.Today()))
	if err != nil {
		l.Fatal(err)
	}
	file.Name = l.Plant("name of a signed file in a form") + ".age"
	c.pressOn(card, words.Get("hand.act"))
	c.send(nil, l.badFile("a signed file that cannot be fetched", false))
	c.expect("error.file-fetch")
	l.storeSays()
	c.send(nil, file)
	c.expect("error.unavailable")
	c.send(nil, file)
	c.expect("signed.title")
}
