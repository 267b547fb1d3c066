package bot

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"

	"ombra/cases"
)

// onceFor makes the Once of a form: the same form sent twice with the same
// words is one act, with other words another. It is keyed with the form's own
// sixteen random bytes, which are stored nowhere.
func (v *visit) onceFor(fields []Field) [16]byte {
	mac := hmac.New(sha256.New, v.state.Once)
	for _, f := range fields {
		line, _ := json.Marshal(append([]string{f.ID}, f.Value...))
		mac.Write(append(line, '\n'))
	}
	return [16]byte(mac.Sum(nil)[:16])
}

// replyForm is a reply typed in the chat, where the office allows it.
func (b *Bot) replyForm(_ context.Context, v *visit) (Step, error) {
	return v.replyStep([]Field{v.replyField()}), nil
}

func (v *visit) replyField() Field {
	return Field{ID: "reply", Kind: Text, Label: v.say.Get("reply.label"), Max: MaxInput}
}

func (v *visit) replyStep(fields []Field) Step {
	return Step{
		Title: v.say.Get("act." + string(v.state.Act)), Text: v.say.Get("reply.warning"), Fields: fields, Submit: v.say.Get("reply.submit"),
		Token: v.form(state{Do: "card.type", Case: v.state.Case, Act: v.state.Act, Once: v.state.Once}),
	}
}

func (b *Bot) replySend(ctx context.Context, v *visit) (Step, error) {
	fields := []Field{v.replyField()}
	if fine := v.fill(fields); !fine || v.stale {
		return v.mend(v.replyStep(fields)), nil
	}
	desk, err := v.o.Cases.Desk(v.who)
	if err != nil {
		return Step{}, err
	}
	if err := desk.Type(ctx, v.state.Case, v.state.Act, v.onceFor(fields), v.one("reply")); err != nil {
		return v.refused(v.replyStep(fields), err), nil
	}
	return v.after(b.card(ctx, v))
}

// signed takes an act file that an ombudsman dropped into the chat. She signed
// it on her own machine; nothing has to be pressed again here.
func (v *visit) signed(ctx context.Context, in *cases.Incoming) (Step, error) {
	desk, err := v.o.Cases.Desk(v.who)
	if err != nil {
		return Step{}, err
	}
	id, do, err := desk.Signed(ctx, in)
	if err != nil {
		return Step{}, err
	}
	if do == cases.Recuse { // there is no card to go back to
		return Step{
			Title: v.say.Get("signed.title"), Text: v.say.Get("signed.recused"),
			Buttons: []Button{v.verb("inbox")}, Cover: v.cover(v.verb("inbox")),
		}, nil
	}
	back := v.back(id)
	s := Step{
		Title: v.say.Get("signed.title"), Text: v.say.Get("signed.text", "act", v.say.Get("act."+string(do))),
		Buttons: []Button{back}, Cover: v.cover(back),
	}
	if c, err := desk.Case(ctx, id); do == cases.Settle && err == nil {
		_ = v.settling(ctx, desk, c, &s) // what cannot be read just then is on the card
	}
	return s, nil
}
