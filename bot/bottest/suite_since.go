package bottest

import (
	"net/url"
	"strings"
	"time"

	"ombra/cases/papers"
)

// changedSince: who says when they last looked sees what is new since, and whoever
// says nothing is asked nothing more.
func changedSince(s *stage) {
	p, rec := s.report("staff", nil)
	s.answers("anna", papers.Draft{Text: "The first answer."})
	s.Office.Pass(72 * time.Hour)
	s.answers("anna", papers.Draft{Text: "The second answer."})
	mark, last := words.Get("since.mark"), string(s.Office.Cases.Today().Add(-1))
	if plain := p.opens(rec); strings.Contains(plain.Text, mark) || !shows(plain, "The first answer.") {
		s.t.Errorf("without a day: %s", plain.Text)
	}
	p.pick("case")
	p.send(url.Values{"receipt": {rec}, "since": {last}})
	p.sees("mine.title")
	text := p.Sees().Text
	if !shows(p.Sees(), words.Get("since.label", "day", last)) || !shows(p.Sees(), words.Get("since.answer", "number", "1")) {
		s.t.Errorf("what is new is not said: %s", text)
	}
	at, second, first := strings.Index(text, mark), strings.Index(text, "The second answer."), strings.Index(text, "The first answer.")
	if strings.Count(text, mark) != 1 || at < 0 || at > second || second > first {
		s.t.Errorf("the newer answer is not marked, or the older one is: %s", text)
	}
}
