package sqlite

import (
	"errors"
	"strings"

	"ombra/cases"
)

// loadParts reads a case's keys, grants, remedies and receipts.
func (t *tx) loadParts(c *cases.Case) error {
	t.id, t.n = c.ID, c.Entry // what follows is about this case
	first, last := parts(c.Entry)
	span := []any{first, last}
	err := t.each(`SELECT id & 1048575, recipient, made_by, statement FROM keys WHERE id BETWEEN ? AND ? ORDER BY id`, span,
		func(r *row) error {
			c.Keys = append(c.Keys, cases.Key{Epoch: r.int(), Recipient: r.text(), By: r.text(), Statement: r.blob()})
			return nil
		})
	if err != nil {
		return err
	}
	if len(c.Keys) == 0 {
		return errRow // a case has a key as long as it is there
	}
	err = t.each(`SELECT holder, epoch, state, rank FROM grants WHERE id BETWEEN ? AND ? ORDER BY id`, span,
		func(r *row) error {
			g := cases.Grant{Holder: r.text(), Epoch: r.int(), State: word(r, grantStates), Rank: word(r, ranks)}
			c.Grants = append(c.Grants, g)
			return nil
		})
	if err != nil {
		return err
	}
	if err := t.loadRemedies(c, span); err != nil {
		return err
	}
	return t.each(`SELECT state, until, lookup, tag, verifier, recipient FROM receipts
		WHERE id BETWEEN ? AND ? ORDER BY id`, span, func(r *row) error {
		p := cases.Receipt{State: word(r, receiptStates), Until: r.day()}
		r.fixed(p.Lookup[:])
		r.fixed(p.Tag[:])
		p.Verifier, p.Recipient = r.text(), r.text()
		c.Receipts = append(c.Receipts, p)
		return nil
	})
}

// Wraps implements [cases.CaseTx].
func (t *tx) Wraps(id cases.ID, holder string) (wraps [][]byte, err error) {
	n, err := t.number(id)
	if err != nil {
		return nil, err
	}
	first, last := parts(n)
	err = t.each(`SELECT wrap FROM grants NOT INDEXED WHERE id BETWEEN ? AND ? AND holder = ? AND state = 'live'
		ORDER BY epoch DESC, id DESC`, []any{first, last, holder}, func(r *row) error {
		wraps = append(wraps, r.blob())
		return nil
	})
	return wraps, err
}

func (t *tx) addKeys(n int64, keys []cases.Key) error {
	for _, k := range keys {
		id, err := partOf(n, k.Epoch)
		if err != nil {
			return t.keep(err)
		}
		if err := t.write(`INSERT INTO keys (id, made_by, recipient, statement) VALUES (?, ?, ?, ?)`,
			id, k.By, k.Recipient, k.Statement); err != nil {
			return err
		}
	}
	return nil
}

// most is how many grants go into one statement.
const most = 8

// insertGrants has one statement for each number of rows.
var insertGrants = func() (sql [most + 1]string) {
	for i := range sql {
		sql[i] = `INSERT INTO grants (id, n, holder, epoch, state, rank, wrap) VALUES ` +
			strings.TrimSuffix(strings.Repeat("(?, ?, ?, ?, ?, ?, ?), ", i), ", ")
	}
	return sql
}()

// addGrants adds grants from the at-th part on.
func (t *tx) addGrants(n int64, at int, grants []cases.Grant) error {
	for len(grants) > 0 {
		some := grants[:min(most, len(grants))]
		grants = grants[len(some):]
		args := make([]any, 0, 7*most)
		for _, g := range some {
			if err := known(grantStates[g.State], ranks[g.Rank]); err != nil {
				return t.keep(err)
			}
			if len(g.Wrap) == 0 {
				return t.keep(errors.New("sqlite: a new grant without its wrap"))
			}
			id, err := partOf(n, at)
			if err != nil {
				return t.keep(err)
			}
			args = append(args, id, n, g.Holder, g.Epoch, string(g.State), string(g.Rank), g.Wrap)
			at++
		}
		if err := t.write(insertGrants[len(some)], args...); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) addReceipts(n int64, at int, list []cases.Receipt) error {
	for i, p := range list {
		id, err := partOf(n, at+i)
		if err == nil {
			err = known(receiptStates[p.State])
		}
		if err != nil {
			return t.keep(err)
		}
		err = t.write(`INSERT INTO receipts (id, state, until, lookup, tag, verifier, recipient)
			VALUES (?, ?, ?, ?, ?, ?, ?)`, id, string(p.State), p.Until, p.Lookup[:], p.Tag[:], p.Verifier, p.Recipient)
		if isUnique(err) {
			return cases.E(cases.Conflict, "", err) // this receipt is of a case already
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) putKeys(n int64, keys []cases.Key) error {
	first, last := parts(n)
	have := map[int]bool{}
	err := t.each(`SELECT id & 1048575 FROM keys WHERE id BETWEEN ? AND ?`, []any{first, last}, func(r *row) error {
		have[r.int()] = true
		return nil
	})
	if err != nil {
		return err
	}
	for _, k := range keys {
		if !have[k.Epoch] {
			if err := t.addKeys(n, []cases.Key{k}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *tx) putGrants(n int64, grants []cases.Grant) error {
	type who struct {
		holder string
		epoch  int
	}
	type what struct {
		id          int64
		state, rank string
	}
	first, last := parts(n)
	have, next := map[who]what{}, 0
	err := t.each(`SELECT id, holder, epoch, state, rank FROM grants WHERE id BETWEEN ? AND ?`, []any{first, last},
		func(r *row) error {
			id, k := r.int64(), who{r.text(), r.int()}
			have[k] = what{id, r.text(), r.text()}
			next = int(id-first) + 1
			return nil
		})
	if err != nil {
		return err
	}
	var added []cases.Grant
	for _, g := range grants {
		old, ok := have[who{g.Holder, g.Epoch}]
		switch {
		case !ok:
			added = append(added, g)
		case !grantStates[g.State] || !ranks[g.Rank]:
			return t.keep(known(false))
		case old.state == string(cases.Revoked):
			// It has no wrap any more: nothing brings it back.
		case g.State == cases.Revoked:
			err = t.write(`UPDATE grants SET state = ?, rank = ?, wrap = x'' WHERE id = ?`, string(g.State), string(g.Rank), old.id)
		case old.state != string(g.State) || old.rank != string(g.Rank):
			err = t.write(`UPDATE grants SET state = ?, rank = ? WHERE id = ?`, string(g.State), string(g.Rank), old.id)
		}
		if err != nil {
			return err
		}
	}
	return t.addGrants(n, next, added)
}

func (t *tx) putReceipts(n int64, list []cases.Receipt) error {
	type pair struct {
		lookup   [32]byte
		verifier string
	}
	first, last := parts(n)
	have, next := map[pair]int64{}, 0
	err := t.each(`SELECT id, lookup, verifier FROM receipts WHERE id BETWEEN ? AND ?`, []any{first, last},
		func(r *row) error {
			var p pair
			id := r.int64()
			r.fixed(p.lookup[:])
			p.verifier = r.text()
			have[p] = id
			next = int(id-first) + 1
			return nil
		})
	if err != nil {
		return err
	}
	var added []cases.Receipt
	for _, p := range list {
		id, ok := have[pair{p.Lookup, p.Verifier}]
		if !ok {
			added = append(added, p)
			continue
		}
		if err := known(receiptStates[p.State]); err != nil {
			return t.keep(err)
		}
		if err := t.write(`UPDATE receipts SET state = ?1, until = ?2 WHERE id = ?3 AND (state <> ?1 OR until <> ?2)`,
			string(p.State), p.Until, id); err != nil {
			return err
		}
	}
	return t.addReceipts(n, next, added)
}
