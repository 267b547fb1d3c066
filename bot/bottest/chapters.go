package bottest

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"ombra/cases/papers"
)

// What is said in the story. Tests look for it where it must not be.
const (
	Words    = "The tool hit a hospital in Zaunheim that was on no target list."
	Evidence = "2026-11-19 03:12 beacon from a host that is not on the list"
	Proof    = "Here is the log that proves it."
	Answered = "Thank you. We have asked the supplier to stop, and will come back to you."
	SealedBy = "The supplier sold the same exploit to a second buyer."
	Wanted   = "My clinic lost its patient files for eleven days."
	Final    = "The hospital was told and its systems were restored at our cost."
	Learned  = "Target lists are now checked by two people."
)

// report: somebody files, and excludes chris.
func (w *World) report(context.Context) error {
	staff := w.Seat("staff")
	if err := staff.Pick(""); err != nil {
		return err
	}
	w.Tell("a member of staff", "opens the bot and reads what the platform sees, before typing anything")
	_, before, err := w.inbox("chris")
	if err != nil {
		return err
	}
	file := FileOf("beacon.log", []byte(Evidence))
	rec, err := w.file(staff, "report", url.Values{
		"q.what": {Words}, "q.concerned": {"The targeting cell; Chris knows them well."}, "q.category": {"unintended-harm"},
		"exclude": {"chris"},
	}, w.inForm(file)...)
	if err != nil {
		return err
	}
	w.Receipts["staff"] = rec
	w.Tell("the member of staff", "files a report with an attachment, excludes chris, gets a receipt and types one group of it back")
	_, after, err := w.inbox("chris")
	if err != nil {
		return err
	}
	if before.Text != after.Text || !slices.Equal(before.Buttons, after.Buttons) {
		return fmt.Errorf("chris's inbox changed")
	}
	w.Tell("chris", "sees an inbox that is the same to the last byte: to him the case does not exist")
	for _, name := range []string{"anna", "bela"} {
		_, screen, err := w.inbox(name)
		if err != nil {
			return err
		}
		if len(slices.DeleteFunc(screen.Buttons, isOther)) != 1 {
			return fmt.Errorf("%s does not see the case", name)
		}
		w.Tell(name, "sees one new case: its id, its kind and its stage, no word of it")
	}
	return nil
}

// answer: papers, a signed answer, assessment, and the way back.
func (w *World) answer(context.Context) error {
	if err := w.acknowledge("anna", ""); err != nil {
		return err
	}
	t, err := w.papers("anna", "")
	if err != nil {
		return err
	}
	if !has(t, Words) || w.hasFormFiles() && !has(t, "beacon.log") || !slices.Equal(t.Excluded, []string{"chris"}) {
		return fmt.Errorf("anna's papers lack the report, its file or the exclusion")
	}
	w.Tell("anna", "gets the papers, opens them on their own machine with their own key, and reads the report and its file")
	if err := w.sign("anna", "", papers.Draft{Do: "answer", Text: Answered}); err != nil {
		return err
	}
	w.Tell("anna", "signs an answer on that machine; the host stores it and cannot read it")
	if err := w.assess("bela", "", "investigating"); err != nil {
		return err
	}
	w.Tell("bela", "assesses the case in the chat: category, priority, stage")
	staff := w.Seat("staff")
	screen, err := w.look(staff, w.Receipts["staff"])
	if err != nil {
		return err
	}
	if !screen.Has(Answered) || !screen.Has("signed by anna") || !screen.Has(words.Get("stage.investigating")) || screen.Has(Words) {
		return fmt.Errorf("the reporter does not read the answer: %s", screen.Text)
	}
	w.Tell("the member of staff", "comes back with the receipt: reads the stage and the answer that anna signed, and not the report")
	return w.followUp(staff)
}

func (w *World) followUp(staff Person) error {
	if err := staff.Press(words.Get("mine.add")); err != nil {
		return err
	}
	err := staff.Send(url.Values{"receipt": {w.Receipts["staff"]}, "more": {Proof}}, w.inForm(FileOf("proof.txt", []byte(Evidence+" (2)")))...)
	if err != nil || !staff.Sees().Has("Added and stored") {
		return fmt.Errorf("the evidence was not taken: %w %s", err, staff.Sees().Text)
	}
	t, err := w.papers("bela", "")
	if err != nil {
		return err
	}
	if !has(t, Proof) || w.hasFormFiles() && !has(t, "proof.txt") {
		return fmt.Errorf("bela's papers lack the evidence")
	}
	w.Tell("the member of staff", "adds evidence, signed with the receipt; bela reads it in the papers")
	return w.strangers()
}

// strangers: an unknown receipt, and a case that is not one's own.
func (w *World) strangers() error {
	chris := w.Seat("chris")
	unknown, err := w.look(chris, "0004-1061-050R-3GG2-8A1C-60T3-GFHY")
	if err != nil {
		return err
	}
	if !unknown.Has(words.Get("case.mistyped")) {
		return fmt.Errorf("a receipt of another office was not told from a mistyped one: %s", unknown.Text)
	}
	w.Tell("a stranger", "types a receipt of another office: its checksum says so; an unknown one would be \"not found\"")
	return nil
}

func (w *World) acknowledge(name, with string) error {
	p, err := w.card(name, with)
	if err != nil {
		return err
	}
	if err := p.Press(words.Get("act.acknowledge")); err != nil {
		return err
	}
	if !p.Sees().Has(words.Get("stage.acknowledged")) {
		return fmt.Errorf("not acknowledged: %s", p.Sees().Text)
	}
	w.Tell(name, "acknowledges the case with one press")
	return nil
}

func (w *World) assess(name, with, stage string) error {
	p, err := w.card(name, with)
	if err != nil {
		return err
	}
	if err := p.Press(words.Get("act.assess")); err != nil {
		return err
	}
	err = p.Send(url.Values{"category": {"unintended-harm"}, "priority": {"high"}, "urgent": {"no"}, "stage": {stage}})
	if err != nil || !p.Sees().Has(words.Get("stage."+stage)) {
		return fmt.Errorf("not assessed: %w %s", err, p.Sees().Text)
	}
	return nil
}

// sealed: a report sealed on the filer's own device, handed in as a file.
func (w *World) sealed(context.Context) error {
	device, err := w.Office.Device()
	if err != nil {
		return err
	}
	rec, s, err := device.Seal(papers.Filing{
		Kind: "report", Words: SealedBy, Files: []papers.Attachment{{Name: "contract.pdf", Data: []byte("%PDF contract")}},
	}, string(w.Office.Cases.Today()))
	if err != nil {
		return err
	}
	w.Receipts["sealed"] = rec.Symbols()
	p := w.Seat("sealer")
	if err := p.Say("", FileOf("sealed.age", s.File)); err != nil {
		return err
	}
	w.settle()
	if slices.Contains(p.Sees().Buttons, words.Get("sealed.report")) {
		if err := p.Press(words.Get("sealed.report")); err != nil {
			return err
		}
	}
	screen := p.Sees()
	for name, sum := range s.Sums {
		if !screen.Has(name + " " + sum) {
			return fmt.Errorf("the hash of %s is not shown: %s", name, screen.Text)
		}
	}
	w.Tell("a colleague", "seals a report on their own device and hands in one file: neither platform nor host sees a word")
	return w.readSealed(s)
}

func (w *World) readSealed(s papers.Sealed) error {
	for _, name := range slices.Sorted(keys(w.Office.Machines)) {
		_, screen, err := w.inbox(name)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(screen.Buttons, func(b string) bool { return strings.Contains(b, words.Get("stage.received")) })
		if i < 0 {
			continue
		}
		t, err := w.papers(name, words.Get("stage.received"))
		if err != nil {
			return err
		}
		if !has(t, SealedBy) || !has(t, s.Sums["body.age"]) {
			return fmt.Errorf("%s's papers lack the sealed report or its hash", name)
		}
		w.Tell(name, "opens both layers with their own key, and sees the hash that the filer's device printed")
		return do(
			w.sign(name, words.Get("stage.received"), papers.Draft{Do: "ask", Text: "Which buyer?"}),
			w.acknowledge(name, words.Get("stage.received")), w.assess(name, words.Get("stage.acknowledged"), "assessing"),
		)
	}
	return fmt.Errorf("nobody was drawn for the sealed report")
}

// redress: somebody who was harmed asks for it to be put right.
func (w *World) redress(context.Context) error {
	claimant := w.Seat("claimant")
	rec, err := w.file(claimant, "redress", url.Values{
		"q.what": {Wanted}, "q.category": {"unintended-harm"}, "q.remedies": {"restitution", "satisfaction"},
	})
	if err != nil {
		return err
	}
	w.Receipts["claimant"] = rec
	w.Tell("a claimant", "asks for redress, restitution and an acknowledgement, and gets a receipt")
	screen, err := w.look(claimant, rec)
	if err != nil {
		return err
	}
	if !screen.Has(words.Get("kind.redress")) || !screen.Has(words.Get("stage.received")) {
		return fmt.Errorf("the claimant does not see the request: %s", screen.Text)
	}
	w.Tell("the claimant", "sees where the request stands and by which day an answer is promised")
	return nil
}

// closing: both are closed with a final answer and lessons.
func (w *World) closing(context.Context) error {
	for _, x := range []struct{ who, name, with, what string }{
		{"staff", "anna", words.Get("stage.investigating"), "the report of the member of staff"},
		{"claimant", "", words.Get("kind.redress"), "the claimant's request for redress"},
	} {
		name := x.name
		if name == "" {
			name = w.holder(x.with)
		}
		d := papers.Draft{Do: "close", Text: Final, Set: map[string]string{"disposition": "substantiated"}, Lessons: Learned}
		if err := w.sign(name, x.with, d); err != nil {
			return err
		}
		screen, err := w.look(w.Seat(x.who), w.Receipts[x.who])
		if err != nil {
			return err
		}
		if !screen.Has(Final) || !screen.Has(words.Get("stage.closed")) || !screen.Has(words.Get("disposition.substantiated")) || screen.Has(Learned) {
			return fmt.Errorf("%s does not see how it ended: %s", x.who, screen.Text)
		}
		w.Tell(name, "closes "+x.what+", signed: a final answer, how it ended, and what was learned; the filer reads all but the last")
	}
	return nil
}

// holder finds who was drawn for a case.
func (w *World) holder(with string) string {
	for _, name := range slices.Sorted(keys(w.Office.Machines)) {
		if _, screen, err := w.inbox(name); err == nil && slices.ContainsFunc(screen.Buttons, func(b string) bool { return strings.Contains(b, with) }) {
			return name
		}
	}
	return ""
}
