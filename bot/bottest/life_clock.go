package bottest

import (
	"context"
	"fmt"
	"net/url"
	"slices"

	"ombra/cases/papers"
)

// What is said where something took long, or was not the end of it.
const (
	Waited    = "The second list is kept in the cellar archive."
	Dismissed = "We found nothing."
	Again     = "Nobody went to the cellar."
	Found     = "The second list was there. Your report was right in part."
	Doubted   = "I am not sure any more what I saw."
	Pressed   = "My superior stood beside me when I asked."
	Parted    = "Closed at your wish."
	Sought    = "A court has asked for it."
)

// late: nobody looks at a report. Everybody concerned can see that, and somebody
// of the reserve gets it.
func (l *life) late(ctx context.Context) error {
	if err := l.files("second reporter", "report", url.Values{
		"q.what": {Waited}, "q.concerned": {"The archive"}, "q.category": {"other"},
	}); err != nil {
		return err
	}
	id, _, err := l.held(ctx, "second reporter")
	if err != nil {
		return err
	}
	reserve, err := l.reserve(id)
	if err != nil {
		return err
	}
	l.Tell("a second reporter", "files a report; two ombudsmen are drawn, and nobody acknowledges it")
	drawn, err := l.holders(id)
	if err != nil {
		return err
	}
	late, watch := l.rung("overdue"), l.rung("oversight")
	overdue := func() (bool, error) {
		err := l.Seat("vera").Pick("overdue")
		return l.Seat("vera").Sees().Has(id), err
	}
	if err := l.until(ctx, 8, overdue); err != nil {
		return err
	}
	if screen := l.Seat("vera").Sees(); screen.Has(Waited) {
		return fmt.Errorf("oversight sees too much: %s", screen.Text)
	}
	l.Tell("vera of oversight", "sees that a promised day has passed, and who holds the case; no word of it")
	if err := do(l.rings("overdue", late, drawn...), l.rings("oversight", watch, "vera")); err != nil {
		return err
	}
	l.Tell(together(drawn), "are told: "+notice("overdue"))
	l.Tell("vera of oversight", "is told too: "+notice("oversight"))
	if screen, err := l.look(l.Seat("second reporter"), l.Receipts["second reporter"]); err != nil || !screen.Has(words.Get("mine.late-text")) {
		return fmt.Errorf("the filer is not told that it is late: %w %s", err, screen.Text)
	}
	l.Tell("the second reporter", "sees the same with the receipt: the office is late, and will stay marked so")
	return l.released(ctx, id, reserve)
}

// reserve is the ombudsman who does not see a case that two see.
func (l *life) reserve(id string) (string, error) {
	var out []string
	for _, name := range slices.Sorted(keys(l.Office.Machines)) {
		sees, err := l.sees(name, id)
		if err != nil {
			return "", err
		}
		if !sees {
			out = append(out, name)
		}
	}
	if len(out) != 1 {
		return "", fmt.Errorf("the case is hidden from %q, and should be from one", out)
	}
	return out[0], nil
}

func (l *life) released(ctx context.Context, id, reserve string) error {
	if sees, err := l.sees(reserve, id); sees || err != nil {
		return fmt.Errorf("%s of the reserve sees the case too early: %w", reserve, err)
	}
	if err := l.until(ctx, 6, func() (bool, error) { return l.sees(reserve, id) }); err != nil {
		return err
	}
	since := l.rung("news")
	if err := do(l.days(ctx, 1), l.rings("news", since, reserve)); err != nil {
		return err
	}
	t, err := l.papers(reserve, id)
	if err != nil {
		return err
	}
	if !has(t, Waited) {
		return fmt.Errorf("%s's papers lack the report", reserve)
	}
	l.Tell(reserve, "of the reserve had a grant that lay dormant since the filing. Now it is released: "+reserve+
		" alone gets a notice, sees the case, and opens the report with a key of their own")
	return do(l.acknowledge(reserve, id), l.sign(reserve, id, papers.Draft{Do: "answer", Text: Answered}))
}

// appeal: whoever closed a case cannot close it again when its filer appeals.
func (l *life) appeal(ctx context.Context) error {
	id, first, err := l.held(ctx, "second reporter")
	if err != nil {
		return err
	}
	if err := l.sign(first, id, shut(Dismissed, "unsubstantiated")); err != nil {
		return err
	}
	l.Tell(first, "closes that case as unsubstantiated")
	screen, err := l.does("second reporter", "appeal", Again)
	if err != nil {
		return err
	}
	if !shows(screen, words.Get("own.appeal-done")) || !screen.Has(words.Get("stage.investigating")) {
		return fmt.Errorf("the appeal was not taken: %s", screen.Text)
	}
	l.Tell("the second reporter", "appeals with the receipt, once: the case is open again")
	if err := l.refused(first, id, shut(Dismissed, "unsubstantiated"), "decided-before"); err != nil {
		return err
	}
	l.Tell(first, "signs the same closing again, and is refused: somebody else has to decide")
	return l.decided(id, first)
}

// decided: another holder decides about the appeal.
func (l *life) decided(id, first string) error {
	second := ""
	for _, name := range slices.Sorted(keys(l.Office.Machines)) {
		if sees, err := l.sees(name, id); err != nil {
			return err
		} else if sees && name != first {
			second = name
		}
	}
	t, err := l.papers(second, id)
	if err != nil {
		return err
	}
	if !has(t, Again) || !has(t, Dismissed) {
		return fmt.Errorf("%s's papers lack the appeal, or what it is about", second)
	}
	if err := l.sign(second, id, shut(Found, "partly")); err != nil {
		return err
	}
	screen, err := l.look(l.Seat("second reporter"), l.Receipts["second reporter"])
	if err != nil {
		return err
	}
	if !screen.Has(Found) || !screen.Has(Dismissed) || !screen.Has("signed by "+second) || !screen.Has(words.Get("disposition.partly")) {
		return fmt.Errorf("the second decision is not read: %s", screen.Text)
	}
	if err := mayNot(screen, "appeal"); err != nil {
		return err
	}
	l.Tell(second, "reads the appeal and decides otherwise; the second reporter reads both decisions and who signed each")
	return nil
}

// withdrawal: a wish to withdraw can be taken back, and closes nothing by itself.
func (l *life) withdrawal(ctx context.Context) error {
	who := "third reporter"
	if err := l.files(who, "report", url.Values{
		"q.what": {Doubted}, "q.concerned": {"Somebody"}, "q.category": {"other"},
	}, l.inForm(FileOf("photo.raw", noise(100_000)))...); err != nil {
		return err
	}
	id, name, err := l.held(ctx, who)
	if err != nil {
		return err
	}
	l.Tell("a third reporter", "files a report with a large file")
	if err := l.acknowledge(name, id); err != nil {
		return err
	}
	for _, act := range []struct{ do, why string }{{"withdraw", ""}, {"keep", Pressed}, {"withdraw", Doubted}} {
		screen, err := l.does(who, act.do, act.why)
		if err != nil {
			return err
		}
		if !shows(screen, words.Get("own."+act.do+"-done")) {
			return fmt.Errorf("%s was not taken: %s", act.do, screen.Text)
		}
	}
	l.Tell("the third reporter", "asks to withdraw it, takes that back, and asks again; nothing is deleted by that")
	return l.withdrawn(ctx, who, id, name)
}

// withdrawn closes the case so, once its filer has had time to think.
func (l *life) withdrawn(ctx context.Context, who, id, name string) error {
	if err := l.refused(name, id, shut(Parted, "withdrawn"), "cooling-off"); err != nil {
		return err
	}
	l.Tell(name, "cannot close it as withdrawn for a week: the reporter could have been pressed")
	holders, err := l.holders(id)
	if err != nil {
		return err
	}
	if err := l.days(ctx, l.Office.Cases.Office.CoolingOff-1); err != nil {
		return err
	}
	since := l.rung("news")
	if err := do(l.days(ctx, 1), l.rings("news", since, holders...)); err != nil {
		return err
	}
	l.Tell(together(holders), "get a notice when that week is over, and not before")
	if err := l.sign(name, id, shut(Parted, "withdrawn")); err != nil {
		return err
	}
	screen, err := l.look(l.Seat(who), l.Receipts[who])
	if err == nil && (!screen.Has(words.Get("disposition.withdrawn")) || !screen.Has(words.Get("mine.kept-until"))) {
		err = fmt.Errorf("the reporter does not see that it ended: %s", screen.Text)
	}
	if err != nil {
		return err
	}
	l.Tell(name, "closes the case; the reporter sees until when the receipt opens it")
	return nil
}

// hold: a closed case is kept beyond its time, and its filer is not told.
func (l *life) hold(ctx context.Context) error {
	id, name, err := l.held(ctx, "staff")
	if err != nil {
		return err
	}
	before, err := l.look(l.Seat("staff"), l.Receipts["staff"])
	if err != nil {
		return err
	}
	until := string(l.Office.Cases.Today().Add(90))
	order := papers.Attachment{Name: "order.pdf", Type: "application/pdf", Data: noise(100_000)}
	if err := l.sign(name, id, papers.Draft{Do: "hold", Text: Sought, Set: map[string]string{"until": until}, Files: []papers.Attachment{order}}); err != nil {
		return err
	}
	after, err := l.look(l.Seat("staff"), l.Receipts["staff"])
	if err == nil && (after.Text != before.Text || !slices.Equal(after.Buttons, before.Buttons)) {
		err = fmt.Errorf("the filer sees the hold: %s", after.Text)
	}
	if err != nil {
		return err
	}
	l.Tell(name, "puts a hold on the first report until "+until+", for a reason that is sealed; the member of staff sees the same as before")
	return nil
}
