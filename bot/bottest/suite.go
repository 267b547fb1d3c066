package bottest

import (
	"context"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"ombra/bot"
)

// Means are what a World can do beyond its story. [Run] needs each of them, or
// to be told why it is lacking.
type Means struct {
	Via bot.Via // what the platform's events come through
	// Notices are what somebody was told without having asked, oldest first.
	Notices func(account string) []Screen
	// Notify tells a notice through the platform's own Tell.
	Notify func(account, key string, s bot.Step) error
	// Again does the last thing of somebody once more, as a double click and a
	// redelivery do.
	Again func(account string) error
	// Reach presses, as somebody, a button that another one sees.
	Reach func(account, owner, label string) error
	// Bare leaves somebody without private means for the next step.
	Bare func(account string)
	// Lacks says what the platform cannot do, and why.
	Lacks map[Ability]string
}

// Ability is something that a platform may lack.
type Ability string

// The abilities.
const (
	FormFiles Ability = "files in a form"
	Telling   Ability = "notices"
	Repeating Ability = "doing the same thing twice"
	Reaching  Ability = "pressing a button of another person"
	Covering  Ability = "running out of private means"
)

// Run is what every adapter passes: each part opens a world of its own, and does
// in it what people do. It asks for nothing that only a fake could show.
func Run(t *testing.T, open func(t *testing.T) *World) {
	for _, part := range []struct {
		name string
		play func(*stage)
	}{
		{"the story", func(s *stage) { s.must(Story(context.Background(), s.World)) }},
		{"law 7 comes first", lawSeven},
		{"a form comes back", formComesBack},
		{"a mistyped receipt keeps the rest", restIsKept},
		{"an expired form", expiredForm},
		{"every kind of field", everyKind},
		{"long text arrives whole", longText},
		{"a long quote arrives whole", longQuote},
		{"hostile words", hostileWords},
		{"what is said is offered the form", saidIsOffered},
		{"a receipt that was said", saidReceipt},
		{"files both ways", filesBothWays},
		{"files that were said", saidFiles},
		{"a cover leads back", covers},
		{"a button of another person", anothersButton},
		{"the same again", sameAgain},
		{"notices", noticesOnce},
		{"changed since a look", changedSince},
		{"a signed file through a form", signedForm},
		{"a sealed file through a form", sealedForm},
	} {
		t.Run(part.name, func(t *testing.T) { part.play(newStage(t, open(t))) })
	}
}

// A stage is a world in which what cannot be done ends the test.
type stage struct {
	*World
	t     *testing.T
	plain func(account string) Person // as the world seats them
	typed map[string]bool             // words that must stand in no message of the bot's
}

func newStage(t *testing.T, w *World) *stage {
	t.Helper()
	s := &stage{World: w, t: t, plain: w.Seat, typed: map[string]bool{}}
	s.note(url.Values{"": {Words, Evidence, Proof, Answered, SealedBy, Wanted, Final, Learned}})
	if w.Tell == nil {
		w.Tell = func(string, string) {}
	}
	w.Receipts, w.Papers = map[string]string{}, map[string]Kept{}
	w.Seat = func(account string) Person { return &watched{s, s.plain(account)} }
	return s
}

func (s *stage) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// without skips the rest where an ability is lacking; has says whether there is
// one. An ability that is neither there nor lacking fails.
func (s *stage) without(a Ability, has bool) {
	s.t.Helper()
	why, lacking := s.Lacks[a]
	switch {
	case lacking:
		s.t.Skipf("lacking: %s: %s", a, why)
	case !has:
		s.t.Fatalf("%s: neither there nor declared as lacking", a)
	}
}

// watched is a person over whose shoulder the suite looks: whatever is shown by
// a kept means must be fit for it, and nothing that is shown may do harm.
type watched struct {
	s *stage
	Person
}

func (p *watched) Pick(verb string) error { return p.then(p.Person.Pick(verb)) }

func (p *watched) Press(label string) error { return p.then(p.Person.Press(label)) }

func (p *watched) Say(text string, files ...bot.File) error {
	return p.then(p.Person.Say(text, files...))
}

func (p *watched) Send(values url.Values, fs ...bot.File) error {
	p.s.note(values)
	return p.then(p.Person.Send(values, fs...))
}

// then looks at what came of it, and follows a cover to what it covers.
func (p *watched) then(err error) error {
	if err != nil {
		return err
	}
	p.s.settle()
	screen := p.Sees()
	p.s.look(screen)
	switch {
	case isCover(screen):
		return p.Press(screen.Buttons[0])
	case !screen.Private && !shows(screen, words.Get("home.title")):
		p.s.t.Errorf("neither home nor a cover, and it stands in a message: %s", screen.Text)
	}
	return nil
}

func isCover(screen Screen) bool {
	return len(screen.Buttons) == 1 && shows(screen, words.Get("cover.text"))
}

// note remembers what is typed into forms.
func (s *stage) note(values url.Values) {
	for _, list := range values {
		for _, v := range list {
			if len(v) >= 12 {
				s.typed[squeeze(v)] = true
			}
		}
	}
}

var caseShape = regexp.MustCompile(`\b[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}\b`)

// look holds a screen to the rule of privacy.
func (s *stage) look(screen Screen) {
	s.t.Helper()
	if len(screen.Harm) > 0 {
		s.t.Errorf("it does harm: %q\n%s", screen.Harm, screen.Text)
	}
	if screen.Private {
		return
	}
	all := screen.Text + "\n" + strings.Join(screen.Buttons, "\n")
	for what, shape := range map[string]*regexp.Regexp{"a receipt": receiptShape, "a passcode": passcodeShape, "a case": caseShape} {
		if shape.MatchString(all) {
			s.t.Errorf("%s stands in a message: %s", what, all)
		}
	}
	if len(screen.Fields) > 0 {
		s.t.Errorf("a form stands in a message: %s", all)
	}
	for typed := range s.typed {
		if strings.Contains(squeeze(all), typed) {
			s.t.Errorf("typed words stand in a message: %s", all)
		}
	}
}

// shows compares as an eye does: wherever lines are broken, and however bold is
// drawn.
func shows(screen Screen, text string) bool {
	return strings.Contains(squeeze(screen.Text), squeeze(text))
}

func squeeze(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '*' || unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text)
}

// A player is somebody on the stage. Each act returns what is seen then.
type player struct {
	*watched
	account string
}

func (s *stage) player(account string) *player {
	return &player{&watched{s, s.plain(account)}, account}
}

func (p *player) does(err error) Screen {
	p.s.t.Helper()
	if err != nil {
		p.s.t.Fatalf("%v\n%s", err, p.Sees().Text)
	}
	return p.Sees()
}

func (p *player) pick(verb string) Screen   { p.s.t.Helper(); return p.does(p.Pick(verb)) }
func (p *player) press(label string) Screen { p.s.t.Helper(); return p.does(p.Press(label)) }

func (p *player) say(text string, files ...bot.File) Screen {
	p.s.t.Helper()
	return p.does(p.Say(text, files...))
}

func (p *player) send(values url.Values, files ...bot.File) Screen {
	p.s.t.Helper()
	return p.does(p.Send(values, files...))
}

// sees requires a phrase of the catalog on the screen, at once or a little later:
// a busy machine may show a window when its sender has stopped waiting.
func (p *player) sees(key string) {
	p.s.t.Helper()
	if !p.s.soon(func() bool { return shows(p.Sees(), words.Get(key)) }) {
		p.s.t.Fatalf("want %q, got: %s", words.Get(key), p.Sees().Text)
	}
}

// form goes from a verb to its form.
func (p *player) form(verb string) Screen {
	p.s.t.Helper()
	p.pick(verb)
	return p.press(words.Get("gate.go-on"))
}

// receipt copies the receipt that is shown.
func (p *player) receipt() string {
	p.s.t.Helper()
	var rec string
	var err error
	if !p.s.soon(func() bool { rec, err = ReceiptOn(p.Sees()); return err == nil }) {
		p.s.t.Fatalf("%v: %s", err, p.Sees().Text)
	}
	return rec
}

// opens opens a case with its receipt.
func (p *player) opens(rec string) Screen {
	p.s.t.Helper()
	p.pick("case")
	return p.send(url.Values{"receipt": {rec}})
}

// has reports whether a button is there.
func (s Screen) has(label string) bool { return slices.Contains(s.Buttons, label) }
