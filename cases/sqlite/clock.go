package sqlite

import (
	"encoding/json"
	"strings"

	"ombra/cases"
)

// Due implements [cases.ClockTx], by the partial index on the day.
func (t *tx) Due(day cases.Day) ([]cases.ID, error) {
	return t.ids(`SELECT code FROM cases WHERE next <> '' AND next <= ? ORDER BY next, n`, day)
}

// selectShort reads the index of grants alone, not their wraps, which are the
// bulk of the database, and of cases the rows that a dormant grant is left for.
const selectShort = `WITH
	there AS MATERIALIZED (SELECT value AS holder FROM json_each(?)),
	held AS MATERIALIZED (SELECT n, count(DISTINCT holder) AS held FROM grants
		WHERE state = 'live' AND holder IN (SELECT holder FROM there) GROUP BY n),
	spare AS MATERIALIZED (SELECT DISTINCT n FROM grants
		WHERE state = 'dormant' AND holder IN (SELECT holder FROM there))
	SELECT code FROM spare CROSS JOIN cases ON cases.n = spare.n LEFT JOIN held ON held.n = spare.n
	WHERE stage <> 'closed' AND (coalesce(held, 0) < drawn OR appealed <> '') OR flags & ? <> 0 AND coalesce(held, 0) < 2`

// Short implements [cases.ClockTx].
func (t *tx) Short(there []string) ([]cases.ID, error) {
	names, err := json.Marshal(there)
	if err != nil {
		return nil, err
	}
	return t.ids(selectShort, string(names), int64(cases.Disputed))
}

// Appeals implements [cases.ClockTx], by the index that holds nothing else.
func (t *tx) Appeals() ([]cases.ID, error) {
	return t.ids(`SELECT code FROM cases WHERE appealed <> '' AND stage <> 'closed' ORDER BY n`)
}

func (t *tx) ids(sql string, args ...any) (list []cases.ID, err error) {
	err = t.each(sql, args, func(r *row) error {
		list = append(list, caseID(r))
		return nil
	})
	return list, err
}

// Turn implements [cases.ClockTx].
func (t *tx) Turn(holder string, from, to cases.GrantState) (n int, err error) {
	if err := known(grantStates[from], grantStates[to], from != cases.Revoked, to != cases.Revoked); err != nil {
		return 0, t.keep(err)
	}
	// Only where the holder has the newest key: whoever lacks it would be counted
	// as a holder, and read nothing new. Those of older keys come with it.
	const newest = `EXISTS (SELECT 1 FROM grants AS own NOT INDEXED
		WHERE own.id BETWEEN grants.n << 20 AND grants.n << 20 | 1048575 AND own.holder = grants.holder AND own.state <> 'revoked'
		AND NOT EXISTS (SELECT 1 FROM keys WHERE keys.id = (own.n << 20) + own.epoch + 1))`
	sql := `UPDATE grants SET state = ?1 WHERE holder = ?2 AND state = ?3`
	if to == cases.Live {
		sql += ` AND ` + newest
	}
	if err := t.write(sql, string(to), holder, string(from)); err != nil {
		return 0, err
	}
	_, err = t.one(`SELECT changes()`, nil, func(r *row) error { n = r.int(); return nil })
	return n, err
}

// names reads roster names in one column, apart by spaces.
func names(r *row) []string {
	text := r.text()
	if text == "" {
		return nil
	}
	return strings.Split(text, " ")
}
