package sqlite

import (
	"ombra/cases"
)

// partTables are the tables whose row ids lie within the range of their case's
// parts. Shredding empties the range in each (TestShredKnowsEveryTable).
var partTables = []string{"grants", "papers", "keys", "receipts", "remedies"}

// Closed implements [cases.KeepTx].
func (t *tx) Closed(by cases.Day, f func(*cases.Case) error) error {
	return t.eachCase("cases", `stage = 'closed' AND closed <> '' AND closed <= ? ORDER BY closed, n`, []any{by}, f)
}

// Held implements [cases.KeepTx].
func (t *tx) Held(until cases.Day, f func(*cases.Case) error) error {
	return t.eachCase("cases", `held_until <> '' AND held_until <= ? ORDER BY held_until, n`, []any{until}, f)
}

// lateCases finds the first day that is still owed; what it says is what
// [cases.Case] promises say.
// Beside them stand cases that a holder cannot open, closed ones too, and appeals
// that nobody may decide. A dispute is
// owed a decision after closing too.
const lateCases = `(first < ?1 OR flags & ?3 <> 0) ORDER BY first, n LIMIT ?2`

const firstOwed = `(SELECT *, min(
	iif(stage = 'received' AND ack_due <> '', ack_due, '9999-12-31'),
	iif(stage IN ('received', 'acknowledged') AND assess_due <> '', assess_due, '9999-12-31'),
	iif(stage <> 'closed' AND answered = '' AND feedback_due <> '', feedback_due, '9999-12-31'),
	iif(flags & ?4 <> 0, coalesce((SELECT until FROM receipts AS r WHERE r.id BETWEEN n << 20 AND n << 20 | 1048575
		AND r.state = 'replaced' ORDER BY r.id DESC LIMIT 1), '9999-12-31'), '9999-12-31')) AS first FROM cases) AS cases`

// Late implements [cases.KeepTx].
func (t *tx) Late(today cases.Day, limit int, f func(*cases.Case) error) error {
	return t.eachCase(firstOwed, lateCases, []any{today, limit, int64(cases.Unreadable | cases.Stuck), int64(cases.Disputed)}, f)
}

func (t *tx) eachCase(from, where string, args []any, f func(*cases.Case) error) error {
	return t.each(`SELECT `+caseColumns+` FROM `+from+` WHERE `+where, args, func(r *row) error {
		c := scanCase(r)
		if r.err != nil {
			return r.err
		}
		return f(c)
	})
}

// Shred implements [cases.KeepTx]. The leaf that opened the case names no case,
// since a receipt must give its details: its number is the case's own.
func (t *tx) Shred(id cases.ID) (leaves []int64, files []string, err error) {
	n, err := t.number(id)
	if err != nil {
		return nil, nil, err
	}
	if n == nowhere {
		return nil, nil, notFound()
	}
	about, _ := code(id)
	first, last := parts(n)
	if err := t.each(`SELECT n FROM log_open WHERE code = ? OR n = ? ORDER BY n`, []any{about, n}, func(r *row) error {
		leaves = append(leaves, r.int64())
		return nil
	}); err != nil {
		return nil, nil, err
	}
	if err := t.each(`SELECT shelf FROM papers WHERE id BETWEEN ? AND ? AND shelf IS NOT NULL`, []any{first, last}, func(r *row) error {
		files = append(files, r.text())
		return nil
	}); err != nil {
		return nil, nil, err
	}
	if t.dirty != nil {
		*t.dirty = true
	}
	for _, table := range partTables {
		if err := t.write(`DELETE FROM `+table+` WHERE id BETWEEN ? AND ?`, first, last); err != nil {
			return nil, nil, err
		}
	}
	if err := t.write(`DELETE FROM log_open WHERE code = ? OR n = ?`, about, n); err != nil {
		return nil, nil, err
	}
	t.id, t.n = "", 0
	return leaves, files, t.write(`DELETE FROM cases WHERE n = ?`, n)
}

// Count implements [cases.FigureTx].
func (t *tx) Count(quarter, name string) error {
	return t.write(`INSERT INTO figures (id, quarter, name, value) VALUES (?, ?, ?, 1)
		ON CONFLICT (quarter, name) DO UPDATE SET value = value + 1`, random(), quarter, name)
}

// Figures implements [cases.FigureTx].
func (t *tx) Figures(until string) (list []cases.Figure, err error) {
	err = t.each(`SELECT quarter, name, value FROM figures WHERE quarter <= ? ORDER BY quarter, name`, []any{until},
		func(r *row) error {
			list = append(list, cases.Figure{Quarter: r.text(), Name: r.text(), Value: r.int64()})
			return nil
		})
	return list, err
}
