package bot

import (
	"context"
	"slices"

	"ombra/cases"
	"ombra/crypto/receipt"
)

// What a filer does about the receipt itself, or the case as a whole (appeal.go).
// Each asks for the receipt again: no button of the case holds one.

// receiptActs are those acts, in the order of their buttons.
// Before them stand those on the case as a whole, and on what somebody else wrote down for the filer.
var receiptActs = slices.Concat(caseActs, []cases.Verb{cases.Approve, cases.Correct, cases.Replace, cases.HandOver, cases.EndReceipt, cases.NotMe})

// takesNew says whether an act puts a new receipt in the place of the old one.
func takesNew(do cases.Verb) bool { return do == cases.Replace || do == cases.HandOver }

// receiptButtons leads on to what this receipt may do about itself now.
func (v *visit) receiptButtons(m *cases.Mine) (list []Button) {
	for _, do := range receiptActs {
		if slices.Contains(m.May, do) {
			list = append(list, v.button(v.say.Get("own."+string(do)), state{Do: "own.form", Act: do}))
		}
	}
	return list
}

// receiptFacts say what is unusual about this receipt.
func (v *visit) receiptFacts(m *cases.Mine) (facts []Fact) {
	add := func(key string, day cases.Day) {
		facts = append(facts, Fact{v.say.Get("own.receipt"), v.say.Get("own."+key, "day", string(day))})
	}
	switch {
	case m.Ended && !m.Disputed:
		add("was-ended", m.Replaced)
	case m.Replaced != "" && !m.Disputed:
		add("was-replaced", m.Replaced)
	case m.Disputed:
		add("in-dispute", "")
	case m.Waits != "":
		add("is-new", m.Waits)
	}
	return facts
}

// ownForm asks for the receipt and, if there is something to say, words. A new
// receipt is drafted now: whatever happens on the way, the same form leads to the
// same one.
func (b *Bot) ownForm(_ context.Context, v *visit) (Step, error) {
	if !slices.Contains(receiptActs, v.state.Act) {
		return Step{}, cases.E(cases.Internal, "", nil)
	}
	var secret []byte
	if takesNew(v.state.Act) {
		fresh := receipt.New(v.o.Origin).Secret()
		secret = fresh[:]
	}
	return v.ownStep(v.ownFields(), newOnce(), secret), nil
}

func (v *visit) ownFields() []Field {
	why := Field{ID: "why", Kind: Text, Label: v.say.Get("own.why"), Help: v.say.Get("own.why-help"), Max: MaxInput, Optional: true}
	if v.state.Act == cases.Correct {
		why.Label, why.Help, why.Optional = v.say.Get("own.correct-what"), "", false
	}
	if slices.Contains(caseActs, v.state.Act) {
		why.Help = ""
	}
	return []Field{v.receiptField(), why}
}

func (v *visit) ownStep(fields []Field, once, secret []byte) Step {
	do, title := v.state.Act, v.say.Get("own.title")
	if slices.Contains(caseActs, do) {
		title = v.say.Get("own." + string(do))
	}
	return Step{
		Title: title, Text: v.say.Get("own." + string(do) + "-text"), Fields: fields, Submit: v.say.Get("own.submit"),
		Token: v.form(state{Do: "own.send", Act: do, Once: once, Key: secret}),
	}
}

// ownSend does it. A form that was sent before shows the same new receipt.
func (b *Bot) ownSend(ctx context.Context, v *visit) (Step, error) {
	fields := v.ownFields()
	fine := v.fill(fields)
	r, ok := v.readReceipt(&fields[0])
	again := v.ownStep(fields, v.state.Once, v.state.Key)
	if !fine || !ok || v.stale || takesNew(v.state.Act) && len(v.state.Key) != 16 {
		return v.mend(again), nil
	}
	if slices.Contains(caseActs, v.state.Act) {
		return v.caseAct(ctx, r, again)
	}
	if !takesNew(v.state.Act) {
		return v.ownAct(ctx, r, again)
	}
	// The new receipt is shown to nobody who does not know the old one, though the
	// form holds it: a form may be left open.
	next := receipt.FromSecret(v.o.Origin, [16]byte(v.state.Key))
	mine, err := v.replace(ctx, r, next)
	if err != nil {
		return v.refused(again, err), nil
	}
	do := v.state.Act
	s := v.newReceipt(next, mine.AckDue, mine.FeedbackDue, len(mine.Written) > 0)
	s.Text = v.say.Get("own."+string(do)+"-done") + "\n\n" + s.Text
	return s, nil
}

func (v *visit) replace(ctx context.Context, r, next receipt.Receipt) (*cases.Mine, error) {
	mine, err := v.o.Cases.Mine(ctx, r)
	if err != nil {
		return nil, err
	}
	if err := mine.Replace(ctx, v.state.Act, v.state.once(), next, v.one("why")); err != nil {
		return nil, err
	}
	if now, err := v.o.Cases.Mine(ctx, next); err == nil { // of a form that was sent again the old one opens less
		mine = now
	}
	return mine, nil
}

// ownAct is every other act.
func (v *visit) ownAct(ctx context.Context, r receipt.Receipt, again Step) (Step, error) {
	mine, err := v.o.Cases.Mine(ctx, r)
	if err == nil {
		switch v.state.Act {
		case cases.EndReceipt:
			err = mine.End(ctx, v.state.once(), v.one("why"))
		case cases.NotMe:
			err = mine.NotMe(ctx, v.state.once(), v.one("why"))
		default:
			err = mine.Approve(ctx, v.state.Act, v.state.once(), v.one("why"))
		}
	}
	if err != nil {
		return v.refused(again, err), nil
	}
	return Step{
		Title: v.say.Get("stored.title"), Text: v.say.Get("own." + string(v.state.Act) + "-done"),
		Facts: v.authorities(), Buttons: []Button{v.verb("help")}, Cover: v.cover(v.verb("case")),
	}, nil
}
