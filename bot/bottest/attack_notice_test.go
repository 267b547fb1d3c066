package bottest_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ombra/bot"
	"ombra/bot/bottest"
	"ombra/cases"
)

// A postbox is a platform that keeps what it is told.
type postbox struct {
	s *scene

	mu   sync.Mutex
	told []notice // guarded by mu
}

// notice is one notice, as the platform sees it.
type notice struct{ to, key, step, when string }

var _ bot.Platform = (*postbox)(nil)

// Tell implements bot.Platform.
func (p *postbox) Tell(_ context.Context, to bot.Account, key string, step bot.Step) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := step.Check(); err != nil || !step.Kept {
		p.s.t.Errorf("a notice that a platform cannot keep: %v", err)
	}
	p.told = append(p.told, notice{to.Reveal(), key, bare(step), p.s.o.Now().Format("2006-01-02 15h")})
	return nil
}

// Check implements bot.Platform.
func (p *postbox) Check(context.Context) []bot.Finding { return nil }

// deliver tells what is due now, and returns it.
func (p *postbox) deliver() []notice {
	p.s.t.Helper()
	p.mu.Lock()
	p.told = nil
	p.mu.Unlock()
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	due := func() []cases.Notice {
		list, err := p.s.o.Cases.Notices(ctx)
		if err != nil {
			p.s.t.Fatal(err)
		}
		return list
	}
	if len(due()) > 0 {
		done := make(chan struct{})
		go func() { p.s.o.Bot.Deliver(ctx); close(done) }()
		for until := time.After(10 * time.Second); len(due()) > 0; {
			select {
			case <-until:
				p.s.t.Fatal("notices are not told")
			case <-time.After(time.Millisecond):
			}
		}
		stop()
		<-done
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	list := slices.Clone(p.told)
	slices.SortFunc(list, func(a, b notice) int { return strings.Compare(a.to, b.to) })
	return list
}

// noticed is an office whose notices are kept.
func noticed(t *testing.T) (*scene, *postbox) {
	t.Helper()
	p := &postbox{}
	s := newScene(t, bottest.Settings{Options: func(o *bot.Options) { o.Platforms = map[string]bot.Platform{"test": p} }})
	p.s = s
	return s, p
}

// day moves the clock hour by hour and returns what was told, by hour.
func (p *postbox) day() (list []notice) {
	for range 24 {
		p.s.o.Pass(time.Hour)
		list = append(list, p.deliver()...)
	}
	return list
}

// TestAttackNoticeDatesTheFiler: an employer who sees the ombudsmen's messages
// compares their times with who was at a desk. Whenever on a day somebody files,
// adds or is answered, the notice comes at the first fixed hour of the next day,
// one for each who holds a case, however many there are.
func TestAttackNoticeDatesTheFiler(t *testing.T) {
	var seen []string
	for _, hour := range []int{0, 1, 6, 9, 13, 22} { // after ten o'clock
		s, p := noticed(t)
		s.o.Pass(time.Duration(hour) * time.Hour)
		rec := s.file("staff", told("chris"))
		if got := p.deliver(); len(got) != 0 {
			t.Errorf("told at once: %v", got)
		}
		if hour == 6 { // a busy day looks like any other
			s.add("staff", rec, "more")
			s.file("two", told("chris"))
			s.file("three", told("chris"))
		}
		next := s.o.Now().AddDate(0, 0, 1).Format(time.DateOnly) + " 09h"
		var all []string
		for _, n := range append(p.day(), p.day()...) {
			all = append(all, n.to+" "+n.step)
			if n.when != next {
				t.Errorf("filed %d hours later: told %s, not %s", hour, n.when, next)
			}
		}
		seen = append(seen, strings.Join(all, "\n"))
		if len(all) != 2 || !strings.HasPrefix(all[0], "test:anna") || !strings.HasPrefix(all[1], "test:bela") {
			t.Errorf("filed %d hours later: %q", hour, all)
		}
	}
	if len(slices.Compact(seen)) != 1 {
		t.Error("the notices of two days can be told apart")
	}
}

// TestAttackNoticeContent: platforms keep notices, and send them on as mail. They
// hold no id, kind or word of a case, of whichever it is, and their keys are random.
func TestAttackNoticeContent(t *testing.T) {
	s, p := noticed(t)
	v := told("chris")
	s.file("one", v)
	ids := []string{string(s.heldID("anna"))}
	p.day()
	s.pressThrough("two", "redress")
	ids = append(ids, string(s.heldID(s.holder())))
	texts, keys := map[string]bool{}, map[string]bool{}
	for _, n := range p.day() {
		texts[n.step] = true
		if keys[n.key] || len(n.key) < 16 {
			t.Errorf("key %q", n.key)
		}
		keys[n.key] = true
		for _, word := range append(ids, "redress", "Redress", "report", "clinic", "staff", "one", "two") {
			if strings.Contains(strings.ReplaceAll(n.step, "someone", ""), word) && !strings.Contains(phrase.Get("notice.news")+phrase.Get("test.banner"), word) {
				t.Errorf("a notice says %q: %s", word, n.step)
			}
		}
	}
	if len(texts) != 1 {
		t.Errorf("%d kinds of notice", len(texts))
	}
}

// pressThrough files a redress request.
func (s *scene) pressThrough(account, verb string) string {
	s.t.Helper()
	p := s.seat(account)
	p.pick(verb)
	p.press(phrase.Get("gate.go-on"))
	v := told()
	delete(v, "q.concerned")
	v["q.remedies"] = []string{"restitution"}
	return s.receiptOn(p.fill(v))
}

// TestAttackUrgentNotice: a notice at once can be linked to the filer by its time.
// It goes out only with the filer's consent, which says so, and to those drawn
// alone, after the exclusions are known; without consent danger makes no hurry.
func TestAttackUrgentNotice(t *testing.T) {
	for consent, want := range map[string]int{"no": 0, "yes": 0, "notify": 2} {
		s, p := noticed(t)
		v := told("chris")
		v["danger"] = []string{consent}
		seat := s.seat("staff")
		seat.pick("report")
		if form := seat.press(phrase.Get("gate.go-on")); !form.Has(phrase.Get("file.danger-help")) {
			t.Error("the form does not say that a notice can be noticed")
		}
		seat.fill(v)
		got := p.deliver()
		if len(got) != want {
			t.Errorf("%s: %d told at once", consent, len(got))
		}
		for _, n := range append(got, p.day()...) {
			if n.to == "test:chris" {
				t.Errorf("%s: the excluded one is told: %s", consent, n.step)
			}
		}
	}
}

// TestAttackNoticeToTheActor: who acts is not told of it; the other holders are,
// on the next day. Pressing in the chat announces nothing.
func TestAttackNoticeToTheActor(t *testing.T) {
	s, p := noticed(t)
	rec := s.file("staff", told("chris"))
	p.day()
	s.card("anna").press(phrase.Get("act.acknowledge"))
	s.look("staff", rec)
	s.thread("bela")
	if got := p.day(); len(got) != 0 {
		t.Errorf("looking and pressing announces %v", got)
	}
	s.add("staff", rec, "more")
	if got := p.day(); len(got) != 2 {
		t.Errorf("%v", got)
	}
}

// TestAttackClockAhead: a clock jumps two years ahead, or the office was off for a
// month. Nothing is announced on the clock's word alone, and nothing is lost when
// it comes back.
func TestAttackClockAhead(t *testing.T) {
	for _, jump := range []time.Duration{31, 730, 995} { // days; mandates end on the thousandth
		s, p := noticed(t)
		rec := s.file("staff", told("chris"))
		s.jobs()
		s.o.Pass(jump * 24 * time.Hour)
		for _, j := range s.o.Cases.Jobs() {
			_ = j.Do(t.Context()) // refused, or with nothing to do
		}
		for _, n := range p.deliver() {
			if strings.Contains(n.step, phrase.Get("notice.mandate")) {
				t.Errorf("%d days ahead: announced: %s", jump, n.step)
			}
		}
		s.o.Pass(-jump * 24 * time.Hour)
		if screen := s.look("staff", rec); !screen.Has(phrase.Get("stage.received")) {
			t.Errorf("%d days ahead and back: %s", jump, screen.Text)
		}
	}
}

// jobs does what is due today, as a running office does each minute.
func (s *scene) jobs() {
	s.t.Helper()
	for _, j := range s.o.Cases.Jobs() {
		if err := j.Do(context.Background()); err != nil {
			s.t.Fatalf("%s: %v", j.Name, err)
		}
	}
}
