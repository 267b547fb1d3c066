package bot

import (
	"context"
	"encoding/hex"
	"strconv"
	"strings"

	"ombra/cases"
)

// remedyLine says where a remedy stands, without a word of its own: those are
// among the answers.
func (v *visit) remedyLine(r cases.Remedy) string {
	form, state := v.say.Get("form."+r.Form), v.say.Get("remedy."+r.State)
	if r.Ended() {
		return v.say.Get("remedy.ended", "form", form, "state", state)
	}
	line := v.say.Get("remedy.line", "form", form, "state", state, "due", r.Due)
	if r.Late(v.o.Cases.Today()) {
		line += ", " + v.say.Get("flag.late")
	}
	return line
}

func (v *visit) remedyName(r cases.Remedy) string {
	return v.say.Get("remedy.name", "number", strconv.Itoa(r.Number))
}

// remedyFacts shows a filer each remedy of the case.
func (v *visit) remedyFacts(m *cases.Mine) (facts []Fact) {
	for _, r := range m.Remedies {
		facts = append(facts, Fact{v.remedyName(r), v.remedyLine(r)})
	}
	return facts
}

// remedyButtons lead to what the filer can answer. A button names the step that
// it answers, as the filer saw it.
func (v *visit) remedyButtons(m *cases.Mine) (list []Button) {
	for _, r := range m.Remedies {
		open := m.AnswersTo(r)
		on, err := hex.DecodeString(r.On)
		if len(open) == 0 || err != nil {
			continue
		}
		label := v.say.Get("remedy.button-"+string(open[0]), "number", strconv.Itoa(r.Number))
		list = append(list, v.button(label, state{Do: "remedy.ask", Page: r.Number, Act: open[0], On: on}))
	}
	return list
}

// remedyCard shows an ombudsman all remedies in one line each.
func (v *visit) remedyCard(c *cases.Case) string {
	var lines []string
	for _, r := range c.Remedies {
		lines = append(lines, strconv.Itoa(r.Number)+" "+v.remedyLine(r))
	}
	return strings.Join(lines, "; ")
}

// remedyAsk asks what the filer says to a remedy. It asks for the receipt again:
// no button holds one.
func (b *Bot) remedyAsk(_ context.Context, v *visit) (Step, error) {
	return v.remedyStep(v.remedyFields(), newOnce()), nil
}

func (v *visit) remedyFields() []Field {
	answer := Field{ID: "answer", Kind: Choice, Label: v.say.Get("remedy.answer")}
	for _, do := range cases.AnswersBeside(v.state.Act) {
		answer.Options = append(answer.Options, Option{string(do), v.say.Get("remedy.do-" + string(do))})
	}
	return []Field{v.receiptField(), answer, {
		ID: "words", Kind: Text, Label: v.say.Get("remedy.words"), Help: v.say.Get("remedy.words-" + string(v.state.Act)),
		Max: MaxInput, Optional: true,
	}}
}

func (v *visit) remedyStep(fields []Field, once []byte) Step {
	return Step{
		Title: v.say.Get("remedy.name", "number", strconv.Itoa(v.state.Page)), Text: v.say.Get("remedy.text"),
		Fields: fields, Submit: v.say.Get("remedy.submit"),
		Token: v.form(state{Do: "remedy.send", Page: v.state.Page, Act: v.state.Act, On: v.state.On, Once: once}),
	}
}

// remedySend signs the answer with the receipt that was typed for it, and shows
// the case.
func (b *Bot) remedySend(ctx context.Context, v *visit) (Step, error) {
	fields := v.remedyFields()
	fine := v.fill(fields)
	r, ok := v.readReceipt(&fields[0])
	again := v.remedyStep(fields, v.state.Once)
	if !fine || !ok || v.stale {
		return v.mend(again), nil
	}
	mine, err := v.o.Cases.Mine(ctx, r)
	if err == nil {
		err = mine.Answer(ctx, v.state.once(), cases.RemedyAnswer{
			Do: cases.Verb(v.one("answer")), Number: v.state.Page, On: hex.EncodeToString(v.state.On), Text: v.one("words"),
		})
	}
	if err != nil {
		return v.refused(again, err), nil
	}
	if mine, err = v.o.Cases.Mine(ctx, r); err != nil {
		return v.stored(v.verb("case")), nil //nolint:nilerr // the answer is stored, and that is what is said
	}
	s := v.mineCard(mine, "")
	s.Text = strings.TrimSpace(v.say.Get("remedy.done") + "\n\n" + s.Text)
	return s, nil
}
