package bot

import (
	"context"
	"io"
	"strings"

	"ombra/cases"
)

// card shows one case to an ombudsman who holds it: stage, flags, clocks, and
// buttons from the one table of moves.
func (b *Bot) card(ctx context.Context, v *visit) (Step, error) {
	desk, err := v.o.Cases.Desk(v.who)
	if err != nil {
		return Step{}, err
	}
	c, err := desk.Case(ctx, v.state.Case)
	if err != nil {
		return Step{}, err
	}
	s := Step{Title: string(c.ID), Facts: v.cardFacts(c), Cover: v.cover(v.back(c.ID))}
	if err := v.settling(ctx, desk, c, &s); err != nil {
		return Step{}, err
	}
	for _, verb := range v.o.Cases.Verbs(c, cases.ByOmbudsman) {
		s.Buttons = append(s.Buttons, v.cardButton(c, verb))
	}
	s.Text = v.say.Get("card.text")
	s.Buttons = append(append(s.Buttons, v.actButton()...), v.verb("inbox"))
	return s, nil
}

// cardButton leads to the flow of a verb.
func (v *visit) cardButton(c *cases.Case, verb cases.Verb) Button {
	next := state{Case: c.ID, Act: verb, Once: newOnce()}
	switch verb {
	case cases.GetPapers:
		next.Do = "card.papers"
	case cases.Assess:
		next.Do = "card.assess"
	case cases.Answer, cases.Ask:
		next.Do = "card.reply"
	default:
		next.Do = "card.do"
	}
	return v.button(v.say.Get("act."+string(verb)), next)
}

func (v *visit) cardFacts(c *cases.Case) []Fact {
	facts := []Fact{
		{v.say.Get("mine.kind"), v.say.Get("kind." + string(c.Kind))},
		{v.say.Get("card.source"), v.say.Get("source." + string(c.Source))},
		{v.say.Get("mine.stage"), v.say.Get("stage." + string(c.Stage))},
		{v.say.Get("card.opened"), string(c.Opened)},
	}
	add := func(key, value string) {
		if value != "" {
			facts = append(facts, Fact{v.say.Get(key), value})
		}
	}
	var flags []string
	for _, f := range c.Flags.Names() {
		flags = append(flags, v.say.Get("flag."+strings.ReplaceAll(f, " ", "-")))
	}
	add("card.flags", strings.Join(flags, ", "))
	add("mine.ack-due", string(c.AckDue))
	add("card.acknowledged", string(c.Acknowledged))
	add("mine.assess-due", string(c.AssessDue))
	add("mine.feedback-due", string(c.FeedbackDue))
	add("card.extended", string(c.Extended))
	add("card.appealed", string(c.Appealed))
	if c.Is(cases.Stuck) {
		add("card.stuck", v.say.Get("card.stuck-text"))
	}
	if c.Withdraw != "" {
		add("mine.withdrawing", v.say.Get("card.withdrawing", "day", string(v.o.Cases.Cooled(c))))
	}
	add("card.answered", string(c.Answered))
	add("card.category", v.categoryLabel(c.Category))
	if c.Priority != "" {
		add("card.priority", v.say.Get("priority."+c.Priority))
	}
	add("card.held-until", string(c.HeldUntil))
	if c.Holds(c.Lead, cases.Live) { // or has left since
		add("card.lead", c.Lead)
	}
	add("card.remedies", v.remedyCard(c))
	add("card.holders", v.withAbsence(c.Holders()))
	if c.Disposition != "" {
		add("mine.disposition", v.say.Get("disposition."+string(c.Disposition)))
	}
	return facts
}

func (v *visit) categoryLabel(id string) string {
	for _, c := range v.o.Forms.Categories {
		if c.ID == id {
			return c.Label.In(v.say.Lang())
		}
	}
	return id
}

// cardDo is an act by one press; then the card is read anew.
func (b *Bot) cardDo(ctx context.Context, v *visit) (Step, error) {
	if !v.stale {
		desk, err := v.o.Cases.Desk(v.who)
		if err != nil {
			return Step{}, err
		}
		if err := desk.Do(ctx, v.state.Case, cases.Act{Do: v.state.Act, Once: v.state.once()}); err != nil {
			return Step{}, err
		}
	}
	return v.after(b.card(ctx, v))
}

// after shows the card after an act. When the card cannot be read just then, the
// act is stored all the same, and that is said.
func (v *visit) after(s Step, err error) (Step, error) {
	if err == nil {
		return s, nil
	}
	return v.stored(v.back(v.state.Case)), nil
}

// stored says that what was sent is stored, when it cannot be shown just then.
func (v *visit) stored(back Button) Step {
	return Step{Title: v.say.Get("stored.title"), Text: v.say.Get("stored.text"), Buttons: []Button{back}, Cover: v.cover(back)}
}

// papers hands out the case as one file of constant name, under a passcode that
// is shown here once: what the platform keeps is dead when it is forgotten.
func (b *Bot) papers(ctx context.Context, v *visit) (Step, error) {
	if v.stale {
		return b.card(ctx, v)
	}
	desk, err := v.o.Cases.Desk(v.who)
	if err != nil {
		return Step{}, err
	}
	folder, err := desk.Papers(ctx, v.state.Case, v.state.once())
	if err != nil {
		return Step{}, err
	}
	back := v.back(v.state.Case)
	return Step{
		Title: v.say.Get("papers.title"), Text: v.say.Get("papers.text", "passcode", folder.Passcode),
		Files: []File{folderFile("papers.age", folder)}, Buttons: []Button{back}, Cover: v.cover(back),
	}, nil
}

// back leads to a case's card.
func (v *visit) back(id cases.ID) Button {
	return v.button(v.say.Get("card.back"), state{Do: "card", Case: id})
}

// folderFile streams a folder: it is encrypted as it is read, and never held
// whole.
func folderFile(name string, f *cases.Folder) File {
	return File{Name: name, Size: f.Size, Open: func(context.Context) (io.ReadCloser, error) {
		r, w := io.Pipe()
		go func() { _ = w.CloseWithError(contained(func() error { return f.Write(w) })) }() // ends when r is closed or read
		return r, nil
	}}
}

// contained turns a panic into an error without its value.
func contained(f func() error) (err error) {
	defer func() {
		if recover() != nil {
			err = cases.E(cases.Internal, "", nil)
		}
	}()
	return f()
}

// assessForm asks for category, priority, danger, and whether to investigate.
func (b *Bot) assessForm(ctx context.Context, v *visit) (Step, error) {
	desk, err := v.o.Cases.Desk(v.who)
	if err != nil {
		return Step{}, err
	}
	c, err := desk.Case(ctx, v.state.Case)
	if err != nil {
		return Step{}, err
	}
	fields := v.assessFields()
	set := map[string]string{"category": c.Category, "priority": c.Priority, "stage": string(cases.Assessing), "urgent": "no"}
	if c.Is(cases.Urgent) {
		set["urgent"] = "yes"
	}
	if c.Stage == cases.Investigating {
		set["stage"] = string(c.Stage)
	}
	for i, f := range fields {
		if set[f.ID] != "" {
			fields[i].Value = []string{set[f.ID]}
		}
	}
	return v.assessStep(fields), nil
}

func (v *visit) assessStep(fields []Field) Step {
	return Step{
		Title: v.say.Get("assess.title"), Text: v.say.Get("assess.text"), Fields: fields, Submit: v.say.Get("assess.submit"),
		Token: v.form(state{Do: "card.judge", Case: v.state.Case, Once: v.state.Once}),
	}
}

func (v *visit) assessFields() []Field {
	choice := func(id string, options []Option) Field {
		return Field{ID: id, Kind: Choice, Label: v.say.Get("assess." + id), Options: options}
	}
	var categories, priorities, stages, urgent []Option
	for _, c := range v.o.Forms.Categories {
		categories = append(categories, Option{c.ID, c.Label.In(v.say.Lang())})
	}
	for _, p := range cases.Priorities {
		priorities = append(priorities, Option{p, v.say.Get("priority." + p)})
	}
	for _, s := range []cases.Stage{cases.Assessing, cases.Investigating} {
		stages = append(stages, Option{string(s), v.say.Get("stage." + string(s))})
	}
	for _, y := range []string{"no", "yes"} {
		urgent = append(urgent, Option{y, v.say.Get("say." + y)})
	}
	return []Field{choice("category", categories), choice("priority", priorities), choice("urgent", urgent), choice("stage", stages)}
}

// assessSend is the assessment; its Once is the form's and what was chosen, so
// that the same form sent with other choices is another act.
func (b *Bot) assessSend(ctx context.Context, v *visit) (Step, error) {
	fields := v.assessFields()
	if fine := v.fill(fields); !fine || v.stale {
		return v.mend(v.assessStep(fields)), nil
	}
	set := map[string]string{}
	for _, f := range fields {
		set[f.ID] = f.Value[0]
	}
	desk, err := v.o.Cases.Desk(v.who)
	if err != nil {
		return Step{}, err
	}
	act := cases.Act{Do: cases.Assess, Once: v.onceFor(fields), Set: set}
	if err := desk.Do(ctx, v.state.Case, act); err != nil {
		return v.refused(v.assessStep(fields), err), nil
	}
	return v.after(b.card(ctx, v))
}
