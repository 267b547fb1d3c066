package bottest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// A ringing is how often everybody was told of one thing.
type ringing map[string]int

// rung counts the notices of one text so far: the ombudsmen's, and oversight's.
func (l *life) rung(about string) ringing {
	text, r := words.Get("notice."+about), ringing{}
	for name := range keys(l.Office.Machines) {
		r[name] = 0
	}
	r["vera"] = 0
	for name := range r {
		for _, n := range l.Notices(name) {
			if n.Has(text) {
				r[name]++
			}
		}
	}
	return r
}

// rings requires that since then these were told of it, once each, and nobody
// else; and that what they were told says nothing.
func (l *life) rings(about string, since ringing, want ...string) error {
	expected := maps.Clone(since)
	for _, name := range want {
		expected[name]++
	}
	var now ringing
	right := func() bool { now = l.rung(about); return maps.Equal(now, expected) }
	if !right() && (l.Settle == nil || !soon(right)) { // where things come later, it may take a while
		return fmt.Errorf("%v should each be told once of %s; everybody was told %v times before, and %v after", want, about, since, now)
	}
	for _, name := range want {
		if err := l.saysNothing(name); err != nil {
			return err
		}
	}
	return nil
}

// saysNothing: no notice has anything of a case, and none differs between people
// who are told of the same thing.
func (l *life) saysNothing(name string) error {
	for _, n := range l.Notices(name) {
		all := squeeze(n.Text + strings.Join(n.Buttons, "\n"))
		for _, key := range []string{
			"notice.news", "notice.danger", "notice.deadline", "notice.overdue", "notice.hold", "notice.mandate", "notice.oversight",
			"notice.title", "verb.inbox", "verb.overdue", "test.banner",
		} {
			all = strings.ReplaceAll(all, squeeze(words.Get(key)), "")
		}
		if all != "" || len(n.Files) > 0 {
			return fmt.Errorf("a notice to %s says more than that there is something to look at: %q", name, all)
		}
	}
	return nil
}

// notice is the whole of a notice, as it is told.
func notice(about string) string {
	return fmt.Sprintf("%q", words.Get("notice.title")+". "+words.Get("notice."+about))
}

// together names some people.
func together(names []string) string {
	names = slices.Sorted(slices.Values(names))
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// holders are those in whose inbox a case stands.
func (l *life) holders(id string) (list []string, err error) {
	for _, name := range slices.Sorted(keys(l.Office.Machines)) {
		sees, err := l.sees(name, id)
		if err != nil {
			return nil, err
		}
		if sees {
			list = append(list, name)
		}
	}
	return list, nil
}

// morning: what the first day brought is told on the second, at the office's fixed
// hour and to those concerned alone. From here on each day is looked at in the
// afternoon, when all of its hours have come.
func (l *life) morning(ctx context.Context) error {
	since, concerned := l.rung("news"), []string{}
	for _, name := range slices.Sorted(keys(l.Office.Machines)) {
		_, screen, err := l.inbox(name)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(screen.Buttons, isCase) {
			concerned = append(concerned, name)
		}
	}
	if err := do(l.deliver(ctx), l.rings("news", since)); err != nil {
		return fmt.Errorf("on the day itself: %w", err)
	}
	now := l.Office.Now()
	day := l.Office.Cases.Today().Time()
	l.Office.Pass(day.Add(24*time.Hour + 8*time.Hour).Sub(now))
	if err := do(l.deliver(ctx), l.rings("news", since)); err != nil {
		return fmt.Errorf("before the fixed hour: %w", err)
	}
	l.Office.Pass(8 * time.Hour)
	if err := do(l.work(ctx), l.rings("news", since, concerned...)); err != nil {
		return err
	}
	l.Tell(together(concerned), "get one notice each, at the office's fixed hour of the next day: "+notice("news")+
		" That is all of it: no case, no name, no word; and nobody can tell from it when something was filed")
	return nil
}
