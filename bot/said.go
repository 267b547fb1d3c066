package bot

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"

	"ombra/cases"
	"ombra/crypto/receipt"
)

// said answers a direct message. What is said there is never filed as it
// stands: the platform keeps it, and the person is told so.
func (b *Bot) said(ctx context.Context, v *visit) (Step, error) {
	m := v.ev.Said
	switch {
	case receipt.LooksLike(cases.OutsideArmor(m.Text)):
		return Step{Title: v.say.Get("exposed.title"), Text: v.say.Get("exposed." + v.exposure()), Buttons: []Button{v.verb("case")}, Cover: v.cover(v.verb("case"))}, nil
	case cases.LooksArmored(m.Text) || hasSealed(m.Files):
		return v.incoming(ctx, m)
	case strings.TrimSpace(m.Text) == "" && len(m.Files) == 0:
		return b.help(ctx, v)
	}
	return v.offer(m), nil
}

// look shows again what a cover of such an answer stands for. It reads the
// message anew, and does nothing that was not done.
func (b *Bot) look(ctx context.Context, v *visit) (Step, error) {
	m, err := v.recall(ctx)
	if err != nil {
		return Step{}, err
	}
	m.Ref, v.ev.Said, v.ev.Via.Exposed = v.state.Ref, m, true // what can be fetched again is kept there
	return b.said(ctx, v)
}

// lookAgain covers an answer to a message, where the platform can fetch it.
func (v *visit) lookAgain(m *Message) *Step {
	if m.Ref == "" {
		return v.cover(v.verb("help"))
	}
	return v.cover(v.button(v.say.Get("said.look"), state{Do: "said.look", Ref: m.Ref}))
}

// exposure chooses between "the platform keeps this" and "nothing keeps it".
func (v *visit) exposure() string {
	if v.ev.Via.Exposed {
		return "kept"
	}
	return "gone"
}

// offer brings typed text to the private form. The text stays where it is: only
// a reference to it travels.
func (v *visit) offer(m *Message) Step {
	if !v.o.Cases.Open() {
		return v.closed()
	}
	s := Step{
		Title: v.say.Get("said.title"), Text: v.say.Get("said."+v.exposure()) + "\n\n" + v.say.Get("platform."+v.ev.Via.Name),
		Cover: v.lookAgain(m),
	}
	for _, kind := range []cases.Kind{cases.Report, cases.Redress} {
		s.Buttons = append(s.Buttons, v.button(v.say.Get("said."+string(kind)), state{Do: "file.form", Kind: kind, Ref: m.Ref}))
	}
	return s
}

func hasSealed(files []File) bool { return slices.ContainsFunc(files, isSealed) }

func isSealed(f File) bool { return strings.HasSuffix(strings.ToLower(f.Name), ".age") }

// incoming looks at an age file or pasted armor: an act of an ombudsman, a
// sealed filing, or a bare age file.
func (v *visit) incoming(ctx context.Context, m *Message) (Step, error) {
	in, done, err := v.inspect(ctx, m)
	if err != nil {
		return Step{}, err
	}
	defer done()
	if in.Act != nil {
		return v.ombudsman(func(ctx context.Context, v *visit) (Step, error) { return v.signed(ctx, in) })(ctx, v)
	}
	if !v.o.Cases.Open() {
		return v.closed(), nil
	}
	secret := receipt.New(v.o.Origin).Secret()
	v.state = state{Ref: m.Ref, Key: secret[:], Kind: cases.Report}
	if in.Stock {
		s := v.stockStep(v.stockFields())
		s.Cover = v.lookAgain(m)
		return s, nil
	}
	v.state.Kind = cases.Kind(in.Claim.Kind)
	next := v.state
	next.Do = "sealed.send"
	return Step{
		Title: v.say.Get("sealed.title"), Text: v.say.Get("sealed.claim") + "\n\n" + v.gateText(), Cover: v.lookAgain(m),
		Buttons: []Button{v.button(v.say.Get("sealed."+string(v.state.Kind)), next)},
	}, nil
}

// stockStep asks what a bare age file cannot say: what it is, and who must not
// see it. Its recipients are anonymous, and the draw must not hand it to
// somebody whom the filer left out on purpose.
func (v *visit) stockStep(fields []Field) Step {
	next := v.state
	next.Do, next.Until = "sealed.send", 0
	return Step{
		Title: v.say.Get("sealed.title"), Text: v.say.Get("sealed.stock") + "\n\n" + v.gateText(),
		Fields: fields, Submit: v.say.Get("file.submit"), Token: v.form(next), Cover: v.cover(v.verb("help")),
	}
}

func (v *visit) stockFields() []Field {
	kind := Field{ID: "kind", Kind: Choice, Label: v.say.Get("sealed.kind")}
	for _, k := range []cases.Kind{cases.Report, cases.Redress} {
		kind.Options = append(kind.Options, Option{string(k), v.say.Get("kind." + string(k))})
	}
	return []Field{kind, v.excludeField()}
}

// sealedSend fetches the file again and files it.
func (b *Bot) sealedSend(ctx context.Context, v *visit) (Step, error) {
	if len(v.state.Key) != 16 || v.stale && !v.ev.Form {
		return Step{}, cases.E(cases.Unavailable, "recall", nil)
	}
	fields := v.stockFields()
	if fine := v.fill(fields); v.ev.Form && (!fine || v.stale) {
		return v.mend(v.stockStep(fields)), nil
	}
	m, err := v.recall(ctx)
	if err != nil {
		return Step{}, err
	}
	in, done, err := v.inspect(ctx, m)
	if err != nil {
		return Step{}, err
	}
	defer done()
	if in.Act != nil || in.Stock != v.ev.Form {
		return Step{}, cases.E(cases.Invalid, "refused.unknown-file", nil)
	}
	kind := v.state.Kind
	if in.Stock {
		kind = cases.Kind(fields[0].Value[0])
	}
	return v.fileSealed(ctx, in, kind, fields[1].Value)
}

// fileSealed files. A bare age file gets a receipt; whoever sealed with
// ombra-desk has one already, and is shown the hashes to compare.
func (v *visit) fileSealed(ctx context.Context, in *cases.Incoming, kind cases.Kind, excluded []string) (Step, error) {
	r := receipt.FromSecret(v.o.Origin, [16]byte(v.state.Key))
	f, err := in.Filing(kind, excluded, r)
	if err != nil {
		return Step{}, err
	}
	f.Gate = v.gate
	if in.Stock {
		return v.fileUnder(ctx, f, r)
	}
	filed, err := v.o.Cases.File(ctx, f)
	var needs *cases.NeedsReceipt
	switch {
	case errors.As(err, &needs):
		return Step{}, cases.E(cases.Conflict, "seal-again", nil)
	case err != nil:
		return Step{}, err
	}
	return Step{
		Title: v.say.Get("sealed.done-title"), Text: v.say.Get("sealed.done"), Quote: strings.Join(in.Sums(), "\n"),
		Facts: v.promised(filed.AckDue, filed.FeedbackDue), Buttons: []Button{v.verb("case")}, Cover: v.cover(v.verb("case")),
	}, nil
}

// inspect fetches the one age file of a message and looks at it. done gives back
// the memory that it takes: file, what is inside, and the same sealed again.
func (v *visit) inspect(ctx context.Context, m *Message) (in *cases.Incoming, done func(), err error) {
	if len(m.Files) == 0 {
		in, err = v.o.Cases.InspectText(m.Text)
		return in, func() {}, err
	}
	if len(m.Files) > 1 {
		return nil, nil, cases.E(cases.Invalid, "one-file", nil)
	}
	file, limit := m.Files[0], v.o.Cases.MaxIncoming()
	if file.Size > limit || file.Size < 0 {
		return nil, nil, cases.E(cases.Invalid, "file-too-large", nil)
	}
	held := min(3*file.Size, memoryLimit)
	if err := v.memory.Acquire(ctx, held); err != nil {
		return nil, nil, cases.E(cases.Unavailable, "busy", err)
	}
	done = sync.OnceFunc(func() { v.memory.Release(held) })
	err = contained(func() error {
		raw, err := read(ctx, file)
		if err == nil {
			in, err = v.o.Cases.Inspect(raw)
		}
		return err
	})
	if err != nil {
		done()
		return nil, nil, err
	}
	return in, done, nil
}

// read takes what the platform announced, and not a byte more.
func read(ctx context.Context, f File) ([]byte, error) {
	r, err := f.Open(ctx)
	if err != nil {
		return nil, cases.E(cases.Unavailable, "file-fetch", err)
	}
	defer func() { _ = r.Close() }()
	raw, err := io.ReadAll(io.LimitReader(r, f.Size+1))
	switch {
	case err != nil:
		return nil, cases.E(cases.Unavailable, "file-fetch", err)
	case int64(len(raw)) != f.Size:
		return nil, cases.E(cases.Invalid, "file-changed", nil)
	}
	return raw, nil
}
