package bot

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"ombra/cases"
	"ombra/crypto/receipt"
)

// fileForm opens the form. The draft receipt is made now: whatever happens on
// the way, the same form leads to the same receipt.
func (b *Bot) fileForm(ctx context.Context, v *visit) (Step, error) {
	if !v.o.Cases.Open() {
		return v.closed(), nil
	}
	secret := receipt.New(v.o.Origin).Secret()
	fields := v.fileFields()
	if v.state.Ref != "" && v.ev.Recall != nil {
		v.prefill(ctx, fields)
	}
	return v.fileStep(fields, secret[:]), nil
}

// fileStep is the form around its fields, under a new lease of the same draft
// receipt.
func (v *visit) fileStep(fields []Field, secret []byte) Step {
	return Step{
		Title: v.say.Get("file." + string(v.state.Kind)), Text: v.say.Get("file.text"),
		Fields: fields, Submit: v.say.Get("file.submit"),
		Token: v.form(state{Do: "file.send", Key: secret, Kind: v.state.Kind, Ref: v.state.Ref, Once: v.state.Once}),
	}
}

// prefill puts a message that was said in the direct conversation into the
// form, fetched again from the platform: Ombra holds it nowhere. One too long
// for a field is filed whole, as an attachment.
func (v *visit) prefill(ctx context.Context, fields []Field) {
	m, err := v.ev.Recall(ctx, v.state.Ref)
	if err != nil || m == nil {
		return
	}
	for i := range fields {
		if fields[i].Kind != Text {
			continue
		}
		if utf8.RuneCountInString(m.Text) > fields[i].Max {
			fields[i].Value = []string{v.say.Get("file.long-message")}
			return
		}
		fields[i].Value = []string{m.Text}
		return
	}
}

// fileFields are the office's questions, and those that the bot asks itself.
func (v *visit) fileFields() []Field {
	var fields []Field
	for _, q := range v.o.Forms.of(v.state.Kind) {
		fields = append(fields, v.question(q))
	}
	return append(fields, v.dangerField(), v.excludeField(), v.filesField())
}

func (v *visit) question(q Question) Field {
	lang := v.say.Lang()
	f := Field{ID: "q." + q.ID, Kind: q.Kind, Label: q.Label.In(lang), Help: q.Help.In(lang), Max: q.Max, Optional: q.Optional}
	options := q.Options
	if q.ID == "category" {
		options = v.o.Forms.Categories
	}
	for _, o := range options {
		f.Options = append(f.Options, Option{Value: o.ID, Label: o.Label.In(lang)})
	}
	return f
}

func (v *visit) dangerField() Field {
	f := Field{ID: "danger", Kind: Choice, Label: v.say.Get("file.danger"), Help: v.say.Get("file.danger-help"), Value: []string{"no"}}
	for _, id := range []string{"no", "yes", "notify"} {
		f.Options = append(f.Options, Option{Value: id, Label: v.say.Get("file.danger-" + id)})
	}
	return f
}

func (v *visit) excludeField() Field {
	f := Field{ID: "exclude", Kind: Choices, Label: v.say.Get("file.exclude"), Help: v.say.Get("file.exclude-help"), Optional: true}
	today := v.o.Cases.Today()
	for _, o := range v.o.Cases.Roster() {
		if o.Serves(today) {
			f.Options = append(f.Options, Option{Value: o.Name, Label: o.Name})
		}
	}
	return f
}

func (v *visit) filesField() Field {
	return Field{
		ID: "files", Kind: Files, Label: v.say.Get("file.files"), Help: v.say.Get("file.files-help"),
		Max: v.o.Cases.Office.MaxFiles, Optional: true, Else: v.say.Get("file.files-else"),
	}
}

// fileSend files what the form holds. Whatever is wrong comes back on its
// field, with everything that was typed.
func (b *Bot) fileSend(ctx context.Context, v *visit) (Step, error) {
	fields := v.fileFields()
	fine := v.fill(fields)
	if len(v.state.Key) != 16 {
		return Step{}, cases.E(cases.Internal, "", nil)
	}
	again := v.fileStep(fields, v.state.Key)
	if v.stale {
		again.Text = v.say.Get("file.stale") + "\n\n" + again.Text
		return again, nil
	}
	if !fine {
		again.Text = v.say.Get("file.mend") + "\n\n" + again.Text
		return again, nil
	}
	r := receipt.FromSecret(v.o.Origin, [16]byte(v.state.Key))
	f := v.filing(fields)
	if err := v.recalled(ctx, &f); err != nil {
		return v.refused(again, err), nil
	}
	r, moved, err := v.file(ctx, f, r)
	if err != nil {
		return v.refused(again, err), nil
	}
	return v.receiptStep(ctx, r, moved)
}

// file files under a receipt, and under the one derived from it when the
// submission newly excludes a holder of the first case.
func (b *Bot) file(ctx context.Context, f cases.Filing, r receipt.Receipt) (receipt.Receipt, bool, error) {
	for moved := false; ; moved = true {
		f.Public, f.Tag, f.Signer = r.Public([32]byte{}), r.Tag, r.Signer()
		_, err := b.o.Cases.File(ctx, f)
		var needs *cases.NeedsReceipt
		if !errors.As(err, &needs) {
			return r, moved, err
		}
		r = r.Again(needs.Tag)
	}
}

// refused shows the form again with what went wrong; nothing typed is lost.
func (v *visit) refused(again Step, err error) Step {
	again.Text = v.why(err) + "\n\n" + again.Text
	if cases.SayOf(err) == "nobody" {
		again.Facts = v.authorities()
	}
	for i := range again.Fields {
		if again.Fields[i].Kind == Files && len(v.ev.Files) > 0 {
			again.Fields[i].Problem = v.say.Get("file.files-again")
		}
	}
	return again
}

// filing renders the answers: first readable text, each question as it was
// shown, then the same for machines.
func (v *visit) filing(fields []Field) cases.Filing {
	f := cases.Filing{
		Kind: v.state.Kind, Source: cases.Typed, Gate: v.gateVersion(),
		Excluded: v.ev.Values["exclude"], Urgent: v.one("danger") == "notify",
		Form: cases.Answers{Form: v.o.Forms.ID, Lang: v.say.Lang(), Kind: string(v.state.Kind), Answers: map[string][]string{}},
	}
	var text strings.Builder
	for _, field := range fields {
		if len(field.Value) == 0 || field.Kind == Files || field.ID == "exclude" {
			continue // exclusions travel in the envelope's head
		}
		fmt.Fprintf(&text, "%s\n%s\n\n", field.Label, strings.Join(labels(field), "\n"))
		f.Form.Answers[strings.TrimPrefix(field.ID, "q.")] = field.Value
	}
	f.Text = text.String()
	for _, file := range v.ev.Files {
		f.Files = append(f.Files, attachment(file))
	}
	return f
}

// labels are a field's values as the person read them.
func labels(f Field) []string {
	shown := slices.Clone(f.Value)
	for i, value := range shown {
		for _, o := range f.Options {
			if o.Value == value {
				shown[i] = o.Label
			}
		}
	}
	return shown
}

func attachment(f File) cases.Attachment {
	kind := mime.TypeByExtension(path.Ext(f.Name))
	if kind == "" || len(kind) > 100 {
		kind = "application/octet-stream"
	}
	return cases.Attachment{Name: f.Name, Type: kind, Size: f.Size, Open: f.Open}
}

// recalled adds a message that was too long for its field, whole.
func (v *visit) recalled(ctx context.Context, f *cases.Filing) error {
	if v.state.Ref == "" || v.ev.Recall == nil {
		return nil
	}
	m, err := v.ev.Recall(ctx, v.state.Ref)
	if err != nil || m == nil {
		return cases.E(cases.Unavailable, "recall", err)
	}
	if utf8.RuneCountInString(m.Text) > MaxInput {
		f.Files = append(f.Files, textFile("message.txt", m.Text))
	}
	for _, file := range m.Files {
		f.Files = append(f.Files, attachment(file))
	}
	return nil
}
