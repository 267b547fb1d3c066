package bottest

import (
	"bytes"
	"net/url"
	"slices"
	"strings"

	"filippo.io/age"

	"ombra/bot"
	"ombra/cases/papers"
)

// offersHandIn requires the button of such a form where forms take files, and
// none where they do not; then the rest is skipped.
func (s *stage) offersHandIn(screen Screen, key string) {
	s.t.Helper()
	if label := words.Get(key); screen.has(label) != s.hasFormFiles() {
		s.t.Fatalf("the button %q is there: %v; forms take files: %v", label, screen.has(label), s.hasFormFiles())
	}
	s.without(FormFiles, true)
}

// refusesFile sends the form that is seen with a file that it must refuse: at the
// file stands why, and the form is there again. Nothing is done.
func (p *player) refusesFile(key string, files ...bot.File) {
	p.s.t.Helper()
	before := p.s.acts()
	screen := p.send(nil, files...)
	if !strings.Contains(squeeze(screen.Problems["files"]), squeeze(words.Get(key))) || p.s.acts() != before || !screen.Private {
		p.s.t.Fatalf("want %q at the file, got %q: %s", words.Get(key), screen.Problems["files"], screen.Text)
	}
}

// signedForm: what an ombudsman signed on her own machine is handed in through a
// form: nobody has to be able to write into the conversation to answer a case and
// to close it.
func signedForm(s *stage) {
	filer, rec := s.report("staff", nil)
	p := s.opensCard("anna")
	s.offersHandIn(p.Sees(), "hand.act")
	th := s.thread("anna")
	today := string(s.Office.Cases.Today())
	answer, err := s.Office.Machines["anna"].Sign(th, papers.Draft{Do: "answer", Text: Answered}, today)
	s.must(err)
	closing, err := s.Office.Machines["anna"].Sign(th, papers.Draft{
		Do: "close", Text: Final, Set: map[string]string{"disposition": "substantiated"}, Lessons: Learned,
	}, today)
	s.must(err)

	s.opensCard("anna").press(words.Get("hand.act"))
	p.refusesFile("refused.not-age", FileOf("act.age", []byte("I answer.")))
	p.refusesFile("refused.not-act", s.stock("A report."))
	p.send(nil, answer)
	p.sees("signed.title")
	acts := s.acts()
	if s.Again != nil && s.Lacks[Repeating] == "" {
		s.must(s.Again("anna"))
		s.settle()
		p.sees("signed.title")
	}
	if s.acts() != acts {
		s.t.Error("the same act was done again")
	}

	// Signed on papers from before the answer: a closing act rests on the last word.
	p.pick("inbox")
	p.press(words.Get("hand.act"))
	p.refusesFile("error.papers-old", closing)
	closing, err = s.Office.Machines["anna"].Sign(s.thread("anna"), papers.Draft{
		Do: "close", Text: Final, Set: map[string]string{"disposition": "substantiated"}, Lessons: Learned,
	}, today)
	s.must(err)
	p.pick("inbox")
	p.press(words.Get("hand.act"))
	p.send(nil, closing)
	p.sees("signed.title")
	if mine := filer.opens(rec); !shows(mine, Answered) || !shows(mine, Final) || !shows(mine, "signed by anna") || !shows(mine, words.Get("stage.closed")) {
		s.t.Errorf("the filer sees: %s", mine.Text)
	}
}

// stock is a bare age file for everybody on the roster but chris.
func (s *stage) stock(text string) bot.File {
	s.t.Helper()
	list := ""
	for name, m := range s.Office.Machines {
		if name != "chris" {
			list += m.Identity.Recipient().String() + "\n"
		}
	}
	to, err := age.ParseRecipients(strings.NewReader(list))
	s.must(err)
	var sealed bytes.Buffer
	w, err := age.Encrypt(&sealed, to...)
	s.must(err)
	_, err = w.Write([]byte(text))
	s.must(err)
	s.must(w.Close())
	return FileOf("letter.age", sealed.Bytes())
}

// sealedForm: a file that was sealed on the filer's own device is handed in
// through a form, behind law 7.
func sealedForm(s *stage) {
	p := s.player("sealer")
	s.offersHandIn(p.pick("report"), "hand.sealed")
	if gate := p.Sees(); !shows(gate, words.Get("platform."+s.Via.Name)) || !shows(gate, "Call 112.") {
		s.t.Errorf("what the platform sees is not said first: %s", gate.Text)
	}
	p.press(words.Get("hand.sealed"))
	p.refusesFile("refused.not-age", FileOf("report.age", []byte("I saw it.")))
	device, err := s.Office.Device()
	s.must(err)
	rec, sealed, err := device.Seal(papers.Filing{Kind: "report", Words: SealedBy, Exclude: []string{"chris"}}, string(s.Office.Cases.Today()))
	s.must(err)
	screen := p.send(nil, FileOf("letter.age", sealed.File))
	for name, sum := range sealed.Sums {
		if name != "own.age" && !shows(screen, name+" "+sum) {
			s.t.Errorf("the hash of %s is not shown: %s", name, screen.Text)
		}
	}
	if screen := p.opens(rec.Symbols()); !shows(screen, words.Get("stage.received")) {
		s.t.Errorf("the receipt that the device made opens: %s", screen.Text)
	}
	if th := s.thread("anna"); !has(th, SealedBy) {
		s.t.Error("anna cannot read it")
	}
	s.bareForm()
}

// bareForm: a bare age file has no receipt and names no exclusions: both come with
// the form, which loses neither when it comes back.
func (s *stage) bareForm() {
	p := s.player("claimant")
	p.pick("redress")
	p.press(words.Get("hand.sealed"))
	p.send(url.Values{"exclude": {"chris"}}, FileOf("letter.age", []byte("Eleven days.")))
	p.kept("exclude", "chris")
	p.send(nil, s.stock("Eleven days."))
	rec := p.receipt()
	if screen := p.opens(rec); !shows(screen, words.Get("kind.redress")) {
		s.t.Errorf("the receipt opens: %s", screen.Text)
	}
	th, err := s.papers("anna", words.Get("kind.redress"))
	s.must(err)
	if !has(th, "Eleven days.") || !slices.Equal(th.Excluded, []string{"chris"}) || len(s.holds("chris")) > 0 {
		s.t.Errorf("excluded %q, and chris holds %q", th.Excluded, s.holds("chris"))
	}
}
