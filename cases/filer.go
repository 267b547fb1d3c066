package cases

import "context"

// Appeal opens a closed case again, once. The words are optional. form is as in
// [Mine.Add].
func (m *Mine) Appeal(ctx context.Context, form [16]byte, text string) error {
	return m.act(ctx, Appeal, m.receipt.Once(form, textSum("appeal\n"+text)), text, func(a *act) error {
		a.also = m.s.impartial
		return nil
	})
}

// Withdraw asks the ombudsmen to close the case. It deletes nothing, and can be
// taken back as long as the case is open: whoever else holds the receipt cannot
// make a case vanish.
func (m *Mine) Withdraw(ctx context.Context, form [16]byte, text string) error {
	return m.act(ctx, Withdraw, m.receipt.Once(form, textSum("withdraw\n"+text)), text, nil)
}

// Keep takes a withdrawal back.
func (m *Mine) Keep(ctx context.Context, form [16]byte, text string) error {
	return m.act(ctx, Keep, m.receipt.Once(form, textSum("keep\n"+text)), text, nil)
}
