package sqlite

import (
	"context"
	"errors"
	"sync/atomic"

	"ombra/cases"
)

// A change is one Update on its way through the writer.
type change struct {
	ctx   context.Context
	f     func(cases.Tx) error
	state atomic.Int32
	done  chan error // holds one
}

// The states of a change: whoever moves it out of waiting owns it.
const (
	waiting int32 = iota
	begun
	withdrawn
)

var (
	errClosed   = errors.New("sqlite: the database is closed")
	errGone     = errors.New("sqlite: an update left its goroutine; nothing was stored")
	errRollback = errors.New("sqlite: the transaction was rolled back")
)

// writer owns the one connection that writes. Its goroutine takes the changes
// that wait, up to group, and commits them together: one sync for all. There is
// no window of delay; the next group gathers while the disk syncs.
//
// Every change has a savepoint, so that an error undoes it alone. But a full
// disk and an I/O error make SQLite undo the whole transaction by itself, and
// say so only if asked (AutoCommit). Then, and when the commit certainly failed,
// the group is run again one by one, and only the culprit fails.
type writer struct {
	open    func() (*conn, error)
	group   int
	changes chan *change  // unbuffered: a change is taken or its caller still may leave
	turns   chan *turn    // likewise
	closing chan struct{} // closed by stop
	ended   chan struct{} // closed when the goroutine has ended

	c     *conn // the goroutine's own, like all that follows
	edge  edge
	batch []*change // taken and not yet answered
	dirty bool      // something was shredded, perhaps before this process, and VACUUM has not run since
}

func newWriter(open func() (*conn, error), group int) (*writer, error) {
	c, err := open()
	if err != nil {
		return nil, err
	}
	w := &writer{
		open: open, group: max(1, group), c: c, dirty: true,
		changes: make(chan *change), turns: make(chan *turn), closing: make(chan struct{}), ended: make(chan struct{}),
	}
	go w.run()
	return w, nil
}

// update hands f to the writer and waits. Until f begins, ctx may end the wait.
func (w *writer) update(ctx context.Context, f func(cases.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ch := &change{ctx: ctx, f: f, done: make(chan error, 1)}
	select {
	case w.changes <- ch:
	case <-ctx.Done():
		return ctx.Err()
	case <-w.closing:
		return errClosed
	}
	select {
	case err := <-ch.done:
		return err
	case <-ctx.Done():
		if ch.state.CompareAndSwap(waiting, withdrawn) {
			return ctx.Err()
		}
		return <-ch.done
	}
}

// stop lets the group under way finish and ends the goroutine.
func (w *writer) stop() {
	close(w.closing)
	<-w.ended
}

// close closes the connection of a writer that was stopped.
func (w *writer) close() error {
	if w.c == nil {
		return nil
	}
	return w.c.close()
}

func (w *writer) run() {
	ok := false
	defer func() {
		if ok {
			close(w.ended)
			return
		}
		// A change ended this goroutine (runtime.Goexit, as a failing test
		// does). Its neighbours must not wait for ever.
		w.rollback()
		for _, ch := range w.batch {
			w.answer(ch, errGone)
		}
		go w.run()
	}()
	for w.take() {
		w.commit()
	}
	ok = true
}

// take waits for a change and gathers what else is there.
func (w *writer) take() bool {
	w.batch = w.batch[:0]
	select {
	case ch := <-w.changes:
		w.add(ch)
	case t := <-w.turns:
		t.done <- t.do()
		return true
	case <-w.closing:
		return false
	}
	for len(w.batch) < w.group {
		select {
		case ch := <-w.changes:
			w.add(ch)
		default:
			return true
		}
	}
	return true
}

func (w *writer) add(ch *change) { w.batch = append(w.batch, ch) }

// answer gives a change its result, once.
func (w *writer) answer(ch *change, err error) {
	select {
	case ch.done <- err:
	default:
	}
}

// commit stores the batch together, or else one by one.
func (w *writer) commit() {
	if len(w.batch) == 0 { // a turn was taken
		return
	}
	results := make([]error, len(w.batch))
	err := w.try(w.batch, results)
	for i, ch := range w.batch {
		switch {
		case err == nil:
			err := results[i]
			w.answer(ch, err)
		case len(w.batch) == 1 || errors.Is(err, cases.ErrUnclear):
			w.answer(ch, err)
		default:
			one := results[i : i+1]
			if err := w.try(w.batch[i:i+1], one); err != nil {
				one[0] = err
			}
			w.answer(ch, one[0])
		}
	}
}
