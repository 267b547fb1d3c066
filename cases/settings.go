package cases

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"ombra/cases/papers"
	"ombra/crypto/custody"
)

// An operator who shortens a time in the configuration destroys or releases with
// it: cases go, a withdrawal binds sooner, somebody else is given a case. Whoever
// was told of the longer time must not find out afterwards. So the settings that do
// so are kept beside the cases; a change of one is a leaf of the custody log and a
// notice, and a shorter time binds only after the notice period, in which a hold
// can be made.

// A Setting is one of them, by the name that the configuration gives it. Was is the
// longest that it was within the notice period before Since; "" if it never was
// another.
type Setting struct {
	Name  string
	Value string
	Was   string
	Since Day
}

// SettingTx keeps them.
type SettingTx interface {
	Settings() ([]Setting, error)
	PutSetting(Setting) error
}

// watched is a setting that is looked after.
type watched struct {
	name    string
	of      func(Office) int
	endless bool // 0 is never, or for ever
	waits   bool // a shorter one binds after the notice
}

// The settings that more than one place asks for.
var (
	keepMonths    = watched{"retention.months", func(o Office) int { return o.Keeping.Months }, true, true}
	keepOut       = watched{"retention.out_of_mandate_months", func(o Office) int { return o.Keeping.OutOfMandate }, true, true}
	noticeDays    = watched{"retention.notice_days", func(o Office) int { return max(leastNotice, o.Notice) }, false, true}
	coolingOff    = watched{"clocks.cooling_off_days", func(o Office) int { return o.CoolingOff }, false, true}
	releaseDays   = watched{"clocks.release_days", func(o Office) int { return o.Release }, true, true}
	absenceDays   = watched{"clocks.absence_days", func(o Office) int { return o.Absence }, true, true}
	aloneSettling = watched{"clocks.alone_days", func(o Office) int { return max(papers.AloneDays, o.AloneDays) }, false, true}
	silentDays    = watched{"redress.silent_days", Office.silent, false, true}
	fewerThan     = watched{"figures.fewer_than", Office.Fewest, false, false}

	allWatched = []watched{
		keepMonths, keepOut, noticeDays, coolingOff, releaseDays, absenceDays, aloneSettling, silentDays, fewerThan,
	}
)

// profileSetting is the one that is no number: what is promised to filers.
const profileSetting = "clocks.profile"

// leastNotice is how many days a shorter time does not bind yet. An office can ask
// for more, and for no fewer: else both could be shortened at once.
const leastNotice = 14

const jobSettings = "settings"

// settings are how they stand in the database, by name.
type settings map[string]Setting

func settingsOf(tx Tx) (settings, error) {
	list, err := tx.Settings()
	known := settings{}
	for _, x := range list {
		known[x.Name] = x
	}
	return known, err
}

func (s *Service) loadSettings(ctx context.Context) error {
	return s.Store.View(ctx, func(tx Tx) error {
		known, err := settingsOf(tx)
		s.known.Store(&known)
		return err
	})
}

// longer reports whether one time is longer than another.
func (w watched) longer(a, b int) bool {
	if w.endless && (a == 0 || b == 0) {
		return a == 0 && b != 0
	}
	return a > b
}

// inForce is what binds of a setting today.
func (s *Service) inForce(w watched) int {
	was, until := s.before(w)
	if s.Today() < until {
		return was
	}
	return w.of(s.Office)
}

// before is the longer time that a setting had, and the day from which the shorter
// one binds; "" if it was none. What is not noted yet binds a notice period after
// today at the earliest: a change is made by a job, which the guard against a clock
// that jumped holds back, and not by whoever opens the office with another file.
func (s *Service) before(w watched) (was int, until Day) {
	now := w.of(s.Office)
	set, ok := (*s.known.Load())[w.name]
	if !ok || !w.waits {
		return now, ""
	}
	notice := max(leastNotice, number(set.Was), number(set.Value)) // its own is the longest that it was
	if w.name != noticeDays.name {
		notice = s.inForce(noticeDays)
	}
	if set.Was != "" && s.Today() < set.Since.Add(notice) {
		was, until = number(set.Was), set.Since.Add(notice)
	}
	if had := number(set.Value); had != now {
		if until == "" || w.longer(had, was) {
			was = had
		}
		until = s.Today().Add(notice)
	}
	if until == "" || !w.longer(was, now) {
		return now, ""
	}
	return was, until
}

func number(s string) int {
	n, _ := strconv.Atoi(s) // written by strconv.Itoa
	return n
}

// noteSettings notes what the configuration changed, with a leaf for each setting
// and a notice to oversight; of a shorter retention all who serve hear, since
// any of them may hold a case that goes sooner.
func (s *Service) noteSettings(ctx context.Context) error {
	if err := s.view(ctx, s.jumped); err != nil {
		return err // a notice period does not begin on such a day
	}
	known := *s.known.Load()
	changed := slices.ContainsFunc(s.settingsNow(), func(x Setting) bool { return known[x.Name].Value != x.Value })
	if !changed {
		return nil
	}
	err := s.update(ctx, func(tx Tx) error {
		if err := s.jumped(tx); err != nil {
			return err
		}
		known, err := settingsOf(tx)
		if err != nil {
			return err
		}
		for _, now := range s.settingsNow() {
			if err := s.noteSetting(tx, known, now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.loadSettings(ctx)
}

// settingsNow are all as the configuration has them.
func (s *Service) settingsNow() []Setting {
	list := make([]Setting, 0, len(allWatched)+1)
	for _, w := range allWatched {
		list = append(list, Setting{Name: w.name, Value: strconv.Itoa(w.of(s.Office)), Since: s.Today()})
	}
	return append(list, Setting{Name: profileSetting, Value: s.Office.Profile.text(), Since: s.Today()})
}

// noteSetting notes one. The first time there is nothing that it could differ from.
func (s *Service) noteSetting(tx Tx, known settings, now Setting) error {
	had, ok := known[now.Name]
	switch {
	case ok && had.Value == now.Value:
		return nil
	case !ok:
		return tx.PutSetting(now)
	}
	from := s.Today()
	now.Was = had.Value
	if i := slices.IndexFunc(allWatched, func(w watched) bool { return w.name == now.Name }); i >= 0 {
		if was, until := s.before(allWatched[i]); until != "" {
			now.Was, from = strconv.Itoa(was), until
		}
	}
	if err := tx.PutSetting(now); err != nil {
		return err
	}
	_, err := tx.Append(entry(NewOnce(), custody.Details{
		Act: "config", Day: string(s.Today()), Note: fmt.Sprintf("%s=%s was=%s from=%s", now.Name, now.Value, had.Value, from),
	}))
	if err != nil {
		return err
	}
	if from > s.Today() && (now.Name == keepMonths.name || now.Name == keepOut.name) {
		if err := s.tell(tx, names(s.Roster()), "", Notice{About: OfficeNews, Due: s.Today()}); err != nil {
			return err
		}
	}
	return s.tellOversight(tx, OfficeNews, s.Today())
}

func names(all []Ombudsman) (list []string) {
	for _, o := range all {
		list = append(list, o.Name)
	}
	return list
}

// text writes what a profile promises, for the log.
func (p Profile) text() string {
	return fmt.Sprintf("%s ack=%s assess=%s feedback=%s extended=%s", p.Name, p.Acknowledge, p.Assess, p.Feedback, p.Extended)
}

// String writes a span as the log has it: 3m, 21d, 2b for business days.
func (n Span) String() string {
	unit := "d"
	if n.Business {
		unit = "b"
	}
	switch {
	case n.Months != 0 && n.Days != 0:
		return fmt.Sprintf("%dm%d%s", n.Months, n.Days, unit)
	case n.Months != 0:
		return fmt.Sprintf("%dm", n.Months)
	}
	return strconv.Itoa(n.Days) + unit
}
