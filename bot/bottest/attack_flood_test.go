package bottest_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"ombra/bot"
	"ombra/bot/bottest"
)

// slow is an office that throttles as one in life does.
func slow(t *testing.T, each, all float64) *scene {
	t.Helper()
	return newScene(t, bottest.Settings{Options: func(o *bot.Options) { o.PerAccount, o.OverAll = each, all }})
}

func throttled(screen bottest.Screen) bool { return screen.Has(phrase.Get("error.throttled")) }

// TestAttackLockoutByNewSession: a script tries receipts, is throttled, and
// begins a new session to try on. The bucket belongs to the account, so a new
// session escapes nothing; and it fills again by itself, so that nobody is
// locked out for good.
func TestAttackLockoutByNewSession(t *testing.T) {
	s := slow(t, 0.5, 1000)
	tries := 0
	for p := s.seat("mallory"); tries < 100; tries++ {
		if throttled(p.pick("case")) {
			break
		}
	}
	if tries < 10 || tries > 40 {
		t.Fatalf("throttled after %d tries", tries)
	}
	for range 3 {
		p := s.newSeat("mallory", s.o.Bot.Handle)
		for _, try := range []func() error{
			func() error { return p.Pick("case") },
			func() error { return p.Pick("") },
			func() error { return p.Say("hello") },
		} {
			if err := try(); err != nil || !throttled(p.Sees()) {
				t.Errorf("a new session is answered: %v %s", err, p.Sees().Text)
			}
		}
	}
	s.o.Pass(3 * time.Second)
	if throttled(s.seat("mallory").pick("case")) {
		t.Error("locked out for good")
	}
}

// TestAttackLockoutOfTheVictim: a stranger hammers, with wrong receipts and with
// the victim's own if he has seen its code, so that the victim cannot get in. He
// empties his own bucket and nobody else's, nor the one of all together.
func TestAttackLockoutOfTheVictim(t *testing.T) {
	s := slow(t, 1, 200)
	rec := s.file("victim", told())
	for range 3000 {
		s.seat("mallory").pick("case")
	}
	if !throttled(s.seat("mallory").Sees()) {
		t.Fatal("nobody throttles him")
	}
	if screen := s.look("victim", rec); !screen.Has(phrase.Get("stage.received")) {
		t.Errorf("the victim is locked out: %s", screen.Text)
	}
	for i := range 20 {
		if throttled(s.seat(fmt.Sprintf("other-%d", i)).pick("report")) {
			t.Fatal("others are locked out")
		}
	}
}

// TestAttackFlood: many accounts at once. There is one budget over all, which
// holds, is said in words, stores nothing, and is there again a moment later.
func TestAttackFlood(t *testing.T) {
	s := slow(t, 1, 20)
	size, refused := s.size(), 0
	for i := range 200 {
		if throttled(s.seat(fmt.Sprintf("bot-%d", i)).pick("help")) {
			refused++
		}
	}
	if refused < 150 {
		t.Errorf("%d of 200 refused", refused)
	}
	s.grew(size, 0, "a flood")
	s.o.Pass(10 * time.Second)
	if s.file("late", told()) == "" {
		t.Error("nobody can file any more")
	}
}

// TestAttackFloodLosesWords: whoever is throttled while sending a report has it
// given back whole, and the receipt that was typed beside it is not shown.
func TestAttackFloodLosesWords(t *testing.T) {
	s := slow(t, 0.2, 1000)
	rec := s.file("staff", told())
	p := s.seat("staff")
	s.o.Pass(time.Hour)
	s.look("staff", rec)
	p.press(phrase.Get("mine.add"))
	form := p.Step()
	for !throttled(p.pick("help")) {
	}
	size := s.size()
	step := s.again(bot.Event{
		From: bot.NewAccount("test:staff"), Via: bot.Via{Name: "terminal", Files: true}, Token: form.Token, Form: true,
		Values: url.Values{"receipt": {rec}, "more": {"three o'clock, the second gate"}},
	})
	if !strings.Contains(step.Quote, "three o'clock, the second gate") || strings.Contains(bare(step), rec) || step.Check() != nil {
		t.Errorf("%s", bare(step))
	}
	s.grew(size, 0, "a throttled form")
}

// TestAttackLongWordsCut: a long report cannot be sent right now, or its form
// has died meanwhile. All of it is given back, not only what fits one message.
func TestAttackLongWordsCut(t *testing.T) {
	questions := []bot.Question{}
	for i := range 6 {
		questions = append(questions, bot.Question{ID: fmt.Sprintf("part%d", i), Kind: bot.Text, Max: 3000, Label: bot.Words{"en": "Tell"}})
	}
	s := newScene(t, bottest.Settings{Options: func(o *bot.Options) {
		o.Forms = bot.Forms{ID: "long/1", Report: questions, Redress: questions, Categories: o.Forms.Categories}
	}})
	p := s.seat("staff")
	p.pick("report")
	p.press(phrase.Get("gate.go-on"))
	values := url.Values{"danger": {"no"}}
	for _, q := range questions {
		values["q."+q.ID] = []string{strings.Repeat("word ", 590) + "end of " + q.ID}
	}
	step := s.again(bot.Event{From: bot.NewAccount("test:staff"), Via: bot.Via{Name: "terminal", Files: true}, Token: "dead", Form: true, Values: values})
	shown := bare(step)
	for _, q := range questions {
		if !strings.Contains(shown, "end of "+q.ID) {
			t.Errorf("the words of %s are lost", q.ID)
		}
	}
}

// TestAttackAnonymousCommand: bots call a command anonymous while the platform
// knows who typed it. This one says before anything can be typed that the
// platform sees the account, takes no words with a verb, and has no account in
// its database.
func TestAttackAnonymousCommand(t *testing.T) {
	s := newScene(t, bottest.Settings{})
	p := s.seat("carol-4711")
	home := p.pick("")
	if !home.Has(phrase.Get("platform.terminal")) || len(home.Fields) > 0 || home.Private {
		t.Errorf("home: %+v", home)
	}
	for _, verb := range []string{"report", "redress"} {
		gate := p.pick(verb)
		if !gate.Has(phrase.Get("platform.terminal")) || !gate.Has("cleared route") || !gate.Has("Call 112.") || len(gate.Fields) > 0 {
			t.Errorf("%s asks before it tells: %s", verb, gate.Text)
		}
	}
	size := s.size()
	for _, typed := range []string{"report the tool hit a clinic", "REPORT", "anonymous", "report\nThe tool hit"} {
		step := s.again(bot.Event{From: bot.NewAccount("test:carol-4711"), Via: bot.Via{Name: "terminal", Files: true}, Verb: typed})
		if step.IsForm() || strings.Contains(bare(step), "clinic") {
			t.Errorf("%q: %s", typed, bare(step))
		}
	}
	if screen := p.say("The tool hit a clinic in Zaunheim."); !screen.Has(phrase.Get("said.kept")) || screen.Has("Zaunheim") {
		t.Errorf("what is said is taken for filed: %s", screen.Text)
	}
	s.grew(size, 0, "words in the conversation")
	s.file("carol-4711", told())
	s.lacks("the account", []byte("carol-4711"))
	if text, _ := s.o.Tokens.Read(); strings.Contains(string(text), "carol") {
		t.Error("the account stands beside the token keys")
	}
}

// TestAttackNobodyThere: an office in which nobody can read must not take a
// report and let it lie. With nobody proved nothing is filed, by no road; with
// everybody excluded the form comes back whole, with whom else to turn to.
func TestAttackNobodyThere(t *testing.T) {
	s := newScene(t, bottest.Settings{})
	p := s.seat("staff")
	p.pick("report")
	p.press(phrase.Get("gate.go-on"))
	size := s.size()
	screen := p.fill(told("anna", "bela", "chris"))
	if !screen.Has(phrase.Get("error.nobody")) || !screen.Has("Parliamentary Ombudsman") || screen.Values.Get("q.what") != "The tool hit a clinic." {
		t.Errorf("%s", screen.Text)
	}
	s.grew(size, 0, "a report for nobody")
	form := p.last()
	s.o.Pass(1500 * 24 * time.Hour) // every mandate is over
	for _, verb := range []string{"report", "redress"} {
		if screen := p.pick(verb); !screen.Has(phrase.Get("closed.text")) || !screen.Has("Parliamentary Ombudsman") {
			t.Errorf("%s: %s", verb, screen.Text)
		}
	}
	if screen := p.say("hello, I saw something"); !screen.Has(phrase.Get("closed.text")) {
		t.Errorf("%s", screen.Text)
	}
	if step := s.again(form); !strings.Contains(bare(step), "The tool hit a clinic.") {
		t.Errorf("%s", bare(step))
	}
	if _, err := s.o.Cases.Desk("anna"); err == nil {
		t.Error("a mandate that is over opens the desk")
	}
	if screen := s.seat("anna").pick("inbox"); !screen.Has("Your mandate ended on 2029-08-19") || len(screen.Buttons) != 2 || strings.Contains(strings.Join(screen.Buttons, "\n"), " · ") {
		t.Errorf("%s %q", screen.Text, screen.Buttons)
	}
	s.grew(size, 0, "an office without anybody")
}
