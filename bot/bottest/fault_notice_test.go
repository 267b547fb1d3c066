package bottest_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ombra/bot"
	"ombra/bot/bottest"
	"ombra/cases"
	"ombra/cases/storetest"
)

// An outbox is an office with one platform, whose Deliver runs in a bubble of
// time.
type outbox struct {
	*testing.T
	o     *bottest.Office
	store *later
	p     *platform
}

// inBubble sets up an office at eight in the morning, with notices at nine and
// at three, and lets Deliver run until the test's function has ended.
func inBubble(t *testing.T, p *platform, options func(*bot.Options), f func(*outbox)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		<-time.After(8 * time.Hour)
		db, shelf := open(t, privateDir(t))
		b := &outbox{T: t, p: p, store: behind(db)}
		var err error
		b.o, err = bottest.NewOffice(context.Background(), b.store, shelf, bottest.Settings{
			Names: []string{"anna", "bela"}, Options: func(o *bot.Options) {
				p.accounts = o.Ombudsmen
				o.Platforms = map[string]bot.Platform{"test": p}
				if options != nil {
					options(o)
				}
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() { defer close(done); b.o.Bot.Deliver(ctx) }()
		f(b)
		cancel()
		<-done
	})
}

func (b *outbox) file(said string, more url.Values) {
	b.Helper()
	c := newChat(b, b.o, "test:filer")
	c.form("report")
	v := url.Values{"q.what": {said}, "q.concerned": {"x"}, "q.category": {"other"}}
	for id, values := range more {
		v[id] = values
	}
	c.send(v)
	c.proved()
}

// pass lets time go by and Deliver do its work.
func (b *outbox) pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func (b *outbox) waiting() (n int) {
	b.Helper()
	storetest.Look(b, b.store, func(tx cases.Tx) error {
		list, err := tx.Waiting("9999-01-01", 99)
		n = len(list)
		return err
	})
	return n
}

// TestFaultNoticeBackoff: the platform does not take a notice seven times. It is
// tried again ever more slowly, and told once.
func TestFaultNoticeBackoff(t *testing.T) {
	var tries []time.Time
	p := &platform{}
	p.fail = func(account, _ string, try int) error {
		if account != "test:anna" {
			return nil
		}
		tries = append(tries, time.Now())
		if try < 9 {
			return &bot.Undelivered{}
		}
		return nil
	}
	inBubble(t, p, nil, func(b *outbox) {
		b.file("words", nil)
		b.pass(24 * time.Hour)
		if tries = tries[:0]; len(p.notices()) != 0 {
			t.Error("told before the first fixed hour of the next day")
		}
		b.pass(24 * time.Hour)
	})
	if len(tries) != 10 || tries[0].Hour() != 9 || tries[0].Minute() != 0 {
		t.Fatalf("tried at %v", tries)
	}
	for i, at := range tries[1:] {
		want := min(10*time.Second<<i, time.Hour)
		if got := at.Sub(tries[i]); got < want || got > want+20*time.Second {
			t.Errorf("try %d came after %v, want %v", i+1, got, want)
		}
	}
	heard := map[string]int{}
	for _, n := range p.notices() {
		heard[n.who]++
	}
	if heard["anna"] != 1 || heard["bela"] != 1 {
		t.Errorf("told %v", heard)
	}
}

// TestFaultNoticeAfter: a platform that asks for a pause gets it.
func TestFaultNoticeAfter(t *testing.T) {
	var tries []time.Time
	p := &platform{fail: func(_, _ string, try int) error {
		tries = append(tries, time.Now())
		if try == 0 {
			return &bot.Undelivered{After: 2 * time.Hour}
		}
		return nil
	}}
	inBubble(t, p, nil, func(b *outbox) {
		b.file("words", url.Values{"exclude": {"bela"}})
		b.pass(48 * time.Hour)
		if len(tries) != 2 || tries[1].Sub(tries[0]) < 2*time.Hour || b.waiting() != 0 {
			t.Errorf("tried at %v, %d wait", tries, b.waiting())
		}
	})
}

// TestFaultNoticeGone: an account that is gone is not tried again, nobody else
// suffers, and later news is tried anew.
func TestFaultNoticeGone(t *testing.T) {
	p := &platform{fail: func(account, _ string, _ int) error {
		if account == "test:anna" {
			return &bot.Undelivered{Gone: true}
		}
		return nil
	}}
	inBubble(t, p, nil, func(b *outbox) {
		b.file("words", nil)
		b.pass(48 * time.Hour)
		if b.waiting() != 0 || len(p.notices()) != 1 || len(p.tries) != 2 {
			t.Errorf("%d wait, told %v, tried %v", b.waiting(), p.notices(), p.tries)
		}
		p.fail = nil
		b.file("more words", nil)
		b.pass(48 * time.Hour)
		if len(p.notices()) != 3 {
			t.Errorf("told %v", p.notices())
		}
	})
}

// TestFaultNoticeOneOfTwo: one of two accounts takes it; that is enough.
func TestFaultNoticeOneOfTwo(t *testing.T) {
	p := &platform{fail: func(account, _ string, _ int) error {
		if account == "test:anna" {
			return &bot.Undelivered{Gone: true}
		}
		return nil
	}}
	inBubble(t, p, func(o *bot.Options) { o.Ombudsmen["test:anna-2"] = "anna" }, func(b *outbox) {
		b.file("words", url.Values{"exclude": {"bela"}})
		b.pass(48 * time.Hour)
		if b.waiting() != 0 || len(p.notices()) != 1 {
			t.Errorf("%d wait, told %v", b.waiting(), p.notices())
		}
	})
}

// TestFaultNoticeUnsettled: the platform took it, and that cannot be stored. It
// is told again under the same key, for the platform to tell it once.
func TestFaultNoticeUnsettled(t *testing.T) {
	p := &platform{}
	inBubble(t, p, nil, func(b *outbox) {
		b.file("words", url.Values{"exclude": {"bela"}})
		calm := *b.store.now.Load()
		b.store.set(&storetest.Faulty{Store: calm, At: 0, Fault: storetest.NotStored})
		b.pass(48 * time.Hour)
		b.store.set(calm)
		told := p.notices()
		if b.waiting() != 0 || len(told) != 2 || told[0].key != told[1].key {
			t.Errorf("%d wait, told %v", b.waiting(), told)
		}
	})
}

// TestFaultNoticeUrgent: with the filer's consent a notice goes out at once; and
// it says nothing of the case either.
func TestFaultNoticeUrgent(t *testing.T) {
	p := &platform{}
	inBubble(t, p, nil, func(b *outbox) {
		b.file("the words of it", url.Values{"danger": {"notify"}})
		b.pass(time.Minute)
		told := p.notices()
		if len(told) != 2 {
			t.Errorf("told %v at once", told)
		}
		for _, n := range told {
			if !n.screen.Has(words.Get("notice.danger")) || strings.Contains(n.screen.Text, "the words") {
				t.Errorf("told: %s", n.screen.Text)
			}
		}
		b.pass(48 * time.Hour)
		if len(p.notices()) != 4 || b.waiting() != 0 {
			t.Errorf("told %v, %d wait", p.notices(), b.waiting())
		}
	})
}
