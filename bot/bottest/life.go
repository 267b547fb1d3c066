package bottest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"ombra/bot"
	"ombra/cases"
	"ombra/cases/papers"
	"ombra/crypto/receipt"
)

// A life is a World in which time passes: what an office goes through that the
// story, which every adapter tells in a moment, has no time for.
type life struct {
	*World
	dir string
}

// Life goes on after the story, in the same world. The office is to be one made
// with [Living], and its clock is moved; the world has to say what people were
// told. dir is the folder of all that it keeps, in which nothing may be found of
// what was deleted.
func Life(ctx context.Context, w *World, dir string) error {
	if w.Notices == nil {
		return errors.New("nobody hears the notices")
	}
	l := &life{w, dir}
	return w.tell(ctx, []chapter{
		{"the next morning", l.morning},
		{"an oral report", l.oral},
		{"a case handed over", l.handOver},
		{"a late case", l.late},
		{"an appeal", l.appeal},
		{"an ombudsman withdraws", l.recusal},
		{"a withdrawal", l.withdrawal},
		{"a remedy for somebody helped", l.putRight},
		{"a hold", l.hold},
		{"deletion", l.deletion},
		{"the log", w.log},
	})
}

// Living makes settings ones in which everything that waits for a day comes within
// weeks, and vera watches on each platform.
func Living(set Settings) Settings {
	change, options := set.Change, set.Options
	set.Change = func(o *cases.Office) {
		o.Oversight = []string{"vera"}
		o.Warn, o.Release, o.CoolingOff, o.Keeping.Months = 1, 3, 7, 1
		if change != nil {
			change(o)
		}
	}
	set.Options = func(o *bot.Options) {
		o.Oversight = map[string]string{}
		for _, p := range set.platforms() {
			o.Oversight[p+":vera"] = "vera"
		}
		if options != nil {
			options(o)
		}
	}
	return set
}

// caseOf finds the case of somebody's receipt, as only whoever has the database
// can: the story has to know which one of many to look at.
func (l *life) caseOf(ctx context.Context, who string) (*cases.Case, error) {
	r, err := receipt.Parse(Origin, l.Receipts[who])
	if err != nil {
		return nil, err
	}
	var list []*cases.Case
	err = l.Office.Cases.Store.View(ctx, func(tx cases.Tx) (err error) {
		list, err = tx.CasesOf(r.Lookup().Hash(), r.Signer().Verifier())
		return err
	})
	if err == nil && len(list) != 1 {
		err = fmt.Errorf("%s's receipt is that of %d cases", who, len(list))
	}
	if err != nil {
		return nil, err
	}
	return list[0], nil
}

// held is what a case's button in the inbox begins with, and a holder of it.
func (l *life) held(ctx context.Context, who string) (id, name string, err error) {
	c, err := l.caseOf(ctx, who)
	if err != nil {
		return "", "", err
	}
	if name = l.holder(string(c.ID)); name == "" {
		return "", "", fmt.Errorf("nobody sees the case of %s", who)
	}
	return string(c.ID), name, nil
}

// files files and remembers whose receipt it is.
func (l *life) files(who, verb string, values url.Values, files ...bot.File) error {
	rec, err := l.file(l.Seat(who), verb, values, files...)
	l.Receipts[who] = rec
	return err
}

// does is what a filer does about the case with its receipt: by its button, and
// with words if there are any.
func (l *life) does(who, act, why string) (Screen, error) {
	p, rec := l.Seat(who), l.Receipts[who]
	if _, err := l.look(p, rec); err != nil {
		return Screen{}, err
	}
	err := do(p.Press(words.Get("own."+act)), p.Send(url.Values{"receipt": {rec}, "why": {why}}))
	l.settle()
	return p.Sees(), err
}

// days lets days pass, with all that an office does each day.
func (l *life) days(ctx context.Context, n int) error {
	for range n {
		l.Office.Pass(24 * time.Hour)
		if err := l.work(ctx); err != nil {
			return err
		}
	}
	return nil
}

// work is what an office does by itself on a day: its jobs, and the notices.
func (l *life) work(ctx context.Context) error {
	for _, j := range l.Office.Cases.Jobs() {
		if err := j.Do(ctx); err != nil {
			return fmt.Errorf("the job %s: %w", j.Name, err)
		}
	}
	return l.deliver(ctx)
}

// until lets days pass until something holds, and no more than so many.
func (l *life) until(ctx context.Context, most int, holds func() (bool, error)) error {
	for range most {
		if ok, err := holds(); ok || err != nil {
			return err
		}
		if err := l.days(ctx, 1); err != nil {
			return err
		}
	}
	return fmt.Errorf("after %d days it does not hold", most)
}

// sees says whether a case stands in somebody's inbox.
func (l *life) sees(name, id string) (bool, error) {
	_, screen, err := l.inbox(name)
	return slices.ContainsFunc(screen.Buttons, func(b string) bool { return strings.HasPrefix(b, id) }), err
}

// refused requires that an act, signed as it should be, is not taken, and why.
func (l *life) refused(name, id string, d papers.Draft, why string) error {
	if err := l.sign(name, id, d); err == nil || !l.Seat(name).Sees().Has(words.Get("error."+why)) {
		return fmt.Errorf("%s of %s was not refused as %s: %w", d.Do, name, why, err)
	}
	return nil
}

// mayNot requires that a button is not offered.
func mayNot(s Screen, act string) error {
	if slices.Contains(s.Buttons, words.Get("own."+act)) {
		return fmt.Errorf("%s is offered: %s", act, s.Text)
	}
	return nil
}

// shut is the signed end of a case.
func shut(text, disposition string) papers.Draft {
	return papers.Draft{Do: "close", Text: text, Set: map[string]string{"disposition": disposition}, Lessons: Learned}
}

// noise is what no store can make smaller.
func noise(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}
