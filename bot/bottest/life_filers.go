package bottest

import (
	"context"
	"fmt"
	"net/url"

	"ombra/cases/papers"
)

// What is said of those who did not type it themselves.
const (
	Spoken = "She was told to keep quiet about the second list."
	Helped = "The practice beside the hospital lost its files too; its doctor asked us to write."
)

// oral: somebody of the office takes a report down, and whoever told it says
// whether it is right.
func (l *life) oral(ctx context.Context) error {
	device, err := l.Office.Device()
	if err != nil {
		return err
	}
	today := l.Office.Cases.Today()
	said := papers.Transcript{Source: "oral", Received: string(today.Add(-1)), Kind: "report", Words: Spoken}
	rec, s, err := device.Seal(said.Filing(), string(today))
	if err != nil {
		return err
	}
	l.Receipts["teller"] = rec.Symbols()
	clerk := l.Seat("clerk")
	if err := do(clerk.Say("", FileOf("sealed.age", s.File)), clerk.Press(words.Get("sealed.report"))); err != nil {
		return err
	}
	if !clerk.Sees().Has(words.Get("sealed.done-title")) || clerk.Sees().Has(Spoken) {
		return fmt.Errorf("the transcript was not taken as it should be: %s", clerk.Sees().Text)
	}
	l.Tell("a clerk", "takes down on their own machine what a driver tells, hands in one sealed file, and gives the driver a slip with the receipt")
	screen, err := l.look(l.Seat("teller"), l.Receipts["teller"])
	if err != nil {
		return err
	}
	if !screen.Has(Spoken) || !screen.Has(string(today.Add(-1))) {
		return fmt.Errorf("the teller is not shown what was written down: %s", screen.Text)
	}
	if screen, err = l.does("teller", "approve", ""); err != nil || !screen.Has("It is stored") {
		return fmt.Errorf("it was not approved: %w %s", err, screen.Text)
	}
	l.Tell("the driver", "comes back with the slip, reads what was written down, and says that it is right")
	return l.told(ctx)
}

// told is the oral report as its ombudsman has it.
func (l *life) told(ctx context.Context) error {
	screen, err := l.look(l.Seat("teller"), l.Receipts["teller"])
	if err != nil {
		return err
	}
	if err := mayNot(screen, "approve"); err != nil {
		return err
	}
	id, name, err := l.held(ctx, "teller")
	if err != nil {
		return err
	}
	t, err := l.papers(name, id)
	if err != nil {
		return err
	}
	if !has(t, Spoken) || !has(t, "[approve]") {
		return fmt.Errorf("%s's papers lack the oral report or the approval", name)
	}
	if err := l.sign(name, id, shut(Final, "partly")); err != nil {
		return err
	}
	l.Tell(name, "reads both, what was said and that it is right, and closes the case")
	return nil
}

// handOver: who helped files, and passes the case on to whom it is about.
func (l *life) handOver(ctx context.Context) error {
	if err := l.files("NGO", "redress", url.Values{
		"q.what": {Helped}, "q.category": {"other"}, "q.remedies": {"compensation"},
	}); err != nil {
		return err
	}
	l.Tell("an NGO", "asks for redress on behalf of a doctor whom it helps, and gets the receipt")
	id, name, err := l.held(ctx, "NGO")
	if err != nil {
		return err
	}
	if err := do(l.acknowledge(name, id), l.assess(name, id, "assessing")); err != nil {
		return err
	}
	if _, err := l.does("NGO", "handover", "It is her case."); err != nil {
		return err
	}
	if l.Receipts["doctor"], err = l.prove(l.Seat("NGO")); err != nil {
		return err
	}
	l.Tell("the NGO", "hands the case over to her: it gets a second receipt for it, and passes that on, on paper")
	return l.handedOver(name, id)
}

// handedOver looks at what each of the two receipts opens from then on.
func (l *life) handedOver(name, id string) error {
	if err := l.sign(name, id, papers.Draft{Do: "answer", Text: Answered}); err != nil {
		return err
	}
	screen, err := l.look(l.Seat("NGO"), l.Receipts["NGO"])
	if err != nil {
		return err
	}
	if screen.Has(Answered) || mayNot(screen, "not-me") == nil {
		return fmt.Errorf("the receipt of the NGO still opens answers, or cannot object: %s", screen.Text)
	}
	if screen, err = l.look(l.Seat("doctor"), l.Receipts["doctor"]); err != nil {
		return err
	}
	waits := words.Get("own.is-new", "day", string(l.Office.Cases.Today().Add(14)))
	if !screen.Has(Answered) || !screen.Has("signed by "+name) || !screen.Has(waits) {
		return fmt.Errorf("the new receipt does not open the answer: %s", screen.Text)
	}
	l.Tell("the doctor", "reads the next answer, which "+name+" signed. The NGO's receipt does not show it; for 14 days it can object, "+
		"and so long the new one can decide nothing for good")
	return nil
}

// putRight: the days in which the NGO's receipt could object are over, and what
// was asked for is put right.
func (l *life) putRight(ctx context.Context) error {
	isOut := func() (bool, error) {
		screen, err := l.look(l.Seat("NGO"), l.Receipts["NGO"])
		return screen.Has(words.Get("error.not-found")), err
	}
	if err := l.until(ctx, 20, isOut); err != nil {
		return err
	}
	l.Tell("the NGO", "had 14 days to object: its receipt is now like any stranger's")
	id, name, err := l.held(ctx, "doctor")
	if err != nil {
		return err
	}
	if err := do(l.remedy("doctor", id), l.sign(name, id, shut(Final, "substantiated"))); err != nil {
		return err
	}
	screen, err := l.look(l.Seat("doctor"), l.Receipts["doctor"])
	if err != nil {
		return err
	}
	if !screen.Has(Final) || !screen.Has(words.Get("stage.closed")) || screen.Has(Learned) {
		return fmt.Errorf("the doctor does not read how it ended: %s", screen.Text)
	}
	l.Tell(name, "closes the doctor's case, now that nothing is owed")
	return nil
}
