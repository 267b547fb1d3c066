package cases

import (
	"context"
	"fmt"
	"slices"
)

// A Change is a setting that was changed not long ago, or is about to be.
type Change struct {
	Name, Value, Was string
	On               Day // "" when it is not noted yet: the office was not served with it
	From             Day // when it binds
	// Cases says how many closed cases go on that day that would have stayed
	// longer, in a band: a small number is not told.
	Cases string `json:",omitempty"`
}

// changesShown is for how many days a change is shown that binds already.
const changesShown = 60

// Changes lists what was changed, newest last.
func (s *Service) Changes(ctx context.Context) (list []Change, err error) {
	err = s.view(ctx, func(tx Tx) error {
		list = nil
		known, err := settingsOf(tx)
		if err != nil {
			return err
		}
		for _, now := range s.settingsNow() {
			had, ok := known[now.Name]
			c := Change{Name: now.Name, Value: now.Value, Was: had.Was, On: had.Since, From: had.Since}
			switch {
			case ok && had.Value != now.Value:
				c.Was, c.On, c.From = had.Value, "", s.Today()
			case !ok || had.Was == "" || s.Today() > had.Since.Add(changesShown):
				continue
			}
			if i := slices.IndexFunc(allWatched, func(w watched) bool { return w.name == now.Name }); i >= 0 {
				if _, until := s.before(allWatched[i]); until != "" {
					c.From = until
				}
			}
			if c.Cases, err = s.concerned(tx, c); err != nil {
				return err
			}
			list = append(list, c)
		}
		return nil
	})
	return list, err
}

// concerned counts the cases that a shorter retention takes on the day from which it
// binds.
func (s *Service) concerned(tx Tx, c Change) (string, error) {
	if c.Name != keepMonths.name && c.Name != keepOut.name || c.From <= s.Today() {
		return "", nil
	}
	n := 0
	err := tx.Closed(s.Today(), func(x *Case) error {
		name := keepMonths.name
		if x.Disposition == outOfMandate {
			name = keepOut.name
		}
		if name == c.Name && s.dueDay(x) == c.From {
			n++
		}
		return nil
	})
	return s.Office.band(n), err
}

// bands are the numbers from which another is said, beside the office's threshold.
var bands = []int{20, 100, 1000, 10000}

// band says roughly how many: below the threshold no more than that, none included.
func (o Office) band(n int) string {
	least := o.Fewest()
	if n < least {
		return fmt.Sprintf("fewer than %d", least)
	}
	for _, top := range bands {
		if n < top && least < top {
			return fmt.Sprintf("%d to %d", least, top-1)
		}
		least = max(least, top)
	}
	return fmt.Sprintf("%d or more", least)
}
