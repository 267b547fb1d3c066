package sqlite

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"strconv"

	"ombra/cases"
)

// random draws a row id of 63 bits.
func random() int64 {
	var b [8]byte
	_, _ = rand.Read(b[:])
	return int64(binary.BigEndian.Uint64(b[:]) >> 1)
}

// Notify implements [cases.NoticeTx]. The store draws the key.
func (t *tx) Notify(n cases.Notice) error {
	if err := known(subjects[n.About]); err != nil {
		return t.keep(err)
	}
	return t.write(`INSERT INTO notices (id, gen, whom, about, due, hour, tries) VALUES (?, 1, ?, ?, ?, ?, 0)
		ON CONFLICT (due, hour, whom, about) DO UPDATE SET gen = gen + 1`,
		random(), n.To, string(n.About), n.Due, n.Hour)
}

// Waiting implements [cases.NoticeTx].
func (t *tx) Waiting(day cases.Day, hour int) (list []cases.Notice, err error) {
	err = t.each(`SELECT id, gen, whom, about, due, hour, tries FROM notices WHERE (due, hour) <= (?, ?)
		ORDER BY due, hour, whom, about`, []any{day, hour}, func(r *row) error {
		list = append(list, cases.Notice{
			Key: fmt.Sprintf("%016x", r.int64()), Gen: r.int(), To: r.text(), About: word(r, subjects),
			Due: r.day(), Hour: r.int(), Tries: r.int(),
		})
		return nil
	})
	return list, err
}

// Settle implements [cases.NoticeTx]. A key that is gone is no error: a notice
// may be told twice.
func (t *tx) Settle(key string, gen int, o cases.Outcome) error {
	id, err := strconv.ParseInt(key, 16, 64)
	if err != nil || len(key) != 16 {
		return nil //nolint:nilerr // a key that this store never drew is a key that is gone
	}
	switch {
	case o.Dead:
		return t.write(`DELETE FROM notices WHERE id = ?`, id)
	case o.Again:
		return t.write(`UPDATE notices SET tries = tries + 1 WHERE id = ?`, id)
	}
	return t.write(`DELETE FROM notices WHERE id = ? AND gen = ?`, id, gen)
}
