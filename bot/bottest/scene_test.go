package bottest_test

import (
	"context"
	"errors"
	"net/url"
	"regexp"
	"testing"
	"time"

	"ombra/bot"
	"ombra/bot/bottest"
	"ombra/bot/say"
	"ombra/cases"
	"ombra/cases/papers"
)

// phrase finds what is written on a button or a screen.
var phrase = say.In("en")

// firstDay is when scenes begin: a Monday, after the first fixed hour.
var firstDay = time.Date(2026, 11, 23, 10, 13, 37, 0, time.UTC)

// A scene is an office on a real database, and the people in it. What a person
// cannot do in it stops the test.
type scene struct {
	t       testing.TB
	o       *bottest.Office
	dir     string
	options bot.Options
	seats   map[string]*seat
	said    *bot.Message // what a platform fetches again
}

func newScene(t testing.TB, set bottest.Settings) *scene {
	t.Helper()
	s := &scene{t: t, dir: privateDir(t), seats: map[string]*seat{}}
	if set.Start.IsZero() {
		set.Start = firstDay
	}
	more := set.Options
	set.Options = func(o *bot.Options) {
		if more != nil {
			more(o)
		}
		s.options = *o
	}
	db, shelf := open(t, s.dir)
	o, err := bottest.NewOffice(context.Background(), db, shelf, set)
	if err != nil {
		t.Fatal(err)
	}
	s.o = o
	return s
}

// A seat is a person whose every step is kept and checked.
type seat struct {
	*bottest.Direct
	t     testing.TB
	steps []bot.Step
	sent  []bot.Event
}

// seat seats an account; the same account twice is the same person.
func (s *scene) seat(account string) *seat {
	if s.seats[account] == nil {
		s.seats[account] = s.newSeat(account, s.o.Bot.Handle)
	}
	return s.seats[account]
}

// newSeat seats an account anew, as a new session of the platform would.
func (s *scene) newSeat(account string, handle bot.Handler) *seat {
	p := &seat{t: s.t}
	p.Direct = bottest.NewDirect("test:"+account, bot.Via{Name: "terminal", Exposed: true, Files: true}, func(ctx context.Context, ev bot.Event) bot.Step {
		step := handle(ctx, ev)
		p.sent, p.steps = append(p.sent, ev), append(p.steps, step)
		return step
	})
	return p
}

// must is for what a person does: it is shown in the end what was on the screen.
func (p *seat) must(err error) bottest.Screen {
	p.t.Helper()
	if err != nil {
		p.t.Fatalf("%v\n%s", err, p.Sees().Text)
	}
	return p.Sees()
}

func (p *seat) pick(verb string) bottest.Screen   { p.t.Helper(); return p.must(p.Pick(verb)) }
func (p *seat) press(label string) bottest.Screen { p.t.Helper(); return p.must(p.Press(label)) }

func (p *seat) say(text string, files ...bot.File) bottest.Screen {
	p.t.Helper()
	return p.must(p.Say(text, files...))
}

func (p *seat) fill(values url.Values, files ...bot.File) bottest.Screen {
	p.t.Helper()
	return p.must(p.Send(values, files...))
}

// last is the event that brought the present step.
func (p *seat) last() bot.Event { return p.sent[len(p.sent)-1] }

// again sends an event once more, as a double click and a redelivery do.
func (s *scene) again(ev bot.Event) bot.Step { return s.o.Bot.Handle(context.Background(), ev) }

// told is a good report, which excludes some.
func told(with ...string) url.Values {
	v := url.Values{"q.what": {"The tool hit a clinic."}, "q.concerned": {"The targeting cell"}, "q.category": {"unintended-harm"}}
	if len(with) > 0 {
		v["exclude"] = with
	}
	return v
}

// file files a report, up to the receipt, which it returns.
func (s *scene) file(account string, values url.Values, files ...bot.File) string {
	s.t.Helper()
	p := s.seat(account)
	p.pick("report")
	p.press(phrase.Get("gate.go-on"))
	return s.receiptOn(p.fill(values, files...))
}

func (s *scene) receiptOn(screen bottest.Screen) string {
	s.t.Helper()
	rec, err := bottest.ReceiptOn(screen)
	if err != nil {
		s.t.Fatalf("%v: %s", err, screen.Text)
	}
	return rec
}

// look opens a case with a receipt or a code.
func (s *scene) look(account, receipt string) bottest.Screen {
	s.t.Helper()
	p := s.seat(account)
	p.pick("case")
	return p.fill(url.Values{"receipt": {receipt}})
}

// add adds words with a receipt.
func (s *scene) add(account, receipt, more string, files ...bot.File) bottest.Screen {
	s.t.Helper()
	s.look(account, receipt)
	p := s.seat(account)
	p.press(phrase.Get("mine.add"))
	return p.fill(url.Values{"receipt": {receipt}, "more": {more}}, files...)
}

var caseOnButton = regexp.MustCompile(`^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4} `)

// held lists the buttons of cases in an ombudsman's inbox.
func (s *scene) held(name string) []string {
	s.t.Helper()
	var list []string
	for _, b := range s.seat(name).pick("inbox").Buttons {
		if caseOnButton.MatchString(b) {
			list = append(list, b)
		}
	}
	return list
}

// card opens the newest case in an ombudsman's inbox.
func (s *scene) card(name string) *seat {
	s.t.Helper()
	list := s.held(name)
	if len(list) == 0 {
		s.t.Fatalf("%s holds no case", name)
	}
	s.seat(name).press(list[0])
	return s.seat(name)
}

// thread fetches and opens the papers of the newest case.
func (s *scene) thread(name string) *papers.Thread {
	s.t.Helper()
	screen := s.card(name).press(phrase.Get("act.papers"))
	file, pass := s.fileOn(screen)
	th, err := s.o.Machines[name].Open(file, pass)
	if err != nil {
		s.t.Fatal(err)
	}
	return th
}

func (s *scene) fileOn(screen bottest.Screen) (file []byte, passcode string) {
	s.t.Helper()
	pass, err := bottest.PasscodeOn(screen)
	if err != nil {
		s.t.Fatalf("%v: %s", err, screen.Text)
	}
	if file, err = screen.File(); err != nil {
		s.t.Fatal(err)
	}
	return file, pass
}

// actFile signs a draft on papers.
func (s *scene) actFile(name string, th *papers.Thread, d papers.Draft) bot.File {
	s.t.Helper()
	f, err := s.o.Machines[name].Sign(th, d, string(s.o.Cases.Today()))
	if err != nil {
		s.t.Fatal(err)
	}
	return f
}

// holder is one of those who hold the only case.
func (s *scene) holder() string {
	s.t.Helper()
	for _, name := range []string{"anna", "bela", "chris"} {
		if len(s.held(name)) > 0 {
			return name
		}
	}
	s.t.Fatal("nobody holds a case")
	return ""
}

// typed makes an office in which ombudsmen may answer by typing.
func typed(o *cases.Office) { o.TypedReplies = true }

func (s *scene) recall(context.Context, string) (*bot.Message, error) {
	if s.said == nil {
		return nil, errors.New("no such message")
	}
	return s.said, nil
}
