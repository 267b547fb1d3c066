package bot

import (
	"bytes"
	"context"
	"crypto/sha256"
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
	note := ""
	if v.state.Ref != "" {
		note = v.prefill(ctx, fields)
	}
	s := v.fileStep(fields, secret[:])
	s.Text = strings.TrimSpace(note + "\n\n" + s.Text)
	return s, nil
}

// fileStep is the form around its fields, under a new lease of the same draft
// receipt.
func (v *visit) fileStep(fields []Field, secret []byte) Step {
	return Step{
		Title: v.say.Get("file." + string(v.state.Kind)), Text: v.say.Get("file.text"),
		Fields: fields, Submit: v.say.Get("file.submit"),
		Token: v.form(state{Do: "file.send", Key: secret, Kind: v.state.Kind, Ref: v.state.Ref, Names: v.names()}),
	}
}

// names hashes whom the form offers to exclude.
func (v *visit) names() []byte {
	h := sha256.New()
	for _, o := range v.excludeField().Options {
		h.Write([]byte(o.Value + "\n"))
	}
	return h.Sum(nil)[:8]
}

// prefill puts a message that was said in the direct conversation into the
// form, fetched again from the platform: Ombra holds it nowhere. The reference
// goes on in the form's token only when the message is needed once more: because
// it has files, or is too long for the field and is filed whole.
func (v *visit) prefill(ctx context.Context, fields []Field) (note string) {
	m, err := v.recall(ctx)
	if err != nil {
		v.state.Ref = ""
		return v.why(err)
	}
	i := firstText(fields)
	if i >= 0 && holds(fields[i], m.Text) {
		fields[i].Value = trimmed([]string{m.Text})
		if len(m.Files) == 0 {
			v.state.Ref = ""
		}
	} else if i >= 0 {
		fields[i].Value = []string{v.say.Get("file.long-message")}
	}
	return ""
}

// holds says whether a message can be a field's value. Mattermost counts what a
// field begins with in bytes.
func holds(f Field, text string) bool {
	return utf8.RuneCountInString(text) <= f.Max && len(text) < MaxInput
}

func firstText(fields []Field) int {
	return slices.IndexFunc(fields, func(f Field) bool { return f.Kind == Text })
}

// recall fetches the message that the token refers to.
func (v *visit) recall(ctx context.Context) (*Message, error) {
	if v.ev.Recall == nil || v.state.Ref == "" {
		return nil, cases.E(cases.Unavailable, "recall", nil)
	}
	m, err := v.ev.Recall(ctx, v.state.Ref)
	if err != nil || m == nil {
		return nil, cases.E(cases.Unavailable, "recall", err)
	}
	return m, nil
}

// fileFields are the office's questions, and those that the bot asks itself.
func (v *visit) fileFields() []Field {
	var fields []Field
	for _, q := range v.o.Forms.of(v.state.Kind) {
		fields = append(fields, v.o.Forms.field(q, v.say.Lang()))
	}
	return append(fields, v.dangerField(), v.excludeField(), v.ownField(), v.filesField())
}

func (v *visit) dangerField() Field {
	f := Field{ID: "danger", Kind: Choice, Label: v.say.Get("file.danger"), Help: v.say.Get("file.danger-help"), Value: []string{"no"}}
	for _, id := range []string{"no", "yes", "notify"} {
		f.Options = append(f.Options, Option{Value: id, Label: v.say.Get("file.danger-" + id)})
	}
	return f
}

// ownField asks whether the receipt may open the words too. No is the answer of
// whoever does not care: it is the one that a search of the house cannot turn
// against them.
func (v *visit) ownField() Field {
	f := Field{ID: "own", Kind: Choice, Label: v.say.Get("file.own"), Help: v.say.Get("file.own-help"), Value: []string{"no"}, Optional: true}
	for _, id := range []string{"no", "yes"} {
		f.Options = append(f.Options, Option{Value: id, Label: v.say.Get("file.own-" + id)})
	}
	return f
}

func (v *visit) excludeField() Field {
	var names []string
	today := v.o.Cases.Today()
	for _, o := range v.o.Cases.Roster() {
		if o.Serves(today) {
			names = append(names, o.Name)
		}
	}
	return v.exclusion(names)
}

func (v *visit) exclusion(names []string) Field {
	f := Field{ID: "exclude", Kind: Choices, Label: v.say.Get("file.exclude"), Help: v.say.Get("file.exclude-help"), Optional: true}
	for _, name := range names {
		f.Options = append(f.Options, Option{Value: name, Label: name})
	}
	return f
}

func (v *visit) filesField() Field { return v.filesUpTo(v.o.Cases.Office.MaxFiles) }

func (v *visit) filesUpTo(most int) Field {
	return Field{
		ID: "files", Kind: Files, Label: v.say.Get("file.files"), Help: v.say.Get("file.files-help"),
		Max: most, Optional: true, Else: v.say.Get("file.files-else"),
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
	if v.stale || !fine {
		return v.mend(again), nil
	}
	if !bytes.Equal(v.state.Names, v.names()) {
		return v.giveBack(again, v.say.Get("file.new-roster")), nil
	}
	f := v.filing(fields)
	if err := v.recalled(ctx, &f, fields); err != nil {
		return v.refused(v.without(fields), err), nil
	}
	s, err := v.fileUnder(ctx, f, receipt.FromSecret(v.o.Origin, [16]byte(v.state.Key)))
	if err != nil {
		return v.refused(again, err), nil
	}
	return s, nil
}

// fileUnder files, and shows the receipt.
func (v *visit) fileUnder(ctx context.Context, f cases.Filing, r receipt.Receipt) (Step, error) {
	r, filed, moved, err := v.file(ctx, f, r)
	if err != nil {
		return Step{}, err
	}
	note := ""
	if moved {
		note = v.say.Get("receipt.moved")
	}
	return v.receiptStep(r, filed, f.Own, note), nil
}

// without is the form when its message cannot be fetched any more: it can be
// sent without it, but not with words that say that it is attached.
func (v *visit) without(fields []Field) Step {
	v.state.Ref = ""
	if i := firstText(fields); i >= 0 && slices.Equal(fields[i].Value, []string{v.say.Get("file.long-message")}) {
		fields[i].Value, fields[i].Problem = nil, v.say.Get("file.message-gone")
	}
	return v.fileStep(fields, v.state.Key)
}

// file files under a receipt, and under the one derived from it when the
// submission newly excludes a holder of the first case.
func (b *Bot) file(ctx context.Context, f cases.Filing, r receipt.Receipt) (receipt.Receipt, cases.Filed, bool, error) {
	for moved := false; ; moved = true {
		f.Public, f.Tag, f.Signer = r.Public([32]byte{}), r.Tag, r.Signer()
		filed, err := b.o.Cases.File(ctx, f)
		var needs *cases.NeedsReceipt
		if !errors.As(err, &needs) {
			return r, filed, moved, err
		}
		r = r.Again(needs.Tag)
	}
}

// refused shows the form again with what went wrong; nothing typed is lost.
func (v *visit) refused(again Step, err error) Step {
	if say := cases.SayOf(err); say == "nobody" || say == "appeal-nobody" {
		again.Facts = v.authorities()
	}
	return v.giveBack(again, v.why(err))
}

// filing renders the answers: first readable text, each question as it was
// shown, then the same for machines.
func (v *visit) filing(fields []Field) cases.Filing {
	f := cases.Filing{
		Kind: v.state.Kind, Source: cases.Typed, Gate: v.gate,
		Urgent: v.one("danger") == "notify", Own: v.one("own") == "yes",
		Form: cases.Answers{Form: v.o.Forms.ID, Lang: v.say.Lang(), Kind: string(v.state.Kind), Answers: map[string][]string{}},
	}
	var text strings.Builder
	for _, field := range fields {
		if len(field.Value) == 0 || field.Kind == Files || field.ID == "own" {
			continue
		}
		if field.ID == "exclude" {
			f.Excluded = field.Value
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

// recalled adds a message that did not fit its field, whole, and its files.
func (v *visit) recalled(ctx context.Context, f *cases.Filing, fields []Field) error {
	if v.state.Ref == "" {
		return nil
	}
	m, err := v.recall(ctx)
	if err != nil {
		return err
	}
	if i := firstText(fields); i < 0 || !holds(fields[i], m.Text) {
		f.Files = append(f.Files, textFile("message.txt", m.Text))
	}
	for _, file := range m.Files {
		f.Files = append(f.Files, attachment(file))
	}
	return nil
}
