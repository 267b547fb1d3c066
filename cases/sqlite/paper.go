package sqlite

import (
	"errors"

	"ombra/cases"
)

// insertPaper numbers the paper, in one statement.
const insertPaper = `INSERT INTO papers (id, epoch, kind, reader, once, day, entry, sum, size, shelf, blob)
	SELECT coalesce(max(id), ?1) + 1, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12 FROM papers
	WHERE id BETWEEN ?1 AND ?2 HAVING coalesce(max(id), ?1) < ?2 RETURNING id - ?1`

// AddPaper implements [cases.PaperTx].
func (t *tx) AddPaper(p *cases.Paper) error {
	if err := known(paperKinds[p.Kind]); err != nil {
		return t.keep(err)
	}
	if (p.Blob == nil) == (p.Shelf == "") {
		return t.keep(errors.New("sqlite: a paper is either a blob or on the shelf"))
	}
	c, err := t.number(p.Case)
	if err != nil {
		return err
	}
	if c == nowhere {
		return notFound()
	}
	first, last := parts(c)
	var shelf any
	if p.Shelf != "" {
		shelf = p.Shelf
	}
	n, ok, err := t.writes(insertPaper, first, last, p.Epoch, string(p.Kind), p.For, p.Once[:], p.Day, p.Entry,
		p.Sum[:], p.Size, shelf, p.Blob)
	if err != nil {
		return err
	}
	if !ok {
		return t.keep(errors.New("sqlite: a case with too many papers"))
	}
	p.N = n
	return nil
}

// Papers implements [cases.PaperTx].
func (t *tx) Papers(id cases.ID, reader string) (list []cases.Paper, err error) {
	c, err := t.number(id)
	if err != nil {
		return nil, err
	}
	first, last := parts(c)
	err = t.each(`SELECT id & 1048575, epoch, kind, reader, day, entry, size, coalesce(shelf, ''), once, sum FROM papers
		WHERE id BETWEEN ? AND ? AND reader = ? ORDER BY id`, []any{first, last, reader}, func(r *row) error {
		p := cases.Paper{
			Case: id, N: r.int64(), Epoch: r.int(), Kind: word(r, paperKinds), For: r.text(), Day: r.day(),
			Entry: r.int64(), Size: r.int64(), Shelf: r.text(),
		}
		r.fixed(p.Once[:])
		r.fixed(p.Sum[:])
		list = append(list, p)
		return nil
	})
	return list, err
}

// Blob implements [cases.PaperTx]. A paper on the shelf has none here.
func (t *tx) Blob(id cases.ID, n int64) (blob []byte, err error) {
	c, err := t.number(id)
	if err != nil {
		return nil, err
	}
	first, last := parts(c)
	if n < 1 || n > last-first {
		return nil, notFound()
	}
	ok, err := t.one(`SELECT blob FROM papers WHERE id = ? AND blob IS NOT NULL`, []any{first + n}, func(r *row) error {
		blob = r.blob()
		return nil
	})
	if err == nil && !ok {
		err = notFound()
	}
	return blob, err
}

// Shelved implements [cases.PaperTx].
func (t *tx) Shelved() (map[string]bool, error) {
	names := map[string]bool{}
	err := t.each(`SELECT shelf FROM papers WHERE shelf IS NOT NULL`, nil, func(r *row) error {
		names[r.text()] = true
		return nil
	})
	return names, err
}

// Unseal implements [cases.PaperTx].
func (t *tx) Unseal(id cases.ID, reader string) error {
	if reader == "" {
		return t.keep(errors.New("sqlite: the case's own papers go with the case alone"))
	}
	c, err := t.number(id)
	if err != nil {
		return err
	}
	if t.dirty != nil {
		*t.dirty = true
	}
	first, last := parts(c)
	return t.write(`DELETE FROM papers WHERE id BETWEEN ? AND ? AND reader = ?`, first, last, reader)
}
