package cases

import (
	"context"
	"slices"
)

// Oversight sees clocks and figures, and never content. It is nobody on the
// roster; who it is stands in the configuration.
type Oversight struct{ s *Service }

// Oversight gives the handle.
func (s *Service) Oversight() Oversight { return Oversight{s} }

// A LateCase is one of which something promised was not kept. It names the
// case and its holders, so that oversight can ask exactly those who may know of
// it: a question to the whole roster about a case without a name would tell an
// excluded ombudsman that there is one.
type LateCase struct {
	ID      ID
	Kind    Kind
	Stage   Stage
	Holders []string
	Ack     Day // when it should have been acknowledged; empty if that was kept
	Assess  Day // when it should have been assessed
	Answer  Day // when the filer should have had an answer
	Settle  Day // when a dispute between two receipts should have been decided
	// Unreadable: a holder has signed that the newest case key does not open.
	Unreadable bool
	Stuck      bool // an appeal that nobody who holds it may decide
}

// Since is the first promise that was not kept.
func (c LateCase) Since() (first Day) {
	for _, day := range []Day{c.Ack, c.Assess, c.Answer, c.Settle} {
		if day != "" && (first == "" || day < first) {
			first = day
		}
	}
	return first
}

// Overdue lists what is late, the oldest promise first, and whether there is
// more.
func (o Oversight) Overdue(ctx context.Context, limit int) (list []LateCase, more bool, err error) {
	today := o.s.Today()
	err = o.s.view(ctx, func(tx Tx) error {
		list, more = nil, false
		var ids []ID
		err := tx.Late(today, limit+1, func(c *Case) error { ids = append(ids, c.ID); return nil })
		if err != nil {
			return err
		}
		if more = len(ids) > limit; more {
			ids = ids[:limit]
		}
		for _, id := range ids {
			c, err := tx.Case(id, "")
			if err != nil {
				return err
			}
			list = append(list, overdue(c, today))
		}
		return nil
	})
	return list, more, err
}

// tellOversight has oversight look at what is overdue, or at how the office works,
// once a day however much it is.
func (s *Service) tellOversight(tx Tx, about Subject, due Day) error {
	for _, name := range s.Office.Oversight {
		if err := tx.Notify(Notice{To: name, About: about, Due: due}); err != nil {
			return err
		}
	}
	return nil
}

// overdue says which of the promises to the filer (see [Case] promises) are late.
func overdue(c *Case, today Day) LateCase {
	late := LateCase{ID: c.ID, Kind: c.Kind, Stage: c.Stage, Holders: c.Holders(), Unreadable: c.Is(Unreadable), Stuck: c.Is(Stuck)}
	if r := c.former(""); r != nil && c.Is(Disputed) && r.Until < today {
		late.Settle = r.Until
	}
	if c.Stage == Closed {
		return late
	}
	if c.Stage == Received && c.AckDue < today {
		late.Ack = c.AckDue
	}
	if c.AssessDue != "" && (c.Stage == Received || c.Stage == Acknowledged) && c.AssessDue < today {
		late.Assess = c.AssessDue
	}
	if c.Answered == "" && c.FeedbackDue < today {
		late.Answer = c.FeedbackDue
	}
	return late
}

// Numbers gives the figures of a quarter, back quarters before the newest that is
// shown. Figures wait until the quarter after theirs is over: by then what one
// case added cannot be told by its time. [NotFound] before there are any.
func (o Oversight) Numbers(ctx context.Context, back int) (n Numbers, err error) {
	newest := o.s.Today().AddMonths(-6).Quarter()
	err = o.s.view(ctx, func(tx Tx) error {
		all, err := tx.Figures(newest)
		if err != nil {
			return err
		}
		var quarters []string
		for _, f := range all {
			quarters = append(quarters, f.Quarter)
		}
		quarters = slices.Compact(quarters)
		if back < 0 || back >= len(quarters) {
			return errNotFound
		}
		have := map[string]int64{}
		quarter := quarters[len(quarters)-1-back]
		for _, f := range all {
			if f.Quarter == quarter {
				have[f.Name] = f.Value
			}
		}
		n = o.s.Office.numbers(quarter, have)
		n.Older = back+1 < len(quarters)
		return nil
	})
	return n, err
}
