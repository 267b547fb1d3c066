package bot

import (
	"bytes"
	"context"

	"ombra/cases"
	"ombra/crypto/receipt"
)

// Files that were made on people's own machines, handed in through a private
// form. Where an office lets nobody write into the conversation, this is the
// only way in for them; what is attached to a form cannot be fetched again, so
// each of these forms does all of it at once.

// handInField takes the one file.
func (v *visit) handInField(what string) Field {
	return Field{
		ID: "files", Kind: Files, Label: v.say.Get("hand." + what + "-file"), Help: v.say.Get("hand." + what + "-help"),
		Max: 1, Else: v.say.Get("hand.else"),
	}
}

// handedIn looks at the one file of a form.
func (v *visit) handedIn(ctx context.Context) (*cases.Incoming, func(), error) {
	if len(v.ev.Files) == 0 {
		return nil, nil, cases.E(cases.Invalid, "field.missing", nil)
	}
	return v.inspect(ctx, &Message{Files: v.ev.Files})
}

// notThis gives a form back with what is wrong at its file. All else in it stays.
func (v *visit) notThis(again Step, err error) Step {
	for i := range again.Fields {
		if again.Fields[i].Kind == Files {
			again.Fields[i].Problem = v.why(err)
		}
	}
	return again
}

// actButton is for ombudsmen, where a form takes files.
func (v *visit) actButton() []Button {
	if !v.ev.Via.Files {
		return nil
	}
	return []Button{v.button(v.say.Get("hand.act"), state{Do: "hand.act"})}
}

// actForm asks for a signed act. Which case it belongs to stands in the file.
func (b *Bot) actForm(_ context.Context, v *visit) (Step, error) {
	return v.actStep(), nil
}

func (v *visit) actStep() Step {
	return Step{
		Title: v.say.Get("hand.act-title"), Text: v.say.Get("hand.act-text"),
		Fields: []Field{v.handInField("act")}, Submit: v.say.Get("hand.submit"), Token: v.form(state{Do: "hand.signed"}),
	}
}

// actSend takes the same road as an act that was dropped into the conversation.
func (b *Bot) actSend(ctx context.Context, v *visit) (Step, error) {
	again := v.actStep()
	if v.stale {
		return v.mend(again), nil
	}
	in, done, err := v.handedIn(ctx)
	if err != nil {
		return v.notThis(again, err), nil
	}
	defer done()
	if in.Act == nil {
		return v.notThis(again, cases.E(cases.Invalid, "refused.not-act", nil)), nil
	}
	s, err := v.signed(ctx, in)
	if err != nil {
		return v.notThis(again, err), nil
	}
	return s, nil
}

// sealedButton stands behind law 7, beside the form to type into.
func (v *visit) sealedButton(kind cases.Kind) []Button {
	if !v.ev.Via.Files {
		return nil
	}
	return []Button{v.button(v.say.Get("hand.sealed"), state{Do: "hand.sealed", Kind: kind})}
}

// sealedForm asks for a sealed file. The draft receipt, which only a bare age
// file needs, is made now, as every form's.
func (b *Bot) sealedForm(_ context.Context, v *visit) (Step, error) {
	if !v.o.Cases.Open() {
		return v.closed(), nil
	}
	secret := receipt.New(v.o.Origin).Secret()
	return v.sealedStep(v.sealedFields(), secret[:]), nil
}

func (v *visit) sealedFields() []Field {
	exclude := v.excludeField()
	exclude.Help = v.say.Get("hand.exclude-help")
	return []Field{v.handInField("sealed"), exclude}
}

func (v *visit) sealedStep(fields []Field, secret []byte) Step {
	kind := v.state.Kind
	return Step{
		Title: v.say.Get("file." + string(kind)), Text: v.say.Get("hand.sealed-text", "kind", v.say.Get("kind."+string(kind))),
		Fields: fields, Submit: v.say.Get("hand.submit"),
		Token: v.form(state{Do: "hand.filed", Key: secret, Kind: kind, Names: v.names()}),
	}
}

// notSealed: only ombudsmen are told that a file is an act. To anybody else it is
// like any other that holds something else.
func (v *visit) notSealed() error {
	if v.isOmbudsman() {
		return cases.E(cases.Invalid, "refused.is-act", nil)
	}
	return cases.E(cases.Invalid, "refused.unknown-file", nil)
}

// sealedFormSend files what the file holds, or says at the file what is wrong
// with it.
func (b *Bot) sealedFormSend(ctx context.Context, v *visit) (Step, error) {
	fields := v.sealedFields()
	fine := v.fill(fields)
	if len(v.state.Key) != 16 {
		return Step{}, cases.E(cases.Internal, "", nil)
	}
	again := v.sealedStep(fields, v.state.Key)
	if v.stale || !fine {
		return v.mend(again), nil
	}
	in, done, err := v.handedIn(ctx)
	if err != nil {
		return v.notThis(again, err), nil
	}
	defer done()
	switch {
	case in.Act != nil:
		return v.notThis(again, v.notSealed()), nil
	case in.Stock && !bytes.Equal(v.state.Names, v.names()):
		return v.giveBack(again, v.say.Get("file.new-roster")), nil
	}
	s, err := v.fileSealed(ctx, in, v.state.Kind, fields[1].Value)
	if err != nil {
		return v.refused(again, err), nil
	}
	return s, nil
}
