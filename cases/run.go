package cases

import (
	"context"
	"slices"
	"time"
)

// A Job is something that is due once a day, from a stored day: a restart
// neither skips nor repeats it.
type Job struct {
	Name string
	Do   func(context.Context) error
}

// Jobs lists what the service itself has to do each day.
func (s *Service) Jobs() []Job {
	return []Job{
		{Name: jobSettings, Do: s.noteSettings}, // before what they bind
		// In this order: what is shredded is under the same day's checkpoint.
		{Name: jobShred, Do: s.shredDue},
		{Name: jobErase, Do: s.erase},
		{Name: jobCheckpoint, Do: s.checkpointDue},
		{Name: jobMandates, Do: s.warnMandates},
		{Name: jobHolders, Do: s.seeToHolders},
		{Name: jobClocks, Do: s.seeToClocks},
		{Name: jobHolds, Do: s.endHolds},
		{Name: jobRemedies, Do: s.warnRemedies},
		{Name: jobKeys, Do: s.seeToKeys},
	}
}

// checkpointDue signs the day's checkpoint when its quiet hour has come. The
// office's first waits for none: without one a clock that jumps could not be told.
func (s *Service) checkpointDue(ctx context.Context) error {
	var last Day
	err := s.view(ctx, func(tx Tx) (err error) {
		last, err = tx.Done(jobCheckpoint)
		return err
	})
	if err != nil || last != "" && !s.quiet() {
		return err
	}
	_, err = s.Checkpoint(ctx, false)
	return err
}

const jobMandates = "mandates"

// mandateNotice is how long before its end an ombudsman hears of a mandate.
const mandateNotice = 14

// warnMandates tells those whose mandate ends soon, and oversight, once for each
// last day, in the same transaction that notes it; and oversight, when too few are
// left. The outside body's last day is for oversight alone.
func (s *Service) warnMandates(ctx context.Context) error {
	today := s.Today()
	return s.update(ctx, func(tx Tx) error {
		if err := s.jumped(tx); err != nil {
			return err
		}
		all, err := tx.Ombudsmen()
		if err != nil {
			return err
		}
		for _, o := range all {
			if !o.Serves(today) || today < o.Until.Add(-mandateNotice) {
				continue
			}
			if err := s.warnOnce(tx, o, today); err != nil {
				return err
			}
		}
		return s.warnRoster(tx)
	})
}

func (s *Service) warnOnce(tx Tx, o Ombudsman, today Day) error {
	job := jobMandates + "-" + o.Name
	warned, err := tx.Done(job)
	if err != nil || warned == o.Until {
		return err
	}
	to := slices.Clone(s.Office.Oversight)
	if !o.Backstop {
		to = append(to, o.Name)
	}
	for _, name := range to {
		if err := tx.Notify(Notice{To: name, About: Mandate, Due: today}); err != nil {
			return err
		}
	}
	return tx.SetDone(job, o.Until)
}

// Run does what is due now and then looks again every minute, until ctx ends.
// failed hears of each job that did not work; it is tried again the next minute.
func (s *Service) Run(ctx context.Context, failed func(job string, err error)) {
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()
	for {
		for _, j := range s.Jobs() {
			if err := contained(ctx, j); err != nil && ctx.Err() == nil {
				failed(j.Name, err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// contained runs a job; a panic becomes an error without its value.
func contained(ctx context.Context, j Job) (err error) {
	defer func() {
		if recover() != nil {
			err = E(Internal, "", nil)
		}
	}()
	return j.Do(ctx)
}
