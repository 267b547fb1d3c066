package main

import (
	"context"
	"log/slog"
	"maps"
	"slices"

	"ombra/adapters/mattermost"
	"ombra/adapters/slack"
	"ombra/bot"
	"ombra/config"
)

// A chat is a platform with people on it.
type chat interface {
	bot.Platform
	// Listen opens what the platform calls, if it does.
	Listen() error
	// Serve takes what people do there, until ctx ends.
	Serve(ctx context.Context, h bot.Handler) error
}

// isOnChat reports whether people could reach the office at all.
func isOnChat(cfg *config.Config) bool { return cfg.Slack.On() || cfg.Mattermost.On() }

// chats makes the adapters that the configuration names, by platform. They reach
// nothing yet.
func chats(cfg *config.Config, log *slog.Logger, verbs []string) (map[string]chat, error) {
	all := map[string]chat{}
	for name, build := range makers(cfg) {
		var err error
		if all[name], err = build(cfg, log, verbs); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// A maker makes the adapter of one platform.
type maker func(cfg *config.Config, log *slog.Logger, verbs []string) (chat, error)

func makers(cfg *config.Config) map[string]maker {
	all := map[string]maker{}
	if cfg.Slack.On() {
		all["slack"] = newSlackChat
	}
	if cfg.Mattermost.On() {
		all["mattermost"] = newMattermostChat
	}
	return all
}

func newSlackChat(cfg *config.Config, log *slog.Logger, verbs []string) (chat, error) {
	o, err := slackOptions(cfg)
	if err != nil {
		return nil, err
	}
	o.Log, o.Verbs = log, verbs
	return slack.New(o)
}

func newMattermostChat(cfg *config.Config, log *slog.Logger, _ []string) (chat, error) {
	o, err := mattermostOptions(cfg)
	if err != nil {
		return nil, err
	}
	o.Log = log
	return mattermost.New(o)
}

// platformFindings asks the platforms of an office that is not served just now:
// each of them, whatever is wrong with another.
func platformFindings(ctx context.Context, cfg *config.Config) (found []finding) {
	all := makers(cfg)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		c, err := all[name](cfg, slog.New(slog.DiscardHandler), nil)
		if err != nil {
			found = append(found, findingOf(err))
			continue
		}
		for _, f := range c.Check(ctx) {
			found = append(found, finding{f.What, f.Mend, true})
		}
	}
	return found
}
