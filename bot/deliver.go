package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"ombra/bot/say"
	"ombra/cases"
)

// Deliver tells notices as they come due, until ctx ends. Whether one was told
// is stored; when to try again lives in memory, because a restart may as well
// try at once, and because the pace of an urgent one would date what it is about.
func (b *Bot) Deliver(ctx context.Context) {
	waits := map[string]retry{}
	tick := time.NewTicker(10 * time.Second)
	defer tick.Stop()
	for {
		b.deliver(ctx, waits)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// retry is when a notice may be tried again.
type retry struct {
	tries int
	at    time.Time
}

// The pace of trying again: doubled each time, up to an hour.
const (
	firstRetry = 10 * time.Second
	lastRetry  = time.Hour
	tellTime   = 30 * time.Second // what one platform may take for one notice
)

// deliver tells what is due now. A panic of a platform ends this round only.
func (b *Bot) deliver(ctx context.Context, waits map[string]retry) {
	defer func() {
		if recover() != nil {
			b.o.Log.LogAttrs(ctx, slog.LevelError, "a notice panicked")
		}
	}()
	// A quiet office must not keep token keys beyond their time either.
	if err := b.o.Keys.Age(b.o.Now()); err != nil {
		b.o.Log.LogAttrs(ctx, slog.LevelError, "token keys cannot be aged")
	}
	due, err := b.o.Cases.Notices(ctx)
	if err != nil {
		b.o.Log.LogAttrs(ctx, slog.LevelError, "notices cannot be read", slog.String("kind", cases.KindOf(err).String()))
		return
	}
	waiting := map[string]bool{}
	for _, n := range due {
		key := fmt.Sprintf("%s.%d", n.Key, n.Gen) // later news is told anew
		waiting[key] = true
		if r := waits[key]; !b.o.Now().Before(r.at) {
			b.tell(ctx, n, key, waits)
		}
	}
	maps.DeleteFunc(waits, func(key string, _ retry) bool { return !waiting[key] })
}

// tell tells one notice to every account of one of the roster; one that took it
// is enough, and only when all are gone is it given up.
func (b *Bot) tell(ctx context.Context, n cases.Notice, key string, waits map[string]retry) {
	r := waits[key]
	after := min(firstRetry<<min(r.tries, 20), lastRetry)
	accounts, told, gone := b.accounts(n.To), 0, 0
	for _, account := range accounts {
		platform := b.platform(account)
		if platform == nil {
			continue
		}
		limited, cancel := context.WithTimeout(ctx, tellTime)
		err := platform.Tell(limited, NewAccount(account), key, b.notice(n))
		cancel()
		var un *Undelivered
		switch {
		case err == nil:
			told++
		case errors.As(err, &un):
			after = max(after, un.After)
			if un.Gone {
				gone++
			}
		}
	}
	outcome := cases.Outcome{Dead: told == 0 && gone == len(accounts) && (gone > 0 || b.left(n.To))}
	outcome.Again = told == 0 && !outcome.Dead
	if err := b.o.Cases.Settle(ctx, n, outcome); err != nil {
		b.o.Log.LogAttrs(ctx, slog.LevelError, "a notice cannot be settled", slog.String("kind", cases.KindOf(err).String()))
	}
	// Told but not settled is told again later: harmless, it has no content.
	waits[key] = retry{tries: r.tries + 1, at: b.o.Now().Add(after)}
}

// accounts lists the accounts of a roster name, or of one of oversight.
func (b *Bot) accounts(name string) []string {
	var list []string
	for _, people := range []map[string]string{b.o.Ombudsmen, b.o.Oversight} {
		for account, who := range people {
			if who == name {
				list = append(list, account)
			}
		}
	}
	slices.Sort(list)
	return list
}

// left reports whether a name without an account is nobody's any more: there is
// no account to wait for.
func (b *Bot) left(name string) bool {
	_, on := b.o.Cases.Ombudsman(name)
	return !on && !slices.Contains(b.o.Cases.Office.Oversight, name)
}

func (b *Bot) platform(account string) Platform {
	name, _, _ := strings.Cut(account, ":")
	return b.o.Platforms[name]
}

// notice is the same for every case: it says that it is time to look.
func (b *Bot) notice(n cases.Notice) Step {
	w := say.In("en")
	v := &visit{Bot: b, say: w}
	leads := "inbox"
	if n.About == cases.Changed || n.About == cases.Removed {
		leads = "roster"
	}
	text := "notice." + string(n.About)
	if slices.Contains(slices.Collect(maps.Values(b.o.Oversight)), n.To) {
		switch n.About {
		case cases.Changed:
		case cases.Mandate:
			text, leads = "notice.oversight-mandate", "roster"
		case cases.OfficeNews:
			text, leads = "notice.oversight-office", "overdue"
		default:
			text, leads = "notice.oversight", "overdue"
		}
	}
	return v.finish(Step{Title: w.Get("notice.title"), Text: w.Get(text), Kept: true, Buttons: []Button{v.verb(leads)}})
}
