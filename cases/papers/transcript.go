package papers

import (
	"fmt"
	"slices"

	"ombra/crypto"
)

// A Transcript is what a member of staff of the office writes down for somebody,
// on their own machine. It is sealed like any filing: the host never sees the
// words. The receipt always opens it, because whoever told it must be able to say
// whether it is right (Directive (EU) 2019/1937 Art 18(2)-(4)).
type Transcript struct {
	Source   string // one of Sources
	Received string // the day on which it was said or came, YYYY-MM-DD
	Kind     string // report or redress
	Words    string
	Files    []Attachment
	Exclude  []string
}

// Sources are how such a report came.
var Sources = []string{"oral", "paper", "forwarded"}

var sourceWords = map[string]string{
	"oral": "Told to somebody of the office on %s, and written down by them.", "paper": "Came to the office on paper on %s, and was copied.",
	"forwarded": "Was forwarded to the office on %s, and was copied.",
}

// ErrTranscript: source or day of a transcript is missing or malformed.
const ErrTranscript = RefusedError("say how the report came (oral, paper or forwarded), and on which day, like 2026-11-20; it cannot be a day to come")

// Check says whether source and day are fine.
func (t Transcript) Check(today string) error {
	if !slices.Contains(Sources, t.Source) || !isDay(t.Received) || t.Received > today {
		return ErrTranscript
	}
	return nil
}

// Filing is the transcript as a filing to seal.
func (t Transcript) Filing() Filing {
	text := fmt.Sprintf(sourceWords[t.Source], t.Received) + "\n\n" + crypto.Clean(t.Words)
	return Filing{
		Kind: t.Kind, Files: t.Files, Exclude: t.Exclude, Own: true,
		Words: AppendForm(text, Block{Form: IntakeForm, Kind: t.Kind, Answers: map[string][]string{"intake": {t.Source}, "received": {t.Received}}}),
	}
}
