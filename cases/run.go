package cases

import (
	"context"
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
		{Name: jobCheckpoint, Do: func(ctx context.Context) error { _, err := s.Checkpoint(ctx); return err }},
		{Name: jobMandates, Do: s.warnMandates},
	}
}

const jobMandates = "mandates"

// mandateNotice is how long before its end an ombudsman hears of a mandate.
const mandateNotice = 14

// warnMandates tells those whose mandate ends soon, once a day, in the same
// transaction that notes the day.
func (s *Service) warnMandates(ctx context.Context) error {
	today := s.Today()
	return s.update(ctx, func(tx Tx) error {
		last, err := tx.Done(jobMandates)
		if err != nil || last >= today {
			return err
		}
		all, err := tx.Ombudsmen()
		if err != nil {
			return err
		}
		for _, o := range all {
			left := o.Until.Add(-mandateNotice)
			if !o.Serves(today) || o.Backstop || today < left || last >= left {
				continue
			}
			if err := tx.Notify(Notice{Key: newKey(), To: o.Name, About: Mandate, Due: today}); err != nil {
				return err
			}
		}
		return tx.SetDone(jobMandates, today)
	})
}

// Run does what is due now and then looks again every minute, until ctx ends.
// failed hears of each job that did not work; it is tried again the next minute.
func (s *Service) Run(ctx context.Context, failed func(job string, err error)) {
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()
	for {
		for _, j := range s.Jobs() {
			if err := j.Do(ctx); err != nil && ctx.Err() == nil {
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
