package bottest

import (
	"context"
	"fmt"
	"net/url"
)

// Unlucky is filed after the backup.
const Unlucky = "The third list is kept in the garage."

// AfterBackup files what no backup has, and lets the day end.
func AfterBackup(ctx context.Context, w *World) error {
	l := &life{World: w}
	if err := l.files("late filer", "report", url.Values{
		"q.what": {Unlucky}, "q.concerned": {"The garage"}, "q.category": {"other"},
	}); err != nil {
		return err
	}
	w.Tell("a late filer", "files a report after the backup; that night the log's leaves go to their second place, and then the machine is lost")
	return l.days(ctx, 1)
}

// Restored looks at the office that came back, in a world of its own in which the
// receipts are those of before.
func Restored(ctx context.Context, w *World) error {
	l := &life{World: w}
	screen, err := l.look(l.Seat("staff"), l.Receipts["staff"])
	if err != nil {
		return err
	}
	if !screen.Has(Final) || !screen.Has("signed by anna") {
		return fmt.Errorf("the receipt does not open its case: %s", screen.Text)
	}
	w.Tell("the member of staff", "opens the case in the restored office with the same receipt, and reads the same signed answer")
	id, name, err := l.held(ctx, "staff")
	if err != nil {
		return err
	}
	t, err := l.papers(name, id)
	if err != nil {
		return err
	}
	if !has(t, Words) || !has(t, Sought) || !has(t, "order.pdf") {
		return fmt.Errorf("%s's papers lack the report, the hold or its file", name)
	}
	w.Tell(name, "opens the papers on their own machine, which finds the same log and the same keys as before, and the hold with its file")
	if err := do(l.absent("late filer", "it was filed after the backup"), l.absent("third reporter", "it was deleted before it")); err != nil {
		return err
	}
	w.Tell("the late filer", "finds nothing, and is told in public to file again; what was deleted before the backup did not come back either")
	return nil
}

// RestoredOlder looks at an office that came back from a backup which has a case
// that was deleted since.
func RestoredOlder(_ context.Context, w *World) error {
	l := &life{World: w}
	if err := l.absent("third reporter", "it was due on the day of the backup"); err != nil {
		return err
	}
	w.Tell("the third reporter", "finds nothing there either: \"not found, or its keeping period has ended\"")
	screen, err := l.look(l.Seat("staff"), l.Receipts["staff"])
	if err == nil && !screen.Has(Final) {
		err = fmt.Errorf("the receipt does not open its case: %s", screen.Text)
	}
	return err
}

// absent requires that a receipt opens nothing.
func (l *life) absent(who, why string) error {
	screen, err := l.look(l.Seat(who), l.Receipts[who])
	if err == nil && !screen.Has(words.Get("error.not-found")) {
		err = fmt.Errorf("the receipt of the %s opens something, although %s: %s", who, why, screen.Text)
	}
	return err
}
