package bottest

import (
	"context"
	"fmt"
	"net/url"

	"ombra/cases/papers"
)

// What is said about the remedy. Tests look for it where it must not be.
const (
	Advised   = "The supplier should pay what the eleven days cost the clinic."
	Consent   = "Letter of the procurement office of today: it will pay."
	TooLittle = "The clinic is paid 4,000 euros."
	Unfair    = "Eleven days cost us 21,000."
	Enough    = "The clinic is paid 21,000 euros."
	PaidOut   = "The transfer was made."
	Transfer  = "transfer 21000 EUR to the clinic in Zaunheim"
)

// remedies puts right what the claimant of the story asked for.
func (w *World) remedies(context.Context) error {
	return w.remedy("claimant", words.Get("kind.redress"))
}

// remedy: what was asked for is recommended, agreed, offered, contested, offered
// again, accepted, delivered and confirmed.
func (w *World) remedy(who, with string) error {
	name := w.holder(with)
	filer := "the " + who
	due := string(w.Office.Cases.Today().Add(30))
	sign := func(do, text string, files ...papers.Attachment) error {
		set := map[string]string{"remedy": "1"}
		switch do {
		case "recommend":
			set = map[string]string{"form": "compensation", "due": due}
		case "offer":
			set["due"] = due
		}
		return w.sign(name, with, papers.Draft{Do: do, Text: text, Set: set, Files: files})
	}
	if err := do(sign("recommend", Advised), sign("agreed", Consent), sign("offer", TooLittle)); err != nil {
		return err
	}
	w.Tell(name, "recommends compensation, records that the responsible body agreed, and offers it, each signed on their own machine")
	if err := w.answerRemedy(who, "contest", Unfair, TooLittle); err != nil {
		return err
	}
	w.Tell(filer, "reads the offer with the receipt, and contests it; the office cannot close the case meanwhile")
	if err := do(w.notClosed(name, with), sign("offer", Enough), w.answerRemedy(who, "accept", "", Enough)); err != nil {
		return err
	}
	w.Tell(filer, "is offered more, and accepts")
	evidence := papers.Attachment{Name: "transfer.txt", Type: "text/plain", Data: []byte(Transfer)}
	if err := do(sign("delivered", PaidOut, evidence), w.answerRemedy(who, "confirm", "", PaidOut)); err != nil {
		return err
	}
	w.Tell(filer, "sees the evidence of the delivery named, and confirms that it came")
	return w.remedyRead(who, name, with)
}

// answerRemedy reads what was signed and answers it.
func (w *World) answerRemedy(who, answer, text, read string) error {
	p := w.Seat(who)
	screen, err := w.look(p, w.Receipts[who])
	if err != nil {
		return err
	}
	if !screen.Has(read) || screen.Has(Advised) || screen.Has(Consent) {
		return fmt.Errorf("the claimant does not read %q, or reads what is not meant for them: %s", read, screen.Text)
	}
	button := "remedy.button-accept"
	if answer == "confirm" {
		button = "remedy.button-confirm"
	}
	values := url.Values{"receipt": {w.Receipts[who]}, "answer": {answer}}
	if text != "" {
		values.Set("words", text)
	}
	if err := do(p.Press(words.Get(button, "number", "1")), p.Send(values)); err != nil {
		return err
	}
	if !p.Sees().Has("Your answer is stored") {
		return fmt.Errorf("the answer was not taken: %s", p.Sees().Text)
	}
	return nil
}

// notClosed tries to close a case on which something is owed.
func (w *World) notClosed(name, with string) error {
	d := papers.Draft{Do: "close", Text: Final, Set: map[string]string{"disposition": "substantiated"}, Lessons: Learned}
	if err := w.sign(name, with, d); err == nil || !w.Seat(name).Sees().Has(words.Get("error.outstanding")) {
		return fmt.Errorf("a case was closed with a remedy outstanding: %w", err)
	}
	return nil
}

// remedyRead looks at how it ended, from both sides.
func (w *World) remedyRead(who, name, with string) error {
	t, err := w.papers(name, with)
	if err != nil {
		return err
	}
	if len(t.Remedies) != 1 || t.Remedies[0].State != papers.Confirmed || !has(t, Unfair) || !has(t, Advised) {
		return fmt.Errorf("%s's papers do not tell the remedy: %+v", name, t.Remedies)
	}
	screen := w.Seat(who).Sees()
	if !screen.Has(words.Get("remedy.confirmed")) || !screen.Has("transfer.txt") {
		return fmt.Errorf("the claimant does not see how it ended: %s", screen.Text)
	}
	w.Tell(name, "sees in the papers, from signatures alone, that it was delivered and confirmed")
	return nil
}
