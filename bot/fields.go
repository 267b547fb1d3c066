package bot

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"ombra/crypto/receipt"
)

// fill puts what was sent into the fields and checks it again: no adapter and no
// platform is believed. It reports whether all of it is fine.
func (v *visit) fill(fields []Field) bool {
	fine := true
	for i := range fields {
		f := &fields[i]
		if f.Kind == Files {
			continue
		}
		f.Value = trimmed(v.ev.Values[f.ID])
		if key := check(*f); key != "" {
			f.Problem, fine = v.say.Get("field."+key, "max", strconv.Itoa(f.Max)), false
		}
	}
	return fine
}

func trimmed(values []string) []string {
	var kept []string
	for _, s := range values {
		if strings.ContainsFunc(s, seen) {
			kept = append(kept, s)
		}
	}
	return kept
}

// seen reports whether a character can be seen: what is stored as words must not
// read as nothing.
func seen(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsSpace(r) }

// check names what is wrong with a field's value, or "".
func check(f Field) string {
	if len(f.Value) == 0 {
		if f.Optional {
			return ""
		}
		return "missing"
	}
	if len(f.Value) > 1 && f.Kind != Choices {
		return "one"
	}
	for _, value := range f.Value {
		switch f.Kind {
		case Choice, Choices:
			if !slices.ContainsFunc(f.Options, func(o Option) bool { return o.Value == value }) {
				return "choice"
			}
		case Date:
			if _, err := time.Parse(time.DateOnly, value); err != nil {
				return "date"
			}
		case Line, Hidden, Text:
			if utf8.RuneCountInString(value) > f.Max {
				return "long"
			}
		case Files:
		}
	}
	return ""
}

// one is a field's single value.
func (v *visit) one(id string) string {
	if values := v.ev.Values[id]; len(values) > 0 {
		return strings.TrimSpace(values[0])
	}
	return ""
}

// receiptField asks for a receipt. What is typed into it is never shown again.
func (v *visit) receiptField() Field {
	return Field{ID: "receipt", Kind: Line, Label: v.say.Get("case.receipt"), Help: v.say.Get("case.receipt-help"), Max: 120}
}

// readReceipt reads the typed receipt; otherwise it says what is wrong: a
// mistyped one is told from an unknown one by its checksum alone.
func (v *visit) readReceipt(f *Field) (receipt.Receipt, bool) {
	f.Value = nil
	r, err := receipt.Parse(v.o.Origin, v.one("receipt"))
	if err == nil {
		return r, true
	}
	f.Problem = v.say.Get("case.mistyped")
	if v.one("receipt") == "" {
		f.Problem = v.say.Get("field.missing")
	}
	return receipt.Receipt{}, false
}

// mend shows a form again with everything that was typed, and why: it was open
// too long, or some field is not right.
func (v *visit) mend(again Step) Step {
	why := "file.mend"
	if v.stale {
		why = "file.stale"
	}
	return v.giveBack(again, v.say.Get(why))
}

// giveBack gives a form back with a sentence above it. Files cannot be put into a
// form again by every platform, so that is said beside their field.
func (v *visit) giveBack(again Step, why string) Step {
	again.Text = why + "\n\n" + again.Text
	for i := range again.Fields {
		if again.Fields[i].Kind == Files && len(v.ev.Files) > 0 {
			again.Fields[i].Problem = v.say.Get("file.files-again")
		}
	}
	return again
}
