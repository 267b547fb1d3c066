package main

import (
	"maps"
	"slices"

	"ombra/bot"
	"ombra/cases"
	"ombra/config"
)

// officeOf gives package cases what the operator decided.
func officeOf(cfg *config.Config) cases.Office {
	o := cases.Office{
		Origin: cfg.Office.Origin, Test: cfg.Test, Zone: cfg.Location,
		Designate: cfg.Office.Designate, Reserve: cfg.Office.Reserve, RequirePQ: cfg.Office.RequirePQ,
		TypedReplies: cfg.Office.TypedReplies, Hours: cfg.Office.Hours, Profile: profileOf(cfg.Clocks),
		Warn: cfg.Clocks.WarnDays, Release: cfg.Clocks.ReleaseDays, Absence: cfg.Clocks.AbsenceDays, CoolingOff: cfg.Clocks.CoolingOffDays,
		AloneDays: cfg.Clocks.AloneDays,
		Quiet:     cfg.Retention.QuietHour, Few: cfg.Figures.FewerThan,
		Keeping:    cases.Keeping{Months: cfg.Retention.Months, OutOfMandate: cfg.Retention.OutOfMandateMonths},
		Notice:     cfg.Retention.NoticeDays,
		SilentDays: cfg.Redress.SilentDays,
		MaxFiles:   cfg.Attachments.MaxFiles, MaxFile: int64(cfg.Attachments.MaxFileMB) << 20,
	}
	o.Oversight = slices.Sorted(maps.Keys(cfg.Oversight))
	for _, c := range cfg.FormSet.Categories {
		o.Categories = append(o.Categories, c.ID)
	}
	return o
}

func profileOf(c config.Clocks) cases.Profile {
	if p, ok := cases.Profiles[c.Profile]; ok {
		return p
	}
	return cases.Profile{
		Name: c.Profile, Acknowledge: cases.Span{Days: c.AckDays},
		Assess:   cases.Span{Days: c.AssessDays},
		Feedback: cases.Span{Days: c.FeedbackDays, Months: c.FeedbackMonths},
		Extended: cases.Span{Days: c.ExtendedDays, Months: c.ExtendedMonths},
	}
}

// formsOf gives package bot the office's questions.
func formsOf(s *config.FormSet) bot.Forms {
	return bot.Forms{
		ID: s.ID, Report: questionsOf(s.Report), Redress: questionsOf(s.Redress),
		Categories: labelled(s.Categories, func(c config.Category) (string, config.Words) { return c.ID, c.Label }),
	}
}

func questionsOf(list []config.Question) []bot.Question {
	questions := make([]bot.Question, 0, len(list))
	for _, q := range list {
		questions = append(questions, bot.Question{
			ID: q.ID, Kind: bot.Kind(q.Kind), Optional: q.Optional, Max: q.Max,
			Label: bot.Words(q.Label), Help: bot.Words(q.Help),
			Options: labelled(q.Options, func(o config.Option) (string, config.Words) { return o.ID, o.Label }),
		})
	}
	return questions
}

func labelled[T any](list []T, parts func(T) (string, config.Words)) []bot.Labelled {
	var all []bot.Labelled
	for _, item := range list {
		id, label := parts(item)
		all = append(all, bot.Labelled{ID: id, Label: bot.Words(label)})
	}
	return all
}
