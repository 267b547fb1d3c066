package mattermost

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"ombra/bot"
)

// What this package logs. Nothing of anybody is ever in it.
const (
	logPanicked  = "answering in Mattermost panicked"
	logFailed    = "Mattermost did not take an answer"
	logTurned    = "Mattermost refuses the bot's token"
	logConnected = "Mattermost is connected"
	logLost      = "the connection to Mattermost is lost"
)

// here is on each line.
var here = slog.String("platform", "mattermost")

// complained is when a failure was logged last: a line for each would date each.
var complained atomic.Int64

func (a *Adapter) failed(err error) {
	if err == nil {
		return
	}
	now, last := time.Now().Unix(), complained.Load()
	if now-last >= 3600 && complained.CompareAndSwap(last, now) {
		a.o.Log.LogAttrs(context.Background(), slog.LevelWarn, logFailed, here)
	}
}

// Tell posts a step in the direct conversation: a kept one, which names nobody.
func (a *Adapter) Tell(ctx context.Context, to bot.Account, key string, s bot.Step) error {
	user, ours := strings.CutPrefix(to.Reveal(), prefix)
	if !ours || !s.Kept {
		return &bot.Undelivered{}
	}
	name := digest(user + "\n" + key)
	a.mu.Lock()
	done := a.told.has(name)
	a.mu.Unlock()
	if done {
		return nil
	}
	if err := a.post(ctx, user, s, name, ""); err != nil {
		return a.undelivered(ctx, user, err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.told.add(name)
	return nil
}

func (a *Adapter) undelivered(ctx context.Context, user string, err error) error {
	un := &bot.Undelivered{}
	var f *fault
	if !errors.As(err, &f) {
		return un
	}
	un.After = f.after
	// Only what the server says of the account itself counts: a channel that it
	// refuses may be its own trouble.
	if f.status >= 400 && f.status < 500 && f.status != http.StatusTooManyRequests && f.status != http.StatusUnauthorized {
		un.Gone = a.gone(ctx, user)
	}
	return un
}

// gone tells whether an account does not exist any more.
func (a *Adapter) gone(ctx context.Context, user string) bool {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	u, resp, err := a.api.GetUser(ctx, user, "")
	if err != nil {
		return statusOf(faultOf("look at an account", resp, err)) == http.StatusNotFound
	}
	return u.DeleteAt != 0
}

// self is the bot's own user id, asked for once.
func (a *Adapter) self(ctx context.Context) (string, error) {
	a.mu.Lock()
	me := a.me
	a.mu.Unlock()
	if me != "" {
		return me, nil
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	u, resp, err := a.api.GetMe(ctx, "")
	if err != nil {
		return "", faultOf("who am I", resp, err)
	}
	a.release.Store(releaseOf(resp.ServerVersion))
	a.mu.Lock()
	defer a.mu.Unlock()
	a.me = u.Id
	return u.Id, nil
}

// direct is the direct channel with somebody.
func (a *Adapter) direct(ctx context.Context, user string) (string, error) {
	a.mu.Lock()
	id := a.channels[user]
	a.mu.Unlock()
	if id != "" {
		return id, nil
	}
	me, err := a.self(ctx)
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	c, resp, err := a.api.CreateDirectChannel(ctx, me, user)
	if err != nil {
		return "", faultOf("open the direct channel", resp, err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.channels) > 10_000 {
		clear(a.channels)
	}
	a.channels[user] = c.Id
	return c.Id, nil
}
