package mattermost

import (
	"context"
	"strconv"
	"strings"
	"time"
)

// Dialogs keep to what the oldest servers have. Of what newer ones have, this is
// used and the rest is not, each for a reason:
//
//   - A picker for a day, from 11.1, where the day need not be given: an old client
//     on a new server does not draw it.
//   - Several choices in one menu (11.0) are not used: an old client on a new server
//     takes one of them and says nothing, and the names that a filer excludes are
//     such choices. A box for each is drawn by all.
//   - Files in a dialog (11.10) are not used: they stay on the server, and a dialog
//     is where nothing stays.
//   - Dialogs of several steps (11.1) are not used: the client sends all that was
//     typed in the first step again with the second, and the second would go to
//     whoever sent the first.
const datesMajor, datesMinor = 11, 1

// releaseOf reads a server's version, as it writes it on each answer:
// "9.9.0.9720439.….false". What cannot be read counts as old.
func releaseOf(version string) int64 {
	parts := strings.SplitN(version, ".", 3)
	if len(parts) < 3 {
		return 0
	}
	major, err := strconv.Atoi(parts[0])
	minor, err2 := strconv.Atoi(parts[1])
	if err != nil || err2 != nil || major < 0 || minor < 0 || major > 1000 || minor > 999 {
		return 0
	}
	return int64(major)*1000 + int64(minor)
}

// newer tells whether the server is at least of that version. Until it has said so,
// it is an old one.
func (a *Adapter) newer(major, minor int64) bool { return a.release.Load() >= major*1000+minor }

// langTime is how long somebody's language may take: it is a hint, and a trigger
// lives for three seconds.
const langTime = time.Second

// lang is the language that a person chose in Mattermost. Where the bot has one
// language only, nobody is asked.
func (a *Adapter) lang(ctx context.Context, user string) string {
	if a.langs < 2 {
		return ""
	}
	if lang := a.known(user); lang != "" {
		return lang
	}
	ctx, cancel := context.WithTimeout(ctx, langTime)
	defer cancel()
	u, _, err := a.api.GetUser(ctx, user, "")
	if err != nil {
		return ""
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.tongues) > 10_000 {
		clear(a.tongues)
	}
	a.tongues[user] = u.Locale
	return u.Locale
}

// known is somebody's language if it was asked for before.
func (a *Adapter) known(user string) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.tongues[user]
}
