package bottest_test

import (
	"context"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ombra/bot"
	"ombra/bot/bottest"
	"ombra/cases/papers"
)

var (
	receiptShaped  = regexp.MustCompile(`[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){6}`)
	passcodeShaped = regexp.MustCompile(`[0-9a-hjkmnp-tv-z]{5}(-[0-9a-hjkmnp-tv-z]{5}){5}`)
)

// secret names what on a step must not be lost and not stand in a conversation, or
// "". What a person typed and gets back is in their hand already.
func secret(step bot.Step) string {
	fields := step.Fields
	step.Fields = nil // the values of a form are the person's own
	text := bare(step)
	step.Fields = fields
	switch {
	case receiptShaped.MatchString(text):
		return "a receipt"
	case passcodeShaped.MatchString(text):
		return "a passcode"
	case len(step.Files) > 0:
		return "a file"
	case caseShaped.MatchString(text):
		return "the id of a case"
	case step.Quote != "" && step.Title != phrase.Get("sorry.title") && step.Title != phrase.Get("lost.title"):
		return "words"
	}
	return ""
}

// checkSteps holds every step that anybody saw to the rules of all platforms, and
// to the privacy of its means.
func (s *scene) checkSteps() (steps, covered int) {
	s.t.Helper()
	for _, who := range slices.Sorted(maps.Keys(s.seats)) {
		for i, step := range s.seats[who].steps {
			steps++
			if err := step.Check(); err != nil {
				s.t.Errorf("%s: %v: %.200s", who, err, bare(step))
			}
			what := secret(step)
			if what != "" && step.Kept {
				s.t.Errorf("%s: %s may be kept: %.200s", who, what, bare(step))
			}
			if what != "" && step.Cover == nil {
				s.t.Errorf("%s: %s without a cover: %.200s", who, what, bare(step))
			}
			if step.Cover == nil {
				continue
			}
			covered++
			if what := secret(*step.Cover); what != "" {
				s.t.Errorf("%s: a cover shows %s", who, what)
			}
			b := step.Cover.Buttons[0]
			back := s.again(bot.Event{From: bot.NewAccount("test:" + who), Via: bot.Via{Name: "terminal", Files: true}, Verb: b.Verb, Token: b.Token, Recall: s.seats[who].sent[i].Recall})
			if back.Check() != nil || back.Title == phrase.Get("lost.title") || back.Title == phrase.Get("sorry.title") {
				s.t.Errorf("%s: the cover of %q leads to %.200s", who, step.Title, bare(back))
			}
		}
	}
	return steps, covered
}

// TestStepsOfTheStory: every step that anybody is shown in the whole story fits
// every platform, and every private one with a secret has a cover that gives
// nothing away and leads back.
func TestStepsOfTheStory(t *testing.T) {
	s := newScene(t, bottest.Settings{})
	w := &bottest.World{Office: s.o, Seat: func(account string) bottest.Person { return s.seat(account) }}
	if err := bottest.Story(context.Background(), w); err != nil {
		t.Error(err) // what was shown until then is checked all the same
	}
	if steps, covered := s.checkSteps(); steps < 60 || covered < 20 {
		t.Errorf("%d steps, %d with a cover", steps, covered)
	}
}

// TestStepsBesideTheStory: the same for what the story does not come to.
func TestStepsBesideTheStory(t *testing.T) {
	s := newScene(t, bottest.Settings{Names: []string{"anna", "bela", "chris"}, Backstop: "court", Change: typed})
	rec := s.file("staff", told(), bottest.FileOf("a.txt", []byte("a")))
	staff := s.seat("staff")
	for _, verb := range []string{"", "help", "privacy", "roster", "report", "redress", "case", "inbox", "nonsense"} {
		staff.pick(verb)
		s.seat("anna").pick(verb)
	}
	staff.say(rec)
	staff.say("I saw something")
	staff.press(phrase.Get("said.report"))
	staff.fill(told("anna", "bela", "chris", "court"))
	staff.say("", bottest.FileOf("x.age", []byte("nonsense")))
	staff.say("-----BEGIN AGE ENCRYPTED FILE-----\nnonsense\n-----END AGE ENCRYPTED FILE-----")
	name := s.holder()
	for _, act := range []string{"acknowledge", "wait", "resume", "lead", "papers"} {
		s.card(name).press(phrase.Get("act." + act))
	}
	for _, act := range []string{"answer", "ask"} {
		s.card(name).press(phrase.Get("act." + act))
		s.seat(name).fill(url.Values{"reply": {strings.Repeat("long words ", 250)}})
	}
	for range 4 { // more than fits one screen
		s.seat(name).say("", s.actFile(name, s.thread(name), papers.Draft{
			Do: "answer", Text: strings.Repeat("long words ", 2000), Files: []papers.Attachment{{Name: "a.txt", Data: []byte("a")}},
		}))
	}
	if screen := s.look("staff", rec); !screen.Has(phrase.Get("mine.more-in-files")) {
		t.Errorf("all of it fits: %d", len(screen.Text))
	}
	staff.press(phrase.Get("mine.files"))
	staff.fill(url.Values{"receipt": {rec}})
	for range 24 {
		s.file("many", told("chris"))
	}
	anna := s.seat("anna")
	anna.pick("inbox")
	anna.press(phrase.Get("inbox.older"))
	anna.press(phrase.Get("inbox.newer"))
	if steps, covered := s.checkSteps(); steps < 60 || covered < 20 {
		t.Errorf("%d steps, %d with a cover", steps, covered)
	}
}
