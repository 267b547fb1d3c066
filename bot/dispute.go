package bot

import (
	"context"
	"strings"

	"ombra/cases"
)

// settling says on a card who has signed for which of two receipts: the second one
// has to know that a first one waits for them.
func (v *visit) settling(ctx context.Context, desk *cases.Desk, c *cases.Case, s *Step) error {
	if !c.Is(cases.Disputed) {
		return nil
	}
	signed, err := desk.Settling(ctx, c.ID)
	if err != nil {
		return err
	}
	var lines []string
	for _, x := range signed {
		lines = append(lines, v.say.Get("card.settling-"+x.Keep, "name", x.Who))
	}
	if len(lines) == 0 {
		lines = []string{v.say.Get("card.settling-none")}
	}
	s.Facts = append(s.Facts, Fact{v.say.Get("card.settling"), strings.Join(lines, "\n")})
	return nil
}
