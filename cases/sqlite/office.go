package sqlite

import (
	"encoding/json"
	"errors"

	"ombra/cases"
)

// Ombudsmen implements [cases.OfficeTx], by name: the order in which they were
// appointed is nobody's business.
func (t *tx) Ombudsmen() (list []cases.Ombudsman, err error) {
	err = t.each(`SELECT name, backstop, recipient, verifier, enrolment, since, until, away_from, away_until,
		proved, removed, seen, expect, past FROM ombudsmen ORDER BY name`, nil, func(r *row) error {
		o := cases.Ombudsman{
			Name: r.text(), Backstop: r.int64() != 0, Recipient: r.text(), Verifier: r.text(), Enrolment: r.blob(),
			From: r.day(), Until: r.day(), AwayFrom: r.day(), AwayUntil: r.day(), Proved: r.day(), Removed: r.day(),
			Seen: r.int64(),
		}
		r.fixed(o.Expect[:])
		if err := json.Unmarshal(r.blob(), &o.Past); err != nil {
			return errors.New("sqlite: damaged earlier enrolments")
		}
		list = append(list, o)
		return nil
	})
	return list, err
}

// PutOmbudsman implements [cases.OfficeTx]. The name is what cannot change.
func (t *tx) PutOmbudsman(o cases.Ombudsman) error {
	past, err := json.Marshal(o.Past)
	if err != nil {
		return err
	}
	return t.write(`INSERT INTO ombudsmen (id, name, backstop, recipient, verifier, enrolment, since, until, away_from,
		away_until, expect, proved, removed, seen, past) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET backstop = excluded.backstop, recipient = excluded.recipient,
		verifier = excluded.verifier, enrolment = excluded.enrolment, since = excluded.since, until = excluded.until,
		away_from = excluded.away_from, away_until = excluded.away_until, expect = excluded.expect,
		proved = excluded.proved, removed = excluded.removed, seen = excluded.seen, past = excluded.past`,
		random(), o.Name, o.Backstop, o.Recipient, o.Verifier, o.Enrolment, o.From, o.Until, o.AwayFrom, o.AwayUntil,
		o.Expect[:], o.Proved, o.Removed, o.Seen, past)
}

// Done implements [cases.OfficeTx]; a job that never ran has no day.
func (t *tx) Done(job string) (day cases.Day, err error) {
	_, err = t.one(`SELECT day FROM jobs WHERE name = ?`, []any{job}, func(r *row) error {
		day = r.day()
		return nil
	})
	return day, err
}

// SetDone implements [cases.OfficeTx].
func (t *tx) SetDone(job string, day cases.Day) error {
	return t.write(`INSERT INTO jobs (name, day) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET day = excluded.day`,
		job, day)
}
