package sqlite

import (
	"encoding/hex"

	"ombra/cases"
)

var (
	remedyForms  = words(cases.RemedyForms...)
	remedyStates = words(cases.RemedyStates...)
)

// loadRemedies reads a case's remedies, by number.
func (t *tx) loadRemedies(c *cases.Case, span []any) error {
	return t.each(`SELECT id & 1048575, form, state, due, day, signer, last, told FROM remedies
		WHERE id BETWEEN ? AND ? ORDER BY id`, span, func(r *row) error {
		var m cases.Remedy
		m.Number, m.Form, m.State = r.int(), word(r, remedyForms), word(r, remedyStates)
		m.Due, m.Day, m.Signer = string(r.day()), string(r.day()), r.text()
		var last [16]byte
		r.fixed(last[:])
		m.On, m.Told = hex.EncodeToString(last[:]), r.day()
		c.Remedies = append(c.Remedies, m)
		return nil
	})
}

// putRemedies writes each remedy that the case names.
func (t *tx) putRemedies(n int64, list []cases.Remedy) error {
	for _, m := range list {
		id, err := partOf(n, m.Number)
		if err == nil {
			err = known(m.Number > 0, remedyForms[m.Form], remedyStates[m.State])
		}
		last, wrong := hex.DecodeString(m.On)
		if err == nil {
			err = wrong
		}
		if err != nil {
			return t.keep(err)
		}
		if err := t.write(`INSERT INTO remedies (id, form, state, due, day, signer, last, told) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET form = excluded.form, state = excluded.state, due = excluded.due,
			day = excluded.day, signer = excluded.signer, last = excluded.last, told = excluded.told`,
			id, m.Form, m.State, m.Due, m.Day, m.Signer, last, m.Told); err != nil {
			return err
		}
	}
	return nil
}

// RemediesDue implements [cases.CaseTx], by the index that holds nothing else.
func (t *tx) RemediesDue(day cases.Day, limit int) (list []cases.ID, err error) {
	err = t.each(`SELECT code FROM cases WHERE n IN (SELECT id >> 20 FROM remedies
		WHERE state NOT IN ('refused', 'confirmed', 'unconfirmed') AND told <> due AND due <= ?
		ORDER BY due LIMIT ?) ORDER BY n`, []any{day, limit}, func(r *row) error {
		list = append(list, caseID(r))
		return nil
	})
	return list, err
}
