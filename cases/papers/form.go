package papers

import (
	"bytes"
	"encoding/json"
	"strings"

	"ombra/crypto"
)

// IntakeForm names the block of a transcript: what was told to somebody of the
// office, or came on paper, and was written down for the filer. Its answers are
// intake (oral, paper or forwarded) and received (a day).
const IntakeForm = "ombra-intake/1"

// formMark begins the machine block of a typed report.
const formMark = "-- ombra-form/1 --"

// A Block is what was answered, for machines: the answers by field id, beside
// the form's name and the language in which its questions were shown.
type Block struct {
	Form    string              `json:"form"` // cyber/1
	Lang    string              `json:"lang"`
	Kind    string              `json:"kind"`
	Answers map[string][]string `json:"answers"`
}

// AppendForm puts the block behind readable text. The text stays the record:
// whoever decrypts a report by hand in ten years reads it first, and nothing in
// it depends on a form that may have changed. Answers are cleaned as text is, so
// that a later cleaning of the whole changes nothing.
func AppendForm(readable string, b Block) string {
	answers := make(map[string][]string, len(b.Answers))
	for id, values := range b.Answers {
		list := make([]string, 0, len(values))
		for _, v := range values {
			list = append(list, crypto.Clean(v))
		}
		answers[crypto.CleanLine(id)] = list
	}
	b.Answers = answers
	b.Form, b.Lang, b.Kind = crypto.CleanLine(b.Form), crypto.CleanLine(b.Lang), crypto.CleanLine(b.Kind)
	line, ok := b.line()
	if !ok { // cannot be: strings and maps of them always marshal
		return readable
	}
	return strings.TrimRight(readable, "\n") + "\n\n" + formMark + "\n" + line + "\n"
}

// FormBlock takes text and block apart again. Only the last mark counts, so a
// filer who writes the mark into an answer confuses nobody. A block that is not
// exactly what AppendForm writes is left in the text and ok is false: this loses
// the card that is shown first, never a word.
func FormBlock(text string) (readable string, block Block, ok bool) {
	at := strings.LastIndex(text, formMark+"\n")
	if at < 0 || at > 0 && text[at-1] != '\n' {
		return text, Block{}, false
	}
	line, rest, ended := strings.Cut(text[at+len(formMark)+1:], "\n")
	// A signed note drops the last newline of its text.
	if rest != "" || !ended && line == "" {
		return text, Block{}, false
	}
	d := json.NewDecoder(strings.NewReader(line))
	d.DisallowUnknownFields()
	var b Block
	if d.Decode(&b) != nil {
		return text, Block{}, false
	}
	if again, fine := b.line(); !fine || again != line {
		return text, Block{}, false
	}
	return strings.TrimRight(text[:at], "\n"), b, true
}

// line is the one spelling of a block: keys sorted, nothing escaped for HTML.
func (b Block) line() (string, bool) {
	if b.Answers == nil {
		b.Answers = map[string][]string{}
	}
	for _, values := range b.Answers {
		if values == nil {
			return "", false
		}
	}
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false)
	if e.Encode(b) != nil {
		return "", false
	}
	return strings.TrimSuffix(buf.String(), "\n"), true
}

// A Card is shown before anything else is read, so that an ombudsman who is
// concerned herself, or close to who is, can withdraw without having read it.
type Card struct {
	Category  string
	Concerned string
}

func cardOf(b Block) Card {
	return Card{
		Category:  crypto.CleanLine(strings.Join(b.Answers["category"], ", ")),
		Concerned: crypto.CleanLine(strings.Join(b.Answers["concerned"], ", ")),
	}
}
