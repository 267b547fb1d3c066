package cases

import "context"

// What oversight hears of, and where it then looks: a notice says nothing, and the
// page behind it says no more than days, names of settings and, of late cases, ids.
//
//   - a promised day passed unkept, a dispute that nobody settled in time, a case that
//     does not open, an appeal that nobody may decide: the list of what is overdue;
//   - a changed setting, too few ombudsmen for a new case, a grant that was released:
//     what the office itself needs, above that list.
//
// It hears nothing of filings, messages, drafts or closings: those are the figures.

// The rows of jobs that note what oversight was told of.
const (
	jobReleased = "oversight-released" // the day of the last release
	jobShort    = "oversight-short"    // since when there are too few
)

// An OfficeState is what oversight may want to know of the office itself.
type OfficeState struct {
	Changes  []Change
	Released Day // the last day before today on which a case was given to its reserve or backstop
	Short    Day // since when fewer can be given a new case than are promised
	Closed   bool
}

// Office looks at the office itself.
func (o Oversight) Office(ctx context.Context) (n OfficeState, err error) {
	if n.Changes, err = o.s.Changes(ctx); err != nil {
		return n, err
	}
	n.Closed = !o.s.Open()
	err = o.s.view(ctx, func(tx Tx) (err error) {
		if n.Short, err = tx.Done(jobShort); err != nil {
			return err
		}
		n.Released, err = tx.Done(jobReleased)
		return err
	})
	if n.Released == o.s.Today() {
		n.Released = "" // whoever looks every minute could tell when a filer appealed
	}
	return n, err
}

// tellReleased tells oversight that others were given a case, on the next day: it
// may come with an act of the filer.
func (s *Service) tellReleased(tx Tx) error {
	if err := tx.SetDone(jobReleased, s.Today()); err != nil {
		return err
	}
	return s.tellOversight(tx, OfficeNews, s.Today().Add(1))
}

// warnRoster tells oversight, once for each time, that a new case cannot be given
// to as many as the office promises.
func (s *Service) warnRoster(tx Tx) error {
	since, err := tx.Done(jobShort)
	if err != nil {
		return err
	}
	able := 0
	for _, d := range draw(*s.roster.Load(), s.want(nil, anyKey)) {
		if d.rank == Designated {
			able++
		}
	}
	switch short := able < s.Office.Designate; {
	case short == (since != ""):
		return nil
	case !short:
		return tx.SetDone(jobShort, "")
	}
	if err := tx.SetDone(jobShort, s.Today()); err != nil {
		return err
	}
	return s.tellOversight(tx, OfficeNews, s.Today())
}
