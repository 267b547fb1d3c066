package bot

import (
	"context"
	"strconv"
	"strings"

	"ombra/cases"
)

// overseer lets only oversight through. To everybody else its verbs do not
// exist, ombudsmen among them: the answer is the one to an unknown verb.
func (b *Bot) overseer(f flow) flow {
	return func(ctx context.Context, v *visit) (Step, error) {
		if !v.isOversight() {
			return b.help(ctx, v)
		}
		return f(ctx, v)
	}
}

func (v *visit) isOversight() bool {
	_, ok := v.o.Oversight[v.ev.From.Reveal()]
	return ok
}

// maxOverdue leaves room for a fact that says that there is more.
const maxOverdue = MaxFacts - 1

// overdue lists what is late, and who holds it: those may be asked about it, and
// nobody else (cases.LateCase).
func (b *Bot) overdue(ctx context.Context, v *visit) (Step, error) {
	list, more, err := v.o.Cases.Oversight().Overdue(ctx, maxOverdue)
	if err != nil {
		return Step{}, err
	}
	s := Step{
		Title: v.say.Get("overdue.title"), Text: v.say.Get("overdue.text"),
		Buttons: []Button{v.verb("numbers"), v.verb("help")}, Cover: v.cover(v.verb("overdue")),
	}
	if len(list) == 0 {
		s.Text = v.say.Get("overdue.empty")
	}
	office, err := v.o.Cases.Oversight().Office(ctx)
	if err != nil {
		return Step{}, err
	}
	above := v.officeFacts(office)
	list, more = list[:min(len(list), maxOverdue-len(above))], more || len(list) > maxOverdue-len(above)
	s.Facts = above
	for _, o := range list {
		s.Facts = append(s.Facts, Fact{string(o.ID), v.overdueLine(o)})
	}
	if more {
		s.Facts = append(s.Facts, Fact{v.say.Get("overdue.more"), v.say.Get("overdue.first")})
	}
	return s, nil
}

func (v *visit) overdueLine(o cases.LateCase) string {
	parts := []string{v.say.Get("kind." + string(o.Kind)), v.say.Get("stage." + string(o.Stage))}
	late := func(key string, due cases.Day) {
		if due != "" {
			n := int(v.o.Cases.Today().Time().Sub(due.Time()).Hours()) / 24
			parts = append(parts, v.say.Get(key, "day", string(due), "days", strconv.Itoa(n)))
		}
	}
	late("overdue.ack", o.Ack)
	late("overdue.assess", o.Assess)
	late("overdue.answer", o.Answer)
	late("overdue.settle", o.Settle)
	if o.Stuck {
		parts = append(parts, v.say.Get("flag.appeal-stuck"))
	}
	if o.Unreadable {
		parts = append(parts, v.say.Get("flag.unreadable"))
	}
	if len(o.Holders) == 0 {
		return strings.Join(append(parts, v.say.Get("overdue.nobody")), " · ")
	}
	return strings.Join(append(parts, v.say.Get("overdue.holders", "names", v.withAbsence(o.Holders))), " · ")
}

// rowsInFact is how many numbers one fact holds: it has to fit every platform.
const rowsInFact = 20

// numbers shows one quarter's figures. state.Page says how many quarters back.
func (b *Bot) numbers(ctx context.Context, v *visit) (Step, error) {
	n, err := v.o.Cases.Oversight().Numbers(ctx, v.state.Page)
	s := Step{
		Title: v.say.Get("numbers.title"), Text: v.say.Get("numbers.none"),
		Buttons: []Button{v.verb("overdue"), v.verb("help")}, Cover: v.cover(v.verb("numbers")),
	}
	if cases.KindOf(err) == cases.NotFound {
		return s, nil
	}
	if err != nil {
		return Step{}, err
	}
	few := strconv.Itoa(v.o.Cases.Office.Fewest())
	s.Text = v.say.Get("numbers.text", "quarter", n.Quarter, "few", few)
	for _, t := range n.Tables {
		lines := make([]string, 0, len(t.Rows)+1)
		for _, r := range append(t.Rows, t.Total) {
			lines = append(lines, v.numberLine(t.Name, r, few))
		}
		s.Facts = append(s.Facts, inFacts(v.say.Get("numbers."+t.Name), lines)...)
	}
	var lines []string
	for _, r := range n.Rows {
		lines = append(lines, v.numberLine("", r, few))
	}
	s.Facts = append(s.Facts, inFacts(v.say.Get("numbers.acts"), lines)...)
	if n.Older {
		s.Buttons = append(s.Buttons, v.button(v.say.Get("numbers.older"), state{Do: "numbers", Page: v.state.Page + 1}))
	}
	if v.state.Page > 0 {
		s.Buttons = append(s.Buttons, v.button(v.say.Get("numbers.newer"), state{Do: "numbers", Page: v.state.Page - 1}))
	}
	return s, nil
}

func inFacts(label string, lines []string) (facts []Fact) {
	for len(lines) > 0 {
		n := min(rowsInFact, len(lines))
		facts = append(facts, Fact{label, strings.Join(lines[:n], "\n")})
		lines = lines[n:]
	}
	return facts
}

func (v *visit) numberLine(table string, r cases.Row, few string) string {
	value := strconv.FormatInt(r.Value, 10)
	if r.Few {
		value = v.say.Get("numbers.few", "few", few)
		if table != "" && r.Name != "total" {
			value = v.say.Get("numbers.hidden")
		}
	}
	return short(v.rowLabel(table, r.Name), 60) + ": " + value
}

// rowLabel finds the words for a row: most are those that cases are shown with.
func (v *visit) rowLabel(table, row string) string {
	switch {
	case row == "total":
		return v.say.Get("numbers.total")
	case table == cases.TableFiled:
		return v.say.Get("kind." + row)
	case table == cases.TableRemedyForm:
		return v.say.Get("form." + row)
	case table == cases.TableRemedy:
		return v.say.Get("figure." + row)
	case table == cases.TableClosed:
		return v.say.Get("disposition." + row)
	case table == cases.TableCategory && row != cases.NoCategory && row != cases.EarlierCategory:
		return v.categoryLabel(row)
	}
	return v.say.Get("figure." + row)
}

func short(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}
