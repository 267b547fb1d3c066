package bot

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"strings"
	"time"

	"ombra/bot/say"
	"ombra/cases"
)

// Deliver tells notices as they come due, until ctx ends. Whether one was told
// is stored; when to try again lives in memory, because a restart may as well
// try at once.
func (b *Bot) Deliver(ctx context.Context) {
	next := map[string]time.Time{}
	tick := time.NewTicker(10 * time.Second)
	defer tick.Stop()
	for {
		b.deliver(ctx, next)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (b *Bot) deliver(ctx context.Context, next map[string]time.Time) {
	due, err := b.o.Cases.Notices(ctx)
	if err != nil {
		b.o.Log.LogAttrs(ctx, slog.LevelError, "notices cannot be read", slog.String("kind", cases.KindOf(err).String()))
		return
	}
	waiting := map[string]bool{}
	for _, n := range due {
		waiting[n.Key] = true
		if b.o.Now().Before(next[n.Key]) {
			continue
		}
		if after := b.tell(ctx, n); after > 0 {
			next[n.Key] = b.o.Now().Add(after)
		}
	}
	maps.DeleteFunc(next, func(key string, _ time.Time) bool { return !waiting[key] })
}

// The pace of trying again: doubled each time, up to an hour.
const (
	firstRetry = 10 * time.Second
	lastRetry  = time.Hour
)

// tell tells one notice to every account of one of the roster; one that took it
// is enough. It returns when to try again, zero when it was told or never will
// be.
func (b *Bot) tell(ctx context.Context, n cases.Notice) time.Duration {
	told, dead, after := false, false, min(firstRetry<<min(n.Tries, 20), lastRetry)
	for i, account := range b.accounts(n.To) {
		platform := b.platform(account)
		if platform == nil {
			continue
		}
		err := platform.Tell(ctx, NewAccount(account), n.Key, b.notice(n))
		var un *Undelivered
		gone := false
		if errors.As(err, &un) {
			gone, after = un.Gone, max(after, un.After)
		}
		told = told || err == nil
		dead = gone && (dead || i == 0)
	}
	outcome := cases.Outcome{Again: !told && !dead, Dead: !told && dead}
	if err := b.o.Cases.Settle(ctx, n, outcome); err != nil {
		b.o.Log.LogAttrs(ctx, slog.LevelError, "a notice cannot be settled", slog.String("kind", cases.KindOf(err).String()))
		return after
	}
	if outcome.Again {
		return after
	}
	return 0
}

// accounts lists the accounts of a roster name.
func (b *Bot) accounts(name string) []string {
	var list []string
	for account, who := range b.o.Ombudsmen {
		if who == name {
			list = append(list, account)
		}
	}
	return list
}

func (b *Bot) platform(account string) Platform {
	name, _, _ := strings.Cut(account, ":")
	return b.o.Platforms[name]
}

// notice is the same for every case: it says that it is time to look.
func (b *Bot) notice(n cases.Notice) Step {
	w := say.In("en")
	v := &visit{Bot: b, say: w}
	s := Step{
		Title: w.Get("notice.title"), Text: w.Get("notice." + string(n.About)), Kept: true,
		Buttons: []Button{v.verb("inbox")},
	}
	return v.finish(s)
}
