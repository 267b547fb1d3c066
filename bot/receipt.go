package bot

import (
	"context"
	"io"
	"strconv"
	"strings"

	"ombra/cases"
	"ombra/crypto/receipt"
)

// receiptStep shows a receipt for the first time, from what the filing returned:
// the case is synced to disk (law 3), and no further read can take that away.
func (v *visit) receiptStep(r receipt.Receipt, filed cases.Filed, own bool, note string) Step {
	s := v.newReceipt(r, filed.AckDue, filed.FeedbackDue, own)
	if filed.Amended {
		s.Text = v.say.Get("receipt.amended") + "\n\n" + s.Text
	}
	if note != "" {
		s.Text = note + "\n\n" + s.Text
	}
	return s
}

// newReceipt begins the quarter of an hour in which a receipt can be shown again.
func (v *visit) newReceipt(r receipt.Receipt, ack, feedback cases.Day, own bool) Step {
	secret := r.Secret()
	v.state = state{Do: "file.receipt", Key: secret[:], Page: int(newOnce()[0]) % 7, Until: v.o.Now().Add(receiptTime).Unix()}
	return v.receiptCard(r, ack, feedback, own)
}

// showReceipt is a reading flow: a covered receipt, or one whose window was
// closed too early, is shown again for a quarter of an hour. It looks the case
// up: a receipt that opens nothing is not shown.
func (b *Bot) showReceipt(ctx context.Context, v *visit) (Step, error) {
	if v.stale {
		return Step{Title: v.say.Get("receipt.title"), Text: v.say.Get("receipt.late"), Buttons: []Button{v.verb("case")}}, nil
	}
	r := receipt.FromSecret(v.o.Origin, [16]byte(v.state.Key))
	mine, err := v.o.Cases.Mine(ctx, r)
	if err != nil {
		s := v.sorry(err)
		s.Buttons = []Button{v.button(v.say.Get("receipt.again"), v.again())}
		return s, nil
	}
	return v.receiptCard(r, mine.AckDue, mine.FeedbackDue, len(mine.Written) > 0), nil
}

// receiptCard shows the receipt with one group to type back, and says whether it
// opens what was written too.
func (v *visit) receiptCard(r receipt.Receipt, ack, feedback cases.Day, own bool) Step {
	opens := "receipt.opens"
	if own {
		opens = "receipt.opens-own"
	}
	return Step{
		Title: v.say.Get("receipt.title"),
		Text:  v.say.Get("receipt.text", "receipt", r.Symbols()) + " " + v.say.Get(opens),
		Facts: v.promised(ack, feedback),
		Fields: []Field{{
			ID: "group", Kind: Line, Max: 40,
			Label: v.say.Get("receipt.group", "number", strconv.Itoa(v.state.Page+1)),
			Help:  v.say.Get("receipt.group-help"),
		}},
		Submit: v.say.Get("receipt.submit"),
		Token:  v.form(v.againAs("file.prove")),
		Cover:  v.cover(v.button(v.say.Get("receipt.again"), v.again())),
	}
}

// again is the state that shows the same receipt once more: its quarter of an
// hour is not begun anew.
func (v *visit) again() state { return v.againAs("file.receipt") }

func (v *visit) againAs(do string) state {
	return state{Do: do, Key: v.state.Key, Page: v.state.Page, Until: v.state.Until}
}

// promises lists what happens next and by which day.
func (v *visit) promises(m *cases.Mine) []Fact { return v.promised(m.AckDue, m.FeedbackDue) }

func (v *visit) promised(ack, feedback cases.Day) []Fact {
	var facts []Fact
	if ack != "" {
		facts = append(facts, Fact{v.say.Get("mine.ack-due"), string(ack)})
	}
	if feedback != "" {
		facts = append(facts, Fact{v.say.Get("mine.feedback-due"), string(feedback)})
	}
	return append(facts, v.authorities()...)
}

// proveReceipt checks the group that was typed back.
func (b *Bot) proveReceipt(ctx context.Context, v *visit) (Step, error) {
	r := receipt.FromSecret(v.o.Origin, [16]byte(v.state.Key))
	if sameGroup(v.one("group"), r.Group(v.state.Page)) {
		return Step{Title: v.say.Get("receipt.proved-title"), Text: v.say.Get("receipt.proved"), Buttons: []Button{v.verb("case")}}, nil
	}
	s, err := b.showReceipt(ctx, v)
	if err == nil && len(s.Fields) > 0 {
		s.Fields[0].Problem = v.say.Get("receipt.wrong-group")
	}
	return s, err
}

// sameGroup is as tolerant as the receipt's own reader.
func sameGroup(typed, group string) bool {
	clean := strings.NewReplacer("O", "0", "I", "1", "L", "1", "-", "", " ", "").Replace(strings.ToUpper(typed))
	return clean == group
}

// textFile offers words as a file.
func textFile(name, text string) cases.Attachment {
	return cases.Attachment{
		Name: name, Type: "text/plain; charset=utf-8", Size: int64(len(text)),
		Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil },
	}
}
