package bot

import (
	"context"
	"strings"
)

// privacy says what is hidden from whom.
func (b *Bot) privacy(_ context.Context, v *visit) (Step, error) {
	return Step{
		Title: v.say.Get("privacy.title"),
		Text:  v.say.Get("platform."+v.ev.Via.Name) + "\n\n" + v.say.Get("privacy.text"),
		Facts: v.authorities(), Buttons: []Button{v.verb("report"), v.verb("redress")},
	}, nil
}

// roster lists who may be given a case, until when, and the fingerprints of
// their keys, to compare with what the office publishes elsewhere.
func (b *Bot) roster(_ context.Context, v *visit) (Step, error) {
	s := Step{Title: v.say.Get("roster.title"), Text: v.say.Get("roster.text"), Buttons: []Button{v.verb("report"), v.verb("help")}}
	today := v.o.Cases.Today()
	for _, o := range v.o.Cases.Roster() {
		if o.Removed != "" || o.Until < today {
			continue
		}
		about := []string{v.say.Get("roster.until", "day", string(o.Until)), o.Fingerprint()}
		if !o.PostQuantum() {
			about = append(about, v.say.Get("roster.classic"))
		}
		if o.Backstop {
			about = append(about, v.say.Get("roster.backstop"))
		}
		if o.Proved == "" {
			about = append(about, v.say.Get("roster.unproved"))
		}
		if o.Away(today) {
			about = append(about, v.say.Get("roster.away", "day", string(o.AwayUntil)))
		}
		if len(s.Facts) < MaxFacts {
			s.Facts = append(s.Facts, Fact{Label: o.Name, Value: strings.Join(about, " · ")})
		}
	}
	return s, nil
}

// help lists what can be done here, and who else listens.
func (b *Bot) help(_ context.Context, v *visit) (Step, error) {
	s := Step{Title: v.say.Get("help.title"), Text: v.say.Get("help.text"), Facts: v.authorities()}
	for _, verb := range []string{"report", "redress", "case", "privacy", "roster"} {
		s.Buttons = append(s.Buttons, v.verb(verb))
	}
	if v.isOmbudsman() {
		s.Buttons = append(s.Buttons, v.verb("inbox"))
	}
	if v.isOversight() {
		s.Buttons = append(s.Buttons, v.verb("overdue"), v.verb("numbers"))
	}
	return s, nil
}
