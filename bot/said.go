package bot

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"ombra/cases"
	"ombra/crypto/receipt"
)

// said answers a direct message. What is said there is never filed as it
// stands: the platform keeps it, and the person is told so.
func (b *Bot) said(ctx context.Context, v *visit) (Step, error) {
	m := v.ev.Said
	switch {
	case receipt.LooksLike(m.Text):
		return Step{Title: v.say.Get("exposed.title"), Text: v.say.Get("exposed." + v.exposure()), Buttons: []Button{v.verb("case")}, Cover: v.cover(v.verb("case"))}, nil
	case cases.LooksArmored(m.Text) || hasSealed(m.Files):
		return v.incoming(ctx, m)
	case strings.TrimSpace(m.Text) == "" && len(m.Files) == 0:
		return b.help(ctx, v)
	}
	return v.offer(m), nil
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
	s := Step{
		Title: v.say.Get("said.title"), Text: v.say.Get("said."+v.exposure()) + "\n\n" + v.say.Get("platform."+v.ev.Via.Name),
		Cover: v.cover(v.verb("report")),
	}
	if !v.o.Cases.Open() {
		return v.closed()
	}
	for _, kind := range []cases.Kind{cases.Report, cases.Redress} {
		s.Buttons = append(s.Buttons, v.button(v.say.Get("said."+string(kind)), state{Do: "file.form", Kind: kind, Ref: m.Ref, Once: newOnce()}))
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
		v.state.Ref = m.Ref
		return v.ombudsman(func(ctx context.Context, v *visit) (Step, error) { return v.signed(ctx, in) })(ctx, v)
	}
	if !v.o.Cases.Open() {
		return v.closed(), nil
	}
	if m.Ref == "" || v.ev.Recall == nil {
		// Nothing keeps the file for us until a button is pressed.
		return v.fileSealed(ctx, in, cases.Report, receipt.New(v.o.Origin))
	}
	return v.sealedOffer(in, m), nil
}

// sealedOffer says what was found before anything is filed.
func (v *visit) sealedOffer(in *cases.Incoming, m *Message) Step {
	secret := receipt.New(v.o.Origin).Secret()
	s := Step{Title: v.say.Get("sealed.title"), Text: v.say.Get("sealed.stock") + "\n\n" + v.gateText(), Cover: v.cover(v.verb("help"))}
	button := func(kind cases.Kind) Button {
		return v.button(v.say.Get("sealed."+string(kind)), state{Do: "sealed.send", Kind: kind, Ref: m.Ref, Key: secret[:]})
	}
	if in.Stock {
		s.Buttons = []Button{button(cases.Report), button(cases.Redress)}
		return s
	}
	s.Text = v.say.Get("sealed.claim") + "\n\n" + v.gateText()
	s.Buttons = []Button{button(cases.Kind(in.Claim.Kind))}
	return s
}

// sealedSend fetches the file again and files it.
func (b *Bot) sealedSend(ctx context.Context, v *visit) (Step, error) {
	if v.ev.Recall == nil || v.stale || len(v.state.Key) != 16 {
		return Step{}, cases.E(cases.Unavailable, "recall", nil)
	}
	m, err := v.ev.Recall(ctx, v.state.Ref)
	if err != nil || m == nil {
		return Step{}, cases.E(cases.Unavailable, "recall", err)
	}
	in, done, err := v.inspect(ctx, m)
	if err != nil {
		return Step{}, err
	}
	defer done()
	if in.Act != nil {
		return Step{}, cases.E(cases.Invalid, "refused.unknown-file", nil)
	}
	return v.fileSealed(ctx, in, v.state.Kind, receipt.FromSecret(v.o.Origin, [16]byte(v.state.Key)))
}

// fileSealed files. A bare age file gets a receipt; whoever sealed with
// ombra-desk has one already, and is shown the hashes to compare.
func (v *visit) fileSealed(ctx context.Context, in *cases.Incoming, kind cases.Kind, r receipt.Receipt) (Step, error) {
	f, err := in.Filing(kind, r)
	if err != nil {
		return Step{}, err
	}
	f.Gate = v.gateVersion()
	_, err = v.o.Cases.File(ctx, f)
	var needs *cases.NeedsReceipt
	switch {
	case errors.As(err, &needs):
		return Step{}, cases.E(cases.Conflict, "seal-again", nil)
	case err != nil:
		return Step{}, err
	case in.Stock:
		return v.receiptStep(ctx, r, false)
	}
	return Step{
		Title: v.say.Get("sealed.done-title"), Text: v.say.Get("sealed.done"), Quote: strings.Join(in.Sums(), "\n"),
		Buttons: []Button{v.verb("case")}, Cover: v.cover(v.verb("case")),
	}, nil
}

// inspect fetches the one age file of a message and looks at it. done gives back
// the memory that it takes.
func (v *visit) inspect(ctx context.Context, m *Message) (in *cases.Incoming, done func(), err error) {
	if len(m.Files) == 0 {
		in, err = v.o.Cases.InspectText(m.Text)
		return in, func() {}, err
	}
	if len(m.Files) > 1 {
		return nil, nil, cases.E(cases.Invalid, "one-file", nil)
	}
	file := m.Files[0]
	limit := v.o.Cases.MaxIncoming()
	if file.Size > limit {
		return nil, nil, cases.E(cases.Invalid, "file-too-large", nil)
	}
	if err := v.memory.Acquire(ctx, limit); err != nil {
		return nil, nil, cases.E(cases.Unavailable, "busy", err)
	}
	done = func() { v.memory.Release(limit) }
	raw, err := read(ctx, file, limit)
	if err == nil {
		in, err = v.o.Cases.Inspect(raw)
	}
	if err != nil {
		done()
		return nil, nil, err
	}
	return in, done, nil
}

func read(ctx context.Context, f File, limit int64) ([]byte, error) {
	r, err := f.Open(ctx)
	if err != nil {
		return nil, cases.E(cases.Unavailable, "file-fetch", err)
	}
	defer func() { _ = r.Close() }()
	raw, err := io.ReadAll(io.LimitReader(r, limit+1))
	switch {
	case err != nil:
		return nil, cases.E(cases.Unavailable, "file-fetch", err)
	case int64(len(raw)) > limit:
		return nil, cases.E(cases.Invalid, "file-too-large", nil)
	}
	return raw, nil
}
