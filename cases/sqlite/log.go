package sqlite

import (
	"bytes"
	"errors"
	"fmt"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"

	"ombra/cases"
	"ombra/crypto/custody"
)

// edge is the right edge of the log's tree: what the next leaf needs of what is
// stored. The writer keeps it between changes and forgets it with any rollback.
type edge struct {
	known bool
	size  int64
	// top[l] is the root of the complete subtree of 2^l leaves that ends the
	// left part of the tree, where size has bit l.
	top [64]tlog.Hash
}

// ReadHashes implements [tlog.HashReader] for the hashes on the edge.
func (e *edge) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		level, n := tlog.SplitStoredHashIndex(index)
		if e.size>>level&1 == 0 || n != e.size>>level-1 {
			return nil, errors.New("sqlite: a hash that is not on the log's edge")
		}
		hashes[i] = e.top[level]
	}
	return hashes, nil
}

// grow takes in a leaf's hashes: the last is the root that the leaf completed.
func (e *edge) grow(hashes []tlog.Hash) {
	e.top[len(hashes)-1] = hashes[len(hashes)-1]
	e.size++
}

// load reads the edge anew if it is not known.
func (t *tx) load() error {
	if t.edge == nil {
		return errors.New("sqlite: a view cannot append")
	}
	if t.edge.known {
		return nil
	}
	size, err := t.Size()
	if err != nil {
		return err
	}
	e := edge{known: true, size: size}
	for rest := size; rest > 0; rest &= rest - 1 {
		level := bits.TrailingZeros64(uint64(rest))
		h, err := t.Hashes().ReadHashes([]int64{tlog.StoredHashIndex(level, rest>>level-1)})
		if err != nil {
			return err
		}
		e.top[level] = h[0]
	}
	*t.edge = e
	return nil
}

const (
	insertOpen = `INSERT INTO log_open (n, once, nonce, act, code, details) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (once) DO NOTHING RETURNING n`
	insertLeaf = `INSERT INTO log (n, leaf, hashes) VALUES (?, ?, ?)`
	selectOnce = `SELECT n, act, code FROM log_open WHERE once = ?`
)

// Append implements [cases.LogTx].
func (t *tx) Append(e cases.Entry) (int64, error) {
	if err := e.Details.Check(); err != nil {
		return 0, fmt.Errorf("log entry: %w", err)
	}
	about, err := matter(e.Details.Case)
	if err != nil {
		return 0, err
	}
	if err := t.load(); err != nil {
		return 0, err
	}
	n, details := t.edge.size, e.Details.JSON()
	_, added, err := t.writes(insertOpen, n, e.Once[:], e.Nonce[:], e.Details.Act, about, details)
	if err != nil {
		return 0, err
	}
	if !added {
		return t.again(e, about)
	}
	leaf := custody.Leaf(e.Details.Day, e.Nonce, details)
	hashes, err := custody.Hashes(n, leaf, t.edge)
	if err != nil {
		return 0, t.keep(err) // log_open has a row that must not stay
	}
	if err := t.write(insertLeaf, n, leaf, custody.Blob(hashes)); err != nil {
		return 0, err
	}
	t.edge.grow(hashes)
	return n, nil
}

// matter is the number of the case that an entry is about, or nil.
func matter(id string) (any, error) {
	if id == "" {
		return nil, nil
	}
	n, ok := code(cases.ID(id))
	if !ok {
		return nil, errors.New("sqlite: log entry about what is no case id")
	}
	return n, nil
}

// again answers an Once that is in the log already.
func (t *tx) again(e cases.Entry, about any) (n int64, err error) {
	same := false
	_, err = t.one(selectOnce, []any{e.Once[:]}, func(r *row) error {
		n = r.int64()
		same = r.text() == e.Details.Act && r.val() == about
		return nil
	})
	if err != nil {
		return 0, err
	}
	if !same {
		return 0, cases.E(cases.Conflict, "", nil)
	}
	return n, cases.ErrDone
}

// Size implements [cases.LogTx].
func (t *tx) Size() (size int64, err error) {
	if t.edge != nil && t.edge.known {
		return t.edge.size, nil
	}
	_, err = t.one(`SELECT coalesce(max(n) + 1, 0) FROM log`, nil, func(r *row) error {
		size = r.int64()
		return nil
	})
	return size, err
}

// Leaves implements [cases.LogTx].
func (t *tx) Leaves(from, to int64) ([]cases.Leaf, error) {
	var leaves []cases.Leaf
	err := t.each(`SELECT log.n, leaf, once, nonce, details FROM log LEFT JOIN log_open ON log_open.n = log.n
		WHERE log.n >= ? AND log.n < ? ORDER BY log.n`, []any{from, to}, func(r *row) error {
		l := cases.Leaf{N: r.int64(), Leaf: r.blob()}
		r.fixed(l.Once[:])
		r.fixed(l.Nonce[:])
		l.Details = r.blob()
		leaves = append(leaves, l)
		return nil
	})
	return leaves, err
}

// Hashes implements [cases.LogTx].
func (t *tx) Hashes() tlog.HashReader {
	return custody.RowReader(func(n int64) (hashes []byte, err error) {
		ok, err := t.one(`SELECT hashes FROM log WHERE n = ?`, []any{n}, func(r *row) error {
			hashes = r.blob()
			return nil
		})
		if err == nil && !ok {
			err = errors.New("sqlite: the log has no such leaf")
		}
		return hashes, err
	})
}

// Checkpoints implements [cases.LogTx].
func (t *tx) Checkpoints(after int64) ([]cases.Checkpoint, error) {
	var list []cases.Checkpoint
	err := t.each(`SELECT day, size, note FROM log_checkpoint WHERE size > ? ORDER BY size, day`, []any{after},
		func(r *row) error {
			list = append(list, cases.Checkpoint{Day: r.day(), Size: r.int64(), Note: r.blob()})
			return nil
		})
	return list, err
}

// PutCheckpoint implements [cases.LogTx]. A day has one: a second is a Conflict.
func (t *tx) PutCheckpoint(c cases.Checkpoint) error {
	_, added, err := t.writes(`INSERT INTO log_checkpoint (day, size, note) VALUES (?, ?, ?)
		ON CONFLICT (day) DO NOTHING RETURNING id`, c.Day, c.Size, bytes.Clone(c.Note))
	if err == nil && !added {
		err = cases.E(cases.Conflict, "", nil)
	}
	return err
}
