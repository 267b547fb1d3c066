package bottest

import (
	"context"
	"fmt"
	"net/url"
	"slices"

	"ombra/cases"
	"ombra/cases/papers"
)

// What is said where an ombudsman should not decide.
const (
	Kin      = "The head of the tender office signs for tools that nobody tested."
	MySister = "The head of the tender office is my sister."
	Untested = "There were three such tools in May alone."
)

// recusal: an ombudsman withdraws, and from that moment cannot tell that the case
// exists.
func (l *life) recusal(ctx context.Context) error {
	if err := l.days(ctx, 1); err != nil { // on which the news of the last is told
		return err
	}
	before, err := l.inboxes()
	if err != nil {
		return err
	}
	since := l.rung("danger")
	if err := l.files("nurse", "report", url.Values{
		"q.what": {Kin}, "q.concerned": {"The tender office"}, "q.category": {"other"}, "danger": {"notify"},
	}); err != nil {
		return err
	}
	id, name, err := l.held(ctx, "nurse")
	if err != nil {
		return err
	}
	drawn, err := l.holders(id)
	if err != nil {
		return err
	}
	reserve, err := l.reserve(id)
	if err != nil {
		return err
	}
	if err := do(l.deliver(ctx), l.rings("danger", since, drawn...)); err != nil {
		return err
	}
	l.Tell("a nurse", "reports that somebody is in danger now, and agrees that this is told at once")
	l.Tell(together(drawn), "were drawn, and get a notice within seconds: "+notice("danger"))
	return l.withdraws(ctx, id, name, reserve, before[name])
}

// inboxes are what each ombudsman sees.
func (l *life) inboxes() (map[string]Screen, error) {
	list := map[string]Screen{}
	for name := range keys(l.Office.Machines) {
		_, screen, err := l.inbox(name)
		if err != nil {
			return nil, err
		}
		list[name] = screen
	}
	return list, nil
}

// withdraws: out of sight at once, and somebody else in the place.
func (l *life) withdraws(ctx context.Context, id, name, reserve string, before Screen) error {
	t, err := l.papers(name, id)
	if err != nil {
		return err
	}
	if !has(t, Kin) {
		return fmt.Errorf("%s's papers lack the report", name)
	}
	if err := l.sign(name, id, papers.Draft{Do: "recuse", Text: MySister}); err != nil {
		return err
	}
	if !l.Seat(name).Sees().Has(words.Get("signed.recused")) {
		return fmt.Errorf("%s is not told that it is done: %s", name, l.Seat(name).Sees().Text)
	}
	if err := l.blindTo(name, id, before); err != nil {
		return err
	}
	l.Tell(name, "opens the papers, finds that they concern a sister, and withdraws with a signed act")
	l.Tell(name, "sees at once the same inbox as before the filing, to the last byte; asked for by its id, the case is answered like one that never was")
	if sees, err := l.sees(reserve, id); err != nil || !sees {
		return fmt.Errorf("%s of the reserve does not see the case: %w", reserve, err)
	}
	if t, err = l.papers(reserve, id); err != nil {
		return err
	}
	if !has(t, Kin) || !has(t, MySister) {
		return fmt.Errorf("%s's papers lack the report, or why %s withdrew", reserve, name)
	}
	l.Tell(reserve, "of the reserve has the case in the same moment, and reads the report and why "+name+" withdrew")
	return l.without(ctx, id, name, reserve)
}

// blindTo: neither the inbox nor a question by the id shows that there is a case.
func (l *life) blindTo(name, id string, before Screen) error {
	_, after, err := l.inbox(name)
	if err != nil {
		return err
	}
	if after.Text != before.Text || !slices.Equal(after.Buttons, before.Buttons) {
		return fmt.Errorf("%s's inbox shows that there was a case: %s %q", name, after.Text, after.Buttons)
	}
	desk, err := l.Office.Cases.Desk(name)
	if err != nil {
		return err
	}
	ask := func(id cases.ID) string {
		_, one := desk.Case(context.Background(), id)
		_, two := desk.Papers(context.Background(), id, cases.NewOnce())
		return fmt.Sprint(one, cases.SayOf(one), two, cases.SayOf(two))
	}
	if has, never := ask(cases.ID(id)), ask(cases.NewID()); has != never {
		return fmt.Errorf("%s asks for the case: %s; for one that never was: %s", name, has, never)
	}
	return nil
}

// without: the case goes on, under a key that whoever withdrew is never given, and
// nothing of it reaches them.
func (l *life) without(ctx context.Context, id, name, reserve string) error {
	if err := do(l.acknowledge(reserve, id), l.sign(reserve, id, papers.Draft{Do: "answer", Text: Answered})); err != nil {
		return err
	}
	screen, err := l.adds("nurse", Untested)
	if err != nil {
		return err
	}
	if !screen.Has("Added and stored") {
		return fmt.Errorf("it was not added: %s", screen.Text)
	}
	if err := l.wrapless(ctx, id, name); err != nil {
		return err
	}
	l.Tell(reserve, "answers. That brings the case a new key, which "+name+" is not given; what "+name+" was given before, the host deletes")
	since, staying := l.rung("news"), []string{}
	for _, who := range slices.Sorted(keys(l.Office.Machines)) {
		if who != name {
			staying = append(staying, who)
		}
	}
	if err := do(l.days(ctx, 1), l.rings("news", since, staying...)); err != nil {
		return err
	}
	if sees, err := l.sees(name, id); sees || err != nil {
		return fmt.Errorf("%s sees the case again: %w", name, err)
	}
	l.Tell(together(staying), "are told the next day that the nurse added something. "+name+" is told nothing; even the notice of the filing, which still waited, was taken back")
	if err := l.sign(reserve, id, shut(Final, "substantiated")); err != nil {
		return err
	}
	l.Tell(reserve, "closes the case")
	return nil
}

// adds is a filer who writes more.
func (l *life) adds(who, text string) (Screen, error) {
	p, rec := l.Seat(who), l.Receipts[who]
	if _, err := l.look(p, rec); err != nil {
		return Screen{}, err
	}
	err := do(p.Press(words.Get("mine.add")), p.Send(url.Values{"receipt": {rec}, "more": {text}}))
	l.settle()
	return p.Sees(), err
}

// wrapless: the host keeps no key of a case for somebody.
func (l *life) wrapless(ctx context.Context, id, name string) error {
	return l.Office.Cases.Store.View(ctx, func(tx cases.Tx) error {
		wraps, err := tx.Wraps(cases.ID(id), name)
		if err == nil && len(wraps) > 0 {
			err = fmt.Errorf("%s withdrew, and %d wrapped keys are left", name, len(wraps))
		}
		return err
	})
}
