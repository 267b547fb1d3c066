package bot

import (
	"bytes"
	"context"
	"io"
	"strconv"
	"strings"

	"ombra/cases"
	"ombra/crypto/receipt"
)

// receiptStep shows a receipt for the first time.
func (v *visit) receiptStep(ctx context.Context, r receipt.Receipt, moved bool) (Step, error) {
	secret := r.Secret()
	once := newOnce()
	v.state = state{Do: "file.receipt", Key: secret[:], Page: int(once[0]) % 7, Until: v.o.Now().Add(receiptTime).Unix()}
	s, err := v.receiptCard(ctx, r)
	if moved {
		s.Text = v.say.Get("receipt.moved") + "\n\n" + s.Text
	}
	return s, err
}

// showReceipt is a reading flow: a covered receipt, or one whose window was
// closed too early, is shown again for a quarter of an hour.
func (b *Bot) showReceipt(ctx context.Context, v *visit) (Step, error) {
	if v.stale {
		return Step{Title: v.say.Get("receipt.title"), Text: v.say.Get("receipt.late"), Buttons: []Button{v.verb("case")}}, nil
	}
	return v.receiptCard(ctx, receipt.FromSecret(v.o.Origin, [16]byte(v.state.Key)))
}

// receiptCard shows the receipt with one group to type back. It looks the case
// up first: a receipt means that it is safe on disk (law 3).
func (v *visit) receiptCard(ctx context.Context, r receipt.Receipt) (Step, error) {
	mine, err := v.o.Cases.Mine(ctx, r)
	if err != nil {
		return Step{}, err
	}
	again := v.button(v.say.Get("receipt.again"), v.again())
	return Step{
		Title: v.say.Get("receipt.title"),
		Text:  v.say.Get("receipt.text", "receipt", r.Symbols()),
		Facts: v.promises(mine),
		Fields: []Field{{
			ID: "group", Kind: Line, Max: 40,
			Label: v.say.Get("receipt.group", "number", strconv.Itoa(v.state.Page+1)),
			Help:  v.say.Get("receipt.group-help"),
		}},
		Submit: v.say.Get("receipt.submit"),
		Token:  v.form(v.againAs("file.prove")),
		Cover:  v.cover(again),
	}, nil
}

// again is the state that shows the same receipt once more: its quarter of an
// hour is not begun anew.
func (v *visit) again() state { return v.againAs("file.receipt") }

func (v *visit) againAs(do string) state {
	return state{Do: do, Key: v.state.Key, Page: v.state.Page, Until: v.state.Until}
}

// promises lists what happens next and by which day.
func (v *visit) promises(m *cases.Mine) []Fact {
	var facts []Fact
	if m.AckDue != "" {
		facts = append(facts, Fact{v.say.Get("mine.ack-due"), string(m.AckDue)})
	}
	if m.FeedbackDue != "" {
		facts = append(facts, Fact{v.say.Get("mine.feedback-due"), string(m.FeedbackDue)})
	}
	return append(facts, v.authorities()...)
}

// proveReceipt checks the group that was typed back.
func (b *Bot) proveReceipt(ctx context.Context, v *visit) (Step, error) {
	r := receipt.FromSecret(v.o.Origin, [16]byte(v.state.Key))
	if sameGroup(v.one("group"), r.Group(v.state.Page)) {
		return Step{Title: v.say.Get("receipt.proved-title"), Text: v.say.Get("receipt.proved"), Buttons: []Button{v.verb("case")}}, nil
	}
	if v.stale {
		return b.showReceipt(ctx, v)
	}
	s, err := v.receiptCard(ctx, r)
	if err != nil {
		return Step{}, err
	}
	s.Fields[0].Problem = v.say.Get("receipt.wrong-group")
	return s, nil
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

// bytesFile offers bytes as a file for a platform to show.
func bytesFile(name string, b []byte) File {
	return File{
		Name: name, Size: int64(len(b)),
		Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil },
	}
}
