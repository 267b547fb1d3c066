package bot

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"ombra/cases"
	"ombra/crypto/receipt"
)

// askReceipt asks for the receipt, in a form: never as text of a command, which
// platforms keep.
func (b *Bot) askReceipt(_ context.Context, v *visit) (Step, error) {
	return v.askStep("case.open", "", v.sinceField()), nil
}

func (b *Bot) askFiles(_ context.Context, v *visit) (Step, error) {
	return v.askStep("case.get", ""), nil
}

func (v *visit) askStep(do, problem string, beside ...Field) Step {
	f := v.receiptField()
	f.Problem = problem
	return Step{
		Title: v.say.Get("case.title"), Text: v.say.Get("case.text"), Fields: append([]Field{f}, beside...), Submit: v.say.Get("case.submit"),
		Token: v.form(state{Do: do, Once: newOnce()}),
	}
}

// openCase shows where a case stands, by receipt or by lookup code.
func (b *Bot) openCase(ctx context.Context, v *visit) (Step, error) {
	last := v.sinceField()
	since, fine := v.lastLook(&last)
	if code, err := receipt.ParseCode(v.one("receipt")); err == nil && fine {
		return v.byCode(ctx, code, since, last)
	} else if err == nil {
		return v.askStep("case.open", "", last), nil
	}
	f := v.receiptField()
	r, ok := v.readReceipt(&f)
	if !ok || !fine {
		return v.askStep("case.open", f.Problem, last), nil
	}
	mine, err := v.o.Cases.Mine(ctx, r)
	if cases.KindOf(err) == cases.NotFound {
		return v.askStep("case.open", v.why(err), last), nil
	}
	if err != nil {
		return Step{}, err
	}
	return v.mineCard(mine, since), nil
}

// mineCard shows stage, dates and the replies. Everything on it was read with
// the receipt that was typed for this one request.
func (v *visit) mineCard(m *cases.Mine, since cases.Day) Step {
	s := Step{Title: v.say.Get("mine.title"), Facts: v.standing(m), Cover: v.cover(v.verb("case"))}
	s.Facts = slices.Concat(v.receiptFacts(m), v.sinceFacts(since, m), s.Facts, v.remedyFacts(m), v.promises(m))
	s.Facts = s.Facts[:min(len(s.Facts), MaxFacts)]
	files := false
	var quote strings.Builder
	for i := len(m.Replies) - 1; i >= 0; i-- { // newest first
		r := m.Replies[i]
		files = files || len(r.Files) > 0
		text := v.isNew(r, since) + v.reply(r)
		if utf8.RuneCountInString(quote.String())+utf8.RuneCountInString(text) > MaxQuote {
			s.Text = v.say.Get("mine.more-in-files")
			files = true
			break
		}
		quote.WriteString(text)
	}
	for _, w := range m.Written {
		text := v.written(w)
		if utf8.RuneCountInString(quote.String())+utf8.RuneCountInString(text) > MaxQuote {
			s.Text = v.say.Get("mine.more-in-files")
			files = true
			break
		}
		quote.WriteString(text)
	}
	s.Quote = quote.String()
	if len(m.Replies) == 0 && m.Replaced == "" {
		s.Text = v.say.Get("mine.nothing-yet")
	}
	s.Buttons = v.remedyButtons(m)
	if slices.Contains(m.May, cases.Add) {
		s.Buttons = append(s.Buttons, v.button(v.say.Get("mine.add"), state{Do: "case.add"}))
	}
	if files {
		s.Buttons = append(s.Buttons, v.button(v.say.Get("mine.files"), state{Do: "case.files"}))
	}
	s.Buttons = append(s.Buttons, v.receiptButtons(m)...)
	return s
}

func (v *visit) standing(m *cases.Mine) []Fact {
	facts := []Fact{
		{v.say.Get("mine.kind"), v.say.Get("kind." + string(m.Kind))},
		{v.say.Get("mine.stage"), v.say.Get("stage." + string(m.Stage))},
	}
	if m.Waiting {
		facts = append(facts, Fact{v.say.Get("mine.waiting"), v.say.Get("mine.waiting-for-you")})
	}
	if m.Disposition != "" {
		facts = append(facts, Fact{v.say.Get("mine.disposition"), v.say.Get("disposition." + string(m.Disposition))})
	}
	if m.KeptUntil != "" {
		facts = append(facts, Fact{v.say.Get("mine.kept-until"), string(m.KeptUntil)})
	}
	return append(facts, v.clockFacts(m)...)
}

// reply renders one reply with who stands behind it.
func (v *visit) reply(r cases.Reply) string {
	head := v.say.Get("reply.signed", "day", string(r.Day), "by", r.By)
	switch {
	case r.Broken:
		return v.say.Get("reply.broken", "day", string(r.Day)) + "\n\n"
	case r.By == "":
		head = v.say.Get("reply.typed", "day", string(r.Day))
	}
	// The words are indented: no line of theirs can pass for one of our headings
	// and say that somebody signed.
	text := head + indented(r.Text)
	if len(r.Files) > 0 {
		text += v.say.Get("reply.files", "names", strings.Join(r.Files, ", ")) + "\n"
	}
	return text + "\n"
}

func indented(text string) string {
	return "\n    " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n    ") + "\n"
}

// written renders what the filer wrote, or somebody for them.
func (v *visit) written(w cases.Written) string {
	if w.Broken {
		return v.say.Get("written.broken", "day", string(w.Day)) + "\n\n"
	}
	key := "written.own"
	if w.Source != "" && v.say.Has("written."+w.Source) {
		key = "written." + w.Source
	}
	return v.say.Get(key, "day", string(w.Day), "received", w.Received) + indented(w.Text) + "\n"
}

// byCode shows what a lookup code opens: stage and dates, and the replies still
// sealed to the receipt, under a passcode that is shown once.
func (v *visit) byCode(ctx context.Context, code receipt.Code, since cases.Day, last Field) (Step, error) {
	mine, err := v.o.Cases.ByCode(ctx, code)
	if cases.KindOf(err) == cases.NotFound {
		return v.askStep("case.open", v.why(err), last), nil
	}
	if err != nil {
		return Step{}, err
	}
	s := Step{Title: v.say.Get("mine.title"), Cover: v.cover(v.verb("case")), Facts: v.sinceFacts(since, mine...)}
	for _, m := range mine {
		s.Facts = append(append(s.Facts, v.standing(m)...), v.promises(m)...)
	}
	if len(s.Facts) > MaxFacts {
		s.Facts = s.Facts[:MaxFacts]
	}
	folder, err := cases.Replies(ctx, mine)
	return v.withFolder(s, folder), err
}

// withFolder adds replies as one file under a new passcode.
func (v *visit) withFolder(s Step, f *cases.Folder) Step {
	if f == nil {
		s.Text = v.say.Get("mine.nothing-yet")
		return s
	}
	s.Text = v.say.Get("mine.by-code") + "\n\n" + v.say.Get("mine.passcode", "passcode", f.Passcode)
	s.Files = []File{folderFile("replies.age", f)}
	return s
}

// getFiles hands out replies with their attachments, sealed.
func (b *Bot) getFiles(ctx context.Context, v *visit) (Step, error) {
	f := v.receiptField()
	r, ok := v.readReceipt(&f)
	if !ok {
		return v.askStep("case.get", f.Problem), nil
	}
	mine, err := v.o.Cases.Mine(ctx, r)
	if err != nil {
		return v.askStep("case.get", v.why(err)), nil
	}
	s := Step{Title: v.say.Get("mine.title"), Facts: v.standing(mine), Cover: v.cover(v.verb("case"))}
	folder, err := mine.Folder(ctx)
	return v.withFolder(s, folder), err
}

// addForm asks for more words. It asks for the receipt again: no button holds
// one.
func (b *Bot) addForm(_ context.Context, v *visit) (Step, error) {
	return v.addStep([]Field{v.receiptField(), v.moreField(), v.filesField()}, newOnce()), nil
}

func (v *visit) addStep(fields []Field, once []byte) Step {
	return Step{
		Title: v.say.Get("add.title"), Text: v.say.Get("add.text"), Fields: fields, Submit: v.say.Get("add.submit"),
		Token: v.form(state{Do: "case.send", Once: once}),
	}
}

func (v *visit) moreField() Field {
	return Field{ID: "more", Kind: Text, Label: v.say.Get("add.more"), Max: MaxInput, Optional: true}
}

// addSend appends to the case, and shows it.
func (b *Bot) addSend(ctx context.Context, v *visit) (Step, error) {
	fields := []Field{v.receiptField(), v.moreField(), v.filesField()}
	fine := v.fill(fields)
	r, ok := v.readReceipt(&fields[0])
	again := v.addStep(fields, v.state.Once)
	if !fine || !ok || v.stale {
		return v.mend(again), nil
	}
	mine, err := v.o.Cases.Mine(ctx, r)
	if err != nil {
		return v.refused(again, err), nil
	}
	var files []cases.Attachment
	for _, f := range v.ev.Files {
		files = append(files, attachment(f))
	}
	if err := mine.Add(ctx, v.state.once(), v.one("more"), files); err != nil {
		return v.refused(again, err), nil
	}
	if mine, err = v.o.Cases.Mine(ctx, r); err != nil {
		return v.stored(v.verb("case")), nil //nolint:nilerr // the words are stored, and that is what is said
	}
	s := v.mineCard(mine, "")
	s.Text = strings.TrimSpace(v.say.Get("add.done") + "\n\n" + s.Text)
	return s, nil
}
