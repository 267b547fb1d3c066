package bot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"

	"ombra/cases"
)

// gateFor says the truth before anyone types (law 7): what the platform sees,
// what the office itself has to say, whom to reach in danger.
func (b *Bot) gateFor(kind cases.Kind) flow {
	return func(_ context.Context, v *visit) (Step, error) {
		if !v.o.Cases.Open() {
			return v.closed(), nil
		}
		return Step{
			Title: v.say.Get("gate." + string(kind)),
			Text:  v.gateText(),
			Buttons: append(append([]Button{v.button(v.say.Get("gate.go-on"), state{Do: "file.form", Kind: kind})},
				v.sealedButton(kind)...), v.verb("privacy")),
		}, nil
	}
}

func (v *visit) gateText() string {
	lang := v.say.Lang()
	parts := []string{
		v.say.Get("platform." + v.ev.Via.Name),
		v.o.Gate.In(lang),
		v.say.Get("gate.danger", "contacts", v.o.Danger.In(lang)),
	}
	return strings.Join(parts, "\n\n")
}

// gateVersion names the office's words in all their languages; it is stored with
// the case. It must not say which language or platform a filer used.
func (o Options) gateVersion() string {
	text, err := json.Marshal([]Words{o.Gate, o.Danger})
	if err != nil {
		panic("bot: words do not marshal")
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

// closed says that nothing can be filed now, and who else listens.
func (v *visit) closed() Step {
	return Step{Title: v.say.Get("closed.title"), Text: v.say.Get("closed.text"), Facts: v.authorities()}
}

func (v *visit) authorities() []Fact {
	var facts []Fact
	for _, a := range v.o.Authorities {
		facts = append(facts, Fact{Label: a.Name, Value: a.Contact})
	}
	return facts
}

// home is what the bot's place shows before anyone types. It is kept by the
// platform, so it holds nothing of anybody.
func (b *Bot) home(_ context.Context, v *visit) (Step, error) {
	s := Step{
		Title: v.say.Get("home.title"),
		Text:  v.say.Get("home.text", "office", v.o.Office) + "\n\n" + v.say.Get("platform."+v.ev.Via.Name),
		Kept:  true,
	}
	for _, verb := range []string{"report", "redress", "case", "privacy", "roster", "help"} {
		s.Buttons = append(s.Buttons, v.verb(verb))
	}
	if v.isOmbudsman() {
		s.Buttons = append([]Button{v.verb("inbox")}, s.Buttons...)
	}
	return s, nil
}

func newOnce() []byte {
	once := cases.NewOnce()
	return once[:]
}
