package bot

import (
	"context"
	"strings"

	"ombra/cases"
	"ombra/crypto/receipt"
)

// caseActs are what a filer does about the case as a whole.
var caseActs = []cases.Verb{cases.Appeal, cases.Withdraw, cases.Keep}

// caseAct appeals, withdraws, or takes the withdrawal back, and shows the case.
func (v *visit) caseAct(ctx context.Context, r receipt.Receipt, again Step) (Step, error) {
	mine, err := v.o.Cases.Mine(ctx, r)
	if err != nil {
		return v.refused(again, err), nil
	}
	do := map[cases.Verb]func(context.Context, [16]byte, string) error{
		cases.Appeal: mine.Appeal, cases.Withdraw: mine.Withdraw, cases.Keep: mine.Keep,
	}[v.state.Act]
	if err := do(ctx, v.state.once(), v.one("why")); err != nil {
		return v.refused(again, err), nil
	}
	if mine, err = v.o.Cases.Mine(ctx, r); err != nil {
		return v.stored(v.verb("case")), nil //nolint:nilerr // it is stored, and that is what is said
	}
	s := v.mineCard(mine, "")
	s.Text = strings.TrimSpace(v.say.Get("own."+string(v.state.Act)+"-done") + "\n\n" + s.Text)
	return s, nil
}

// clockFacts say what the clocks of a case have come to, for the filer.
func (v *visit) clockFacts(m *cases.Mine) (facts []Fact) {
	add := func(key string, day cases.Day) {
		facts = append(facts, Fact{v.say.Get("mine." + key), v.say.Get("mine."+key+"-text", "day", string(day))})
	}
	if m.AssessDue != "" {
		facts = append(facts, Fact{v.say.Get("mine.assess-due"), string(m.AssessDue)})
	}
	if m.Late {
		add("late", "")
	}
	if m.Extended != "" {
		add("extended", m.Extended)
	}
	if m.Appealed != "" {
		add("appealed", m.Appealed)
	}
	if m.Stuck {
		add("stuck", "") // the bodies outside stand below
	}
	if m.Withdrawing != "" {
		add("withdrawing", m.Cooled)
	}
	return facts
}
