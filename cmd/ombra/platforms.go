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
	if cfg.Slack.On() {
		o, err := slackOptions(cfg)
		if err != nil {
			return nil, err
		}
		o.Log, o.Verbs = log, verbs
		if all["slack"], err = slack.New(o); err != nil {
			return nil, err
		}
	}
	if cfg.Mattermost.On() {
		o, err := mattermostOptions(cfg)
		if err != nil {
			return nil, err
		}
		o.Log = log
		if all["mattermost"], err = mattermost.New(o); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// platformFindings asks the platforms of an office that is not served just now.
func platformFindings(ctx context.Context, cfg *config.Config) (found []finding) {
	all, err := chats(cfg, slog.New(slog.DiscardHandler), nil)
	if err != nil {
		return []finding{findingOf(err)}
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		for _, f := range all[name].Check(ctx) {
			found = append(found, finding{f.What, f.Mend, true})
		}
	}
	return found
}
